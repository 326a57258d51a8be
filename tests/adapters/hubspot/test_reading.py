"""Changed records, records by id and records by value: what is found, and what it costs."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from crmsync_desktop.adapters.hubspot import HubSpotCrm
from crmsync_desktop.adapters.hubspot.cursor import Position, load
from crmsync_desktop.domain.errors import BugError, Unreachable
from crmsync_desktop.domain.records import Observed, Presence
from crmsync_desktop.ports.crm import Page, Want
from tests.adapters.hubspot.conftest import CONTACTS, START, Site

pytestmark = pytest.mark.http
FIELDS = ("email", "lastname")
KEYS = ("email", "hs_additional_emails")


def want(cursor: str | None = None, fields: tuple[str, ...] = FIELDS) -> Want:
    return Want("contacts", fields, KEYS, cursor)


async def changes(crm: HubSpotCrm, asked: Want) -> list[Page]:
    return [page async for page in crm.changes([asked])]


def read_changes(site: Site, asked: Want) -> list[Page]:
    """All pages, with the schema read before, so that calls are those of the changes alone."""

    async def work(crm: HubSpotCrm) -> list[Page]:
        await crm.schemas(["contacts"])
        site.arrivals.seen.clear()
        return await changes(crm, asked)

    return site.use(work)


def ids_of(found: list[Page]) -> list[str]:
    return [record.id for page in found for record in page.records]


def test_ten_thousand_records_cost_fifty_calls(site: Site) -> None:
    ids = site.load(10_000)
    found = read_changes(site, want())
    assert ids_of(found) == ids
    assert site.calls() == 50


def test_a_quiet_poll_costs_one_call(site: Site) -> None:
    site.load(450)
    first = read_changes(site, want())
    site.pass_time(600)
    second = read_changes(site, want(first[-1].cursor))
    assert [(page.records, page.last) for page in second] == [([], True)]
    assert site.calls() == 1


def test_a_read_that_was_broken_off_goes_on_where_it_was(site: Site) -> None:
    ids = site.load(450)

    async def first_page(crm: HubSpotCrm) -> Page:
        async for page in crm.changes([want()]):
            return page
        raise AssertionError

    begun = site.use(first_page)
    site.pass_time(86_400)
    rest = read_changes(site, want(begun.cursor))
    assert [record.id for record in begun.records] + ids_of(rest) == ids
    # The next window begins before the broken-off one did, a day ago: nothing of that day is missed.
    assert load(rest[-1].cursor).since == pytest.approx(START - 300, abs=2)


def test_an_edit_behind_the_page_being_read_comes_with_the_next_read(site: Site) -> None:
    ids = site.load(450)

    async def work(crm: HubSpotCrm) -> list[Page]:
        pages = []
        async for page in crm.changes([want()]):
            if not pages:
                site.edit(ids[0], {"lastname": "Edited meanwhile"})
            pages.append(page)
        site.pass_time(30)
        return await changes(crm, want(pages[-1].cursor))

    (record,) = [record for page in site.use(work) for record in page.records]
    assert (record.id, record.cells[1]) == (ids[0], "Edited meanwhile")


def test_what_the_index_showed_late_is_caught_by_the_slow_read(site: Site) -> None:
    (record_id,) = site.load(1)
    first = read_changes(site, want())
    site.pass_time(1_000)
    site.portal.search_lag_seconds = 1_800
    site.edit(record_id, {"lastname": "Late"})
    cursor, seen = first[-1].cursor, []
    for _ in range(8):
        site.pass_time(600)
        found = read_changes(site, want(cursor))
        cursor = found[-1].cursor
        seen.append([record.cells[1] for page in found for record in page.records])
    # Hidden for half an hour, then too old for the quick reads: the hourly one finds it, once or twice.
    assert ["Late"] in seen
    assert seen[:3] == [[], [], []]


def test_the_window_is_timed_by_hubspot_s_clock(site: Site) -> None:
    site.load(1)
    site.clock.advance(86_400)  # HubSpot is a day ahead of this machine
    found = read_changes(site, want())
    assert load(found[-1].cursor).since == pytest.approx(START + 86_400 - 300, abs=2)
    assert found[-1].server_time.startswith("2027-01-16T")


def test_more_properties_than_a_search_can_name_are_read_in_batches(site: Site) -> None:
    many = tuple(f"our_property_with_a_very_long_name_number_{number:03}" for number in range(80))
    with site.portal.database.transaction():
        for name in many:
            site.portal.catalog.create(
                "contacts",
                {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "contactinformation"},
                0,
            )
    ids = site.load(250, our_property_with_a_very_long_name_number_079="there")
    found = read_changes(site, want(None, ("email", *many)))
    assert sorted(ids_of(found), key=int) == ids
    assert {record.cells[-1] for page in found for record in page.records} == {"there"}
    assert site.arrivals.seen.count("POST /crm/objects/2026-03/contacts/search") == 2
    assert site.arrivals.seen.count("POST /crm/objects/2026-03/contacts/batch/read") == 3


def test_reading_a_merged_away_record_names_its_successor(site: Site) -> None:
    one, two, other = site.load(3)
    survivor = site.merge(one, two)
    read = site.use(lambda crm: crm.read(want(), [one, other, survivor, two]))
    assert [record.id for record in read] == [one, other, survivor, two]
    assert [record.successor for record in read] == [("contacts", survivor), None, None, ("contacts", survivor)]
    gone, live = Presence.DELETED, Presence.LIVE
    assert [record.presence for record in read] == [gone, live, live, gone]
    assert set(read[2].absorbed) == {one, two}


def test_the_product_of_a_merge_comes_as_a_change_that_names_what_it_took_in(site: Site) -> None:
    one, two = site.load(2)
    since = read_changes(site, want())[-1].cursor
    site.pass_time(600)
    survivor = site.merge(one, two)
    (record,) = [record for page in read_changes(site, want(since)) for record in page.records]
    assert record.id == survivor
    assert set(record.absorbed) == {one, two}
    assert record.keys == ("person.0@example.com", "person.1@example.com")


def test_a_merge_that_does_not_say_what_it_took_in_is_followed_all_the_same(site: Site) -> None:
    one, two = site.load(2)
    survivor = site.merge(one, two)
    with site.portal.database.transaction():
        merged = site.portal.find(CONTACTS, survivor, None)
        site.portal.store_changes(merged, {"hs_merged_object_ids": (f"{one};{two}", "")})
    read = site.use(lambda crm: crm.read(want(), [one, two]))
    assert [record.successor for record in read] == [("contacts", survivor)] * 2


def test_a_search_that_forgets_its_filter_is_given_up_not_read_for_ever(site: Site) -> None:
    rows = [{"id": str(number), "properties": {}} for number in range(1, 201)]

    async def work(crm: HubSpotCrm) -> list[Page]:
        await crm.schemas(["contacts"])
        site.fault(path="/search", count=0, status=200, body=orjson.dumps({"results": rows}).decode())
        return await changes(crm, want())

    with pytest.raises(Unreachable):
        site.use(work)


def test_a_thousand_ids_cost_ten_calls(site: Site) -> None:
    ids = site.load(1_000)

    async def work(crm: HubSpotCrm) -> list[Observed]:
        await crm.schemas(["contacts"])
        site.arrivals.seen.clear()
        return await crm.read(want(), ids[::-1])

    assert [record.id for record in site.use(work)] == ids[::-1]
    assert site.calls() == 10


def test_contacts_are_found_by_either_address_past_the_index(site: Site) -> None:
    site.portal.search_lag_seconds = 3_600
    record_id = site.insert({"email": "first@example.com", "hs_additional_emails": "second@example.com"})
    asked = ["Second@Example.com ", "not an address", "first@example.com", "nobody@example.com"]
    found = site.use(lambda crm: crm.find(want(), "email", asked))
    assert [record.id for record in found] == [record_id]


def test_one_address_that_hubspot_refuses_does_not_hide_the_others(site: Site) -> None:
    ids = site.load(5)
    emails = [f"person.{number}@example.com" for number in range(5)]

    async def work(crm: HubSpotCrm) -> list[Observed]:
        await crm.schemas(["contacts"])
        site.fault(path="/batch/read", status=400, body='{"category":"VALIDATION_ERROR","message":"Bad address."}')
        return await crm.find(want(), "email", emails)

    assert sorted(record.id for record in site.use(work)) == ids


def test_values_that_hubspot_refuses_again_and_again_count_as_not_found(site: Site) -> None:
    site.load(3)

    async def work(crm: HubSpotCrm) -> list[Observed]:
        await crm.schemas(["contacts"])
        site.fault(path="/batch/read", count=0, status=400, body='{"category":"VALIDATION_ERROR","message":"Bad."}')
        return await crm.find(want(), "email", ["a@example.com", "b@example.com"])

    assert site.use(work) == []
    assert site.calls() == 1 + 3


def test_a_unique_property_is_compared_with_its_case(site: Site) -> None:
    record_id = site.insert({"lastname": "One", "crmsync_salesforce_id": "003AaBb"})
    found = site.use(lambda crm: crm.find(want(), "crmsync_salesforce_id", ["003AaBb", "003XXXX"]))
    assert [record.id for record in found] == [record_id]


def test_hundreds_of_values_are_sought_in_bodies_that_fit(site: Site) -> None:
    ids = site.load(300)
    names = [f"LAST {number}" for number in range(300)]
    found = site.use(lambda crm: crm.find(want(), "lastname", names))
    assert sorted((record.id for record in found), key=int) == ids


def test_a_field_that_does_not_exist_finds_nothing(site: Site) -> None:
    site.load(1)
    assert site.use(lambda crm: crm.find(want(), "no_such_field", ["x"])) == []


def test_an_answer_with_odd_rows_is_read_as_far_as_it_makes_sense(site: Site) -> None:
    rows: list[Any] = [None, 7, {"id": "5"}, {"id": "6", "properties": {"email": "a@x.example"}}, {"properties": {}}]

    async def work(crm: HubSpotCrm) -> list[Page]:
        await crm.schemas(["contacts"])
        site.fault(path="/search", status=200, body=orjson.dumps({"results": rows}).decode())
        return await changes(crm, want())

    (page,) = site.use(work)
    (record,) = page.records
    assert (record.id, page.last) == ("6", True)


def test_an_outage_in_the_middle_loses_nothing(site: Site) -> None:
    ids = site.load(450)
    site.fault(path="/search", nth=2, count=5, status=503)
    got: list[Page] = []

    async def work(crm: HubSpotCrm) -> None:
        async for page in crm.changes([want()]):
            got.append(page)

    with pytest.raises(Unreachable):
        site.use(work)
    rest = read_changes(site, want(got[-1].cursor))
    assert ids_of(got) + ids_of(rest) == ids


def test_a_cursor_that_is_not_ours_is_a_bug() -> None:
    with pytest.raises(BugError):
        load("2026-01-01")


@pytest.mark.parametrize(
    ("before", "now", "since", "slow"),
    [
        (Position(), 9_000.0, None, 9_000.0),
        (Position(5_000.0, slow=5_300.0), 6_000.0, 5_000.0, 5_300.0),
        (Position(8_600.0, slow=5_300.0), 8_900.0, 1_700.0, 8_900.0),
        (Position(5_000.0), 6_000.0, 5_000.0, 6_000.0),
        (Position(5_000.0, "77", 5_500.0, 5_500.0), 99_000.0, 5_000.0, 5_500.0),
    ],
)
def test_windows_begin_where_they_should(before: Position, now: float, since: float | None, slow: float) -> None:
    opened = before.opened(now, slow_overlap=3_600.0)
    assert (opened.since, opened.slow) == (since, slow)
    closed = opened.closed(overlap=300.0)
    assert closed.began is None
    assert closed.since is not None
    assert closed.since >= (since or 0.0)
    assert load(closed.dump()) == closed
