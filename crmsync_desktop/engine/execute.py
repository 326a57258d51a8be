"""Execute: carry out the plan. Both sides at the same time, one batch in flight on each; creates, then updates, then
deletes.

Every batch is marked as sent in the journal before it is sent (E4). Updates and deletes are preceded by a fresh read of
the records they touch, since neither system offers a conditional batch write: what changed meanwhile is staged and
decided anew instead of overwritten (E3).
"""

from __future__ import annotations

from collections.abc import Sequence

from crmsync_desktop.domain.errors import LimitReached, SignInNeeded, Unreachable
from crmsync_desktop.domain.lifecycle import edited
from crmsync_desktop.domain.mapping import CONTACTS
from crmsync_desktop.domain.records import (
    UNSEEN,
    Category,
    Fault,
    Observed,
    Op,
    Outcome,
    Presence,
    Side,
    Write,
    Written,
)
from crmsync_desktop.domain.remedies import hint
from crmsync_desktop.domain.values import same, stamp
from crmsync_desktop.engine.canary import canary, note_proven
from crmsync_desktop.engine.context import Context, side_by_side
from crmsync_desktop.engine.digest import digest_of
from crmsync_desktop.engine.never_again import bar_erased
from crmsync_desktop.engine.observe import is_stale, with_keys
from crmsync_desktop.engine.settle import Settler
from crmsync_desktop.engine.standing import expect_deletes
from crmsync_desktop.ports.store import Entry, JournalState, Link, NewError, RecordState, Settle

ORDER = (Op.CREATE, Op.UPDATE, Op.DELETE)
SPAN = 2_000
"""Entries taken from the journal at a time: what one Salesforce read takes."""


async def execute(context: Context) -> None:
    """Carry out every planned entry of this pass. Raises LimitReached or Unreachable where a system stops us; what was
    sent until then is settled."""
    await side_by_side(*(_carry_out(context, side) for side in Side))


async def _carry_out(context: Context, side: Side) -> None:
    settler = Settler(context, side)

    async def send(op: Op, span: list[Entry]) -> None:
        await _carry_out_span(context, side, op, span, settler)

    try:
        await canary(context, side, send)
        for op in ORDER:
            after = 0
            while span := context.store.entries(
                context.pass_id, [JournalState.PLANNED], side, op, after, SPAN, context.pair.name
            ):
                after = span[-1].row
                await _carry_out_span(context, side, op, span, settler)
    except BaseException:
        await settler.give_up()
        raise
    await settler.read_back()
    note_proven(context, side)


async def _carry_out_span(context: Context, side: Side, op: Op, span: list[Entry], settler: Settler) -> None:
    size = context.crms[side].batch_size(op)
    step = size if op is Op.CREATE or side is Side.HUBSPOT else SPAN
    for begin in range(0, len(span), step):
        entries = span[begin : begin + step]
        if op is not Op.CREATE:
            entries = await _still_true(context, side, entries)
        for first in range(0, len(entries), size):
            context.check_stop()
            await _send(context, side, entries[first : first + size], settler)
        context.wrote(len(span[begin : begin + step]))
    if settler.due:
        await settler.read_back()


async def _send(context: Context, side: Side, entries: list[Entry], settler: Settler) -> None:
    now = stamp(context.clock.now())
    expect_deletes(context, entries)
    context.store.mark([entry.row for entry in entries], JournalState.SENT, now)
    answers = await context.crms[side].write([write_of(entry) for entry in entries])
    await settler.settle(list(zip(entries, answers, strict=True)))
    raise_if_stopped(answers)


def write_of(entry: Entry) -> Write:
    """The write that a journal entry stands for."""
    return Write(
        key=f"{entry.pair}-{entry.row}",
        side=entry.side,
        object=entry.object,
        op=entry.op,
        id=entry.record_id,
        values=dict(pair for change in entry.changes for pair in change.sent or ((change.field, change.new),)),
        origin_id=entry.origin_id,
        journaled_at=entry.at,
        former={change.field: change.old or None for change in entry.changes},
    )


