"""Writes: an answer of its own for each record, whatever happens to the batch or to its reply."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.adapters.hubspot import HubSpotCrm
from crmsync_desktop.adapters.hubspot.matching import Joiner
from crmsync_desktop.domain.records import Category, Op, Outcome, Side, Write, Written
from tests.adapters.hubspot.conftest import Site

pytestmark = pytest.mark.http
DONE, FAILED, UNKNOWN, NOT_SENT = Outcome.DONE, Outcome.FAILED, Outcome.UNKNOWN, Outcome.NOT_SENT
UNTRACED = pytest.mark.parametrize("site", [{"traced": False}], indirect=True)
UNLINKED = pytest.mark.parametrize("site", [{"link_property": False}], indirect=True)


def write(site: Site, *writes: Write, **options: Any) -> list[Written]:
    """The answers, with the schema read before, so that calls are those of the writes alone."""

    async def work(crm: HubSpotCrm) -> list[Written]:
        await crm.schemas(["contacts"])
        site.arrivals.seen.clear()
        return await crm.write(writes)

    answers = site.use(work, **options)
    assert [answer.key for answer in answers] == [each.key for each in writes]
    return answers


def creates(site: Site, count: int, start: int = 0) -> list[Write]:
    return [
        site.create(f"003{n}", email=f"New.{n}@Example.com", lastname=f"New {n} ", phone=None)
        for n in range(start, start + count)
    ]


def outcomes(answers: list[Written]) -> list[Outcome]:
    return [answer.outcome for answer in answers]


def test_answers_carry_what_hubspot_made_of_the_values(site: Site) -> None:
    answer, *_ = write(site, *creates(site, 3))
    assert answer.outcome is DONE
    assert answer.created
    assert answer.echo is not None
    assert (answer.echo["email"], answer.echo["lastname"]) == ("new.0@example.com", "New 0")
    assert answer.version is not None
    assert answer.version.startswith("2027-01-15T")
    (changed,) = write(site, site.update(answer.id or "", lastname=None, jobtitle=" CEO\r\nand more "))
    assert changed.echo == {"lastname": None, "jobtitle": "CEO\nand more"}
    stored = site.record(answer.id or "")
    assert stored is not None
    assert "lastname" not in stored
    assert stored["crmsync_salesforce_id"] == "0030"


@pytest.mark.parametrize("site", [{}, {"traced": False}], indirect=True)
def test_a_taken_address_names_who_has_it_and_overwrites_nobody(site: Site) -> None:
    (taken,) = site.load(1, jobtitle="Untouched")
    before = site.record(taken)
    one, two, three = creates(site, 3)
    clash = site.create("003X", email="Person.0@example.com", jobtitle="Mine")
    answers = write(site, one, clash, two, three)
    assert outcomes(answers) == [DONE, FAILED, DONE, DONE]
    (fault,) = answers[1].faults
    assert (fault.category, fault.existing_id) == (Category.DUPLICATES, taken)
    assert site.record(taken) == before


def test_a_salesforce_id_that_another_contact_has_is_a_duplicate_not_an_overwrite(site: Site) -> None:
    holder = site.insert({"lastname": "Holder", "crmsync_salesforce_id": "003X"})
    (answer,) = write(site, site.create("003X", email="other@example.com", lastname="Other"))
    assert answer.outcome is FAILED
    assert [(fault.category, fault.existing_id) for fault in answer.faults] == [(Category.DUPLICATES, holder)]
    assert (site.record(holder) or {})["lastname"] == "Holder"


@UNTRACED
def test_a_batch_that_is_refused_whole_is_taken_apart(site: Site) -> None:
    writes = creates(site, 100)
    for place in (3, 50, 99):
        writes[place] = site.create("003B", email=f"bad {place}")
    answers = write(site, *writes)
    assert [place for place, answer in enumerate(answers) if answer.outcome is FAILED] == [3, 50, 99]
    assert outcomes(answers).count(DONE) == 97
    assert {fault.code for answer in answers for fault in answer.faults} == {"INVALID_EMAIL"}
    assert site.portal.count("contacts") == 97
    for each, answer in zip(writes, answers, strict=True):
        if answer.outcome is DONE:
            assert (site.record(answer.id or "") or {})["crmsync_salesforce_id"] == each.origin_id
    assert site.calls() <= 1 + 2 * 3 * 7


@UNTRACED
def test_a_property_that_is_gone_costs_one_more_call_not_two_hundred(site: Site) -> None:
    writes = [*creates(site, 50), *(site.create(f"00Q{n}", lastname="x", gone_property="y") for n in range(50))]
    answers = write(site, *writes)
    assert outcomes(answers) == [DONE] * 50 + [FAILED] * 50
    assert {fault.category for answer in answers for fault in answer.faults} == {Category.FIELD_MAPPING}
    assert answers[99].faults[0].fields == ("gone_property",)
    assert site.calls() == 2


@UNTRACED
def test_the_same_address_twice_in_one_batch_makes_one_contact(site: Site) -> None:
    writes = [site.create(f"003{n}", email="twice@example.com") for n in range(2)]
    answers = write(site, *writes, *creates(site, 4, start=10))
    assert outcomes(answers) == [DONE, FAILED, DONE, DONE, DONE, DONE]
    assert answers[1].faults[0].existing_id == answers[0].id


@pytest.mark.parametrize("site", [{}, {"traced": False}], indirect=True)
def test_updates_answer_each_for_itself(site: Site) -> None:
    ids = site.load(4)
    answers = write(
        site,
        site.update(ids[0], lastname="One"),
        site.update("123456789", lastname="Nobody"),
        site.update(ids[1], numemployees="many"),
        site.update(ids[2], email="person.3@example.com"),
        site.update(ids[3], lastname="Four"),
    )
    assert outcomes(answers) == [DONE, FAILED, FAILED, FAILED, DONE]
    assert [answer.faults[0].category for answer in answers[1:4]] == [
        Category.RECORD_GONE,
        Category.PROPERTY_VALUES,
        Category.DUPLICATES,
    ]
    assert answers[3].faults[0].existing_id == ids[3]
    assert (site.record(ids[3]) or {})["lastname"] == "Four"


@pytest.mark.parametrize("site", [{}, {"traced": False}], indirect=True)
def test_an_update_of_a_merged_record_names_the_survivor(site: Site) -> None:
    one, two, _ = site.load(3)
    survivor = site.merge(one, two)
    (answer,) = write(site, site.update(one, lastname="Late"))
    assert answer.outcome is FAILED
    assert [(f.category, f.code, f.existing_id) for f in answer.faults] == [(Category.RECORD_GONE, "MERGED", survivor)]


def test_updates_of_both_halves_of_a_merge_each_get_an_answer(site: Site) -> None:
    one, two, other = site.load(3)
    survivor = site.merge(one, two)
    answers = write(
        site, site.update(one, lastname="A"), site.update(other, lastname="B"), site.update(two, lastname="C")
    )
    assert outcomes(answers) == [FAILED, DONE, FAILED]
    assert {answers[place].faults[0].existing_id for place in (0, 2)} == {survivor}


def test_deleting_twice_is_no_error(site: Site) -> None:
    ids = site.load(2)
    assert outcomes(write(site, *(site.delete(each) for each in [*ids, "123456789"]))) == [DONE] * 3
    assert outcomes(write(site, *(site.delete(each) for each in ids))) == [DONE] * 2
    assert site.portal.count("contacts") == 0


@pytest.mark.parametrize("path", ["/batch/update", "/batch/archive"])
@pytest.mark.parametrize("how", [{"drop_after_commit": True}, {"status": 502}, {"status": 200, "body": "<html>"}])
def test_a_lost_reply_to_an_update_or_delete_is_made_good_by_sending_it_again(
    site: Site, path: str, how: dict[str, Any]
) -> None:
    (record_id,) = site.load(1)
    site.fault(path=path, **how)
    each = site.delete(record_id) if "archive" in path else site.update(record_id, lastname="Twice")
    assert outcomes(write(site, each)) == [DONE]
    assert site.calls() == 2


@pytest.mark.parametrize("how", [{"drop_after_commit": True}, {"drop_before": True}, {"status": 504}])
def test_with_the_link_property_a_lost_create_ends_as_one_record(site: Site, how: dict[str, Any]) -> None:
    site.fault(path="/batch/create", **how)
    answers = write(site, *creates(site, 5))
    assert outcomes(answers) == [DONE] * 5
    assert all(answer.created and answer.echo and answer.version for answer in answers)
    assert site.portal.count("contacts") == len({answer.id for answer in answers}) == 5


def test_a_create_that_is_stored_only_after_it_was_looked_for_is_still_one_record(site: Site) -> None:
    site.fault(path="/batch/create", drop_after_commit=True)
    site.fault(path="/batch/read", status=200, body='{"results": []}')
    answers = write(site, *creates(site, 3))
    assert outcomes(answers) == [DONE] * 3
    assert site.portal.count("contacts") == 3


def test_a_lost_create_that_cannot_be_looked_up_is_unknown(site: Site) -> None:
    site.fault(path="/batch/create", drop_after_commit=True)
    site.fault(path="/batch/read", count=0, status=503)
    assert outcomes(write(site, *creates(site, 3))) == [UNKNOWN] * 3
    assert site.arrivals.seen.count("POST /crm/objects/2026-03/contacts/batch/create") == 1


@UNLINKED
def test_without_the_link_property_a_lost_create_is_unknown_and_sent_once(site: Site) -> None:
    site.fault(path="/batch/create", drop_after_commit=True)
    assert outcomes(write(site, *creates(site, 3))) == [UNKNOWN] * 3
    assert site.calls() == 1


def test_an_outage_makes_updates_unknown(site: Site) -> None:
    (record_id,) = site.load(1)
    site.fault(path="/batch/update", count=0, status=503)
    (answer,) = write(site, site.update(record_id, lastname="x"))
    assert (answer.outcome, answer.faults[0].category) == (UNKNOWN, Category.TEMPORARY)


@pytest.mark.parametrize(
    ("how", "outcome", "category"),
    [
        ({"status": 429, "body": '{"policyName":"DAILY"}'}, NOT_SENT, Category.LIMITS),
        ({"status": 429, "body": '{"policyName":"SECONDLY"}'}, NOT_SENT, Category.LIMITS),
        ({"status": 477, "headers": {"Retry-After": "9000"}}, NOT_SENT, Category.LIMITS),
        ({"status": 423}, NOT_SENT, Category.TEMPORARY),
        ({"status": 401}, NOT_SENT, Category.CONNECTION),
        ({"status": 403, "body": '{"category":"MISSING_SCOPES","message":"No."}'}, FAILED, Category.PERMISSIONS),
    ],
)
def test_what_stands_in_the_way_of_a_whole_batch_is_told_for_each_record(
    site: Site, how: dict[str, Any], outcome: Outcome, category: Category
) -> None:
    site.fault(path="/batch/create", count=0, **how)
    answers = write(site, *creates(site, 3))
    assert outcomes(answers) == [outcome] * 3
    assert {answer.faults[0].category for answer in answers} == {category}
    assert site.portal.count("contacts") == 0


def test_an_allocation_that_ends_between_two_requests_says_which_were_sent(site: Site) -> None:
    ids = site.load(2)
    site.budget.set_allocation(Side.HUBSPOT, 2)
    answers = write(site, site.update(ids[0], lastname="Sent"), site.delete(ids[1]))
    assert outcomes(answers) == [DONE, NOT_SENT]
    assert answers[1].faults[0].category is Category.LIMITS
    assert site.portal.count("contacts") == 2


def test_where_nobody_listens_nothing_was_sent(site: Site) -> None:
    answers = site.use(lambda crm: crm.write(creates(site, 2)), base_url="http://127.0.0.1:9")
    assert outcomes(answers) == [NOT_SENT] * 2


def test_a_reply_that_forgets_a_record_leaves_it_unknown(site: Site) -> None:
    site.fault(path="/batch/create", status=201, body='{"results": []}')
    assert outcomes(write(site, *creates(site, 2))) == [UNKNOWN] * 2


def test_one_error_that_names_nobody_belongs_to_the_one_that_is_left(site: Site) -> None:
    body = '{"results": [{"id": "1", "properties": {}, "objectWriteTraceId": "w1"}], "errors": [%s]}'
    site.fault(path="/batch/create", status=207, body=body % '{"category":"VALIDATION_ERROR","message":"Odd."}')
    answers = write(site, *creates(site, 2))
    assert outcomes(answers) == [DONE, FAILED]
    assert answers[1].faults[0].message == "Odd."


@pytest.mark.parametrize("path", ["/batch/create", "/batch/update"])
def test_several_errors_that_name_nobody_are_cleared_up_by_sending_those_apart(site: Site, path: str) -> None:
    ids = site.load(3)
    error = '{"status":"error","category":"VALIDATION_ERROR","message":"Odd."}'
    site.fault(path=path, status=207, body=f'{{"results": [], "errors": [{error},{error},{error}]}}')
    writes = creates(site, 3) if "create" in path else [site.update(each, lastname="x") for each in ids]
    assert outcomes(write(site, *writes)) == [DONE] * 3
    assert site.calls() == 3


def test_results_are_joined_by_whatever_names_them() -> None:
    def each(key: str, origin: str | None, email: str | None) -> Write:
        return Write(key, Side.HUBSPOT, "contacts", Op.CREATE, None, {"email": email}, origin)

    writes = [
        each("k1", None, None), each("k2", "003A", None), each("k3", None, "C@x.example"), each("k4", None, None),
        each("k5", None, "same@x.example"), each("k6", None, "same@x.example"),
    ]  # fmt: skip
    results = [
        {"id": "4", "properties": {}},
        {"id": "3", "properties": {"email": "c@x.example"}},
        {"id": "2", "properties": {"link": "003A"}},
        {"id": "1", "properties": {}, "objectWriteTraceId": "k1"},
    ]
    joined = {write.key: record["id"] for write, record in Joiner(writes[:4]).created(writes[:4], results, "link")}
    assert joined == {"k1": "1", "k2": "2", "k3": "3", "k4": "4"}
    two = [{"id": "5", "properties": {"email": "same@x.example"}}, {"id": "6", "properties": {}}]
    assert list(Joiner(writes).created(writes[4:], two, None)) == []  # neither can be told apart: nothing is guessed
