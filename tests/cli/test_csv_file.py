"""Files that a spreadsheet opens as the text that they are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crmsync_desktop.cli.csv_file import harmless, write_csv


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0=", "=\0"])
def test_a_cell_that_begins_like_a_formula_is_text(start: str) -> None:
    assert harmless(f"{start}1+1").startswith("'")
    assert "\0" not in harmless(f"{start}1+1")


@pytest.mark.parametrize("cell", ["", "Kari", "1+1", "a=b", " =1", "'=1", "Ås 😀"])
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def test_a_table_comes_back_cell_by_cell_whatever_is_in_it(tmp_path: Path) -> None:
    rows = [['Kari, "K"', "two\nlines"], ["=1", "\u202eרtl"]]
    assert write_csv(tmp_path / "t.csv", ["one", "two"], rows) == 2
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["one", "two"], rows[0], ["'=1", "\u202eרtl"]]
