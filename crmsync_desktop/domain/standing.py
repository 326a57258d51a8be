"""What an undo put back stands until somebody edits it (P2): the planner would otherwise do the same again. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from crmsync_desktop.domain.layout import Column
from crmsync_desktop.domain.planner import LinkPlan
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Side, Value
from crmsync_desktop.domain.values import same

CODE: Final = "UNDONE"
"""The code of the notice about a field that stands as an undo left it."""
Stood = tuple[Cell, Cell, int]
"""Salesforce's cell, HubSpot's, and the number of the undo that left them so."""


def still_stands(column: Column, stood: Stood, salesforce: Cell, hubspot: Cell) -> bool | None:
    """Whether both sides hold what the undo left; None where one of them can't be read now."""
    if salesforce is UNSEEN or hubspot is UNSEEN:
        return None
    s, h, _ = stood
    return _is(column, s, salesforce) and _is(column, h, hubspot)


def let_stand(
    plan: LinkPlan,
    columns: Sequence[Column],
    stood: Mapping[int, Stood],
    salesforce: Sequence[Cell],
    hubspot: Sequence[Cell],
) -> list[int]:
    """Take what stands out of a link's plan, which becomes a notice; gives the places that stand no longer. `stood` by place."""
    ended: list[int] = []
    for place, each in stood.items():
        column = columns[place]
        stands = still_stands(column, each, salesforce[place], hubspot[place])
        if stands is False:
            ended.append(place)
        elif stands and (side := take_out(plan, column)) is not None:
            plan.faults.append((side, notice(column, salesforce[place] or None, hubspot[place] or None, each[2])))
    return ended


def take_out(plan: LinkPlan, column: Column) -> Side | None:
    """Take one place out of a plan; gives the side that would have been written, or None where nothing was to be done."""
    side: Side | None = None
    for each, changes in ((Side.SALESFORCE, plan.to_salesforce), (Side.HUBSPOT, plan.to_hubspot)):
        kept = [change for change in changes if change.place != column.place]
        if len(kept) < len(changes):
            changes[:] = kept
            side = each
    if column.place in plan.held:
        plan.held.remove(column.place)
        side = Side.HUBSPOT
    names = {column.property, column.hubspot.name, *(field.name for field in column.salesforce.values())}
    about = [(each, fault) for each, fault in plan.faults if fault.fields and names.issuperset(fault.fields)]
    for one in about:
        plan.faults.remove(one)
        side = side or one[0]
    return side


def notice(column: Column, salesforce: Value, hubspot: Value, pass_id: int) -> Fault:
    """What a person is told of a field that stands as an undo left it."""
    message = (
        f"{column.property} stays as undo {pass_id} left it, “{salesforce or ''}” in Salesforce and “{hubspot or ''}” in "
        "HubSpot, until somebody edits it on either side."
    )
    return Fault(Category.OTHER, CODE, message, (column.property,))


def _is(column: Column, before: Cell, now: Value) -> bool:
    return before is not UNSEEN and same(column.kind, before or None, now)
