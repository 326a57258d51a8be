"""Rows of an XLSX workbook, read as a stranger's file: nothing in it is run, fetched or unpacked without bounds.

A workbook is a ZIP archive of XML. How large its parts are is looked at before any is unpacked (an archive gives no more of a part
than it says), and defusedxml, which openpyxl reads with where it is installed, refuses entities that grow.
"""

from __future__ import annotations

import datetime
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl

from crmsync_desktop.domain.errors import SetupError

MOST_UNPACKED = 500 * 1024 * 1024
MOST_TEXTS = 150 * 1024 * 1024
"""Bytes of the table of texts, which is held in memory as a whole."""
MOST_COLUMNS = 100
_TEXTS = "xl/sharedStrings.xml"


def workbook_rows(path: Path) -> tuple[Iterator[list[str]], str]:
    """The rows of the first sheet that is shown, cells trimmed, formulas as what they came to; and what an admin ought to
    know of how they were read. Raises SetupError for what is no workbook, now or while they are gone through."""
    if not openpyxl.DEFUSEDXML:
        raise SetupError("Workbooks can't be read safely here.", "defusedxml is missing.", "Save the list as CSV.")
    _check_size(path)
    with path.open("rb") as file:
        sheets = _opened(path, file)
        shown = [sheet.title for sheet in sheets.worksheets if sheet.sheet_state == "visible"]
        sheets.close()
    if not shown:
        raise SetupError(f"{path.name} has no sheet with cells.", "", "Put the list on its first sheet.")
    notice = f"Read from the sheet “{shown[0]}”, the first of {len(shown)}." if len(shown) > 1 else ""
    return _rows(path, shown[0]), notice


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _no_workbook(path, error) from error
    texts = sum(part.file_size for part in parts if part.filename.lower() == _TEXTS.lower())
    if sum(part.file_size for part in parts) > MOST_UNPACKED or texts > MOST_TEXTS:
        raise SetupError(
            f"{path.name} is too large once unpacked.", "", "Keep only the column with the list, or save it as CSV."
        )


def _opened(path: Path, file: Any) -> Any:
    """openpyxl doesn't say which exceptions a file that isn't quite a workbook raises: whatever it is, it is the file's."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except OSError:
        raise
    except Exception as error:
        raise _no_workbook(path, error) from error


def _rows(path: Path, title: str) -> Iterator[list[str]]:
    with path.open("rb") as file:
        book = _opened(path, file)
        try:
            sheet = book[title]
            sheet.reset_dimensions()  # what a file says of its size is only what it says
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for row in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
                    cells = [_text(cell) for cell in row]
                    while cells and not cells[-1]:
                        cells.pop()
                    yield cells
        except (OSError, SetupError, GeneratorExit):
            raise
        except Exception as error:  # as in _opened
            raise _no_workbook(path, error) from error
        finally:
            book.close()


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell).strip(" \t\r\n\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff")


def _no_workbook(path: Path, error: Exception) -> SetupError:
    what = f"{type(error).__name__}: {error}"[:200]
    return SetupError(
        f"{path.name} isn't an XLSX workbook that can be read.", what, "Save it as .xlsx or CSV in your spreadsheet."
    )
