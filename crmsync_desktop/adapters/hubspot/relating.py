"""Writing associations: with the record where it is new, else the difference between `former` and `values`.

Making an association that is there already, and taking away one that isn't, do nothing: so every request may be sent
twice. What people associated besides stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.associations import (
    OURS,
    RELATIONS,
    Relation,
    all_relations,
    is_association,
    places_of,
    relations,
    type_of,
)
from crmsync_desktop.adapters.hubspot.batches import pieces
from crmsync_desktop.adapters.hubspot.errors import Refused, ScopeMissing, faults_of, subjects_of
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.domain.members import parse, same_role, text
from crmsync_desktop.domain.records import Category, Fault, Value, Write
from crmsync_desktop.domain.schema import Schema

MAKE: Final = 2_000
"""Associations of one batch create, and labels of one batch archive (associations guide)."""
ARCHIVE: Final = 100
"""Records that may lose associations in one request (same page)."""
REFUSED: Final = "ASSOCIATION_REFUSED"
_CARDS: Final = (Category.PERMISSIONS, Category.TEMPORARY, Category.LIMITS, Category.CONNECTION)
"""Causes that stay what they are; any other refusal is one of associations."""
_SEPARABLE: Final = (400, 404, 409, 413, 414)
"""Statuses that may be about one association of a batch."""
_ABOUT_ASSOCIATIONS: Final = re.compile(r"\bassociation", re.IGNORECASE)
Types = list[dict[str, Any]]


class Step(msgspec.Struct, frozen=True):
    """One association to make (`types` given), to take a label off, or to take away (no types)."""

    key: str
    field: str
    from_id: str
    to_id: str
    types: Types

    def wire(self) -> dict[str, Any]:
        ends: dict[str, Any] = {"from": {"id": self.from_id}, "to": {"id": self.to_id}}
        return {**ends, "types": self.types} if self.types else {**ends, "to": [{"id": self.to_id}]}


def without(write: Write) -> Write:
    """The write's properties only."""
    known = [name for name in write.values if _is_relation(write.object, name)]
    if not known:
        return write
    return msgspec.structs.replace(write, values={n: v for n, v in write.values.items() if n not in known})


def _is_relation(object_name: str, field: str) -> bool:
    return is_association(field) or any(each.field == field for each in RELATIONS.get(object_name, ()))


def inline(write: Write, schema: Schema) -> list[dict[str, Any]]:
    """The `associations` of a record that is created."""
    return [
        {"to": {"id": end}, "types": types}
        for relation in all_relations(schema)
        for end, types in _wanted(relation, write.values.get(relation.field), schema).items()
    ]


def stored(write: Write, schema: Schema) -> dict[str, Value]:
    """What the association fields hold once they are written: a role that the account has no label for isn't kept."""
    known = relations(schema)
    held: dict[str, Value] = {}
    for field, value in write.values.items():
        if field not in known:
            continue
        relation = known[field][0]
        if relation.placing:
            held[field] = _placed(known[field], value)
        elif relation.many:
            held[field] = text({id: _label(field, role, schema) for id, role in parse(value).items()})
        else:
            held[field] = value
    return held


def _placed(parts: Sequence[Relation], value: Value) -> Value:
    """Typed ids as they are read back: those of the first object first, each by ascending id."""
    ids = {
        part.target: sorted((id for target, id in places_of(value) if target == part.target), key=int) for part in parts
    }
    return ";".join(f"{target}/{id}" for target, those in ids.items() for id in those) or None


def _wanted(relation: Relation, value: Value, schema: Schema) -> dict[str, Types]:
    """The types by target."""
    plain = [{"associationCategory": relation.category, "associationTypeId": relation.plain}]
    if relation.placing:
        return {id: plain for target, id in places_of(value) if target == relation.target}
    if relation.many:
        return {id: plain + _label_types(relation.field, role, schema) for id, role in parse(value).items()}
    return {value: plain + ([_ours(relation.primary)] if relation.primary else [])} if value else {}


def _ours(number: int) -> dict[str, Any]:
    return {"associationCategory": OURS, "associationTypeId": number}


def _label_types(field: str, role: str, schema: Schema) -> Types:
    return [type_of(option) for option in schema.fields[field].options if role and same_role(option.label, role)][:1]


def _label(field: str, role: str, schema: Schema) -> str:
    return next((option.label for option in schema.fields[field].options if same_role(option.label, role)), "")


