"""Lifecycle stages (C6): what watched opportunities mean for HubSpot's contacts, and, where the setting says so, for their
companies and those companies' other contacts.

An opportunity stays staged until all of them hold a stage at least as far as it leads; so a crash at any point leads back
here, and doing it twice does nothing. The writes are ordinary planned updates, together with whatever else changes in the
same record. Nothing is ever written to Salesforce.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from crmsync_desktop.domain.layout import Column
from crmsync_desktop.domain.lifecycle_stage import PROPERTY, Ladder, Move, stage_column, through_company
from crmsync_desktop.domain.mapping import COMPANIES, CONTACTS
from crmsync_desktop.domain.planner import FieldChange, LinkPlan
from crmsync_desktop.domain.records import UNSEEN, Cell, Op, Presence, Side
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.digest import digest_of
from crmsync_desktop.engine.gather import Couple, couple_cells, couples_of
from crmsync_desktop.engine.observe import with_keys
from crmsync_desktop.engine.stage_watch import MEMORY, StageWatch, opportunity_of
from crmsync_desktop.engine.stamps import edited_at
from crmsync_desktop.ports.store import Entry, JournalState, Known, LinkState, RecordState, Settle

CHUNK = 2_000
CONTACT = "Contact"
PATIENCE_SECONDS = 3_600.0
"""How long an opportunity waits for a contact that has never been seen: it may be shown late."""


class Target(msgspec.Struct):
    """A HubSpot record that an opportunity (its row) is about, with its cells as they are known."""

    opportunity: int
    pair: str
    record: Known
    cells: Sequence[Cell]
    move: Move


async def hand_over(contexts: Sequence[Context]) -> None:
    """Decide what the watched opportunities mean, once a round, before anything is planned: the records that are to move are
    staged, and planning picks their moves up. Costs a read only for records whose stage was never seen."""
    watch, pairs = contexts[0].stages, {context.pair.name: context for context in contexts}
    if watch is None:
        return
    watch.moves = {}
    if stage_column(pairs[CONTACTS.name].layout) is None:
        return  # hidden, or an admin has mapped it: then the mapping says what it is to be
    if unseen := _decide(watch, pairs):
        for name, ids in unseen.items():
            await _read(pairs[name], sorted(ids))
        _decide(watch, pairs)


def settle_reached(contexts: Sequence[Context]) -> None:
    """After a pass: the opportunities whose records hold their stage now are done. What a person sets from then on stays."""
    watch = contexts[0].stages
    if watch is not None and stage_column(contexts[0].pairs[CONTACTS.name].layout) is not None:
        watch.fresh.clear()  # nothing is woken any more
        _decide(watch, contexts[0].pairs, stage=False)


async def _read(context: Context, ids: list[str]) -> None:
    context.check_stop()
    found = await context.crms[Side.HUBSPOT].read(context.want(Side.HUBSPOT, context.pair.hubspot), ids)
    live = [with_keys(context, record) for record in found if record.presence is Presence.LIVE]
    context.store.stage(context.pair.name, [(record, digest_of(record)) for record in live], None)


def _decide(watch: StageWatch, pairs: Mapping[str, Context], stage: bool = True) -> dict[str, set[str]]:
    """Set this round's moves, `stage` the records that are to move, and settle the opportunities that are done. Gives, by
    pair, the ids of the HubSpot records whose stage isn't known."""
    unseen: dict[str, set[str]] = {}
    watch.moves = {name: {} for name in pairs}
    done: list[int] = []
    after = 0
    while chunk := watch.store.staged(MEMORY, after, CHUNK):
        after = chunk[-1].row
        waiting, targets = _targets(watch, pairs, chunk)
        again = {known.row for known in chunk if known.id in watch.fresh}
        for name, context in pairs.items():
            left, rows = _aim(watch, context, [each for each in targets if each.pair == name], again, unseen)
            waiting |= left
            if rows and stage:
                watch.store.stage_again(Side.HUBSPOT, sorted(rows))
        done += [known.row for known in chunk if known.row not in waiting]
    watch.store.settle([Settle(row, RecordState.SETTLED, keep=True) for row in done])
    return unseen


