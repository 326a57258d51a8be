"""A moment on one side and a day on the other: a due date, a close date (semantics 3). Pure.

The day is the one that the moment falls on in the time zone of the HubSpot account. A day that comes to the side with moments
keeps the time of day that stood there; a new one is midnight in that zone. (HubSpot gives tasks that people make a due time of
its own choice, but what that is hangs on each user's settings, which no API tells.)

Until zones were minded, days were taken in UTC. What both sides agreed on then may fall on another day now, and must not look
like an edit: two values that nobody has edited since they last agreed stay, if they are a day apart at most. So they do when
the account moves to another zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from crmsync_desktop.domain.records import UNSEEN, Cell, Fault, Side
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.values import canonical

_ZONE_APART: Final = timedelta(days=1)
"""How far one moment's day can be from its day in another zone."""


class Day(msgspec.Struct, frozen=True):
    """Implements translation.MindfulTranslation for the column at `place`. `moment`: the side that holds moments (canonical
    datetimes); the other holds days. `lent`: the moment of a new HubSpot record that has no day in Salesforce, "" for none:
    HubSpot makes no activity without one. It stays in HubSpot alone until it is edited. `zone` is one that `is_known`. `salesforce` and `hubspot` are the bases. What is no date is left as it
    is, so that the other system's refusal names it."""

    place: int
    zone: str
    moment: Side
    lent: str = ""
    salesforce: Cell = UNSEEN
    hubspot: Cell = UNSEEN

    @property
    def waits(self) -> bool:
        return False

    def since(self, salesforce: Cell, hubspot: Cell) -> Day:
        return Day(self.place, self.zone, self.moment, self.lent, salesforce, hubspot)

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        return self._across(Side.HUBSPOT, cell, target)

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        return self._across(Side.SALESFORCE, cell, target)

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        s, h = salesforce[self.place] or None, hubspot[self.place] or None
        unmoved = self.salesforce == s and self.hubspot == h
        if s is None or h is None:
            return s is h or (s is None and unmoved and bool(self.lent))
        moment, day = (s, h) if self.moment is Side.SALESFORCE else (h, s)
        falls_on = _day_of(moment, _zone(self.zone))
        if falls_on == day:
            return True
        return unmoved and _near(falls_on, day)

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        raise AssertionError("a date has a counterpart on either side")

    def _across(self, side: Side, cell: str, target: Sequence[Cell]) -> Cell:
        if not cell:
            return self.lent or None if side is self.moment and not target else None
        zone = _zone(self.zone)
        if side is not self.moment:
            return _day_of(cell, zone)
        current = target[self.place] or "" if target else ""
        return current if current and _day_of(current, zone) == cell else _moment_of(cell, current, zone)


def is_known(zone: str) -> bool:
    """Whether this computer knows a time zone of this name (IANA)."""
    try:
        _zone(zone)
    except (LookupError, ValueError, OSError):
        return False
    return True


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


def _day_of(moment: str, zone: tzinfo) -> str:
    local = _local(moment, zone)
    return local.date().isoformat() if local else moment


def _moment_of(day: str, current: str, zone: tzinfo) -> str:
    """A day at the time of day of the current moment. Where the clocks leave that time out, it is as much later."""
    local = _local(current, zone)
    at = local.time().replace(fold=0) if local else time()
    try:
        moment = datetime.combine(date.fromisoformat(day), at, zone)
    except ValueError:
        return day
    return canonical(Kind.DATETIME, moment.isoformat()) or day


def _local(moment: str, zone: tzinfo) -> datetime | None:
    try:
        return datetime.fromisoformat(moment).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def _near(one: str, other: str) -> bool:
    try:
        return abs(date.fromisoformat(one) - date.fromisoformat(other)) <= _ZONE_APART
    except ValueError:
        return False
