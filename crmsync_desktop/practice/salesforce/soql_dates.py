"""SOQL's relative dates (TODAY, LAST_N_DAYS:7 …) as half-open ranges of days.

Days are UTC days (unverified: a real org uses the user's time zone). Weeks start on Sunday, as in the US locale.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta


def day_range(literal: str, now: float) -> tuple[date, date]:
    """First day, and the day after the last, of a date literal at `now` (seconds since the epoch)."""
    today = datetime.fromtimestamp(now, UTC).date()
    word, _, number = literal.upper().partition(":")
    day = timedelta(days=1)
    if word in ("YESTERDAY", "TODAY", "TOMORROW"):
        start = today + {"YESTERDAY": -day, "TODAY": timedelta(), "TOMORROW": day}[word]
        return start, start + day
    if word == "N_DAYS_AGO":
        start = today - int(number) * day
        return start, start + day
    if word in ("LAST_90_DAYS", "NEXT_90_DAYS"):
        word, number = word.replace("90", "N"), "90"
    if number:
        return _counted(word, int(number), today)
    which, unit = word.split("_")
    start = _start(unit, today)
    shift = {"LAST": -1, "THIS": 0, "NEXT": 1}[which]
    return _move(unit, start, shift), _move(unit, start, shift + 1)


def _counted(word: str, count: int, today: date) -> tuple[date, date]:
    which, _, unit = word.split("_")
    day = timedelta(days=1)
    if unit == "DAYS":
        # LAST_N_DAYS takes in today; NEXT_N_DAYS starts tomorrow.
        return (today - count * day, today + day) if which == "LAST" else (today + day, today + (count + 1) * day)
    single = unit.removesuffix("S")
    start = _start(single, today)
    if which == "LAST":
        return _move(single, start, -count), start
    return _move(single, start, 1), _move(single, start, count + 1)


def _start(unit: str, today: date) -> date:
    match unit:
        case "WEEK":
            return today - timedelta(days=(today.weekday() + 1) % 7)
        case "MONTH":
            return today.replace(day=1)
        case "QUARTER":
            return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        case _:
            return today.replace(month=1, day=1)


def _move(unit: str, start: date, count: int) -> date:
    if unit == "WEEK":
        return start + timedelta(weeks=count)
    months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[unit] * count
    index = start.year * 12 + start.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
