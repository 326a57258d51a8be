"""A contact that was erased from HubSpot for good (GDPR) is never created there again, though HubSpot's API would let it."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.records import Side
from tests.acceptance.life.kinds import (
    CONTACT,
    DURING,
    PASS,
    PEOPLE,
    REST,
    During,
    Kind,
    Story,
    covers,
    everything_on,
    happens,
    hubspot,
    in_salesforce,
    linked,
    now,
    partner,
    salesforce,
    text_of,
)
from tests.acceptance.life.world import World


@pytest.fixture
def here(shared: World) -> World:
    everything_on(shared)
    return shared


@covers("erased in HubSpot", *PEOPLE)
def test_an_edit_in_salesforce_does_not_bring_back_the_erased_contact(here: World, kind: Kind, when: str) -> Story:
    id, other = yield from linked(here, kind)
    email = salesforce(here, kind, id)["Email"]
    here.edit("salesforce", kind.sobject, id, **{kind.text[0]: "On its way"})
    if when == DURING:
        yield During(lambda: here.erase(other))
    else:
        here.erase(other)
    yield REST
    here.edit("salesforce", kind.sobject, id, **{kind.text[0]: "Edited again"})
    yield REST
    assert here.named("hubspot", "contacts", email) == []
    assert salesforce(here, kind, id)["state"] == "live"
    assert here.codes(id, other) == ["ERASED"]


@covers("erased in HubSpot", *PEOPLE)
def test_a_new_record_with_the_same_address_does_not_bring_it_back_either(here: World, kind: Kind, when: str) -> Story:
    id, other = yield from linked(here, kind)
    email = salesforce(here, kind, id)["Email"]
    here.edit("salesforce", kind.sobject, id, **{kind.text[0]: "On its way"})
    if when == DURING:
        yield During(lambda: here.erase(other))
    else:
        here.erase(other)
        yield PASS
    here.delete("salesforce", kind.sobject, id)
    again = here.make("salesforce", "Contact", LastName="Again", Email=email.upper())
    yield REST
    assert here.named("hubspot", "contacts", email) == []
    assert here.codes(again) == ["ERASED"]


@covers("erased in HubSpot", *PEOPLE)
def test_one_that_was_archived_first_is_not_made_anew(here: World, kind: Kind, when: str) -> Story:
    id, other = yield from linked(here, kind)
    email = salesforce(here, kind, id)["Email"]
    here.edit("salesforce", kind.sobject, id, **{kind.text[0]: "On its way"})
    yield During(lambda: here.delete("hubspot", "contacts", other))
    again = partner(here, kind, id)  # made anew: archived is not erased
    here.delete("hubspot", "contacts", again)
    here.edit("hubspot", "contacts", in_hubspot_alone(here), firstname="Bystander")
    here.edit("salesforce", kind.sobject, id, **{kind.text[0]: "Once more"})
    if when == DURING:
        yield During(lambda: here.erase(again))
    else:
        here.erase(again)
    yield REST
    assert here.named("hubspot", "contacts", email) == []
    assert here.codes(id) == ["ERASED"]


def in_hubspot_alone(here: World) -> str:
    return here.make("hubspot", "contacts", email=f"alone{here.number()}@example.com", lastname="Alone")


def test_a_person_who_is_in_hubspot_again_is_linked_again(here: World) -> None:
    id, other = now(here, linked(here, CONTACT))
    email = salesforce(here, CONTACT, id)["Email"]
    here.edit("salesforce", "Contact", id, Title="On its way")
    here.erase(other)
    here.settled()
    assert here.codes(id) == ["ERASED"]
    url = f"{here.orgs.announced['hubspot']['url']}/crm/objects/2026-03/contacts"
    back = here.hubspot.session.post(url, json={"properties": {"email": email, "lastname": "Back"}}, timeout=30).json()
    here.settled()
    assert here.partner("contacts", Side.SALESFORCE, id) == back["id"]
    assert text_of(here, CONTACT, id, back["id"]) == ("On its way", "On its way")
    assert "ERASED" not in here.codes(id, back["id"])


def test_nothing_of_the_erased_contact_stays_in_what_is_known_of_it(here: World) -> None:
    id, other = now(here, linked(here, CONTACT))
    here.edit("salesforce", "Contact", id, Title="On its way")
    here.erase(other)
    here.settled()
    (known,) = here.store.records_by_id(Side.HUBSPOT, "contacts", [other])
    assert (known.cells or [], known.keys, known.link) == ([], (), None)


@covers("off the inclusion list", *PEOPLE)
def test_what_leaves_the_inclusion_list_is_frozen_on_both_sides(here: World, kind: Kind, when: str) -> Story:
    base = f"{here.orgs.announced['hubspot']['url']}/crm/lists/2026-03"
    found = here.hubspot.session.post(f"{base}/search", json={"processingTypes": ["DYNAMIC"]}, timeout=30).json()
    chosen = next(each["listId"] for each in found["lists"] if each["name"] == "Customers and opportunities")
    id, other = yield from linked(here, kind)
    here.edit("hubspot", "contacts", other, lifecyclestage="customer")
    here.settings(contacts={"inclusion_list": str(chosen)})
    yield PASS
    here.edit("salesforce", kind.sobject, id, **{kind.text[0]: "While on it"})
    yield REST
    assert text_of(here, kind, id, other)[1] == "While on it"
    yield from happens(here, when, lambda: here.edit("hubspot", "contacts", other, lifecyclestage="lead"))
    here.store.save_document("inclusion_list_read", None)  # leavers are seen when the whole list is read, once an hour
    yield PASS
    here.edit("salesforce", kind.sobject, id, **{kind.text[0]: "Salesforce alone"})
    yield REST
    assert text_of(here, kind, id, other) == ("Salesforce alone", "While on it")
    here.edit("hubspot", "contacts", other, jobtitle="HubSpot alone")
    yield REST
    assert text_of(here, kind, id, other) == ("Salesforce alone", "HubSpot alone")
    here.edit("hubspot", "contacts", other, lifecyclestage="customer")
    here.store.save_document("inclusion_list_read", None)
    yield REST
    title = salesforce(here, kind, id)[kind.title]
    assert len(set(text_of(here, kind, id, other))) == 1
    assert here.named("salesforce", kind.sobject, title) == [id]
    assert hubspot(here, kind, other)["state"] == "live"


def test_a_record_that_is_made_although_it_is_not_on_the_list_is_frozen_from_then_on(here: World) -> None:
    base = f"{here.orgs.announced['hubspot']['url']}/crm/lists/2026-03"
    found = here.hubspot.session.post(f"{base}/search", json={"processingTypes": ["DYNAMIC"]}, timeout=30).json()
    chosen = next(each["listId"] for each in found["lists"] if each["name"] == "Customers and opportunities")
    here.settings(contacts={"inclusion_list": str(chosen)})
    id = in_salesforce(here, CONTACT, Title="As it was")
    here.settled()
    other = partner(here, CONTACT, id)
    here.edit("salesforce", "Contact", id, Title="Salesforce alone")
    here.settled()
    assert text_of(here, CONTACT, id, other) == ("Salesforce alone", "As it was")
