"""A HubSpot property made after a Salesforce field (M5): what it would be, before anything is asked of HubSpot.

Sources: HubSpot's properties guide (type with fieldType; names of letters, digits and underscores that begin with a letter;
options with unique labels and values; the groups that every account has).
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from crmsync_desktop.domain.schema import Field, Kind, Option

LONGEST_NAME: Final = 100
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_TYPES: Final = {
    Kind.TEXT: ("string", "text"),
    Kind.EMAIL: ("string", "text"),
    Kind.URL: ("string", "text"),
    Kind.ID: ("string", "text"),
    Kind.PHONE: ("string", "phonenumber"),
    Kind.LONG_TEXT: ("string", "textarea"),
    Kind.HTML: ("string", "html"),
    Kind.NUMBER: ("number", "number"),
    Kind.DATE: ("date", "date"),
    Kind.DATETIME: ("datetime", "date"),
    Kind.BOOL: ("bool", "booleancheckbox"),
    Kind.PICKLIST: ("enumeration", "select"),
    Kind.MULTIPICKLIST: ("enumeration", "checkbox"),
}
_GROUPS: Final = {
    "contacts": "contactinformation",
    "companies": "companyinformation",
    "deals": "dealinformation",
    "tickets": "ticketinformation",
}
_YES_NO: Final = (Option("true", "Yes"), Option("false", "No"))


class NewProperty(msgspec.Struct, frozen=True):
    """What HubSpot is asked for: `type` and `field_type` are its own words, `group` where it stands in a record; "" is the one
    that a custom object has for its own."""

    object: str
    name: str
    label: str
    type: str
    field_type: str
    group: str
    options: tuple[Option, ...]
    description: str
    unique: bool = False
    """No two records may hold the same value."""


def property_for(field: Field, source: str, object: str, name: str = "") -> NewProperty | str:
    """A property of HubSpot's `object` for the field of that Salesforce object (`source`: "Contact.Tier__c"); or why there
    can be none. Without a `name` it is called as the field is."""
    if field.kind not in _TYPES:
        return (
            "A lookup, an owner, and what is compound or binary, can't become a property: associations carry lookups."
        )
    wanted = name or name_after(field.name)
    if not NAME.fullmatch(wanted) or len(wanted) > LONGEST_NAME:
        return (
            f"“{wanted}” can't be the name of a property: it takes small letters, digits and underscores, and begins with "
            f"a letter; at most {LONGEST_NAME} of them."
        )
    options = _options(field)
    if field.kind in (Kind.PICKLIST, Kind.MULTIPICKLIST) and not options:
        return f"“{field.label}” has no active values, and HubSpot takes no list without any."
    type_, field_type = _TYPES[field.kind]
    return NewProperty(
        object=object,
        name=wanted,
        label=field.label,
        type=type_,
        field_type=field_type,
        group=_GROUPS.get(object, ""),
        options=options,
        description=f"Synced with {source} of Salesforce.",
    )


def name_after(field: str) -> str:
    """The name that a property gets from a field's: Customer_Tier__c → customer_tier."""
    base = re.sub(r"__[a-z]+$", "", field.lower())
    found = re.sub(r"[^a-z0-9]+", "_", base).strip("_")
    return found if found[:1].isalpha() else f"sf_{found}"


def _options(field: Field) -> tuple[Option, ...]:
    """Salesforce's active values under their labels; a label that several share is told apart by its value."""
    if field.kind is Kind.BOOL:
        return _YES_NO
    if field.kind not in (Kind.PICKLIST, Kind.MULTIPICKLIST):
        return ()
    active = [option for option in field.options if option.active]
    labels = [option.label for option in active]
    return tuple(
        Option(each.value, each.label if labels.count(each.label) == 1 else f"{each.label} ({each.value})")
        for each in active
    )
