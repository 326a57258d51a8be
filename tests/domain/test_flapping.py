"""A value that doesn't stay although it is written again and again is left alone after the third time."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.flapping import MOST, Flaps, Stroke, fault_of
from crmsync_desktop.domain.records import Category, Side


def strokes(*values: str | None, side: Side = Side.SALESFORCE, old: str | None = "CTO") -> list[Stroke]:
    return [Stroke(1, side, "jobtitle", value, old) for value in values]


@pytest.mark.parametrize(
    ("written", "frozen"),
    [
        ((), False),
        (("Boss",) * (MOST - 1), False),
        (("Boss",) * MOST, True),
        (("Boss",) * (MOST + 1), True),
        (("Boss", "Boss", "Chief", "Boss"), False),
        (("Chief", *("Boss",) * MOST), True),
        (("Boss", "Chief", "Boss", "Chief", "Boss"), False),
        (("Boss", "Boss", "Boss", "Chief"), False),
    ],
)
def test_only_the_same_value_in_a_row_counts(written: tuple[str, ...], frozen: bool) -> None:
    assert Flaps(strokes(*written)).frozen(1, Side.SALESFORCE, "jobtitle", "Boss") is frozen


def test_another_value_field_side_or_link_is_not_frozen() -> None:
    flaps = Flaps(strokes(*["Boss"] * MOST))
    assert flaps.links == {1}
    assert not flaps.frozen(1, Side.SALESFORCE, "jobtitle", None)
    assert not flaps.frozen(1, Side.SALESFORCE, "phone", "Boss")
    assert not flaps.frozen(1, Side.HUBSPOT, "jobtitle", "Boss")
    assert not flaps.frozen(2, Side.SALESFORCE, "jobtitle", "Boss")


def test_two_systems_that_insist_on_their_own_are_both_frozen() -> None:
    fight = [stroke for _ in range(MOST) for stroke in (*strokes("x", side=Side.HUBSPOT), *strokes("y"))]
    flaps = Flaps(fight)
    assert flaps.frozen(1, Side.HUBSPOT, "jobtitle", "x")
    assert flaps.frozen(1, Side.SALESFORCE, "jobtitle", "y")


def test_a_person_frees_a_field_with_a_value_of_their_own_and_not_by_insisting() -> None:
    flaps = Flaps(strokes(*["Boss"] * MOST, old="CTO"))
    flaps.edited_by_person(1, Side.SALESFORCE, "jobtitle", "CTO")
    assert flaps.frozen(1, Side.SALESFORCE, "jobtitle", "Boss")
    flaps.edited_by_person(1, Side.SALESFORCE, "jobtitle", "Chair")
    assert not flaps.frozen(1, Side.SALESFORCE, "jobtitle", "Boss")


def test_the_message_names_both_values() -> None:
    fault = fault_of(Side.SALESFORCE, "jobtitle", "Title", "Boss", None)
    assert (fault.category, fault.code, fault.fields) == (Category.CUSTOM_CODE, "FLAPPING", ("jobtitle",))
    assert "“Boss” 3 times" in fault.message
    assert "Salesforce made blank of it" in fault.message
