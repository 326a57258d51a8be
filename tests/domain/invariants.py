"""The planner's invariants I1–I10, each a function that fails on a record for which it doesn't hold."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import msgspec

from crmsync_desktop.domain import planner
from crmsync_desktop.domain.layout import Column, Layout
from crmsync_desktop.domain.lifecycle import Fate
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.planner import FieldChange, LinkPlan, Look
from crmsync_desktop.domain.records import UNSEEN, Cell, Presence, Side
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.settings import OnConflict, OnSalesforceDelete
from crmsync_desktop.domain.values import close
from tests.domain.columns import schemas
from tests.domain.two_sides import Record, equal, moved

MIRRORED = {
    Rule.PREFER_SALESFORCE: Rule.PREFER_HUBSPOT,
    Rule.ALWAYS_SALESFORCE: Rule.ALWAYS_HUBSPOT,
    Rule.PREFER_HUBSPOT: Rule.PREFER_SALESFORCE,
    Rule.ALWAYS_HUBSPOT: Rule.ALWAYS_SALESFORCE,
}
"""Each rule with the sides swapped; Two-way is its own."""

End = tuple[list[Cell], list[Cell]]


def ends(record: Record) -> End:
    return list(record.salesforce.cells), list(record.hubspot.cells)


def refused(plan: LinkPlan, column: Column) -> bool:
    names = {column.property, column.hubspot.name, *(field.name for field in column.salesforce.values())}
    return any(names & set(fault.fields) for _, fault in plan.faults)


def may_differ(record: Record, column: Column, s: Cell, h: Cell) -> bool:
    """Differences that the rule, or what a system makes of a value, allows."""
    master = column.rule.master
    if column.rule.always and (s if master is Side.SALESFORCE else h) is None:
        return True
    field = column.salesforce.get("Contact")
    if field is None or not field.updateable:
        return True
    return settles_across(column, s, h) or equal(remembering(record, column), s, h)


def remembering(record: Record, column: Column) -> Column:
    """The column as it reads this record, of which it may know what was agreed on last."""
    known = record.salesforce.base[column.place], record.hubspot.base[column.place]
    return column.since(*known) if column.mindful else column


def settles_across(column: Column, s: Cell, h: Cell) -> bool:
    """Whether one side holds what it makes of the other's value. An owner without a counterpart is another matter: that
    has to be told as an error."""
    there, here = column.as_hubspot(s), column.as_salesforce(h)
    if UNSEEN in (s, h, there, here):
        return False
    return close(column.kind, there or None, h or None) or close(column.kind, here or None, s or None)


def settles_as(column: Column, one: Cell, other: Cell) -> bool:
    return bool(one and other and (close(column.kind, one, other) or close(column.kind, other, one)))


def i1_terminates(record: Record) -> None:
    record.run()


def i2_converges(record: Record) -> None:
    plan = record.run()
    for column, _ in record.columns():
        s, h = record.salesforce.cells[column.place], record.hubspot.cells[column.place]
        if UNSEEN in (s, h) or column.place in plan.held or refused(plan, column):
            continue
        assert equal(column, s, h) or may_differ(record, column, s, h), f"{column.property}: {s!r} / {h!r}"
        assert (record.salesforce.base[column.place], record.hubspot.base[column.place]) == (s, h), column.property


def i3_no_lone_edit_is_lost(record: Record) -> None:
    """For records whose every field was perturbed on one side at most. Also: a held conflict touches nothing."""
    before = record.copy()
    plan = record.run()
    for column, _ in record.columns():
        place = column.place
        for side in Side:
            edit, old = before.side(side).cells[place], before.side(side).base[place]
            other = before.side(side.other).cells[place]
            if not moved(column, edit, old) or other is UNSEEN or refused(plan, column):
                continue
            now, there = record.side(side).cells[place], record.side(side.other).cells[place]
            overruled = column.rule.master is side.other and (other is not None or column.rule.always)
            if overruled:
                assert there == other, f"{column.property}: the master's {other!r} became {there!r}"
                continue
            assert now == edit, f"{column.property}: the edit {edit!r} became {now!r}"
            s, h = (now, there) if side is Side.SALESFORCE else (there, now)
            assert equal(column, s, h) or may_differ(record, column, s, h), f"{column.property}: {s!r} / {h!r}"


def i3_a_held_conflict_touches_nothing(record: Record) -> None:
    """Under Two-way and Hold, where both sides were edited to values that aren't the same."""
    before = record.copy()
    plan = record.run()
    for column, _ in record.columns():
        place = column.place
        s, h = before.salesforce.cells[place], before.hubspot.cells[place]
        bs, bh = before.salesforce.base[place], before.hubspot.base[place]
        edited = moved(column, s, bs) and moved(column, h, bh)
        # A side that only stores otherwise what it was given yields to a real edit.
        edited = edited and close(column.kind, bs or None, s or None) == close(column.kind, bh or None, h or None)
        # And one that still says what the other said, in other words (another time of the same day), is none.
        edited = edited and (not column.beside or equal(column, s, bh) == equal(column, bs, h))
        conflict = edited and not equal(column, s, h) and not settles_across(column, s, h)
        if record.on_conflict is OnConflict.HOLD and column.rule is Rule.TWO_WAY and conflict:
            assert place in plan.held, column.property
        if place in plan.held:
            for side in Side:
                assert record.side(side).cells[place] == before.side(side).cells[place], column.property
                assert record.side(side).base[place] == before.side(side).base[place], column.property


