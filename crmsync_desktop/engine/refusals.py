"""Refusals: records that a system didn't take. They are parked with their errors; those whose refusal speaks of another
record, or of one that is gone, are looked at anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from crmsync_desktop.domain.records import Category, Fault, Observed, Op, Presence, Side, Written
from crmsync_desktop.domain.remedies import hint
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.accepted_values import with_accepted
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.digest import digest_of
from crmsync_desktop.engine.gather import couple_cells, couples_of
from crmsync_desktop.engine.left_out import remember_refused
from crmsync_desktop.engine.metadata import OWNERS, TELLING
from crmsync_desktop.engine.observe import with_keys
from crmsync_desktop.ports.store import Entry, Known, NewError, RecordState, Settle

TEMPORARY = "temporary"
"""The document that holds in how many passes on end which record was refused for a reason that ought to pass."""
PATIENCE = 3


class Refusals(msgspec.Struct):
    """What is left to look at: (entry, id of the record that its refusal speaks of), and the entries' sources by row."""

    look: list[tuple[Entry, str]]
    source_of: dict[int, Known]


def park_refusals(context: Context, side: Side, refused: list[tuple[Entry, Written]]) -> Refusals:
    """Park what was refused, with its errors."""
    refused = with_accepted(context, side, refused)
    sources = context.store.records([entry.source_row for entry, _ in refused if entry.source_row is not None])
    found = Refusals([], {source.row: source for source in sources})
    errors: list[NewError] = []
    parked: list[Entry] = []
    for entry, answer in refused:
        fault = answer.faults[0] if answer.faults else Fault(Category.OTHER, "", "refused without a reason")
        context.outdated = context.outdated or fault.code in TELLING
        if fault.category is Category.OWNERS:
            context.store.save_document(OWNERS, None)  # somebody isn't who they were: the next pass reads them anew
        if fault.existing_id and entry.op is Op.CREATE:
            found.look.append((entry, fault.existing_id))
        elif fault.category is Category.RECORD_GONE and entry.record_id:
            found.look.append((entry, entry.record_id))
        elif remember_refused(context, entry, answer.faults):
            continue  # it stays staged, and is decided about once more without them
        elif fault.category is Category.TEMPORARY:
            # It stays staged: the next pass tries again, and the third one that can't tells.
            context.temporary[f"{entry.side.value} {entry.object} {entry.record_id or entry.origin_id}"] = _error(
                entry, found.source_of, fault
            )
        else:
            parked.append(entry)
            errors += [_error(entry, found.source_of, each) for each in answer.faults or (fault,)]
    _park(context, side, parked, errors, found.source_of)
    return found


def tell_lasting(contexts: Sequence[Context]) -> None:
    """What is temporary is nobody's business, unless it was still so in pass after pass."""
    store = contexts[0].store
    before = store.document(TEMPORARY) or {}
    waiting = {name: (context, error) for context in contexts for name, error in context.temporary.items()}
    now = {name: before.get(name, 0) + 1 for name in waiting}
    if now != before:
        store.save_document(TEMPORARY, now)
    lasting = [(context, error) for name, (context, error) in waiting.items() if now[name] >= PATIENCE]
    if lasting:
        store.open_errors([error for _, error in lasting], stamp(contexts[0].clock.now()))
    for context, error in lasting:
        context.fail(error.side, error.record_id)


async def follow_refusals(context: Context, side: Side, found: Refusals) -> None:
    """Look at the records that refusals spoke of."""
    if not found.look:
        return
    taken = await _look_again(context, side, found.look, found.source_of)
    errors = [_error(entry, found.source_of, fault) for entry, fault in taken]
    _park(context, side, [entry for entry, _ in taken], errors, found.source_of)


def _park(
    context: Context, side: Side, parked: list[Entry], errors: list[NewError], source_of: dict[int, Known]
) -> None:
    """The errors first: whatever stops us in between, nothing waits without a word why."""
    for entry in parked:
        context.fail(side, entry.record_id or entry.origin_id or "")
        if entry.link is not None:
            context.failed.add(entry.link)
            context.outstanding[entry.link] = context.outstanding.get(entry.link, 1) - 1
    if errors:
        context.store.open_errors(errors, stamp(context.clock.now()))
    # A link of which another write is still under way, or was dropped as stale, is looked at once more: not parked yet.
    resting = [entry for entry in parked if entry.link is None or context.outstanding[entry.link] <= 0]
    edited = _edited_since(context, resting, source_of)
    resting = [entry for entry in resting if entry.row not in edited]
    rows = [row for entry in resting for row in (entry.source_row, entry.target_row) if row is not None]
    context.store.settle([Settle(row, RecordState.PARKED, keep=True) for row in rows])


