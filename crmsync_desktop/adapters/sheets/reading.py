"""A list from a file: one column of a CSV file, a workbook or a plain text, as an admin's spreadsheet or mailbox gave it."""

from __future__ import annotations

import itertools
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from crmsync_desktop.adapters.sheets.text import text_rows
from crmsync_desktop.adapters.sheets.workbook import workbook_rows
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.list_columns import Column, Wanted, all_wanted, find_column
from crmsync_desktop.ports.sheets import Listing

MOST_BYTES = 100 * 1024 * 1024
MOST_ROWS = 1_000_000
_LOOKED_AT = 200
"""Rows by which the column is found."""
_LONGEST = 320
"""Characters of a value that are kept: the longest e-mail address has 320, and what is longer is neither."""
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What an Excel file begins with that is older than XLSX, or has a password (Microsoft: MS-CFB 2.2)."""


def read_list(path: Path, wanted: Wanted, column: str = "") -> Listing:
    """As ports.sheets.Sheets says."""
    try:
        beginning = _beginning(path)
        if beginning.startswith(_OLE):
            raise SetupError(
                f"{path.name} is an old Excel file, or has a password.", "", "Save it as .xlsx without one, or as CSV."
            )
        if beginning.startswith(_ZIP):
            rows, notice = workbook_rows(path)
        elif path.suffix.lower() in (".xlsx", ".xlsm"):
            raise SetupError(f"{path.name} isn't an XLSX workbook.", "", "Save it as .xlsx or CSV in your spreadsheet.")
        else:
            rows, notice = text_rows(path)
        return _listing(path, rows, notice, wanted, column)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SetupError(
            f"{path} can't be read: {reason}.", "", "Check the name, and whether you may open it."
        ) from error


def _beginning(path: Path) -> bytes:
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise SetupError(f"{path} is a folder.", "", "Name a file in it.")
    if not stat.S_ISREG(found.st_mode):
        raise SetupError(f"{path} isn't a file.", "", "Save the list in a file.")
    if not found.st_size:
        raise SetupError(f"{path.name} is empty.", "", "Put one id or e-mail address on each line.")
    if found.st_size > MOST_BYTES:
        raise SetupError(
            f"{path.name} is larger than a list may be (100 MB).", "", "Keep only the column with the ids or addresses."
        )
    with path.open("rb") as file:
        return file.read(8)


def _listing(path: Path, rows: Iterable[list[str]], notice: str, wanted: Wanted, named: str) -> Listing:
    """Blank rows before the first one count as not there."""
    left = _bounded(path, rows)
    first = list(itertools.islice(itertools.dropwhile(lambda row: not any(row), left), _LOOKED_AT))
    if not first:
        raise SetupError(f"{path.name} is empty.", notice, "Put one id or e-mail address on each line.")
    every = itertools.chain(first, left)
    if not named and all_wanted(first, wanted):
        column, cells = Column(0, "", 0), (cell for row in every for cell in row)
        values = _values(([cell] for cell in cells if cell), column)
    else:
        column = find_column(first, wanted, named)
        values = _values(every, column)
    seen: dict[str, None] = {}
    repeated = blank = 0
    for value in values:
        if not value:
            blank += 1
        elif value in seen:
            repeated += 1
        else:
            seen[value] = None
    if not seen:
        raise SetupError(
            f"There is nothing in {path.name}" + (f" in the column “{column.heading}”." if column.heading else "."),
            notice,
            f"Put {wanted.label} there.",
        )
    return Listing(tuple(seen), column.heading, repeated, blank, notice)


def _bounded(path: Path, rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """A heading is not counted."""
    for number, row in enumerate(rows):
        if number > MOST_ROWS:
            raise SetupError(
                f"{path.name} has more than {MOST_ROWS:,} rows.", "", "Split it, or filter in the import instead."
            )
        yield row


def _values(rows: Iterable[list[str]], column: Column) -> Iterator[str]:
    for row in itertools.islice(rows, column.first, None):
        yield row[column.place][:_LONGEST] if column.place < len(row) else ""
