"""SOQL's relative dates (TODAY, LAST_N_DAYS:7 …) as half-open ranges of days, as the SOQL reference lists them.

Days are those of the org's time zone, which is UTC; fiscal years begin in January, as in a new org.

Unverified: weeks begin on Sunday, as in the locale en_US, whatever locale the user has.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

_DAY = timedelta(days=1)
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


def day_range(literal: str, now: float) -> tuple[date, date] | None:
    """First day, and the day after the last, of a date literal at `now` (seconds since the epoch); None when it lies
    beyond the years 1 to 9999."""
    try:
        return _range(literal.upper(), datetime.fromtimestamp(now, UTC).date())
    except (OverflowError, ValueError):
        return None


def _range(literal: str, today: date) -> tuple[date, date]:
    word, _, number = literal.replace("FISCAL_", "").partition(":")
    if word in ("YESTERDAY", "TODAY", "TOMORROW"):
        start = today + {"YESTERDAY": -_DAY, "TODAY": timedelta(), "TOMORROW": _DAY}[word]
        return start, start + _DAY
    if word in ("LAST_90_DAYS", "NEXT_90_DAYS"):
        word, number = word.replace("90", "N"), "90"
    if word.endswith("_AGO"):
        unit, count = word.removeprefix("N_").removesuffix("S_AGO"), int(number)
        start = _move(unit, _start(unit, today), -count)
        return start, _move(unit, start, 1)
    if number:
        return _counted(word, int(number), today)
    which, unit = word.split("_")
    start = _start(unit, today)
    shift = {"LAST": -1, "THIS": 0, "NEXT": 1}[which]
    return _move(unit, start, shift), _move(unit, start, shift + 1)


def _counted(word: str, count: int, today: date) -> tuple[date, date]:
    which, _, unit = word.split("_")
    if unit == "DAYS":
        # LAST_N_DAYS takes in today; NEXT_N_DAYS starts tomorrow.
        return (today - count * _DAY, today + _DAY) if which == "LAST" else (today + _DAY, today + (count + 1) * _DAY)
    single = unit.removesuffix("S")
    start = _start(single, today)
    if which == "LAST":
        return _move(single, start, -count), start
    return _move(single, start, 1), _move(single, start, count + 1)


def _start(unit: str, today: date) -> date:
    match unit:
        case "DAY":
            return today
        case "WEEK":
            return today - timedelta(days=(today.weekday() + 1) % 7)
        case "MONTH":
            return today.replace(day=1)
        case "QUARTER":
            return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        case _:
            return today.replace(month=1, day=1)


def _move(unit: str, start: date, count: int) -> date:
    if unit in ("DAY", "WEEK"):
        return start + timedelta(days=count * (7 if unit == "WEEK" else 1))
    index = start.year * 12 + start.month - 1 + _MONTHS[unit] * count
    return date(index // 12, index % 12 + 1, 1)
