"""Which column of somebody's table is the list."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.list_columns import Column, Wanted, all_wanted, find_column, looks_like, parted

ID = "003Pr000000001IIAQ"
OTHER = "001Pr000000001I"
MAIL = "ada@moe.example"


@pytest.mark.parametrize(
    ("wanted", "cell", "yes"),
    [
        (Wanted.IDS, ID, True),
        (Wanted.IDS, OTHER, True),
        (Wanted.IDS, "abcdefghijklmno", False),
        (Wanted.IDS, "003", False),
        (Wanted.EMAILS, MAIL, True),
        (Wanted.EMAILS, "a b@c", False),
    ],
)
def test_the_form_of_a_value(wanted: Wanted, cell: str, yes: bool) -> None:
    assert looks_like(wanted, cell) is yes


@pytest.mark.parametrize(
    ("rows", "wanted", "named", "found"),
    [
        ([["Name", "Id"], ["x", ID]], Wanted.IDS, "", Column(1, "Id", 1)),
        ([["Parent", "ID"], [OTHER, ""]], Wanted.IDS, "", Column(1, "ID", 1)),
        ([["Name", "E-Mail"], ["x", ""]], Wanted.EMAILS, "", Column(1, "E-Mail", 1)),
        ([["x", ID], ["y", ID]], Wanted.IDS, "", Column(1, "", 0)),
        ([["Who", "What"], ["x", ID], ["y"]], Wanted.IDS, "", Column(1, "What", 1)),
        ([["Who"], ["x", ID]], Wanted.IDS, "", Column(1, "", 1)),
        ([["nonsense"], ["more"]], Wanted.IDS, "", Column(0, "", 0)),
        ([["a", "b"], [ID, OTHER]], Wanted.IDS, "B", Column(1, "b", 1)),
        ([["a", "b"], [ID, OTHER]], Wanted.IDS, "2", Column(1, "b", 1)),
        ([[ID, OTHER]], Wanted.IDS, "2", Column(1, "", 0)),
        ([[ID, OTHER]], Wanted.IDS, "1", Column(0, "", 0)),
    ],
)
def test_the_column_is_found(rows: list[list[str]], wanted: Wanted, named: str, found: Column) -> None:
    assert find_column(rows, wanted, named) == found


@pytest.mark.parametrize(
    ("rows", "named", "said"),
    [
        ([["a", "b"], ["1", "2"]], "", "No column holds Salesforce ids. Its columns are: 1 a, 2 b. Name the column"),
        ([["a"]], "c", "There is no column “c”. Its columns are: 1 a."),
        ([[str(n) for n in range(30)]], "40", "19 18, 20 19 and 10 more."),
        ([], "c", "It has none."),
        ([[ID]], ID, "There is no column"),
    ],
)
def test_a_column_that_isnt_there_is_told(rows: list[list[str]], named: str, said: str) -> None:
    with pytest.raises(SetupError) as error:
        find_column(rows, Wanted.IDS, named)
    assert said in str(error.value)


def test_several_values_a_line_are_a_list() -> None:
    assert all_wanted([[MAIL, MAIL], [MAIL, ""]], Wanted.EMAILS)
    assert not all_wanted([[MAIL], [MAIL]], Wanted.EMAILS)
    assert not all_wanted([[MAIL, "Ada"]], Wanted.EMAILS)


def test_a_pasted_list_is_parted_by_what_stands_between() -> None:
    assert parted(f" {ID},\n{OTHER};  {MAIL}\t") == [ID, OTHER, MAIL]
    assert Wanted.EMAILS.label == "e-mail addresses"
