"""Describe results, real ones among them, as schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.adapters.salesforce.describe import schema_of
from crmsync_desktop.domain.schema import Kind, Option

RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "recordings" / "salesforce"
NATIVE = {
    "string": Kind.TEXT,
    "textarea": Kind.LONG_TEXT,
    "email": Kind.EMAIL,
    "phone": Kind.PHONE,
    "url": Kind.URL,
    "picklist": Kind.PICKLIST,
    "multipicklist": Kind.MULTIPICKLIST,
    "combobox": Kind.PICKLIST,
    "encryptedstring": Kind.TEXT,
    "double": Kind.NUMBER,
    "int": Kind.NUMBER,
    "long": Kind.NUMBER,
    "currency": Kind.NUMBER,
    "percent": Kind.NUMBER,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "boolean": Kind.BOOL,
    "id": Kind.ID,
    "reference": Kind.REFERENCE,
    "address": Kind.OPAQUE,
    "location": Kind.OPAQUE,
    "base64": Kind.OPAQUE,
    "time": Kind.OPAQUE,
    "anyType": Kind.OPAQUE,
}


def field(**entry: Any) -> Any:
    full = {"name": "X__c", "label": "X", "createable": True, "updateable": True, "nillable": True, **entry}
    return schema_of({"name": "Lead", "label": "Lead", "fields": [full]}, "2026-01-01T00:00:00Z").fields["X__c"]


@pytest.mark.parametrize(("native", "kind"), NATIVE.items())
def test_each_type_has_its_kind(native: str, kind: Kind) -> None:
    assert field(type=native).kind is kind


def test_owner_and_rich_text_are_told_apart() -> None:
    described = {"name": "Lead", "fields": [{"name": "OwnerId", "type": "reference"}]}
    assert schema_of(described, "").fields["OwnerId"].kind is Kind.OWNER
    assert field(type="textarea", htmlFormatted=True).kind is Kind.HTML


def test_flags() -> None:
    assert field(type="string", nillable=False).required
    assert not field(type="string", nillable=False, defaultedOnCreate=True).required
    assert not field(type="string", nillable=False, createable=False).required
    assert field(type="string", calculated=True).calculated
    assert field(type="string", autoNumber=True).calculated
    unique = field(type="string", unique=True, externalId=True, length=64)
    assert (unique.unique, unique.external_id, unique.length) == (True, True, 64)
    assert (field(type="int", digits=8, scale=3).scale, field(type="int", digits=8).precision) == (0, 8)
    assert (field(type="currency", precision=18, scale=2).scale, field(type="string", scale=0).scale) == (2, None)


def test_options() -> None:
    options = [
        {"value": "a", "label": "A", "active": True},
        {"value": "b", "label": None, "active": False},
    ]
    restricted = field(type="picklist", restrictedPicklist=True, picklistValues=options)
    assert restricted.restricted
    assert restricted.options == (Option("a", "A", True), Option("b", "b", False))


@pytest.mark.parametrize("name", ["Contact", "Lead", "Account", "Opportunity", "Case"])
def test_recorded_describes_of_a_real_org_are_read_whole(name: str) -> None:
    found = sorted(RECORDINGS.glob(f"GET_sobjects_{name}_describe_200_*.json"))
    if not found:
        pytest.skip(f"no recorded describe of {name} at {RECORDINGS}: the recordings are kept beside the repository")
    body = json.loads(found[0].read_text())["response"]["body"]
    schema = schema_of(body, "2026-01-01T00:00:00Z")
    assert schema.object == name
    assert set(schema.fields) == {entry["name"] for entry in body["fields"]}
    for entry in body["fields"]:
        read = schema.fields[entry["name"]]
        named = {"OwnerId": Kind.OWNER, "RecordTypeId": Kind.PICKLIST}
        assert read.kind is named.get(entry["name"], NATIVE[entry["type"]]), entry["name"]
        if entry["name"] == "RecordTypeId":
            types = {info["recordTypeId"] for info in body["recordTypeInfos"] if not info["master"]}
            assert {option.value for option in read.options} == types
            continue
        assert [option.value for option in read.options] == [value["value"] for value in entry["picklistValues"]]
    if name in ("Contact", "Lead"):
        assert schema.fields["LastName"].required
        assert not schema.fields["OwnerId"].required
        assert schema.fields["Email"].length == 80


def test_the_options_of_a_dependent_picklist_know_with_which_values_they_go() -> None:
    def picklist(name: str, controller: str | None, values: dict[str, str | None]) -> dict[str, Any]:
        entries = [{"value": value, "label": value, "active": True, "validFor": bits} for value, bits in values.items()]
        return {"name": name, "type": "picklist", "controllerName": controller, "picklistValues": entries}

    fields = [
        picklist("CountryCode", None, {f"C{n}": None for n in range(10)}),
        # bits count from the highest: 1000 0000 0100 0000, 0100 0000, and one without
        picklist("StateCode", "CountryCode", {"A": "gEAA", "B": "QAAA", "C": None}),
        {"name": "Vip__c", "type": "boolean"},
        picklist("Level__c", "Vip__c", {"Gold": "QAAA", "Any": "wAAA"}),
        picklist("Lost__c", "Gone__c", {"X": "gAAA"}),
    ]
    found = schema_of({"name": "Lead", "label": "Lead", "fields": fields}, "").fields
    valid = {name: {option.value: option.valid_for for option in field.options} for name, field in found.items()}
    assert valid["StateCode"] == {"A": ("C0", "C9"), "B": ("C1",), "C": ()}
    assert valid["Level__c"] == {"Gold": ("true",), "Any": ("false", "true")}
    assert valid["Lost__c"] == {"X": ()}
    assert set(valid["CountryCode"].values()) == {()}
