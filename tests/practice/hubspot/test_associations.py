"""Associations, and what recorded traffic of them proves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "recordings"
V4 = "/crm/v4/associations"


def typed(number: int) -> list[dict[str, object]]:
    return [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]


def link(from_id: str, to_id: str, number: int) -> dict[str, Any]:
    return {"from": {"id": from_id}, "to": {"id": to_id}, "types": typed(number)}


def company(served: Served, name: str) -> str:
    return str(served.ok("POST", "/crm/v3/objects/companies", {"properties": {"name": name}})["id"])


def type_ids(served: Served, contact: str, to: str = "companies") -> dict[str, list[int]]:
    found = served.ok("GET", f"/crm/v4/objects/contacts/{contact}/associations/{to}")["results"]
    return {str(each["toObjectId"]): sorted(kind["typeId"] for kind in each["associationTypes"]) for each in found}


def test_an_association_stands_on_both_sides(served: Served) -> None:
    contact, firm = served.contact(), company(served, "Firma")
    body = {"inputs": [link(contact, firm, 279)]}
    assert served.ask("POST", "/crm/associations/2026-03/contacts/companies/batch/create", body).status_code == 201
    assert type_ids(served, contact) == {firm: [279]}
    back = served.ok("POST", f"{V4}/companies/contacts/batch/read", {"inputs": [{"id": firm}]})["results"][0]
    assert back["to"][0]["toObjectId"] == int(contact), "ids of the associated are numbers, as recorded"
    assert [kind["typeId"] for kind in back["to"][0]["associationTypes"]] == [280]


def test_a_contact_has_one_primary_company(served: Served) -> None:
    contact, one, two = served.contact(), company(served, "One"), company(served, "Two")
    for firm in (one, two):
        served.ok("POST", f"{V4}/contacts/companies/batch/create", {"inputs": [link(contact, firm, 1)]})
    assert type_ids(served, contact) == {one: [279], two: [1, 279]}


def test_inline_associations_are_made_with_the_record_or_not_at_all(served: Served) -> None:
    firm = company(served, "Firma")
    body = {"properties": {"firstname": "A"}, "associations": [{"to": {"id": firm}, "types": typed(279)}]}
    made = served.ok("POST", "/crm/objects/2026-03/contacts", body)
    assert type_ids(served, made["id"]) == {firm: [279]}
    body["associations"] = [{"to": {"id": "5"}, "types": typed(279)}]
    assert served.ask("POST", "/crm/objects/2026-03/contacts", body).status_code == 400
    assert served.portal.count("contacts") == 1


def test_what_does_not_exist_is_named_in_a_207(served: Served) -> None:
    contact, firm = served.contact(), company(served, "Firma")
    body = {"inputs": [link(contact, firm, 279), link(contact, "5", 279)]}
    answer = served.ask("POST", f"{V4}/contacts/companies/batch/create", body)
    assert answer.status_code == 207
    assert answer.json()["numErrors"] == 1
    assert answer.json()["errors"][0]["context"]["toObjectId"] == ["5"]
    assert (
        served.ask("POST", f"{V4}/contacts/companies/batch/create", {"inputs": [link(contact, firm, 3)]}).status_code
        == 400
    )


def test_labels_can_be_taken_off_and_associations_undone(served: Served) -> None:
    contact, firm = served.contact(), company(served, "Firma")
    served.ok("POST", f"{V4}/contacts/companies/batch/create", {"inputs": [link(contact, firm, 1)]})
    body = {"inputs": [link(contact, firm, 1)]}
    assert served.ask("POST", f"{V4}/contacts/companies/batch/labels/archive", body).status_code == 204
    assert type_ids(served, contact) == {firm: [279]}
    gone = {"inputs": [{"from": {"id": contact}, "to": [{"id": firm}]}]}
    assert served.ask("POST", f"{V4}/contacts/companies/batch/archive", gone).status_code == 204
    assert type_ids(served, contact) == {}
    labels = served.ok("GET", f"{V4}/contacts/companies/labels")["results"]
    assert {each["typeId"]: each["label"] for each in labels} == {279: None, 1: "Primary Company"}


def test_a_merge_takes_the_associations_along(served: Served) -> None:
    one, two = served.contact(), served.contact()
    firm, other = company(served, "One"), company(served, "Two")
    served.ok(
        "POST", f"{V4}/contacts/companies/batch/create", {"inputs": [link(one, firm, 279), link(two, other, 279)]}
    )
    merged = served.ok("POST", "/crm/v3/objects/contacts/merge", {"primaryObjectId": one, "objectIdToMerge": two})
    assert type_ids(served, merged["id"]) == {firm: [279], other: [279]}


def recordings(pattern: str) -> list[Path]:
    if not RECORDINGS.is_dir():
        pytest.skip(f"the recordings of real traffic are not at {RECORDINGS}")
    found = sorted((RECORDINGS / "hubspot").glob(pattern))
    assert found
    return found


def keys(value: object) -> object:
    """The shape of a JSON value: names and kinds, without the values."""
    if isinstance(value, dict):
        return {name: keys(each) for name, each in value.items()}
    if isinstance(value, list):
        return [keys(value[0])] if value else []
    return "number" if isinstance(value, int) and not isinstance(value, bool) else type(value).__name__


def test_batch_create_answers_in_the_shape_that_was_recorded(served: Served) -> None:
    for path in recordings("POST_crm_v4_associations_*_batch_create_201_*.json"):
        recorded = json.loads(path.read_text())
        kinds = recorded["path"].split("/")[4:6]
        ends: dict[tuple[str, int], str] = {}
        inputs = recorded["request"]["inputs"]
        for each in inputs:
            for kind, end in zip(kinds, (each["from"], each["to"]), strict=True):
                if (kind, end["id"]) not in ends:
                    made = served.ok("POST", f"/crm/v3/objects/{kind}", {"properties": {}})
                    ends[kind, end["id"]] = made["id"]
                end["id"] = int(ends[kind, end["id"]])
        answer = served.ask("POST", recorded["path"], recorded["request"])
        assert answer.status_code == recorded["status"]
        ours, theirs = answer.json(), recorded["response"]
        assert keys(ours) == keys(theirs), path.name
        assert sorted(str(each["labels"]) for each in ours["results"]) == sorted(
            str(each["labels"]) for each in theirs["results"]
        )
        missing = {name for name in recorded["headers"] if name.startswith("x-hubspot")} - {
            *map(str.lower, answer.headers)
        }
        assert missing <= {"x-hubspot-ratelimit-secondly", "x-hubspot-ratelimit-secondly-remaining"}, (
            "the deprecated ones"
        )


def test_a_record_and_its_associations_read_as_recorded(served: Served) -> None:
    recorded = json.loads(recordings("GET_crm_v4_objects_Contact_24351_associations_Deal_200_24.json")[0].read_text())
    contact = served.contact()
    deal = served.ok("POST", "/crm/v3/objects/deals", {"properties": {"dealname": "D"}})["id"]
    served.ok("POST", f"{V4}/Deal/Contact/batch/create", {"inputs": [link(deal, contact, 3)]})
    ours = served.ok("GET", f"/crm/v4/objects/Contact/{contact}/associations/Deal")
    assert keys(ours) == keys(recorded["response"])
    assert ours["results"][0]["associationTypes"] == recorded["response"]["results"][0]["associationTypes"]


def test_answers_have_what_hubspots_own_models_require(served: Served) -> None:
    path = RECORDINGS / "schemas" / "hubspot-sdk-schemas.json"
    if not path.is_file():
        pytest.skip(f"the schemas are not at {path}")
    schemas = json.loads(path.read_text())
    contact = served.contact(email="a@firma.example", firstname="A")
    upsert = {"inputs": [{"id": "b@firma.example", "idProperty": "email", "properties": {}}]}
    objects = "/crm/objects/2026-03/contacts"
    answers = {
        "SimplePublicObject": served.ok("GET", f"{objects}/{contact}", propertiesWithHistory="firstname"),
        "CollectionResponseWithTotalSimplePublicObject": served.search(limit=1),
        "CollectionResponseSimplePublicObjectWithAssociationsForwardPaging": served.ok("GET", objects, limit=1),
        "BatchResponseSimplePublicUpsertObject": served.ok("POST", f"{objects}/batch/upsert", upsert),
        "BatchResponseSimplePublicObject": served.ok("POST", f"{objects}/batch/read", {"inputs": [{"id": contact}]}),
    }
    assert answers.keys() == schemas.keys()
    for name, answer in answers.items():
        check(answer, schemas[name], schemas[name].get("$defs", {}), name)


def check(value: Any, schema: dict[str, Any], defs: dict[str, Any], where: str) -> None:
    """The part of JSON Schema that these files use: $ref, anyOf, type, required, properties, items, enum."""
    if "$ref" in schema:
        schema = defs[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        kinds = [each for each in schema["anyOf"] if (each.get("type") == "null") == (value is None)]
        check(value, kinds[0], defs, where)
        return
    python = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
    unset = value is None and ".properties." in where  # unlike the models, real traffic reads null where nothing is set
    assert unset or isinstance(value, python[schema["type"]]), f"{where} is {value!r}, not {schema['type']}"
    assert value in schema.get("enum", [value]), where
    if isinstance(value, dict):
        assert not set(schema.get("required", [])) - set(value), where
        extra = schema.get("additionalProperties")
        for name, each in value.items():
            known = schema.get("properties", {}).get(name) or (extra if isinstance(extra, dict) else None)
            assert known is not None, f"{where}.{name} is in no model"
            check(each, known, defs, f"{where}.{name}")
    if isinstance(value, list):
        for each in value:
            check(each, schema["items"], defs, f"{where}[]")
