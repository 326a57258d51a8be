"""Reading what changed: calls, cursors, late commits, merges, conversions, lost places."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crmsync_desktop.adapters.salesforce import SalesforceCrm
from crmsync_desktop.adapters.salesforce.cursor import load
from crmsync_desktop.domain.errors import BugError, SetupError
from crmsync_desktop.domain.records import UNSEEN, Observed, Presence
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.ports.crm import Page, Want
from tests.adapters.salesforce.conftest import Site
from tests.contracts.crm_contract import cursor, pages, records

pytestmark = pytest.mark.http

CONTACTS = Want("Contact", ("LastName", "Email"), ("Email",))
LEADS = Want("Lead", ("LastName", "Email"), ("Email",))
OVERLAP = 600.0


def from_(want: Want, since: str) -> Want:
    return Want(want.object, want.fields, want.keys, since)


def read(site: Site, *wants: Want, **options: Any) -> list[Page]:
    return site.use(lambda crm: pages(crm, *wants), **options)  # type: ignore[no-any-return]


def many(site: Site, count: int, sobject: str = "Contact") -> None:
    base = int(site.clock.now()) - 100_000
    extra = {"Company": "Acme"} if sobject == "Lead" else {}
    site.org.load(
        (sobject, {"LastName": f"L{n}", "Email": f"e{n}@example.com", "SystemModstamp": base + n // 7, **extra})
        for n in range(count)
    )


def known(site: Site) -> dict[str, Schema]:
    return site.use(lambda crm: crm.schemas(["Contact", "Lead"]))  # type: ignore[no-any-return]


def test_contacts_and_leads_that_are_quiet_cost_one_call(site: Site) -> None:
    schemas = known(site).values()
    first = read(site, CONTACTS, LEADS)
    before = site.requests()
    second = read(site, from_(CONTACTS, cursor(first, "Contact")), from_(LEADS, cursor(first, "Lead")), schemas=schemas)
    assert [(page.object, page.records, page.last) for page in second] == [("Contact", [], True), ("Lead", [], True)]
    assert site.requests() - before == 1


def test_pages_of_two_thousand_are_followed(site: Site) -> None:
    many(site, 4_500)
    schemas = known(site).values()
    before = site.requests()
    found = read(site, CONTACTS, LEADS, schemas=schemas)
    assert [(page.object, len(page.records), page.last) for page in found] == [
        ("Contact", 2_000, False),
        ("Contact", 2_000, False),
        ("Contact", 500, True),
        ("Lead", 0, True),
    ]
    assert len({record.id for page in found for record in page.records}) == 4_500
    assert site.requests() - before == 3


def test_six_objects_take_two_calls(site: Site) -> None:
    names = ("Contact", "Lead", "Account", "Opportunity", "Case", "Task")
    schemas = site.use(lambda crm: crm.schemas(names)).values()
    assert site.requests() == 1
    found = read(site, *(Want(name, ("Description",)) for name in names), schemas=schemas)
    assert [page.object for page in found] == list(names)
    assert site.requests() == 3


@pytest.mark.parametrize("stop_after", [1, 2, 3])
def test_from_any_pages_cursor_nothing_is_missed(site: Site, stop_after: int) -> None:
    many(site, 4_500)
    found = read(site, CONTACTS)[:stop_after]
    site.org.update(found[0].records[0].id, {"LastName": "Edited in between"})
    rest = read(site, from_(CONTACTS, found[-1].cursor))
    assert len(records(found) | records(rest)) == 4_500
    assert records(rest)[found[0].records[0].id].cells[0] == "Edited in between"
    # Not from the beginning either: at most what bears the same second as the last row seen, and the edited one.
    assert len(records(rest)) <= 4_500 - 2_000 * min(stop_after, 2) + 7 + 1 or stop_after == 3


def test_a_row_that_commits_late_is_read(site: Site) -> None:
    many(site, 3)
    first = read(site, CONTACTS)
    late = int(site.clock.now()) - 400  # its transaction began before our read and ends after it
    site.org.load([("Contact", {"LastName": "Late", "SystemModstamp": late})])
    site.pass_time(200)
    second = read(site, from_(CONTACTS, cursor(first, "Contact")))
    assert [record.cells[0] for page in second for record in page.records] == ["Late"]


def test_a_row_that_commits_late_is_read_after_a_stop_between_pages(site: Site) -> None:
    now = int(site.clock.now())
    rows = [{"LastName": f"L{n}", "SystemModstamp": now - 100} for n in range(2_500)]
    site.org.load(("Contact", row) for row in rows)
    first_page = read(site, CONTACTS)[0]
    site.org.load([("Contact", {"LastName": "Late", "SystemModstamp": now - 300})])
    rest = read(site, from_(CONTACTS, first_page.cursor))
    assert "Late" in {record.cells[0] for record in records(rest).values()}


def test_the_overlap_ends(site: Site) -> None:
    schemas = known(site).values()
    made = site.org.insert("Contact", {"LastName": "Once"})
    found = read(site, CONTACTS, schemas=schemas)
    counts = []
    for _ in range(4):
        site.pass_time(OVERLAP / 2 - 10)
        found = read(site, from_(CONTACTS, cursor(found, "Contact")), schemas=schemas)
        counts.append([record.id for page in found for record in page.records])
    # A read at 10 minutes less 20 seconds still begins before the stamp; the one after no longer does.
    assert counts == [[made], [made], [made], []]


def test_a_cursor_never_goes_back(site: Site) -> None:
    ahead = json.dumps({"since": "2030-01-01T00:00:00Z"})
    (page,) = read(site, from_(CONTACTS, ahead))
    known = load(page.cursor)
    assert known is not None
    assert known.since == "2030-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "broken",
    ["", "{}", "[]", '{"since": 5}', '{"since": "2026"}', '{"since": "2026-01-01T00:00:00Z OR Id != null"}', "x"],
)
def test_a_cursor_that_is_none_is_ours_to_mend(broken: str) -> None:
    with pytest.raises(BugError):
        load(broken)


def test_a_merge_names_the_master_and_a_conversion_the_contact(site: Site) -> None:
    master, loser = (site.org.insert("Contact", {"LastName": name}) for name in ("Master", "Loser"))
    lead = site.org.insert("Lead", {"LastName": "Converted", "Company": "Acme"})
    first = read(site, CONTACTS, LEADS)
    site.pass_time(5)
    site.org.merge(master, [loser])
    made = site.org.convert_lead(lead)
    found = read(site, from_(CONTACTS, cursor(first, "Contact")), from_(LEADS, cursor(first, "Lead")))
    seen: dict[str, Observed] = records(found)
    assert (seen[loser].presence, seen[loser].successor) == (Presence.DELETED, ("Contact", master))
    assert (seen[lead].presence, seen[lead].successor) == (Presence.DELETED, ("Contact", made["contact"]))
    assert seen[made["contact"]].presence is Presence.LIVE


def test_a_first_read_tells_of_converted_leads_and_not_of_deleted_ones(site: Site) -> None:
    converted, deleted, live = (
        site.org.insert("Lead", {"LastName": name, "Company": "Acme"}) for name in ("Converted", "Deleted", "Live")
    )
    made = site.org.convert_lead(converted)
    site.org.delete([deleted])
    seen = records(read(site, LEADS))
    assert seen.keys() == {converted, live}
    assert (seen[converted].presence, seen[converted].successor) == (Presence.DELETED, ("Contact", made["contact"]))


def test_an_undeleted_record_is_live_again(site: Site) -> None:
    record = site.org.insert("Contact", {"LastName": "Back"})
    first = read(site, CONTACTS)
    site.org.delete([record])
    site.pass_time(5)
    site.org.undelete([record])
    assert records(read(site, from_(CONTACTS, cursor(first, "Contact"))))[record].presence is Presence.LIVE


def test_a_dead_locator_goes_on_where_it_stood(site: Site) -> None:
    many(site, 4_500)
    gone = (400, "application/json", b'[{"errorCode":"INVALID_QUERY_LOCATOR","message":"invalid query locator"}]')
    site.faults.plan = [("GET", "/query", gone)]
    found = read(site, CONTACTS)
    assert len({record.id for page in found for record in page.records}) == 4_500
    assert [page.last for page in found].count(True) == 1
    assert found[-1].last


def test_a_field_that_has_gone_is_unseen_and_the_schema_read_anew(site: Site) -> None:
    record = site.org.insert("Contact", {"LastName": "Here"})
    schema = known(site)["Contact"]
    gone = Field("Gone__c", "Gone", Kind.TEXT, "string")
    stale = Schema(schema.side, "Contact", schema.label, {**schema.fields, "Gone__c": gone}, schema.read_at)
    want = Want("Contact", ("LastName", "Gone__c"))

    async def all_ways(crm: SalesforceCrm, way: str) -> Observed:
        if way == "changes":
            return records(await pages(crm, want))[record]
        if way == "read":
            return (await crm.read(want, [record]))[0]
        return (await crm.find(want, "LastName", ["here"]))[0]

    for way in ("changes", "read", "find"):
        observed = site.use(lambda crm, way=way: all_ways(crm, way), schemas=[stale])
        assert observed.cells == ["Here", UNSEEN]


def test_an_object_that_is_hidden_needs_a_person(site: Site) -> None:
    with pytest.raises(SetupError, match="Hidden__c"):
        read(site, CONTACTS, Want("Hidden__c", ("Name",)))


def test_calls_are_booked_on_their_pair(site: Site) -> None:
    pairs = {"Contact": "contacts", "Lead": "contacts"}
    read(site, CONTACTS, LEADS, pair_of=lambda name: pairs.get(name, ""))
    assert [(call.purpose, call.pair) for call in site.budget.spent] == [("schema", ""), ("read", "contacts")]
