"""Salesforce orgs that are set up otherwise than a plain one: what can't travel is one error with its remedy."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.conditions import Difficult


def setup(here: Difficult, **settings: Any) -> None:
    here.admin.post("/salesforce/setup", **settings)


PLACES = [
    # (country, state), and which of the two kinds of picklists take them
    (("United States", "California"), ["on"]),
    (("USA", "Texas"), ["customised"]),
    (("Germany", None), ["on"]),
    (("Deutschland", None), ["customised"]),
    (("Kosovo", None), ["customised"]),
    (("Norge", None), []),
    (("United States", "Bavaria"), []),
    ((None, "California"), []),
    (("Yugoslavia", "Anywhere"), []),
]


@pytest.mark.parametrize("choice", ["on", "customised"])
def test_a_country_or_state_that_the_picklists_lack_is_one_error_and_all_else_travels(
    here: Difficult, choice: str
) -> None:
    setup(here, state_country=choice)
    for n, ((country, state), _) in enumerate(PLACES):
        place = {name: text for name, text in (("country", country), ("state", state)) if text}
        here.hubspot.create(lastname=f"P{n}", email=f"p{n}@example.com", city="Town", **place)
    here.settled()
    expected = [
        (f"P{n}", "Town", *((country, state) if choice in taken else (None, None)))
        for n, ((country, state), taken) in enumerate(PLACES)
    ]
    assert here.contacts("LastName", "MailingCity", "MailingCountry", "MailingState") == expected
    refused = sum(choice not in taken for _, taken in PLACES)
    codes = {(card, code) for card, code, _ in here.errors()}
    assert codes <= {("property_values", "FIELD_INTEGRITY_EXCEPTION")}
    assert sum(count for _, _, count in here.errors()) == refused
    assert here.quiet() == {"salesforce": 1, "hubspot": 1}
    for each in here.hubspot.all("email"):
        here.hubspot.edit(each["id"], phone="+47 1")
    here.settled()
    assert here.contacts("Phone") == [("+47 1",)] * len(PLACES)
    assert sum(count for _, _, count in here.errors()) == refused
    first = next(id for name, id in here.contacts("LastName", "Id") if name == "P5")
    here.salesforce.edit("Contact", first, MailingCountryCode="SE")
    here.settled()
    assert next(each for each in here.people("lastname", "country") if each[0] == "P5") == ("P5", "Sweden")
    assert sum(count for _, _, count in here.errors()) == refused - 1


def test_picklists_that_are_switched_on_later_stop_no_other_field(here: Difficult) -> None:
    here.rule("phone", "two_way")
    here.hubspot.create(lastname="Moe", email="moe@example.com", country="Norge", phone="1")
    here.settled()
    setup(here, state_country="on")
    here.hubspot.edit(here.only(), phone="2")
    here.settled()
    assert here.contacts("MailingCountry", "Phone") == [("Norge", "2")]
    assert here.people("country", "phone") == [("Norge", "2")]


def test_record_types_and_currencies_keep_nothing_from_travelling(here: Difficult) -> None:
    setup(here, record_types=True, multi_currency=True)
    here.person()
    here.hubspot.create(lastname="New", email="new@example.com")
    here.settled()
    for each in here.hubspot.all("email"):
        here.hubspot.edit(each["id"], phone="+47 1")
    here.settled()
    assert (
        here.contacts("LastName", "Phone") == here.people("lastname", "phone") == [("Moe", "+47 1"), ("New", "+47 1")]
    )
    assert here.errors() == []


def test_a_field_that_salesforce_requires_of_new_records_stops_only_those_with_one_remedy(here: Difficult) -> None:
    here.person()
    here.settled()
    field = {"object": "Contact", "name": "Segment__c", "label": "Segment", "type": "string", "required": True}
    setup(here, custom_fields=[field])
    for n in range(4):
        here.hubspot.create(lastname=f"P{n}", email=f"p{n}@example.com")
    for each in here.hubspot.all("email"):
        here.hubspot.edit(each["id"], phone="+47 1")
    here.settled()
    assert here.contacts("LastName", "Phone") == [("Moe", "+47 1")]
    assert here.errors() == [("property_values", "REQUIRED_FIELD_MISSING", 4)]
    assert here.remedies() == ["Fill in the field on the record, or map a property to it that always has a value."]
    assert here.quiet() == {"salesforce": 1, "hubspot": 1}
    setup(here, custom_fields=[])
    assert here.run("retry", "--practice").status == 0
    here.settled()
    assert len(here.contacts("Id")) == 5
    assert here.errors() == []