def raise_if_stopped(answers: Sequence[Written]) -> None:
    """A limit or a broken line ends the pass: the rest would fare no better. So does a batch that got no answer at all,
    which had its tries already: in an outage, every further batch would only be one more to look for."""
    if answers and all(answer.outcome is Outcome.UNKNOWN for answer in answers):
        fault = answers[0].faults[0] if answers[0].faults else None
        raise Unreachable(
            "Writes got no answer.", fault.message if fault else "", "The next pass looks for them first."
        )
    for answer in answers:
        if answer.outcome is not Outcome.NOT_SENT:
            continue
        fault = answer.faults[0] if answer.faults else None
        if fault is not None and fault.category is Category.CONNECTION:
            raise SignInNeeded("A token is no longer accepted.", fault.message, "Sign in again; nothing is lost.")
        if fault is not None and fault.category is Category.LIMITS:
            raise LimitReached(
                "The pass stopped at a limit.", fault.message, "It goes on by itself once there is room."
            )
        raise Unreachable("The connection broke.", fault.message if fault else "", "The next pass tries again.")


async def _still_true(context: Context, side: Side, entries: list[Entry]) -> list[Entry]:
    """Read the records anew; give the entries whose records are still what the plan believed. The others' news is staged
    and the pass decides about them once more."""
    seen: dict[str, Observed] = {}
    for object in sorted({entry.object for entry in entries}):
        context.check_stop()
        ids = [entry.record_id for entry in entries if entry.object == object and entry.record_id]
        for record in await context.crms[side].read(context.want(side, object), ids):
            seen[record.id] = with_keys(context, record)
    links = {link.link: link for link in context.store.links([e.link for e in entries if e.link and e.op is Op.DELETE])}
    good: list[Entry] = []
    stale: list[Entry] = []
    for entry in entries:
        now_is = seen.get(entry.record_id or "")
        believed = now_is is not None and _as_believed(context, entry, now_is, links)
        (good if believed else stale).append(entry)
    if stale:
        now = stamp(context.clock.now())
        context.store.mark([entry.row for entry in stale], JournalState.DROPPED, now, "changed meanwhile")
        for entry in stale:
            context.count(entry, -1)
        _stage_news(context, side, stale, seen, now)
    return good


def _as_believed(context: Context, entry: Entry, record: Observed, links: dict[int, Link]) -> bool:
    if record.presence is not Presence.LIVE:
        return False
    if entry.op is Op.DELETE:
        # The whole record is compared with its base: an edit beats a delete.
        link = links.get(entry.link or 0)
        if link is None:
            return False
        base = link.base_hubspot if entry.side is Side.HUBSPOT else link.base_salesforce
        return not edited(context.layout, record.cells, base)
    for change in entry.changes:
        now = record.cells[change.place]
        if now is UNSEEN or change.old is UNSEEN:
            return False
        if not same(context.layout.columns[change.place].kind, now, change.old):
            return False
    return True


def _stage_news(context: Context, side: Side, stale: list[Entry], seen: dict[str, Observed], now: str) -> None:
    """What a fresh read showed: changed and deleted records are staged; hidden ones rest, with an error that says so. What
    is older than what is known says nothing."""
    changed: list[tuple[Observed, int]] = []
    rest: list[Settle] = []
    erased: set[int] = set()
    errors: list[NewError] = []
    targets = {k.row: k for k in context.store.records([e.target_row for e in stale if e.target_row is not None])}
    for entry in stale:
        record = seen.get(entry.record_id or "")
        if record is not None and is_stale(record, targets.get(entry.target_row or 0)):
            continue  # what we wrote doesn't show yet (a late commit): it stays staged, the next pass looks again
        if record is not None and record.presence is not Presence.UNSEEN:
            changed.append((record, digest_of(record)))
        elif side is Side.HUBSPOT and context.pair is CONTACTS and entry.link is not None:
            erased.add(entry.link)
        elif entry.target_row is not None:
            rest.append(Settle(entry.target_row, RecordState.SETTLED, keep=True, digest=0, presence=Presence.UNSEEN))
            errors.append(_hidden(entry, side))
    if changed:
        context.store.stage(context.pair.name, changed, None)
        context.again = True
    if erased:
        bar_erased(context, erased)
    if rest:
        context.store.open_errors(errors, now)
        context.store.settle(rest)
        for error in errors:
            context.fail(side, error.record_id)


def _hidden(entry: Entry, side: Side) -> NewError:
    message = f"{side.label} doesn't show this record to the connected user any more; nothing is written to it."
    fault = Fault(Category.RECORD_GONE, "NOT_VISIBLE", message)
    remedy = hint(fault.category, fault.code)
    return NewError(entry.pair, side, entry.object, entry.record_id or "", entry.label, fault, remedy)
