"""The moments that a list's filters name: fixed dates, and points counted from now.

Source: HubSpot's guide to list filters (`timePoint` with a DATE, or an INDEXED reference and an offset).
Unverified: a week begins on Monday in list filters.
Unverified: a month of a quarter is counted from the first of the quarter, which is 1.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmsync_desktop.practice.hubspot.refusals import invalid

DAY_MS = 86_400_000
MONTHS = tuple(name.upper() for name in calendar.month_name)
WEEKDAYS = tuple(name.upper() for name in calendar.day_name)
POINT, CALENDAR = ("timeType", "zoneId", "timezoneSource"), ("year", "month", "day")
CLOCK = ("hour", "minute", "second", "millisecond")
OFFSETS = {
    "days": 86_400_000,
    "weeks": 7 * 86_400_000,
    "hours": 3_600_000,
    "minutes": 60_000,
    "seconds": 1_000,
    "milliseconds": 1,
}
MONTH_OFFSETS = {"months": 1, "quarters": 3, "years": 12}


class Moments:
    """Moments as milliseconds since the epoch, seen from one of them."""

    def __init__(self, now_ms: int, zone: str) -> None:
        self.now_ms = now_ms
        self._zone = ZoneInfo(zone)

    def day(self, given: Mapping[str, Any]) -> int:
        """The start of a calendar day: `year`, `month` (an English name) and `day`, in UTC. Raises a 400 Refusal."""
        if not isinstance(given.get("month"), str):
            raise invalid("The month of a DATE operation is its English name.")
        return _milliseconds(_built(given, UTC))

    def point(self, given: object) -> int:
        """Raises a 400 Refusal for what is no time point."""
        try:
            return self._point(given)
        except (ValueError, OverflowError):
            raise invalid("A time point is beyond what a calendar holds.") from None

    def _point(self, given: object) -> int:
        if not isinstance(given, dict) or given.get("timeType") not in ("DATE", "INDEXED"):
            raise invalid("A time point is of type DATE, INDEXED or PROPERTY_REFERENCED.")
        dated = given["timeType"] == "DATE"
        refuse_unknown(given, {*POINT, *CALENDAR, *CLOCK} if dated else {*POINT, "indexReference", "offset"})
        zone = self._zone_of(given)
        if dated:
            return _milliseconds(_built(given, zone))
        reference, offset = given.get("indexReference"), given.get("offset") or {}
        if not isinstance(reference, dict) or not isinstance(offset, dict):
            raise invalid("An INDEXED time point needs an indexReference.")
        refuse_unknown(reference, {"referenceType", "dayOfWeek", "month", "day", *CLOCK})
        moment = self._reference(reference, zone)
        refuse_unknown(offset, {*OFFSETS, *MONTH_OFFSETS})
        moment = _months_later(
            moment, sum(_whole(offset[name]) * months for name, months in MONTH_OFFSETS.items() if name in offset)
        )
        shift = sum(_whole(offset[name]) * length for name, length in OFFSETS.items() if name in offset)
        return _milliseconds(moment + timedelta(milliseconds=shift))

    def _reference(self, reference: Mapping[str, Any], zone: tzinfo) -> datetime:
        now = datetime.fromtimestamp(self.now_ms / 1000, zone)
        kind = reference.get("referenceType")
        if kind == "NOW":
            return now
        start = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if kind == "TODAY":
            moment = start
        elif kind == "WEEK" and reference.get("dayOfWeek") in WEEKDAYS:
            moment = start + timedelta(days=WEEKDAYS.index(reference["dayOfWeek"]) - now.weekday())
        elif kind == "MONTH":
            moment = _day_of(start, start.month, reference)
        elif kind == "QUARTER":
            moment = _day_of(start, (now.month - 1) // 3 * 3 + _whole(reference.get("month") or 1), reference)
        elif kind == "YEAR":
            moment = _day_of(start, _whole(reference.get("month") or 1), reference)
        else:
            raise invalid(f"{kind} is not a reference of a time point.")
        return _with_clock(moment, reference)

    def _zone_of(self, given: Mapping[str, Any]) -> tzinfo:
        name = given.get("zoneId")
        if not name:
            return self._zone
        try:
            return ZoneInfo(str(name))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise invalid(f"{name} is not a time zone.") from None


def refuse_unknown(given: Mapping[str, Any], known: set[str]) -> None:
    """Raises a 400 Refusal for a key that isn't among the known ones."""
    if unknown := sorted(set(given) - known):
        raise invalid(f"A time point has no {unknown[0]}.")


def _day_of(start: datetime, month: int, reference: Mapping[str, Any]) -> datetime:
    """A day of a month of this year; the last day of a month that is shorter."""
    if not 1 <= month <= 12:
        raise invalid(f"There is no month {month}.")
    last = calendar.monthrange(start.year, month)[1]
    return start.replace(month=month, day=min(max(1, _whole(reference.get("day") or 1)), last))


def _built(given: Mapping[str, Any], zone: tzinfo) -> datetime:
    month = given.get("month")
    number = MONTHS.index(month.upper()) if isinstance(month, str) and month.upper() in MONTHS[1:] else month
    try:
        return _with_clock(
            datetime(_whole(given.get("year")), _whole(number), _whole(given.get("day")), tzinfo=zone), given
        )
    except (ValueError, OverflowError):
        raise invalid(f"There is no day {given.get('year')}-{month}-{given.get('day')}.") from None


def _with_clock(moment: datetime, given: Mapping[str, Any]) -> datetime:
    hour, minute, second, millisecond = (_whole(given.get(name) or 0) for name in CLOCK)
    return moment.replace(hour=hour, minute=minute, second=second, microsecond=millisecond * 1000)


def _months_later(moment: datetime, months: int) -> datetime:
    total = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(total, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid(f"{value!r} is not a whole number.")
    return value


def _milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
