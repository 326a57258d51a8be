"""What a refused record can do without is left out of it, and nothing else."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.planner import FieldChange
from crmsync_desktop.domain.records import Category, Fault
from crmsync_desktop.domain.set_aside import set_aside

FIELDS = ("LastName", "MailingCity", "MailingState", "MailingCountryCode", "OtherCountry", "Title")
CHANGES = [FieldChange(place, name.lower(), name, "x", None, "x", "new") for place, name in enumerate(FIELDS)]


def fault(*fields: str, category: Category = Category.PROPERTY_VALUES) -> Fault:
    return Fault(category, "CODE", "no", fields)


def places(*faults: Fault, required: tuple[str, ...] = ()) -> list[int]:
    return list(set_aside(CHANGES, faults, required))


def test_the_fields_that_a_refusal_names_are_left_out() -> None:
    assert places(fault("Title")) == [5]
    assert places(fault("Title"), fault("MailingCity", category=Category.PERMISSIONS)) == [5, 1]
    assert places(fault("Title"), fault("Title")) == [5]


@pytest.mark.parametrize("named", ["MailingState", "MailingCountry", "MailingStateCode"])
def test_a_state_and_its_country_stand_and_fall_together(named: str) -> None:
    assert places(fault(named)) == [2, 3]


@pytest.mark.parametrize(
    "refused",
    [fault(), fault("Phone"), fault("Title", category=Category.CUSTOM_CODE), fault("LastName")],
)
def test_what_is_about_the_whole_record_or_a_required_field_leaves_nothing_out(refused: Fault) -> None:
    assert places(fault("MailingCity"), refused, required=("LastName",)) == []


def test_a_write_of_nothing_but_the_refused_field_is_not_repeated() -> None:
    assert set_aside(CHANGES[5:], [fault("Title")]) == {}
    assert places() == []


def test_an_amount_and_its_currency_stand_and_fall_together() -> None:
    names = ("Name", "Amount", "CurrencyIsoCode", "StageName", "RecordTypeId")
    changes = [FieldChange(place, name.lower(), name, "x", None, "x", "new") for place, name in enumerate(names)]
    assert list(set_aside(changes, [fault("CurrencyIsoCode")])) == [1, 2]
    assert list(set_aside(changes, [fault("StageName")])) == [3, 4]


def test_a_refusal_of_an_owner_that_names_no_field_is_about_the_owner() -> None:
    changes = [
        FieldChange(place, name.lower(), name, "x", None, "x", "new") for place, name in enumerate(("Title", "OwnerId"))
    ]
    assert list(set_aside(changes, [fault(category=Category.OWNERS)])) == [1]
