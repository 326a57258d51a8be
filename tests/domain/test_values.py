"""Canonical values (semantics 3)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.values import (
    Raw,
    canonical,
    close,
    key_of,
    keys_of,
    same,
    stamp,
    version_order,
)

kinds = st.sampled_from(Kind)
texts = st.one_of(
    st.text(max_size=20),
    st.from_regex(r"[ +-]?[0-9]{1,15}(\.[0-9]{1,8})?(e[0-9]{1,3})?", fullmatch=True),
    st.datetimes().map(str),
    st.dates().map(str),
    st.lists(st.sampled_from(["a", "b", "", " a "]), max_size=4).map(";".join),
)
raws: st.SearchStrategy[Raw] = st.one_of(
    st.none(), texts, st.booleans(), st.integers(), st.floats(), st.decimals(allow_nan=True)
)


@given(kinds, raws, st.one_of(st.none(), st.integers(0, 6)))
@example(Kind.DATETIME, "9" * 30, None)
@example(Kind.DATE, "9" * 30, None)
@example(Kind.DATETIME, "0001-01-01T00:00:00+05:00", None)
@example(Kind.NUMBER, "1e999999999", None)
@example(Kind.NUMBER, "1e-999999999", 2)
def test_canonical_of_canonical_is_itself(kind: Kind, raw: Raw, scale: int | None) -> None:
    once = canonical(kind, raw, scale)
    assert canonical(kind, once, scale) == once


@given(kinds, st.one_of(st.none(), texts), st.one_of(st.none(), texts))
def test_same_is_symmetric(kind: Kind, one: str | None, other: str | None) -> None:
    assert same(kind, one, other) == same(kind, other, one)


@given(kinds, raws)
def test_a_value_is_the_same_as_and_close_to_itself(kind: Kind, raw: Raw) -> None:
    value = canonical(kind, raw)
    assert same(kind, value, value)
    assert close(kind, value, value)


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (Kind.TEXT, None, None),
        (Kind.TEXT, "", None),
        (Kind.TEXT, "  ", None),
        (Kind.TEXT, " Anna ", "Anna"),
        (Kind.TEXT, "A\u030asa", "Åsa"),
        (Kind.LONG_TEXT, "a\r\nb\rc", "a\nb\nc"),
        (Kind.TEXT, True, "true"),
        (Kind.TEXT, False, "false"),
        (Kind.TEXT, 5, "5"),
        (Kind.TEXT, 2.50, "2.5"),
        (Kind.BOOL, None, "false"),
        (Kind.BOOL, True, "true"),
        (Kind.BOOL, False, "false"),
        (Kind.BOOL, "TRUE ", "true"),
        (Kind.BOOL, "", "false"),
        (Kind.BOOL, 1, "true"),
        (Kind.NUMBER, "", None),
        (Kind.NUMBER, "1.10", "1.1"),
        (Kind.NUMBER, "42", "42"),
        (Kind.NUMBER, "007", "7"),
        (Kind.NUMBER, "0", "0"),
        (Kind.NUMBER, "-0.0", "0"),
        (Kind.NUMBER, "1e3", "1000"),
        (Kind.NUMBER, Decimal("1.500"), "1.5"),
        (Kind.NUMBER, 1500000.0, "1500000"),
        (Kind.NUMBER, "many", "many"),
        (Kind.NUMBER, "NaN", "NaN"),
        (Kind.NUMBER, "1e999999999", "1e999999999"),
        (Kind.DATE, "2026-03-01", "2026-03-01"),
        (Kind.DATE, "2026-03-01T23:00:00Z", "2026-03-01"),
        (Kind.DATE, "1772323200000", "2026-03-01"),
        (Kind.DATE, "yesterday", "yesterday"),
        (Kind.DATETIME, "2026-03-01T10:00:00.123Z", "2026-03-01T10:00:00Z"),
        (Kind.DATETIME, "2026-03-01T10:00:00.000+0200", "2026-03-01T08:00:00Z"),
        (Kind.DATETIME, "2026-03-01T10:00:00", "2026-03-01T10:00:00Z"),
        (Kind.DATETIME, "1772359200000", "2026-03-01T10:00:00Z"),
        (Kind.DATETIME, "soon", "soon"),
        (Kind.MULTIPICKLIST, "b; a;;b", "a;b"),
        (Kind.MULTIPICKLIST, ";;", None),
    ],
)
def test_canonical(kind: Kind, raw: Raw, expected: str | None) -> None:
    assert canonical(kind, raw) == expected


@pytest.mark.parametrize(
    ("raw", "scale", "expected"),
    [
        ("1.005", 2, "1"),
        ("1.256", 2, "1.26"),
        ("7", 2, "7"),
        ("1" * 40 + ".5", 0, "1" * 39 + "2"),
        ("9" * 400, 2, "9" * 400),
        ("9" * 500, 2, "9" * 500),
    ],
)
def test_a_number_is_kept_at_the_scale_of_its_field(raw: str, scale: int, expected: str) -> None:
    assert canonical(Kind.NUMBER, raw, scale) == expected


@pytest.mark.parametrize(
    ("kind", "one", "other", "expected"),
    [
        (Kind.TEXT, "a", "a", True),
        (Kind.TEXT, "a", "A", False),
        (Kind.EMAIL, "Anna@X.no", "anna@x.no", True),
        (Kind.EMAIL, "anna@x.no", None, False),
        (Kind.EMAIL, None, "anna@x.no", False),
        (Kind.TEXT, None, None, True),
    ],
)
def test_same(kind: Kind, one: str | None, other: str | None, expected: bool) -> None:
    assert same(kind, one, other) is expected


@pytest.mark.parametrize(
    ("kind", "sent", "stored", "expected"),
    [
        (Kind.TEXT, "Anna  Li", "Anna Li", True),
        (Kind.TEXT, "ANNA", "Anna", True),
        (Kind.TEXT, "Anna", "Bo", False),
        (Kind.TEXT, "Anna", None, False),
        (Kind.TEXT, None, "Anna", False),
        (Kind.PICKLIST, "mr.", "Mr.", True),
        (Kind.PHONE, "+47 22 33 44 55", "4722334455", True),
        (Kind.PHONE, "(555) 123-4567", "555.123.4567", True),
        (Kind.PHONE, "unknown", "none", False),
        (Kind.PHONE, "22334455", "22334456", False),
        (Kind.NUMBER, "1.256", "1.26", True),
        (Kind.NUMBER, "1.256", "1.25", False),
        (Kind.NUMBER, "many", "1", False),
        (Kind.NUMBER, "1e999999999", "1.5", False),
        (Kind.URL, "https://Example.no/", "example.no", True),
        (Kind.URL, "http://example.no", "https://example.no", True),
        (Kind.URL, "example.no", "example.com", False),
        (Kind.DATE, "2026-03-01", "2026-03-02", False),
        (Kind.MULTIPICKLIST, "a;b", "a", False),
    ],
)
def test_close_is_what_storing_makes_of_a_value(
    kind: Kind, sent: str | None, stored: str | None, expected: bool
) -> None:
    assert close(kind, sent, stored) is expected


def test_match_keys_are_folded_and_each_comes_once() -> None:
    assert key_of(" Anna@X.NO ") == "anna@x.no"


def test_addresses_of_two_people_are_two_keys() -> None:
    assert key_of("groß@x.de") != key_of("gross@x.de")
    assert not same(Kind.EMAIL, "groß@x.de", "gross@x.de")
    assert not close(Kind.EMAIL, "groß@x.de", "gross@x.de")
    assert key_of("ınfo@x.tr") != key_of("INFO@x.tr")


def test_an_id_of_15_characters_is_the_key_of_18() -> None:
    assert key_of("0015500001QdRaY") == key_of("0015500001QdRaYAAV") == "0015500001qdrayaav"
    assert key_of("0015500001QdRaY") != key_of("0015500001qdRaY")
    assert keys_of(("Anna@x.no", "b@x.no; ;anna@X.no")) == ("anna@x.no", "b@x.no")
    assert keys_of(()) == ()


def test_stamps_are_utc_to_the_second() -> None:
    assert stamp(1_772_359_200.9) == "2026-03-01T10:00:00Z"


@pytest.mark.parametrize(
    ("older", "newer", "expected"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:01Z", -1),
        ("2026-03-01T10:00:00.500Z", "2026-03-01T10:00:00Z", 1),
        ("2026-03-01T10:00:00Z", "2026-03-01T11:00:00+01:00", 0),
        ("", "2026-03-01T10:00:00Z", 0),
    ],
)
def test_versions_are_compared_as_moments(older: str, newer: str, expected: int) -> None:
    assert version_order(older, newer) == expected