def i4_nothing_is_invented(record: Record) -> None:
    before = record.copy()
    record.run()
    for column, _ in record.columns():
        place = column.place
        known = {side: {before.side(side).cells[place]} for side in Side}
        for _ in range(3):
            for side in Side:
                targets = (UNSEEN, *known[side]) if column.beside else (UNSEEN,)
                known[side] |= {
                    before.across(side, place, value, target) for value in known[side.other] for target in targets
                }
        for side in Side:
            assert record.side(side).cells[place] in known[side], column.property


def i5_quiet_stays_quiet(record: Record) -> None:
    record.run()
    again = record.plan()
    assert not again.to_salesforce
    assert not again.to_hubspot
    assert not again.rebased


def i5_an_echo_is_not_an_edit(record: Record) -> None:
    """Before anybody perturbs it, a record and its echo are settled: no field with a base is written."""
    record.salesforce.cells, record.hubspot.cells = (list(cells) for cells in record.settled)
    plan = record.plan()
    written = {change.place for change in (*plan.to_salesforce, *plan.to_hubspot)}
    for place in written:
        value = record.settled[0][place], record.settled[1][place]
        unechoed = record.across(Side.HUBSPOT, place, value[0]) != value[1] and (
            record.across(Side.SALESFORCE, place, value[1]) != value[0]
        )
        assert unechoed or record.salesforce.base[place] is UNSEEN, f"{record.specs[place].hubspot.name}: {value}"


def i5_what_is_equal_is_never_written(record: Record) -> None:
    plan = record.plan()
    for change in (*plan.to_salesforce, *plan.to_hubspot):
        column = remembering(record, record.layout.columns[change.place])
        s, h = record.salesforce.cells[change.place], record.hubspot.cells[change.place]
        assert not equal(column, s, h), change


def i6_order_within_a_batch_does_not_matter(record: Record) -> None:
    """But for conflicts whose winner was refused (see I9)."""
    plan = record.plan()
    changes = [(Side.HUBSPOT, each) for each in plan.to_hubspot] + [(Side.SALESFORCE, c) for c in plan.to_salesforce]
    found: list[End] = []
    for order in itertools.permutations(changes):
        one = record.copy()
        one.remember(plan)
        for side, change in order:
            one.write(side, [change])
        one.run()
        found.append(ends(one))
    for column, _ in record.columns():
        if not refused(plan, column):
            assert len({(s[column.place], h[column.place]) for s, h in found}) == 1, f"{column.property}: {found}"


def i7_mirrors(record: Record) -> None:
    """Swap the sides and the rules, and the plan swaps. For columns whose kinds are the same on both sides. Which edit is
    newer has to be known: a tie goes to Salesforce."""
    if record.salesforce.version == record.hubspot.version:
        record.hubspot.version += 1
    plan = record.plan()
    layout = mirrored(record.layout)
    s, h = record.look(Side.SALESFORCE), record.look(Side.HUBSPOT)
    swapped = planner.plan_link(
        layout,
        Look("Contact", h.version, h.cells, h.base),
        Look("contacts", s.version, s.cells, s.base),
        record.doors,
        record.on_conflict,
    )
    assert told(swapped.to_salesforce) == told(plan.to_hubspot)
    assert told(swapped.to_hubspot) == told(plan.to_salesforce)
    assert (swapped.base_salesforce, swapped.base_hubspot) == (plan.base_hubspot, plan.base_salesforce)
    assert swapped.held == plan.held
    refusals = sorted((side.other, fault.code) for side, fault in swapped.faults)
    assert refusals == sorted((side, fault.code) for side, fault in plan.faults)


def told(changes: Sequence[FieldChange]) -> list[tuple[int, Cell, Cell, Cell]]:
    return [(change.place, change.source, change.old, change.new) for change in changes]


