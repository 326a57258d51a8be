"""What a Salesforce custom object becomes in HubSpot, before anything is asked of HubSpot (X1): a schema of its own, or the
properties that one which is there lacks; and what is left out, with the reason.

Sources: HubSpot's schemas guide (names of letters, digits and underscores; required, displayed and associated things) and
properties guide (a list has at most 5,000 values; 10 unique properties for an object).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from crmsync_desktop.domain.mapping import Mapping as FieldMapping
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.new_property import NAME, NewProperty, name_after
from crmsync_desktop.domain.object_fields import (
    KEY_PROPERTY,
    NAME_FIELD,
    OWNER,
    LeftOut,
    Lookup,
    Lookups,
    Row,
    Taking,
    Wanted,
)
from crmsync_desktop.domain.schema import Field, Kind, Schema

LONGEST_OBJECT_NAME: Final = 50
SHOWN_BESIDE: Final = 2
"""Properties that are shown below a record's name."""
TYPE_IDS: Final = {"contacts": "0-1", "companies": "0-2", "deals": "0-3", "tickets": "0-5"}
"""HubSpot's numbers for its own objects; a custom one goes by its number anyhow (HubSpot's list of object type ids)."""
_STANDARD: Final = frozenset(
    {
        *("contact", "company", "deal", "ticket", "product", "line_item", "quote", "task", "call", "email", "meeting"),
        *("note", "order", "cart", "invoice", "subscription_payment", "lead", "user", "owner", "feedback_submission"),
    }
)
"""Names that HubSpot's own objects have."""
_BEYOND_CUSTOM: Final = (NAME_FIELD, "OwnerId", "CurrencyIsoCode")
"""Fields of Salesforce's own that are worth having; the others are its housekeeping."""


class OrgObject(msgspec.Struct, frozen=True):
    """A custom object of the org, as the connected user may see it. `createable` and `updateable`: its records by that
    user."""

    name: str
    label: str
    plural: str
    prefix: str = ""
    createable: bool = True
    updateable: bool = True


class PortalObject(msgspec.Struct, frozen=True):
    """A custom object of HubSpot: `id` is its type id (2-1234567), `name` the internal one, `label` of one record. `label_property`: what
    a record is called by. `targets`: the objects that it can be associated with, by type id."""

    id: str
    name: str
    label: str
    plural: str
    label_property: str = ""
    targets: tuple[str, ...] = ()

    def reaches(self, object: str) -> bool:
        """Whether its records can be associated with those of another of HubSpot's objects."""
        return TYPE_IDS.get(object, object) in self.targets


class Proposal(msgspec.Struct, frozen=True):
    """`existing`: the HubSpot object that is used, "" where one is made. `key`: the property for the Salesforce id, None where it is
    there. `label_property` names a record; `beside` are shown below its name."""

    object: OrgObject
    existing: str
    name: str
    label: str
    plural: str
    key: NewProperty | None
    rows: tuple[Row, ...]
    lookups: tuple[Lookup, ...]
    left_out: tuple[LeftOut, ...]
    label_property: str
    required: tuple[str, ...]
    beside: tuple[str, ...] = ()
    taken: bool = False
    """Mappings are there already: these come beside them."""
    unfilled: tuple[str, ...] = ()
    """Properties that HubSpot requires of each new record, and that no field fills."""

    @property
    def new_properties(self) -> tuple[NewProperty, ...]:
        made = tuple(row.new for row in self.rows if row.new is not None)
        return made if self.key is None else (self.key, *made)

    @property
    def mappings(self) -> tuple[FieldMapping, ...]:
        """Those that there aren't yet. Salesforce's values always count; owners are two-way whatever is set."""
        key = () if self.taken else (FieldMapping(KEY_PROPERTY, {self.object.name: "Id"}, Rule.ALWAYS_SALESFORCE),)
        fields = [
            _mapping(row.property, self.object.name, row.field, Rule.TWO_WAY if row.property == OWNER else None)
            for row in self.rows
        ]
        return (*key, *fields, *(_mapping(each.property, self.object.name, each.field) for each in self.lookups))


