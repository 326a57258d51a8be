"""HubSpot's property definitions as a Schema.

Sources: HubSpot's properties guide (types, fieldTypes, externalOptions, referencedObjectType, modificationMetadata);
property values of type string hold at most 65,536 characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from crmsync_desktop.adapters.hubspot.engagements import BODIES, ENGAGEMENTS, TIMESTAMP
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema

LONGEST_TEXT: Final = 65_536
LINK_PROPERTY: Final = "crmsync_salesforce_id"
"""The unique property that holds the other side's id where the admin made it, so that a lost create is found again."""
MERGED_IDS: Final = "hs_merged_object_ids"
RECORD_ID: Final = "hs_object_id"
OWNER_PROPERTY: Final = "hubspot_owner_id"
_TEXTS: Final = {
    "textarea": Kind.LONG_TEXT,
    "html": Kind.HTML,
    "phonenumber": Kind.PHONE,
    "email": Kind.EMAIL,
    "file": Kind.OPAQUE,
}
_TYPES: Final = {
    "number": Kind.NUMBER,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "bool": Kind.BOOL,
    "phone_number": Kind.PHONE,
}
_ENUMERATIONS: Final = {"booleancheckbox": Kind.BOOL, "checkbox": Kind.MULTIPICKLIST}

_OLDEST: Final = ("contacts", "companies", "deals", "tickets")
_NEEDED: Final = {"tickets": ("hs_pipeline_stage",), **dict.fromkeys(ENGAGEMENTS - {"meetings"}, (TIMESTAMP,))}
"""Without these nothing is created (object guides); the definitions don't say so. A meeting can take its start for it."""


def modified_property(object_name: str) -> str:
    """The property by which changes are found: contacts name it otherwise than all the rest."""
    return "lastmodifieddate" if object_name == "contacts" else "hs_lastmodifieddate"


def created_property(object_name: str) -> str:
    """The property that says when a record was made: HubSpot's oldest objects name it otherwise than custom ones."""
    return "createdate" if object_name in _OLDEST else "hs_createdate"


def schema_of(object_name: str, results: Iterable[Mapping[str, Any]], read_at: str) -> Schema:
    fields = {field.name: field for field in map(_field, results)}
    for name in _NEEDED.get(object_name, ()):
        if name in fields:
            fields[name] = msgspec.structs.replace(fields[name], required=True)
    if (body := BODIES.get(object_name, "")) in fields:
        fields[body] = msgspec.structs.replace(fields[body], kind=Kind.HTML)
    return Schema(Side.HUBSPOT, object_name, object_name.replace("_", " ").capitalize(), fields, read_at)


def link_property(schema: Schema) -> str | None:
    """The unique link property's name where this object has it and it can be written, else None."""
    field = schema.fields.get(LINK_PROPERTY)
    return LINK_PROPERTY if field is not None and field.unique and field.createable else None


def _field(given: Mapping[str, Any]) -> Field:
    name, kind = str(given["name"]), _kind(given)
    metadata = given.get("modificationMetadata") or {}
    calculated = bool(given.get("calculated"))
    writable = not calculated and not metadata.get("readOnlyValue", False)
    options = tuple(
        Option(
            str(option["value"]), str(option.get("label") or option["value"])
        )  # hidden ones are accepted all the same
        for option in sorted(given.get("options") or (), key=_display_order)
    )
    picked = kind in (Kind.PICKLIST, Kind.MULTIPICKLIST)
    return Field(
        name=name,
        label=str(given.get("label") or name),
        kind=kind,
        native_type=f"{given.get('type')}/{given.get('fieldType')}",
        length=LONGEST_TEXT if given.get("type") == "string" else None,
        options=options if picked else (),
        restricted=picked and bool(options) and not given.get("externalOptions"),
        createable=writable,
        updateable=writable,
        calculated=calculated,
        unique=bool(given.get("hasUniqueValue")) or name == "email",
        external_id=bool(given.get("hasUniqueValue")),
    )


def _display_order(option: Mapping[str, Any]) -> float:
    """Lowest first; those with -1 come after all others (properties guide). Lifecycle stages go by this order."""
    order = option.get("displayOrder")
    return order if isinstance(order, int) and order >= 0 else float("inf")


def _kind(given: Mapping[str, Any]) -> Kind:
    name, type_, shown = str(given["name"]), str(given.get("type")), str(given.get("fieldType"))
    if name == RECORD_ID:
        return Kind.ID
    if name == OWNER_PROPERTY or (given.get("referencedObjectType") == "OWNER" and shown in ("select", "radio")):
        return Kind.OWNER
    if type_ == "enumeration":
        return _ENUMERATIONS.get(shown, Kind.PICKLIST)
    if type_ == "string":
        return Kind.EMAIL if name == "email" else _TEXTS.get(shown, Kind.TEXT)
    return _TYPES.get(type_, Kind.OPAQUE)
