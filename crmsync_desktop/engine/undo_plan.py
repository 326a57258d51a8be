"""What an undo would write: the done entries of a pass, record by record, turned round as far as nobody edited them since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import msgspec

from crmsync_desktop.domain.guard import Reaches
from crmsync_desktop.domain.planner import FieldChange
from crmsync_desktop.domain.records import UNSEEN, Cell, Op, Presence, Side
from crmsync_desktop.domain.undo import Held, Left, put_back, shown, steps_of, why_kept
from crmsync_desktop.domain.values import close, stamp
from crmsync_desktop.engine.attached import attached_to
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.gather import Couple, couple_cells, couples_of
from crmsync_desktop.engine.stamps import edited_at
from crmsync_desktop.engine.standing import load_standing
from crmsync_desktop.ports.store import Entry, JournalState, Known, Link

CHUNK = 2_000
ANSWER_SECONDS = 120.0
"""How long after a create was sent its record may have been stored, and its system's own finishing touches put to it."""
Key = tuple[Side, str, str]
"""(side, object, id)."""


class LeftRecord(msgspec.Struct, frozen=True):
    """What an undo left as it is, and why: a field, or with `property` "" the whole record."""

    pair: str
    side: Side
    object: str
    record_id: str
    label: str
    property: str
    why: str


class _Written(msgspec.Struct):
    """What one pass wrote to one record, the oldest first."""

    key: Key
    entries: list[Entry]

    @property
    def op(self) -> Op:
        ops = {entry.op for entry in self.entries}
        return next(op for op in (Op.DELETE, Op.CREATE, Op.UPDATE) if op in ops)


async def plan_undo(context: Context, of: int, records: Collection[str] | None) -> list[LeftRecord]:
    """Plan what takes pass `of` back in this pair; gives what is left as it is. `records`: only these, by their ids on
    either side."""
    context.reaches = Reaches()
    dealt = dealt_with(context)
    left: list[LeftRecord] = []
    chunk: list[_Written] = []
    for written in _by_record(context, of, records):
        if written.key in dealt:
            continue
        chunk.append(written)
        if len(chunk) == CHUNK:
            left += await _plan_chunk(context, of, chunk)
            chunk = []
    left += await _plan_chunk(context, of, chunk)
    return left


def _done(context: Context, of: int, records: Collection[str] | None) -> Iterator[Entry]:
    after = 0
    while entries := context.store.entries(
        of, [JournalState.DONE], after_row=after, limit=CHUNK, pair=context.pair.name
    ):
        after = entries[-1].row
        for entry in entries:
            if entry.record_id and (records is None or entry.record_id in records or entry.origin_id in records):
                yield entry


def _by_record(context: Context, of: int, records: Collection[str] | None) -> Iterator[_Written]:
    """What the pass did, record by record. Most records were written once, so only the others' entries are collected."""
    times = Counter(_key(entry) for entry in _done(context, of, records))
    waiting: dict[Key, list[Entry]] = {}
    for entry in _done(context, of, records):
        key = _key(entry)
        collected = waiting.setdefault(key, []) if times[key] > 1 else []
        collected.append(entry)
        if len(collected) == times[key]:
            waiting.pop(key, None)
            yield _Written(key, collected)


def dealt_with(context: Context) -> set[Key]:
    """Records that this undo itself has written in an earlier round, or that refused it as a whole."""
    found: set[Key] = set()
    states = [JournalState.DONE, JournalState.SENT, JournalState.UNKNOWN, JournalState.FAILED]
    after = 0
    while entries := context.store.entries(
        context.pass_id, states, after_row=after, limit=CHUNK, pair=context.pair.name
    ):
        after = entries[-1].row
        found.update(
            _key(entry) for entry in entries if entry.state is not JournalState.FAILED or not _again(context, entry)
        )
    return found


def refused_in(context: Context) -> list[LeftRecord]:
    """What this undo tried to write and was refused."""
    found: dict[tuple[Key, str], LeftRecord] = {}
    done: set[tuple[Key, str]] = set()
    after = 0
    states = [JournalState.DONE, JournalState.FAILED]
    while entries := context.store.entries(context.pass_id, states, after_row=after, limit=CHUNK):
        after = entries[-1].row
        for entry in entries:
            names = [(_key(entry), change.property) for change in entry.changes] or [(_key(entry), "")]
            if entry.state is JournalState.DONE:
                done.update(names)
                continue
            for key, property in names:
                why = f"{entry.side.label} refused it: {entry.note}"
                found[key, property] = LeftRecord(entry.pair, *key, entry.label, property, why)
    return [each for name, each in found.items() if name not in done]


