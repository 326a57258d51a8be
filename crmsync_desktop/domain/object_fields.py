"""Fields and lookups of a Salesforce custom object as they become properties and associations of HubSpot's (X1), each with a name
and a label of its own; and why one can't.

Source: HubSpot's properties guide (a list has at most 5,000 values; names of letters, digits and underscores).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from crmsync_desktop.domain.compat import fit
from crmsync_desktop.domain.mapping import Mapping as FieldMapping
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.new_property import LONGEST_NAME, NewProperty, name_after, property_for
from crmsync_desktop.domain.schema import Field, Kind, Schema

NAME_FIELD: Final = "Name"
OWNER: Final = "hubspot_owner_id"
KEY_PROPERTY: Final = "crmsync_salesforce_id"
"""The unique property that carries the Salesforce id."""
LONGEST_LABEL: Final = 100
MOST_OPTIONS: Final = 5_000
MOST_PROPERTIES: Final = 1_000
"""Properties of an object that an account can have of its own."""
OBJECTS: Final = {"Contact": "contacts", "Account": "companies", "Opportunity": "deals", "Case": "tickets"}
"""What lookups may point at, beside other custom objects: Salesforce's objects and HubSpot's."""
_RESERVED: Final = frozenset({"createdate", "lastmodifieddate", "id", "associatedcompanyid", KEY_PROPERTY})
_PREFIXES: Final = ("hs_", "hubspot_")
"""How the names of HubSpot's own properties begin."""


class Row(msgspec.Struct, frozen=True):
    """A field and its property; `new` is what has to be made for it, None where it is there."""

    field: Field
    property: str
    new: NewProperty | None = None


class Lookup(msgspec.Struct, frozen=True):
    """A lookup that becomes associations: `target` is HubSpot's object. `waits`: the pair of what it points at doesn't sync,
    so that nothing travels until it does."""

    field: Field
    target: str
    waits: bool = False

    @property
    def property(self) -> str:
        return f"associations.{self.target}"


class LeftOut(msgspec.Struct, frozen=True, array_like=True):
    field: str
    label: str
    reason: str


class Wanted(msgspec.Struct, frozen=True):
    """What a person asks for: fields to leave out, property names for fields, another name for the object."""

    without: frozenset[str] = frozenset()
    names: dict[str, str] = {}
    object_name: str = ""


