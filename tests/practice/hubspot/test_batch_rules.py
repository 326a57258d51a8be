"""Batches beyond the plain case: order, shapes, trace ids, e-mail upserts, and errors that say little."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
BATCH = "/crm/objects/2026-03/contacts/batch"


def update(ids: list[str], **properties: object) -> dict[str, Any]:
    return {"inputs": [{"id": each, "properties": properties} for each in ids]}


@pytest.mark.parametrize("ordered", [False, True])
def test_results_come_in_the_order_of_the_inputs_only_if_the_portal_is_set_up_so(served: Served, ordered: bool) -> None:
    served.portal.change_setup(ordered_batches=ordered)
    emails = [f"p{number}@firma.example" for number in range(30)]
    made = served.ok("POST", f"{BATCH}/create", {"inputs": [{"properties": {"email": email}} for email in emails]})
    shown = [each["properties"]["email"] for each in made["results"]]
    assert (shown == emails) is ordered
    assert sorted(shown) == sorted(emails)
    ids = [each["id"] for each in sorted(made["results"], key=lambda each: emails.index(each["properties"]["email"]))]
    for answer in (
        served.ok("POST", f"{BATCH}/update", update(ids, firstname="x")),
        served.ok("POST", f"{BATCH}/read", {"inputs": [{"id": each} for each in ids]}),
    ):
        assert ([each["id"] for each in answer["results"]] == ids) is ordered
        assert answer["startedAt"] <= answer["completedAt"]


@pytest.mark.parametrize(
    ("way", "body", "message"),
    [
        ("update", {}, "Some required fields were not set: [inputs]"),
        ("update", {"inputs": {}}, "expected a list of inputs, got Object value"),
        ("update", {"inputs": ["5"]}, "expected a list of inputs, got Array value"),
        ("update", {"inputs": []}, "must not be empty"),
        ("update", {"inputs": [{"properties": {}}]}, "Some required fields were not set: [id]"),
        ("update", {"inputs": [{"id": ["5"], "properties": {}}]}, "Some required fields were not set: [id]"),
        ("update", {"inputs": [{"id": "5", "properties": []}]}, "expected an object, got Array value"),
        (
            "update",
            {"inputs": [{"id": "5", "properties": {}, "objectWriteTraceId": 5}]},
            "expected a text, got Integer value",
        ),
        ("update", {"inputs": [{"id": "5", "propertys": {}}]}, 'Unrecognized field "propertys"'),
        ("update", {"inputs": [], "idProperty": "email"}, 'Unrecognized field "idProperty"'),
        ("upsert", {"inputs": [{"idProperty": "email"}]}, "Some required fields were not set: [id]"),
        ("upsert", {"inputs": [{"id": "x", "idProperty": "firstname", "properties": {}}]}, "firstname"),
        ("read", {"inputs": [{"id": "5"}], "idProperty": "nonsense"}, "nonsense"),
        ("archive", {"inputs": [{}]}, "Some required fields were not set: [id]"),
        ("read", {"inputs": [{"id": str(number)} for number in range(101)]}, "100"),
    ],
)
def test_a_batch_of_another_shape_is_refused(served: Served, way: str, body: object, message: str) -> None:
    answer = served.ask("POST", f"{BATCH}/{way}", body)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_one_record_is_named_by_its_id_and_its_email_only_once(served: Served) -> None:
    contact = served.contact(email="a@firma.example")
    inputs = [{"id": contact, "properties": {}}, {"id": "A@firma.example", "idProperty": "email", "properties": {}}]
    answer = served.ask("POST", f"{BATCH}/update", {"inputs": inputs})
    assert answer.status_code == 400
    assert "Duplicate IDs" in answer.json()["message"]


def test_an_additional_email_finds_its_contact(served: Served) -> None:
    contact = served.contact(email="a@firma.example", hs_additional_emails="b@firma.example")
    body = {"idProperty": "email", "inputs": [{"id": "b@firma.example"}]}
    assert served.ok("POST", f"{BATCH}/read", body)["results"][0]["id"] == contact
    inputs = [{"id": "b@firma.example", "idProperty": "email", "properties": {"firstname": "B"}}]
    assert served.ok("POST", f"{BATCH}/upsert", {"inputs": inputs})["results"][0]["new"] is False


def test_trace_ids_do_not_take_an_upsert_by_email_apart(served: Served) -> None:
    def upsert(id_property: str, *ids: str) -> int:
        inputs = [
            {
                "id": each,
                "idProperty": id_property,
                "objectWriteTraceId": each,
                "properties": {"numemployees": "7"} if number else {},
            }
            for number, each in enumerate(ids)
        ]
        return served.ask("POST", f"{BATCH}/upsert", {"inputs": inputs}).status_code

    assert upsert("email", "a@firma.example", "b@firma.example") == 400
    assert served.portal.count("contacts") == 0
    assert upsert("crmsync_salesforce_id", "003A", "003B") == 207
    assert served.portal.count("contacts") == 1


def test_an_upsert_by_record_id_creates_nothing(served: Served) -> None:
    answer = served.ask("POST", f"{BATCH}/upsert", {"inputs": [{"id": "5", "properties": {"firstname": "A"}}]})
    assert answer.status_code == 207
    assert answer.json()["errors"][0]["context"]["ids"] == ["5"]


def test_errors_may_say_no_more_than_recorded_ones_do(served: Served) -> None:
    served.portal.change_setup(bare_errors=True)
    bare = {"status", "category", "message"}
    for way in ("update", "read"):
        body = update(["5"]) if way == "update" else {"inputs": [{"id": "5"}]}
        answer = served.ask("POST", f"{BATCH}/{way}", body)
        assert answer.status_code == 207
        assert [set(error) for error in answer.json()["errors"]] == [bare]
    inputs = [
        {"objectWriteTraceId": "t", "properties": {"email": "bad"}},
        {"objectWriteTraceId": "u", "properties": {}},
    ]
    answer = served.ask("POST", f"{BATCH}/create", {"inputs": inputs})
    assert [set(error) for error in answer.json()["errors"]] == [bare]
    assert answer.json()["numErrors"] == 1


def test_a_trace_id_is_answered_with_its_result_even_when_nothing_fails(served: Served) -> None:
    inputs = [{"objectWriteTraceId": f"t{number}", "properties": {"firstname": str(number)}} for number in range(9)]
    made = served.ok("POST", f"{BATCH}/create", {"inputs": inputs})
    assert {each["objectWriteTraceId"]: each["properties"]["firstname"] for each in made["results"]} == {
        f"t{number}": str(number) for number in range(9)
    }
    repeated = [{"objectWriteTraceId": "t", "properties": {"email": email}} for email in ("bad", "ok@firma.example")]
    assert served.ask("POST", f"{BATCH}/create", {"inputs": repeated}).status_code == 400, "one trace id for two inputs"
