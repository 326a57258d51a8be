"""Tables in files: lists that an admin brings, and reports that the application writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from crmsync_desktop.domain.list_columns import Wanted


class Listing(msgspec.Struct, frozen=True):
    """One column of a file. `values`: what stands in it, trimmed, each once, in the file's order. `repeated`: how many came
    more than once, `blank`: how many rows have nothing there. `column`: its heading ("" for none). `notice`: what an admin
    ought to know of how it was read ("" for nothing)."""

    values: tuple[str, ...]
    column: str
    repeated: int
    blank: int
    notice: str = ""


class Sheets(Protocol):
    """CSV files and XLSX workbooks. Both methods may take seconds, and are to be called off the event loop."""

    def read_list(self, path: Path, wanted: Wanted, column: str = "") -> Listing:
        """The column of that heading (or number, from 1) of a CSV file, a workbook or a plain list; without one, the column
        that holds what is wanted. Raises SetupError for what can't be read, or is larger than a list may be."""
        ...

    def write_table(self, path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
        """Write a .csv or .xlsx file, whole or not at all, in which nothing is a formula; gives the number of rows. What was
        there is replaced. Raises SetupError for another kind of file, and where it can't be written."""
        ...
