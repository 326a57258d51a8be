"""One record as two systems hold it, for the planner's invariants: what may stand in its fields, what each system makes of
a value when storing it, how it is perturbed, and the loop of planning and writing.

Both sides come from ONE record, perturbed twice: two independent records would hardly ever be an edit of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from hypothesis import strategies as st

from crmsync_desktop.domain import lifecycle, planner
from crmsync_desktop.domain.layout import Column, Layout, resolve
from crmsync_desktop.domain.lifecycle import Fate
from crmsync_desktop.domain.mapping import CONTACTS, Mapping, Rule
from crmsync_desktop.domain.planner import Doors, FieldChange, LinkPlan, Look
from crmsync_desktop.domain.records import UNSEEN, Cell, Presence, Side, Value
from crmsync_desktop.domain.schema import Field, Kind, Option, Owner, Schema
from crmsync_desktop.domain.settings import OnConflict, OnSalesforceDelete
from crmsync_desktop.domain.values import canonical, close, same

CUT_OFF = 200
"""Rounds after which a plan that still isn't quiet never will be."""

Codec = Callable[[str], Value]
"""What a system stores of a value that it was sent."""


def as_it_is(value: str) -> Value:
    return value


def spaces_collapsed(value: str) -> Value:
    return " ".join(value.split()) or None


def phone_with_brackets(value: str) -> Value:
    digits = "".join(filter(str.isdecimal, value))
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if len(digits) == 10 else value


def phone_digits_only(value: str) -> Value:
    return "".join(filter(str.isdecimal, value)) or value


def two_decimals(value: str) -> Value:
    return canonical(Kind.NUMBER, value, 2)


@dataclass(frozen=True, repr=False, eq=False)
class Spec:
    """One kind of column: both fields, what people type on each side, what each system makes of it."""

    salesforce: Field
    hubspot: Field
    typed_salesforce: tuple[Value, ...]
    typed_hubspot: tuple[Value, ...]
    store_salesforce: Codec = as_it_is
    store_hubspot: Codec = as_it_is
    rules: tuple[Rule, ...] = tuple(rule for rule in Rule if rule is not Rule.DONT_SYNC)
    values: tuple[tuple[str, str], ...] = ()
    objects: tuple[str, ...] = ("Contact", "Lead")
    mirrors: bool = True
    """Whether the sides can be swapped: both kinds are the same."""

    def __repr__(self) -> str:
        return self.hubspot.name


def _field(name: str, kind: Kind, **more: object) -> Field:
    return Field(name=name, label=name, kind=kind, native_type=kind.value, **more)  # type: ignore[arg-type]


def _options(*values: str) -> tuple[Option, ...]:
    return tuple(Option(value, value) for value in values)


