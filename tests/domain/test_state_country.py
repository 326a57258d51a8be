"""How countries and states travel, by the two settings of C8: what each side reads of the other's, what is written, and what
isn't sent since Salesforce would refuse it."""

from __future__ import annotations

import msgspec
import pytest

from crmsync_desktop.domain.mapping import Mapping, Rule
from crmsync_desktop.domain.records import UNSEEN, Cell, Side
from crmsync_desktop.domain.schema import Option
from crmsync_desktop.domain.settings import (
    HubSpotStateCountry,
)
from crmsync_desktop.domain.state_country import picklists_of
from tests.domain.picklists import (
    BOTH,
    CUSTOMISED,
    MATCH,
    OFF,
    ON,
    OWN,
    create,
    layout,
    picklist,
    plan,
    schemas,
    sent,
)


def test_a_country_and_its_state_are_written_as_codes() -> None:
    assert create(["Norge", None]) == ([("Norway", {"MailingCountryCode": "NO"})], [])
    codes = {"MailingCountryCode": "US", "MailingStateCode": "CA"}
    assert create(["USA", "Calif."]) == ([("United States", codes), ("California", codes)], [])


def test_a_leads_address_has_no_prefix() -> None:
    found = plan([None, None], ["Norge", None], ([None, None], [None, None]), object="Lead")
    assert sent(found.to_salesforce) == [("Norway", {"CountryCode": "NO"})]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["Atlantis", None], "“Atlantis” isn't a country that Salesforce accepts."),
        (["Norwya", "Oslo"], "“Norwya” isn't a country that Salesforce accepts. Nearest: Norway."),
        (
            [None, "Ontario"],
            "The state “Ontario” can't go to Salesforce without its country: fill in the country as well.",
        ),
        (["Korea", None], "“Korea” isn't a country that Salesforce accepts."),
    ],
)
def test_what_isnt_known_isnt_sent_and_is_one_error(cells: list[Cell], told: str) -> None:
    changes, messages = create(cells)
    assert changes == []
    assert len(messages) == 1
    assert messages[0].startswith(told)


def test_a_country_travels_without_the_state_that_it_doesnt_have() -> None:
    changes, messages = create(["Norway", "California"])
    assert changes == [("Norway", {"MailingCountryCode": "NO"})]
    assert messages == ["“California” isn't a state that Salesforce accepts for Norway."]


def test_a_name_of_several_is_told_with_those_that_are_accepted() -> None:
    known = schemas((Option("KP", "North Korea"), Option("KR", "South Korea")))
    _, messages = create(["Korea", None], layout(known=known), known)
    assert messages == ["“Korea” may mean several countries. Salesforce accepts of them: North Korea; South Korea."]
    states = (Option("A", "Sofia", True, ("BG",)), Option("B", "SOFIA", True, ("BG",)))
    known = schemas((Option("BG", "Bulgaria"),))
    contact = known["Contact"]
    fields = {**contact.fields, "MailingStateCode": picklist("MailingStateCode", states)}
    known["Contact"] = msgspec.structs.replace(contact, fields=fields)
    _, messages = create(["Bulgaria", "Sofia"], layout(known=known), known)
    assert messages == ["“Sofia” may mean several states of Bulgaria. Salesforce accepts of them: Sofia; SOFIA."]


@pytest.mark.parametrize(
    ("salesforce", "hubspot"),
    [
        (["Norway", None], ["Norge", None]),
        (["United States", "California"], ["usa", "CA"]),
        (["U.S.A.", "Calif."], ["United States of America", "us-ca"]),
        (["Netherlands", "Limburg"], ["Holland", "NL-LI"]),
        ([None, None], [None, None]),
        (["Atlantis", "Deep"], ["Atlantis", "Deep"]),
    ],
)
@pytest.mark.parametrize("hubspot_setting", [MATCH])
def test_two_texts_for_one_place_are_equal(
    salesforce: list[Cell], hubspot: list[Cell], hubspot_setting: HubSpotStateCountry
) -> None:
    blank: list[Cell] = [UNSEEN, UNSEEN]
    found = plan(salesforce, hubspot, (blank, blank), layout(ON, hubspot_setting))
    assert (found.to_salesforce, found.to_hubspot, found.faults, found.held) == ([], [], [], [])
    assert (found.base_salesforce, found.base_hubspot) == (salesforce, hubspot)


