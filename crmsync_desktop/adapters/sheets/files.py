"""Implements ports.sheets.Sheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from crmsync_desktop.adapters.sheets.reading import read_list
from crmsync_desktop.adapters.sheets.writing import write_table
from crmsync_desktop.domain.list_columns import Wanted
from crmsync_desktop.ports.sheets import Listing


class FileSheets:
    def read_list(self, path: Path, wanted: Wanted, column: str = "") -> Listing:
        return read_list(path, wanted, column)

    def write_table(self, path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
        return write_table(path, header, rows)
