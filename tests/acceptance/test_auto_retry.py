"""Automatic retries (S5): the schedule tries again what may have gone away by itself, every half hour, and costs nothing more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest

from crmsync_desktop.adapters.limits import SystemClock
from crmsync_desktop.app.service import Service
from crmsync_desktop.app.views import PassView, StatusView
from crmsync_desktop.bootstrap import Home, open_service, practice_profile
from crmsync_desktop.domain.records import Category
from crmsync_desktop.domain.retrying import EVERY, SELDOM
from tests.acceptance.desk import Desk, desk

T = TypeVar("T")
FAR = 10**9
ODD = json.dumps(
    [
        {
            "id": None,
            "success": False,
            "errors": [{"statusCode": "ODD_FAILURE", "message": "Something odd.", "fields": []}],
        }
    ]
)


class Scheduled:
    """A connection whose schedule runs only while a test waits for it, by a clock that the test moves."""

    def __init__(self, orgs: Desk, patch: pytest.MonkeyPatch) -> None:
        assert orgs.salesforce is not None
        assert orgs.hubspot is not None
        self.orgs, self.salesforce, self.hubspot = orgs, orgs.salesforce, orgs.hubspot
        self.ahead = 0.0
        real = SystemClock.now
        patch.setattr(SystemClock, "now", lambda clock: real(clock) + self.ahead)
        patch.setattr("crmsync_desktop.app.runner.SHORTEST", 0.02)
        patch.setattr("crmsync_desktop.domain.pacing.SHORTEST", 0.02)
        patch.setattr("crmsync_desktop.adapters.hubspot.pace.SEARCH_LIMIT", FAR)

    def on(self, work: Callable[[Service], Awaitable[T]]) -> T:
        """Do something with the service, which is opened anew each time, as after a restart."""

        async def run() -> T:
            where, told = Home(self.orgs.folder), self.orgs.orgs.announced
            tokens = (told["salesforce"]["access_token"], told["hubspot"]["access_token"])
            service = await open_service(where, practice_profile(where, dict(told)), tokens)
            try:
                return await work(service)
            finally:
                await service.close()

        return asyncio.run(run())

    def later(self, seconds: float) -> None:
        self.ahead += seconds
        self.orgs.admin.advance(seconds)

    def passes(self, count: int = 4) -> list[PassView]:
        """So many passes of the schedule, the oldest first."""

        async def work(service: Service) -> list[PassView]:
            before = {each.id for each in await service.passes(1)}
            service.start_schedule()
            while True:
                new = [each for each in await service.passes(50) if each.id > max(before, default=0)]
                ended = [each for each in new if each.finished_at]
                if len(ended) >= count:
                    assert all(each.state == "done" for each in ended), ended
                    return ended[: -count - 1 : -1]
                await asyncio.sleep(0.01)

        return self.on(work)

    def status(self) -> StatusView:
        return self.on(lambda service: service.status())

    def counts(self, category: Category = Category.OTHER) -> list[int]:
        """How often each error of a card has come, ignored ones too."""

        async def work(service: Service) -> list[int]:
            found = [await service.errors(category, "", ignored) for ignored in (False, True)]
            return [error.count for groups in found for group in groups for error in group.records]

        return self.on(work)

    def refuse(self) -> None:
        """The next create of a contact in Salesforce is refused for no known reason."""
        self.orgs.admin.fault("salesforce", path="CRMSync_HubSpot_Id__c", status=200, body=ODD, count=1)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scheduled]:
    with desk(tmp_path_factory.mktemp("desk"), contacts=0) as opened, pytest.MonkeyPatch.context() as patch:
        opened.admin.post("/hubspot/limits", searches=FAR, burst=FAR)
        yield Scheduled(opened, patch)


def test_an_odd_refusal_is_tried_every_half_hour_across_a_restart_and_clears_itself(here: Scheduled) -> None:
    here.hubspot.create(email="moe@example.com", lastname="Moe")
    here.refuse()
    here.on(lambda service: service.sync(False))
    assert here.counts() == [1]
    retry = here.status().retry
    assert retry is not None
    assert (retry.errors, retry.waits_for) == (1, "")
    # Neither the passes in between nor a restart try it; each costs what a quiet pass costs.
    here.later(EVERY - 120)
    assert [each.calls["salesforce"] for each in here.passes()] == [1, 1, 1, 1]
    assert here.counts() == [1]
    # Half an hour later one pass does, with the one call that the try itself is; the error counts up.
    here.later(180)
    here.refuse()
    assert [each.calls["salesforce"] for each in here.passes()] == [2, 1, 1, 1]
    assert here.counts() == [2]
    assert [each.calls["salesforce"] for each in here.passes()] == [1, 1, 1, 1]
    here.later(EVERY + 60)
    here.passes()
    assert here.counts() == []
    assert here.status().retry is None
    assert here.salesforce.query("SELECT LastName FROM Contact")[0]["LastName"] == "Moe"


def test_nothing_is_tried_by_itself_from_three_quarters_of_the_allocation_on(here: Scheduled) -> None:
    here.hubspot.create(email="lie@example.com", lastname="Lie")
    here.refuse()
    here.on(lambda service: service.sync(False))
    here.later(EVERY + 60)
    used = here.status().salesforce.used

    def allocate(calls: int) -> None:
        here.on(lambda service: service.set_allocation(calls))

    allocate(used * 4 // 3)
    here.passes(2)
    assert here.counts() == [1]
    retry = here.status().retry
    assert retry is not None
    assert retry.waits_for == "fewer than 75% of the allocated calls are used"
    allocate(10_000)
    here.passes(2)
    assert here.counts() == []


def test_what_is_ignored_is_not_tried_by_itself(here: Scheduled) -> None:
    here.hubspot.create(email="dal@example.com", lastname="Dal")
    here.refuse()
    here.on(lambda service: service.sync(False))
    here.on(lambda service: service.ignore_errors("known", Category.OTHER, None))
    assert here.status().retry is None
    here.later(EVERY + 60)
    assert [each.calls["salesforce"] for each in here.passes()] == [1, 1, 1, 1]
    assert here.counts() == [1]
    here.on(lambda service: service.unignore_errors(Category.OTHER, None))
    here.passes(2)
    assert here.counts() == []


def test_what_a_person_mends_in_the_system_that_refused_it_is_tried_every_six_hours(here: Scheduled) -> None:
    id = here.salesforce.create("Contact", LastName="Berg", Email="berg@example.com")
    here.on(lambda service: service.sync(False))
    here.orgs.admin.post("/salesforce/setup", read_only_records=[id])
    (contact,) = [each["id"] for each in here.hubspot.all("email") if each["properties"]["email"].startswith("berg")]
    here.hubspot.edit(contact, phone="+47 1")
    here.on(lambda service: service.sync(False))
    assert here.counts(Category.PERMISSIONS) == [1]
    here.orgs.admin.post("/salesforce/setup", read_only_records=[])
    here.later(EVERY + 60)
    here.passes(2)
    assert here.counts(Category.PERMISSIONS) == [1]
    here.later(SELDOM - EVERY)
    here.passes(2)
    assert here.counts(Category.PERMISSIONS) == []
    assert here.salesforce.query(f"SELECT Phone FROM Contact WHERE Id = '{id}'")[0]["Phone"] == "+47 1"
