"""Custom objects: schemas, and their records in every other part of the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.hubspot import HubSpotPortal
from tests.practice.hubspot.conftest import NOW, Served

pytestmark = pytest.mark.http
SCHEMAS = "/crm-object-schemas/2026-03/schemas"
BOAT: dict[str, Any] = {
    "name": "boat", "labels": {"singular": "Boat", "plural": "Boats"}, "description": "What floats",
    "primaryDisplayProperty": "title", "secondaryDisplayProperties": ["length"], "requiredProperties": ["title"],
    "searchableProperties": ["title"], "associatedObjects": ["CONTACT"], "allowsSensitiveProperties": False,
    "properties": [
        {"name": "title", "label": "Title", "type": "string", "fieldType": "text"},
        {"name": "length", "label": "Length", "type": "number", "fieldType": "number"},
        {"name": "registration", "label": "Registration", "type": "string", "fieldType": "text", "hasUniqueValue": True},
    ],
}  # fmt: skip


@pytest.fixture
def boats(served: Served) -> dict[str, Any]:
    served.portal.change_setup(tier="enterprise")
    made = served.ask("POST", SCHEMAS, BOAT)
    assert made.status_code == 201, made.text
    return dict(made.json())


def test_a_schema_has_names_properties_and_associations(served: Served, boats: dict[str, Any]) -> None:
    assert boats["objectTypeId"] == f"2-{boats['id']}"
    assert boats["fullyQualifiedName"] == f"p{served.portal.portal_id}_boat"
    names = [each["name"] for each in boats["properties"]]
    assert {"title", "length", "registration", "hs_object_id", "hubspot_owner_id"} <= set(names)
    joined = {(each["fromObjectTypeId"], each["toObjectTypeId"]) for each in boats["associations"]}
    assert (boats["objectTypeId"], "0-1") in joined
    assert ("0-48", boats["objectTypeId"]) in joined, "activities come by themselves"
    assert (boats["objectTypeId"], "0-3") not in joined
    for name in ("boat", "p_boat", boats["objectTypeId"], boats["fullyQualifiedName"].upper()):
        assert served.ok("GET", f"{SCHEMAS}/{name}")["id"] == boats["id"]
    assert [each["name"] for each in served.ok("GET", "/crm/v3/schemas")["results"]] == ["boat"]
    read = served.ok("POST", f"{SCHEMAS}/batch/read", {"inputs": [boats["objectTypeId"], "2-5"]})
    assert [each["name"] for each in read["results"]] == ["boat"]
    assert served.ask("POST", f"{SCHEMAS}/batch/read", {"inputs": [{"id": "boat"}]}).status_code == 400
    assert served.ok("GET", f"{SCHEMAS}/boat", includeAuditMetadata="true")["createdByUserId"] == 9101


def test_records_of_a_custom_object_are_records_like_others(served: Served, boats: dict[str, Any]) -> None:
    contact = served.contact(firstname="Kari")
    path = f"/crm/objects/2026-03/{boats['fullyQualifiedName']}"
    kind = next(each for each in boats["associations"] if each["fromObjectTypeId"] == boats["objectTypeId"]
                and each["toObjectTypeId"] == "0-1")  # fmt: skip
    types = [{"associationCategory": "USER_DEFINED", "associationTypeId": int(kind["id"])}]
    boat = served.ok("POST", path, {"properties": {"title": "Fram", "length": "39", "registration": "F1"},
                                    "associations": [{"to": {"id": contact}, "types": types}]})  # fmt: skip
    assert boat["properties"]["title"] == "Fram"
    shown = served.ok("GET", f"/crm/v3/objects/2-{boats['id']}/{boat['id']}", associations="contacts")
    assert set(shown["properties"]) == {"title", "hs_createdate", "hs_lastmodifieddate", "hs_object_id"}
    assert shown["associations"]["contacts"]["results"] == [{"id": contact, "type": "boat_to_contact"}]
    assert served.ok("GET", f"{path}/F1", idProperty="registration")["id"] == boat["id"]
    assert served.ask("POST", path, {"properties": {"length": "5"}}).status_code == 400
    assert served.ask("POST", path, {"properties": {"title": "Gjøa", "registration": "F1"}}).status_code == 400
    batch = served.ok(
        "POST", f"{path}/batch/create", {"inputs": [{"properties": {"title": f"B{n}"}} for n in range(3)]}
    )
    assert len(batch["results"]) == 3
    served.clock.advance(1)
    found = served.ok("POST", f"{path}/search", {"query": "fram"})
    assert [each["id"] for each in found["results"]] == [boat["id"]]
    between = {"filterGroups": [{"filters": [{"propertyName": "length", "operator": "GT", "value": "30"}]}]}
    assert served.ok("POST", f"{path}/search", between)["total"] == 1
    ends = served.ok("GET", f"/crm/objects/2026-03/contacts/{contact}/associations/boat")["results"]
    assert ends[0]["toObjectId"] == int(boat["id"])
    assert ends[0]["associationTypes"][0]["category"] == "USER_DEFINED"
    listed = served.ok("POST", "/crm/lists/2026-03", {"name": "Boats", "objectTypeId": boats["objectTypeId"],
                                                      "processingType": "MANUAL"})["list"]  # fmt: skip
    added = served.ok("PUT", f"/crm/lists/2026-03/{listed['listId']}/memberships/add", [boat["id"]])
    assert added["recordsIdsAdded"] == [boat["id"]]


def test_properties_and_pipelines_of_a_custom_object(served: Served, boats: dict[str, Any]) -> None:
    colour = {
        "name": "colour",
        "label": "Colour",
        "type": "string",
        "fieldType": "text",
        "groupName": "boat_information",
    }
    served.ok("POST", "/crm/properties/2026-03/boat", colour)
    stages = [{"label": "Afloat", "displayOrder": 0, "metadata": {"ticketState": "OPEN"}, "stageId": "afloat"}]
    pipeline = served.ok("POST", "/crm/pipelines/2026-03/boat", {"label": "Life", "displayOrder": 0, "stages": stages})
    boat = served.ok("POST", "/crm/objects/2026-03/boat", {
        "properties": {"title": "Fram", "colour": "black", "hs_pipeline_stage": "afloat"}})  # fmt: skip
    assert boat["properties"]["hs_pipeline"] == pipeline["id"]
    assert boat["properties"]["colour"] == "black"
    answer = served.ask("POST", "/crm/objects/2026-03/boat", {"properties": {"title": "X", "hs_pipeline_stage": "1"}})
    assert answer.status_code == 400


def test_a_custom_object_outlives_a_restart(served: Served, boats: dict[str, Any], tmp_path: Path) -> None:
    served.ok("POST", "/crm/objects/2026-03/boat", {"properties": {"title": "Fram", "registration": "F1"}})
    again = HubSpotPortal(tmp_path / "hubspot.db", PracticeClock(source=lambda: NOW))
    kind = again.catalog.types.get("boat")
    assert again.count(kind.name) == 1
    assert again.find(kind, "F1", "registration").properties["title"] == "Fram"
    assert again.association_types.between(kind.name, "contacts")
    again.close()


def test_a_schema_is_changed(served: Served, boats: dict[str, Any]) -> None:
    served.clock.advance(5)
    change = {"labels": {"singular": "Ship", "plural": "Ships"}, "requiredProperties": [], "clearDescription": True,
              "primaryDisplayProperty": "length", "allowsSensitiveProperties": True}  # fmt: skip
    changed = served.ok("PATCH", f"{SCHEMAS}/boat", change)
    assert changed["labels"]["plural"] == "Ships"
    assert "description" not in changed
    assert changed["updatedAt"] > changed["createdAt"]
    assert served.ok("PATCH", f"{SCHEMAS}/boat", {"description": "Floats"})["description"] == "Floats"
    made = served.ok("POST", "/crm/objects/2026-03/boat", {"properties": {"length": "5"}})
    shown = served.ok("GET", f"/crm/objects/2026-03/boat/{made['id']}")
    assert shown["properties"]["length"] == "5"
    assert served.ask("PATCH", f"{SCHEMAS}/boat", {"requiredProperties": ["sails"]}).status_code == 400
    assert served.ask("PATCH", f"{SCHEMAS}/boat", {"name": "ship"}).status_code == 400


def test_a_schema_goes_when_its_records_are_gone(served: Served, boats: dict[str, Any]) -> None:
    boat = served.ok("POST", "/crm/objects/2026-03/boat", {"properties": {"title": "Fram"}})
    assert served.ask("DELETE", f"{SCHEMAS}/boat").status_code == 400
    served.ask("DELETE", f"/crm/objects/2026-03/boat/{boat['id']}")
    assert served.ask("DELETE", f"{SCHEMAS}/boat").status_code == 204
    assert served.ask("GET", f"{SCHEMAS}/boat").status_code == 404
    assert served.ask("GET", "/crm/objects/2026-03/boat").status_code == 400
    assert served.ok("GET", SCHEMAS, archived="true")["results"][0]["archived"] is True
    assert served.ask("POST", SCHEMAS, BOAT).status_code == 409
    assert served.ask("DELETE", f"{SCHEMAS}/boat", archived="true").status_code == 204
    again = served.ok("POST", SCHEMAS, BOAT)
    assert again["objectTypeId"] != boats["objectTypeId"]


def test_associations_of_a_schema_are_made_and_undone(served: Served, boats: dict[str, Any]) -> None:
    path = f"{SCHEMAS}/boat/associations"
    body = {"fromObjectTypeId": boats["objectTypeId"], "toObjectTypeId": "0-2", "name": "boat_to_yard"}
    made = served.ask("POST", path, body)
    assert made.status_code == 201
    assert made.json()["name"] == "boat_to_yard"
    assert served.ask("POST", path, body).status_code == 409
    assert served.ask("POST", path, {"fromObjectTypeId": "0-1", "toObjectTypeId": "0-2"}).status_code == 400
    assert served.ask("POST", path, {"fromObjectTypeId": "0-1"}).status_code == 400
    assert served.ask("DELETE", f"{path}/{made.json()['id']}").status_code == 204
    assert served.ask("DELETE", f"{path}/{made.json()['id']}").status_code == 404
    assert served.ask("GET", "/crm/associations/2026-03/boat/companies/labels").status_code == 400


def test_custom_objects_are_for_enterprise(served: Served) -> None:
    answer = served.ask("POST", SCHEMAS, BOAT)
    assert answer.status_code == 403
    assert served.ok("GET", SCHEMAS)["results"] == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"name": "1boat"}, "not a name for an object"),
        ({"labels": {"singular": "Boat"}}, "singular and a plural"),
        ({"properties": []}, "at least one property"),
        ({"properties": "title"}, "properties must be a list"),
        ({"properties": [BOAT["properties"][0], BOAT["properties"][0]]}, "each once"),
        ({"properties": [{**BOAT["properties"][0], "name": "hs_object_id"}]}, "each once"),
        ({"requiredProperties": ["sails"]}, "doesn't define: sails"),
        ({"searchableProperties": ["title"] * 21}, "At most 20"),
        ({"associatedObjects": ["PLANET"]}, "PLANET"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_schema_that_makes_no_sense_is_refused(served: Served, change: dict[str, Any], word: str) -> None:
    served.portal.change_setup(tier="enterprise")
    answer = served.ask("POST", SCHEMAS, {**BOAT, **change})
    assert answer.status_code == 400, answer.text
    assert word in answer.json()["message"]
    without = {key: value for key, value in BOAT.items() if key != "labels"}
    assert "[labels]" in served.ask("POST", SCHEMAS, without).json()["message"]
    assert served.ok("GET", SCHEMAS)["results"] == []


def test_ten_custom_objects_and_no_more(served: Served) -> None:
    served.portal.change_setup(tier="enterprise")
    for number in range(10):
        served.ok("POST", SCHEMAS, {**BOAT, "name": f"boat{number}"})
    assert "at most 10" in served.ask("POST", SCHEMAS, BOAT).json()["message"]
