"""What a record is associated with, read as fields of it: its company, its contacts and their labels; of an activity, all
that it belongs to.

HubSpot has no such properties but a contact's `associatedcompanyid`; the others are this adapter's, named
`associations.<objects>`. Numbers: HubSpot's table of association types (associations guide).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.batches import pieces, told
from crmsync_desktop.adapters.hubspot.errors import ScopeMissing
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.domain import members
from crmsync_desktop.domain.records import Value
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema

PREFIX: Final = "associations."
READ: Final = 1_000
"""Records of one batch read of associations (associations guide)."""
OURS, THEIRS = "HUBSPOT_DEFINED", "USER_DEFINED"
_OWN_LABEL: Final = f"{OURS}/"


class Relation(msgspec.Struct, frozen=True):
    """What one association field holds of one object. `plain`: the type without a label. `primary`: the type that only one
    record has; 0 = none. `category`: whose the plain type is. `many`: members with labels. `placing`: one of the objects of a field of typed ids, of which
    those of the first relation are preferred."""

    field: str
    label: str
    target: str
    plain: int
    primary: int = 0
    many: bool = False
    placing: bool = False
    category: str = "HUBSPOT_DEFINED"

    @property
    def kind(self) -> Kind:
        if self.placing:
            return Kind.PLACES
        return Kind.MEMBERS if self.many else Kind.REFERENCE


def _placing(contacts: int, deals: int, tickets: int, companies: int) -> tuple[Relation, ...]:
    """What an activity belongs to: people, and what it is about."""
    about = (("deals", deals), ("tickets", tickets), ("companies", companies))
    return (
        Relation(CONTACTS, "Contacts", "contacts", contacts, placing=True),
        *(Relation(RELATED, "Deal, ticket or company", target, number, placing=True) for target, number in about),
    )


CONTACTS: Final = f"{PREFIX}contacts"
RELATED: Final = f"{PREFIX}related"
RELATIONS: Final[dict[str, tuple[Relation, ...]]] = {
    "contacts": (Relation("associatedcompanyid", "Primary company", "companies", 279, 1),),
    "deals": (
        Relation(f"{PREFIX}companies", "Primary company", "companies", 341, 5),
        Relation(CONTACTS, "Contacts", "contacts", 3, many=True),
    ),
    "tickets": (
        Relation(f"{PREFIX}companies", "Primary company", "companies", 339, 26),
        Relation(CONTACTS, "Contact", "contacts", 16),
    ),
    "calls": _placing(194, 206, 220, 182),
    "emails": _placing(198, 210, 224, 186),
    "meetings": _placing(200, 212, 226, 188),
    "notes": _placing(202, 214, 228, 190),
    "tasks": _placing(204, 216, 230, 192),
}


def relations(schema: Schema) -> dict[str, tuple[Relation, ...]]:
    """By field: one relation, or for a field of typed ids one for each object, the preferred one first."""
    found: dict[str, tuple[Relation, ...]] = {}
    for relation in all_relations(schema):
        found[relation.field] = (*found.get(relation.field, ()), relation)
    return found


def all_relations(schema: Schema) -> tuple[Relation, ...]:
    """Those of one of HubSpot's own objects, or of a custom object: its schema keeps them, since each account has numbers of
    its own for their types."""
    if schema.object in RELATIONS or not is_custom(schema.object):
        return RELATIONS.get(schema.object, ())
    return tuple(_own_relation(field) for field in schema.fields.values() if is_association(field.name))


def _own_relation(field: Field) -> Relation:
    plain, *primary = [type_of(option) for option in field.options]
    return Relation(
        field.name,
        field.label,
        field.refers_to[0],
        plain["associationTypeId"],
        primary[0]["associationTypeId"] if primary else 0,
        category=plain["associationCategory"],
    )


def is_custom(object_name: str) -> bool:
    """Whether it is the type id of a custom object (object type ids: HubSpot's list of them)."""
    return object_name.startswith("2-")


async def own_association(transport: Transport, object_name: str, target: str, label: str) -> Field | None:
    """The association field of a custom object, with the types that this account has for it: the plain one, and the primary
    one where HubSpot has any. None where its records can't be associated, or this key may not see that. One call."""
    places = {"from": object_name, "to": target}
    try:
        answer = await transport.send(paths.ASSOCIATION_LABELS, "schema", places=places)
    except ScopeMissing:
        return None
    rows = [row for row in answer.data.get("results") or () if isinstance(row, dict)]
    plain = [row for row in rows if not row.get("label")]
    primary = [row for row in rows if row.get("category") == OURS and str(row.get("label")).startswith("Primary")]
    if not plain:
        return None
    return Field(
        name=f"{PREFIX}{target}",
        label=label,
        kind=Kind.REFERENCE,
        native_type="association",
        options=tuple(Option(_type_value(row), str(row.get("label") or "")) for row in (*plain[:1], *primary[:1])),
        refers_to=(target,),
    )


def is_association(name: str) -> bool:
    """Whether a field is none of HubSpot's properties."""
    return name.startswith(PREFIX)


async def with_associations(transport: Transport, schema: Schema) -> Schema:
    """The schema with the object's association fields. One call where these have labels."""
    fields = dict(schema.fields)
    for field, parts in relations(schema).items():
        first = parts[0]
        labels, allowed = (await _labels(transport, schema.object, first)) if first.many else ((), True)
        fields[field] = Field(
            name=field,
            label=fields[field].label if field in fields else first.label,
            kind=first.kind,
            native_type="association",
            options=labels,
            createable=allowed,
            updateable=allowed,
            refers_to=tuple(part.target for part in parts),
        )
    return msgspec.structs.replace(schema, fields=fields)


async def _labels(transport: Transport, object_name: str, relation: Relation) -> tuple[tuple[Option, ...], bool]:
    """The account's labels, and whether this key may use associations at all."""
    places = {"from": object_name, "to": relation.target}
    try:
        answer = await transport.send(paths.ASSOCIATION_LABELS, "schema", places=places)
    except ScopeMissing:
        return (), False
    rows = [row for row in answer.data.get("results") or () if isinstance(row, dict) and row.get("label")]
    return tuple(Option(_type_value(row), str(row["label"])) for row in rows), True


def _type_value(row: Mapping[str, Any]) -> str:
    number = str(row.get("typeId"))
    return number if row.get("category") == THEIRS else _OWN_LABEL + number


def type_of(label: Option) -> dict[str, Any]:
    """An association type of a request, from a label of the schema."""
    category = OURS if label.value.startswith(_OWN_LABEL) else THEIRS
    return {"associationCategory": category, "associationTypeId": int(label.value.removeprefix(_OWN_LABEL))}


async def add_associations(
    transport: Transport, schema: Schema, fields: Iterable[str], records: Sequence[dict[str, Any]], purpose: str
) -> None:
    """Put each record's associations among its properties, as canonical text: one call per 1,000 records and target, none
    for no records. What HubSpot doesn't let us see is left out, so that it stays unseen."""
    known = relations(schema)
    wanted = {field: known[field] for field in fields if field in known and is_association(field)}
    if not records or not wanted:
        return
    ids = [each["id"] for each in records]

    async def read(relation: Relation) -> Ends | None:
        try:
            return await _read(transport, schema.object, relation, ids, purpose)
        except ScopeMissing:
            return None

    parts = [part for field in wanted.values() for part in field]
    told = await transport.together([lambda part=part: read(part) for part in parts])  # type: ignore[misc]
    ends_of = dict(zip(parts, told, strict=True))
    for field, those in wanted.items():
        seen = [(part, ends) for part in those if (ends := ends_of[part]) is not None]
        if not seen:
            continue
        for record in records:
            id = record["id"]
            value = _value([(part, found.get(id, {})) for part, (found, _) in seen])
            # What the key may never see can't be linked either, and hides nothing of the rest; but nothing isn't known then.
            told_all = value is not None or len(seen) == len(those)
            if told_all and not any(id in unseen for _, (_, unseen) in seen):
                record["properties"][field] = value


Types = Sequence[Mapping[str, Any]]
Ends = tuple[dict[str, dict[str, list[dict[str, Any]]]], set[str]]
"""The types by target id by record id; and the records of which HubSpot told nothing."""


def _value(parts: Sequence[tuple[Relation, Mapping[str, Types]]]) -> Value:
    """Of several companies the primary one, else (and of several contacts of a ticket) the one with the lowest id; of
    several labels of one contact that with the lowest number."""
    relation, ends = parts[0]
    if relation.placing:
        return ";".join(f"{part.target}/{id}" for part, those in parts for id in _preferred(those)) or None
    if relation.many:
        return members.text({id: _label(types) for id, types in ends.items()})
    primary = [id for id, types in ends.items() if any(_is(each, OURS, relation.primary) for each in types)]
    return min(primary or ends, key=int, default=None)


def _preferred(ends: Mapping[str, Types]) -> list[str]:
    """Those that HubSpot labels as primary first, then by ascending id: the oldest first."""
    return sorted(ends, key=lambda id: (not any(_says_primary(each) for each in ends[id]), int(id)))


def _says_primary(type_: Mapping[str, Any]) -> bool:
    return type_.get("category") == OURS and str(type_.get("label") or "").startswith("Primary")


def places_of(value: Value) -> list[tuple[str, str]]:
    """(object, id) of a canonical text of typed ids, in its order, each once."""
    typed = (part.partition("/") for part in dict.fromkeys((value or "").split(";")))
    return [(target, id) for target, _, id in typed if id]


def _label(types: Types) -> str:
    named = sorted((each["category"] == OURS, each["typeId"], each["label"]) for each in types if each.get("label"))
    return str(named[0][2]).strip() if named else ""


def _is(type_: Mapping[str, Any], category: str, number: int) -> bool:
    return type_.get("category") == category and type_.get("typeId") == number


async def _read(transport: Transport, object_name: str, relation: Relation, ids: Sequence[str], purpose: str) -> Ends:
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    unseen: set[str] = set()
    waiting: list[dict[str, str]] = [{"id": id} for id in dict.fromkeys(ids)]

    async def read(inputs: Sequence[dict[str, str]]) -> list[dict[str, str]]:
        answer = await transport.send(
            paths.ASSOCIATIONS_READ,
            purpose,
            places={"from": object_name, "to": relation.target},
            body={"inputs": list(inputs)},
        )
        more = []
        silent = {each["id"] for each in inputs}
        for row in told(answer.data)["results"]:
            id = str(row["from"]["id"])
            silent.discard(id)
            ends = found.setdefault(id, {})
            for end in row["to"]:
                ends[str(end["toObjectId"])] = end["associationTypes"]
            if after := ((row.get("paging") or {}).get("next") or {}).get("after"):
                more.append({"id": id, "after": str(after)})
        # A record without associations is reported as an error of its own, or not at all.
        if any(error.get("category") != "OBJECT_NOT_FOUND" for error in answer.data.get("errors") or ()):
            unseen.update(silent)
        return more

    while waiting:
        calls = [lambda part=part: read(part) for part in pieces(waiting, READ)]
        waiting = [each for more in await transport.together(calls) for each in more]
    return found, unseen
