"""The objects of the practice org, read from resources/practice/salesforce/*.json.

Those files hold the facts of real describes (recorded from developer and scratch orgs; `source` says where an object's
facts come from) in short: a field says only where it differs from what most fields of its type say.

Unverified: labels, lengths, picklists and flags in the describes of Task, User, Organization, Campaign, CampaignMember,
CampaignMemberStatus, RecordType, CurrencyType and the status tables are those of a real org, as are the key prefixes of
the status tables and of CampaignMemberStatus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import orjson

NAMES = (
    "Account",
    "Campaign",
    "CampaignMember",
    "CampaignMemberStatus",
    "Case",
    "CaseStatus",
    "Contact",
    "Event",
    "Lead",
    "LeadStatus",
    "Opportunity",
    "OpportunityContactRole",
    "OpportunityStage",
    "Organization",
    "RecordType",
    "Task",
    "TaskPriority",
    "TaskStatus",
    "User",
)
EXTERNAL_ID = "CRMSync_HubSpot_Id__c"
"""The custom field that a Salesforce admin may add for this product: it makes creates repeatable without doubling."""

TEXT_TYPES = frozenset({"string", "textarea", "phone", "email", "url", "picklist", "combobox", "multipicklist"})
NUMBER_TYPES = frozenset({"double", "currency", "percent", "int"})


ValueRule = Callable[[dict[str, Any] | None, dict[str, Any]], None]
"""Looks at the fields that a save gives (second) in the light of the record as it stands (None for a new one), may
change them, and raises RowError for what doesn't go together."""


class Option(NamedTuple):
    """A picklist value; `valid_for` is describe's bitmap over the controlling field's values, in base64. `closed`: of a
    task's status, that it stands for done."""

    value: str
    label: str
    valid_for: str | None = None
    closed: bool = False


@dataclass(frozen=True)
class Field:
    """One field. `flags` is its describe entry without name, type, label, length and picklist values."""

    name: str
    type: str
    label: str
    length: int
    flags: dict[str, Any]
    values: tuple[Option, ...] = ()
    default: str | None = None
    byte_length: int | None = None
    ruled: bool = False
    """Whether a value rule of the object checks its picklist values, instead of the field itself."""
    format: str = ""
    """Of an automatic number (`SUB-{0000}`), or `{Id}` for a name that is the record's id unless one is given."""
    formula: str | None = None
    """Of a formula field: what it is in SQL, with `{t}` for the table's alias."""

    @cached_property
    def allowed(self) -> frozenset[str]:
        return frozenset(option.value for option in self.values)

    @property
    def stored(self) -> bool:
        """Whether it has a column of its own: addresses are put together from their parts when read."""
        return self.type != "address"

    @cached_property
    def start(self) -> Any:
        """What a new record has in it before anything is said."""
        value = self.flags["defaultValue"]
        return int(bool(value)) if self.type == "boolean" else value

    def column(self, alias: str) -> str:
        """It in SQL, in a table of that alias."""
        return f'{alias}."{self.name}"' if self.formula is None else self.formula.replace("{t}", alias)

    def with_values(self, values: tuple[Option, ...], default: str | None, format: str) -> Field:
        return replace(self, values=values, default=default, format=format)

    def from_number(self, number: int, id18: str) -> str:
        """What follows from a record's number and id: an automatic number, a name, or the address of a picture."""
        if self.flags["extraTypeInfo"] == "imageurl":
            return f"/services/images/photo/{id18}"
        if not self.format:
            return f"{number + 1000:08d}"
        if self.format == "{Id}":
            return id18
        head, _, rest = self.format.partition("{")
        digits, _, tail = rest.partition("}")
        return f"{head}{number:0{len(digits)}d}{tail}"

    @property
    def required(self) -> bool:
        return bool(self.flags["createable"] and not self.flags["nillable"] and not self.flags["defaultedOnCreate"])

    @property
    def reference_to(self) -> list[str]:
        targets: list[str] = self.flags["referenceTo"]
        return targets

    @property
    def relationship(self) -> str | None:
        name: str | None = self.flags["relationshipName"]
        return name


@dataclass(frozen=True)
class Child:
    """A lookup to this object from another one."""

    sobject: str
    field: str
    relationship: str | None
    cascade: bool
    restricted: bool


@dataclass(frozen=True, slots=True)
class RecordType:
    """`picklists`: the values that its records may have, for the fields where they are not all."""

    id18: str
    name: str
    developer_name: str
    active: bool
    default: bool
    picklists: dict[str, frozenset[str]]


