"""Recover: what an earlier crash or a lost answer left open. Runs before anything is planned, so that no record is created
twice (E2) and nothing is skipped (E6).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from crmsync_desktop.domain.records import Category, Fault, Observed, Op, Outcome, Presence, Side, Value, Written
from crmsync_desktop.domain.values import close, stamp
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.digest import digest_of
from crmsync_desktop.engine.execute import write_of
from crmsync_desktop.engine.observe import with_keys
from crmsync_desktop.engine.settle import Settler
from crmsync_desktop.ports.store import Entry, JournalState, Link, NewError, PassState, RecordState, Settle, Store

BATCH = 100
GIVE_UP_SECONDS = 3_600.0
"""How long a create whose answer was lost is looked for, before a person is asked to."""


def close_crashed_passes(store: Store, now: str) -> int:
    """Passes found running belong to a process that died: say so, and drop what they had planned but not sent."""
    crashed = store.unfinished_passes()
    for row in crashed:
        while planned := store.entries(row.id, [JournalState.PLANNED]):
            store.mark([entry.row for entry in planned], JournalState.DROPPED, now, "the process ended")
        row.state, row.finished_at = PassState.CRASHED, now
        row.message = "The program ended while this pass ran. The next pass went on where it stopped."
        store.end_pass(row)
    return len(crashed)


async def recover(context: Context) -> None:
    """Settle every write whose answer is missing.

    Deletes need no look: both sides are observed and compared anyway, and doing one twice does no harm. Nor would updates,
    but one that did arrive would then pass for somebody's edit, and win over a real one. Creates are looked for in their system; where it can't tell yet, they stay open and their source record waits.
    """
    waiting = [JournalState.UNKNOWN, JournalState.SENT]
    open_entries = context.store.entries(None, waiting, limit=100_000, pair=context.pair.name)
    now = stamp(context.clock.now())
    _drop(context, [entry for entry in open_entries if entry.op is Op.DELETE], now)
    for side in Side:
        updates = [entry for entry in open_entries if entry.op is Op.UPDATE and entry.side is side]
        if updates:
            await _recover_updates(context, side, updates, now)
        creates = [entry for entry in open_entries if entry.op is Op.CREATE and entry.side is side]
        for begin in range(0, len(creates), BATCH):
            context.check_stop()
            await _recover(context, side, creates[begin : begin + BATCH], now)


def _drop(context: Context, entries: list[Entry], now: str) -> None:
    if entries:
        context.store.mark([e.row for e in entries], JournalState.DROPPED, now, "answer lost; compared anew")


async def _recover_updates(context: Context, side: Side, entries: list[Entry], now: str) -> None:
    """An update has arrived where its record holds all that was to be written. The others are compared anew."""
    links = {link.link: link for link in context.store.links([entry.link for entry in entries if entry.link])}
    asked = [(e, Written(write_of(e).key, Outcome.DONE, e.record_id)) for e in entries if _names(links, side, e)]
    answers, gone = await _with_echo(context, side, asked)
    arrived = [
        (entry, answer) for entry, answer in answers if answer.echo is not None and _holds(context, entry, answer.echo)
    ]
    rows = {entry.row for entry, _ in arrived}
    _drop(context, [entry for entry in entries if entry.row not in rows], now)
    if arrived:
        for entry, _ in arrived:
            context.count(entry, 1)
        await Settler(context, side).settle(arrived)
    context.store.stage(context.pair.name, gone, None)


def _names(links: dict[int, Link], side: Side, entry: Entry) -> bool:
    """Whether the entry's link still names the record that was written."""
    link = links.get(entry.link or 0)
    return link is not None and entry.record_id == (link.hubspot_id if side is Side.HUBSPOT else link.salesforce_id)


def _holds(context: Context, entry: Entry, echo: Mapping[str, Value]) -> bool:
    kinds = [column.kind for column in context.layout.columns]
    return all(
        change.field in echo and close(kinds[change.place], change.new, echo[change.field]) for change in entry.changes
    )


