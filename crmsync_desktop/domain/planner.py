"""The planner: from two views and a memory to everything that should be written. Pure: it touches nothing.

One link at a time (`plan_link`), or one record that has no counterpart yet (`plan_create`). Matching and what happens to
whole records (deleted, merged, converted) are decided before, in matching.py and lifecycle.py.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from crmsync_desktop.domain.bodies import is_cut_where_it_came
from crmsync_desktop.domain.checks import check_value, missing_required
from crmsync_desktop.domain.companions import Group, broken, unplaced
from crmsync_desktop.domain.decide import Action, Facts, decide, is_dispute
from crmsync_desktop.domain.field_facts import facts_of
from crmsync_desktop.domain.layout import Column, Layout
from crmsync_desktop.domain.lone_leads import left_for_lead, stand_alone
from crmsync_desktop.domain.mapping import Existing
from crmsync_desktop.domain.members import Merged, merge
from crmsync_desktop.domain.newest import NOTHING, Evidence, newest_edit
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Side, Value
from crmsync_desktop.domain.schema import Kind, Schema
from crmsync_desktop.domain.settings import OnConflict
from crmsync_desktop.domain.settlements import Settlement, Use
from crmsync_desktop.domain.values import canonical, same

NOTICES = frozenset({"OWNER_NOT_MATCHED", "CURRENCY_DIFFERS", "TEXT_CUT_OFF", "UNDONE"})
"""Codes of faults that only tell: nothing was lost, and the record is well (semantics 2)."""


class FieldChange(msgspec.Struct, gc=False, frozen=True, array_like=True):
    """One field of one planned write. `field` is the written side's name, `place` its place in the layout, `source` the
    cell of the other side that the new value came from, `old` what the written side is believed to hold. `sent`: what the
    system is told in its place, where it takes another form (the codes of a country and its state)."""

    place: int
    property: str
    field: str
    source: Cell
    old: Cell
    new: Value
    reason: str
    sent: tuple[tuple[str, Value], ...] = ()


class Look(msgspec.Struct, gc=False, frozen=True, array_like=True):
    """One side of a link as it stands: its object, its version (ISO 8601 UTC), its cells and its base."""

    object: str
    version: str
    cells: Sequence[Cell]
    base: Sequence[Cell]


class Doors(msgspec.Struct, frozen=True, array_like=True):
    """Which sides may be written for this record: settings and the inclusion list close them (C1, C2, C7)."""

    to_salesforce: bool = True
    to_hubspot: bool = True


class LinkPlan(msgspec.Struct, gc=False, array_like=True):
    """What to do about one link. `base_*` are the bases once the agreements alone are settled; each write then moves its own
    places when it is done. `held` are places in conflict; `faults` are (side that would refuse, why); `waiting` says
    that a difference stays because its door is closed."""

    base_salesforce: list[Cell]
    base_hubspot: list[Cell]
    to_salesforce: list[FieldChange]
    to_hubspot: list[FieldChange]
    held: list[int]
    faults: list[tuple[Side, Fault]]
    waiting: bool
    rebased: bool
    """Whether a base differs from what it was."""
    disputed: dict[int, tuple[Side | None, str]] = {}
    """Places where it matters which edit is newer: which one is taken to be, and by what."""


class CreatePlan(msgspec.Struct, array_like=True):
    """A record to create on `side`. With `blocked`, a fault stands in the way of the whole record."""

    side: Side
    object: str
    changes: list[FieldChange]
    faults: list[Fault]
    blocked: bool


def plan_link(
    layout: Layout,
    salesforce: Look,
    hubspot: Look,
    doors: Doors,
    on_conflict: OnConflict,
    evidence: Evidence = NOTHING,
    new: bool = False,
    carried: Collection[int] = (),
) -> LinkPlan:
    """Decide every field of a link whose records are both live. `evidence`: what is known of its disputed fields. `new`: the
    link is only being made, so that whatever its records hold is to travel (M4). `carried`: places where one side has just been
    given what the other reads as, so that there is nothing to compare."""
    plan = LinkPlan(list(salesforce.base), list(hubspot.base), [], [], [], [], False, False)
    both = zip(layout.columns, salesforce.cells, hubspot.cells, salesforce.base, hubspot.base, strict=True)
    for column, s, h, bs, bh in both:
        place = column.place
        if s == h and column.plain and s is not UNSEEN:  # nearly every field of nearly every record ends here
            if bs != s or bh != h:
                _rebase(plan, place, s, h)
            continue
        if s is UNSEEN or h is UNSEEN:
            if (s is UNSEEN and bs is UNSEEN and h != bh) or (h is UNSEEN and bh is UNSEEN and s != bs):
                # One side never had this field: there is nothing to compare, so what the other holds is simply known.
                _rebase(plan, place, s, h)
            continue
        if place in carried:
            if bs != s or bh != h:
                _rebase(plan, place, s, h)
            continue
        if column.kind is Kind.MEMBERS:
            _plan_members(plan, column, salesforce, hubspot, doors)
            continue
        unknown = column.existing is Existing.BACKFILL or left_for_lead(layout, place, salesforce.base)
        known = (UNSEEN, UNSEEN) if unknown else (bs, bh)
        if column.mindful:
            column = column.since(*known)
        there = column.as_hubspot(s, salesforce.cells, hubspot.cells)
        if (there is not UNSEEN and there == h and not column.mindful) or _equal(column, there, salesforce, hubspot):
            if bs != s or bh != h:
                _rebase(plan, place, s, h)
            continue
        here = column.as_salesforce(h, hubspot.cells, salesforce.cells)
        facts = facts_of(column, s, h, *known, there, here)
        if column.beside and facts.salesforce_moved and facts.hubspot_moved:
            facts = _really_moved(column, facts, salesforce, hubspot)
        if column.existing is Existing.STAY and not (new or facts.salesforce_moved or facts.hubspot_moved):
            if bs != s or bh != h:
                _rebase(plan, place, s, h)
            continue
        if (
            facts.hubspot_moved
            and not facts.salesforce_moved
            and column.untouched is not Side.SALESFORCE
            and is_cut_where_it_came(column.translation, there)
        ):
            why = "edited in HubSpot, where the whole text is"
            _write(plan, column, Side.SALESFORCE, salesforce, hubspot, here, why, doors)
            continue
        if is_dispute(column.rule, facts):
            facts = _dated(plan, facts, place, salesforce.version, hubspot.version, evidence)
            settled = evidence.settled.get(place)
            if settled is not None and settled.fits(s, h):
                _settle(plan, column, settled, facts, salesforce, hubspot, there, here, doors)
                continue
        action, reason = decide(column.rule, facts, on_conflict)
        if action is Action.DIFFER:
            if bs != s or bh != h:
                _rebase(plan, place, s, h)
            if column.strict and not column.parents:
                _tell_unmatched(plan, column, salesforce, hubspot, there, here)
        elif action is Action.HOLD:
            plan.held.append(place)
        else:
            side = Side.HUBSPOT if action is Action.TO_HUBSPOT else Side.SALESFORCE
            _write(plan, column, side, salesforce, hubspot, there if side is Side.HUBSPOT else here, reason, doors)
    _keep_together(plan, layout, salesforce, hubspot, doors, on_conflict)
    stand_alone(layout, salesforce.object, plan.to_salesforce, salesforce.cells, hubspot.cells)
    for address in layout.addresses:
        told = [fault for _, fault in plan.faults]
        refused = address.complete(salesforce.object, plan.to_salesforce, salesforce.cells, told)
        plan.faults += [(Side.SALESFORCE, fault) for fault in refused]
        # A state that can't be read for its country's sake is one and the same fault.
        plan.faults = list(dict.fromkeys(plan.faults))
    return plan


def plan_create(layout: Layout, source: Side, cells: Sequence[Cell], target: Schema, source_object: str) -> CreatePlan:
    """A record of `target`'s object that stands for a record that is only on `source`."""
    side = source.other
    plan = CreatePlan(side, target.object, [], [], False)
    reason = f"new in {source.label}"
    for column in layout.columns:
        cell = cells[column.place]
        if not cell and (cell is UNSEEN or not column.beside):
            continue
        field = column.field(side, target.object)
        if field is None or column.field(source, source_object) is None:
            continue
        if column.untouched is side:
            continue  # the master is never written, not even where it is blank
        if column.kind is Kind.MEMBERS:
            value = _new_members(plan, column, source, cell or "")
        else:
            value = column.as_hubspot(cell, cells) if side is Side.HUBSPOT else column.as_salesforce(cell, cells)
        if value is UNSEEN and column.translation is not None and not column.parents:
            plan.faults.append(_about(column, column.translation.fault(side, cell or "", cells)))
        if not value or not (field.createable or field.withheld):
            continue
        fault = check_value(field, value, True)
        if fault is not None:
            plan.faults.append(fault)
            continue
        plan.changes.append(FieldChange(column.place, column.property, field.name, cell, None, value, reason))
    if side is Side.SALESFORCE:
        stand_alone(layout, target.object, plan.changes)
    alone = broken(layout, side, target.object, plan.faults)
    plan.changes = [change for change in plan.changes if change.place not in alone]
    for address in layout.addresses:
        plan.faults += address.complete(target.object, plan.changes, (), plan.faults)
        plan.faults = list(dict.fromkeys(plan.faults))
    missing = missing_required(target, {change.field: change.new for change in plan.changes})
    plan.blocked = bool(missing) or unplaced(plan.faults)
    # What is missing since it can't be read across is told already.
    named = {name for fault in plan.faults for name in fault.fields}
    told = [column.field(side, target.object) for column in layout.columns if column.property in named]
    plan.faults += [fault for fault in missing if all(target.fields[name] not in told for name in fault.fields)]
    return plan


