"""What a Salesforce custom object becomes in HubSpot, before anything is asked of HubSpot (X1): a schema of its own, or the
properties that one which is there lacks; and what is left out, with the reason.

Sources: HubSpot's schemas guide (names of letters, digits and underscores; required, displayed and associated things) and
properties guide (a list has at most 5,000 values; 10 unique properties for an object).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from crmsync_desktop.domain.compat import fit
from crmsync_desktop.domain.mapping import Mapping as FieldMapping
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.new_property import LONGEST_NAME, NAME, NewProperty, name_after, property_for
from crmsync_desktop.domain.schema import Field, Kind, Schema

NAME_FIELD: Final = "Name"
OWNER: Final = "hubspot_owner_id"
KEY_PROPERTY: Final = "crmsync_salesforce_id"
"""The unique property that carries the Salesforce id."""
LONGEST_OBJECT_NAME: Final = 50
LONGEST_LABEL: Final = 100
MOST_OPTIONS: Final = 5_000
MOST_PROPERTIES: Final = 1_000
"""Properties of an object that an account can have of its own."""
SHOWN_BESIDE: Final = 2
"""Properties that are shown below a record's name."""
OBJECTS: Final = {"Contact": "contacts", "Account": "companies", "Opportunity": "deals", "Case": "tickets"}
"""What lookups may point at, beside other custom objects: Salesforce's objects and HubSpot's."""
TYPE_IDS: Final = {"contacts": "0-1", "companies": "0-2", "deals": "0-3", "tickets": "0-5"}
"""HubSpot's numbers for its own objects; a custom one goes by its number anyhow (HubSpot's list of object type ids)."""
_STANDARD: Final = frozenset(
    {
        *("contact", "company", "deal", "ticket", "product", "line_item", "quote", "task", "call", "email", "meeting"),
        *("note", "order", "cart", "invoice", "subscription_payment", "lead", "user", "owner", "feedback_submission"),
    }
)
"""Names that HubSpot's own objects have."""
_RESERVED: Final = frozenset({"createdate", "lastmodifieddate", "id", KEY_PROPERTY, OWNER})
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
    taking = _Taking(object, wanted, hubspot, taken)
    lookups = _Lookups(synced, syncing, taken, object.name)
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
    name = _object_name(wanted.object_name or name_after(object.name), there) if hubspot is None else hubspot.object
    if isinstance(name, _Refused):
        return name.reason
    label_property = taking.called_by(salesforce)
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
        required=tuple(row.property for row in taking.rows if row.new and row.field.required) or (label_property,),
        beside=tuple(row.property for row in taking.rows if row.new and row.property != label_property)[:SHOWN_BESIDE],
        taken=bool(taken),
    )


class _Refused(msgspec.Struct, frozen=True):
    reason: str


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


class _Taking:
    """Fields as they become properties, each with a name and a label of its own."""

    def __init__(
        self, object: OrgObject, wanted: Wanted, hubspot: Schema | None, taken: Sequence[FieldMapping]
    ) -> None:
        self._object, self._wanted, self._hubspot = object, wanted, hubspot
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
            _listed(field), f"{self._object.name}.{field.name}", self._existing, asked or self._free(field.name)
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
            description=f"The id of the record's {self._object.label} in Salesforce. CRMSync Desktop keeps it.",
            unique=True,
        )

    def called_by(self, salesforce: Schema) -> str:
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
            if name in self._mapped or name in _RESERVED or name.startswith("hs_"):
                continue
            alike = name == asked if asked else name == name_after(field.name) or there.label == field.label
            if alike and Rule.ALWAYS_SALESFORCE in fit(field, there).rules:
                return name
        return None

    def _free(self, field: str) -> str:
        base = name_after(field)[: LONGEST_NAME - 3]
        base = f"sf_{base}" if base.startswith("hs_") or base in _RESERVED else base
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


class _Lookups:
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
