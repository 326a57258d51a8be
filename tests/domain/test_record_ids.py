"""Salesforce ids as people paste them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.domain.record_ids import IdFault, SortedIds, read_id, sort_ids
from crmsync_desktop.domain.values import long_id

SHORT = "0015500001QdRaY"
LONG = "0015500001QdRaYAAV"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def test_an_id_of_15_characters_becomes_one_of_18() -> None:
    assert read_id(SHORT) == read_id(LONG) == LONG


@pytest.mark.parametrize("text", [LONG.lower(), LONG.upper(), "0015500001qdraYAAV"])
def test_an_id_that_lost_its_case_is_mended_by_its_last_characters(text: str) -> None:
    assert read_id(text) == LONG


@pytest.mark.parametrize(
    "text",
    ["", "001", SHORT + "A", LONG + "A", "0015500001QdRa-", "0015500001QdRå1", "person@example.com", "' OR Id != '"],
)
def test_what_has_not_15_or_18_letters_and_digits_is_no_id(text: str) -> None:
    assert read_id(text) is IdFault.NOT_AN_ID


@pytest.mark.parametrize("text", ["0015500001QdRaYBAV", "0015500001QdRaY999"])
def test_last_characters_that_want_capitals_where_digits_are_show_a_mistyped_id(text: str) -> None:
    assert read_id(text) is IdFault.MISTYPED


def test_an_id_of_another_object_is_told_by_its_first_characters() -> None:
    assert read_id(LONG, "001") == LONG
    assert read_id(LONG, "003") is IdFault.OTHER_OBJECT


@given(st.text(ALPHABET, min_size=15, max_size=15))
def test_every_form_of_an_id_is_read_as_the_same_one(short: str) -> None:
    whole = long_id(short)
    assert read_id(short) == read_id(whole) == read_id(whole.lower()) == read_id(whole.upper()) == whole


def test_a_list_is_sorted_into_ids_and_what_isnt_one_each_once() -> None:
    found = sort_ids([f" {SHORT} ", "", "x", LONG, "0035500001QdRaYAAV", "x", "0015500001QdRaYBAV", "  "], "001")
    assert found == SortedIds(
        (LONG,),
        (
            ("x", IdFault.NOT_AN_ID),
            ("0035500001QdRaYAAV", IdFault.OTHER_OBJECT),
            ("0015500001QdRaYBAV", IdFault.MISTYPED),
        ),
    )