def _keep_together(
    plan: LinkPlan, layout: Layout, salesforce: Look, hubspot: Look, doors: Doors, on_conflict: OnConflict
) -> None:
    def equal(column: Column, there: Cell) -> bool:
        return _equal(column, there, salesforce, hubspot)

    def write(column: Column, side: Side, value: Cell, reason: str) -> None:
        _write(plan, column, side, salesforce, hubspot, value, reason, doors)

    for places in layout.groups:
        Group(layout, places, salesforce, hubspot, equal, write).keep_together(plan, on_conflict is OnConflict.HOLD)
        plan.faults = list(dict.fromkeys(plan.faults))  # what was tried one way and the other is refused once


def _equal(column: Column, there: Cell, salesforce: Look, hubspot: Look) -> bool:
    """Where the sides' kinds differ (date, datetime), what only one of them can tell apart is equal."""
    if column.beside:
        return bool(column.translation.agrees(salesforce.cells, hubspot.cells))
    s, h = salesforce.cells[column.place], hubspot.cells[column.place]
    if there is not UNSEEN and same(column.kind, there or None, h or None):
        return True
    return column.converts and column.as_salesforce(h, hubspot.cells) == s


def _rebase(plan: LinkPlan, place: int, s: Cell, h: Cell) -> None:
    plan.base_salesforce[place] = s
    plan.base_hubspot[place] = h
    plan.rebased = True


