"""Chosen records by a job of Bulk API 2.0: what it costs, what it brings, and all that can go wrong meanwhile."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crmsync_desktop.adapters.salesforce import SalesforceCrm, bulk_read, transport
from crmsync_desktop.adapters.salesforce.bulk import Jobs, Results, rows_of
from crmsync_desktop.adapters.salesforce.errors import CallFailed
from crmsync_desktop.domain.errors import LimitReached, Unreachable
from crmsync_desktop.domain.filters import Condition, Operator
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.selection import POLLS, Way, by_bulk
from crmsync_desktop.ports.crm import Want
from crmsync_desktop.practice.salesforce.customisation import CustomField, PicklistValue
from crmsync_desktop.practice.salesforce.setup import OrgSetup
from tests.adapters.salesforce.conftest import Site
from tests.adapters.salesforce.selecting import (
    ALL_L,
    BUSY,
    CALLS,
    CONTACTS,
    by_job,
    fill,
    ids,
    known,
    paid,
    read,
    records,
    refusal,
    states,
)

pytestmark = pytest.mark.http


def ended(state: str, message: str = "") -> tuple[int, str, bytes]:
    body = {"id": "750000000000001AAA", "state": state, "errorMessage": message}
    return 200, "application/json", json.dumps(body).encode()


def test_a_job_is_made_once_asked_about_with_growing_pauses_and_read(site: Site) -> None:
    made = fill(site, 4_100)
    site.org.bulk.pace.polls = 4
    found = by_job(site)
    assert sorted(ids(found)) == made
    assert [len(page.records) for page in found if page.records] == [2_000, 2_000, 100]
    assert [(page.last, page.way, page.total) for page in found if page.records] == [
        (False, Way.BULK, 4_100),
        (False, Way.BULK, 4_100),
        (True, Way.BULK, 4_100),
    ]
    assert site.requests() == by_bulk(4_100, 4) == 1 + POLLS + 1
    assert paid(site) == ["import"] * site.requests()
    waits = [page for page in found if not page.records]
    assert {(page.way, page.last, page.total) for page in waits} == {(Way.BULK, False, None)}
    assert len({page.position for page in waits}) == 2  # the job is made; it is done
    assert sum(site.local_clock.slept) == 2 + 4 + 8 + 15
    assert max(site.local_clock.slept) <= 1


HOSTILE_FIELDS = (
    CustomField("Regions__c", "multipicklist", "Account", values=(PicklistValue("North"), PicklistValue("South"))),
    CustomField("Seen__c", "datetime", "Account"),
    CustomField("Active__c", "boolean", "Account"),
    CustomField("Rate__c", "double", "Account", precision=18, scale=6),
)


@pytest.mark.parametrize("site", [{"setup": OrgSetup(custom_fields=HOSTILE_FIELDS)}], indirect=True)
def test_a_job_brings_what_pages_bring(site: Site) -> None:
    texts = ['say "so"', "a,b;c", "line\nbreak", "'", "=1+1", "例え 😀", "null", '"', "#N/A", "Ünï", "x" * 255]
    site.org.load(
        (
            "Account",
            {
                "Name": text,
                "Site": texts[-number][:80] if number % 3 else None,
                "Description": f"{text}\r\n\n{text}" if number % 2 else "",
                "AnnualRevenue": [None, 0.0, -1.5, 1e12, 0.1][number % 5],
                "NumberOfEmployees": [None, 0, 7][number % 3],
                "Rate__c": [None, 0.000001, 123456.5][number % 3],
                "Regions__c": [None, "North", "South;North"][number % 3],
                "Seen__c": [None, "2027-01-15T23:59:59.000+0000"][number % 2],
                "Active__c": number % 2 == 0,
            },
        )
        for number, text in enumerate(texts)
    )
    names = ("Name", "Site", "Description", "AnnualRevenue", "NumberOfEmployees", "Rate__c", "Regions__c", "Seen__c")
    want = Want("Account", (*names, "Active__c", "OwnerId", "", "Gone__c"), ("Name",))
    by_pages, by_a_job = (records(read(site, want, None, way=way)) for way in Way)
    assert len(by_pages) == len(texts)
    assert by_a_job == by_pages


def test_nothing_found_is_one_empty_last_page(site: Site) -> None:
    found = by_job(site)
    assert [page.last for page in found] == [False] * (len(found) - 1) + [True]
    assert found[-1].total == 0
    assert ids(found) == []


def test_the_result_comes_in_pages_and_goes_on_from_any_of_them(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_read, "bulk_page", lambda fields: 2_200)
    made = fill(site, 4_900)
    whole = by_job(site)
    assert ids(whole) == made
    assert [len(page.records) for page in whole if page.records] == [2_000, 200] * 2 + [500]
    assert site.requests() == 1 + 2 + 3
    given = [number for number, page in enumerate(whole) if page.records]
    for number in (0, *given):
        rest = by_job(site, after=whole[number].position)
        assert ids(whole[: number + 1]) + ids(rest) == made
    assert len(states(site)) == 1


def test_a_limit_brings_the_same_records_as_pages_do(site: Site) -> None:
    made = fill(site, 2_500)
    site.org.update(made[0], {"LastName": "Z"})
    found = by_job(site, limit=2_100)
    assert ids(found) == ids(read(site, CONTACTS, ALL_L, limit=2_100)) == made[1:2_101]
    assert found[-1].last
    assert by_job(site, limit=0)[-1].last


@pytest.mark.parametrize("part", ["/jobs/query", "/jobs/query/750", "/results"])
def test_a_lost_or_broken_answer_is_asked_for_again(site: Site, part: str) -> None:
    """Making a job again leaves one that nobody reads: it ends by itself."""
    made = fill(site, 300)
    for what in ("lose", "cut", BUSY):
        calls, jobs = site.requests(), len(states(site))
        site.faults.plan.append(("POST" if part == "/jobs/query" else "GET", part, what))
        assert sorted(ids(by_job(site))) == made
        lost_look = part == "/jobs/query/750" and what == "lose"  # which moved the job on nevertheless
        assert site.requests() - calls == CALLS + (not lost_look)
        assert len(states(site)) - jobs == (2 if part == "/jobs/query" and what == "lose" else 1)


def test_a_job_that_dies_is_made_anew(site: Site) -> None:
    made = fill(site, 300)
    for number, state in enumerate(("Failed", "Aborted"), 1):
        site.faults.plan.append(("GET", "/jobs/query/750", ended(state)))
        assert sorted(ids(by_job(site))) == made
        assert len(states(site)) == 2 * number


@pytest.mark.parametrize(
    "refused", [refusal(400, "INVALID_QUERY_LOCATOR"), refusal(404, "NOT_FOUND"), refusal(409, "INVALIDVERSION")]
)
def test_a_result_that_is_gone_half_way_is_read_anew_and_records_come_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, refused: Any
) -> None:
    monkeypatch.setattr(bulk_read, "bulk_page", lambda fields: 500)
    made = fill(site, 1_200)

    async def body(crm: SalesforceCrm) -> list[str]:
        found: list[str] = []
        async for page in crm.select(CONTACTS, ALL_L, way=Way.BULK):
            if page.records and not found:
                site.faults.plan.append(("GET", "/results", refused))
            found += [record.id for record in page.records]
        return found

    found = site.use(body, schemas=known(site, "Contact"))
    assert found == made[:500] + made
    assert len(states(site)) == 2


def test_jobs_that_die_again_and_again_are_given_up_with_salesforces_words(site: Site) -> None:
    site.faults.plan += [("GET", "/jobs/query/750", ended("Failed", "Retried more than fifteen times"))] * 9
    with pytest.raises(Unreachable, match="3 in a row") as caught:
        by_job(site)
    assert caught.value.detail == "The job is Failed. Retried more than fifteen times"
    assert len(states(site)) == 3


def test_a_field_that_goes_while_the_job_waits_is_unseen_and_the_job_made_anew(site: Site) -> None:
    made = fill(site, 20)
    want = Want("Contact", ("LastName", "Title"))

    async def body(crm: SalesforceCrm) -> list[Any]:
        found = []
        async for page in crm.select(want, ALL_L, way=Way.BULK):
            site.org.change_setup(hidden_fields=("Contact.Title",))
            found.append(page)
        return found

    found = site.use(body, schemas=known(site, "Contact"))
    assert sorted(ids(found)) == made
    assert records(found)[0].cells == [records(found)[0].cells[0], False]
    assert states(site) == ["Failed", "JobComplete"]


def test_where_salesforce_takes_no_job_the_records_come_by_pages(site: Site) -> None:
    made = fill(site, 2_100)
    for code in ("EXCEEDEDQUOTA", "INVALIDENTITY", "API_ERROR", "FEATURENOTENABLED"):
        calls = site.requests()
        site.faults.plan.append(("POST", "/jobs/query", refusal(400, code)))
        found = by_job(site)
        assert ids(found) == made
        assert {page.way for page in found} == {Way.PAGES}
        assert site.requests() - calls == 1 + 2
    assert ids(by_job(site, after=found[0].position)) == made[2_000:]


def test_the_days_jobs_used_up_is_no_end(site: Site) -> None:
    made = fill(site, 10)
    site.org.bulk.pace.daily_query_jobs = 0
    assert ids(by_job(site)) == made


def test_a_job_that_is_never_done_is_left_for_later_and_taken_up_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_read, "LONGEST_WAIT", 600.0)
    made = fill(site, 10)
    site.org.bulk.pace.polls, site.org.bulk.pace.seconds = 0, 1e9
    positions = []

    async def body(crm: SalesforceCrm) -> None:
        async for page in crm.select(CONTACTS, ALL_L, way=Way.BULK):
            positions.append(page.position)

    with pytest.raises(Unreachable, match="within two hours"):
        site.use(body, schemas=known(site, "Contact"))
    assert site.requests() == 1 + 15
    site.org.bulk.pace.polls = 1
    assert sorted(ids(by_job(site, after=positions[-1]))) == made
    assert len(states(site)) == 1


def test_a_job_of_last_week_is_gone_and_made_anew(site: Site) -> None:
    made = fill(site, 2_500)
    found = by_job(site)
    first = next(page for page in found if page.records)
    site.pass_time(8 * 86_400)
    assert sorted(ids(by_job(site, after=first.position))) == made
    assert len(states(site)) == 1  # the org has thrown the old one away


def test_a_job_that_is_gone_before_it_was_seen_done_is_made_anew(site: Site) -> None:
    made = fill(site, 10)
    waiting = by_job(site)[0].position
    site.faults.plan.append(("GET", "/jobs/query/750", refusal(404, "NOT_FOUND")))
    assert sorted(ids(by_job(site, after=waiting))) == made
    site.faults.plan.append(("GET", "/jobs/query/750", refusal(403, "REQUEST_LIMIT_EXCEEDED")))
    with pytest.raises(LimitReached):
        by_job(site, after=waiting)


def test_a_page_with_fewer_rows_than_it_says_is_not_whole() -> None:
    schema = Schema(Side.SALESFORCE, "X", "X", {"Id": Field("Id", "Id", Kind.ID, "id")}, "")
    rows = rows_of(Results(b'"Id"\n"001"\n', 2, ""), schema, ["Id"])
    assert next(rows) == {"Id": "001"}
    with pytest.raises(CallFailed, match="1 rows instead of 2"):
        next(rows)


def test_an_answer_that_is_too_large_is_asked_for_in_smaller_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made = fill(site, 4_000)
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 150_000)  # of some 450,000
    monkeypatch.setattr(bulk_read, "bulk_page", lambda fields: 8_000)
    whole = by_job(site)
    assert ids(whole) == made
    first = next(page for page in whole if page.records)
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 80_000)  # smaller than the page that was begun
    assert ids(by_job(site, after=first.position)) == made[len(first.records) :]
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 5_000)
    with pytest.raises(Unreachable, match="too large"):
        by_job(site)


HEADER = b'"Id","SystemModstamp","IsDeleted","MasterRecordId","LastName","Email"\n'


def test_a_page_that_isnt_whole_stops_the_read_where_it_stands(site: Site) -> None:
    made = fill(site, 10)
    positions = []

    async def reading(crm: SalesforceCrm) -> None:
        async for page in crm.select(CONTACTS, ALL_L, way=Way.BULK):
            positions.append(page.position)

    for body in (HEADER + b'"003"', b'"Id"\n"003000000000001AAA"\n', b"\xff\xfe", HEADER + b'"0"0"x\n', b""):
        site.faults.plan.append(("GET", "/results", (200, "text/csv", body)))
        with pytest.raises(Unreachable):
            site.use(reading, schemas=known(site, "Contact"))
        assert sorted(ids(by_job(site, after=positions[-1]))) == made


def test_an_answer_that_names_no_job_is_nonsense(site: Site) -> None:
    for body in (b"[]", b'{"id":"../limits"}', b'{"id":7}'):
        site.faults.plan.append(("POST", "/jobs/query", (200, "application/json", body)))
        with pytest.raises(Unreachable):
            by_job(site)
    site.faults.plan.append(("GET", "/results", (200, "application/json", b"[]")))
    with pytest.raises(Unreachable):
        by_job(site)


def test_a_result_that_goes_round_in_a_circle_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_read, "bulk_page", lambda fields: 10)
    fill(site, 50)
    seen = 0

    async def body(crm: SalesforceCrm) -> None:
        nonlocal seen
        async for page in crm.select(CONTACTS, ALL_L, way=Way.BULK):
            seen += len(page.records)

    original = Jobs.results

    async def same(self: Any, job: str, locator: str, size: int) -> Any:
        found = await original(self, job, "", size)
        return Results(found.content, found.rows, "MTA")

    monkeypatch.setattr(Jobs, "results", same)
    with pytest.raises(Unreachable, match="3 in a row"):
        site.use(body, schemas=known(site, "Contact"))
    assert seen == 3 * 10


def test_a_filter_of_a_job_finds_what_it_finds_by_pages(site: Site) -> None:
    fill(site, 300)
    filter = Condition("Email", Operator.CONTAINS, ("7@",))
    assert sorted(ids(read(site, CONTACTS, filter, way=Way.BULK))) == ids(read(site, CONTACTS, filter)) != []
