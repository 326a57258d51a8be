"""Which column of a table holds the ids or e-mail addresses that somebody made a list of. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from crmsync_desktop.domain.errors import SetupError


class Wanted(StrEnum):
    IDS = "ids"
    EMAILS = "emails"

    @property
    def label(self) -> str:
        return "Salesforce ids" if self is Wanted.IDS else "e-mail addresses"


class Column(msgspec.Struct, frozen=True):
    """Its place, from 0; its heading, "" where the table has none; and the first row that is a value, from 0."""

    place: int
    heading: str
    first: int


_ID: Final = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_HEADINGS: Final = {
    Wanted.IDS: ("id", "salesforceid", "recordid", "salesforcerecordid", "18digitid", "sfid"),
    Wanted.EMAILS: ("email", "emailaddress", "mail", "workemail", "primaryemail"),
}
_SHOWN: Final = 20


def looks_like(wanted: Wanted, cell: str) -> bool:
    """Whether a cell has the form of an id (15 or 18 letters and digits, one a digit), or of an address."""
    if wanted is Wanted.EMAILS:
        return _EMAIL.fullmatch(cell) is not None
    return _ID.fullmatch(cell) is not None and any(c.isdecimal() for c in cell)


def all_wanted(rows: Sequence[Sequence[str]], wanted: Wanted) -> bool:
    """Whether a table's first rows are no table but a list with several values a line."""
    return any(len(row) > 1 for row in rows) and all(looks_like(wanted, cell) for row in rows for cell in row if cell)


def parted(text: str) -> list[str]:
    """The values of a list as somebody pasted it: parted by lines, blanks, commas or semicolons."""
    return [part for part in re.split(r"[\s,;]+", text) if part]


def find_column(rows: Sequence[Sequence[str]], wanted: Wanted, named: str = "") -> Column:
    """The column of a table's first rows, trimmed. `named`: its heading, or its number from 1. Raises SetupError where the
    table has no such column, or none that can be told to hold what is wanted."""
    top = rows[0] if rows else ()
    heading = not any(looks_like(wanted, cell) for cell in top)
    if named:
        return _named(top, wanted, named)
    if heading:
        for name in _HEADINGS[wanted]:
            for place, cell in enumerate(top):
                if _plain(cell) == name:
                    return Column(place, cell, 1)
    return _told(rows, top, wanted, heading)


def _told(rows: Sequence[Sequence[str]], top: Sequence[str], wanted: Wanted, heading: bool) -> Column:
    """By what stands in it."""
    place = _fullest(rows, wanted)
    if place is None:
        if all(len(row) <= 1 for row in rows):
            # One column: nobody has to say which. What is wrong with its values is told one by one.
            return Column(0, "", 0)
        raise SetupError(
            f"No column holds {wanted.label}.", _columns(top), "Name the column, by its heading or its number."
        )
    return Column(place, _at(top, place) if heading else "", 1 if heading else 0)


def _named(top: Sequence[str], wanted: Wanted, named: str) -> Column:
    for place, cell in enumerate(top):
        if _plain(cell) == _plain(named) and not looks_like(wanted, cell):
            return Column(place, cell, 1)
    if named.isascii() and named.isdecimal() and 0 < int(named) <= len(top):
        cell = top[int(named) - 1]
        return Column(int(named) - 1, "", 0) if looks_like(wanted, cell) else Column(int(named) - 1, cell, 1)
    raise SetupError(f"There is no column “{named}”.", _columns(top), "")


def _fullest(rows: Sequence[Sequence[str]], wanted: Wanted) -> int | None:
    """The column that most often holds what is wanted; the first of several."""
    counts: dict[int, int] = {}
    for row in rows:
        for place, cell in enumerate(row):
            if looks_like(wanted, cell):
                counts[place] = counts.get(place, 0) + 1
    return min(counts, key=lambda place: (-counts[place], place)) if counts else None


def _at(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _columns(top: Sequence[str]) -> str:
    names = ", ".join(f"{number} {cell[:40]}".strip() for number, cell in enumerate(top[:_SHOWN], 1))
    more = f" and {len(top) - _SHOWN} more" if len(top) > _SHOWN else ""
    return f"Its columns are: {names}{more}." if names else "It has none."


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.casefold())