async def _recover(context: Context, side: Side, entries: list[Entry], now: str) -> None:
    answers = await context.crms[side].recover([write_of(entry) for entry in entries])
    found = [(e, answer) for e, answer in zip(entries, answers, strict=True) if answer.outcome is Outcome.DONE]
    others = _others(context, side, found)
    found = [(entry, answer) for entry, answer in found if entry.row not in others]
    absent: list[int] = []
    undecided: list[int] = []
    lost: list[Entry] = []
    for entry, answer in zip(entries, answers, strict=True):
        if answer.outcome is Outcome.DONE and entry.row not in others:
            continue
        if answer.outcome is Outcome.FAILED:
            absent.append(entry.row)
        elif context.clock.now() - _seconds(entry.at) > GIVE_UP_SECONDS:
            lost.append(entry)
        else:
            undecided.append(entry.row)
    if undecided:
        context.store.mark(undecided, JournalState.UNKNOWN, now, "answer lost; not found yet")
    if lost:
        _ask_a_person(context, side, lost, now)
    if absent:
        context.store.mark(absent, JournalState.DROPPED, now, "never arrived; planned anew")
    if found:
        for entry, _ in found:
            context.count(entry, 1)
        settler = Settler(context, side)
        whole, gone = await _with_echo(context, side, found)
        await settler.settle(whole)
        context.store.stage(context.pair.name, gone, None)


def _others(context: Context, side: Side, found: list[tuple[Entry, Written]]) -> set[int]:
    """Journal rows of creates for which a record was found that stands for somebody else: it is linked to another one, or
    was found for two. What merely looks like a lost create isn't it then, and the create may still turn up."""
    sources = {k.row: k for k in context.store.records([e.source_row for e, _ in found if e.source_row])}
    links: dict[tuple[str, str], int | None] = {}
    for object in sorted({entry.object for entry, _ in found}):
        ids = [answer.id for entry, answer in found if entry.object == object and answer.id]
        links.update({(object, k.id): k.link for k in context.store.records_by_id(side, object, ids)})
    others: set[int] = set()
    claimed: set[tuple[str, str]] = set()
    for entry, answer in found:
        name = (entry.object, answer.id or "")
        link, source = links.get(name), sources.get(entry.source_row or 0)
        if name in claimed or (link is not None and (source is None or source.link != link)):
            others.add(entry.row)
        claimed.add(name)
    return others


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def _ask_a_person(context: Context, side: Side, lost: list[Entry], now: str) -> None:
    """Nothing tells whether these were stored, and creating them again could double them: they wait for somebody to look."""
    sources = {known.row: known for known in context.store.records([e.source_row for e in lost if e.source_row])}
    errors: list[NewError] = []
    for entry in lost:
        source = sources.get(entry.source_row or 0)
        if source is not None:
            message = f"{side.label} never answered whether it stored this record, and it can't be found by anything."
            fault = Fault(Category.OTHER, "CREATE_UNCERTAIN", message)
            remedy = (
                f"Look for it in {side.label}. If it isn't there, retry; if it is, give both the same e-mail address."
            )
            errors.append(NewError(entry.pair, source.side, source.object, source.id, entry.label, fault, remedy))
    # The journal last: until then the source counts as being created, and is not created again.
    context.store.open_errors(errors, now)
    context.store.settle([Settle(row, RecordState.PARKED, keep=True) for row in sources])
    context.store.mark([entry.row for entry in lost], JournalState.FAILED, now, "never found")


async def _with_echo(
    context: Context, side: Side, found: list[tuple[Entry, Written]]
) -> tuple[list[tuple[Entry, Written]], list[tuple[Observed, int]]]:
    """Found records are read whole: somebody may have edited them since. Those that were deleted or merged since come back
    as well, with their digests: they are to be staged once their links stand."""
    seen: dict[str, Observed] = {}
    for object in sorted({entry.object for entry, _ in found}):
        context.check_stop()
        ids = [answer.id for entry, answer in found if entry.object == object and answer.id]
        for record in await context.crms[side].read(context.want(side, object), ids):
            seen[record.id] = with_keys(context, record)
    answers: list[tuple[Entry, Written]] = []
    for entry, answer in found:
        found_record = seen.get(answer.id or "")
        echo, version = None, answer.version
        if found_record is not None and found_record.presence is Presence.LIVE:
            named = zip(context.layout.fields(side, entry.object), found_record.cells, strict=True)
            echo = {name: cell for name, cell in named if name and cell is not False}
            # An index that lags may still show the record as it was before.
            version = version or found_record.version
        answers.append((entry, Written(answer.key, Outcome.DONE, answer.id, True, version, echo, answer.faults)))
    gone = [(record, digest_of(record)) for record in seen.values() if record.presence is Presence.DELETED]
    return answers, gone
