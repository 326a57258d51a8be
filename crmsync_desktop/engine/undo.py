"""Undo (P2): a pass that takes back what another one wrote, as far as nobody has edited it since.

It is a pass like any other: its writes stand in the journal before they are sent, each is checked against a fresh read, and
it can be shown, explained and undone itself. Only what it plans is different.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from crmsync_desktop.domain import guard
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import active_pairs
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.cycle import run_pass
from crmsync_desktop.engine.execute import execute
from crmsync_desktop.engine.observe import observe, observe_side
from crmsync_desktop.engine.recover import recover
from crmsync_desktop.engine.relink import relink
from crmsync_desktop.engine.standing import note_undo, settle_doubtful
from crmsync_desktop.engine.undo_plan import LeftRecord, dealt_with, not_taken, plan_undo, refused_in, without_pair
from crmsync_desktop.ports.store import JournalState, PassRow

MOST = 100_000
ROUNDS = 3
"""How often an undo decides anew about records that changed while it wrote."""


class Undone(msgspec.Struct):
    """How an undo ended: its pass, and what it left as it is."""

    row: PassRow
    left: list[LeftRecord]


async def run_undo(
    contexts: Sequence[Context], of: int, records: Collection[str] | None, approved: bool, calls: dict[Side, int]
) -> Undone:
    """Undo pass `of`, or its changes to some records (by their ids on either side), as a pass of its own. The guard rail stops one
    that would delete, blank or change too much unless it is `approved`. Ends and raises as run_pass does."""
    left: list[LeftRecord] = []

    async def pipeline(contexts: Sequence[Context]) -> str:
        first = contexts[0]
        if not first.preview:
            note_undo(first.store, first.pass_id, of)
            for context in contexts:
                context.undos = context.undos | {first.pass_id}
        for step in (settle_doubtful, recover):
            for context in contexts:
                context.check_stop()
                await step(context)
        await _observe(contexts)
        for context in contexts:
            context.check_stop()
            await relink(context)
        stale = 0
        for left_rounds in reversed(range(ROUNDS)):
            settled = {key for context in contexts for key in dealt_with(context)}
            left[:] = [each for each in left if (each.side, each.object, each.record_id) in settled]
            for context in contexts:
                context.last_round = left_rounds == 0
                context.outstanding.clear()
            objections: list[str] = []
            # Children before their parents: whether a created account may go depends on what still belongs to it.
            for context in reversed(contexts):
                left.extend(await plan_undo(context, of, records))
                objections += [] if approved else _objections(context)
                if not first.preview:
                    if objections:
                        return f"{' '.join(objections)} It stopped before it wrote them. To let it: undo {of} --approve"
                    await execute(context)
            if first.preview:
                left.extend(without_pair(first, of, records))
                return f"{' '.join(objections)} A run would ask for --approve." if objections else ""
            before, stale = stale, _stale(first)
            if stale == before:
                break
        left.extend(refused_in(first))
        left.extend(each for context in contexts for each in not_taken(context))
        left.extend(without_pair(first, of, records))
        if first.store.entries(first.pass_id, [JournalState.UNKNOWN, JournalState.SENT], limit=1):
            return "Some writes got no answer. The next pass looks for them first."
        return ""

    row = await run_pass(contexts, _reason(of, records), calls, pipeline)
    return Undone(row, left)


async def _observe(contexts: Sequence[Context]) -> None:
    """Of a pair that is off and of which an import brought some records, all of Salesforce's was never read, and needn't be."""
    first = contexts[0]
    read = {object for side, object in first.store.cursors() if side is Side.SALESFORCE}
    off = [
        each for each in contexts if each.pair not in active_pairs(each.settings) and not read & {*each.pair.salesforce}
    ]
    await observe([context for context in contexts if context not in off])
    if off:
        await observe_side(off, Side.HUBSPOT)


def _reason(of: int, records: Collection[str] | None) -> str:
    return f"undo of pass {of}" + (f", record {', '.join(sorted(records))}" if records else "")


def _stale(context: Context) -> int:
    """Writes that weren't made since their records had changed, or that were refused: those are decided about once more."""
    states = [JournalState.DROPPED, JournalState.FAILED]
    return len(context.store.entries(context.pass_id, states, limit=MOST))


def _objections(context: Context) -> list[str]:
    name = context.pair.name
    if not context.reaches.pairs:
        return []
    return guard.objections(context.settings, context.reaches.all({name: context.store.link_count(name)}))