def _really_moved(column: Column, facts: Facts, salesforce: Look, hubspot: Look) -> Facts:
    """Where both sides were edited: one that still says what the other said when they last agreed, in other words, wasn't
    (Norge instead of Norway), and yields to a real edit."""
    s_stands = column.translation.agrees(salesforce.cells, hubspot.base)
    h_stands = column.translation.agrees(salesforce.base, hubspot.cells)
    if s_stands == h_stands:
        return facts
    return msgspec.structs.replace(facts, salesforce_moved=not s_stands, hubspot_moved=not h_stands)


def _dated(plan: LinkPlan, facts: Facts, place: int, salesforce: str, hubspot: str, evidence: Evidence) -> Facts:
    """The facts of a disputed field, with whose edit is newer."""
    s_edit, h_edit = evidence.salesforce.get(place), evidence.hubspot.get(place)
    plan.disputed[place] = newest, how = newest_edit(salesforce, hubspot, s_edit, h_edit, facts.based)
    return msgspec.structs.replace(facts, newest=newest, how=how)


def _settle(
    plan: LinkPlan,
    column: Column,
    settled: Settlement,
    facts: Facts,
    salesforce: Look,
    hubspot: Look,
    there: Cell,
    here: Cell,
    doors: Doors,
) -> None:
    """Write what a person decided."""
    wanted = {Side.HUBSPOT: there, Side.SALESFORCE: here}
    reason, sides = settled.reason, [Side.HUBSPOT if settled.use is Use.SALESFORCE else Side.SALESFORCE]
    if settled.use is Use.NEWEST:
        action, why = decide(column.rule, facts, OnConflict.NEWEST)
        reason, sides = f"{reason}; {why}", [Side.HUBSPOT if action is Action.TO_HUBSPOT else Side.SALESFORCE]
    elif settled.use is Use.VALUE:
        value = canonical(column.hubspot.kind, settled.value)
        wanted = {Side.HUBSPOT: value, Side.SALESFORCE: column.as_salesforce(value, hubspot.cells)}
        held = {Side.HUBSPOT: settled.hubspot, Side.SALESFORCE: settled.salesforce}
        sides = [side for side in Side if not same(column.kind, held[side] or None, wanted[side] or None)]
    for side in sides:
        _write(plan, column, side, salesforce, hubspot, wanted[side], reason, doors)


