"""Tables into files that spreadsheets open as what they are: text.

A table goes into a new file beside its place and takes that place once it is whole: whoever opens the file never finds half
of one, and what was there before is lost only to a table that was written.
"""

from __future__ import annotations

import contextlib
import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from crmsync_desktop.domain.errors import SetupError

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOST_ROWS = 1_048_575
"""Rows that a worksheet takes below its heading (Microsoft: Excel specifications and limits); the rest goes on another."""
_LONGEST = 32_767
"""Characters that a cell of a worksheet takes (as above)."""
Write = Callable[[Path, Sequence[str], Iterable[Sequence[str]]], int]


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """As ports.sheets.Sheets says."""
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise SetupError(f"{path.name} is no name for a table.", "", "End it in .csv or .xlsx.")
    if path.is_dir():
        raise SetupError(f"{path} is a folder.", "", "Name a file in it.")
    target = path.resolve()
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=path.suffix, dir=target.parent)
        os.close(handle)
        beside = Path(name)
        try:
            count = write(beside, header, rows)
            _make_durable(beside)
            beside.chmod(_mode_for(target))
            beside.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SetupError(f"{path} can't be written: {reason}.", "", "Choose another place, or make room.") from error
    return count


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it. NUL, at which some
    stop reading, is left out."""
    cell = cell.replace("\0", "")
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """UTF-8, with the mark by which spreadsheets know it."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        writer = csv.writer(file)
        writer.writerow([harmless(cell) for cell in header])
        for row in rows:
            writer.writerow([harmless(cell) for cell in row])
            count += 1
    return count


def _write_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """A workbook; its rows pass through without being kept."""
    count = 0
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    try:
        sheet.append([_cell(cell) for cell in header])
        for row in rows:
            if count and count % MOST_ROWS == 0:
                sheet = book.create_sheet()
                sheet.append([_cell(cell) for cell in header])
            sheet.append([_cell(cell) for cell in row])
            count += 1
    except BaseException:
        written: list[Any] = book.worksheets  # so far, in files of their own
        for each in written:
            each.close()
            each._writer.cleanup()
        raise
    book.save(path)
    return count


def _cell(text: str) -> str:
    """What a worksheet can hold of a text."""
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text.replace("\0", ""))
    return harmless(text.encode("utf-8", "replace").decode("utf-8"))[:_LONGEST]


def _make_durable(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _mode_for(target: Path) -> int:
    """Who may read it: as the file that it replaces, else as any file that this user makes."""
    with contextlib.suppress(OSError):
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


_WRITERS: dict[str, Write] = {".csv": _write_csv, ".xlsx": _write_xlsx}
