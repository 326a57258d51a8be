"""Filters as text: read, written, and mistakes shown at their place."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.filter_text import parse_filter, write_filter
from crmsync_desktop.domain.filters import (
    DEEPEST,
    Condition,
    Filter,
    Group,
    Joined,
    Not,
    Operator,
    depth_of,
    value_counts,
)


def condition(field: str, operator: str, *values: str) -> Condition:
    return Condition(field, Operator(operator), values)


A, B, C = (condition(name, "equals", "1") for name in "ABC")


@pytest.mark.parametrize(
    ("text", "filter"),
    [
        ('Industry = "Banking"', condition("Industry", "equals", "Banking")),
        ("Name != 'O\\'Brien'", condition("Name", "not_equals", "O'Brien")),
        ('Name <> "a \\"b\\" \\\\ c"', condition("Name", "not_equals", 'a "b" \\ c')),
        ("N < -1.5", condition("N", "less", "-1.5")),
        ("N<=1", condition("N", "at_most", "1")),
        ("N >1", condition("N", "greater", "1")),
        ("D >= last_n_days:30", condition("D", "at_least", "LAST_N_DAYS:30")),
        ("D = 2026-01-31T12:00:00+01:00", condition("D", "equals", "2026-01-31T12:00:00+01:00")),
        ("D between 2026-01-01 and TODAY", condition("D", "between", "2026-01-01", "TODAY")),
        ("Id in (0015500001QdRaYAAV, '001')", condition("Id", "in", "0015500001QdRaYAAV", "001")),
        ("N not in (1)", condition("N", "not_in", "1")),
        ('Name CONTAINS "As"', condition("Name", "contains", "As")),
        ('Name starts  with "As"', condition("Name", "starts_with", "As")),
        ('Name ends with "As"', condition("Name", "ends_with", "As")),
        ("Active = true", condition("Active", "equals", "true")),
        ("Name is blank", condition("Name", "blank")),
        ("Name IS NOT BLANK", condition("Name", "not_blank")),
        ("Name = null", condition("Name", "blank")),
        ("Name != NULL", condition("Name", "not_blank")),
        ('Name = "null"', condition("Name", "equals", "null")),
        ('R includes "A;B"', condition("R", "includes", "A;B")),
        ('R excludes ("A", "B")', condition("R", "excludes", "A", "B")),
        ("A = 1 or B = 1 and C = 1", Group(Joined.OR, (A, Group(Joined.AND, (B, C))))),
        ("(A = 1 or B = 1) and C = 1", Group(Joined.AND, (Group(Joined.OR, (A, B)), C))),
        ("not A = 1 and B = 1", Group(Joined.AND, (Not(A), B))),
        ("not (A = 1 and B = 1)", Not(Group(Joined.AND, (A, B)))),
        ("((A = 1))\n and \t B = 1 AND C = 1", Group(Joined.AND, (A, B, C))),
    ],
)
def test_a_text_is_read_as_a_tree_and_written_back(text: str, filter: Filter) -> None:
    assert parse_filter(text) == filter
    assert parse_filter(write_filter(filter)) == filter


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("", 1, "Expected here: a field name; not; (."),
        ("Industry", 9, "Expected here: = != < <= > >=; not; in; contains"),
        ("Industry = Banking and", 12, 'Put texts in quotes: "Banking".'),
        ('Industry = "Bank', 12, "A text that begins with a quote ends with one."),
        ("A = 1 B", 7, "Expected here: and; or; the end."),
        ("A in (1", 8, "Expected here: ); ,."),
        ("A in 1", 6, "Expected here: (."),
        ("(A = 1", 7, "Expected here: )"),
        ("A < null", 3, "Nothing is less or more than null."),
        ("A in (1, null)", 1, "Ask for blanks apart: A is blank."),
        ("A like '%x'", 3, "Expected here: ="),
        ("A = 1;", 6, "Expected here: "),
        ("A = 'x' -- ", 9, "Expected here: "),
        ("A.B = 1", 2, "Expected here: "),
        ("A = 1 and\n  B ~ 5", 15, "Expected here: "),
    ],
)
def test_a_mistake_is_shown_at_its_place(text: str, place: int, hint: str) -> None:
    with pytest.raises(SetupError, match="The filter can't be read") as caught:
        parse_filter(text)
    first, line, caret = caught.value.detail.split("\n")
    assert first == f"At character {place}:"
    assert caught.value.hint.startswith(hint)
    assert caret.strip() == "^"
    assert line[len(caret) - 1 :] == text[place - 1 :].partition("\n")[0]


def test_of_a_long_line_the_surroundings_are_shown() -> None:
    with pytest.raises(SetupError) as caught:
        parse_filter(f'A = "{"x" * 300}" nonsense {"y" * 300}')
    _, line, caret = caught.value.detail.split("\n")
    assert len(line) == 120
    assert line[len(caret) - 1 :].startswith("nonsense y")


def test_texts_are_bounded_in_length_and_depth() -> None:
    assert depth_of(parse_filter("not " * (DEEPEST - 1) + "A = 1")) == DEEPEST
    for text in ("not " * DEEPEST + "A = 1", "not " * 2_400 + "A = 1"):
        with pytest.raises(SetupError, match="more than 20 levels"):
            parse_filter(text)
    assert parse_filter("(" * 4_000 + "A = 1" + ")" * 4_000) == A
    with pytest.raises(SetupError, match="longer than 10000 characters"):
        parse_filter("A = 1".ljust(10_001))


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,10}", fullmatch=True)
VALUES = st.one_of(
    st.text(min_size=1), st.sampled_from(["TODAY", "today", "2026-01-01", "1.5", "null", "true", "a b", "'", "\\"])
)


def _conditions() -> st.SearchStrategy[Filter]:
    def of(operator: Operator) -> st.SearchStrategy[Filter]:
        fewest, most = value_counts(operator)
        values = st.lists(VALUES, min_size=fewest, max_size=min(most, 3)).map(tuple)
        return st.builds(Condition, NAMES, st.just(operator), values)

    return st.sampled_from(Operator).flatmap(of)


def _groups(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Group, st.sampled_from(Joined), parts), st.builds(Not, inner))


@given(st.recursive(_conditions(), _groups, max_leaves=6))
def test_what_is_written_is_read_as_the_same_filter(filter: Filter) -> None:
    assert parse_filter(write_filter(filter)) == filter


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(SetupError):
        filter = parse_filter(text)
        assert parse_filter(write_filter(filter)) == filter
