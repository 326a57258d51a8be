"""Rows of a text file: its encoding and its delimiter are told from what is in it.

What isn't UTF-8 is taken for Windows-1252, in which spreadsheets save where nobody chose: that can't be told for sure, so it is
said. A file is gone through twice, in pieces, and never held as a whole.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from crmsync_desktop.domain.errors import SetupError

_PIECE = 1 << 20
_SAMPLE = 30
"""Lines by which the delimiter is told."""
_DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSED = "It isn't in UTF-8, and was read as Windows-1252 (Latin-1). If letters look wrong, save it as “CSV UTF-8” and try again."
_INVISIBLE = " \t\r\n\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff"


def text_rows(path: Path) -> tuple[Iterator[list[str]], str]:
    """The rows, cells trimmed, and what an admin ought to know of how they were read. Raises SetupError for what is no
    text, now or while they are gone through."""
    encoding, notice = _encoding_of(path)
    delimiter, skip = _delimiter_of(path, encoding)
    return _rows(path, encoding, delimiter, skip), notice


def _encoding_of(path: Path) -> tuple[str, str]:
    with path.open("rb") as file:
        begin = file.read(4096)
    for mark, encoding in _MARKS:
        if begin.startswith(mark):
            _check(path, encoding)
            return encoding, ""
    if wide := _unmarked_utf16(begin):
        _check(path, wide)
        return wide, ""
    try:
        _check(path, "utf-8")
    except UnicodeDecodeError:
        try:
            _check(path, "cp1252")
        except UnicodeDecodeError:  # five of its 256 bytes stand for nothing
            _check(path, "latin-1")
            return "latin-1", _GUESSED
        return "cp1252", _GUESSED
    return "utf-8", ""


def _unmarked_utf16(begin: bytes) -> str:
    """UTF-16 without its mark shows: of western text, every other byte is zero."""
    if len(begin) < 4:
        return ""
    high, low = begin[0::2], begin[1::2]
    if low.count(0) > 0.7 * len(low) and high.count(0) == 0:
        return "utf-16-le"
    if high.count(0) > 0.7 * len(high) and low.count(0) == 0:
        return "utf-16-be"
    return ""


def _check(path: Path, encoding: str) -> None:
    """Go through the whole file. Raises UnicodeDecodeError where it isn't in that encoding and might be in another, and
    SetupError where it is broken, or has a NUL in it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            piece = file.read(_PIECE)
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                if encoding.startswith(("utf-16", "utf-32", "utf-8-sig")):
                    raise SetupError(
                        f"{path.name} is damaged: from about line {line} on it is no {encoding[:6].upper()}.",
                        "",
                        "Save it anew as “CSV UTF-8”.",
                    ) from error
                raise
            if (at := text.find("\0")) >= 0:
                line += text.count("\n", 0, at)
                raise SetupError(
                    f"{path.name} is no text: line {line} has a NUL character in it.",
                    "",
                    "Save the list anew as “CSV UTF-8” or .xlsx.",
                )
            if not piece:
                return
            line += text.count("\n")


def _delimiter_of(path: Path, encoding: str) -> tuple[str, int]:
    """What stands between the cells ("" where there is one cell a line), and how many lines come before the table: Excel may
    write “sep=;” in the first."""
    with path.open(encoding=encoding, newline="") as file:
        lines = list(islice(_short(file), _SAMPLE))
    first = lines[0].strip() if lines else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], 1
    best, score = "", (0, 0)
    for delimiter in _DELIMITERS:
        widths = [len(row) for row in _parsed(lines, delimiter) if row]
        several = [width for width in widths if width > 1]
        if not several:
            continue
        usual = max(set(several), key=lambda width: (several.count(width), width))
        if (found := (several.count(usual), usual)) > score:
            best, score = delimiter, found
    return best, 0


def _short(lines: Iterable[str]) -> Iterator[str]:
    return (line[:10_000] for line in lines)


def _parsed(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return []


def _rows(path: Path, encoding: str, delimiter: str, skip: int) -> Iterator[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        for _ in range(skip):
            next(file)
        if not delimiter:
            for line in file:
                yield [_trimmed(line)]
            return
        reader = csv.reader(file, delimiter=delimiter)
        try:
            for row in reader:
                yield [_trimmed(cell) for cell in row]
        except csv.Error as error:
            raise SetupError(
                f"{path.name} can't be read from line {reader.line_num + skip} on.",
                f"{error}.",
                "Is a quotation mark missing there?",
            ) from error


def _trimmed(cell: str) -> str:
    """Without the quotation marks that a lone column may stand in."""
    cell = cell.strip(_INVISIBLE)
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"').strip(_INVISIBLE)
    return cell
