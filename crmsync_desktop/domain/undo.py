"""Undo (P2): what takes back one record's changes, as far as nobody has edited them since. Pure.

A field goes back to what it held before where it still holds what was written, or what its system made of that when it
stored it. What was edited since stays, and is told.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

import msgspec

from crmsync_desktop.domain.checks import check_value
from crmsync_desktop.domain.layout import Column
from crmsync_desktop.domain.lifecycle_stage import PROPERTY as STAGE
from crmsync_desktop.domain.lifecycle_stage import Ladder
from crmsync_desktop.domain.planner import FieldChange
from crmsync_desktop.domain.records import UNSEEN, Cell, Side, Value
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.set_aside import group_of
from crmsync_desktop.domain.values import close, same, version_order


class Step(msgspec.Struct, frozen=True, array_like=True):
    """What became of one field in one pass: `before` it, and what was `written` last."""

    property: str
    field: str
    before: Cell
    written: Value


class Left(msgspec.Struct, frozen=True, array_like=True):
    """A field that isn't put back, and why; `property` "" is the whole record."""

    property: str
    why: str


class Held(msgspec.Struct, frozen=True):
    """The record to put back as it stands: its object, its cells, its base, and its counterpart's base."""

    side: Side
    object: str
    cells: Sequence[Cell]
    base: Sequence[Cell]
    other_base: Sequence[Cell]


def steps_of(writes: Iterable[Sequence[FieldChange]], kinds: Mapping[str, Kind]) -> list[Step]:
    """The changes of one record in the order in which they were written, one step for each field. Where a field was written
    more than once, the step reaches back as far as each write found what the one before it had left: somebody's edit in
    between stays. `kinds` by property, of those that are mapped now."""
    steps: dict[str, Step] = {}
    for changes in writes:
        for change in changes:
            earlier = steps.get(change.property)
            before = change.old
            kind = kinds.get(change.property, Kind.TEXT)
            if earlier is not None and change.old is not UNSEEN and close(kind, earlier.written, change.old):
                before = earlier.before
            steps[change.property] = Step(change.property, change.field, before, change.new)
    return list(steps.values())


def put_back(
    steps: Iterable[Step],
    columns: Mapping[str, Column],
    held: Held,
    reason: str,
    groups: Iterable[Collection[int]] = (),
) -> tuple[list[FieldChange], list[Left]]:
    """The changes that take these steps back, and what is left as it is. `columns` by property. Values that only make sense
    together (a state with its country; `groups` of places) go back together or not at all."""
    changes: list[FieldChange] = []
    left: list[Left] = []
    for step in steps:
        column = columns.get(step.property)
        if column is None:
            left.append(Left(step.property, "it isn't synced any more; map it again, then undo once more"))
            continue
        now = held.cells[column.place]
        if now is not UNSEEN and step.before is not UNSEEN and same(column.kind, now, step.before):
            continue  # it holds that already
        why, change = _back(step, column, held, now, reason)
        if change is None:
            left.append(Left(step.property, why))
        else:
            changes.append(change)
    return _whole_groups(changes, left, columns, list(groups))


def _whole_groups(
    changes: list[FieldChange], left: list[Left], columns: Mapping[str, Column], groups: list[Collection[int]]
) -> tuple[list[FieldChange], list[Left]]:
    def group(property: str) -> Hashable:
        column = columns[property]
        for index, places in enumerate(groups):
            if column.place in places:
                return index
        return group_of(next((field.name for field in column.salesforce.values()), property))

    broken = {group(each.property): each.property for each in left if each.property in columns}
    kept = [change for change in changes if group(change.property) not in broken]
    for change in changes:
        if change not in kept:
            left.append(Left(change.property, f"it goes with {broken[group(change.property)]}, which is left as it is"))
    return kept, left


def _back(step: Step, column: Column, held: Held, now: Cell, reason: str) -> tuple[str, FieldChange | None]:
    if now is UNSEEN:
        return "it can't be read any more", None
    if not _holds(column.kind, now, step.written, held.base[column.place]):
        return f"edited since: the pass wrote {shown(step.written)}, it holds {shown(now)} now", None
    if step.before is UNSEEN:
        return "what it held before the pass isn't known", None
    field = column.field(held.side, held.object)
    if field is None:
        return f"{held.object} has no such field", None
    fault = check_value(field, step.before, False)
    if fault is not None:
        return f"{held.side.label} wouldn't take {shown(step.before)}: {fault.message}", None
    if column.property == STAGE and held.side is Side.HUBSPOT and Ladder(field).falls(now, step.before):
        return f"HubSpot lets nobody but a person move a stage backwards: set it to {shown(step.before)} there", None
    # As its counterpart was when the two last agreed: an edit there since then is still to be decided about.
    source = held.other_base[column.place]
    change = FieldChange(column.place, step.property, field.name, source, now, step.before, reason)
    return "", change


def why_kept(
    steps: Iterable[Step],
    columns: Mapping[str, Column],
    cells: Sequence[Cell],
    base: Sequence[Cell],
    edited_at: str,
    created_at: str,
) -> str:
    """Why a created record isn't deleted again, or "" where nobody has touched it. `edited_at`: the version it had when it
    was last edited by others; `created_at`: when the create was done, by the same clock."""
    by_place = {column.place: column for column in columns.values()}
    written = {columns[step.property].place: step.written for step in steps if step.property in columns}
    for place, column in by_place.items():
        now = cells[place]
        if now is UNSEEN or base[place] is UNSEEN:
            continue
        holds = _holds(column.kind, now, written[place], base[place]) if place in written else True
        if not holds or not same(column.kind, now, base[place] or None):
            return f"edited since: {column.property} holds {shown(now)} now"
    if edited_at and version_order(created_at, edited_at) < 0:
        return f"edited since it was created, last on {edited_at}"
    return ""


def shown(value: Cell) -> str:
    """A value as a sentence names it."""
    return f"“{value}”" if value else "nothing"


def _holds(kind: Kind, now: Value, written: Value, base: Cell) -> bool:
    """Whether a field still holds what was written, as its system stores it: that is what became its base then."""
    if same(kind, now, written):
        return True
    return base is not UNSEEN and close(kind, written, now) and same(kind, now, base or None)