@dataclass(frozen=True)
class SObject:
    name: str
    label: str
    label_plural: str
    prefix: str
    source: str
    flags: dict[str, Any]
    scopes: tuple[tuple[str, str], ...]
    children: tuple[Child, ...]
    fields: tuple[Field, ...] = field(repr=False)
    value_rules: tuple[ValueRule, ...] = ()
    hidden_ids: frozenset[str] = frozenset()
    """Records that sharing keeps from whoever has this view of the object."""
    record_types: tuple[RecordType, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by lower-cased name: the API takes names in any case."""
        return {item.name.lower(): item for item in self.fields}

    @cached_property
    def by_relationship(self) -> dict[str, Field]:
        return {item.relationship.lower(): item for item in self.fields if item.relationship}

    @cached_property
    def stored(self) -> tuple[Field, ...]:
        """Fields with a column of their own."""
        return tuple(item for item in self.fields if item.stored and item.formula is None)

    @cached_property
    def soft_deletes(self) -> bool:
        return "isdeleted" in self.by_name

    @property
    def archives(self) -> bool:
        """Whether old records are archived: archiving.py."""
        return self.name in ("Event", "Task")

    @cached_property
    def closed_statuses(self) -> frozenset[str]:
        """Statuses of tasks that are done: the admin's, or the one of a fresh org."""
        status = self.by_name.get("status")
        closed = frozenset(option.value for option in status.values if option.closed) if status else frozenset()
        return closed or frozenset({"Completed"})

    @cached_property
    def unique_fields(self) -> tuple[Field, ...]:
        return tuple(item for item in self.fields if item.flags["unique"])

    @cached_property
    def numbered(self) -> tuple[Field, ...]:
        """Fields that follow from the record's number or id: automatic numbers, names and picture addresses."""
        return tuple(
            item
            for item in self.stored
            if item.flags["autoNumber"] or item.flags["extraTypeInfo"] == "imageurl" or item.format
        )

    def compound_parts(self, compound: Field) -> tuple[Field, ...]:
        return tuple(item for item in self.stored if item.flags["compoundFieldName"] == compound.name)


def resource_folder() -> Path:
    """resources/practice/salesforce, in an installed package or in the source tree."""
    package = Path(__file__).resolve().parents[2]
    for root in (package / "_resources", package.parent / "resources"):
        folder = root / "practice" / "salesforce"
        if folder.is_dir():
            return folder
    raise FileNotFoundError("resources/practice/salesforce is missing from this installation")


def _field(entry: dict[str, Any], defaults: dict[str, Any]) -> Field:
    own = dict(entry)
    name, kind, label = own.pop("name"), own.pop("type"), own.pop("label")
    length, byte_length = own.pop("length", 0), own.pop("byteLength", None)
    values = tuple(
        Option(item, item) if isinstance(item, str) else Option(item[0], item[1]) for item in own.pop("values", ())
    )
    default = own.pop("default", None)
    # A combobox is a picklist that one can type into; no recording has one, so the picklist's flags stand in.
    types = defaults["types"]["picklist" if kind == "combobox" else kind]
    flags = {**defaults["field"], **types, **own}
    return Field(name, kind, label, length, flags, values, default, byte_length)


@cache
def _defaults() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((resource_folder() / "defaults.json").read_bytes())
    return found


def make_field(**entry: Any) -> Field:
    """A field from what a resource file says of one: name, type, label, and where it differs from others of its type."""
    return _field(entry, _defaults())


def _external_id(defaults: dict[str, Any]) -> Field:
    entry = {
        "name": EXTERNAL_ID,
        "type": "string",
        "label": "HubSpot record ID",
        "length": 64,
        "custom": True,
        "externalId": True,
        "idLookup": True,
        "unique": True,
    }
    return _field(entry, defaults)


def load_object(name: str) -> SObject:
    """One object of resources/practice/salesforce."""
    raw = orjson.loads((resource_folder() / f"{name}.json").read_bytes())
    return SObject(
        name=name,
        label=raw["label"],
        label_plural=raw["labelPlural"],
        prefix=raw["keyPrefix"],
        source=raw["source"],
        flags={**_defaults()["object"], **raw["flags"]},
        scopes=tuple((scope, label) for scope, label in raw["scopes"]),
        children=tuple(Child(*child) for child in raw["children"]),
        fields=tuple(_field(entry, _defaults()) for entry in raw["fields"]),
    )


def load_schema(*, external_id_field: bool = True) -> dict[str, SObject]:
    """Every object by its API name. Raises FileNotFoundError for an installation without its resources."""
    schema = {name: load_object(name) for name in NAMES}
    if external_id_field:
        for name in ("Contact", "Lead"):
            schema[name] = replace(schema[name], fields=(*schema[name].fields, _external_id(_defaults())))
    return schema
