"""SOQL text: literals that stay literals, and lists cut to what one query may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from crmsync_desktop.domain.errors import BugError
from crmsync_desktop.domain.schema import Field, Kind

MAX_LITERAL = 4_000
"""Characters of one string literal in WHERE (help.salesforce.com 000386264)."""
MAX_LIST = 60_000
"""Characters of one IN list; a query may hold 100,000 (same page), and fields take their part."""
MAX_ROWS = 2_000
"""Rows of one page of an answer: a longer list of unique values would only add a page."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ESCAPES = {
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}
_ESCAPED = re.compile(r"[\\'\"\n\r\t\b\f]")
_UNPRINTABLE = re.compile(r"[\x00-\x07\x0b\x0e-\x1f\x7f]")
_NUMBER = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def name(identifier: str) -> str:
    """An object or field name as it may stand in a query. Raises BugError for anything else."""
    if not _NAME.fullmatch(identifier):
        raise BugError("That can't be the API name of a Salesforce object or field.", repr(identifier))
    return identifier


def text(value: str) -> str:
    """A quoted string literal."""
    return "'" + _ESCAPED.sub(lambda match: _ESCAPES[match[0]], value) + "'"


def pattern(value: str, before: str = "", after: str = "") -> str:
    """A quoted pattern of LIKE: `value` as it stands between `before` and `after`, each "" or "%" for anything."""
    inner = text(value)[1:-1].replace("%", "\\%").replace("_", "\\_")
    return f"'{before}{inner}{after}'"


def literal(field: Field, value: str) -> str | None:
    """A value of `field` as a literal, or None where no record can have it: blank (SOQL takes '' for null and would find
    every record without a value), longer than a literal may be, or not of the field's type."""
    value = value.strip()
    if not value or _UNPRINTABLE.search(value):
        return None
    if field.kind is Kind.NUMBER:
        return value if _NUMBER.fullmatch(value) else None
    if field.kind is Kind.DATE:
        return value if _DATE.fullmatch(value) else None
    if field.kind is Kind.DATETIME:
        return value if DATETIME.fullmatch(value) else None
    if field.kind is Kind.BOOL:
        return value if value in ("true", "false") else None
    quoted = text(value)
    return quoted if len(quoted) <= MAX_LITERAL else None


def lists(literals: Iterable[str], rows: int = MAX_ROWS) -> Iterator[str]:
    """The literals, each once, as `(a,b,…)` lists of at most `rows` entries and MAX_LIST characters."""
    part: list[str] = []
    size = 0
    for item in dict.fromkeys(literals):
        if part and (len(part) >= rows or size + len(item) + 1 > MAX_LIST):
            yield "(" + ",".join(part) + ")"
            part, size = [], 0
        part.append(item)
        size += len(item) + 1
    if part:
        yield "(" + ",".join(part) + ")"


def select(fields: Sequence[str], source: str, where: str = "", order: str = "", nested: Sequence[str] = ()) -> str:
    """`nested`: subqueries of children, as they stand."""
    names = ",".join([*(name(field) for field in dict.fromkeys(fields)), *nested])
    query = f"SELECT {names} FROM {name(source)}"  # noqa: S608  # names are checked, values are literals
    if where:
        query += f" WHERE {where}"
    return f"{query} ORDER BY {order}" if order else query


def counting(source: str, where: str = "") -> str:
    query = f"SELECT COUNT() FROM {name(source)}"  # noqa: S608  # the name is checked, values are literals
    return f"{query} WHERE {where}" if where else query


def query_path(data: str, soql: str, *, all_rows: bool = False) -> str:
    """The path of a query (`queryAll` brings deleted rows too). Wholly percent-encoded, so that no value can look like
    composite's own `@{reference}`."""
    return f"{data}/{'queryAll' if all_rows else 'query'}?q={quote(soql, safe='')}"
