"""Amounts of deals and the currency that they are in (O3). Pure.

An org with several currencies has a currency on each opportunity, as a deal has: the two travel together, or neither does
(domain/companions.py). An org with one has none to tell: its amounts are in that one, so only those of deals in the same
currency are the same amounts. The others stay as they are on both sides, with a notice, unless a setting sends them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from crmsync_desktop.domain.layout import Column, Layout
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Side
from crmsync_desktop.domain.schema import Kind, Schema
from crmsync_desktop.domain.values import canonical, same

CODE: Final = "deal_currency_code"
"""HubSpot's property; blank stands for the account's own currency."""
OBJECT: Final = "Opportunity"
CURRENCY_DIFFERS: Final = "CURRENCY_DIFFERS"
CURRENCY_UNKNOWN: Final = "CURRENCY_UNKNOWN"
_MONEY: Final = "currency"
"""describe's type of fields that hold amounts."""


class Money(msgspec.Struct, frozen=True):
    """`company`: the HubSpot account's own currency; `org`: that of an org with one currency, "" where it is taken to be the
    account's. `everything`: amounts travel whatever the currency of the deal."""

    company: str
    org: str = ""
    everything: bool = False

    @property
    def here(self) -> str:
        return self.org or self.company


def read_in(layout: Layout, hubspot: Schema, money: Money) -> Layout:
    """The layout of deals with amounts and currencies read so. An org without currencies on its records gets a column more,
    which only watches each deal's. Unchanged where nothing is an amount."""
    amounts = [column for column in layout.columns if _is_amount(column)]
    code = next((column for column in layout.columns if column.property == CODE), None)
    if not amounts and code is None:
        return layout
    columns = list(layout.columns)
    if code is not None:
        columns[code.place] = msgspec.structs.replace(
            code, translation=CurrencyReading(code.place, money.company), beside=True, strict=True
        )
        # The amount leads: what an opportunity has for a currency before it has an amount is only the org's default.
        sums = tuple((column.place, code.place) for column in amounts)
        return msgspec.structs.replace(layout, columns=tuple(columns), groups=(*layout.groups, *sums))
    if money.everything or CODE not in hubspot.fields:
        return layout
    place = len(columns)
    for column in amounts:
        reading = AmountReading(column.place, place, money, column.hubspot.kind, column.scale, column.property)
        columns[column.place] = msgspec.structs.replace(column, translation=reading, beside=True, strict=True)
    columns.append(Column(place, CODE, Rule.TWO_WAY, Kind.TEXT, hubspot.fields[CODE], {}))
    return msgspec.structs.replace(layout, columns=tuple(columns))


def _is_amount(column: Column) -> bool:
    field = column.salesforce.get(OBJECT)
    return field is not None and field.native_type == _MONEY and column.kind is Kind.NUMBER


class CurrencyReading(msgspec.Struct, frozen=True):
    """Implements layout.BesideTranslation for the currency of a deal and an opportunity: the same code on both sides, blank
    in HubSpot being the account's own currency."""

    place: int
    company: str

    @property
    def waits(self) -> bool:
        return False

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        return cell or None

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        return cell or self.company or UNSEEN

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        return (salesforce[self.place] or None) == (hubspot[self.place] or self.company or None)

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        message = "The deal has no currency, and HubSpot doesn't say which one the account counts in."
        return Fault(Category.PROPERTY_VALUES, CURRENCY_UNKNOWN, message, (CODE,))


class AmountReading(msgspec.Struct, frozen=True):
    """Implements layout.BesideTranslation for an amount of an org with one currency. `code_place`: where a deal's cells have
    its currency. `kind` and `scale` as the layout's column has them for HubSpot and Salesforce."""

    place: int
    code_place: int
    money: Money
    kind: Kind
    scale: int | None
    name: str

    @property
    def waits(self) -> bool:
        return False

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        if self._foreign(target):
            return UNSEEN if cell or target else None
        return canonical(self.kind, cell)

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        if self._foreign(cells):
            return UNSEEN if cell or target else None
        return canonical(Kind.NUMBER, cell, self.scale)

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        s, h = salesforce[self.place] or None, hubspot[self.place] or None
        if s is None and h is None:
            return True
        if self._foreign(hubspot):
            return False
        return same(Kind.NUMBER, s, h) or canonical(Kind.NUMBER, h, self.scale) == s

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        deal = self._code(cells) if side is Side.SALESFORCE else ""
        whose = f"The deal is in {deal}" if deal else "The deal is in another currency"
        message = (
            f"{whose} and the Salesforce org counts in {self.money.here}: the amount stays as it is on both sides."
        )
        return Fault(Category.PROPERTY_VALUES, CURRENCY_DIFFERS, message, (self.name,))

    def _code(self, hubspot: Sequence[Cell]) -> str:
        """A deal's currency; the account's own for one that has none, or isn't there yet."""
        cell = hubspot[self.code_place] if self.code_place < len(hubspot) else None
        return cell or self.money.company

    def _foreign(self, hubspot: Sequence[Cell]) -> bool:
        code = self._code(hubspot)
        return bool(code) and code != self.money.here
