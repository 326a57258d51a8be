"""What happened to records when: histories of properties, and when a list's members joined."""

from __future__ import annotations

from datetime import datetime

import pytest

from crmsync_desktop.adapters.hubspot import HubSpotCrm
from crmsync_desktop.domain.action_occasions import Version
from crmsync_desktop.domain.errors import Unreachable
from crmsync_desktop.ports.crm import Want
from tests.adapters.hubspot.conftest import CONTACTS, Site
from tests.adapters.hubspot.test_lists import join, make_list, moment

pytestmark = pytest.mark.http
WANT = Want("contacts", ("jobtitle",))


def versions(site: Site, ids: list[str], *names: str) -> dict[str, dict[str, list[Version]]]:
    async def work(crm: HubSpotCrm) -> dict[str, dict[str, list[Version]]]:
        await crm.schemas(["contacts"])
        site.arrivals.seen.clear()
        return await crm.happenings.versions(WANT, ids, names)

    return site.use(work)


def test_a_history_comes_oldest_first_with_its_moments_to_the_millisecond(site: Site) -> None:
    id = site.insert({"email": "a@example.com", "jobtitle": "A"})
    for title in ("B", "", "A"):
        site.pass_time(60)
        with site.portal.database.transaction():
            site.portal.update(CONTACTS, site.portal.find(CONTACTS, id, None), {"jobtitle": title}, "CRM_UI")
    found = versions(site, [id], "jobtitle", "no_such_property")[id]
    assert [each.value for each in found["jobtitle"]] == ["A", "B", None, "A"]
    assert list(found) == ["jobtitle"]
    times = [datetime.fromisoformat(each.at) for each in found["jobtitle"]]
    assert times == sorted(times)


def test_fifty_records_are_a_call_and_nothing_asked_is_none(site: Site) -> None:
    ids = site.load(101, jobtitle="CTO")
    assert len(versions(site, ids, "jobtitle")) == 101
    assert len(site.arrivals.seen) == 3
    assert versions(site, ids, "no_such_property") == {}
    assert versions(site, [], "jobtitle") == {}
    assert site.arrivals.seen == []


def test_a_record_that_is_gone_has_no_history(site: Site) -> None:
    gone, kept = site.load(2, jobtitle="CTO")
    site.delete_there(gone)
    assert list(versions(site, [gone, kept], "jobtitle")) == [kept]


def test_an_answer_that_makes_no_sense_is_no_answer(site: Site) -> None:
    ids = site.load(1)
    site.faults.order({"system": "hubspot", "path": "batch", "garbage": True, "count": 0})
    with pytest.raises(Unreachable):
        versions(site, ids, "jobtitle")


def test_members_come_with_when_they_joined_the_earliest_first(site: Site) -> None:
    first, second, third = site.load(3)
    list_id = make_list(site, "some", [second])
    since = site.clock.now()
    for each in (third, first):
        site.pass_time(60)
        join(site, list_id, [each])
    found = site.use(lambda crm: crm.happenings.joiners(list_id, moment(since + 1)))
    assert [record for record, _ in found] == [third, first]
    assert [at[-1] for _, at in found] == ["Z", "Z"]


def test_hubspots_time_is_asked_for_where_no_answer_has_told_it(site: Site) -> None:
    async def times(crm: HubSpotCrm) -> tuple[float, float, int]:
        told = await crm.happenings.now()
        asked = len(site.arrivals.seen)
        return told, await crm.happenings.now(), len(site.arrivals.seen) - asked

    site.arrivals.seen.clear()
    told, again, calls = site.use(times)
    assert abs(told - site.clock.now()) < 5
    assert abs(again - told) < 5
    assert calls == 0
    assert len(site.arrivals.seen) == 1


def test_a_read_can_begin_at_a_moment(site: Site) -> None:
    old = site.load(1, jobtitle="CTO")
    site.pass_time(7_200)
    begin = site.clock.now()
    new = site.insert({"email": "new@example.com", "jobtitle": "CTO"})

    async def read(crm: HubSpotCrm) -> list[str]:
        cursor = crm.happenings.cursor_at(begin)
        want = Want("contacts", ("jobtitle",), (), cursor)
        return [each.id async for page in crm.changes([want]) for each in page.records]

    assert site.use(read) == [new]
    assert old != [new]
