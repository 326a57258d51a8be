"""The properties API: definitions, groups, options, unique and calculated properties."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
PROPERTIES = "/crm/properties/2026-03/contacts"
CONTACTS = "/crm/objects/2026-03/contacts"
GOOD: dict[str, Any] = {
    "name": "shoe",
    "label": "Shoe",
    "type": "string",
    "fieldType": "text",
    "groupName": "contactinformation",
}


def test_a_property_is_changed_and_archived(served: Served) -> None:
    made = served.ask("POST", PROPERTIES, {**GOOD, "displayOrder": 3, "dataSensitivity": "non_sensitive"})
    assert made.status_code == 201
    contact = served.contact(shoe="left")
    served.clock.advance(10)
    changed = served.ok("PATCH", f"{PROPERTIES}/shoe", {"label": "Shoes", "hidden": True, "description": "Both"})
    assert (changed["label"], changed["hidden"], changed["displayOrder"]) == ("Shoes", True, 3)
    assert changed["updatedAt"] > changed["createdAt"]
    assert served.ask("DELETE", f"{PROPERTIES}/shoe").status_code == 204
    assert served.ask("GET", f"{PROPERTIES}/shoe").status_code == 404
    archived = served.ok("GET", f"{PROPERTIES}/shoe", archived="true")
    assert archived["archived"] is True
    assert archived["archivedAt"]
    assert [each["name"] for each in served.ok("GET", PROPERTIES, archived="true")["results"]] == ["shoe"]
    assert served.ask("PATCH", f"{CONTACTS}/{contact}", {"properties": {"shoe": "x"}}).status_code == 400
    assert served.ask("POST", PROPERTIES, GOOD).status_code == 201
    assert served.ok("GET", PROPERTIES, archived="true")["results"] == []


def test_a_name_that_is_taken_is_a_conflict(served: Served) -> None:
    answer = served.ask("POST", PROPERTIES, {**GOOD, "name": "email"})
    assert answer.status_code == 409
    assert answer.json()["category"] == "OBJECT_ALREADY_EXISTS"
    assert answer.json()["subCategory"] == "Properties.PROPERTY_EXISTS"
    assert answer.json()["message"] == "A property named 'email' already exists."


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"name": "Shoe"}, "must be lowercase, but given: Shoe"),
        ({"name": "1shoe"}, "start with a letter"),
        ({"label": ""}, "Some required fields were not set: [label]"),
        ({"groupName": "nowhere"}, "group nowhere does not exist"),
        ({"type": "number"}, "Invalid fieldType text"),
        ({"type": "money"}, "Invalid fieldType text"),
        ({"type": "enumeration", "fieldType": "select"}, "needs options"),
        (
            {
                "type": "enumeration",
                "fieldType": "select",
                "options": [{"label": str(number), "value": str(number)} for number in range(5_001)],
            },
            "at most 5000 options",
        ),
        ({"type": "enumeration", "fieldType": "select", "options": "a"}, "options must be a list"),
        ({"type": "enumeration", "fieldType": "select", "options": [{"label": "A"}]}, "[label, value]"),
        ({"type": "enumeration", "fieldType": "select", "options": [{"label": "A", "value": "a", "x": 1}]}, '"x"'),
        (
            {"type": "enumeration", "fieldType": "select", "options": [{"label": n, "value": "a"} for n in "AB"]},
            "must have unique labels and values",
        ),
        ({"displayOrder": "first"}, "displayOrder must be a whole number"),
        ({"dataSensitivity": "secret"}, "dataSensitivity must be one of"),
        ({"colour": "red"}, "colour"),
        ({"type": "number", "fieldType": "calculation_equation", "calculationFormula": "1 +"}, "can't be read: 1 +"),
        (
            {"type": "number", "fieldType": "calculation_equation", "calculationFormula": "__import__('os')"},
            "can't be read",
        ),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(served: Served, change: dict[str, Any], word: str) -> None:
    answer = served.ask("POST", PROPERTIES, {**GOOD, **change})
    assert answer.status_code == 400, answer.text
    assert word in answer.json()["message"]


def test_options_are_changed_as_a_whole_and_hidden_ones_still_taken(served: Served) -> None:
    first = [{"label": "Red", "value": "red", "hidden": True}, {"label": "Blue", "value": "blue"}]
    served.ok("POST", PROPERTIES, {**GOOD, "type": "enumeration", "fieldType": "radio", "options": first})
    shown = served.ok("GET", f"{PROPERTIES}/shoe")["options"]
    assert [(each["value"], each["hidden"], each["displayOrder"]) for each in shown] == [
        ("red", True, 0),
        ("blue", False, 1),
    ]
    served.contact(shoe="red")
    served.ok("PATCH", f"{PROPERTIES}/shoe", {"options": [{"label": "Green", "value": "green"}]})
    assert served.ask("POST", CONTACTS, {"properties": {"shoe": "red"}}).status_code == 400
    assert served.ask("PATCH", f"{PROPERTIES}/shoe", {"name": "boot"}).status_code == 400
    assert served.ask("PATCH", f"{PROPERTIES}/boot", {"label": "B"}).status_code == 404


def test_hubspot_s_own_properties_keep_their_definition(served: Served) -> None:
    assert served.ask("PATCH", f"{PROPERTIES}/email", {"type": "number", "fieldType": "number"}).status_code == 400
    answer = served.ask("DELETE", f"{PROPERTIES}/email")
    assert answer.status_code == 400
    assert "HubSpot defined it" in answer.json()["message"]
    assert served.ask("DELETE", f"{PROPERTIES}/nothing").status_code == 404


def test_ten_properties_may_be_unique_and_no_more(served: Served) -> None:
    for number in range(9):  # one ships with the portal
        served.ok("POST", PROPERTIES, {**GOOD, "name": f"key_{number}", "hasUniqueValue": True})
    answer = served.ask("POST", PROPERTIES, {**GOOD, "name": "key_10", "hasUniqueValue": True})
    assert answer.status_code == 400
    assert "at most 10" in answer.json()["message"]


def test_sensitive_properties_are_for_enterprise_and_seen_only_if_asked_for(served: Served) -> None:
    secret = {**GOOD, "dataSensitivity": "sensitive"}
    assert served.ask("POST", PROPERTIES, secret).status_code == 403
    served.portal.change_setup(tier="enterprise")
    assert served.ask("POST", PROPERTIES, secret).status_code == 201
    names = [each["name"] for each in served.ok("GET", PROPERTIES, dataSensitivity="sensitive")["results"]]
    assert names == ["shoe"]
    assert served.ask("GET", f"{PROPERTIES}/shoe").status_code == 404
    assert served.ok("GET", f"{PROPERTIES}/shoe", dataSensitivity="sensitive")["dataSensitivity"] == "sensitive"
    assert served.ask("GET", PROPERTIES, dataSensitivity="secret").status_code == 400


def test_batches_of_definitions(served: Served) -> None:
    made = served.ask("POST", f"{PROPERTIES}/batch/create", {"inputs": [GOOD, {**GOOD, "name": "email"}]})
    assert made.status_code == 207
    assert [each["name"] for each in made.json()["results"]] == ["shoe"]
    assert made.json()["errors"][0]["context"] == {"name": ["email"]}
    read = served.ask(
        "POST", f"{PROPERTIES}/batch/read", {"inputs": [{"name": "shoe"}, {"name": "boot"}], "archived": False}
    )
    assert read.status_code == 207
    assert [each["name"] for each in read.json()["results"]] == ["shoe"]
    assert read.json()["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert (
        served.ask("POST", f"{PROPERTIES}/batch/archive", {"inputs": [{"name": "shoe"}, {"name": "email"}]}).status_code
        == 400
    )
    assert served.ask("GET", f"{PROPERTIES}/shoe").status_code == 200
    assert (
        served.ask("POST", f"{PROPERTIES}/batch/archive", {"inputs": [{"name": "shoe"}, {"name": "boot"}]}).status_code
        == 204
    )
    archived = served.ok("POST", f"{PROPERTIES}/batch/read", {"inputs": [{"name": "shoe"}], "archived": True})
    assert archived["results"][0]["archived"] is True
    for body in (
        {"inputs": [{"name": "shoe"}], "archived": "no"},
        {"inputs": [{"name": "shoe"}], "dataSensitivity": "x"},
    ):
        assert served.ask("POST", f"{PROPERTIES}/batch/read", body).status_code == 400


def test_groups(served: Served) -> None:
    groups = f"{PROPERTIES}/groups"
    assert "contactinformation" in [each["name"] for each in served.ok("GET", groups)["results"]]
    made = served.ask("POST", groups, {"name": "feet", "label": "Feet", "displayOrder": 9})
    assert made.status_code == 201
    assert made.json() == {"name": "feet", "label": "Feet", "displayOrder": 9, "archived": False}
    assert served.ask("POST", groups, {"name": "feet", "label": "Feet"}).status_code == 409
    assert served.ok("PATCH", f"{groups}/feet", {"label": "The feet"})["label"] == "The feet"
    served.ok("POST", PROPERTIES, {**GOOD, "groupName": "feet"})
    assert served.ask("DELETE", f"{groups}/feet").status_code == 400
    served.ask("DELETE", f"{PROPERTIES}/shoe")
    assert served.ask("DELETE", f"{groups}/feet").status_code == 204
    assert served.ask("GET", f"{groups}/feet").status_code == 404
    for body in (
        {"label": "No name"},
        {"name": "Feet!", "label": "F"},
        {"name": "f", "label": "F", "displayOrder": "x"},
    ):
        assert served.ask("POST", groups, body).status_code == 400


def test_a_calculated_property_follows_its_formula(served: Served) -> None:
    deals = "/crm/properties/2026-03/deals"
    old = served.ok("POST", "/crm/objects/2026-03/deals", {"properties": {"dealname": "Old", "amount": "50"}})["id"]
    formula = {
        "name": "fee", "label": "Fee", "type": "number", "fieldType": "calculation_equation", "groupName": "dealinformation",
        "calculationFormula": "if amount >= 100 then round(amount * 0.1) else 5",
    }  # fmt: skip
    made = served.ok("POST", deals, formula)
    assert (made["calculated"], made["modificationMetadata"]["readOnlyValue"]) == (True, True)

    def fee(deal: str) -> object:
        return served.ok("GET", f"/crm/objects/2026-03/deals/{deal}", properties="fee")["properties"]["fee"]

    assert fee(old) == "5"
    deal = served.ok("POST", "/crm/objects/2026-03/deals", {"properties": {"dealname": "D", "amount": "1000"}})
    assert deal["properties"]["fee"] == "100"
    served.ok("PATCH", f"/crm/objects/2026-03/deals/{deal['id']}", {"properties": {"amount": ""}})
    assert fee(deal["id"]) is None
    answer = served.ask("PATCH", f"/crm/objects/2026-03/deals/{deal['id']}", {"properties": {"fee": "1"}})
    assert "is a calculated property" in answer.json()["message"]
    served.ok("PATCH", f"{deals}/fee", {"calculationFormula": "concatenate(upper(dealname), '!')"})
    assert fee(deal["id"]) == "D!"
    served.ok(
        "PATCH", f"{deals}/fee", {"calculationFormula": "is_known(amount) and not (amount < -1 or dealname = 'D')"}
    )
    assert (fee(deal["id"]), fee(old)) == ("false", "true")