def _write(
    plan: LinkPlan,
    column: Column,
    side: Side,
    salesforce: Look,
    hubspot: Look,
    value: Cell,
    reason: str,
    doors: Doors,
) -> None:
    door = doors.to_hubspot if side is Side.HUBSPOT else doors.to_salesforce
    if not door:
        plan.waiting = True
        return
    s, h = salesforce.cells[column.place], hubspot.cells[column.place]
    field = column.field(side, salesforce.object)
    if field is None or value is UNSEEN or not field.writable:
        # No counterpart for this owner, or a field that only its own system writes: the sides may differ. Where the
        # counterpart may yet come, they may not: the bases stay, and what is to be done then is decided then.
        rebase = value is not UNSEEN or not column.waits()
        if rebase and (plan.base_salesforce[column.place] != s or plan.base_hubspot[column.place] != h):
            _rebase(plan, column.place, s, h)
        if value is UNSEEN:
            source = salesforce if side is Side.HUBSPOT else hubspot
            plan.faults.append((side, _no_counterpart(column, side, source)))
        return
    fault = check_value(field, value, False)
    if fault is not None:
        plan.faults.append((side, fault))
        return
    source_cell, old = (s, h) if side is Side.HUBSPOT else (h, s)
    if column.mindful and value == old:
        _rebase(plan, column.place, s, h)  # what was taken away here is gone there already
        return
    changes = plan.to_hubspot if side is Side.HUBSPOT else plan.to_salesforce
    changes.append(FieldChange(column.place, column.property, field.name, source_cell, old, value, reason))


def _about(column: Column, fault: Fault) -> Fault:
    """A fault of a translation, which may not know what its column is called."""
    return fault if fault.fields else msgspec.structs.replace(fault, fields=(column.property,))


def _tell_unmatched(plan: LinkPlan, column: Column, salesforce: Look, hubspot: Look, there: Cell, here: Cell) -> None:
    """An owner without a counterpart stays an error for as long as it stands."""
    if there is UNSEEN:
        plan.faults.append((Side.HUBSPOT, _no_counterpart(column, Side.HUBSPOT, salesforce)))
    if here is UNSEEN and hubspot.cells[column.place]:  # a record that stays unassigned there is nothing to tell of
        plan.faults.append((Side.SALESFORCE, _no_counterpart(column, Side.SALESFORCE, hubspot)))


def _no_counterpart(column: Column, side: Side, source: Look) -> Fault:
    id = source.cells[column.place]
    if column.translation is not None:
        fault: Fault = column.translation.fault(side, id or "", source.cells)
        return _about(column, fault)
    return Fault(
        Category.OWNERS,
        "OWNER_NOT_MATCHED",
        f"{side.other.label} owner {id} has no active counterpart with the same e-mail address in {side.label}; "
        "the owner there stays as it is.",
        (column.property,),
    )


def _plan_members(plan: LinkPlan, column: Column, salesforce: Look, hubspot: Look, doors: Doors) -> None:
    place = column.place
    s, h = salesforce.cells[place] or None, hubspot.cells[place] or None
    merged = _merged(column, s, h, salesforce.base[place], hubspot.base[place])
    if plan.base_salesforce[place] != merged.base_salesforce or plan.base_hubspot[place] != merged.base_hubspot:
        _rebase(plan, place, merged.base_salesforce, merged.base_hubspot)
    wanted = {Side.HUBSPOT: merged.hubspot, Side.SALESFORCE: merged.salesforce}
    for side, now in ((Side.HUBSPOT, h), (Side.SALESFORCE, s)):
        field = column.field(side, salesforce.object)
        one_way = column.rule.master is side
        if wanted[side] != now and field is not None and field.writable and not one_way:
            reason = f"members changed in {side.other.label}"
            _write(plan, column, side, salesforce, hubspot, wanted[side], reason, doors)
    for side, id in merged.waiting:
        plan.faults.append((side.other, _about(column, column.translation.fault(side.other, id, ()))))


def _new_members(plan: CreatePlan, column: Column, source: Side, cell: str) -> Cell:
    """The members that a new record begins with: those that have a counterpart."""
    s, h = (cell, None) if source is Side.SALESFORCE else (None, cell)
    merged = _merged(column, s, h, UNSEEN, UNSEEN)
    plan.faults += [_about(column, column.translation.fault(side.other, id, ())) for side, id in merged.waiting]
    return merged.hubspot if source is Side.SALESFORCE else merged.salesforce


def _merged(column: Column, s: Value, h: Value, bs: Cell, bh: Cell) -> Merged:
    labels = {option.label.casefold() for option in column.hubspot.options}
    return merge(
        s, h, bs, bh, column.as_hubspot, column.as_salesforce, lambda role: not role or role.casefold() in labels
    )
