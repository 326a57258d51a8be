"""Working by hand in the practice orgs through the facade: over HTTP, in order, and never on a real connection."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.app.practice import MOST_ROWS, PracticeWork
from crmsync_desktop.app.service import Service
from crmsync_desktop.bootstrap import Home, hands_in, open_service, practice_profile
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.ports.practice import PracticePage
from tests.practice.servers import Orgs, practice_orgs


@pytest.fixture(scope="module")
def orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orgs]:
    with practice_orgs(tmp_path_factory.mktemp("orgs"), contacts=40) as running:
        yield running


def on(orgs: Orgs, folder: Path, work: Callable[[Service], Awaitable[None]]) -> None:
    async def run() -> None:
        where, told = Home(folder), dict(orgs.announced)
        tokens = (told["salesforce"]["access_token"], told["hubspot"]["access_token"])
        with hands_in(told) as hands:
            service = await open_service(where, practice_profile(where, told), tokens, hands)
            try:
                await work(service)
            finally:
                await service.close()

    asyncio.run(run())


def test_a_person_looks_at_edits_deletes_restores_and_merges_without_a_call(orgs: Orgs, tmp_path: Path) -> None:
    async def work(service: Service) -> None:
        orgs.admin.reset_calls()
        types = {(kind.system, kind.name): kind for kind in await service.practice_types()}
        assert types["salesforce", "Contact"].count > 0
        made = [
            await service.practice_create("salesforce", "Contact", {"LastName": f"Practice {n}", "Title": f"T{n}"})
            for n in range(2)
        ]
        assert (made[0].changed_by, made[0].state) == ("person", "live")
        changed = await service.practice_change("salesforce", "Contact", made[0].id, {"Title": "", "Phone": "+47 1"})
        assert (changed.values.get("Title"), changed.values.get("Phone")) == (None, "+47 1")
        found = await service.practice_page("salesforce", "Contact", "practice", False, 0, 10)
        assert {record.id for record in found.records} == {record.id for record in made}
        await service.practice_delete("salesforce", "Contact", [made[1].id])
        gone = await service.practice_page("salesforce", "Contact", "practice", True, 0, 10)
        assert [(record.id, record.state) for record in gone.records] == [(made[1].id, "deleted")]
        await service.practice_undelete("salesforce", "Contact", [made[1].id])
        assert await service.practice_merge("salesforce", "Contact", made[0].id, [made[1].id]) == made[0].id
        loser = await service.practice_record("salesforce", "Contact", made[1].id)
        assert (loser.state, loser.successor) == ("merged", made[0].id)
        lead = await service.practice_create("salesforce", "Lead", {"LastName": "Practice", "Company": "Practice AS"})
        ids = await service.practice_convert(lead.id, "A deal")
        assert set(ids) == {"account", "contact", "opportunity"}
        assert sum(orgs.admin.calls().values()) == 0

    on(orgs, tmp_path, work)


def test_what_the_org_refuses_is_told_in_its_own_words(orgs: Orgs, tmp_path: Path) -> None:
    async def work(service: Service) -> None:
        with pytest.raises(SetupError, match="Required fields are missing"):
            await service.practice_create("salesforce", "Contact", {"FirstName": "Nobody"})
        with pytest.raises(SetupError, match="no object"):
            await service.practice_page("hubspot", "elephants", "", False, 0, 10)

    on(orgs, tmp_path, work)


def test_a_connection_to_real_systems_has_no_hands() -> None:
    work = PracticeWork(None)
    asks: list[Callable[[], Awaitable[Any]]] = [
        work.practice_types,
        lambda: work.practice_page("salesforce", "Contact", "", False, 0, 10),
        lambda: work.practice_record("salesforce", "Contact", "003"),
        lambda: work.practice_create("salesforce", "Contact", {}),
        lambda: work.practice_change("salesforce", "Contact", "003", {}),
        lambda: work.practice_delete("salesforce", "Contact", ["003"]),
        lambda: work.practice_undelete("salesforce", "Contact", ["003"]),
        lambda: work.practice_merge("salesforce", "Contact", "003", ["004"]),
        lambda: work.practice_convert("00Q", ""),
    ]

    async def main() -> None:
        for ask in asks:
            with pytest.raises(SetupError, match="isn't to the practice orgs"):
                await ask()

    asyncio.run(main())
    work.end_practice_work()


class SlowHands:
    """Answers when told to; notes the order of what reached it."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.reached: list[tuple[object, ...]] = []

    def page(self, system: str, type: str, **how: Any) -> PracticePage:
        self.reached.append((type, how["offset"], how["limit"]))
        self.go.wait(10)
        return PracticePage(0, ())


def test_requests_reach_the_orgs_one_by_one_in_order_and_no_page_is_too_long() -> None:
    hands = SlowHands()
    hands.go.set()
    work = PracticeWork(hands)  # type: ignore[arg-type]

    async def main() -> None:
        sizes = ((0, 0), (-5, 10), (100, 1_000_000))
        await asyncio.gather(*(work.practice_page("hubspot", str(n), "", False, *size) for n, size in enumerate(sizes)))

    asyncio.run(main())
    work.end_practice_work()
    assert hands.reached == [("0", 0, 1), ("1", 0, 10), ("2", 100, MOST_ROWS)]


def test_the_end_does_not_wait_for_what_has_not_been_sent() -> None:
    hands = SlowHands()
    work = PracticeWork(hands)  # type: ignore[arg-type]

    async def main() -> None:
        asked = [asyncio.ensure_future(work.practice_page("hubspot", str(n), "", False, 0, 1)) for n in range(3)]
        while not hands.reached:
            await asyncio.sleep(0.005)
        work.end_practice_work()
        hands.go.set()
        await asked[0]
        for later in asked[1:]:
            with contextlib.suppress(asyncio.CancelledError):
                await later
            assert later.cancelled()

    asyncio.run(main())
    assert hands.reached == [("0", 0, 1)]
