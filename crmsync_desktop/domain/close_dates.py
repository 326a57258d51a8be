"""A deal without a close date: Salesforce makes no opportunity without one. A setting lends it one, so many days from now;
without it such a deal waits, with an error that names the date. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from crmsync_desktop.domain.layout import Column, Layout
from crmsync_desktop.domain.records import Cell, Fault, Side
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
    reading = CloseDateReading(column, canonical(column.salesforce[OBJECT].kind, lent) or "")
    columns = list(layout.columns)
    columns[column.place] = msgspec.structs.replace(column, translation=reading, beside=True)
    return msgspec.structs.replace(layout, columns=tuple(columns))


class CloseDateReading(msgspec.Struct, frozen=True):
    """Implements translation.MindfulTranslation: dates as the `column` reads them, and `lent` for a new opportunity."""

    column: Column
    lent: str

    @property
    def waits(self) -> bool:
        return False

    def since(self, salesforce: Cell, hubspot: Cell) -> CloseDateReading:
        return CloseDateReading(self.column.since(salesforce, hubspot), self.lent)

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        return self.column.as_hubspot(cell or None, cells, target)

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        return self.column.as_salesforce(cell or None, cells, target) if cell or target else self.lent

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        if self.column.beside:
            return bool(self.column.translation.agrees(salesforce, hubspot))
        s, h = salesforce[self.column.place] or None, hubspot[self.column.place] or None
        return self.column.as_hubspot(s) == h or self.column.as_salesforce(h) == s

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        raise AssertionError("a date has a counterpart on either side")
