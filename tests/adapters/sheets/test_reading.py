"""Lists as spreadsheets, mailboxes and strangers save them."""

from __future__ import annotations

import datetime
import io
import os
import zipfile
from pathlib import Path

import openpyxl
import pytest

from crmsync_desktop.adapters.sheets import FileSheets
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.list_columns import Wanted

read_list = FileSheets().read_list
IDS = ("003Pr000000001IIAQ", "003Pr000000002IIAQ")
MAIL = ("kåre@fjord.example", "ada@moe.example")
CASES = {
    "utf-8": (f"Email\n{MAIL[0]}\n{MAIL[1]}\n".encode(), ""),
    "utf-8 with its mark": (f"Email\n{MAIL[0]}\n{MAIL[1]}\n".encode("utf-8-sig"), ""),
    "utf-16 with its mark": (f"Email\r\n{MAIL[0]}\r\n{MAIL[1]}\r\n".encode("utf-16"), ""),
    "utf-16 without its mark": (f"Email\r\n{MAIL[0]}\r\n{MAIL[1]}\r\n".encode("utf-16-le"), ""),
    "utf-16 the other way round": (f"Email\r\n{MAIL[0]}\r\n{MAIL[1]}\r\n".encode("utf-16-be"), ""),
    "windows-1252": (f"Email\n{MAIL[0]}\n{MAIL[1]}\n".encode("cp1252"), "Windows-1252"),
    "latin-1": (f"Note;Email\n\x81;{MAIL[0]}\n;{MAIL[1]}\n".encode("latin-1"), "Windows-1252"),
    "old line ends": (f"Email\r{MAIL[0]}\r{MAIL[1]}".encode(), ""),
    "semicolons": (f"Name;Email;Town\nK;{MAIL[0]};Bø\nA;{MAIL[1]};Å\n".encode(), ""),
    "tabs": (f"Name\tEmail\nK, L\t{MAIL[0]}\nA, B\t{MAIL[1]}\n".encode(), ""),
    "pipes": (f"Name|E-mail address\nK|{MAIL[0]}\nA|{MAIL[1]}\n".encode(), ""),
    "excel's own word": (f"sep=;\nName;Email\nK;{MAIL[0]}\nA;{MAIL[1]}\n".encode(), ""),
    "quoted, over two lines": (f'Name,Email\n"K\nL",{MAIL[0]}\n"a ""b""",{MAIL[1]}\n'.encode(), ""),
    "one quoted column": (f'"Email"\n"{MAIL[0]}"\n"{MAIL[1]}"\n'.encode(), ""),
    "blank rows": (f"\n\n;\nName;Email\n;\n;{MAIL[0]}\n\n;{MAIL[1]}\n\n".encode(), ""),
    "several in a line": (f"{MAIL[0]}, {MAIL[1]}, {MAIL[0]}\n".encode(), ""),
    "nothing but values": (f" {MAIL[0]} \n\u200b{MAIL[1]}\ufeff\n{MAIL[0]}\n".encode(), ""),
}


@pytest.mark.parametrize("name", CASES)
def test_a_list_is_read_as_it_was_saved(tmp_path: Path, name: str) -> None:
    content, notice = CASES[name]
    (tmp_path / "list.csv").write_bytes(content)
    found = read_list(tmp_path / "list.csv", Wanted.EMAILS)
    assert found.values == MAIL
    assert notice in found.notice
    assert bool(notice) == bool(found.notice)