NAMES = (None, "Anna", "ANNA", "Anna  Li", "Anna Li", "Bo", "far too long a name")
PHONES = (None, "5551234567", "(555) 123-4567", "555 123 4567", "5550000000", "unknown")
SPECS = (
    Spec(_field("Text", Kind.TEXT, length=12), _field("text", Kind.TEXT), NAMES, NAMES, store_hubspot=spaces_collapsed),
    Spec(
        _field("Email", Kind.EMAIL),
        _field("email", Kind.EMAIL),
        (None, "Anna@X.no", "anna@x.no", "bo@x.no", "no address"),
        (None, "anna@x.no", "bo@x.no"),
        store_hubspot=str.lower,
    ),
    Spec(
        _field("Phone", Kind.PHONE), _field("phone", Kind.PHONE), PHONES, PHONES, phone_with_brackets, phone_digits_only
    ),
    Spec(
        _field("Amount", Kind.NUMBER, precision=6, scale=2),
        _field("amount", Kind.NUMBER),
        (None, "1.5", "1.25", "2"),
        (None, "1.5", "1.25678", "2", "123456"),
        store_salesforce=two_decimals,
    ),
    Spec(_field("Flag", Kind.BOOL), _field("flag", Kind.BOOL), ("true", "false"), ("true", "false")),
    Spec(
        _field("Pick", Kind.PICKLIST, restricted=True, options=_options("Mr.", "Ms.")),
        _field("pick", Kind.PICKLIST, restricted=True, options=_options("Mr", "Ms", "Dr")),
        (None, "Mr.", "Ms."),
        (None, "Mr", "Ms", "Dr"),
        values=(("Mr", "Mr."), ("Ms", "Ms.")),
    ),
    Spec(
        _field("Many", Kind.MULTIPICKLIST),
        _field("many", Kind.MULTIPICKLIST),
        (None, "a", "a;b", "b;c"),
        (None, "a", "a;b", "b;c"),
    ),
    Spec(
        _field("OwnerId", Kind.OWNER, nillable=False),
        _field("owner", Kind.OWNER),
        ("005A", "005B", "005Unmatched"),
        (None, "1", "2", "9unmatched"),
        rules=(Rule.TWO_WAY,),
    ),
    Spec(
        _field("Day", Kind.DATE),
        _field("day", Kind.DATETIME),
        (None, "2026-03-01", "2026-03-02"),
        (None, "2026-03-01T00:00:00Z", "2026-03-01T10:00:00Z", "2026-03-02T00:00:00Z"),
        mirrors=False,
    ),
    Spec(
        _field("Moment", Kind.DATETIME),
        _field("moment", Kind.DATE),
        (None, "2026-03-01T00:00:00Z", "2026-03-01T10:00:00Z", "2026-03-02T00:00:00Z"),
        (None, "2026-03-01", "2026-03-02"),
        mirrors=False,
    ),
    Spec(
        _field("Count", Kind.NUMBER, precision=8, scale=0),
        _field("count", Kind.TEXT),
        (None, "1", "20"),
        (None, "1", "1.0", "20", "many"),
        store_salesforce=lambda value: canonical(Kind.NUMBER, value, 0),
        mirrors=False,
    ),
    Spec(
        _field("Id", Kind.ID, createable=False, updateable=False, nillable=False),
        _field("salesforceid", Kind.TEXT),
        ("003A",),
        (None, "003A", "typed by hand"),
        rules=(Rule.ALWAYS_SALESFORCE,),
        mirrors=False,
    ),
    Spec(
        _field("LeadOnly", Kind.TEXT),
        _field("leadonly", Kind.TEXT),
        (UNSEEN,),  # type: ignore[arg-type]
        (None, "x", "y"),
        objects=("Lead",),
        mirrors=False,
    ),
)
OWNERS = (
    Owner(Side.SALESFORCE, "005A", "a@x.no", "A", True),
    Owner(Side.SALESFORCE, "005B", "b@x.no", "B", True),
    Owner(Side.SALESFORCE, "005Unmatched", "s@x.no", "S", True),
    Owner(Side.HUBSPOT, "1", "a@x.no", "A", True),
    Owner(Side.HUBSPOT, "2", "b@x.no", "B", True),
    Owner(Side.HUBSPOT, "9unmatched", "h@x.no", "H", True),
)


def schemas(specs: Sequence[Spec]) -> dict[str, Schema]:
    def schema(side: Side, object: str, fields: Sequence[Field]) -> Schema:
        return Schema(side, object, object, {each.name: each for each in fields}, "2026-03-01T00:00:00Z")

    return {
        "contacts": schema(Side.HUBSPOT, "contacts", [spec.hubspot for spec in specs]),
        "Contact": schema(Side.SALESFORCE, "Contact", [s.salesforce for s in specs if "Contact" in s.objects]),
        "Lead": schema(Side.SALESFORCE, "Lead", [s.salesforce for s in specs if "Lead" in s.objects]),
    }


@cache
def layout_of(specs: tuple[Spec, ...], rules: tuple[Rule, ...]) -> Layout:
    mappings = [
        Mapping(spec.hubspot.name, dict.fromkeys(spec.objects, spec.salesforce.name), rule, spec.values)
        for spec, rule in zip(specs, rules, strict=True)
    ]
    layout = resolve(CONTACTS, mappings, schemas(specs), OWNERS)
    assert not layout.problems
    return layout


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

    def across(self, to: Side, place: int, value: Cell) -> Cell:
        """What the other side's `value` is once it is stored on side `to`."""
        column = self.layout.columns[place]
        return self.stored(to, place, column.as_hubspot(value) if to is Side.HUBSPOT else column.as_salesforce(value))

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


def equal(column: Column, s: Cell, h: Cell) -> bool:
    there = column.as_hubspot(s)
    if there is UNSEEN or h is UNSEEN:
        return False
    return same(column.kind, there, h) or (column.converts and column.as_salesforce(h) == s)


_PERTURBED = st.sampled_from(("nothing", "nothing", "nothing", "edit", "edit", "edit", "clear", "unseen"))
_BASED = st.sampled_from(("rightly",) * 4 + ("not", "wrongly", "wrongly"))
"""Wrongly: the memory says that the sides agreed on values that aren't the same."""
_PRESENCES = st.sampled_from((Presence.LIVE,) * 6 + (Presence.DELETED, Presence.UNSEEN))


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
    for place in range(width):
        _originate(draw, record, place)
        based = "rightly" if lone else draw(_BASED)
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
