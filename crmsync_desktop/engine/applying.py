"""Apply (P1): an ordinary pass that writes nothing beyond a plan that was shown, and says what of it has moved since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from crmsync_desktop.domain.kept_plan import Moved, Name, Now, agreeing, moved, name_of
from crmsync_desktop.domain.planner import FieldChange
from crmsync_desktop.domain.records import Cell, Op, Presence, Side
from crmsync_desktop.engine.gather import couple_cells, couples_of
from crmsync_desktop.ports.store import Entry, JournalState, Known, LinkState

if TYPE_CHECKING:
    from crmsync_desktop.engine.context import Context

CHUNK = 2_000
_WRITTEN = (JournalState.DONE, JournalState.SENT, JournalState.UNKNOWN)


_OFF = (Moved("", "its pair is switched off or was taken off"),)


class MovedRecord(msgspec.Struct, frozen=True):
    """A planned write that wasn't carried out, or not as a whole, and what of it moved."""

    pair: str
    side: Side
    object: str
    op: Op
    record_id: str
    label: str
    moved: tuple[Moved, ...]


class Admission(Protocol):
    """What of a plan may be written."""

    shown: bool
    """Whether a person has looked at exactly this plan."""

    def begin_round(self, context: Context) -> None:
        """A plan is about to be made."""
        ...

    def admits(self, entry: Entry) -> bool:
        """Whether a write may be made, as a whole or in part: then it keeps those changes alone. One that may not becomes
        DROPPED, and `admitted` leaves it out: its records stay staged."""
        ...


class Approval:
    """The writes of one plan, by which record they write and from which. Each change is written once, however often the pass
    comes back to its record."""

    shown = True

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._planned = {_name(entry): entry for entry in entries}
        self._contexts: dict[str, Context] = {}
        self._instead: dict[Name, tuple[FieldChange, ...]] = {}
        self._done: dict[Name, set[str]] = {}
        self._refused: dict[tuple[Side, str], set[str]] = {}

    def begin_round(self, context: Context) -> None:
        """Note what is written by now, so that it isn't written a second time, and what is to be left out."""
        self._contexts[context.pair.name] = context
        self._done.update(_written(context, _WRITTEN))
        for side, source, place in context.refused:
            self._refused.setdefault((side, source), set()).add(context.layout.columns[place].property)

    def admits(self, entry: Entry) -> bool:
        """Whether a write is in the plan, as a whole or in part: then it keeps those changes alone. One that isn't becomes
        DROPPED, and `admitted` leaves it out."""
        name = _name(entry)
        planned = self._planned.get(name)
        if planned is not None:
            self._instead[name] = entry.changes
            changes = self._due(name, planned, entry)
            if changes or entry.op is Op.DELETE:
                entry.changes = tuple(changes)
                return True
        entry.state = JournalState.DROPPED
        return False

    def _due(self, name: Name, planned: Entry, entry: Entry) -> list[FieldChange]:
        done = self._done.get(name, set())
        due = [change for change in planned.changes if change.property not in done]
        refused = frozenset(self._refused.get((entry.side, entry.origin_id or ""), ()))
        kinds = {column.property: column.kind for column in self._contexts[entry.pair].layout.columns}
        return agreeing(entry.op, due, entry.changes, kinds, refused)

    def moved(self) -> list[MovedRecord]:
        """What of the plan wasn't written, and isn't so already, once the pass has ended."""
        found: list[MovedRecord] = []
        for context in self._contexts.values():
            mine = [entry for entry in self._planned.values() if entry.pair == context.pair.name]
            dealt = _written(context, (*_WRITTEN, JournalState.FAILED))
            for first in range(0, len(mine), CHUNK):
                found += self._moved_of(context, mine[first : first + CHUNK], dealt)
        return found + [_moved(entry, _OFF) for entry in self._planned.values() if entry.pair not in self._contexts]

    def _moved_of(
        self, context: Context, planned: Sequence[Entry], dealt: Mapping[Name, set[str]]
    ) -> list[MovedRecord]:
        open_ones = [(entry, left) for entry in planned if (left := _left(entry, dealt)) is not None]
        columns = {column.property: column for column in context.layout.columns}
        records = _records(context, [entry for entry, _ in open_ones])
        found: list[MovedRecord] = []
        for entry, left in open_ones:
            now = _now(entry, records, self._instead.get(_name(entry), ()))
            why = _elsewhere(entry, records) or tuple(moved(entry.op, entry.side, left, now, columns))
            if why:
                found.append(_moved(entry, why))
        return found


