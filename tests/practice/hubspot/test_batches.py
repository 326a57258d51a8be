"""Batches: the cap, all or nothing, and the 207 that takes a batch apart."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
BATCH = "/crm/objects/2026-03/contacts/batch"


def create(*emails: str, traced: bool = False) -> dict[str, Any]:
    inputs: list[dict[str, Any]] = [{"properties": {"email": email}} for email in emails]
    for number, each in enumerate(inputs if traced else []):
        each["objectWriteTraceId"] = f"trace-{number}"
    return {"inputs": inputs}


def test_a_batch_of_100_is_created_and_one_of_101_refused(served: Served) -> None:
    hundred = [f"p{number}@firma.example" for number in range(100)]
    made = served.ask("POST", f"{BATCH}/create", create(*hundred))
    assert made.status_code == 201
    assert {each["properties"]["email"] for each in made.json()["results"]} == set(hundred)
    assert (
        served.ask("POST", f"{BATCH}/create", create(*(f"x{e}" for e in [*hundred, "a@b.example"]))).status_code == 400
    )
    assert served.ask("POST", f"{BATCH}/create", {"inputs": []}).status_code == 400


def test_without_trace_ids_one_bad_input_stops_the_whole_create(served: Served) -> None:
    served.contact(email="taken@firma.example")
    answer = served.ask("POST", f"{BATCH}/create", create("new@firma.example", "taken@firma.example"))
    assert answer.status_code == 409
    assert served.portal.count("contacts") == 1
    assert served.ask("POST", f"{BATCH}/create", create("new@firma.example", "bad")).status_code == 400
    assert served.portal.count("contacts") == 1


def test_with_trace_ids_the_good_inputs_are_created_and_the_bad_ones_named(served: Served) -> None:
    holder = served.contact(email="taken@firma.example")
    answer = served.ask(
        "POST", f"{BATCH}/create", create("new@firma.example", "taken@firma.example", "bad", traced=True)
    )
    assert answer.status_code == 207
    body = answer.json()
    assert [each["objectWriteTraceId"] for each in body["results"]] == ["trace-0"]
    assert body["numErrors"] == 2
    named = {each["context"]["objectWriteTraceId"][0]: each for each in body["errors"]}
    assert named["trace-1"]["category"] == "CONFLICT"
    assert named["trace-1"]["message"] == f"Contact already exists. Existing ID: {holder}"
    assert named["trace-2"]["category"] == "VALIDATION_ERROR"
    assert served.portal.count("contacts") == 2


def test_the_same_record_twice_in_a_batch_is_refused(served: Served) -> None:
    one, two = served.contact(email="a@firma.example"), served.contact(email="b@firma.example")
    same = {"inputs": [{"id": one, "properties": {}}, {"id": one, "properties": {}}]}
    assert served.ask("POST", f"{BATCH}/update", same).status_code == 400
    assert served.ask("POST", f"{BATCH}/create", create("c@firma.example", "C@firma.example")).status_code == 400
    merged = served.ok("POST", "/crm/v3/objects/contacts/merge", {"primaryObjectId": one, "objectIdToMerge": two})
    both = {"inputs": [{"id": two, "properties": {}}, {"id": merged["id"], "properties": {}}]}
    assert served.ask("POST", f"{BATCH}/update", both).status_code == 400


def test_an_update_writes_those_it_finds_and_names_those_it_does_not(served: Served) -> None:
    contact = served.contact(email="a@firma.example")
    inputs = [{"id": contact, "properties": {"firstname": "A"}}, {"id": "5", "properties": {"firstname": "B"}}]
    answer = served.ask("POST", f"{BATCH}/update", {"inputs": inputs})
    assert answer.status_code == 207
    assert [each["id"] for each in answer.json()["results"]] == [contact]
    assert answer.json()["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert answer.json()["errors"][0]["context"]["ids"] == ["5"]
    assert served.ok("GET", f"/crm/v3/objects/contacts/{contact}")["properties"]["firstname"] == "A"


def test_a_wrong_value_refuses_a_whole_update_unless_it_is_traced(served: Served) -> None:
    one, two = served.contact(), served.contact()
    inputs: list[dict[str, Any]] = [
        {"id": one, "properties": {"firstname": "A"}},
        {"id": two, "properties": {"numemployees": "7"}},
    ]
    assert served.ask("POST", f"{BATCH}/update", {"inputs": inputs}).status_code == 400
    assert served.ok("GET", f"/crm/v3/objects/contacts/{one}")["properties"]["firstname"] is None
    traced = [{**each, "objectWriteTraceId": each["id"]} for each in inputs]
    answer = served.ask("POST", f"{BATCH}/update", {"inputs": traced})
    assert answer.status_code == 207
    assert answer.json()["errors"][0]["context"]["objectWriteTraceId"] == [two]
    assert served.ok("GET", f"/crm/v3/objects/contacts/{one}")["properties"]["firstname"] == "A"


def test_an_upsert_says_which_are_new(served: Served) -> None:
    contact = served.contact(email="old@firma.example")
    inputs = [
        {"id": "Old@firma.example", "idProperty": "email", "properties": {"firstname": "O"}},
        {"id": "new@firma.example", "idProperty": "email", "properties": {"firstname": "N"}},
    ]
    answer = served.ask("POST", f"{BATCH}/upsert", {"inputs": inputs})
    assert answer.status_code == 200
    by_new = {each["new"]: each for each in answer.json()["results"]}
    assert by_new[False]["id"] == contact
    assert by_new[True]["properties"]["email"] == "new@firma.example"


def test_an_upsert_by_the_link_property_creates_once_however_often_it_is_sent(served: Served) -> None:
    body = {
        "inputs": [
            {
                "id": "003Pr0000000001IAA",
                "idProperty": "crmsync_salesforce_id",
                "properties": {"crmsync_salesforce_id": "003Pr0000000001IAA", "email": "a@firma.example"},
            }
        ]
    }
    first, second = (served.ok("POST", f"{BATCH}/upsert", body)["results"][0] for _ in range(2))
    assert first["id"] == second["id"]
    assert (first["new"], second["new"]) == (True, False)
    assert served.portal.count("contacts") == 1


def test_a_read_joins_ids_emails_and_survivors_and_names_the_missing(served: Served) -> None:
    one, two = served.contact(email="a@firma.example"), served.contact(email="b@firma.example")
    merged = served.ok("POST", "/crm/v3/objects/contacts/merge", {"primaryObjectId": one, "objectIdToMerge": two})["id"]
    answer = served.ask("POST", f"{BATCH}/read", {"inputs": [{"id": one}, {"id": "7"}, {"id": "x"}]})
    assert answer.status_code == 207
    assert [each["id"] for each in answer.json()["results"]] == [merged]
    assert answer.json()["errors"][0]["context"]["ids"] == ["7", "x"]
    body = {"idProperty": "email", "inputs": [{"id": "B@firma.example"}], "properties": ["email", "phone"]}
    found = served.ok("POST", f"{BATCH}/read", body)["results"][0]
    assert found["id"] == merged
    assert found["properties"]["phone"] is None


def test_a_read_with_histories_takes_50_and_archived_ones_are_asked_for(served: Served) -> None:
    contact = served.contact(firstname="A")
    body = {"propertiesWithHistory": ["firstname"], "inputs": [{"id": contact}]}
    read = served.ok("POST", f"{BATCH}/read", body)["results"][0]
    assert [each["value"] for each in read["propertiesWithHistory"]["firstname"]] == ["A"]
    many = {"propertiesWithHistory": ["firstname"], "inputs": [{"id": str(number)} for number in range(51)]}
    assert served.ask("POST", f"{BATCH}/read", many).status_code == 400
    assert served.ask("POST", f"{BATCH}/archive", {"inputs": [{"id": contact}, {"id": "5"}]}).status_code == 204
    assert served.ask("POST", f"{BATCH}/read", {"inputs": [{"id": contact}]}).status_code == 207
    archived = served.ok("POST", f"{BATCH}/read?archived=true", {"inputs": [{"id": contact}]})
    assert archived["results"][0]["archived"] is True


def test_unknown_fields_are_refused(served: Served) -> None:
    assert served.ask("POST", f"{BATCH}/read", {"inputs": [{"id": "1"}], "propertys": ["email"]}).status_code == 400
    assert served.ask("POST", f"{BATCH}/create", {"inputs": [{"propertys": {}}]}).status_code == 400
    assert served.ask("POST", f"{BATCH}/create", {"inputs": "all"}).status_code == 400
