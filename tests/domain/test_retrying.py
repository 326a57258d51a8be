"""Which errors are tried again by themselves, and when."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.records import Category
from crmsync_desktop.domain.retrying import (
    EVERY,
    PACES,
    SELDOM,
    categories_at,
    due_at,
    room_for_retries,
    tried_by_itself,
)


def test_what_has_no_known_reason_is_tried_every_half_hour_and_what_a_person_mends_elsewhere_seldom() -> None:
    assert EVERY == 30 * 60
    assert {pace: categories_at(pace) for pace in PACES} == {
        EVERY: (Category.OTHER,),
        SELDOM: (Category.PERMISSIONS, Category.OWNERS, Category.LIMITS),
    }


@pytest.mark.parametrize("category", Category)
def test_what_is_tried_on_change_or_by_every_pass_is_not_tried_in_between(category: Category) -> None:
    expected = category in (Category.OTHER, Category.PERMISSIONS, Category.OWNERS, Category.LIMITS)
    assert tried_by_itself(category, "X", notice=False, ignored=False) is expected


@pytest.mark.parametrize("code", ["CREATE_UNCERTAIN", "UNDONE"])
def test_what_waits_for_a_persons_word_is_never_tried_by_itself(code: str) -> None:
    assert not tried_by_itself(Category.OTHER, code, notice=False, ignored=False)


def test_notices_and_what_is_ignored_are_left_alone() -> None:
    assert not tried_by_itself(Category.OTHER, "X", notice=True, ignored=False)
    assert not tried_by_itself(Category.OTHER, "X", notice=False, ignored=True)


def test_below_three_quarters_of_the_allocation_there_is_room() -> None:
    assert room_for_retries(7_499, 10_000)
    assert not room_for_retries(7_500, 10_000)
    assert room_for_retries(1_000_000, None)


def test_a_try_counts_from_the_last_one_or_from_an_error_that_came_since() -> None:
    assert due_at(None, 1_000.0, EVERY, 10_000.0) == 2_800.0
    assert due_at(5_000.0, 1_000.0, EVERY, 10_000.0) == 6_800.0
    assert due_at(5_000.0, 9_000.0, EVERY, 10_000.0) == 10_800.0


def test_a_clock_that_ran_ahead_puts_nothing_off() -> None:
    assert due_at(99_000.0, 98_000.0, EVERY, 10_000.0) < 10_000.0
    assert due_at(99_000.0, 9_000.0, EVERY, 10_000.0) == 10_800.0
