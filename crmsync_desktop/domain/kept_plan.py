"""A plan that was shown and is to be carried out as it was shown (P1): which of the writes that a pass comes up with are among
its own, and what has moved where one isn't. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from crmsync_desktop.domain.layout import Column
from crmsync_desktop.domain.planner import FieldChange
from crmsync_desktop.domain.records import UNSEEN, Cell, Op, Side, Value
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.set_aside import group_of
from crmsync_desktop.domain.undo import shown
from crmsync_desktop.domain.values import close, same

Name = tuple[Side, str, Op, str, str]
"""Which write it is: side, object, operation, the record's id ("" for a create), the id of the record it comes from."""
NEW: Final = "new:"
"""In a plan: the counterpart that a parent will have once it is created, with the id that it is created from."""
UNDECIDED: Final = "the sides agree by now, or a setting, mapping or list says otherwise"


class Moved(msgspec.Struct, frozen=True, array_like=True):
    """One field of the plan that wasn't written, and why; `property` "" is the whole record."""

    property: str
    why: str


class Now(msgspec.Struct, frozen=True):
    """What is so now, for the record of a planned write: the cells of the record to be written (of a counterpart that there is by
    now, if it is a create) and of the one it comes from (None where it isn't there), and what this pass would write instead."""

    target: Sequence[Cell] | None
    source: Sequence[Cell] | None
    instead: Sequence[FieldChange]


def name_of(side: Side, object: str, op: Op, record_id: str | None, origin_id: str | None) -> Name:
    return side, object, op, "" if op is Op.CREATE else record_id or "", origin_id or ""


def agreeing(
    op: Op,
    planned: Sequence[FieldChange],
    now: Sequence[FieldChange],
    kinds: Mapping[str, Kind],
    refused: frozenset[str] = frozenset(),
) -> list[FieldChange]:
    """The changes of a write that this pass came up with that stand in the plan as well: the same value instead of the same.
    Fields that only make sense together (a state with its country) are written together or not at all, and a record is
    created as it was shown or not at all. `refused`: properties that this pass itself leaves out."""
    by_property = {change.property: change for change in planned}
    equal = [change for change in now if _equal(by_property.get(change.property), change, kinds)]
    met = {change.property for change in equal} | refused
    missing = [change for change in (*planned, *now) if change.property not in met]
    if op is Op.CREATE:
        return [] if missing else equal
    broken = {group_of(change.field) for change in missing}
    return [change for change in equal if group_of(change.field) not in broken]


def moved(op: Op, side: Side, planned: Sequence[FieldChange], now: Now, columns: Mapping[str, Column]) -> list[Moved]:
    """Why these planned changes were not made. What the record to be written holds already isn't among them. `columns` by
    property."""
    if now.source is None:
        return [Moved("", f"its {side.other.label} record isn't there any more")]
    if op is Op.CREATE:
        return _not_created(side, planned, now, columns)
    if now.target is None:
        return [] if op is Op.DELETE else [Moved("", f"the {side.label} record isn't there any more")]
    if op is Op.DELETE:
        return [Moved("", f"it was edited in {side.label}, restored in {side.other.label}, or a setting changed since")]
    instead = {change.property: change for change in now.instead}
    found: list[Moved] = []
    for change in planned:
        why = _not_written(side, change, columns.get(change.property), now.target, now.source, instead)
        if why:
            found.append(Moved(change.property, why))
    return found


def _not_created(side: Side, planned: Sequence[FieldChange], now: Now, columns: Mapping[str, Column]) -> list[Moved]:
    if now.target is not None:
        made = all(_made(change, columns.get(change.property), now.target) for change in planned)
        return [] if made else [Moved("", f"it has a counterpart in {side.label} by now, which holds other values")]
    instead = {change.property: change for change in now.instead}
    found: list[Moved] = []
    for change in planned:
        column = columns.get(change.property)
        other = instead.pop(change.property, None)
        if column is None:
            found.append(Moved(change.property, "it isn't synced any more"))
        elif now.source is not None and not _unmoved(column.kind, change.source, now.source[column.place]):
            found.append(Moved(change.property, _was(side.other, change.source, now.source[column.place])))
        elif other is not None and other.new != change.new:
            found.append(Moved(change.property, f"it would be {shown(other.new)} now, {shown(change.new)} in the plan"))
    found += [Moved(other.property, f"it would be set now, to {shown(other.new)}") for other in instead.values()]
    return found or [Moved("", UNDECIDED)]


def _made(change: FieldChange, column: Column | None, target: Sequence[Cell]) -> bool:
    if column is None or _awaited(column.kind, change.new):
        return True
    holds = target[column.place]
    return holds is not UNSEEN and close(column.kind, change.new, holds)


def _not_written(
    side: Side,
    change: FieldChange,
    column: Column | None,
    target: Sequence[Cell],
    source: Sequence[Cell],
    instead: Mapping[str, FieldChange],
) -> str:
    if column is None:
        return "it isn't synced any more"
    holds, comes_from = target[column.place], source[column.place]
    if holds is not UNSEEN and same(column.kind, holds, change.new):
        return ""
    if not _unmoved(column.kind, change.old, holds):
        return _was(side, change.old, holds)
    if not _unmoved(column.kind, change.source, comes_from):
        return _was(side.other, change.source, comes_from)
    other = instead.get(change.property)
    if other is not None and other.new != change.new:
        return f"it would be set to {shown(other.new)} now: {other.reason}"
    return UNDECIDED if other is None else "it goes together with a field that moved"


def _was(side: Side, then: Cell, now: Cell) -> str:
    what = "can't be read" if now is UNSEEN else f"is {shown(now)}"
    return f"{side.label} held {shown(then or None)} in the plan, it {what} now"


def _equal(planned: FieldChange | None, now: FieldChange, kinds: Mapping[str, Kind]) -> bool:
    if planned is None or planned.field != now.field:
        return False
    kind = kinds.get(now.property, Kind.TEXT)
    if planned.new != now.new and not (_awaited(kind, planned.new) and planned.source == now.source):
        return False
    return _unmoved(kind, planned.old, now.old)


def _awaited(kind: Kind, new: Value) -> bool:
    """Whether a planned value names a record that was still to be created when the plan was made."""
    return new is not None and NEW in new and kind in (Kind.REFERENCE, Kind.MEMBERS)


def _unmoved(kind: Kind, then: Cell, now: Cell) -> bool:
    if then is UNSEEN or now is UNSEEN:
        return then is now
    return same(kind, then, now)