def mirrored(layout: Layout) -> Layout:
    columns = tuple(
        msgspec.structs.replace(
            column,
            rule=MIRRORED.get(column.rule, column.rule),
            hubspot=column.salesforce["Contact"],
            salesforce={"Contact": column.hubspot},
            to_hubspot=column.to_salesforce,
            to_salesforce=column.to_hubspot,
        )
        for column in layout.columns
    )
    return msgspec.structs.replace(layout, columns=columns)


def i8_one_way_is_one_way(record: Record) -> None:
    """Always: the master is never written. Prefer: only where it is blank."""
    record.run()
    for side, change in record.log:
        rule = record.layout.columns[change.place].rule
        if rule.master is side:
            assert not rule.always, change
            assert change.old is None, change


def i9_stop_anywhere_and_go_on(record: Record) -> None:
    """After each prefix of a plan's writes, with the memory having heard of them or not. The end is the same but for what
    storing does to a value: whether a value or its echo was there first can be known only from the memory. And but for
    conflicts whose winner was refused: they stay open, and our own writes count in which record was edited last."""
    whole = record.copy()
    whole.run()
    plan = record.plan()
    writes = [(Side.HUBSPOT, plan.to_hubspot), (Side.SALESFORCE, plan.to_salesforce)]
    for order in (writes, writes[::-1]):
        for stop, heard in itertools.product(range(len(order) + 1), (True, False)):
            one = record.copy()
            if heard:
                one.remember(plan)
            for number, (side, changes) in enumerate(order[:stop], 1):
                one.write(side, changes, settle=heard or number < stop)
            one.run()
            for column, _ in record.columns():
                if refused(plan, column):
                    continue
                for mine, its in zip(ends(one), ends(whole), strict=True):
                    now, then = mine[column.place], its[column.place]
                    alike = now == then or (UNSEEN not in (now, then) and settles_as(column, now, then))
                    alike = alike or fills_a_cleared_lookup(column, ends(one), ends(whole))
                    assert alike, f"{column.property}, stopped after {stop}, heard={heard}: {ends(one)} / {ends(whole)}"


def fills_a_cleared_lookup(column: Column, one: End, other: End) -> bool:
    """A lookup was cleared while HubSpot came to name another record. The memory alone tells that from a place which stayed
    there after the lookup was cleared: without it, the lookup is filled. HubSpot holds the same either way."""
    if not column.parents or one[1][column.place] != other[1][column.place]:
        return False
    lookups = [s[column.place] for s, _ in (one, other)]
    named = [equal(column, lookup, one[1][column.place]) for lookup in lookups if lookup]
    return len(named) < len(lookups) and all(named)


def i10_edit_beats_delete(record: Record) -> None:
    """And: no base, no delete; unseen never deletes; nothing deleted in HubSpot is ever deleted in Salesforce."""
    fate = record.fate()
    s, h = record.salesforce, record.hubspot
    if Presence.UNSEEN in (s.presence, h.presence):
        assert fate is Fate.SKIP
    if fate is not Fate.DELETE_HUBSPOT:
        return
    assert s.presence is Presence.DELETED
    assert h.presence is Presence.LIVE
    assert record.on_delete is OnSalesforceDelete.DELETE
    assert any(base is not UNSEEN for base in h.base)
    for column, _ in record.columns():
        assert not moved(column, h.cells[column.place], h.base[column.place]), column.property


def i10_unseen_is_never_written(record: Record) -> None:
    plan = record.plan()
    for change in (*plan.to_salesforce, *plan.to_hubspot):
        assert record.salesforce.cells[change.place] is not UNSEEN
        assert record.hubspot.cells[change.place] is not UNSEEN


def a_create_settles(record: Record, source: Side) -> None:
    """A record that is only on `source` is made on the other side and linked without a base, as after a lost memory: it
    gets quiet, nothing of the source is written that the rules don't ask for, and both sides agree."""
    mine, other = record.side(source), record.side(source.other)
    object, target = ("Contact", "contacts") if source is Side.SALESFORCE else ("contacts", "Contact")
    made = planner.plan_create(record.layout, source, mine.cells, schemas(record.specs)[target], object)
    assert not made.blocked
    written = {change.place: change.new for change in made.changes}
    for column, _ in record.columns():
        there = column.field(source.other, target)
        blank = "false" if column.kind is Kind.BOOL else None
        value = record.stored(source.other, column.place, written.get(column.place, blank))
        other.cells[column.place] = UNSEEN if there is None else value
        mine.base[column.place] = other.base[column.place] = UNSEEN
        rule = column.rule
        assert column.place not in written or not (rule.always and rule.master is source.other)
    record.clock += 1
    other.version = record.clock
    i2_converges(record)
