"""Every card has a title, every error something to do about it (S4)."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.records import Category
from crmsync_desktop.domain.remedies import CARDS, TITLES, hint


@pytest.mark.parametrize("category", Category)
def test_every_category_has_a_card_a_title_and_something_to_do(category: Category) -> None:
    assert CARDS.count(category) == 1
    assert TITLES[category]
    assert hint(category, "A_CODE_NOBODY_KNOWS").endswith(".")


def test_titles_are_told_apart() -> None:
    assert len(set(TITLES.values())) == len(Category)


@pytest.mark.parametrize(
    ("category", "code"),
    [
        (Category.PROPERTY_VALUES, "STRING_TOO_LONG"),
        (Category.CUSTOM_CODE, "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
        (Category.DUPLICATES, "DUPLICATES_DETECTED"),
        (Category.OWNERS, "OWNER_NOT_MATCHED"),
        (Category.PERMISSIONS, "MISSING_SCOPES"),
    ],
)
def test_a_known_code_gets_advice_of_its_own(category: Category, code: str) -> None:
    assert hint(category, code) != hint(category, "")


def test_an_object_that_may_not_be_written_is_told_from_a_failing_trigger_of_the_same_code() -> None:
    code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    assert "trigger" in hint(Category.CUSTOM_CODE, code)
    assert hint(Category.PERMISSIONS, code) == hint(Category.PERMISSIONS, "")
