"""HubSpot properties with options of their own, and what an address tells of a refusal (C8)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crmsync_desktop.domain.addresses import Address
from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.mapping import Mapping
from crmsync_desktop.domain.planner import FieldChange
from crmsync_desktop.domain.records import Category, Cell, Fault, Side
from crmsync_desktop.domain.schema import Option
from crmsync_desktop.domain.settings import (
    HubSpotStateCountry,
)
from tests.domain.picklists import (
    BOTH,
    CUSTOMISED,
    MATCH,
    ON,
    OWN,
    create,
    layout,
    plan,
    schemas,
)

NORDIC = (Option("nor", "Norge"), Option("sve", "Sverige"), Option("usa", "USA"))
REGIONS = (Option("cal", "Calif."), Option("ont", "Ontario"))


def with_options(hubspot: HubSpotStateCountry = MATCH, mappings: Sequence[Mapping] = BOTH) -> Layout:
    known = schemas(options={"country": NORDIC, "state": REGIONS})
    return layout(CUSTOMISED, hubspot, mappings, known)


@pytest.mark.parametrize("hubspot", [MATCH, OWN])
def test_a_property_with_options_gets_the_one_that_means_the_same(hubspot: HubSpotStateCountry) -> None:
    blank: tuple[list[Cell], list[Cell]] = ([None, None], [None, None])
    found = plan(["United States", "California"], [None, None], blank, with_options(hubspot))
    assert [change.new for change in found.to_hubspot] == ["usa", "cal"]
    assert found.faults == []
    settled = plan(["United States", "California"], ["usa", "cal"], blank, with_options(hubspot))
    assert (settled.to_hubspot, settled.to_salesforce) == ([], [])


def test_an_option_is_read_by_its_label() -> None:
    assert create(["usa", "cal"], with_options()) == (
        [
            ("United States", {"MailingCountryCode": "US", "MailingStateCode": "CA"}),
            ("California", {"MailingCountryCode": "US", "MailingStateCode": "CA"}),
        ],
        [],
    )
    assert create(["sve", "ont"], with_options())[1] == ["“Ontario” isn't a state that Salesforce accepts for Sweden."]
    assert create(["usa", "cal"], with_options(OWN))[0] == [("usa", {}), ("cal", {})]


def test_what_is_no_option_of_hubspots_isnt_sent_there() -> None:
    blank: tuple[list[Cell], list[Cell]] = ([None, None], [None, None])
    found = plan(["Netherlands", "Limburg"], [None, None], blank, with_options())
    assert found.to_hubspot == []
    assert [(side, fault.message) for side, fault in found.faults] == [
        (Side.HUBSPOT, "“Netherlands” isn't among the options of HubSpot's property."),
        (Side.HUBSPOT, "“Limburg” isn't among the options of HubSpot's property."),
    ]
    found = plan(["Swedne", None], [None, None], blank, with_options())
    assert [fault.message for _, fault in found.faults] == [
        "“Swedne” isn't among the options of HubSpot's property. Nearest: Sverige."
    ]
    alone = with_options(mappings=BOTH[1:])
    found = plan(["Limburg"], [None], ([None], [None]), alone)
    assert [fault.fields for _, fault in found.faults] == [("state",)]


def address(of: Layout) -> Address:
    (found,) = of.addresses
    assert isinstance(found, Address)
    return found


def change(place: int, new: str | None) -> FieldChange:
    name = ("country", "state")[place]
    return FieldChange(place, name, f"Mailing{name.title()}", new, None, new, "edited")


def refused(*fields: str, code: str = "FIELD_INTEGRITY_EXCEPTION") -> Fault:
    return Fault(Category.PROPERTY_VALUES, code, "There's a problem", fields)


@pytest.mark.parametrize(
    ("texts", "cells", "fault", "said"),
    [
        (["Norge"], (), refused("MailingCountry"), "Its list has “Norway” for “Norge”."),
        (["Norwya"], (), refused("MailingCountry"), "“Norwya” isn't a country that Salesforce accepts. Nearest: Norway."),
        (["USA", "Calif."], (), refused("MailingState"), "Its list has “California” for “Calif.”."),
        (["USA", "Califrnia"], (), refused("MailingState"),
         "“Califrnia” isn't a state that Salesforce accepts for United States. Nearest: California."),
        ([None, "Calif."], ("USA", None), refused("MailingState"), "Its list has “California” for “Calif.”."),
        ([None, "Calif."], (), refused("MailingState"), ""),
        (["Atlantis", "Deep"], (), refused("MailingState"), ""),
        (["USA", None], (), refused("MailingState"), ""),
        (["Norge"], (), refused("LastName"), ""),
        (["Norge"], (), refused("MailingCountry", code="STRING_TOO_LONG"), ""),
    ],
)  # fmt: skip
def test_a_refusal_names_what_salesforce_would_take(
    texts: list[str | None], cells: tuple[Cell, ...], fault: Fault, said: str
) -> None:
    changes = [change(place, new) for place, new in enumerate(texts) if new]
    assert address(layout(ON, OWN)).accepts_instead("Contact", changes, cells, fault) == said


def test_a_refusal_about_another_object_is_none_of_an_addresss() -> None:
    assert address(layout()).accepts_instead("Account", [change(0, "Norge")], (), refused("MailingCountry")) == ""


def test_changes_of_other_fields_are_left_as_they_are() -> None:
    other = FieldChange(7, "lastname", "LastName", "Moe", None, "Moe", "edited")
    changes = [other, change(0, "Norway")]
    assert address(layout()).complete("Contact", changes, (), ()) == []
    assert changes[0] is other
    assert dict(changes[1].sent) == {"MailingCountryCode": "NO"}
    assert address(layout()).complete("Account", [change(0, "Norway")], (), ()) == []


def test_a_text_that_the_org_has_no_code_for_is_sent_as_it_is() -> None:
    changes = [change(0, "U-S-1"), change(1, "Somewhere")]
    assert address(layout()).complete("Contact", changes, (), ()) == []
    assert [each.sent for each in changes] == [(), ()]
