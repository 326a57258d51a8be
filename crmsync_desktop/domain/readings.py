"""Which fields take more than a table to be read across, by what they are: rich text beside plain text, a moment beside a day,
a duration in another unit. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from crmsync_desktop.domain.bodies import Body, Line
from crmsync_desktop.domain.days import Day
from crmsync_desktop.domain.durations import Duration, differ_in_unit
from crmsync_desktop.domain.mapping import Pair, PairKind
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind
from crmsync_desktop.domain.translation import BesideTranslation

_PLAIN: Final = frozenset({Kind.TEXT, Kind.LONG_TEXT})


def reading(
    place: int, pair: Pair, hubspot: Field, salesforce: Collection[Field], zone: str
) -> BesideTranslation | None:
    """How the column at `place` is read; None where both sides write its values alike. `zone`: the HubSpot account's."""
    kinds = {field.kind for field in salesforce}
    limits = [field.length for field in salesforce if field.length is not None]
    limit = min(limits, default=None) if pair.kind is PairKind.ACTIVITY else None
    if hubspot.kind is Kind.HTML and kinds <= _PLAIN:
        return Body(place, limit)
    if hubspot.kind in _PLAIN and limit is not None and all(map(_is_plain, salesforce)):
        return Line(place, limit)
    if (hubspot.kind, kinds) == (Kind.DATETIME, {Kind.DATE}):
        return Day(place, zone, Side.HUBSPOT)
    if (hubspot.kind, kinds) == (Kind.DATE, {Kind.DATETIME}):
        return Day(place, zone, Side.SALESFORCE)
    if all(differ_in_unit(hubspot, field) for field in salesforce):
        return Duration(place)
    return None


def _is_plain(field: Field) -> bool:
    """Subjects are lists of suggestions beside which any text may stand."""
    return field.kind in _PLAIN or field.native_type == "combobox"