def without_pair(first: Context, of: int, records: Collection[str] | None) -> list[LeftRecord]:
    """What pass `of` wrote of pairs that take no part: they were taken off, or can't be read."""
    found: dict[Key, LeftRecord] = {}
    after = 0
    while entries := first.store.entries(of, [JournalState.DONE], after_row=after, limit=CHUNK):
        after = entries[-1].row
        for entry in entries:
            named = records is None or entry.record_id in records or entry.origin_id in records
            if entry.pair not in first.pairs and named:
                why = f"{entry.pair} doesn't sync here any more, or can't be read"
                found[_key(entry)] = LeftRecord(entry.pair, *_key(entry), entry.label, "", why)
    return list(found.values())


def not_taken(context: Context) -> list[LeftRecord]:
    """Fields that their system said yes to, and then stored otherwise than they were put back."""
    found: list[LeftRecord] = []
    columns = {column.property: column for column in context.layout.columns}
    after = 0
    while entries := context.store.entries(
        context.pass_id, [JournalState.DONE], op=Op.UPDATE, after_row=after, limit=CHUNK, pair=context.pair.name
    ):
        after = entries[-1].row
        scene = _scene(context, [_Written(_key(entry), [entry]) for entry in entries])
        for entry in entries:
            known = scene.known.get(_key(entry))
            if known is None or known.presence is not Presence.LIVE:
                continue
            cells, _, _ = _cells(context, known, scene.couple(known))
            for change in entry.changes:
                column = columns.get(change.property)
                holds = cells[column.place] if column is not None else UNSEEN
                if column is not None and holds is not UNSEEN and not close(column.kind, change.new, holds):
                    why = f"{entry.side.label} took {shown(change.new)} and holds {shown(holds)}"
                    found.append(LeftRecord(entry.pair, *_key(entry), entry.label, change.property, why))
    return found


def _again(context: Context, entry: Entry) -> bool:
    """Whether a refused write is to be repeated without the fields that it was refused for."""
    return any((entry.side, entry.origin_id, change.place) in context.refused for change in entry.changes)


def _key(entry: Entry) -> Key:
    return entry.side, entry.object, entry.record_id or ""


class _Scene(msgspec.Struct):
    """The records of one chunk as they are known, and their links."""

    known: dict[Key, Known]
    couples: dict[int, Couple]

    def couple(self, known: Known | None) -> Couple | None:
        return self.couples.get(known.link) if known is not None and known.link is not None else None


def _scene(context: Context, chunk: Sequence[_Written]) -> _Scene:
    known: dict[Key, Known] = {}
    for side, object in sorted({written.key[:2] for written in chunk}):
        ids = sorted(written.key[2] for written in chunk if written.key[:2] == (side, object))
        known.update({(side, object, each.id): each for each in context.store.records_by_id(side, object, ids)})
    links = {each.link for each in known.values() if each.link is not None}
    return _Scene(known, {couple.link.link: couple for couple in couples_of(context, links)})


async def _plan_chunk(context: Context, of: int, chunk: Sequence[_Written]) -> list[LeftRecord]:
    if not chunk:
        return []
    context.check_stop()
    scene = _scene(context, chunk)
    load_standing(context, scene.couples)
    attached = await attached_to(context, [written.key for written in chunk if written.op is Op.CREATE])
    left: list[LeftRecord] = []
    planned: list[Entry] = []
    for written in chunk:
        known = scene.known.get(written.key)
        couple = scene.couple(known)
        reasons: list[Left] = []
        entry = None
        if written.op is Op.DELETE:
            reasons = [Left("", _not_restored(written.key[0]))]
        elif known is not None and known.presence is Presence.DELETED and known.link in context.deleted_again:
            pass  # an undo has deleted it already
        elif known is None or known.presence is not Presence.LIVE:
            reasons = [Left("", "the record isn't there any more: it was deleted, merged or hidden since")]
        elif written.op is Op.CREATE:
            why = attached.get(written.key) or _why_kept(context, written, known, couple)
            if why:
                reasons = [Left("", why)]
            else:
                entry = _entry(context, of, written, known, couple, Op.DELETE, ())
        else:
            changes, reasons = _changes(context, of, written, known, couple)
            if changes:
                entry = _entry(context, of, written, known, couple, Op.UPDATE, tuple(changes))
        if entry is not None:
            planned.append(entry)
        left += [_left(written, reason) for reason in reasons]
    _store(context, planned)
    return _with_who(context, of, left)


def _store(context: Context, planned: list[Entry]) -> None:
    seen: set[int] = set()
    for entry in planned:
        context.count(entry, 1)
        if entry.link is not None and entry.op is Op.UPDATE:
            # An earlier chunk may have brought the same link's other side: then both are awaited before it is settled.
            if entry.link in seen or entry.link in context.outstanding:
                context.outstanding[entry.link] = 2
            else:
                context.outstanding[entry.link] = 1
            seen.add(entry.link)
        fields = [(change.property, change.new is None and bool(change.old), True) for change in entry.changes]
        context.reaches.count(entry.pair, entry.side, entry.op, fields)
    context.store.plan(planned)


