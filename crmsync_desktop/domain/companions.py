"""Values that are nothing without each other: a stage and its pipeline, an amount and its currency. They travel together, in
one direction and in one write, or not at all: an amount that got there without its currency would be another amount. Pure.

The first column of a group leads: where it is written, the others that don't agree go with it, whichever way they would have
gone by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from crmsync_desktop.domain.layout import Column, Layout
from crmsync_desktop.domain.records import UNSEEN, Cell, Fault, Side
from crmsync_desktop.domain.values import same

FIELDS: Final = {
    **dict.fromkeys(("pipeline", "dealstage", "RecordTypeId", "StageName"), "stage"),
    **dict.fromkeys(("hs_pipeline", "hs_pipeline_stage", "Status"), "stage"),
    **dict.fromkeys(("amount", "deal_currency_code", "Amount", "CurrencyIsoCode"), "money"),
}
"""By name of a property or field, what it stands and falls with."""


class Looked(Protocol):
    """One side of a link: planner.Look."""

    @property
    def cells(self) -> Sequence[Cell]: ...

    @property
    def base(self) -> Sequence[Cell]: ...


class Ways(Protocol):
    """What a plan for one link holds: planner.LinkPlan. Changes have a `place`."""

    to_salesforce: list[Any]
    to_hubspot: list[Any]
    held: list[int]


class Group:
    """The columns at `places` of one link. `equal` tells whether a column's sides agree, given how Salesforce's reads in
    HubSpot; `write` plans a write of a column's value to a side, or a fault."""

    def __init__(
        self,
        layout: Layout,
        places: Sequence[int],
        salesforce: Looked,
        hubspot: Looked,
        equal: Callable[[Column, Cell], bool],
        write: Callable[[Column, Side, Cell, str], None],
    ) -> None:
        self._columns = layout.columns
        self._looks = {Side.SALESFORCE: salesforce, Side.HUBSPOT: hubspot}
        self._equal, self._write = equal, write
        self._places, self._leader = places, places[0]

    def keep_together(self, plan: Ways, hold: bool) -> None:
        """Make what is planned for the group one plan. With `hold`, edits that speak against each other wait for a person."""
        ways = {Side.SALESFORCE: plan.to_salesforce, Side.HUBSPOT: plan.to_hubspot}
        leading = [side for side, changes in ways.items() if any(each.place == self._leader for each in changes)]
        behind = [place for place in self._places[1:] if not self._agree(place)]
        if self._leader not in plan.held and not leading:
            if not self._agree(self._leader):
                _drop(plan, self._places)
            return
        held = any(place in plan.held for place in (self._leader, *behind))
        if held or (hold and any(self._edited(place, leading[0]) for place in behind)):
            _drop(plan, self._places)
            plan.held += [place for place in (self._leader, *behind) if place not in plan.held]
            return
        changes, done = ways[leading[0]], {change.place for change in ways[leading[0]]}
        for place in behind:
            if place not in done:
                _drop(plan, (place,))
                if self._send(place, leading[0]) or any(change.place == place for change in changes):
                    done.add(place)
        if not done.issuperset(behind):
            _drop(plan, self._places)
        changes.sort(key=lambda change: change.place)

    def _agree(self, place: int) -> bool:
        """Also where one side can't be read: nothing is decided there."""
        s, h = (self._looks[side].cells for side in (Side.SALESFORCE, Side.HUBSPOT))
        if s[place] is UNSEEN or h[place] is UNSEEN:
            return True
        column = self._columns[place]
        return self._equal(column, column.as_hubspot(s[place], s, h))

    def _edited(self, place: int, side: Side) -> bool:
        look = self._looks[side]
        now, base = look.cells[place], look.base[place]
        return base is not UNSEEN and not same(self._columns[place].kind, now or None, base or None)

    def _send(self, place: int, side: Side) -> bool:
        """Whether the side has the value already."""
        column, source, target = self._columns[place], self._looks[side.other].cells, self._looks[side].cells
        read = column.as_hubspot if side is Side.HUBSPOT else column.as_salesforce
        value = read(source[place], source, target)
        if value is not UNSEEN and value == target[place]:
            return True
        self._write(column, side, value, f"goes with {self._columns[self._leader].property}")
        return False


def _drop(plan: Ways, places: Sequence[int]) -> None:
    for changes in (plan.to_salesforce, plan.to_hubspot):
        changes[:] = [change for change in changes if change.place not in places]


def broken(layout: Layout, side: Side, object: str, faults: Sequence[Fault]) -> frozenset[int]:
    """Places whose values a new record on `side` can't have, since others of their group are refused."""
    named = {name for fault in faults for name in fault.fields}
    found: set[int] = set()
    for _ in layout.groups:  # one may take down the next: several amounts share a currency
        for group in layout.groups:
            columns = [layout.columns[place] for place in group]
            names = {column.property for column in columns}
            names |= {field.name for column in columns if (field := column.field(side, object)) is not None}
            if not named.isdisjoint(names):
                found.update(group)
                named |= names
    return frozenset(found)


def unplaced(faults: Sequence[Fault]) -> bool:
    """Whether these keep a new record from being made at all: it would be in another stage than the one it stands for."""
    return any(FIELDS.get(name) == "stage" for fault in faults for name in fault.fields)