def test_another_word_for_a_place_is_no_edit_that_could_win_over_a_real_one() -> None:
    base: tuple[list[Cell], list[Cell]] = (["Norway", None], ["Norway", None])
    found = plan(["Sweden", None], ["Norge", None], base)
    assert [(change.new, change.reason) for change in found.to_hubspot] == [("Sweden", "edited in Salesforce")]
    found = plan(["NO", None], ["Sverige", None], base)
    assert [(change.new, change.reason) for change in found.to_salesforce] == [("Sweden", "edited in HubSpot")]
    found = plan(["Sweden", None], ["Canada", None], base)
    assert [change.new for change in found.to_hubspot] == ["Sweden"]
    assert "edited on both sides" in found.to_hubspot[0].reason


def test_states_of_one_name_in_two_countries_are_two() -> None:
    found = plan(["Netherlands", "Limburg"], ["Belgium", "Limburg"], (["Netherlands", "Limburg"],) * 2)
    assert sent(found.to_salesforce) == [("Belgium", {"MailingCountryCode": "BE", "MailingStateCode": "VLI"})]


def test_a_country_doesnt_change_while_a_state_of_another_one_stays() -> None:
    base: tuple[list[Cell], list[Cell]] = (["United States", "California"], ["USA", "California"])
    found = plan(["United States", "California"], ["Canada", "California"], base)
    assert found.to_salesforce == []
    assert [(side, fault.message) for side, fault in found.faults] == [
        (
            Side.SALESFORCE,
            "The country can't change in Salesforce while the state stays as it is there. "
            "“California” isn't a state that Salesforce accepts for Canada.",
        )
    ]
    found = plan(["United States", "California"], ["Canada", "Bavaria"], base)
    assert found.to_salesforce == []
    assert [fault.fields for _, fault in found.faults] == [("state",)]
    found = plan(["United States", "California"], ["Canada", "Ontario"], base)
    codes = {"MailingCountryCode": "CA", "MailingStateCode": "ON"}
    assert sent(found.to_salesforce) == [("Canada", codes), ("Ontario", codes)]


def test_a_state_of_another_country_than_salesforce_keeps_isnt_sent() -> None:
    mappings = (msgspec.structs.replace(BOTH[0], rule=Rule.ALWAYS_SALESFORCE), BOTH[1])
    base: tuple[list[Cell], list[Cell]] = (["United States", None], ["United States", None])
    found = plan(["United States", None], ["Canada", "Ontario"], base, layout(mappings=mappings))
    assert found.to_salesforce == []
    assert [fault.message for _, fault in found.faults] == [
        "“Ontario” isn't a state that Salesforce accepts for United States."
    ]
    assert [change.new for change in found.to_hubspot] == ["United States"]


def test_a_state_that_comes_to_a_country_that_stands_brings_its_code_along() -> None:
    found = plan(["United States", None], ["USA", "Calif."], (["United States", None], ["USA", None]))
    assert sent(found.to_salesforce) == [("California", {"MailingCountryCode": "US", "MailingStateCode": "CA"})]


def test_what_is_cleared_is_cleared_by_code() -> None:
    base: tuple[list[Cell], list[Cell]] = (["United States", "California"], ["USA", "CA"])
    found = plan(["United States", "California"], [None, None], base)
    assert sent(found.to_salesforce) == [(None, {"MailingCountryCode": None}), (None, {"MailingStateCode": None})]
    found = plan(["United States", "California"], ["USA", None], base)
    assert sent(found.to_salesforce) == [(None, {"MailingStateCode": None})]
    found = plan(["United States", None], [None, None], (["United States", None], ["USA", None]))
    assert sent(found.to_salesforce) == [(None, {"MailingCountryCode": None})]


def test_an_edit_to_what_isnt_known_blanks_nothing_and_stays_an_error() -> None:
    found = plan(["Norway", None], ["Atlantis", None], (["Norway", None], ["Norge", None]))
    assert (found.to_salesforce, found.to_hubspot) == ([], [])
    assert [fault.fields for _, fault in found.faults] == [("country",)]
    again = plan(["Norway", None], ["Atlantis", None], (found.base_salesforce, found.base_hubspot))
    assert again.faults == found.faults


