"""What a record is associated with, read as fields of it: its company, its contacts and their labels.

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
    """One association field. `plain`: the type without a label. `primary`: the type that only one record has; 0 = none.
    `many`: members with labels."""

    field: str
    label: str
    target: str
    plain: int
    primary: int = 0
    many: bool = False


RELATIONS: Final[dict[str, tuple[Relation, ...]]] = {
    "contacts": (Relation("associatedcompanyid", "Primary company", "companies", 279, 1),),
    "deals": (
        Relation(f"{PREFIX}companies", "Primary company", "companies", 341, 5),
        Relation(f"{PREFIX}contacts", "Contacts", "contacts", 3, many=True),
    ),
    "tickets": (
        Relation(f"{PREFIX}companies", "Primary company", "companies", 339, 26),
        Relation(f"{PREFIX}contacts", "Contact", "contacts", 16),
    ),
}


def relations(object_name: str) -> dict[str, Relation]:
    """By field."""
    return {relation.field: relation for relation in RELATIONS.get(object_name, ())}


def is_association(name: str) -> bool:
    """Whether a field is none of HubSpot's properties."""
    return name.startswith(PREFIX)


async def with_associations(transport: Transport, schema: Schema) -> Schema:
    """The schema with the object's association fields. One call where these have labels."""
    fields = dict(schema.fields)
    for relation in RELATIONS.get(schema.object, ()):
        labels, allowed = (await _labels(transport, schema.object, relation)) if relation.many else ((), True)
        label = fields[relation.field].label if relation.field in fields else relation.label
        fields[relation.field] = Field(
            name=relation.field,
            label=label,
            kind=Kind.MEMBERS if relation.many else Kind.REFERENCE,
            native_type="association",
            options=labels,
            createable=allowed,
            updateable=allowed,
            refers_to=(relation.target,),
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
    transport: Transport, object_name: str, fields: Iterable[str], records: Sequence[dict[str, Any]], purpose: str
) -> None:
    """Put each record's associations among its properties, as canonical text: one call per 1,000 records and target, none
    for no records. What HubSpot doesn't let us see is left out, so that it stays unseen."""
    known = relations(object_name)
    wanted = [known[field] for field in fields if field in known and is_association(field)]
    if not records:
        return
    for relation in wanted:
        try:
            found, unseen = await _read(transport, object_name, relation, [each["id"] for each in records], purpose)
        except ScopeMissing:
            continue
        for record in records:
            if record["id"] not in unseen:
                record["properties"][relation.field] = _value(relation, found.get(record["id"], {}))


def _value(relation: Relation, ends: Mapping[str, Sequence[Mapping[str, Any]]]) -> Value:
    """Of several companies the primary one, else (and of several contacts of a ticket) the one with the lowest id; of
    several labels of one contact that with the lowest number."""
    if relation.many:
        return members.text({id: _label(types) for id, types in ends.items()})
    primary = [id for id, types in ends.items() if any(_is(each, OURS, relation.primary) for each in types)]
    return min(primary or ends, key=int, default=None)


def _label(types: Sequence[Mapping[str, Any]]) -> str:
    named = sorted((each["category"] == OURS, each["typeId"], each["label"]) for each in types if each.get("label"))
    return str(named[0][2]).strip() if named else ""


def _is(type_: Mapping[str, Any], category: str, number: int) -> bool:
    return type_.get("category") == category and type_.get("typeId") == number


async def _read(
    transport: Transport, object_name: str, relation: Relation, ids: Sequence[str], purpose: str
) -> tuple[dict[str, dict[str, list[dict[str, Any]]]], set[str]]:
    """The types by target id by record id; and the records of which HubSpot told nothing."""
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
