"""Values of conditions, from what a person wrote to canonical text of the field's kind."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.filters import LONGEST_VALUE
from crmsync_desktop.domain.record_ids import IdFault, read_id
from crmsync_desktop.domain.relative_dates import relative_date
from crmsync_desktop.domain.schema import Field, Kind
from crmsync_desktop.domain.values import canonical, stamp

_NUMBER: Final = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d{1,6})?(Z|[+-]\d{2}:?\d{2})?", re.ASCII | re.IGNORECASE
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_YEARS: Final = range(1700, 4001)
"""Of dates that Salesforce keeps (help.salesforce.com, "Custom Field Types": 1700 to 4000)."""
_LARGEST_INT: Final = 2**31 - 1
_WORDS: Final = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}
_IDS: Final = frozenset({Kind.ID, Kind.REFERENCE, Kind.OWNER})
_EXPECTED: Final = {
    Kind.NUMBER: "Give a number without separators: 1000000 or 12.5.",
    Kind.DATE: "Give a date such as 2026-01-31, or a relative one: TODAY, THIS_MONTH, LAST_N_DAYS:30.",
    Kind.DATETIME: "Give a date or a time such as 2026-01-31 or 2026-01-31T12:00:00Z, or a relative date: TODAY, "
    "THIS_MONTH, LAST_N_DAYS:30.",
    Kind.BOOL: "Give true or false.",
}

Span = tuple[str, str]
"""The first and the last value that are meant: a day is a span of times. Both are the same for all else."""


def is_id(field: Field) -> bool:
    """Whether its values are ids. A record type stands as a picklist here and holds one."""
    return field.kind in _IDS or field.native_type == "reference"


def expected(field: Field) -> str:
    """What a person can do about a value that doesn't fit."""
    if is_id(field):
        return "Give a Salesforce id of 15 or 18 characters."
    if field.kind is Kind.NUMBER and field.native_type == "int":
        return f"Give a whole number up to {_LARGEST_INT}."
    return _EXPECTED.get(field.kind, f"Give a text of at most {LONGEST_VALUE} characters.")


def span_of(field: Field, text: str, zone: str, key_prefix: str = "") -> Span | None:
    """None where the text is no value of the field. `zone`: of days and of times that name none. `key_prefix`: of the
    object, for its own Id. Raises SetupError for a zone that this computer doesn't know."""
    if field.kind is Kind.DATETIME:
        return _times(text.strip(), zone)
    found = value_of(field, text, key_prefix)
    return (found, found) if found is not None else None


def value_of(field: Field, text: str, key_prefix: str = "") -> str | None:
    """As `span_of`, for all kinds but times."""
    given = unicodedata.normalize("NFC", text).strip()
    if not given or len(given) > LONGEST_VALUE or _CONTROL.search(given):
        return None
    if is_id(field):
        found = read_id(given, key_prefix if field.kind is Kind.ID else "")
        return None if isinstance(found, IdFault) else found
    if field.kind is Kind.NUMBER:
        return _number(field, given)
    if field.kind is Kind.DATE:
        return relative_date(given) or _day(given)
    if field.kind is Kind.BOOL:
        return _WORDS.get(given.lower())
    return canonical(field.kind, given)


def piece_of(text: str) -> str | None:
    """A part of a text: spaces at its ends count."""
    given = unicodedata.normalize("NFC", text)
    return given if given.strip() and len(given) <= LONGEST_VALUE and not _CONTROL.search(given) else None


def _number(field: Field, text: str) -> str | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = canonical(Kind.NUMBER, text)
    if number is not None and field.native_type == "int" and ("." in number or abs(int(number)) > _LARGEST_INT):
        return None
    return number


def _day(text: str) -> str | None:
    found = _date(text)
    return found.isoformat() if found else None


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
    return found if found and found.year in _YEARS else None


def _times(text: str, zone: str) -> Span | None:
    if relative := relative_date(text):
        return relative, relative
    if day := _date(text):
        first = datetime.combine(day, time(), _zone(zone))
        after = datetime.combine(day + timedelta(days=1), time(), _zone(zone))
        return stamp(first.timestamp()), stamp(after.timestamp() - 1)
    match = _DATETIME.fullmatch(text)
    day = _date(match[1]) if match else None
    if match is None or day is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}{(match[3] or '').upper()}")
        found = stamp((moment if moment.tzinfo else moment.replace(tzinfo=_zone(zone))).timestamp())
    except (ValueError, OverflowError):
        return None
    return found, found


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SetupError(
            f"This computer doesn't know the time zone {name}.",
            "A day in the filter begins at midnight of that zone.",
            "Give times with Z at the end, in UTC: 2026-01-31T12:00:00Z.",
        ) from None