def test_salesforce_reaches_hubspot_in_salesforces_own_words() -> None:
    found = plan(["Norway", None], ["Norge", None], (["Sweden", None], ["Norge", None]))
    assert found.to_hubspot == []
    found = plan(["U-S-1", "Somewhere"], ["Norge", None], (["Norway", None], ["Norge", None]))
    assert [change.new for change in found.to_hubspot] == ["U-S-1", "Somewhere"]


def test_a_country_of_salesforces_that_describe_doesnt_know_keeps_no_state_from_travelling() -> None:
    mappings = (msgspec.structs.replace(BOTH[0], rule=Rule.DONT_SYNC), BOTH[1])
    found = plan(["U-S-1", None], ["USA", "CA"], (["U-S-1", None], ["USA", None]))
    assert sent(found.to_salesforce) == [("California", {})]
    alone = layout(mappings=mappings)
    found = plan([None], ["CA"], ([None], [None]), alone)
    assert found.to_salesforce == []
    assert [fault.message for _, fault in found.faults] == [
        "The state “CA” can't go to Salesforce without its country: "
        "map a HubSpot property to the country of this address as well."
    ]


def test_a_country_may_be_mapped_without_its_state() -> None:
    found = plan([None], ["Norge"], ([None], [None]), layout(mappings=BOTH[:1]))
    assert sent(found.to_salesforce) == [("Norway", {"MailingCountryCode": "NO"})]


def test_a_hidden_country_says_nothing_about_a_state() -> None:
    found = plan([UNSEEN, None], ["USA", "CA"], ([UNSEEN, None], ["USA", None]))
    assert sent(found.to_salesforce) == [("California", {})]


@pytest.mark.parametrize("hubspot", [MATCH, OWN])
def test_off_means_texts(hubspot: HubSpotStateCountry) -> None:
    of = layout(OFF, hubspot)
    assert create(["Norge", "Atlantis"], of) == ([("Norge", {}), ("Atlantis", {})], [])
    assert create([None, "Atlantis"], of) == ([("Atlantis", {})], [])
    found = plan(["Norway", None], ["Norge", None], (["Norway", None], ["Norway", None]), of)
    assert sent(found.to_salesforce) == [("Norge", {})]


def test_own_values_go_as_they_are_but_no_state_goes_without_a_country() -> None:
    of = layout(ON, OWN)
    assert create(["Norge", "Atlantis"], of) == ([("Norge", {}), ("Atlantis", {})], [])
    changes, messages = create([None, "California"], of)
    assert changes == []
    assert messages == [
        "The state “California” can't go to Salesforce without its country: fill in the country as well."
    ]


def test_an_org_without_the_picklists_has_no_addresses_whatever_is_set() -> None:
    known = schemas()
    for object in ("Contact", "Lead"):
        fields = {name: field for name, field in known[object].fields.items() if not name.endswith("Code")}
        known[object] = msgspec.structs.replace(known[object], fields=fields)
    found = layout(CUSTOMISED, MATCH, known=known)
    assert found.addresses == ()
    assert all(column.translation is None for column in found.columns)


def test_only_fields_of_addresses_are_an_addresss() -> None:
    mappings = (
        Mapping("lastname", {"Contact": "LastName", "Lead": "LastName"}),
        Mapping("country", {"Contact": "MailingCountry", "Lead": "LastName"}),
        Mapping("state", {"Contact": "MailingState", "Lead": "Country"}),
    )
    assert layout(mappings=mappings).addresses == ()


def test_describe_says_which_kind_of_picklists_an_org_has() -> None:
    assert picklists_of(schemas()) is ON
    assert picklists_of({"contacts": schemas()["contacts"]}) is OFF
    assert picklists_of(schemas((Option("HQ", "Head office"),))) is CUSTOMISED
    assert picklists_of(schemas((Option("NO", "The North"),))) is CUSTOMISED
    assert picklists_of(schemas((Option("NO", "Norway", False),))) is CUSTOMISED