def _moved(entry: Entry, why: tuple[Moved, ...]) -> MovedRecord:
    return MovedRecord(entry.pair, entry.side, entry.object, entry.op, entry.record_id or "", entry.label, why)


def admitted(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.state is not JournalState.DROPPED]


def _name(entry: Entry) -> Name:
    return name_of(entry.side, entry.object, entry.op, entry.record_id, entry.origin_id)


def _written(context: Context, states: Sequence[JournalState]) -> dict[Name, set[str]]:
    """The properties of each write of this pass that is in one of these states."""
    found: dict[Name, set[str]] = {}
    after = 0
    while entries := context.store.entries(
        context.pass_id, states, after_row=after, limit=CHUNK, pair=context.pair.name
    ):
        after = entries[-1].row
        for entry in entries:
            found.setdefault(_name(entry), set()).update(change.property for change in entry.changes)
    return found


def _left(entry: Entry, dealt: Mapping[Name, set[str]]) -> list[FieldChange] | None:
    """The changes of a planned write that weren't sent; None where nothing is left of it."""
    done = dealt.get(_name(entry))
    if done is None:
        return list(entry.changes)
    if entry.op is not Op.UPDATE:
        return None
    return [change for change in entry.changes if change.property not in done] or None


class _Records(msgspec.Struct):
    """Known records by side and id, with their cells and the ids of their counterparts ("" for none)."""

    known: dict[tuple[Side, str], Known]
    cells: dict[int, Sequence[Cell]]
    partner: dict[int, str]


def _records(context: Context, entries: Sequence[Entry]) -> _Records:
    found = _Records({}, {}, {})
    pair = context.pair
    for side in Side:
        ids = {entry.record_id if entry.side is side else entry.origin_id for entry in entries} - {None}
        for object in (pair.hubspot,) if side is Side.HUBSPOT else pair.salesforce:
            for known in context.store.records_by_id(side, object, sorted(id for id in ids if id)):
                found.known[side, known.id] = known
                found.cells[known.row] = known.cells or ()
    links = {known.link for known in found.known.values() if known.link is not None}
    for couple in couples_of(context, links):
        live = couple.link.state is LinkState.LIVE
        for record, cells, partner in zip(
            (couple.salesforce, couple.hubspot),
            couple_cells(couple),
            (couple.link.hubspot_id, couple.link.salesforce_id),
            strict=True,
        ):
            if record is not None:
                found.known.setdefault((record.side, record.id), record)
                found.cells[record.row] = cells
                found.partner[record.row] = partner if live else ""
    return found


def _now(entry: Entry, records: _Records, instead: Sequence[FieldChange]) -> Now:
    source = _cells(records, entry.side.other, entry.origin_id)
    if entry.op is Op.CREATE:
        known = records.known.get((entry.side.other, entry.origin_id or ""))
        partner = records.partner.get(known.row, "") if known is not None else ""
        return Now(_cells(records, entry.side, partner) if partner else None, source, instead)
    target = _cells(records, entry.side, entry.record_id)
    if entry.op is Op.DELETE:
        return Now(target, source or (), instead)
    if entry.origin_id is None:
        return Now(target, target or (), instead)  # it comes from no record of its own pair
    return Now(target, source, instead)


def _cells(records: _Records, side: Side, id: str | None) -> Sequence[Cell] | None:
    known = records.known.get((side, id or ""))
    if known is None or known.presence is not Presence.LIVE:
        return None
    return records.cells[known.row] or None


def _elsewhere(entry: Entry, records: _Records) -> tuple[Moved, ...]:
    """A record that isn't the same one's counterpart any more."""
    known = records.known.get((entry.side, entry.record_id or ""))
    if known is None or entry.op is not Op.UPDATE or entry.origin_id is None:
        return ()
    partner = records.partner.get(known.row, "")
    if not partner or partner == entry.origin_id:
        return ()
    return (Moved("", f"it is linked with {entry.side.other.label} record {partner} now"),)
