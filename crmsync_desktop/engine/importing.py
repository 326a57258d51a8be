"""Import (I1): a pass over chosen Salesforce records, which writes to HubSpot alone.

It is a pass like any other: its writes stand in the journal before they are sent, each is checked against a fresh read, and
it can be shown, explained and undone. What differs is what it looks at. HubSpot's side of the pair is observed first, so that
records which are there already are found; then the chosen records are read, page by page, each page kept together with the
position behind it, so that a crash, a cancel or a limit leads back to where it was.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import msgspec

from crmsync_desktop.domain import guard
from crmsync_desktop.domain.filters import load
from crmsync_desktop.domain.mapping import Pair
from crmsync_desktop.domain.records import Observed, Presence, Side
from crmsync_desktop.domain.selection import Way, cost_of
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.activities import is_activity, stage_placed
from crmsync_desktop.engine.backlog import piled_up
from crmsync_desktop.engine.chosen import Chosen, TowardsHubSpot
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.cycle import run_pass
from crmsync_desktop.engine.execute import execute
from crmsync_desktop.engine.import_results import conclude, note_findings
from crmsync_desktop.engine.observe import news, observe_side
from crmsync_desktop.engine.parents import stage_parents, stage_waiting
from crmsync_desktop.engine.plan import make_plan
from crmsync_desktop.engine.recover import recover
from crmsync_desktop.engine.relink import relink
from crmsync_desktop.engine.standing import settle_doubtful
from crmsync_desktop.ports.imports import ImportItem, ImportRow, ImportState, Outcome
from crmsync_desktop.ports.selecting import Selected, Selecting
from crmsync_desktop.ports.store import JournalState, PassRow, PassState

ROUNDS = 3
"""How often it decides anew about records that changed while it wrote."""
_STATES = {PassState.DONE: ImportState.DONE, PassState.CANCELLED: ImportState.CANCELLED}


async def run_import(
    contexts: Sequence[Context],
    row: ImportRow,
    pair: Pair,
    selecting: Selecting,
    refused: Sequence[ImportItem],
    approved: bool,
    calls: dict[Side, int],
) -> PassRow:
    """Run an import, or go on with one, as a pass of its own; in a preview nothing is written. `row` is kept up to date.
    `refused`: entries of the list that are none. The guard rail stops one that would change or blank too much unless it is
    `approved`. Ends and raises as run_pass does."""
    mine = next(context for context in contexts if context.pair == pair)
    _narrow(mine, row)

    async def pipeline(_: Sequence[Context]) -> str:
        store = mine.store
        _save(mine, row, ImportState.PREVIEWED if mine.preview else ImportState.RUNNING, mine.pass_id)
        store.add_import_items(row.number, refused)
        for step in (settle_doubtful, recover):
            mine.check_stop()
            await step(mine)
        await observe_side([mine], Side.HUBSPOT)
        if mine.shut:
            return f"{pair.label} can't be read in HubSpot now; the error under Permissions says why."
        await _read_chosen(mine, row, selecting)
        objection = await _write_chosen(mine, row, approved)
        if not mine.preview:
            _tell_others(mine)
        return objection

    try:
        return await run_pass([mine], _reason(row), calls, pipeline)
    finally:
        ended = mine.store.pass_row(mine.pass_id)
        state = _STATES.get(ended.state, ImportState.STOPPED) if ended is not None else ImportState.STOPPED
        row.message = ended.message if ended is not None else "It ended before it began."
        passes = [mine.pass_id] if mine.preview else row.passes
        conclude(mine.store, row, pair, passes, mine.preview, mine.preview or state is ImportState.DONE)
        _save(mine, row, ImportState.PREVIEWED if mine.preview else state)


def _narrow(mine: Context, row: ImportRow) -> None:
    """What was chosen travels to HubSpot whatever the settings let travel by itself, the inclusion list included; and nothing of
    it travels back."""
    mine.rules = msgspec.structs.replace(mine.rules, to_hubspot=True, inclusion_list=None)
    mine.stages = None
    keys = {
        column.property
        for column in mine.layout.columns
        if column.property in mine.pair.keys[mine.pair.hubspot] or column.property in mine.pair.label_properties
    }
    mine.only = TowardsHubSpot(row.only, keys)


def _save(mine: Context, row: ImportRow, state: ImportState, pass_id: int | None = None) -> None:
    row.state, row.changed_at = state, stamp(mine.clock.now())
    if pass_id is not None:
        row.passes = (*row.passes, pass_id)
    mine.store.save_import(row)


async def _read_chosen(mine: Context, row: ImportRow, selecting: Selecting) -> None:
    if row.read:
        return
    done = sum(mine.store.import_counts(row.number).values())
    mine.report("reading", done, row.total or 0)
    async with aclosing(_pages(mine, row, selecting)) as pages:
        async for page in pages:
            _keep(mine, row, page)
            done += len(page.records) + len(page.missing)
            mine.report("reading", done, row.total or 0)
            mine.check_stop()


def _pages(mine: Context, row: ImportRow, selecting: Selecting) -> AsyncGenerator[Selected, None]:
    want = mine.want(Side.SALESFORCE, row.object)
    source = row.source
    if source.listed:
        values = mine.store.import_list(row.number)
        if source.field:
            return selecting.select_by(want, source.field, values, after=row.position)
        return selecting.select_ids(want, values, after=row.position)
    return selecting.select(want, load(source.where), after=row.position, way=way_of(mine, row))


def way_of(mine: Context, row: ImportRow) -> Way:
    """The cheaper way to read them."""
    fields = [name for name in mine.layout.fields(Side.SALESFORCE, row.object) if name]
    return cost_of(row.total or 0, mine.schemas[row.object], fields).way


def _keep(mine: Context, row: ImportRow, page: Selected) -> None:
    """A page and the position behind it, in one transaction."""
    store = mine.store
    records = [record for record in page.records if record.presence is Presence.LIVE]
    with store.together():
        store.stage(mine.pair.name, news(mine, Side.SALESFORCE, row.object, records), None)
        known = store.records_by_id(Side.SALESFORCE, row.object, [record.id for record in records])
        store.stage_again(Side.SALESFORCE, [each.row for each in known])
        rows = {each.id: each for each in known}
        items = [
            ImportItem(0, each.id, rows[each.id].row, rows[each.id].link is not None, _label(mine, each))
            for each in records
            if each.id in rows
        ]
        items += [_gone(mine, each) for each in page.records if each.presence is not Presence.LIVE]
        items += [ImportItem(0, each, None, False, "", Outcome.SKIPPED, _missing(row)) for each in page.missing]
        store.add_import_items(row.number, items)
        row.position, row.read = page.position, page.last
        row.total = page.total if page.total is not None else row.total
        row.changed_at = stamp(mine.clock.now())
        store.save_import(row)


def _label(mine: Context, record: Observed) -> str:
    return mine.layout.label(record.cells, record.keys, record.id)


def _gone(mine: Context, record: Observed) -> ImportItem:
    reason = "It was deleted."
    if record.successor is not None:
        object, id = record.successor
        reason = f"It has become {object} {id}: import that one instead."
    return ImportItem(0, record.id, None, False, "", Outcome.SKIPPED, reason)


def _missing(row: ImportRow) -> str:
    if row.source.field:
        return f"No {row.object} that the connected user can see has this in {row.source.field}."
    return f"The connected user can see no {row.object} with this id: it was deleted, or is hidden."


async def _write_chosen(mine: Context, row: ImportRow, approved: bool) -> str:
    """Decide and carry out; gives why it may not run without a person's word, or ""."""
    store = mine.store
    chosen = store.imported_rows(row.number)
    note = note_findings(mine, row.number) if mine.preview else _nothing
    for left in reversed(range(ROUNDS)):
        mine.again, mine.last_round = False, left == 0
        mine.outstanding.clear()
        mine.check_stop()
        await relink(mine)
        for parents in mine.parents.values():
            parents.look_again()
        mine.chosen = Chosen(chosen, note)
        await make_plan(mine)
        if objection := "" if approved else _objection(mine):
            word = " A run would ask for --approve." if mine.preview else " It stopped before it wrote them."
            return f"{objection}{word}" + ("" if mine.preview else f" To let it: import resume {row.number} --approve")
        if mine.preview:
            return ""
        if not mine.written and (news := piled_up(mine)):
            mine.announce(news)
        await execute(mine)
        if not mine.again:
            break
        await recover(mine)
    if store.entries(mine.pass_id, [JournalState.UNKNOWN, JournalState.SENT], limit=1):
        return "Some writes got no answer. The next pass looks for them first."
    return ""


def _nothing(*_: object) -> None:
    """In a run, the memory itself says what was found."""


def _objection(mine: Context) -> str:
    if not mine.reaches.pairs:
        return ""
    reaches = mine.reaches.all({mine.pair.name: mine.store.link_count(mine.pair.name)})
    return " ".join(guard.objections(mine.settings, reaches))


def _tell_others(mine: Context) -> None:
    """Records of other pairs that wait for one that was linked are looked at in the next pass."""
    if mine.newly_linked:
        for other in mine.pairs.values():
            if other is not mine and mine.pair.name in other.parents:
                if is_activity(other):
                    stage_placed(other)
                else:
                    stage_waiting(other)
    stage_parents(mine)


def _reason(row: ImportRow) -> str:
    return f"import {row.number} of {row.object}"