def test_what_repeats_and_what_is_blank_is_counted(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(f"Id,Name\n{IDS[0]},a\n,b\n{IDS[1]},c\n{IDS[0]},d\nnonsense,e\n", encoding="utf-8")
    found = read_list(tmp_path / "l.csv", Wanted.IDS)
    assert (found.values, found.column, found.repeated, found.blank) == ((*IDS, "nonsense"), "Id", 1, 1)


def test_a_column_can_be_named_or_numbered(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(f"Contact,Account ID\n{IDS[0]},{IDS[1]}\n", encoding="utf-8")
    assert read_list(tmp_path / "l.csv", Wanted.IDS, "account id").values == (IDS[1],)
    assert read_list(tmp_path / "l.csv", Wanted.IDS, "1").values == (IDS[0],)
    with pytest.raises(SetupError, match="no column “Owner”") as error:
        read_list(tmp_path / "l.csv", Wanted.IDS, "Owner")
    assert "1 Contact, 2 Account ID" in error.value.detail


def workbook(path: Path, rows: list[list[object]], *titles: str) -> Path:
    book = openpyxl.Workbook()
    for title in titles:
        book.create_sheet(title)
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_like_any_other_table(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Name", "E-mail"],
        ["K", MAIL[0]],
        [None, None],
        [True, f" {MAIL[1]} "],
        [7.0, MAIL[0]],
    ]
    found = read_list(workbook(tmp_path / "l.xlsx", rows), Wanted.EMAILS)
    assert (found.values, found.repeated, found.blank, found.notice) == (MAIL, 1, 1, "")


def test_the_first_sheet_that_is_shown_is_read_and_said(tmp_path: Path) -> None:
    path = workbook(tmp_path / "l.xlsx", [["old@moe.example"]], "Wanted", "More")
    book = openpyxl.load_workbook(path)
    book.worksheets[0].sheet_state = "hidden"
    book["Wanted"]["C3"] = MAIL[0]
    book["Wanted"].merge_cells("C3:D4")
    book["Wanted"]["C6"] = MAIL[1]
    book.active = 1
    book.save(path)
    found = read_list(path, Wanted.EMAILS)
    assert found.values == MAIL
    assert "“Wanted”, the first of 2" in found.notice


def test_formulas_dates_and_numbers_are_read_as_values(tmp_path: Path) -> None:
    path = workbook(tmp_path / "l.xlsx", [["Id"], ['="a"&"b"'], [123456789012345], [datetime.date(2026, 3, 1)], [1.5]])
    # A formula that no spreadsheet has worked out yet has no value.
    assert read_list(path, Wanted.IDS).values == ("123456789012345", "2026-03-01T00:00:00", "1.5")


BROKEN = {
    "NUL in it": (b"Id\n003\n00\x003\n", "line 3 has a NUL"),
    "utf-16 cut off": ("Email\nka".encode("utf-16") + b"\x20", "is damaged"),
    "utf-8 with its mark and then not": (b"\xef\xbb\xbfEmail\n\xff\xfe\n", "is damaged"),
    "nothing": (b"", "is empty"),
    "blanks": (b"\n ; \n\n", "is empty"),
    "a heading alone": (b"Id\n\n", "nothing in list.csv"),
    "an old Excel file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel file"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "NUL"),
    "no column with them": (b"a,b\n1,2\n3,4\n", "No column holds Salesforce ids"),
    "a cell without an end": (b'Id,Name\n1,"' + b"x" * 200_000, "can't be read from line"),
    "a ZIP of something else": (b"PK\x03\x04" + bytes(40), "isn't an XLSX workbook"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_list_is_told(tmp_path: Path, name: str) -> None:
    content, said = BROKEN[name]
    (tmp_path / "list.csv").write_bytes(content)
    with pytest.raises(SetupError, match=said):
        read_list(tmp_path / "list.csv", Wanted.IDS)


def packed(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def repacked(path: Path, part: str, content: bytes) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    path.write_bytes(packed(**{**parts, part: content}))


@pytest.mark.parametrize(
    "content", [b"not one", packed(**{"word/document.xml": b"<w/>"}), packed(**{"[Content_Types].xml": b"<"})]
)
def test_a_file_that_is_only_called_a_workbook_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "l.xlsx").write_bytes(content)
    with pytest.raises(SetupError, match="isn't an XLSX workbook"):
        read_list(tmp_path / "l.xlsx", Wanted.IDS)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><%s xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">&c;</%s>"""


@pytest.mark.parametrize(
    ("part", "tag"), [("xl/sharedStrings.xml", b"sst"), ("xl/worksheets/sheet1.xml", b"worksheet"), ("xl/workbook.xml", b"workbook")]
)  # fmt: skip
def test_entities_that_grow_are_refused(tmp_path: Path, part: str, tag: bytes) -> None:
    path = workbook(tmp_path / "l.xlsx", [[IDS[0]]])
    with zipfile.ZipFile(path) as archive:
        kinds = archive.read("[Content_Types].xml")
    texts = b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
    repacked(path, "[Content_Types].xml", kinds.replace(b"</Types>", texts + b"</Types>"))
    repacked(path, "xl/sharedStrings.xml", b"<sst/>")
    assert read_list(path, Wanted.IDS).values == (IDS[0],)
    repacked(path, part, BOMB % (tag, tag))
    with pytest.raises(SetupError, match=r"isn't an XLSX workbook|has no sheet"):
        read_list(path, Wanted.IDS)


def test_an_archive_that_grows_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmsync_desktop.adapters.sheets.workbook.MOST_UNPACKED", 5 << 20)
    path = workbook(tmp_path / "l.xlsx", [[IDS[0]]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/large.bin", "w") as part:
        for _ in range(6):
            part.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(SetupError, match="too large once unpacked"):
        read_list(path, Wanted.IDS)


@pytest.mark.parametrize("cell", ["A999999999", "XFD1"])
def test_a_sheet_that_says_it_is_huge_isnt_believed(tmp_path: Path, cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmsync_desktop.adapters.sheets.reading.MOST_ROWS", 1_000)
    path = workbook(tmp_path / "l.xlsx", [[IDS[0]]])
    row = cell.lstrip("XFDA")
    sheet = f"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>
<sheetData><row r="{row}"><c r="{cell}" t="inlineStr"><is><t>{IDS[0]}</t></is></c></row></sheetData></worksheet>"""
    repacked(path, "xl/worksheets/sheet1.xml", sheet.encode())
    with pytest.raises(SetupError):
        read_list(path, Wanted.IDS)


def test_more_rows_than_a_list_may_have_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmsync_desktop.adapters.sheets.reading.MOST_ROWS", 2)
    (tmp_path / "l.csv").write_text(f"Id\n{IDS[0]}\n{IDS[1]}\n", encoding="utf-8")
    assert read_list(tmp_path / "l.csv", Wanted.IDS).values == IDS
    (tmp_path / "l.csv").write_text(f"Id\n{IDS[0]}\n{IDS[1]}\n{IDS[1]}\n", encoding="utf-8")
    with pytest.raises(SetupError, match="more than 2 rows"):
        read_list(tmp_path / "l.csv", Wanted.IDS)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "l.csv").open("wb") as file:
        file.truncate(101 << 20)
    with pytest.raises(SetupError, match="larger than a list may be"):
        read_list(tmp_path / "l.csv", Wanted.IDS)


def test_what_isnt_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="is a folder"):
        read_list(tmp_path, Wanted.IDS)
    with pytest.raises(SetupError, match="can't be read: No such file"):
        read_list(tmp_path / "none.csv", Wanted.IDS)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SetupError, match="isn't a file"):
        read_list(tmp_path / "pipe", Wanted.IDS)
