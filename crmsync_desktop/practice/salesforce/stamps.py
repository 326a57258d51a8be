"""Dates and times as the Salesforce API writes and reads them.

Stored and sent in one form, `2026-01-31T12:00:00.000+0000` (UTC, no colon in the offset), so that text order is time
order and a page of rows needs no conversion.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import formatdate
from functools import lru_cache

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_DATETIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def stamp(seconds: int) -> str:
    """Whole seconds since the epoch in the API's form."""
    day, rest = divmod(seconds, 86_400)
    return f"{_day(day)}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}.000+0000"


@lru_cache(maxsize=8192)
def _day(number: int) -> str:
    """The date of a day since the epoch."""
    return date.fromordinal(_EPOCH_DAY + number).isoformat()


def seconds(text: str) -> int:
    """The way back from `stamp`."""
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp())


def parse_datetime(text: str, *, offset_required: bool = False) -> str | None:
    """An ISO 8601 date and time in the API's form (UTC, milliseconds); None when it is none.

    Unverified: a date and time without an offset is taken as UTC.
    """
    match = _DATETIME.fullmatch(text)
    if match is None or (offset_required and match[4] is None):
        return None
    try:
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}")
    except ValueError:
        return None
    millis = int(((match[3] or "") + "000")[:3])
    zone = UTC
    if match[4] and match[4].upper() != "Z":
        digits = match[4].replace(":", "")
        minutes = int(digits[1:3]) * 60 + int(digits[3:5])
        if minutes >= 24 * 60:
            return None
        zone = timezone(timedelta(minutes=-minutes if digits[0] == "-" else minutes))
    try:
        moment = moment.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return None
    return moment.replace(tzinfo=None, microsecond=millis * 1000).isoformat(timespec="milliseconds") + "+0000"


def parse_date(text: str) -> str | None:
    """`2026-01-31`, or the date part of a date and time; None when it is neither."""
    head = text[:10]
    if len(text) > 10 and _DATETIME.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(head).isoformat() if re.fullmatch(r"\d{4}-\d{2}-\d{2}", head) else None
    except ValueError:
        return None


def http_date(when: float) -> str:
    """RFC 9110 date of a header, from seconds since the epoch."""
    return formatdate(when, usegmt=True)
