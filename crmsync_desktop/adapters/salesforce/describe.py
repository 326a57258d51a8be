"""Describe results as schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema

_KINDS = {
    "string": Kind.TEXT,
    "textarea": Kind.LONG_TEXT,
    "encryptedstring": Kind.TEXT,
    "email": Kind.EMAIL,
    "phone": Kind.PHONE,
    "url": Kind.URL,
    "double": Kind.NUMBER,
    "int": Kind.NUMBER,
    "long": Kind.NUMBER,
    "currency": Kind.NUMBER,
    "percent": Kind.NUMBER,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "boolean": Kind.BOOL,
    "picklist": Kind.PICKLIST,
    "combobox": Kind.PICKLIST,
    "multipicklist": Kind.MULTIPICKLIST,
    "reference": Kind.REFERENCE,
    "id": Kind.ID,
}
"""Every other type (address, location, base64, time, anyType, complexvalue…) is OPAQUE."""
_WHOLE = frozenset({"int", "long"})
_HAS_LENGTH = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.HTML, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.PICKLIST})


def schema_of(described: Mapping[str, Any], read_at: str) -> Schema:
    """From the body of `sobjects/X/describe`. Raises KeyError or TypeError where it isn't one."""
    fields = [_field(entry) for entry in described["fields"]]
    return Schema(
        side=Side.SALESFORCE,
        object=described["name"],
        label=described.get("label") or described["name"],
        fields={field.name: field for field in fields},
        read_at=read_at,
    )


def _field(entry: Mapping[str, Any]) -> Field:
    kind = _kind(entry)
    native = entry["type"]
    createable = bool(entry.get("createable"))
    return Field(
        name=entry["name"],
        label=entry.get("label") or entry["name"],
        kind=kind,
        native_type=native,
        length=(entry.get("length") or None) if kind in _HAS_LENGTH else None,
        # An int has its number of digits, the others precision and scale.
        precision=((entry.get("digits") if native == "int" else entry.get("precision")) or None)
        if kind is Kind.NUMBER
        else None,
        scale=(0 if native in _WHOLE else entry.get("scale")) if kind is Kind.NUMBER else None,
        options=tuple(
            Option(option["value"], option.get("label") or option["value"], bool(option.get("active", True)))
            for option in entry.get("picklistValues") or ()
            if option.get("value") is not None
        ),
        restricted=bool(entry.get("restrictedPicklist")),
        createable=createable,
        updateable=bool(entry.get("updateable")),
        nillable=bool(entry.get("nillable")),
        required=createable and not entry.get("nillable") and not entry.get("defaultedOnCreate"),
        calculated=bool(entry.get("calculated") or entry.get("autoNumber")),
        unique=bool(entry.get("unique")),
        external_id=bool(entry.get("externalId")),
    )


def _kind(entry: Mapping[str, Any]) -> Kind:
    native = entry["type"]
    if native == "reference" and entry["name"] == "OwnerId":
        return Kind.OWNER
    if native == "textarea" and entry.get("htmlFormatted") and not entry.get("calculated"):
        return Kind.HTML
    return _KINDS.get(native, Kind.OPAQUE)
