"""The schema of an org that an admin has set up: the plain one, and what the setup adds, changes and takes away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .address_rules import with_codes
from .automation_rules import unknown_parts
from .currencies import with_currencies
from .custom_fields import field_of, object_of, picklist, prefixes
from .customisation import CustomField, StandardPicklist
from .field_history import history_object, trackable
from .field_security import visible_part
from .formulas import FormulaError, compiled
from .geography import geography
from .record_types import with_record_types
from .schema import Child, Field, SObject
from .setup import OrgSetup

Schema = dict[str, SObject]

_WITH_ADDRESSES = ("Account", "Contact", "Lead", "User")
_WITH_TABLES = frozenset({"Opportunity.StageName", "Case.Status", "Lead.Status", "Task.Priority"})
"""Picklists whose values stand in tables of their own, with what they mean: status_tables.py. (Those of Task.Status follow
the setup.)"""
_OF_FEATURES = frozenset(
    {
        *("CleanStatus", "DandbCompanyId", "DunsNumber", "EmailBouncedDate", "EmailBouncedReason", "HasOpenActivity"),
        *("HasOverdueTask", "IndividualId", "IsEmailBounced", "Jigsaw", "JigsawCompanyId", "JigsawContactId"),
        *("LastCURequestDate", "LastCUUpdateDate", "NaicsCode", "NaicsDesc", "OperatingHoursId", "Tradestyle"),
        *("YearStarted", "SicDesc", "Territory2Id", "IsExcludedFromTerritory2Filter", "IqScore", "TickerSymbol"),
    }
)
"""Standard fields that only orgs with certain features or editions have."""


def build_schema(plain: Schema, setup: OrgSetup) -> tuple[Schema, Schema]:
    """Everything in the org, and what the API's users see of it. Raises ValueError for a setup that doesn't fit."""
    schema = dict(plain)
    _remove(schema, setup.removed_fields)
    for edited in setup.picklists:
        _edit(schema, edited)
    for definition in setup.custom_objects:
        if definition.name in schema:
            raise ValueError(f"There are two objects named {definition.name}.")
        schema[definition.name] = object_of(definition, schema)
        _take_activities(schema, definition.name)
    # Fields come after all objects, so that custom objects can refer to each other.
    for definition in setup.custom_objects:
        _add_fields(schema, definition.name, definition.fields)
    for name in dict.fromkeys(custom.object for custom in setup.custom_fields):
        if name not in schema:
            raise ValueError(f"A custom field is on {name or 'no object'}, which the org doesn't have.")
        _add_fields(schema, name, [custom for custom in setup.custom_fields if custom.object == name])
    if setup.record_types:
        with_record_types(schema)
    if setup.multi_currency:
        with_currencies(schema)
    if setup.state_country != "off":
        places = geography(customised=setup.state_country == "customised")
        for name in _WITH_ADDRESSES:
            schema[name] = with_codes(schema[name], places)
    for rule in setup.rules:
        unknown = unknown_parts(schema, rule)
        if unknown:
            raise ValueError(f"The rule {rule.name} names {', '.join(unknown)}, which the org doesn't have.")
    _add_histories(schema, setup.tracked_fields)
    for full in (*setup.hidden_fields, *setup.read_only_fields):
        find_field(schema, full)
    return schema, visible_part(schema, setup)


def with_prefixes(setup: OrgSetup, plain: Schema, known: dict[str, str]) -> OrgSetup:
    """The setup with a key prefix for each custom object; `known` are those that objects of the org have ever had."""
    taken = {sobject.prefix for sobject in plain.values()} | set(known.values())
    taken |= {definition.prefix for definition in setup.custom_objects}
    free = (prefix for prefix in prefixes() if prefix not in taken)
    definitions = tuple(
        replace(definition, prefix=definition.prefix or known.get(definition.name) or next(free))
        for definition in setup.custom_objects
    )
    return replace(setup, custom_objects=definitions)


def find_field(schema: Schema, full: str) -> tuple[SObject, Field]:
    """The object and the field of `Object.Field`. Raises ValueError for names that the org doesn't have."""
    name, _, field = full.partition(".")
    sobject = schema.get(name)
    item = sobject.by_name.get(field.lower()) if sobject else None
    if sobject is None or item is None:
        raise ValueError(f"The org has no field {full}.")
    return sobject, item


