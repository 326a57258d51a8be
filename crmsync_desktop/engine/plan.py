"""Decide: turn what is staged into a plan in the journal, chunk by chunk.

In a preview nothing else happens. In a run, what needs no call is settled right here: links found by matching, bases that
agree, records that nothing is to be done about. Records with a planned write stay staged until it is done, so that a
crash at any point leads back here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crmsync_desktop.domain.guard import Reaches
from crmsync_desktop.domain.lifecycle import Fate, edited, fate
from crmsync_desktop.domain.planner import Doors, LinkPlan, Look, plan_create, plan_link
from crmsync_desktop.domain.records import UNSEEN, Cell, Fault, Presence, Side
from crmsync_desktop.engine.activities import is_activity, unplaced
from crmsync_desktop.engine.companies import LONELY, shared_contacts, without_contact
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.draft import Draft
from crmsync_desktop.engine.gather import Couple, Gathered, InFlight, couple_cells, gather, in_flight
from crmsync_desktop.engine.history import evidence_of, weigh
from crmsync_desktop.engine.left_out import leave_out, leave_out_of_create
from crmsync_desktop.engine.lifecycle_stages import plan_loose_stages, plan_stage
from crmsync_desktop.engine.lost_parents import keep_lost_parents
from crmsync_desktop.engine.never_again import find_erased, keep_out
from crmsync_desktop.engine.parents import expect_fate, load_parents, note_unlinked
from crmsync_desktop.engine.settling import load_settlements
from crmsync_desktop.engine.stamps import edited_at
from crmsync_desktop.engine.standing import forget_stood, load_standing, stand, to_be_made_anew
from crmsync_desktop.ports.store import Known, Link, LinkState, RecordState

NOBODY: Mapping[int, Fault] = {}
CHUNK = 2_000
"""Records decided at a time: bounds memory, and is what one Salesforce read-back takes."""


async def make_plan(context: Context) -> None:
    """Plan everything that is staged."""
    context.reaches = Reaches()
    if context.only is not None:
        context.only.begin_round(context)
    flying = in_flight(context)
    context.settlements = load_settlements(context.store, context.preview)
    handled = set(flying.sources)
    done = 0
    chosen = context.chosen
    total = context.store.staged_count(context.pair.name) if chosen is None else len(chosen.rows)
    for chunk in _staged(context) if chosen is None else chosen.staged(context.store, CHUNK):
        context.check_stop()
        draft = Draft(context)
        gathered = gather(context, chunk, handled, shared_contacts)
        load_standing(context, [couple.link.link for couple in gathered.couples])
        await _plan_chunk(context, gathered, flying, draft)
        handled.update(gathered.rows)
        forget_stood(context)
        draft.commit()
        done += len(chunk)
        context.report("planning", done, total)
    plan_loose_stages(context)


def _staged(context: Context) -> Iterator[list[Known]]:
    after = 0
    while chunk := context.store.staged(context.pair.name, after, CHUNK):
        after = chunk[-1].row
        yield chunk


async def _plan_chunk(context: Context, gathered: Gathered, flying: InFlight, draft: Draft) -> None:
    members = _members(context, gathered)
    await find_erased(context, gathered)
    keep_out(context, gathered)
    await keep_lost_parents(context, gathered)
    load_parents(context, gathered)
    await weigh(context, gathered)
    alone = [gathered.rows[row] for row in gathered.matching.alone]
    waiting = dict.fromkeys(without_contact(context, alone), LONELY) | unplaced(context, alone)
    for couple in gathered.couples:
        _plan_couple(context, couple, members, draft, gathered)
    for match in gathered.matching.matches:
        _plan_match(context, gathered.rows[match.salesforce], gathered.rows[match.hubspot], members, draft)
    for doubt in gathered.matching.doubts:
        draft.doubt(gathered.rows[doubt.row], gathered.rows[doubt.rival], doubt)
    for row in gathered.matching.alone:
        if flying.may_be(gathered.rows[row]):
            continue  # stays staged until it is known whether it is the record that we created
        _plan_alone(context, gathered.rows[row], members, draft, waiting=waiting)
    for record in gathered.gone:
        draft.lost(record)


def _members(context: Context, gathered: Gathered) -> set[str] | None:
    """The HubSpot ids of this chunk that are on the inclusion list; None where there is no list (C7)."""
    inclusion_list = context.rules.inclusion_list
    if inclusion_list is None:
        return None
    ids = [record.id for record in gathered.rows.values() if record.side is Side.HUBSPOT]
    return context.store.members(inclusion_list, ids)


def _doors(context: Context, hubspot_id: str, members: set[str] | None, first: bool) -> Doors:
    """C1, C2, C7: a contact that isn't on the list gets what its Salesforce record says once, when they are first linked;
    after that it travels in neither direction."""
    listed = members is None or hubspot_id in members
    rules = context.rules
    return Doors(to_salesforce=listed and rules.to_salesforce, to_hubspot=rules.to_hubspot and (listed or first))


def _plan_couple(context: Context, couple: Couple, members: set[str] | None, draft: Draft, gathered: Gathered) -> None:
    link, salesforce, hubspot = couple.link, couple.salesforce, couple.hubspot
    s_cells, h_cells = couple_cells(couple)
    verdict = _fate(context, couple, s_cells, h_cells)
    if context.preview:
        expect_fate(context, link, verdict)
    if verdict is Fate.SYNC:
        doors = _doors(context, link.hubspot_id, members, first=False)
        plan = _link_plan(context, link, salesforce, hubspot, s_cells, h_cells, doors)
        stand(context, link, plan, s_cells, h_cells)
        leave_out(context, link, plan)
        plan_stage(context, link.salesforce_id, hubspot, h_cells, plan)
        if link.state is not LinkState.LIVE:
            link.state = LinkState.LIVE
            plan.rebased = True
            context.note_links([link])
        draft.link(link, plan, salesforce, hubspot, s_cells, h_cells)
        if not is_activity(context):
            note_unlinked(context, s_cells, h_cells)
    elif verdict is Fate.SKIP:
        draft.rest(couple)
    elif verdict is Fate.DELETE_HUBSPOT:
        draft.delete(couple, h_cells)
    elif verdict is Fate.RECREATE_HUBSPOT:
        draft.unlink(link, salesforce, s_cells, hubspot)
        draft.replaced.append(link.hubspot_id)
        if salesforce is not None:
            _plan_alone(context, salesforce, members, draft, s_cells)
    elif hubspot is not None and verdict is Fate.REST and to_be_made_anew(context, couple, h_cells):
        draft.unlink(link, hubspot, h_cells, salesforce)
        _plan_alone(context, hubspot, members, draft, h_cells)
    else:
        draft.gone(couple, verdict)


def _fate(context: Context, couple: Couple, s_cells: Sequence[Cell], h_cells: Sequence[Cell]) -> Fate:
    link = couple.link
    s_presence = couple.salesforce.presence if couple.salesforce else Presence.LIVE
    h_presence = couple.hubspot.presence if couple.hubspot else Presence.LIVE
    both_live = s_presence is h_presence is Presence.LIVE  # then nobody asks whether they were edited
    return fate(
        s_presence,
        h_presence,
        salesforce_edited=not both_live and edited(context.layout, s_cells, link.base_salesforce),
        hubspot_edited=not both_live and edited(context.layout, h_cells, link.base_hubspot),
        salesforce_was_gone=link.state is LinkState.SALESFORCE_GONE,
        setting=context.rules.on_salesforce_delete,
    )


def _plan_match(context: Context, salesforce: Known, hubspot: Known, members: set[str] | None, draft: Draft) -> None:
    blank: list[Cell] = [UNSEEN] * len(context.layout.columns)
    link = Link(0, context.pair.name, salesforce.object, salesforce.id, hubspot.id, LinkState.LIVE, blank, list(blank))
    s_cells, h_cells = salesforce.cells or list(blank), hubspot.cells or list(blank)
    doors = _doors(context, hubspot.id, members, first=True)
    plan = _link_plan(context, link, salesforce, hubspot, s_cells, h_cells, doors)
    leave_out(context, link, plan)
    draft.new_link(link, plan, salesforce, hubspot, s_cells, h_cells)
    if context.preview:
        expect_fate(context, link, Fate.SYNC)
    if not context.preview:
        context.linked_children.update(context.parents_in(s_cells), context.parents_in(h_cells))


def _link_plan(
    context: Context,
    link: Link,
    salesforce: Known | None,
    hubspot: Known | None,
    s_cells: Sequence[Cell],
    h_cells: Sequence[Cell],
    doors: Doors,
) -> LinkPlan:
    return plan_link(
        context.layout,
        Look(
            link.salesforce_object, edited_at(salesforce.version) if salesforce else "", s_cells, link.base_salesforce
        ),
        Look(
            context.pair.hubspot,
            context.comparable(Side.HUBSPOT, edited_at(hubspot.version)) if hubspot else "",
            h_cells,
            link.base_hubspot,
        ),
        doors,
        context.settings.on_conflict,
        evidence_of(context, link),
        new=link.link == 0,
    )


def _plan_alone(
    context: Context,
    record: Known,
    members: set[str] | None,
    draft: Draft,
    cells: list[Cell] | None = None,
    waiting: Mapping[int, Fault] = NOBODY,
) -> None:
    """A record without a counterpart: create one, where the settings and the inclusion list let it travel."""
    rules = context.rules
    if record.side is Side.SALESFORCE:
        wanted = rules.to_hubspot
        target = context.pair.hubspot
    else:
        wanted = rules.to_salesforce and (members is None or record.id in members)
        target = rules.created_as
    cells = cells if cells is not None else record.cells or []
    if wanted and record.row in waiting:
        draft.wait(record, cells, waiting[record.row])
        return
    if not wanted:
        draft.settle(record, cells, RecordState.SETTLED)
        return
    plan = plan_create(context.layout, record.side, cells, context.schemas[target], record.object)
    leave_out_of_create(context, record.id, plan)
    draft.create(record, cells, plan)
