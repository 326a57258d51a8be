"""A deal without a close date: Salesforce makes no opportunity without one. A setting lends it one, so many days from now;
without it such a deal waits, with an error that names the date. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.records import Cell, Fault, Side
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.values import canonical

PROPERTY: Final = "closedate"
OBJECT: Final = "Opportunity"


def lent_by(layout: Layout, today: str, days: int) -> Layout:
    """The layout of deals in which a new opportunity gets a close date `days` from `today` (ISO) if its deal has none.
    Unchanged where `days` is 0 or the close date doesn't travel."""
    column = next((column for column in layout.columns if column.property == PROPERTY), None)
    if column is None or days == 0 or OBJECT not in column.salesforce:
        return layout
    lent = (date.fromisoformat(today) + timedelta(days=days)).isoformat()
    kinds = column.hubspot.kind, column.salesforce[OBJECT].kind
    reading = CloseDateReading(column.place, *kinds, canonical(kinds[1], lent) or "")
    columns = list(layout.columns)
    columns[column.place] = msgspec.structs.replace(column, translation=reading, beside=True)
    return msgspec.structs.replace(layout, columns=tuple(columns))


class CloseDateReading(msgspec.Struct, frozen=True):
    """Implements layout.BesideTranslation: dates as both sides' kinds have them, and `lent` for a new opportunity."""

    place: int
    hubspot: Kind
    salesforce: Kind
    lent: str

    @property
    def waits(self) -> bool:
        return False

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        return canonical(self.hubspot, cell)

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        return canonical(self.salesforce, cell) if cell or target else self.lent

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        s, h = salesforce[self.place] or "", hubspot[self.place] or ""
        return canonical(self.hubspot, s) == (h or None) or canonical(self.salesforce, h) == (s or None)

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        raise AssertionError("a date has a counterpart on either side")
