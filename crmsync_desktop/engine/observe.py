"""Observe and stage: read what changed on both sides and keep what is news, before anything is decided.

A watermark moves only in the transaction that stages its page, so a crash re-reads and never skips. Overlap windows make
records come twice; the digest lets an echo of our own write, and anything else that says nothing new, fall through here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from crmsync_desktop.domain.errors import SetupError, SignInNeeded
from crmsync_desktop.domain.records import UNSEEN, Observed, Presence, Side
from crmsync_desktop.domain.values import keys_of, version_order
from crmsync_desktop.engine.activities import first_cursor, without_own
from crmsync_desktop.engine.context import Context, side_by_side
from crmsync_desktop.engine.digest import digest_of
from crmsync_desktop.engine.shut_pairs import shut_out
from crmsync_desktop.engine.stamps import last_heard_of
from crmsync_desktop.ports.crm import Page
from crmsync_desktop.ports.store import Cursor, Known


async def observe(contexts: Sequence[Context]) -> None:
    """Read both sides at the same time, all pairs together: Salesforce answers for several objects in one call."""
    read = dict.fromkeys(Side, 0)
    await side_by_side(*(_read_open(contexts, side, read) for side in Side))


async def observe_side(contexts: Sequence[Context], side: Side) -> None:
    """Read one side's changes alone."""
    await _read_open(contexts, side, dict.fromkeys(Side, 0))


async def _read_open(contexts: Sequence[Context], side: Side, read: dict[Side, int]) -> None:
    """All pairs together; where one can't be read, each for itself, so that it keeps none of the others from it."""
    try:
        await _read(contexts, side, read)
    except SignInNeeded:
        raise
    except SetupError as error:
        if len(contexts) == 1:
            shut_out(contexts[0], error)
            _stop_watch(contexts[0], side)
            return
        for context in contexts:
            await _read_open([context], side, read)


def _stop_watch(context: Context, side: Side) -> None:
    """Stages can't be told without the pair whose records bring them along."""
    watch = context.stages
    if side is Side.SALESFORCE and watch is not None and watch.rides and watch.source in context.objects(side):
        watch.give_up(context.clock.now())
        for each in context.pairs.values():
            each.stages = None


async def _read(contexts: Sequence[Context], side: Side, read: dict[Side, int]) -> None:
    first = contexts[0]
    cursors = first.store.cursors()
    context_of = {object: context for context in contexts for object in context.read_objects(side)}
    wants = [
        context.want(side, object, cursors.get((side, object)) or first_cursor(context, side, object))
        for object, context in context_of.items()
    ]
    if not wants:
        return
    watch = first.stages if side is Side.SALESFORCE else None
    if watch is not None and watch.rides and watch.source not in context_of:
        watch = None  # the pair that it rides on is read by itself
    asked = watch.asked(wants, cursors) if watch is not None else wants
    try:
        async for page in first.crms[side].changes(asked):
            first.check_stop()
            own = watch.taken(page) if watch is not None else page
            if own is not None:
                stage_page(context_of[own.object], side, own)
            read[side] += len(page.records)
            first.report("reading", sum(read.values()), 0)
    except SetupError:
        if watch is None or watch.rides:
            raise
        watch.give_up(first.clock.now())  # what can't be seen may be what only it asked for
        for context in contexts:
            context.stages = None
        await _read(contexts, side, read)
        return
    if watch is not None:
        watch.finished()


def stage_page(context: Context, side: Side, page: Page) -> int:
    """Stage what is news in a page and move the watermark; gives the number of records staged."""
    context.clocks[side] = datetime.fromisoformat(page.server_time).timestamp() - context.clock.now()
    context.outdated = context.outdated or _lacks_fields(context, side, page)
    fresh = news(context, side, page.object, page.records)
    context.store.stage(context.pair.name, fresh, Cursor(side, page.object, page.cursor))
    return len(fresh)


def _lacks_fields(context: Context, side: Side, page: Page) -> bool:
    """Whether fields that the schema has don't come any more: they were hidden or removed since it was read."""
    live = next((record for record in page.records if record.presence is Presence.LIVE), None)
    names = context.layout.fields(side, page.object)
    return live is not None and any(name and cell is UNSEEN for name, cell in zip(names, live.cells, strict=True))


def news(context: Context, side: Side, object: str, records: list[Observed]) -> list[tuple[Observed, int]]:
    """Those records that say something new, with their digests. A tombstone of a record never seen is no news."""
    if side is Side.SALESFORCE:
        records = without_own(context, object, records)
    known, unread = context.store.digests(side, object, [record.id for record in records]), context.unread
    fresh: list[tuple[Observed, int]] = []
    for seen in records:
        record = with_keys(context, seen)
        fingerprint = digest_of(record)
        before = known.get(record.id)
        if before is None:
            if record.presence is Presence.LIVE:
                fresh.append((record, fingerprint))
        elif before[0] != fingerprint or unread:
            fresh.append((record, fingerprint))
    return _without_stale(context, side, object, fresh, known)


def _without_stale(
    context: Context, side: Side, object: str, fresh: list[tuple[Observed, int]], known: Collection[str]
) -> list[tuple[Observed, int]]:
    """Leave out what is older than what was seen already: HubSpot's index lags behind what a write's answer or a read
    said, and would make our own write look like an edit back to the old value."""
    ids = [record.id for record, _ in fresh if record.id in known]
    before = {record.id: record for record in context.store.records_by_id(side, object, ids)} if ids else {}
    return [each for each in fresh if not is_stale(each[0], before.get(each[0].id))]


def is_stale(record: Observed, before: Known | None) -> bool:
    """Whether a record was read as it was before what is known of it: before our own last write, or an earlier look."""
    if before is None or record.presence is not Presence.LIVE:
        return False
    heard = last_heard_of(before.version)
    order = version_order(heard, record.version)
    if before.presence is Presence.DELETED and record.side is Side.HUBSPOT:
        return order > 0 or heard == record.version  # brought back, it would be newer
    return order > 0


def with_keys(context: Context, record: Observed) -> Observed:
    """The record with its keys in matching form, and what it belongs to."""
    parents = context.parents_in(record.cells)
    if not record.keys and not parents:
        return record
    return msgspec.structs.replace(record, keys=keys_of(record.keys), parents=parents)