def _changes(
    context: Context, of: int, written: _Written, known: Known, couple: Couple | None
) -> tuple[list[FieldChange], list[Left]]:
    columns = {column.property: column for column in context.layout.columns}
    kinds = {property: column.kind for property, column in columns.items()}
    steps = steps_of([entry.changes for entry in written.entries], kinds)
    cells, base, other = _cells(context, known, couple)
    held = Held(known.side, known.object, cells, base, other)
    changes, left = put_back(steps, columns, held, f"undo of pass {of}", context.layout.groups)
    origin = _partner_id(known, couple)
    refused = {
        place: fault for (side, id, place), fault in context.refused.items() if (side, id) == (known.side, origin)
    }
    left += [Left(c.property, f"refused: {refused[c.place].message}") for c in changes if c.place in refused]
    changes = [change for change in changes if change.place not in refused]
    if known.side is Side.SALESFORCE:
        left += _complete(context, known, cells, changes)
    return changes, left


def _complete(context: Context, known: Known, cells: Sequence[Cell], changes: list[FieldChange]) -> list[Left]:
    """Countries and states that are written as their codes."""
    left: list[Left] = []
    for address in context.layout.addresses:
        before = list(changes)
        faults = address.complete(known.object, changes, cells, [])
        why = "; ".join(fault.message for fault in faults)
        kept = {change.property for change in changes}
        left += [Left(change.property, why) for change in before if change.property not in kept]
    return left


def _why_kept(context: Context, written: _Written, known: Known, couple: Couple | None) -> str:
    if couple is None:
        return "it isn't linked any more, so it can't be told whether somebody uses it"
    columns = {column.property: column for column in context.layout.columns}
    kinds = {property: column.kind for property, column in columns.items()}
    steps = steps_of([entry.changes for entry in written.entries], kinds)
    cells, base, _ = _cells(context, known, couple)
    sent = datetime.fromisoformat(written.entries[0].at).timestamp()
    created = stamp(sent + context.clocks.get(known.side, 0.0) + ANSWER_SECONDS)
    return why_kept(steps, columns, cells, base, edited_at(known.version), created)


def _cells(
    context: Context, known: Known, couple: Couple | None
) -> tuple[Sequence[Cell], Sequence[Cell], Sequence[Cell]]:
    """The record's cells, its base, and its counterpart's."""
    if couple is None:
        unknown: list[Cell] = [UNSEEN] * len(context.layout.columns)
        return known.cells or unknown, unknown, unknown
    s_cells, h_cells = couple_cells(couple)
    if known.side is Side.SALESFORCE:
        return s_cells, couple.link.base_salesforce, couple.link.base_hubspot
    return h_cells, couple.link.base_hubspot, couple.link.base_salesforce


def _partner_id(known: Known, couple: Couple | None) -> str | None:
    if couple is None:
        return None
    return couple.link.hubspot_id if known.side is Side.SALESFORCE else couple.link.salesforce_id


def _entry(
    context: Context,
    of: int,
    written: _Written,
    known: Known,
    couple: Couple | None,
    op: Op,
    changes: tuple[FieldChange, ...],
) -> Entry:
    link: Link | None = couple.link if couple is not None else None
    other = None
    if couple is not None:
        other = couple.hubspot if known.side is Side.SALESFORCE else couple.salesforce
    return Entry(
        row=0,
        pass_id=context.pass_id,
        pair=context.pair.name,
        side=known.side,
        object=known.object,
        record_id=known.id,
        op=op,
        state=JournalState.PLANNED,
        link=link.link if link is not None else None,
        source_row=other.row if other is not None else None,
        target_row=known.row,
        origin_id=_partner_id(known, couple),
        label=written.entries[-1].label,
        reason=f"undo of pass {of}",
        changes=changes,
        at=stamp(context.clock.now()),
    )


def _not_restored(side: Side) -> str:
    where = "HubSpot under deleted records" if side is Side.HUBSPOT else "Salesforce's recycle bin"
    return f"{side.label}'s API can't bring a deleted record back: restore it in {where}, then its link revives"


def _left(written: _Written, reason: Left) -> LeftRecord:
    side, object, id = written.key
    last = written.entries[-1]
    return LeftRecord(last.pair, side, object, id, last.label, reason.property, reason.why)


def _with_who(context: Context, of: int, left: list[LeftRecord]) -> list[LeftRecord]:
    """Where it was a later pass that wrote the field, that one is named."""
    ids = sorted({each.record_id for each in left})
    later: dict[tuple[str, str], int] = {}
    for entry in context.store.history(ids, (), limit=10 * CHUNK) if ids else ():
        if entry.state is JournalState.DONE and entry.pass_id > of:
            for change in entry.changes:
                later.setdefault((entry.record_id or "", change.property), entry.pass_id)
    return [
        msgspec.structs.replace(each, why=f"{each.why} (written by pass {number})")
        if (number := later.get((each.record_id, each.property)))
        else each
        for each in left
    ]
