"""A value that is changed back each time it is written is left alone after the third time."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.flapping import MOST, SECONDS, Bounce, Bounces, fault_of, is_put_back
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Side, Value
from crmsync_desktop.domain.schema import Kind


def times(bounces: Bounces, value: Value, property: str = "jobtitle") -> list[bool]:
    return [bounces.frozen(1, Side.SALESFORCE, property, value) for _ in range(MOST + 2)]


def test_the_fourth_time_and_all_after_it_are_left_alone() -> None:
    bounces = Bounces({}, 0.0)
    assert times(bounces, "Boss") == [False, False, False, True, True]
    assert bounces.changed


def test_another_value_or_another_field_begins_anew() -> None:
    bounces = Bounces({}, 0.0)
    times(bounces, "Boss")
    assert not bounces.frozen(1, Side.SALESFORCE, "jobtitle", None)
    assert not bounces.frozen(1, Side.SALESFORCE, "phone", "Boss")
    assert not bounces.frozen(1, Side.HUBSPOT, "jobtitle", "Boss")
    assert not bounces.frozen(2, Side.SALESFORCE, "jobtitle", "Boss")


@pytest.mark.parametrize(("now", "frozen"), [(SECONDS - 1, True), (SECONDS, False), (-1.0, False)])
def test_what_an_earlier_pass_counted_holds_for_an_hour(now: float, frozen: bool) -> None:
    bounces = Bounces({"1 salesforce jobtitle": Bounce("Boss", MOST, 0.0)}, now)
    assert bounces.changed is not frozen
    assert bounces.frozen(1, Side.SALESFORCE, "jobtitle", "Boss") is frozen


@pytest.mark.parametrize(
    ("base", "value", "put_back"),
    [
        ("Boss", "Boss", True),
        ("Other", "Boss", False),
        (None, None, True),
        (None, "Boss", False),
        (UNSEEN, None, False),
    ],
)
def test_only_what_the_side_last_agreed_to_is_put_back(base: Cell, value: Value, put_back: bool) -> None:
    assert is_put_back(Kind.TEXT, base, value) is put_back


def test_the_message_names_both_values() -> None:
    fault = fault_of(Side.SALESFORCE, "jobtitle", "Title", "Boss", None)
    assert (fault.category, fault.code, fault.fields) == (Category.CUSTOM_CODE, "FLAPPING", ("jobtitle",))
    assert "“Boss” 3 times" in fault.message
    assert "Salesforce made blank of it" in fault.message