async def relate(
    transport: Transport, writes: Sequence[tuple[Write, str]], schema: Schema
) -> dict[str, tuple[Fault, ...]]:
    """Bring the associations of records (their ids beside the writes; all of one object) to what the writes say: up to
    three requests for each kind, none where nothing is to do. Returns the faults by key. Raises what ends a pass."""
    faults: dict[str, tuple[Fault, ...]] = {}
    for relation in all_relations(schema):
        made: list[Step] = []
        unlabelled: list[Step] = []
        gone: list[Step] = []
        for write, id in writes:
            if relation.field in write.values:
                former = write.former.get(relation.field)
                now = _wanted(relation, write.values[relation.field], schema)
                before = _wanted(relation, former, schema)
                _compare(write, id, relation, before, now, made, unlabelled, gone)
        places = {"from": schema.object, "to": relation.target}
        steps = (
            (paths.ASSOCIATIONS_CREATE, made),
            (paths.LABELS_ARCHIVE, unlabelled),
            (paths.ASSOCIATIONS_ARCHIVE, gone),
        )
        for endpoint, those in steps:
            # What couldn't be made takes nothing away.
            due = [step for step in those if step.key not in faults]
            for part in pieces(due, MAKE) if endpoint is not paths.ASSOCIATIONS_ARCHIVE else _by_record(due):
                await _send(transport, endpoint, places, part, faults)
    return faults


def _compare(
    write: Write,
    id: str,
    relation: Relation,
    before: Mapping[str, Types],
    now: Mapping[str, Types],
    made: list[Step],
    unlabelled: list[Step],
    gone: list[Step],
) -> None:
    for end, types in now.items():
        if before.get(end) != types:
            made.append(Step(write.key, relation.field, id, end, types))
            if former := [each for each in before.get(end, ()) if each not in types]:
                unlabelled.append(Step(write.key, relation.field, id, end, former))
    gone.extend(Step(write.key, relation.field, id, end, []) for end in before.keys() - now.keys())


def _by_record(steps: Sequence[Step]) -> Iterable[Sequence[Step]]:
    by_record: dict[str, list[Step]] = {}
    for step in steps:
        by_record.setdefault(step.from_id, []).append(step)
    for ids in pieces(list(by_record), ARCHIVE):
        yield [step for id in ids for step in by_record[id]]


async def _send(
    transport: Transport,
    endpoint: paths.Endpoint,
    places: Mapping[str, str],
    steps: Sequence[Step],
    faults: dict[str, tuple[Fault, ...]],
) -> None:
    """One request; its halves where it is refused as a whole, or for something that isn't named."""
    body = {"inputs": [step.wire() for step in steps]}
    try:
        answer = await transport.send(endpoint, "write", places=places, body=body)
    except ScopeMissing as missing:
        _blame(steps, Fault(Category.PERMISSIONS, "MISSING_SCOPES", str(missing)), faults)
        return
    except Refused as refused:
        if refused.status not in _SEPARABLE:
            _blame(steps, refused.faults[0], faults)
            return
        told = [(steps, refused.faults[0])]
    else:
        told = [(_named(error, steps), faults_of(error, 400)[0]) for error in answer.data.get("errors") or ()]
    if len(steps) > 1 and any(len(named) in (0, len(steps)) for named, _ in told):
        middle = len(steps) // 2
        for half in (steps[:middle], steps[middle:]):
            await _send(transport, endpoint, places, half, faults)
        return
    for named, fault in told:
        _blame(named or steps, fault, faults)


def _named(error: Mapping[str, Any], steps: Sequence[Step]) -> Sequence[Step]:
    """The steps that an element of a 207's `errors` is about; none where it doesn't say."""
    ends = subjects_of(error, "fromObjectId"), subjects_of(error, "toObjectId")
    if not any(ends):
        return []
    return [
        step for step in steps if (not ends[0] or step.from_id in ends[0]) and (not ends[1] or step.to_id in ends[1])
    ]


def _blame(steps: Iterable[Step], fault: Fault, faults: dict[str, tuple[Fault, ...]]) -> None:
    for step in steps:
        faults[step.key] = (*faults.get(step.key, ()), refusal(fault, (step.field,)))


def blamed(write: Write, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """The faults of a record that was refused, those that speak of the associations it came with as faults of these."""
    fields = tuple(name for name, value in write.values.items() if value and _is_relation(write.object, name))
    if not fields:
        return faults
    return tuple(
        refusal(fault, fields) if not fault.fields and _ABOUT_ASSOCIATIONS.search(fault.message) else fault
        for fault in faults
    )


def refusal(fault: Fault, fields: tuple[str, ...]) -> Fault:
    """A fault of associations, in HubSpot's words."""
    if fault.category in _CARDS:
        return msgspec.structs.replace(fault, fields=fields)
    return Fault(Category.ASSOCIATIONS, REFUSED, fault.message, fields)