def _targets(watch: StageWatch, pairs: Mapping[str, Context], chunk: Sequence[Known]) -> tuple[set[int], list[Target]]:
    """The records that these opportunities are about, and the rows of those that wait for a contact to be linked."""
    contacts = pairs[CONTACTS.name]
    column = stage_column(contacts.layout)
    assert column is not None
    ladder = Ladder(column.hubspot)
    meant = [
        (known, opportunity.contacts, move)
        for known in chunk
        if (move := ladder.move(opportunity := opportunity_of(known))) is not None
    ]
    ids = sorted({id for _, roles, _ in meant for id in roles})
    known_contacts = {k.id: k for k in watch.store.records_by_id(Side.SALESFORCE, CONTACT, ids)}
    links = {k.link for k in known_contacts.values() if k.link is not None}
    couples = {couple.link.link: couple for couple in couples_of(contacts, links)}
    listed = _listed(contacts, [couple.link.hubspot_id for couple in couples.values()])
    waiting: set[int] = set()
    targets: list[Target] = []
    for known, roles, move in meant:
        for id in roles:
            contact = known_contacts.get(id)
            couple = couples.get(contact.link or 0) if contact is not None else None
            if couple is not None:
                if couple.link.hubspot_id in listed and (target := _live(couple)) is not None:
                    targets.append(Target(known.row, CONTACTS.name, target, couple_cells(couple)[1], move))
            elif _may_yet_be_linked(contacts, contact, known):
                waiting.add(known.row)
    if waiting and not watch.waited:
        watch.waited = contacts.again = True  # what this round links, the next one moves
    return waiting, targets + _through_companies(pairs, targets)


def _live(couple: Couple) -> Known | None:
    hubspot = couple.hubspot
    gone = hubspot is None or hubspot.presence is not Presence.LIVE or couple.link.state is not LinkState.LIVE
    return None if gone else hubspot


def _listed(contacts: Context, ids: list[str]) -> set[str]:
    """A contact that isn't on the inclusion list travels in neither direction (C2)."""
    chosen = contacts.rules.inclusion_list
    return set(ids) if chosen is None else contacts.store.members(chosen, ids)


def _may_yet_be_linked(contacts: Context, contact: Known | None, opportunity: Known) -> bool:
    if contact is not None:
        return contact.presence is Presence.LIVE and contact.state is not RecordState.SETTLED
    now = contacts.clock.now() + contacts.clocks.get(Side.SALESFORCE, 0.0)
    return now - datetime.fromisoformat(edited_at(opportunity.version)).timestamp() < PATIENCE_SECONDS


def _through_companies(pairs: Mapping[str, Context], targets: Sequence[Target]) -> list[Target]:
    """The companies of the contacts that are about to move, and those companies' other contacts."""
    companies, contacts = pairs.get(COMPANIES.name), pairs[CONTACTS.name]
    if companies is None or stage_column(companies.layout) is None:
        return []
    by_place: dict[str, list[Target]] = {}
    for target in targets:
        for place in contacts.parents_in(target.cells):
            by_place.setdefault(place, []).append(target)
    store = contacts.store
    ids = [place.partition("/")[2] for place in sorted(by_place)]
    found = [(f"{COMPANIES.name}/{k.id}", k) for k in store.records_by_id(Side.HUBSPOT, COMPANIES.hubspot, ids)]
    children = [(place, k) for place, k in store.children(CONTACTS.name, sorted(by_place)) if k.side is Side.HUBSPOT]
    listed = _listed(contacts, [known.id for _, known in children])
    children = [(place, known) for place, known in children if known.id in listed]
    spread: list[Target] = []
    for context, records in ((companies, found), (contacts, children)):
        links = {known.link for _, known in records if known.link is not None}
        cells = {couple.link.link: couple_cells(couple)[1] for couple in couples_of(context, links)}
        for place, known in records:
            if known.presence is not Presence.LIVE:
                continue
            now = known.cells or cells.get(known.link or 0) or []
            for origin in by_place[place]:
                if origin.record.row != known.row:
                    move = through_company(origin.move)
                    spread.append(Target(origin.opportunity, context.pair.name, known, now, move))
    return spread