def _edited_since(context: Context, refused: list[Entry], source_of: dict[int, Known]) -> set[int]:
    """Journal rows of refused writes whose source says something else by now: it may have been mended, and stays staged."""
    couples = {
        c.link.link: couple_cells(c) for c in couples_of(context, {e.link for e in refused if e.link is not None})
    }
    found: set[int] = set()
    for entry in refused:
        source = source_of.get(entry.source_row or 0)
        if entry.link in couples:
            s_cells, h_cells = couples[entry.link]
            cells = s_cells if entry.side is Side.HUBSPOT else h_cells
        else:
            cells = source.cells or [] if source is not None else []
        if cells and any(cells[change.place] != change.source for change in entry.changes):
            found.add(entry.row)
    return found


async def _look_again(
    context: Context, side: Side, look: list[tuple[Entry, str]], source_of: dict[int, Known]
) -> list[tuple[Entry, Fault]]:
    """Read the records that refusals said exist, or are gone, and stage what they are now: the next round links them to the
    record that was to be created, or follows the deletion. Gives those for which that can't happen: creates whose record
    is linked to another one already, or shares no key with theirs, and writes to a record that is as it was, which would
    be refused again and again."""
    taken: list[tuple[Entry, Fault]] = []
    for object in sorted({entry.object for entry, _ in look}):
        if context.stop.is_set():
            break  # what isn't looked at stays staged for the next pass
        asked = [(entry, id) for entry, id in look if entry.object == object]
        ids = sorted({id for _, id in asked})
        read = await context.crms[side].read(context.want(side, object), ids)
        seen = {record.id: with_keys(context, record) for record in read}
        known = {record.id: record for record in context.store.records_by_id(side, object, ids)}
        for entry, id in asked:
            if entry.op is Op.CREATE and not _may_link(
                source_of.get(entry.source_row or 0), seen.get(id), known.get(id)
            ):
                message = f"{side.label} says that this is its record {id}, which is linked to another one or can't be matched."
                taken.append((entry, Fault(Category.DUPLICATES, "ALREADY_LINKED", message, (), id)))
            elif entry.op is not Op.CREATE and _as_it_was(seen.get(id), known.get(id)):
                message = f"{side.label} shows this record, and refuses to write to it as if it were gone."
                taken.append((entry, Fault(Category.RECORD_GONE, "REFUSED_AS_GONE", message, (), id)))
        as_they_were = {id for id, record in seen.items() if _as_it_was(record, known.get(id))}
        fresh = [
            (record, digest_of(record))
            for id, record in seen.items()
            if record.presence is not Presence.UNSEEN
            and (id not in as_they_were or any(entry.op is Op.CREATE for entry, about in asked if about == id))
        ]
        if fresh:
            context.store.stage(context.pair.name, fresh, None)
            context.again = True
    return taken


def _as_it_was(seen: Observed | None, known: Known | None) -> bool:
    if seen is None or known is None:
        return False
    return seen.presence is Presence.LIVE and digest_of(seen) == known.digest


def _may_link(source: Known | None, existing: Observed | None, known: Known | None) -> bool:
    if source is None or existing is None or existing.presence is not Presence.LIVE:
        return False
    return (known is None or known.link is None) and bool(set(source.keys) & set(existing.keys))


def _error(entry: Entry, source_of: dict[int, Known], fault: Fault) -> NewError:
    """A create has no record on its own side yet: its error stands at the record that it was to be made from."""
    side, object, id = entry.side, entry.object, entry.record_id
    source = source_of.get(entry.source_row or 0)
    if id is None and source is not None:
        side, object, id = source.side, source.object, source.id
    return NewError(entry.pair, side, object, id or "", entry.label, fault, hint(fault.category, fault.code))
