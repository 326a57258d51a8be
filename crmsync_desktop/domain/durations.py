"""How long a call took: whole seconds in Salesforce (CallDurationInSeconds), milliseconds in HubSpot (hs_call_duration). Pure.

Both systems' fields are plain numbers whose unit is in their documentation only (Salesforce Object Reference, Task; HubSpot
calls guide), so it is known by name. Another field may hold the same property in any unit, and gets its number as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

import msgspec

from crmsync_desktop.domain.records import Cell, Fault, Side
from crmsync_desktop.domain.schema import Field, Kind
from crmsync_desktop.domain.values import canonical

IN_SECONDS: Final = frozenset({"CallDurationInSeconds"})
IN_MILLISECONDS: Final = frozenset({"hs_call_duration"})
_LONGEST: Final = 20
"""Digits: more than any field holds."""


def differ_in_unit(hubspot: Field, salesforce: Field) -> bool:
    return hubspot.name in IN_MILLISECONDS and salesforce.name in IN_SECONDS


class Duration(msgspec.Struct, frozen=True):
    """Implements translation.BesideTranslation for the column at `place`. Seconds are rounded, halves up; as long as they
    are what the milliseconds round to, nothing is written. What is no number is left as it is, so that the other system's
    refusal names it."""

    place: int

    @property
    def waits(self) -> bool:
        return False

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        current = target[self.place] or None if target else None
        if current and _seconds(current) == cell:
            return current
        seconds = _number(cell)
        return cell or None if seconds is None else canonical(Kind.NUMBER, seconds * 1000)

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        return _seconds(cell) or None

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        return (salesforce[self.place] or "") == _seconds(hubspot[self.place] or "")

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        raise AssertionError("a duration has a counterpart on either side")


def _seconds(milliseconds: str) -> str:
    number = _number(milliseconds)
    if number is None:
        return milliseconds
    return canonical(Kind.NUMBER, (number / 1000).quantize(Decimal(1), ROUND_HALF_UP)) or ""


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < _LONGEST else None
