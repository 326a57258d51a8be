"""Tables into CSV files that spreadsheets open as what they are: text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write the table as UTF-8 (with the mark by which spreadsheets know it) and give the number of rows. Raises OSError."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for row in rows:
            writer.writerow([harmless(cell) for cell in row])
            count += 1
    return count


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it. NUL, at which some
    stop reading, is left out."""
    cell = cell.replace("\0", "")
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
