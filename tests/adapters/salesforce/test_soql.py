"""SOQL literals stay literals."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.adapters.salesforce import soql
from crmsync_desktop.adapters.salesforce.ids import is_id, to_18
from crmsync_desktop.domain.errors import BugError
from crmsync_desktop.domain.schema import Field, Kind

EMAIL = Field("Email", "Email", Kind.EMAIL, "email")


def closing_quote(quoted: str) -> int:
    """Where SOQL ends a literal that begins at 0: the first quote after it that no backslash takes."""
    place = 1
    while quoted[place] != "'":
        place += 2 if quoted[place] == "\\" else 1
    return place


@given(st.text())
def test_a_literal_ends_at_its_own_last_quote(value: str) -> None:
    quoted = soql.text(value)
    assert closing_quote(quoted) == len(quoted) - 1
    assert not set(quoted) & set("\n\r\t\b\f")


@pytest.mark.parametrize("value", ["", " ", "\t", "x" * 4_000, "nul\x00"])
def test_what_no_record_can_have_is_not_asked_for(value: str) -> None:
    assert soql.literal(EMAIL, value) is None


@pytest.mark.parametrize(
    ("kind", "value", "literal"),
    [
        (Kind.NUMBER, "12.50", "12.50"),
        (Kind.NUMBER, "1 OR Id != null", None),
        (Kind.NUMBER, "1e5", None),
        (Kind.DATE, "2026-02-03", "2026-02-03"),
        (Kind.DATE, "2026-02-03 OR", None),
        (Kind.DATETIME, "2026-02-03T04:05:06Z", "2026-02-03T04:05:06Z"),
        (Kind.DATETIME, "TODAY", None),
        (Kind.BOOL, "true", "true"),
        (Kind.BOOL, "yes", None),
        (Kind.TEXT, "it's", "'it\\'s'"),
    ],
)
def test_literals_are_of_their_kind_or_none(kind: Kind, value: str, literal: str | None) -> None:
    assert soql.literal(Field("X", "X", kind, "x"), value) == literal


@given(st.lists(st.text("abc'", min_size=1, max_size=3_000), max_size=80), st.integers(1, 50))
def test_lists_hold_every_value_once_within_bounds(values: list[str], rows: int) -> None:
    literals = [soql.text(value) for value in values]
    parts = list(soql.lists(literals, rows))
    assert all(len(part) <= soql.MAX_LIST + 2 for part in parts)
    assert all(part[0] == "(" and part[-1] == ")" for part in parts)
    assert ",".join(part[1:-1] for part in parts) == ",".join(dict.fromkeys(literals))


@pytest.mark.parametrize("name", ["", "1x", "Name FROM Lead--", "a.b", "Émail", "x,y", "x'"])
def test_names_that_are_none_are_refused(name: str) -> None:
    with pytest.raises(BugError):
        soql.select(["Id", name], "Contact")
    with pytest.raises(BugError):
        soql.select(["Id"], name)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_path_gives_back_its_query_and_never_looks_like_a_reference(value: str) -> None:
    query = soql.select(["Id"], "Contact", f"Email = {soql.text(value)}")
    path = soql.query_path("/services/data/v67.0", query)
    assert parse_qs(urlsplit(path).query)["q"] == [query]
    assert "@{" not in path


def test_ids_get_the_suffix_that_holds_their_case() -> None:
    # Pairs published by Salesforce and in the recordings' documentation.
    assert to_18("00130000000abcd") == "00130000000abcdAAA"
    assert to_18("0015500001QdRaY") == "0015500001QdRaYAAV"
    assert to_18("0015500001QdRaYAAV") == "0015500001QdRaYAAV"
    assert is_id("0015500001QdRaY")
    assert not is_id("0015500001QdRa")
    assert not is_id("0015500001QdRaY'--")
