"""Custom objects and fields that an admin defines: described, written, queried and referred to like any other."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import OrgSetup, SalesforceOrg

from .conftest import FrozenTime, Server, serve

FIELDS: list[dict[str, Any]] = [
    {"object": "Contact", "name": "Region__c", "type": "picklist", "restricted": True,
     "values": [{"value": "North", "default": True}, {"value": "South", "label": "The South"},
                {"value": "Atlantis", "active": False}]},
    {"object": "Contact", "name": "City__c", "type": "picklist", "controller": "Region__c",
     "values": [{"value": "Oslo", "valid_for": ["North"]}, {"value": "Rome", "valid_for": ["South"]},
                {"value": "Paris", "valid_for": ["North", "South"]}]},
    {"object": "Contact", "name": "Vip__c", "type": "boolean", "default": True},
    {"object": "Contact", "name": "Perk__c", "type": "picklist", "controller": "Vip__c",
     "values": [{"value": "Lounge", "valid_for": ["true"]}]},
    {"object": "Contact", "name": "Topics__c", "type": "multipicklist", "restricted": True,
     "values": [{"value": "Wine"}, {"value": "Art"}, {"value": "Golf"}]},
    {"object": "Contact", "name": "Free__c", "type": "multipicklist", "values": [{"value": "A"}, {"value": "B"}]},
    {"object": "Contact", "name": "Score__c", "type": "double", "precision": 6, "scale": 2},
    {"object": "Contact", "name": "Share__c", "type": "percent", "precision": 5, "scale": 1},
    {"object": "Contact", "name": "Note__c", "type": "richtextarea"},
    {"object": "Contact", "name": "Long__c", "type": "longtextarea", "length": 1000},
    {"object": "Contact", "name": "Short__c", "type": "textarea"},
    {"object": "Contact", "name": "Site__c", "type": "url"},
    {"object": "Contact", "name": "Seen__c", "type": "datetime"},
    {"object": "Contact", "name": "Key__c", "type": "string", "length": 10, "unique": True, "external_id": True,
     "help": "Ours"},
    {"object": "Contact", "name": "pkg__Boss__c", "type": "reference", "reference_to": "Contact"},
    {"object": "Lead", "name": "Needed__c", "type": "string", "required": True, "length": 20},
    {"object": "Lead", "name": "Ticket__c", "type": "autonumber", "format": "T{000}-x"},
]  # fmt: skip


@pytest.fixture(scope="module")
def custom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    setup = OrgSetup.from_json({"custom_objects": ["Subscription__c"], "custom_fields": FIELDS})
    clock = PracticeClock(source=FrozenTime())
    org = SalesforceOrg(tmp_path_factory.mktemp("org") / "org.db", clock, setup=setup)
    yield from serve(org, clock)
    org.close()


def described(server: Server, sobject: str) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in server.get(f"sobjects/{sobject}/describe").json()["fields"]}


def made(server: Server, sobject: str, **fields: Any) -> dict[str, Any]:
    answer = server.post(f"sobjects/{sobject}", fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = server.get(f"sobjects/{sobject}/{answer.json()['id']}").json()
    return found


def test_a_custom_object_is_listed_and_described_like_any_other(custom: Server) -> None:
    (entry,) = [found for found in custom.get("sobjects").json()["sobjects"] if found["name"] == "Subscription__c"]
    assert (entry["custom"], entry["keyPrefix"], entry["createable"], entry["labelPlural"]) == (
        True, "a00", True, "Subscriptions",
    )  # fmt: skip
    fields = described(custom, "Subscription__c")
    contact = described(custom, "Contact")
    assert {tuple(sorted(field)) for field in fields.values()} == {tuple(sorted(contact["Id"]))}
    assert (fields["Name"]["autoNumber"], fields["Name"]["createable"], fields["Name"]["nameField"]) == (
        True,
        False,
        True,
    )
    assert (fields["Account__c"]["referenceTo"], fields["Account__c"]["relationshipName"]) == (
        ["Account"],
        "Account__r",
    )
    assert [field["name"] for field in fields.values() if field["custom"]] == [
        "Account__c", "Contact__c", "Plan__c", "Auto_Renew__c", "Start_Date__c", "Monthly_Price__c", "Billing_Id__c",
    ]  # fmt: skip
    children = custom.get("sobjects/Account/describe").json()["childRelationships"]
    assert [child["field"] for child in children if child["relationshipName"] == "Subscriptions__r"] == ["Account__c"]


def test_records_of_a_custom_object_are_numbered_defaulted_and_found_over_their_relationships(custom: Server) -> None:
    account = made(custom, "Account", Name="Acme")["Id"]
    found = made(custom, "Subscription__c", Account__c=account, Monthly_Price__c=12.345, Start_Date__c="2027-01-31")
    assert re.fullmatch(r"SUB-\d{5}", found["Name"])
    assert found["Id"].startswith("a00")
    assert (found["Plan__c"], found["Auto_Renew__c"], found["Monthly_Price__c"]) == ("Free", True, 12.35)
    (row,) = custom.query(f"SELECT Account__r.Name FROM Subscription__c WHERE Id = '{found['Id']}'")["records"]
    assert row["Account__r"]["Name"] == "Acme"
    soql = f"SELECT Id, (SELECT Name FROM Subscriptions__r) FROM Account WHERE Id = '{account}'"
    (row,) = custom.query(soql)["records"]
    assert [child["Name"] for child in row["Subscriptions__r"]["records"]] == [found["Name"]]
    task = made(custom, "Task", Subject="Renew", WhatId=found["Id"])
    assert task["WhatId"] == found["Id"]


def test_a_custom_object_can_be_upserted_by_its_external_id(custom: Server) -> None:
    path = "sobjects/Subscription__c/Billing_Id__c/b-7"
    first = custom.patch(path, {"Plan__c": "Team"})
    assert (first.status_code, first.json()["created"]) == (201, True)
    second = custom.patch(path, {"Plan__c": "Enterprise"})
    assert (second.status_code, second.json()["created"]) == (200, False)
    entry = custom.refused(custom.post("sobjects/Subscription__c", {"Billing_Id__c": "B-7"}), 400, "DUPLICATE_VALUE")
    assert first.json()["id"] in entry["message"]


def test_an_automatic_number_can_not_be_written(custom: Server) -> None:
    answer = custom.post("sobjects/Subscription__c", {"Name": "mine"})
    assert custom.refused(answer, 400, "INVALID_FIELD_FOR_INSERT_UPDATE")["fields"] == ["Name"]
    assert made(custom, "Lead", LastName="Doe", Company="C", Needed__c="x")["Ticket__c"] == "T001-x"


def test_a_text_name_is_the_records_id_unless_one_is_given(server: Server) -> None:
    server.org.change_setup(custom_objects=[{"name": "Pet__c", "label": "Pet", "label_plural": "Pets"}])
    unnamed = made(server, "Pet__c")
    assert unnamed["Name"] == unnamed["Id"]
    assert made(server, "Pet__c", Name="Rex")["Name"] == "Rex"


def test_custom_fields_are_described_with_their_types_facts(custom: Server) -> None:
    fields = described(custom, "Contact")
    key = fields["Key__c"]
    assert (key["unique"], key["externalId"], key["idLookup"], key["caseSensitive"], key["inlineHelpText"]) == (
        True, True, True, False, "Ours",
    )  # fmt: skip
    assert (fields["Note__c"]["extraTypeInfo"], fields["Note__c"]["htmlFormatted"]) == ("richtextarea", True)
    assert (fields["Long__c"]["type"], fields["Long__c"]["length"], fields["Long__c"]["filterable"]) == (
        "textarea", 1000, False,
    )  # fmt: skip
    assert (fields["Score__c"]["precision"], fields["Score__c"]["scale"]) == (6, 2)
    assert (fields["Vip__c"]["defaultValue"], fields["Vip__c"]["nillable"]) == (True, False)
    assert fields["pkg__Boss__c"]["relationshipName"] == "pkg__Boss__r"
    needed = described(custom, "Lead")["Needed__c"]
    assert (needed["nillable"], needed["permissionable"], needed["custom"]) == (False, False, True)


def test_a_picklists_default_is_filled_in_and_values_that_are_switched_off_are_refused(custom: Server) -> None:
    region = described(custom, "Contact")["Region__c"]
    assert [(entry["value"], entry["label"], entry["defaultValue"]) for entry in region["picklistValues"]] == [
        ("North", "North", True), ("South", "The South", False),
    ]  # fmt: skip
    assert (region["restrictedPicklist"], region["defaultValue"], region["defaultedOnCreate"]) == (True, "North", True)
    record = made(custom, "Contact", LastName="Doe")
    assert (record["Region__c"], record["Vip__c"]) == ("North", True)
    for value in ("Atlantis", "The South", "north"):
        answer = custom.patch(f"sobjects/Contact/{record['Id']}", {"Region__c": value})
        entry = custom.refused(answer, 400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
        assert entry["message"] == f"Region: bad value for restricted picklist field: {value}"
    assert custom.patch(f"sobjects/Contact/{record['Id']}", {"Region__c": None}).status_code == 204


def test_a_dependent_picklist_tells_under_which_values_it_offers_what(custom: Server) -> None:
    fields = described(custom, "Contact")
    city = fields["City__c"]
    assert (city["controllerName"], city["dependentPicklist"]) == ("Region__c", True)
    assert {entry["value"]: b64decode(entry["validFor"])[0] for entry in city["picklistValues"]} == {
        "Oslo": 0b1000_0000, "Rome": 0b0100_0000, "Paris": 0b1100_0000,
    }  # fmt: skip
    # Of a checkbox, the first bit means unchecked.
    (perk,) = fields["Perk__c"]["picklistValues"]
    assert b64decode(perk["validFor"])[0] == 0b0100_0000
    assert made(custom, "Contact", LastName="Doe", Region__c="North", City__c="Rome")["City__c"] == "Rome"


def test_a_multi_select_picklist_holds_each_value_once_in_the_picklists_order(custom: Server) -> None:
    record = made(custom, "Contact", LastName="Doe", Topics__c="Golf; Wine;Golf", Free__c="C;B")
    assert (record["Topics__c"], record["Free__c"]) == ("Wine;Golf", "B;C")
    answer = custom.patch(f"sobjects/Contact/{record['Id']}", {"Topics__c": "Golf;Chess"})
    entry = custom.refused(answer, 400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    assert entry["message"] == "Topics: bad value for restricted picklist field: Chess"
    custom.patch(f"sobjects/Contact/{record['Id']}", {"Topics__c": ";"})
    assert custom.get(f"sobjects/Contact/{record['Id']}").json()["Topics__c"] is None


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("Score__c", 1.005, 1.01),
        ("Score__c", -2.675, -2.68),
        ("Score__c", "7", 7.0),
        ("Share__c", 99.95, 100.0),
        ("Short__c", "  two\nlines \n", "two\nlines"),
        ("Long__c", " ", None),
        ("Note__c", "<p>Hello</p>", "<p>Hello</p>"),
        ("Site__c", "no address at all", "no address at all"),
        ("Phone", "(0) 123-45 67 ext. 8", "(0) 123-45 67 ext. 8"),
        ("Vip__c", "false", False),
        ("Seen__c", "2027-01-31", "2027-01-31T00:00:00.000+0000"),
        ("Seen__c", "2027-01-31T12:00:00+02:00", "2027-01-31T10:00:00.000+0000"),
        ("Seen__c", "2027-01-31T12:00:00.123456Z", "2027-01-31T12:00:00.123+0000"),
        ("Birthdate", "1990-05-06T10:00:00Z", "1990-05-06"),
    ],
)
def test_a_value_is_kept_in_the_form_of_its_type(custom: Server, field: str, given: object, kept: object) -> None:
    assert made(custom, "Contact", LastName="Doe", **{field: given})[field] == kept


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        (
            {"Score__c": 12345.0},
            "NUMBER_OUTSIDE_VALID_RANGE",
            "Score: value outside of valid range on numeric field: 12345",
        ),
        ({"Short__c": "x" * 256}, "STRING_TOO_LONG", f"Short: data value too large: {'x' * 256} (max length=255)"),
        ({"Long__c": "x" * 1001}, "STRING_TOO_LONG", f"Long: data value too large: {'x' * 1001} (max length=1000)"),
        ({"Key__c": "12345678901"}, "STRING_TOO_LONG", "Key: data value too large: 12345678901 (max length=10)"),
        ({"Site__c": f"http://{'x' * 250}"}, "STRING_TOO_LONG", None),
        ({"Vip__c": None}, "INVALID_TYPE_ON_FIELD_IN_RECORD", "Vip: value not of required type: "),
        ({"Vip__c": "perhaps"}, "JSON_PARSER_ERROR", None),
        ({"Topics__c": ["Wine"]}, "JSON_PARSER_ERROR", None),
        ({"Note__c": 5}, "JSON_PARSER_ERROR", None),
    ],
)
def test_a_value_that_breaks_its_types_rules_is_refused(
    custom: Server, fields: dict[str, Any], code: str, message: str | None
) -> None:
    entry = custom.refused(custom.post("sobjects/Contact", {"LastName": "Doe", **fields}), 400, code)
    assert message is None or entry["message"] == message


def test_a_required_custom_field_has_to_be_given(custom: Server) -> None:
    answer = custom.post("sobjects/Lead", {"LastName": "Doe", "Company": "C"})
    assert custom.refused(answer, 400, "REQUIRED_FIELD_MISSING")["fields"] == ["Needed__c"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"custom_objects": [{"name": "Pet", "label": "Pet", "label_plural": "Pets"}]}, "Pet is no name for a custom object"),
    ({"custom_objects": ["Subscription__c", "Subscription__c"]}, "There are two objects named Subscription__c."),
    ({"custom_objects": [{"name": "Pet__c", "label": "P", "label_plural": "P", "prefix": "003"}]},
     "Pet__c can't have the key prefix 003."),
    ({"custom_objects": [{"name": "Pet__c", "label": "P", "label_plural": "P", "name_format": "P"}]},
     "Pet__c needs a name_format such as SUB-{0000}."),
    ({"custom_objects": [{"name": "Pet__c", "label": "P", "label_plural": "P",
                          "fields": [{"object": "Contact", "name": "A__c", "type": "string"}]}]},
     "Pet__c can't hold a field of Contact."),
    ({"custom_fields": [{"name": "A__c", "type": "string"}]}, "A custom field is on no object, which the org"),
    ({"custom_fields": [{"object": "Contact", "name": "A", "type": "string"}]}, "Contact.A is no name for a custom field"),
    ({"custom_fields": [{"object": "Contact", "name": "A__c", "type": "string", "length": 256}]},
     "Contact.A__c can't be 256 long; its type has 255."),
    ({"custom_fields": [{"object": "Contact", "name": "A__c", "type": "boolean", "length": 1}]},
     "Contact.A__c can't be 1 long; its type has no length of its own."),
    ({"custom_fields": 2 * [{"object": "Contact", "name": "A__c", "type": "string"}]},
     "There are two fields named Contact.A__c."),
    ({"custom_fields": [{"object": "Contact", "name": "A__c", "type": "picklist"}]}, "Contact.A__c needs values."),
    ({"custom_fields": [{"object": "Contact", "name": "A__c", "type": "string", "values": [{"value": "x"}]}]},
     "Contact.A__c is no picklist and can have neither values nor a controlling field."),
    ({"custom_fields": [{"object": "Contact", "name": "A__c", "type": "picklist", "values": [{"value": "x"}],
                         "controller": "Title"}]},
     "Contact.A__c needs a picklist or a checkbox of its object as its controlling field."),
    ({"custom_fields": [{"object": "Contact", "name": "A__c", "type": "picklist", "controller": "Salutation",
                         "values": [{"value": "x", "valid_for": ["Sir"]}]}]},
     "Contact.A__c has a value that depends on Sir, which its controlling field doesn't have."),
    ({"custom_fields": [{"object": "Contact", "name": "A__c", "type": "reference", "reference_to": "Nope"}]},
     "Contact.A__c must refer to an object of the org, not to Nope."),
    ({"custom_fields": [{"object": "Contact", "name": "A__c", "type": "autonumber"}]},
     "Contact.A__c needs a format such as SUB-{0000}."),
    ({"custom_fields": [{"object": "Contact", "name": "A__c", "type": "email", "formula": "Email"}]},
     "Contact.A__c can't be a formula"),
    ({"picklists": [{"field": "Contact.Title", "values": [{"value": "x"}]}]},
     "Contact.Title is no picklist whose values an admin can edit here."),
    ({"picklists": [{"field": "Opportunity.StageName", "values": [{"value": "x"}]}]},
     "Opportunity.StageName is no picklist whose values an admin can edit here."),
    ({"picklists": [{"field": "Contact.LeadSource", "values": []}]}, "Contact.LeadSource needs values."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "sentence"), WRONG)
def test_a_definition_that_does_not_hold_is_refused_and_changes_nothing(
    org: SalesforceOrg, given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        org.change_setup(**given)
    assert org.setup == OrgSetup()


def test_a_custom_object_keeps_its_key_prefix_whatever_else_is_defined(org: SalesforceOrg) -> None:
    pet = {"name": "Pet__c", "label": "Pet", "label_plural": "Pets"}
    org.change_setup(custom_objects=["Subscription__c", pet])
    rex = org.insert("Pet__c", {"Name": "Rex"})
    org.change_setup(custom_objects=[])
    org.change_setup(custom_objects=[{"name": "Toy__c", "label": "Toy", "label_plural": "Toys"}, pet])
    assert org.insert("Toy__c", {})[:3] not in (rex[:3], "a00")
    found = org.get(rex)
    assert found is not None
    assert found["Name"] == "Rex"


def test_a_checkbox_that_is_added_later_is_unchecked_in_older_records(server: Server) -> None:
    record = server.contact()
    server.org.change_setup(custom_fields=[{"object": "Contact", "name": "Vip__c", "type": "boolean", "default": True}])
    assert [row["Id"] for row in server.query("SELECT Id FROM Contact WHERE Vip__c = false")["records"]] == [record]
    assert server.get(f"sobjects/Contact/{server.contact()}").json()["Vip__c"] is True


def test_an_admin_can_edit_the_values_of_a_standard_picklist(server: Server) -> None:
    server.org.change_setup(
        picklists=[
            {"field": "Contact.LeadSource", "restricted": True,
             "values": [{"value": "Fair", "default": True}, {"value": "Web", "label": "Our site"}]},
            {"field": "Contact.Salutation", "controller": "LeadSource",
             "values": [{"value": "Mx.", "valid_for": ["Web"]}]},
        ]
    )  # fmt: skip
    fields = described(server, "Contact")
    source = fields["LeadSource"]
    assert [(entry["value"], entry["label"]) for entry in source["picklistValues"]] == [
        ("Fair", "Fair"), ("Web", "Our site"),
    ]  # fmt: skip
    assert (source["restrictedPicklist"], source["custom"], fields["Salutation"]["controllerName"]) == (
        True, False, "LeadSource",
    )  # fmt: skip
    assert made(server, "Contact", LastName="Doe")["LeadSource"] == "Fair"
    answer = server.post("sobjects/Contact", {"LastName": "Doe", "LeadSource": "Phone Inquiry"})
    server.refused(answer, 400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    server.org.change_setup(picklists=[])
    assert made(server, "Contact", LastName="Doe")["LeadSource"] is None