class Taking:
    """Fields as they become properties, each with a name and a label of its own."""

    def __init__(
        self, object: str, label: str, wanted: Wanted, hubspot: Schema | None, taken: Sequence[FieldMapping]
    ) -> None:
        self._object, self._object_label = object, label
        self._wanted, self._hubspot = wanted, hubspot
        self._existing = hubspot.object if hubspot is not None else ""
        self._there = dict(hubspot.fields) if hubspot is not None else {}
        self._mapped = {each.property for each in taken}
        self._names = {*self._there, *_RESERVED}
        self._labels = {each.label.casefold() for each in self._there.values()}
        self.rows: list[Row] = []
        self.left_out: list[LeftOut] = []
        self.problem = ""

    def leave(self, field: Field, reason: str) -> None:
        self.left_out.append(LeftOut(field.name, field.label, reason))

    def take(self, field: Field) -> None:
        if field.kind is Kind.OWNER:
            self._owner(field)
            return
        if reason := _unfit(field):
            self.leave(field, reason)
            return
        asked = self._wanted.names.get(field.name, "")
        if (found := self._matching(field, asked)) is not None:
            self._mapped.add(found)
            self.rows.append(Row(field, found))
            return
        if asked and asked in self._names:
            self.problem = f"HubSpot has a property “{asked}” that can't take {field.name}, or another field has it."
            return
        if len([row for row in self.rows if row.new]) >= MOST_PROPERTIES:
            self.leave(field, f"HubSpot holds {MOST_PROPERTIES:,} properties of an object.")
            return
        made = property_for(
            _listed(field), f"{self._object}.{field.name}", self._existing, asked or self._free(field.name)
        )
        if isinstance(made, str):
            if asked:
                self.problem = made
            else:
                self.leave(field, made)
            return
        label = self._label(field)
        self._names.add(made.name)
        self._labels.add(label.casefold())
        self.rows.append(Row(field, made.name, msgspec.structs.replace(made, label=label)))

    def key(self) -> NewProperty | None:
        """The property that carries the Salesforce id, unless it is there."""
        if KEY_PROPERTY in self._there:
            return None
        return NewProperty(
            object=self._existing,
            name=KEY_PROPERTY,
            label="Salesforce ID",
            type="string",
            field_type="text",
            group="",
            options=(),
            description=f"The id of the record's {self._object_label} in Salesforce. CRMSync Desktop keeps it.",
            unique=True,
        )

    def unfilled(self) -> tuple[str, ...]:
        """What HubSpot requires of a record, and no field fills."""
        return tuple(name for name, each in self._there.items() if each.required and name not in self._mapped)

    def called_by(self) -> str:
        """The property that names a record."""
        for row in self.rows:
            if row.field.name == NAME_FIELD:
                return row.property
        return ""

    def _owner(self, field: Field) -> None:
        if self._hubspot is not None and OWNER not in self._there:
            self.leave(field, "HubSpot's object has no owner.")
        else:
            self.rows.append(Row(field, OWNER))

    def _matching(self, field: Field, asked: str) -> str | None:
        """A property that is there, isn't mapped and can take the field: the one asked for, or one of that name or label."""
        for name, there in self._there.items():
            if name in self._mapped or name in _RESERVED or name.startswith(_PREFIXES):
                continue
            alike = name == asked if asked else name == name_after(field.name) or there.label == field.label
            if alike and Rule.ALWAYS_SALESFORCE in fit(field, there).rules:
                return name
        return None

    def _free(self, field: str) -> str:
        base = name_after(field)[: LONGEST_NAME - 3]
        base = f"sf_{base}" if base.startswith(_PREFIXES) or base in _RESERVED else base
        name, number = base, 1
        while name in self._names:
            number += 1
            name = f"{base}_{number}"
        return name

    def _label(self, field: Field) -> str:
        label = (field.label or field.name)[:LONGEST_LABEL]
        return f"{label} ({field.name})" if label.casefold() in self._labels else label


def _unfit(field: Field) -> str:
    """Why a field can't become a property; "" where it can."""
    if field.native_type == "time":
        return "HubSpot has no property for a time of day."
    if field.kind is Kind.OPAQUE:
        return "It is compound or binary (an address, a place, a file); its parts travel where it has any."
    if field.native_type == "encryptedstring":
        return "It is encrypted in Salesforce, and wouldn't be in HubSpot."
    return ""


def _listed(field: Field) -> Field:
    """A list that HubSpot can't hold becomes a text; one without any values, too: it may get some."""
    if field.kind in (Kind.PICKLIST, Kind.MULTIPICKLIST):
        active = sum(option.active for option in field.options)
        if not 0 < active <= MOST_OPTIONS:
            return msgspec.structs.replace(field, kind=Kind.TEXT, options=())
    return field


class Lookups:
    """Lookups as they become associations: one for each of HubSpot's objects, since an association has no name of the lookup
    that it stands for."""

    def __init__(
        self, synced: Mapping[str, str], syncing: Collection[str], taken: Sequence[FieldMapping], own: str
    ) -> None:
        self._objects = {**OBJECTS, **synced}
        self._syncing, self._own = syncing, own
        self._mapped = {each.property: next(iter(each.salesforce.values())) for each in taken}
        self.taken: list[Lookup] = []

    def take(self, field: Field) -> str:
        """Why a lookup can't become associations; "" where it is taken."""
        if self._own in field.refers_to:
            return "It points at its own object, and HubSpot's associations between alike records have no direction."
        found = [(each, self._objects[each]) for each in field.refers_to if each in self._objects]
        if not found:
            objects = " or ".join(field.refers_to) or "nothing"
            return f"It points at {objects}: only contacts, accounts, opportunities, cases and synced custom objects can be."
        source, target = found[0]
        lookup = Lookup(field, target, source not in self._syncing)
        other = self._mapped.get(lookup.property, "")
        if other:
            return f"{other} points at the same object, and HubSpot couldn't tell the two apart: leave that one out to take this."
        self._mapped[lookup.property] = field.name
        self.taken.append(lookup)
        return ""
