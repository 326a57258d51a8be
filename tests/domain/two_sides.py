"""One record as two systems hold it, for the planner's invariants: how it is perturbed, and the loop of planning and writing.

Both sides come from ONE record, perturbed twice: two independent records would hardly ever be an edit of each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from crmsync_desktop.domain import lifecycle, planner
from crmsync_desktop.domain.layout import Column, Layout
from crmsync_desktop.domain.lifecycle import Fate
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.planner import Doors, FieldChange, LinkPlan, Look
from crmsync_desktop.domain.records import UNSEEN, Cell, Presence, Side
from crmsync_desktop.domain.settings import OnConflict, OnSalesforceDelete
from crmsync_desktop.domain.values import close, same
from tests.domain.columns import SPECS, Spec, layout_of

CUT_OFF = 200
"""Rounds after which a plan that still isn't quiet never will be."""


@dataclass
class Copy:
    """One side's copy of the record and what is remembered of it."""

    cells: list[Cell]
    base: list[Cell]
    version: int
    presence: Presence = Presence.LIVE


@dataclass(repr=False)
class Record:
    """The record on both sides. `settled` holds the cells (Salesforce, HubSpot) before anybody perturbed them."""

    specs: tuple[Spec, ...]
    layout: Layout
    salesforce: Copy
    hubspot: Copy
    on_conflict: OnConflict = OnConflict.NEWEST
    doors: Doors = field(default_factory=Doors)
    on_delete: OnSalesforceDelete = OnSalesforceDelete.DELETE
    settled: tuple[list[Cell], list[Cell]] = ([], [])
    clock: int = 10
    log: list[tuple[Side, FieldChange]] = field(default_factory=list)

    def __repr__(self) -> str:
        columns = [f"{column.property} ({column.rule.value})" for column in self.layout.columns]
        return (
            f"{', '.join(columns)}: {self.salesforce} {self.hubspot} {self.on_conflict} {self.doors} {self.on_delete}"
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Hypothesis prints a failing example with this; every field of every dataclass would be pages."""
        printer.text(repr(self))

    def copy(self) -> Record:
        return replace(
            self,
            salesforce=deepcopy(self.salesforce),
            hubspot=deepcopy(self.hubspot),
            log=list(self.log),
        )

    def side(self, side: Side) -> Copy:
        return self.salesforce if side is Side.SALESFORCE else self.hubspot

    def columns(self) -> Iterator[tuple[Column, Spec]]:
        return zip(self.layout.columns, self.specs, strict=True)

    # what the systems do

    def stored(self, side: Side, place: int, value: Cell) -> Cell:
        if not value:
            return value
        spec = self.specs[place]
        return spec.store_salesforce(value) if side is Side.SALESFORCE else spec.store_hubspot(value)

    def across(self, to: Side, place: int, value: Cell, target: Cell = UNSEEN) -> Cell:
        """What the other side's `value` is once it is stored on side `to`, where `target` stood if any did."""
        column = self.layout.columns[place]
        there = [] if target is UNSEEN else alone(column, target)
        if column.mindful and there:
            column = column.since(self.salesforce.base[place], self.hubspot.base[place])
        read = column.as_hubspot if to is Side.HUBSPOT else column.as_salesforce
        return self.stored(to, place, read(value, (), there))

    # what the engine does

    def look(self, side: Side) -> Look:
        mine = self.side(side)
        object = "contacts" if side is Side.HUBSPOT else "Contact"
        return Look(object, f"2026-03-01T00:{mine.version // 60:02}:{mine.version % 60:02}Z", mine.cells, mine.base)

    def plan(self) -> LinkPlan:
        looks = self.look(Side.SALESFORCE), self.look(Side.HUBSPOT)
        return planner.plan_link(self.layout, *looks, self.doors, self.on_conflict)

    def fate(self, was_gone: bool = False) -> Fate:
        s, h = self.salesforce, self.hubspot
        return lifecycle.fate(
            s.presence,
            h.presence,
            salesforce_edited=lifecycle.edited(self.layout, s.cells, s.base),
            hubspot_edited=lifecycle.edited(self.layout, h.cells, h.base),
            salesforce_was_gone=was_gone,
            setting=self.on_delete,
        )

    def remember(self, plan: LinkPlan) -> None:
        self.salesforce.base, self.hubspot.base = list(plan.base_salesforce), list(plan.base_hubspot)

    def write(self, side: Side, changes: Sequence[FieldChange], settle: bool = True) -> None:
        """One update of one record. Without `settle` the memory doesn't hear of it: the engine died in between."""
        mine, other = self.side(side), self.side(side.other)
        if changes:
            self.clock += 1
            mine.version = self.clock
        for change in changes:
            self.log.append((side, change))
            stored = self.stored(side, change.place, change.new)
            mine.cells[change.place] = stored
            if settle:
                kind = self.layout.columns[change.place].kind
                kept = stored is not UNSEEN and close(kind, change.new, stored)
                mine.base[change.place] = stored if kept else change.new
                other.base[change.place] = change.source

    def run(self) -> LinkPlan:
        """Plan and write until quiet; gives the last plan. Fails where it never gets quiet (I1)."""
        for _ in range(CUT_OFF):
            plan = self.plan()
            self.remember(plan)
            if not plan.to_salesforce and not plan.to_hubspot:
                return plan
            self.write(Side.HUBSPOT, plan.to_hubspot)
            self.write(Side.SALESFORCE, plan.to_salesforce)
        raise AssertionError(f"not quiet after {CUT_OFF} rounds: {self.log[-4:]}")


def moved(column: Column, now: Cell, before: Cell) -> bool:
    return now is not UNSEEN and before is not UNSEEN and not same(column.kind, now, before)


def alone(column: Column, cell: Cell) -> list[Cell]:
    """A record that holds nothing but this cell."""
    return [*[None] * column.place, cell]


def equal(column: Column, s: Cell, h: Cell) -> bool:
    if column.beside and UNSEEN not in (s, h):
        return bool(column.translation.agrees(alone(column, s), alone(column, h)))
    there = column.as_hubspot(s)
    if there is UNSEEN or h is UNSEEN:
        return False
    return same(column.kind, there, h) or (column.converts and column.as_salesforce(h) == s)


_PERTURBED = st.sampled_from(("nothing", "nothing", "nothing", "edit", "edit", "edit", "clear", "unseen"))
_BASED = st.sampled_from(("rightly",) * 4 + ("not", "wrongly", "wrongly"))
"""Wrongly: the memory says that the sides agreed on values that aren't the same."""
_PRESENCES = st.sampled_from((Presence.LIVE,) * 3 + (Presence.DELETED,) * 2 + (Presence.UNSEEN,))


@st.composite
def records(
    draw: st.DrawFn, *, mirrors: bool = False, presences: bool = False, lone: bool = False, doors: bool = False
) -> Record:
    """One record, perturbed twice. `mirrors`: only columns that can be swapped; `presences`: records may be deleted or
    unseen; `lone`: every column has a base and is perturbed on one side at most; `doors`: some are closed."""
    pool = [spec for spec in SPECS if spec.mirrors or not mirrors]
    specs = tuple(draw(st.lists(st.sampled_from(pool), min_size=1, max_size=3, unique_by=id)))
    layout = layout_of(specs, tuple([draw(st.sampled_from(_weighted(spec.rules))) for spec in specs]))
    width = len(specs)
    record = Record(
        specs,
        layout,
        Copy([None] * width, [UNSEEN] * width, draw(st.integers(0, 2))),
        Copy([None] * width, [UNSEEN] * width, draw(st.integers(0, 2))),
        on_conflict=draw(st.sampled_from(OnConflict)),
        on_delete=draw(st.sampled_from(OnSalesforceDelete)),
    )
    if doors:
        record.doors = Doors(draw(st.booleans()), draw(st.booleans()))
    forgotten = presences and draw(st.integers(0, 3)) == 0
    for place in range(width):
        _originate(draw, record, place)
        based = "rightly" if lone else "not" if forgotten else draw(_BASED)
        if based == "wrongly":
            _perturb(record, draw(st.sampled_from(Side)), place, "edit", draw)
        if based != "not":
            record.salesforce.base[place] = record.salesforce.cells[place]
            record.hubspot.base[place] = record.hubspot.cells[place]
    record.settled = list(record.salesforce.cells), list(record.hubspot.cells)
    for place in range(width):
        sides = [draw(st.sampled_from(Side))] if lone else list(Side)
        for side in sides:
            _perturb(record, side, place, draw(_PERTURBED), draw)
    if presences:
        record.salesforce.presence, record.hubspot.presence = draw(_PRESENCES), draw(_PRESENCES)
    return record


def _weighted(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Two-way makes more kinds of decision than the others together."""
    return rules * 2 + (Rule.TWO_WAY,) * 6 if Rule.TWO_WAY in rules else rules


def _originate(draw: st.DrawFn, record: Record, place: int) -> None:
    """One value, typed on one side, and the other side's echo of it."""
    spec = record.specs[place]
    origin = Side.SALESFORCE if not spec.salesforce.updateable else draw(st.sampled_from(Side))
    typed = draw(st.sampled_from(spec.typed_salesforce if origin is Side.SALESFORCE else spec.typed_hubspot))
    value = record.stored(origin, place, typed)
    echo = record.across(origin.other, place, value)
    if echo is UNSEEN and "Contact" in spec.objects:
        echo = spec.typed_salesforce[0] if origin is Side.HUBSPOT else None
    if "Contact" not in spec.objects:
        value, echo = (UNSEEN, None) if origin is Side.SALESFORCE else (value, UNSEEN)
    record.side(origin).cells[place] = value
    record.side(origin.other).cells[place] = echo


def _perturb(record: Record, side: Side, place: int, what: str, draw: st.DrawFn) -> None:
    spec, cells = record.specs[place], record.side(side).cells
    typed = spec.typed_salesforce if side is Side.SALESFORCE else spec.typed_hubspot
    if cells[place] is UNSEEN:
        return
    if what == "edit":
        cells[place] = record.stored(side, place, draw(st.sampled_from(typed)))
    elif what == "clear" and None in typed:
        cells[place] = None
    elif what == "unseen":
        cells[place] = UNSEEN