def _mapping(property: str, object: str, field: Field, rule: Rule | None = None) -> FieldMapping:
    return FieldMapping(property, {object: field.name}, rule or Rule.ALWAYS_SALESFORCE)


def propose(
    object: OrgObject,
    salesforce: Schema,
    wanted: Wanted,
    *,
    hubspot: Schema | None = None,
    there: Iterable[PortalObject] = (),
    synced: Mapping[str, str] = {},
    syncing: Collection[str] = (),
    among: Collection[str] | None = None,
    taken: Sequence[FieldMapping] = (),
) -> Proposal | str:
    """What `object` would become; or why it can't. `hubspot`: the schema of the HubSpot object that is used, None where one is
    made. `there`: the account's custom objects. `synced`: HubSpot's object of each custom object that was chosen before; `syncing`:
    the Salesforce objects of pairs that are on. `among`: only these fields (None: all); `taken`: mappings there already are."""
    custom = [each for each in salesforce.fields.values() if each.name.endswith(("__c", "__s"))]
    if unknown := sorted((wanted.without | wanted.names.keys()) - salesforce.fields.keys()):
        near = ", ".join(each.name for each in custom[:10])
        return f"{object.name} has no field {', '.join(unknown)}. Its own are: {near}."
    taking = Taking(object.name, object.label, wanted, hubspot, taken)
    lookups = Lookups(synced, syncing, taken, object.name)
    fields = [salesforce.fields[name] for name in _BEYOND_CUSTOM if name in salesforce.fields] + custom
    for field in fields:
        if among is not None and field.name not in among:
            continue
        if field.name in wanted.without:
            taking.leave(field, "You left it out.")
        elif field.kind is Kind.REFERENCE:
            if reason := lookups.take(field):
                taking.leave(field, reason)
        else:
            taking.take(field)
    if taking.problem:
        return taking.problem
    name = _object_name(wanted.object_name or _free_name(object.name), there) if hubspot is None else hubspot.object
    if isinstance(name, _Refused):
        return name.reason
    label_property = taking.called_by()
    if hubspot is None and not label_property:
        return f"{object.label} has no name that HubSpot could show its records by: it was left out, or is hidden."
    return Proposal(
        object=object,
        existing="" if hubspot is None else hubspot.object,
        name=name,
        label=_free_label(object.label or object.name, [each.label for each in there])
        if hubspot is None
        else hubspot.label,
        plural=_free_label(object.plural or f"{object.label}s", [each.plural for each in there]),
        key=taking.key(),
        rows=tuple(taking.rows),
        lookups=tuple(lookups.taken),
        left_out=tuple(taking.left_out),
        label_property=label_property,
        required=tuple(
            dict.fromkeys([label_property, *(row.property for row in taking.rows if row.new and row.field.required)])
        ),
        beside=tuple(row.property for row in taking.rows if row.new and row.property != label_property)[:SHOWN_BESIDE],
        taken=bool(taken),
        unfilled=taking.unfilled(),
    )


class _Refused(msgspec.Struct, frozen=True):
    reason: str


def _free_name(object: str) -> str:
    """What the new object is called, unless it is told: as Salesforce's is."""
    name = name_after(object)[:LONGEST_OBJECT_NAME]
    return f"sf_{name}" if name in _STANDARD else name


def _object_name(name: str, there: Iterable[PortalObject]) -> str | _Refused:
    if not NAME.fullmatch(name) or len(name) > LONGEST_OBJECT_NAME:
        return _Refused(
            f"“{name}” can't be the name of a HubSpot object: it takes small letters, digits and underscores, begins with a "
            f"letter, and has at most {LONGEST_OBJECT_NAME} of them."
        )
    if name in _STANDARD:
        return _Refused(f"“{name}” is one of HubSpot's own objects: give the new one another name.")
    if name in {each.name for each in there}:
        return _Refused(f"HubSpot has a custom object “{name}” already: use that one, or give another name.")
    return name


def _free_label(label: str, taken: Collection[str]) -> str:
    """Labels of objects that people couldn't tell apart."""
    there = {each.casefold() for each in taken}
    return f"{label} (Salesforce)" if label.casefold() in there else label
