"""Files that a spreadsheet opens as the text that they are, whole or not at all."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from crmsync_desktop.adapters.sheets import FileSheets
from crmsync_desktop.adapters.sheets.writing import harmless
from crmsync_desktop.domain.errors import SetupError

write_table = FileSheets().write_table
ODD = [['Kari, "K"', "two\nlines"], ["=1+1", "\u202eרtl"], ["-2", "@x\0y"], ["\x01bell", "lone \ud800 half"]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0=", "=\0"])
def test_a_cell_that_begins_like_a_formula_is_text(start: str) -> None:
    assert harmless(f"{start}1+1").startswith("'")
    assert "\0" not in harmless(f"{start}1+1")


@pytest.mark.parametrize("cell", ["", "Kari", "1+1", "a=b", " =1", "'=1", "Ås 😀"])
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def test_a_csv_file_comes_back_cell_by_cell_whatever_is_in_it(tmp_path: Path) -> None:
    assert write_table(tmp_path / "t.csv", ["one", "=two"], ODD) == 4
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.reader(file))
    assert found[:4] == [["one", "'=two"], ODD[0], ["'=1+1", "\u202eרtl"], ["'-2", "'@xy"]]
    assert found[4] == ["\x01bell", "lone ? half"]


def test_a_workbook_comes_back_cell_by_cell_and_none_is_a_formula(tmp_path: Path) -> None:
    assert write_table(tmp_path / "t.XLSX", ["one", "=two"], ODD) == 4
    book = openpyxl.load_workbook(tmp_path / "t.XLSX")
    found = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert found[:4] == [["one", "'=two"], ODD[0], ["'=1+1", "\u202eרtl"], ["'-2", "'@xy"]]
    assert found[4] == ["\ufffdbell", "lone ? half"]
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row} == {"s"}


def test_a_workbook_cuts_a_text_that_no_cell_takes(tmp_path: Path) -> None:
    write_table(tmp_path / "t.xlsx", ["long"], [["x" * 40_000]])
    assert len(openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]["A2"].value) == 32_767


def test_more_rows_than_a_sheet_takes_go_on_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmsync_desktop.adapters.sheets.writing.MOST_ROWS", 3)
    assert write_table(tmp_path / "t.xlsx", ["n"], ([str(number)] for number in range(7))) == 7
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    found = [[row[0] for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]
    assert found == [["n", "0", "1", "2"], ["n", "3", "4", "5"], ["n", "6"]]


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_what_fails_half_way_leaves_what_was_there(tmp_path: Path, name: str) -> None:
    write_table(tmp_path / name, ["one"], [["kept"]])
    before = (tmp_path / name).read_bytes()

    def rows() -> Iterator[list[str]]:
        yield ["new"]
        raise SetupError("The memory can't be read.")

    with pytest.raises(SetupError, match="memory"):
        write_table(tmp_path / name, ["one"], rows())
    assert (tmp_path / name).read_bytes() == before
    assert os.listdir(tmp_path) == [name]


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "t.csv").write_text("old")
    (tmp_path / "t.csv").symlink_to(tmp_path / "real" / "t.csv")
    write_table(tmp_path / "t.csv", ["one"], [])
    assert (tmp_path / "t.csv").is_symlink()
    assert (tmp_path / "real" / "t.csv").read_text(encoding="utf-8-sig") == "one\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [("t.txt", "no name for a table"), ("t", "no name for a table"), ("none/t.csv", "can't be written"), ("f.csv", "is a folder")],
)  # fmt: skip
def test_a_place_where_it_cant_go_is_told(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "f.csv").mkdir()
    with pytest.raises(SetupError, match=said):
        write_table(tmp_path / name, ["one"], [])
    assert os.listdir(tmp_path) == ["f.csv"]
