"""Writing: one answer for each record, whatever happens to the request."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from crmsync_desktop.adapters.salesforce.external_ids import EXTERNAL_ID
from crmsync_desktop.adapters.salesforce.payload import fields_of
from crmsync_desktop.domain.records import Category, Op, Outcome, Side, Write, Written
from crmsync_desktop.domain.schema import Field, Kind, Schema
from tests.adapters.salesforce.conftest import Site

pytestmark = pytest.mark.http

NO_FIELD = pytest.mark.parametrize("site", [{"external_id_field": False}], indirect=True)


def create(key: str, sobject: str = "Contact", origin: str | None = None, **values: str | None) -> Write:
    given = {"LastName": f"Last {key}", **({"Company": "Acme"} if sobject == "Lead" else {}), **values}
    return Write(key, Side.SALESFORCE, sobject, Op.CREATE, None, given, origin)


def update(key: str, record: str, sobject: str = "Contact", **values: str | None) -> Write:
    return Write(key, Side.SALESFORCE, sobject, Op.UPDATE, record, dict(values))


def write(site: Site, writes: list[Write], **options: Any) -> list[Written]:
    return site.use(lambda crm: crm.write(writes), **options)  # type: ignore[no-any-return]


def outcomes(answers: list[Written]) -> list[Outcome]:
    return [answer.outcome for answer in answers]


def write_calls(site: Site) -> list[str]:
    return [seen for seen in site.faults.seen if "/composite/sobjects" in seen]


def fields(**kinds: Kind) -> Schema:
    known = {name: Field(name, name, kind, kind.value) for name, kind in kinds.items()}
    return Schema(Side.SALESFORCE, "X", "X", known, "")


def test_values_travel_by_kind_and_numbers_digit_by_digit() -> None:
    schema = fields(N=Kind.NUMBER, M=Kind.NUMBER, W=Kind.NUMBER, B=Kind.BOOL, C=Kind.BOOL, D=Kind.DATE, T=Kind.TEXT)
    values = {
        "N": "1234567890123456.789",
        "M": None,
        "W": "twelve",
        "B": "true",
        "C": None,
        "D": "2026-02-03",
        "T": "12",
        "Unknown": "7",
    }
    assert orjson.dumps(fields_of(values, schema)) == (
        b'{"N":1234567890123456.789,"M":null,"W":"twelve","B":true,"C":false,"D":"2026-02-03","T":"12","Unknown":"7"}'
    )


@NO_FIELD
def test_two_objects_share_a_request_and_answers_keep_their_order(site: Site) -> None:
    writes = [create(f"{n}", "Lead" if n % 2 else "Contact") for n in range(20)]
    answers = write(site, writes)
    assert [answer.key for answer in answers] == [one.key for one in writes]
    assert len(write_calls(site)) == 1
    for one, answer in zip(writes, answers, strict=True):
        assert (answer.id or "").startswith("00Q" if one.object == "Lead" else "003")
        stored = site.org.get(answer.id or "")
        assert stored is not None
        assert stored["LastName"] == one.values["LastName"]


def test_upserts_go_by_object_and_leave_the_origin(site: Site) -> None:
    writes = [create(f"{n}", "Lead" if n % 2 else "Contact", origin=f"hs{n}") for n in range(6)]
    answers = write(site, writes)
    assert outcomes(answers) == [Outcome.DONE] * 6
    assert sorted(write_calls(site)) == [
        f"PATCH /services/data/v67.0/composite/sobjects/{name}/{EXTERNAL_ID}" for name in ("Contact", "Lead")
    ]
    assert [(site.org.get(answer.id or "") or {})[EXTERNAL_ID] for answer in answers] == [f"hs{n}" for n in range(6)]


def test_assignment_rules_are_off(site: Site) -> None:
    write(site, [create("a", "Lead")])
    sent = [headers for headers in site.faults.headers if "sforce-auto-assign" in headers]
    assert [headers["sforce-auto-assign"] for headers in sent] == ["FALSE"]


@NO_FIELD
def test_a_whole_refusal_is_taken_apart(site: Site) -> None:
    writes = [create(f"{n}") for n in range(16)]
    writes[5] = create("5", Birthdate="not a day")
    answers = write(site, writes)
    assert [n for n, outcome in enumerate(outcomes(answers)) if outcome is not Outcome.DONE] == [5]
    (fault,) = answers[5].faults
    assert (fault.category, fault.code) == (Category.PROPERTY_VALUES, "JSON_PARSER_ERROR")
    assert site.org.count("Contact") == 15
    assert len(write_calls(site)) == 1 + 2 * 4


def locked(count: int) -> tuple[int, str, bytes]:
    error = {"statusCode": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain exclusive access", "fields": []}
    return 200, "application/json", orjson.dumps([{"success": False, "errors": [error]}] * count)


@NO_FIELD
def test_locked_rows_are_tried_again(site: Site) -> None:
    site.faults.plan = [("POST", "/composite/sobjects", locked(3)), ("POST", "/composite/sobjects", locked(3))]
    answers = write(site, [create(f"{n}") for n in range(3)])
    assert outcomes(answers) == [Outcome.DONE] * 3
    assert site.org.count("Contact") == 3
    assert len(site.local_clock.slept) == 2


@NO_FIELD
def test_rows_that_stay_locked_are_given_up_for_this_time(site: Site) -> None:
    site.faults.plan = [("POST", "/composite/sobjects", locked(2))] * 9
    answers = write(site, [create(f"{n}") for n in range(2)])
    assert outcomes(answers) == [Outcome.FAILED] * 2
    assert {fault.category for answer in answers for fault in answer.faults} == {Category.TEMPORARY}
    assert len(write_calls(site)) == 4


LOST = ["lose", (503, "text/html", b"<html>down</html>"), (200, "application/json", b'[{"success":')]


@NO_FIELD
@pytest.mark.parametrize("fault", LOST)
def test_a_plain_create_without_an_answer_is_unknown_and_sent_once(site: Site, fault: Any) -> None:
    site.faults.plan = [("POST", "/composite/sobjects", fault)]
    answers = write(site, [create("a"), create("b")])
    assert outcomes(answers) == [Outcome.UNKNOWN] * 2
    assert len(write_calls(site)) == 1


@pytest.mark.parametrize("fault", LOST)
def test_an_upsert_without_an_answer_is_sent_again_and_makes_one_record(site: Site, fault: Any) -> None:
    site.faults.plan = [("PATCH", "/composite/sobjects", fault)] * 3
    answers = write(site, [create("a", origin="1"), create("b", origin="2")])
    assert outcomes(answers) == [Outcome.DONE] * 2
    assert site.org.count("Contact") == 2
    assert len(write_calls(site)) == 4


def test_an_update_that_never_gets_an_answer_is_unknown(site: Site) -> None:
    record = site.org.insert("Contact", {"LastName": "Before"})
    site.faults.plan = [("PATCH", "/composite/sobjects", "cut")] * 9
    (answer,) = write(site, [update("u", record, LastName="After")])
    assert answer.outcome is Outcome.UNKNOWN
    assert len(write_calls(site)) == 4
    assert site.budget.calls(purpose="write") == 4


def test_a_delete_whose_answer_was_lost_is_done(site: Site) -> None:
    record = site.org.insert("Contact", {"LastName": "Away"})
    site.faults.plan = [("DELETE", "/composite/sobjects", "lose")]
    (answer,) = write(site, [Write("d", Side.SALESFORCE, "Contact", Op.DELETE, record, {})])
    assert (answer.outcome, answer.id) == (Outcome.DONE, record)
    assert len(write_calls(site)) == 2


def limit_reached() -> tuple[int, str, bytes]:
    body = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    return 403, "application/json", orjson.dumps(body)


def test_after_the_orgs_limit_nothing_more_is_sent(site: Site) -> None:
    site.faults.plan = [("PATCH", "/Contact/", limit_reached())]
    answers = write(site, [create("a", origin="1"), create("b", "Lead", origin="2")])
    assert outcomes(answers) == [Outcome.NOT_SENT] * 2
    assert {fault.category for answer in answers for fault in answer.faults} == {Category.LIMITS}
    assert len(write_calls(site)) == 1


def test_the_allocation_may_end_between_two_requests(site: Site) -> None:
    schemas = site.use(lambda crm: crm.schemas(["Contact", "Lead"])).values()
    site.budget.set_allocation(Side.SALESFORCE, site.budget.calls() + 1)
    answers = write(site, [create("a", origin="1"), create("b", "Lead", origin="2")], schemas=schemas)
    assert outcomes(answers) == [Outcome.DONE, Outcome.NOT_SENT]
    assert answers[1].faults[0].category is Category.LIMITS


def test_an_answer_lost_before_the_allocation_ends_stays_unknown(site: Site) -> None:
    record = site.org.insert("Contact", {"LastName": "Before"})
    schemas = site.use(lambda crm: crm.schemas(["Contact"])).values()
    site.budget.set_allocation(Side.SALESFORCE, site.budget.calls() + 1)
    site.faults.plan = [("PATCH", "/composite/sobjects", "lose")]
    (answer,) = write(site, [update("u", record, LastName="After")], schemas=schemas)
    assert answer.outcome is Outcome.UNKNOWN


@NO_FIELD
def test_what_never_left_is_not_sent(site: Site) -> None:
    schemas = site.use(lambda crm: crm.schemas(["Contact"])).values()
    answers = write(site, [create("a")], schemas=schemas, instance_url="http://127.0.0.1:9")
    assert outcomes(answers) == [Outcome.NOT_SENT]
    assert answers[0].faults[0].category is Category.TEMPORARY


def test_a_taken_unique_value_names_its_record(site: Site) -> None:
    first, second = write(site, [create("a", origin="77"), create("b", origin="78")])
    (answer,) = write(site, [update("u", second.id or "", **{EXTERNAL_ID: "77"})])
    assert answer.outcome is Outcome.FAILED
    (fault,) = answer.faults
    assert (fault.category, fault.existing_id) == (Category.DUPLICATES, first.id)


def test_an_external_id_field_that_has_gone_fails_the_records_and_is_forgotten(site: Site) -> None:
    schema = site.use(lambda crm: crm.schemas(["Case"]))["Case"]
    field = Field(EXTERNAL_ID, "HubSpot id", Kind.TEXT, "string", external_id=True)
    stale = Schema(schema.side, "Case", "Case", {**schema.fields, EXTERNAL_ID: field}, "")
    one = Write("k", Side.SALESFORCE, "Case", Op.CREATE, None, {"Subject": "Help"}, "5")
    if EXTERNAL_ID in schema.fields:
        pytest.fail("the practice org has the field on Case: choose another object")

    async def twice(crm: Any) -> tuple[list[Written], list[Written]]:
        return await crm.write([one, one]), await crm.write([one])

    first, second = site.use(twice, schemas=[stale])
    assert outcomes(first) == [Outcome.FAILED] * 2
    assert outcomes(second) == [Outcome.DONE]
    assert len(write_calls(site)) == 2


def test_ids_that_are_none_are_refused_here(site: Site) -> None:
    record = site.org.insert("Contact", {"LastName": "Kept"})
    writes = [
        Write("d1", Side.SALESFORCE, "Contact", Op.DELETE, f"{record},{record}", {}),
        Write("d2", Side.SALESFORCE, "Contact", Op.DELETE, None, {}),
    ]
    assert outcomes(write(site, writes)) == [Outcome.FAILED] * 2
    assert site.requests() == 0
    assert site.org.count("Contact") == 1
