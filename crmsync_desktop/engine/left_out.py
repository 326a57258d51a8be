"""What a plan leaves out although the sides differ: fields that were refused in this pass, and fields that an automation
changes back each time."""

from __future__ import annotations

from crmsync_desktop.domain.flapping import fault_of
from crmsync_desktop.domain.planner import CreatePlan, FieldChange, LinkPlan
from crmsync_desktop.domain.records import Fault, Op, Side
from crmsync_desktop.domain.set_aside import group_of, set_aside
from crmsync_desktop.engine.context import Context
from crmsync_desktop.ports.store import Entry, Link


def leave_out(context: Context, link: Link, plan: LinkPlan) -> None:
    """Take out of a link's plan what was refused, or written often enough; both become faults."""
    for side, source in ((Side.SALESFORCE, link.hubspot_id), (Side.HUBSPOT, link.salesforce_id)):
        changes = plan.to_salesforce if side is Side.SALESFORCE else plan.to_hubspot
        faults: list[Fault] = []
        changes[:] = _without_refused(context, side, source, changes, faults)
        left: list[FieldChange] = []
        for change in changes:
            if context.flaps.frozen(link.link, side, change.property, change.new):
                faults.append(fault_of(side, change.property, change.field, change.new, change.old))
            else:
                left.append(change)
        changes[:] = left
        plan.faults += [(side, fault) for fault in faults]


def leave_out_of_create(context: Context, source: str, plan: CreatePlan) -> None:
    """The same for a record that is to be created from the other side's `source`."""
    plan.changes[:] = _without_refused(context, plan.side, source, plan.changes, plan.faults)


def remember_refused(context: Context, entry: Entry, faults: tuple[Fault, ...]) -> bool:
    """Whether a refused write is to be repeated in this pass without the fields that the refusal is about."""
    if context.last_round or entry.origin_id is None:
        return False
    columns = context.layout.columns
    fields = [columns[change.place].field(entry.side, entry.object) for change in entry.changes]
    needed = [field.name for field in fields if field is not None and field.required]
    if entry.op is Op.CREATE:  # in no stage it would be another record than the one that it stands for
        needed += [change.field for change in entry.changes if group_of(change.field) == "stage"]
    aside = set_aside(entry.changes, faults, needed)
    for place, fault in aside.items():
        context.refused[entry.side, entry.origin_id, place] = fault
    context.again = context.again or bool(aside)
    return bool(aside)


def _without_refused(
    context: Context, side: Side, source: str, changes: list[FieldChange], faults: list[Fault]
) -> list[FieldChange]:
    if not context.refused:
        return changes
    left: list[FieldChange] = []
    for change in changes:
        fault = context.refused.get((side, source, change.place))
        if fault is None:
            left.append(change)
        elif fault not in faults:
            faults.append(fault)
    return left
