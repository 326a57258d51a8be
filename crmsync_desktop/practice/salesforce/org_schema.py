"""The schema of an org that an admin has set up: the plain one, and what the setup adds, changes and takes away."""

from __future__ import annotations

from dataclasses import replace

from .address_rules import with_codes
from .automation_rules import unknown_parts
from .geography import geography
from .schema import Field, SObject
from .setup import OrgSetup

Schema = dict[str, SObject]

_WITH_ADDRESSES = ("Account", "Contact", "Lead", "User")


def build_schema(plain: Schema, setup: OrgSetup) -> tuple[Schema, Schema]:
    """Everything in the org, and what the API's users see of it. Raises ValueError for a setup that doesn't fit."""
    everything = dict(plain)
    _remove(everything, setup.removed_fields)
    if setup.state_country != "off":
        places = geography(customised=setup.state_country == "customised")
        for name in _WITH_ADDRESSES:
            everything[name] = with_codes(everything[name], places)
    for rule in setup.rules:
        unknown = unknown_parts(everything, rule)
        if unknown:
            raise ValueError(f"The rule {rule.name} names {', '.join(unknown)}, which the org doesn't have.")
    return everything, everything


def _remove(schema: Schema, names: tuple[str, ...]) -> None:
    for full in names:
        sobject, item = find_field(schema, full)
        if item.required or item.name in ("Id", "Name", "SystemModstamp", "IsDeleted"):
            raise ValueError(f"{full} can't be removed: every org has it.")
        schema[sobject.name] = replace(sobject, fields=tuple(other for other in sobject.fields if other is not item))


def find_field(schema: Schema, full: str) -> tuple[SObject, Field]:
    """The object and the field of `Object.Field`. Raises ValueError for names that the org doesn't have."""
    name, _, field = full.partition(".")
    sobject = schema.get(name)
    item = sobject.by_name.get(field.lower()) if sobject else None
    if sobject is None or item is None:
        raise ValueError(f"The org has no field {full}.")
    return sobject, item
