"""What a look costs at more objects than a call takes queries: one call while nothing changed, two where something did."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.adapters.salesforce.cursor import load
from crmsync_desktop.adapters.salesforce.errors import CallFailed
from crmsync_desktop.adapters.salesforce.roles import FIELD
from crmsync_desktop.adapters.salesforce.told import ids_of
from crmsync_desktop.domain.records import Presence
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.ports.crm import Page, Want
from crmsync_desktop.practice.salesforce.customisation import CustomObject
from crmsync_desktop.practice.salesforce.setup import OrgSetup
from tests.adapters.salesforce.conftest import Site
from tests.contracts.crm_contract import cursor, pages, records

pytestmark = pytest.mark.http

OBJECTS = ("Account", "Contact", "Lead", "Opportunity", "Case", "Task", "Task.Call", "Task.Email", "Event")
CLOSE = {"StageName": "Prospecting", "CloseDate": "2027-02-01"}
EVENT = {"Subject": "Meet", "StartDateTime": "2027-01-20T10:00:00Z", "DurationInMinutes": 30}
OVERLAP = 600.0


class Looks:
    """Reads of all objects, each going on where the last one ended."""

    def __init__(self, site: Site, objects: tuple[str, ...] = OBJECTS) -> None:
        self._site, self._objects = site, objects
        known: dict[str, Schema] = site.use(lambda crm: crm.schemas(objects))
        self._schemas = list(known.values())
        self.cursors: dict[str, str | None] = dict.fromkeys(objects)
        self.calls = 0
        self.look()

    def look(self, **options: Any) -> list[Page]:
        wants = [
            Want(each, (FIELD,) if each == "Opportunity" else ("Description",), ("Id",), self.cursors[each])
            for each in self._objects
        ]
        before = self._site.requests()
        found: list[Page] = self._site.use(lambda crm: pages(crm, *wants), schemas=self._schemas, **options)
        self.calls = self._site.requests() - before
        self.cursors = {each: cursor(found, each) for each in self._objects}
        assert sorted(page.object for page in found if page.last) == sorted(self._objects)
        return found


def settled(site: Site, objects: tuple[str, ...] = OBJECTS) -> Looks:
    """Nothing of before is news any more."""
    looks = Looks(site, objects)
    for _ in range(2):
        site.pass_time(2 * OVERLAP)
        looks.look()
    return looks


def test_a_quiet_look_at_all_pairs_is_one_call(site: Site) -> None:
    site.org.insert("Event", EVENT)
    looks = settled(site)
    for _ in range(3):
        site.pass_time(300)
        assert not records(looks.look())
        assert looks.calls == 1


def test_news_of_an_object_that_was_only_told_of_is_a_second_call(site: Site) -> None:
    event, thrown = site.org.insert("Event", EVENT), site.org.insert("Event", EVENT)
    task = site.org.insert("Task", {"Subject": "Do"})
    looks = settled(site)
    site.pass_time(300)
    site.org.update(event, {"Description": "Moved"})
    site.org.update(task, {"Description": "Done"})
    site.org.delete([thrown])
    found = records(looks.look())
    assert (found[event].cells[0], found[task].cells[0]) == ("Moved", "Done")
    assert found[thrown].presence is Presence.DELETED
    assert looks.calls == 2


def test_an_object_with_news_is_queried_at_once_the_next_time(site: Site) -> None:
    event = site.org.insert("Event", EVENT)
    looks = settled(site)
    site.org.update(event, {"Description": "Moved"})
    site.pass_time(300)
    looks.look()
    assert looks.calls == 2
    site.pass_time(120)
    assert event in records(looks.look())  # the overlap shows it again
    assert looks.calls == 1
    known = load(looks.cursors["Event"])
    assert known is not None
    assert known.busy


def test_a_row_that_commits_late_is_told_of(site: Site) -> None:
    looks = settled(site)
    late = int(site.clock.now()) - 400
    times = {"StartDateTime": "2027-01-20T10:00:00.000+0000", "EndDateTime": "2027-01-20T11:00:00.000+0000"}
    site.org.load([("Event", {"Subject": "Late", "Description": "Late", "SystemModstamp": late, **times})])
    site.pass_time(200)
    assert [record.cells for record in records(looks.look()).values()] == [["Late"]]


def test_many_told_of_come_in_pages(site: Site) -> None:
    looks = settled(site)
    now = int(site.clock.now())
    times = {"StartDateTime": "2027-01-20T10:00:00.000+0000", "EndDateTime": "2027-01-20T11:00:00.000+0000"}
    site.org.load(("Event", {"Subject": f"E{n}", "SystemModstamp": now, **times}) for n in range(2_100))
    site.pass_time(60)
    found = looks.look()
    assert [len(page.records) for page in found if page.object == "Event"] == [2_000, 100]
    assert looks.calls == 3


def test_cursors_beyond_what_can_be_told_are_queried(site: Site) -> None:
    looks = Looks(site)
    site.pass_time(20 * 86_400)
    made = site.org.insert("Event", EVENT)
    assert made in records(looks.look())
    assert looks.calls == 5  # two for the queries of seven objects, and three for roles whose news is too old
    site.pass_time(60)
    looks.look()
    assert looks.calls == 1


def test_what_cannot_be_told_is_queried(site: Site) -> None:
    looks = settled(site)
    made = site.org.insert("Event", EVENT)
    site.org.most_replicated = 0  # every answer with an id is refused as too long
    site.pass_time(60)
    assert made in records(looks.look())
    assert looks.calls == 2


def test_a_clock_that_is_days_behind_is_no_reason_to_miss_anything(site: Site) -> None:
    looks = settled(site)
    site.clock.advance(3 * 86_400)  # not ours
    made = site.org.insert("Event", EVENT)
    assert made in records(looks.look())
    site.pass_time(60)
    assert made in records(looks.look())


def test_twelve_objects_take_one_call_while_quiet(site: Site) -> None:
    looks = settled(site, (*OBJECTS, "User", "Campaign", "CampaignMember"))
    site.pass_time(60)
    assert not records(looks.look())
    assert looks.calls == 1


CUSTOM = tuple(CustomObject(f"Thing{n}__c", f"Thing {n}", f"Things {n}") for n in range(6))


@pytest.mark.parametrize("site", [{"setup": OrgSetup(custom_objects=CUSTOM)}], indirect=True)
def test_more_objects_than_one_call_can_be_told_of_take_a_second(site: Site) -> None:
    more = ("User", "Campaign", "CampaignMember", *(each.name for each in CUSTOM))
    looks = settled(site, (*OBJECTS, *more))
    site.pass_time(60)
    assert not records(looks.look())
    assert looks.calls == 2
    made = site.org.insert("Thing5__c", {"Name": "New"})
    assert set(records(looks.look())) == {made}


def test_what_is_told_in_another_form_is_no_answer() -> None:
    for parts in (
        [(200, {"ids": None}), (200, {"deletedRecords": []})],
        [(200, {"ids": []}), (200, {"deletedRecords": [{"when": ""}]})],
        [(200, {"ids": []}), (200, {})],
    ):
        with pytest.raises(CallFailed):
            ids_of(parts)