def _aim(
    watch: StageWatch, context: Context, targets: Iterable[Target], again: set[int], unseen: dict[str, set[str]]
) -> tuple[set[int], set[int]]:
    """Note the moves of one pair's records. Gives the rows of the opportunities that have something left to do, and of the
    records to be staged. One that waits in error is only woken by an opportunity that has just changed; it moves whenever
    it is next planned."""
    column = stage_column(context.layout)
    if column is None:
        return set(), set()
    ladder, moves, left = Ladder(column.hubspot), watch.moves[context.pair.name], set()
    rows: set[int] = set()
    for target in targets:
        now = target.cells[column.place] if target.cells else UNSEEN
        if now is UNSEEN:
            unseen.setdefault(context.pair.name, set()).add(target.record.id)
            left.add(target.opportunity)
        elif ladder.rises(now, target.move.stage):
            record = target.record
            left.add(target.opportunity)
            awake = record.state is not RecordState.PARKED or target.opportunity in again
            if awake or record.link is not None:
                best = ladder.highest([moves.get(record.row, target.move), target.move])
                assert best is not None
                moves[record.row] = best
            if awake and record.link is not None:
                rows.add(record.row)
    return left, rows


def plan_stage(
    context: Context, salesforce_id: str, hubspot: Known | None, cells: Sequence[Cell], plan: LinkPlan
) -> None:
    """Add a link's move to its plan."""
    moves = context.stages.moves.get(context.pair.name) if context.stages is not None else None
    move = moves.get(hubspot.row) if moves and hubspot is not None else None
    if move is None:
        return
    column = stage_column(context.layout)
    if column is None or (Side.HUBSPOT, salesforce_id, column.place) in context.refused:
        return
    if Ladder(column.hubspot).rises(cells[column.place], move.stage):
        plan.to_hubspot.append(_change(column, cells, move))


def plan_loose_stages(context: Context) -> None:
    """Plan the moves of records that are in HubSpot alone: other contacts of a company, and a company without an account."""
    watch, column = context.stages, stage_column(context.layout)
    moves = watch.moves.get(context.pair.name) if watch is not None else None
    if watch is None or column is None or not moves:
        return
    entries: list[Entry] = []
    for known in context.store.records(sorted(moves)):
        name = (known.object, known.id)
        if known.link is not None or not known.cells or name in watch.told:
            continue
        watch.told.add(name)
        move = moves[known.row]
        entry = Entry(
            row=0,
            pass_id=context.pass_id,
            pair=context.pair.name,
            side=Side.HUBSPOT,
            object=known.object,
            record_id=known.id,
            op=Op.UPDATE,
            state=JournalState.PLANNED,
            link=None,
            source_row=None,
            target_row=known.row,
            origin_id=None,
            label=context.layout.label(known.cells, known.keys, known.id),
            reason=move.reason,
            changes=(_change(column, known.cells, move),),
            at=stamp(context.clock.now()),
        )
        if context.only is not None and not context.only.admits(entry):
            continue
        if context.only is None or context.only.admits(entry):
            context.count(entry, 1)
            entries.append(entry)
    context.store.plan(entries)


def _change(column: Column, cells: Sequence[Cell], move: Move) -> FieldChange:
    return FieldChange(column.place, PROPERTY, PROPERTY, UNSEEN, cells[column.place], move.stage, move.reason)
