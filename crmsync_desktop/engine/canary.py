"""The canary (P7): a large first pass writes 25 records, reads them back and compares them, and only then goes on.

Where a mapping, a right or an automation is not as it should be, that shows on 25 records instead of on all of them. A pair
that has been written on a side before has been tried there; nothing is tried twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from crmsync_desktop.domain.errors import PassError
from crmsync_desktop.domain.records import UNSEEN, Observed, Op, Presence, Side
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.values import close
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.guarding import keep_plan
from crmsync_desktop.ports.store import Entry, JournalState

SIZE = 25
TOLERATED = 2
"""Records that may differ from what was sent: an automation that does something about one of them is nothing unusual."""
PROVEN = "written_before"
"""The document that names the pairs and sides that have been written."""
_TRIED = (Op.CREATE, Op.UPDATE)
Send = Callable[[Op, list[Entry]], Awaitable[None]]


async def canary(context: Context, side: Side, send: Send) -> None:
    """Try this side out, if it is due. Raises PassError where more records than TOLERATED came out otherwise than they were
    sent; the rest of the plan then waits for a person's word. `send` writes and settles entries of one kind."""
    tally = context.tallies[side]
    planned = tally.created + tally.updated + tally.deleted
    shown = context.only is not None and context.only.shown
    if shown or planned <= context.settings.canary_minimum or is_proven(context, side):
        return
    store, pair = context.store, context.pair.name
    for op in _TRIED:
        if first := store.entries(context.pass_id, [JournalState.PLANNED], side, op, 0, SIZE, pair):
            await send(op, first)
            rows = {entry.row for entry in first}
            done = store.entries(context.pass_id, [JournalState.DONE], side, op, first[0].row - 1, SIZE, pair)
            await _compare(context, side, [entry for entry in done if entry.row in rows])
            return


def is_proven(context: Context, side: Side) -> bool:
    return _name(context, side) in (context.store.document(PROVEN) or ())


def note_proven(context: Context, side: Side) -> None:
    """Remember that this side was written, if it was."""
    tally = context.tallies[side]
    if (tally.created or tally.updated or tally.deleted) and not is_proven(context, side):
        known: list[Any] = context.store.document(PROVEN) or []
        context.store.save_document(PROVEN, sorted({*known, _name(context, side)}))


def _name(context: Context, side: Side) -> str:
    return f"{context.pair.name} {side.value}"


async def _compare(context: Context, side: Side, written: Sequence[Entry]) -> None:
    wrong: list[str] = []
    for object in sorted({entry.object for entry in written}):
        of_object = {entry.record_id: entry for entry in written if entry.object == object}
        ids = sorted(id for id in of_object if id is not None)
        for record in await context.crms[side].read(context.want(side, object), ids):
            entry = of_object[record.id]
            if difference := _difference(context, entry, record):
                wrong.append(f"{entry.label} ({record.id}): {difference}")
    if len(wrong) > TOLERATED:
        message = (
            f"A first pass of this size tries {SIZE} records first. Of {len(written)} written to {side.label}, "
            f"{len(wrong)} came out otherwise than they were sent, so it stopped there. {wrong[0]}."
        )
        keep_plan(context, message, [])
        raise PassError(message, "", f"Mend the cause and sync again, or let the rest run: approve {context.pass_id}.")


def _difference(context: Context, entry: Entry, record: Observed) -> str:
    """The first field that isn't what was sent, nor what storing makes of it; "" if there is none."""
    if record.presence is not Presence.LIVE:
        return "it isn't there"
    for change in entry.changes:
        kind = context.layout.columns[change.place].kind
        stored = record.cells[change.place]
        if kind is Kind.MEMBERS or stored is UNSEEN:
            continue  # members are joined one by one, and not all of them may be there yet
        if not close(kind, change.new, stored):
            return f"{change.field} was sent as “{change.new or ''}” and is “{stored or ''}”"
    return ""