def _add_histories(schema: Schema, names: tuple[str, ...]) -> None:
    tracked: dict[str, list[str]] = {}
    for full in names:
        sobject, item = find_field(schema, full)
        if not trackable(sobject, item):
            raise ValueError(
                f"{full} can't be tracked: a field history has fields that can be edited, of records that have one."
            )
        tracked.setdefault(sobject.name, []).append(item.name)
    for name, fields in tracked.items():
        made = history_object(schema[name], fields, schema[name].flags)
        schema[made.name] = made


def _remove(schema: Schema, names: tuple[str, ...]) -> None:
    for full in names:
        sobject, item = find_field(schema, full)
        if not item.flags["custom"] and item.name not in _OF_FEATURES:
            raise ValueError(f"{full} can't be removed: every org has it. It can be hidden.")
        schema[sobject.name] = replace(sobject, fields=tuple(other for other in sobject.fields if other is not item))


def _edit(schema: Schema, edited: StandardPicklist) -> None:
    sobject, item = find_field(schema, edited.field)
    if item.type not in ("picklist", "combobox") or edited.field in _WITH_TABLES or not item.flags["createable"]:
        raise ValueError(f"{edited.field} is no picklist whose values an admin can edit here.")
    if edited.field == "Task.Status" and not any(value.closed and value.active for value in edited.values):
        raise ValueError("Task.Status needs a closed value: that of tasks that are done.")
    as_custom = CustomField(
        item.name, "picklist", values=edited.values, restricted=edited.restricted, controller=edited.controller
    )
    values, flags = picklist(as_custom, edited.field, sobject.fields)
    default = next((value.value for value in edited.values if value.default), None)
    made = replace(item, flags={**item.flags, **flags}).with_values(values, default, "")
    fields = tuple(made if other is item else other for other in sobject.fields)
    schema[sobject.name] = replace(sobject, fields=fields)


def _add_fields(schema: Schema, name: str, customs: Iterable[CustomField]) -> None:
    for custom in customs:
        if custom.object not in ("", name):
            raise ValueError(f"{name} can't hold a field of {custom.object}.")
        sobject = schema[name]
        if custom.name.lower() in sobject.by_name:
            raise ValueError(f"There are two fields named {name}.{custom.name}.")
        made = field_of(custom, name, schema, sobject.fields)
        if custom.formula:
            try:
                made = replace(made, formula=compiled(custom.formula, sobject, schema, custom.type))
            except FormulaError as error:
                raise ValueError(f"The formula of {name}.{custom.name} doesn't work: {error}.") from None
        schema[name] = replace(sobject, fields=(*sobject.fields, made))
        if custom.reference_to:
            relationship = f"{custom.relationship}__r" if custom.relationship else None
            _add_child(schema, custom.reference_to, Child(name, custom.name, relationship, False, False))


def _add_child(schema: Schema, parent: str, child: Child) -> None:
    schema[parent] = replace(schema[parent], children=(*schema[parent].children, child))


def _take_activities(schema: Schema, name: str) -> None:
    """Tasks and events can be related to every custom object."""
    for activity, relationship in (("Event", "Events"), ("Task", "Tasks")):
        fields = tuple(
            replace(item, flags={**item.flags, "referenceTo": [*item.reference_to, name]})
            if item.name == "WhatId"
            else item
            for item in schema[activity].fields
        )
        schema[activity] = replace(schema[activity], fields=fields)
        _add_child(schema, name, Child(activity, "WhatId", relationship, True, False))
