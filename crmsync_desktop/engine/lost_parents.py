"""Records whose parent was deleted in HubSpot: the association goes with it, and nothing says so. It must not pass for somebody
taking the association away, which would blank the lookup in Salesforce (C5: deleting in HubSpot takes nothing from Salesforce).
"""

from __future__ import annotations

from collections.abc import Iterable

from crmsync_desktop.domain.layout import Column
from crmsync_desktop.domain.members import parse, text
from crmsync_desktop.domain.records import UNSEEN, Cell, Presence, Side
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.engine.context import PEOPLE_OF, Context
from crmsync_desktop.engine.gather import Gathered, couple_cells
from crmsync_desktop.ports.store import Known

Parent = tuple[str, str]
"""(pair, HubSpot id)."""


async def keep_lost_parents(context: Context, gathered: Gathered) -> None:
    """Where a HubSpot record no longer names a parent that it named when both sides last agreed, ask whether that is still
    there: one call for 100 of a kind, none where nothing was lost. One that is gone for good counts as still named."""
    lost: list[tuple[Known, Column, Cell, set[Parent]]] = []
    for couple in gathered.couples:
        record = couple.hubspot
        if record is None or record.presence is not Presence.LIVE or not record.cells:
            continue
        theirs, _ = couple_cells(couple)
        for column in context.layout.columns:
            before, now = couple.link.base_hubspot[column.place], record.cells[column.place]
            kept = theirs[column.place]
            if not kept or kept != couple.link.base_salesforce[column.place]:
                continue  # Salesforce has nothing to lose, or was edited and has its say
            if before and now is not UNSEEN and before != now:
                missing = set(_named(column, before)) - set(_named(column, now or ""))
                if missing:
                    lost.append((record, column, before, missing))
    if not lost:
        return
    gone = await _gone(context, {parent for _, _, _, missing in lost for parent in missing})
    for record, column, before, missing in lost:
        if missing & gone and record.cells:
            record.cells[column.place] = _with(column, before, record.cells[column.place], missing & gone)


async def _gone(context: Context, asked: set[Parent]) -> set[Parent]:
    """Those that were deleted or erased. What was merged lives on in another, which HubSpot names in its place."""
    gone: set[Parent] = set()
    for pair in sorted({pair for pair, _ in asked} & context.pairs.keys()):
        context.check_stop()
        other = context.pairs[pair]
        ids = sorted(id for name, id in asked if name == pair)
        want = other.want(Side.HUBSPOT, other.pair.hubspot)
        for record in await context.crms[Side.HUBSPOT].read(want, ids):
            if record.presence is not Presence.LIVE and record.successor is None:
                gone.add((pair, record.id))
    return gone


def _named(column: Column, cell: str) -> Iterable[Parent]:
    if not cell:
        return ()
    if column.parents:
        return ((PEOPLE_OF.get(key, key), id) for key, id in column.translation.named(cell))
    if column.kind is Kind.MEMBERS:
        return ((column.parent, id) for id in parse(cell))
    return ((column.parent, cell),) if column.parent else ()


def _with(column: Column, before: Cell, now: Cell, gone: set[Parent]) -> Cell:
    """The cell with those that are gone still in it."""
    if column.kind is Kind.MEMBERS:
        roles = {id: role for id, role in parse(before or "").items() if (column.parent, id) in gone}
        return text({**parse(now or ""), **roles})
    if not column.parents:
        return now or before
    kept = [place for place in (before or "").split(";") if set(_named(column, place)) & gone]
    return ";".join([*((now or "").split(";") if now else []), *kept])
