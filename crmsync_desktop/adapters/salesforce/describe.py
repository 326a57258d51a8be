"""Describe results as schemas."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from crmsync_desktop.adapters.salesforce.roles import FIELD
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
RECORD_TYPE = "RecordTypeId"
_WHOLE = frozenset({"int", "long"})
_HAS_LENGTH = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.HTML, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.PICKLIST})


def schema_of(described: Mapping[str, Any], read_at: str, roles: Mapping[str, Any] | None = None) -> Schema:
    """From the body of `sobjects/X/describe`, and for Opportunity from that of its contact roles, which become a field of
    it. Raises KeyError or TypeError where it isn't one."""
    by_name = {entry["name"]: entry for entry in described["fields"]}
    fields = [_field(entry, _controlling(by_name.get(entry.get("controllerName")))) for entry in described["fields"]]
    fields = [_record_types(field, described) if field.name == RECORD_TYPE else field for field in fields]
    if roles is not None and (members := _roles_field(roles)) is not None:
        fields.append(members)
    return Schema(
        side=Side.SALESFORCE,
        object=described["name"],
        label=described.get("label") or described["name"],
        fields={field.name: field for field in fields},
        read_at=read_at,
        key_prefix=described.get("keyPrefix") or "",
    )


def _field(entry: Mapping[str, Any], controlling: Sequence[str] = ()) -> Field:
    """`controlling`: the values of the field that this one depends on, in the order that its bitmaps count in."""
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
            Option(
                option["value"],
                option.get("label") or option["value"],
                bool(option.get("active", True)),
                _valid_for(option.get("validFor"), controlling) if controlling else (),
            )
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
        refers_to=tuple(entry.get("referenceTo") or ()) if kind is Kind.REFERENCE else (),
        filterable=bool(entry.get("filterable", True)),
    )


def _roles_field(described: Mapping[str, Any]) -> Field | None:
    """None where the user can't see who has which role."""
    by_name = {entry["name"]: _field(entry) for entry in described["fields"]}
    contact, role = by_name.get("ContactId"), by_name.get("Role")
    if contact is None or role is None:
        return None
    return Field(
        name=FIELD,
        label="Contact roles",
        kind=Kind.MEMBERS,
        native_type="contact roles",
        options=role.options,
        createable=bool(described.get("createable")) and contact.createable,
        updateable=bool(described.get("createable")) and contact.createable,
        refers_to=("Contact",),
        filterable=False,
    )


def _record_types(field: Field, described: Mapping[str, Any]) -> Field:
    """A record type is chosen from a list, whatever describe calls its field. This user's default one comes first."""
    infos = [each for each in described.get("recordTypeInfos") or () if not each.get("master")]
    infos.sort(key=lambda each: not each.get("defaultRecordTypeMapping"))
    options = tuple(
        Option(each["recordTypeId"], each["name"], bool(each.get("active") and each.get("available"))) for each in infos
    )
    return msgspec.structs.replace(field, options=options, restricted=True, length=None)


def _controlling(entry: Mapping[str, Any] | None) -> Sequence[str]:
    if entry is None:
        return ()
    if entry["type"] == "boolean":
        return ("false", "true")
    return [str(option.get("value") or "") for option in entry.get("picklistValues") or ()]


def _valid_for(bitmap: str | None, controlling: Sequence[str]) -> tuple[str, ...]:
    """validFor has a bit for each value of the controlling field, the first in the highest bit, in base64 (Salesforce SOAP
    API Developer Guide, DescribeSObjectResult, "Dependent picklists")."""
    bits = b64decode(bitmap or "")
    return tuple(
        value
        for index, value in enumerate(controlling)
        if index >> 3 < len(bits) and bits[index >> 3] & (0x80 >> (index & 7))
    )


def _kind(entry: Mapping[str, Any]) -> Kind:
    native = entry["type"]
    if native == "reference" and entry["name"] == "OwnerId":
        return Kind.OWNER
    if native == "reference" and entry["name"] == RECORD_TYPE:
        return Kind.PICKLIST
    if native == "textarea" and entry.get("htmlFormatted") and not entry.get("calculated"):
        return Kind.HTML
    return _KINDS.get(native, Kind.OPAQUE)
