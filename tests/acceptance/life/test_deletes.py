"""Deleted and undeleted in Salesforce, archived and restored in HubSpot."""

from __future__ import annotations

import pytest

from tests.acceptance.life.kinds import (
    ALL,
    COMPANY,
    DEAL,
    DURING,
    REST,
    TICKET,
    During,
    Kind,
    Story,
    covers,
    everything_on,
    happens,
    hubspot,
    linked,
    partner,
    salesforce,
    text_of,
    twins,
)
from tests.acceptance.life.world import World

PAIRS = ("contacts", "companies", "deals", "tickets")


def on_delete(choice: str) -> dict[str, dict[str, str]]:
    return {name: {"on_salesforce_delete": choice} for name in PAIRS}


@pytest.fixture
def here(shared: World) -> World:
    everything_on(shared, guard_minimum=1000, **on_delete("delete"))
    return shared


@covers("deleted in Salesforce", *ALL)
def test_a_delete_in_salesforce_deletes_in_hubspot_where_the_setting_says_so(
    here: World, kind: Kind, when: str
) -> Story:
    id, other = yield from linked(here, kind)
    yield from happens(here, when, lambda: here.delete("salesforce", kind.sobject, id))
    assert hubspot(here, kind, other)["state"] == "deleted"
    assert here.codes(id, other) == []


@covers("deleted in Salesforce", *ALL)
def test_with_do_nothing_the_hubspot_record_stays_and_no_twin_appears(here: World, kind: Kind, when: str) -> Story:
    here.settings(**on_delete("nothing"))
    id, other = yield from linked(here, kind)
    title = salesforce(here, kind, id)[kind.title]
    yield from happens(here, when, lambda: here.delete("salesforce", kind.sobject, id))
    here.edit("hubspot", kind.type, other, **{kind.text[1]: "Edited since"})
    yield REST
    assert hubspot(here, kind, other)["state"] == "live"
    assert twins(here, kind, title) == (0, 1)


@covers("deleted in Salesforce", *ALL)
def test_an_edit_in_hubspot_beats_the_delete_in_salesforce(here: World, kind: Kind, when: str) -> Story:
    id, other = yield from linked(here, kind)
    here.edit("hubspot", kind.type, other, **{kind.text[1]: "Edited"})
    if when == DURING:  # the edit is about to be written to what is being deleted
        yield During(lambda: here.delete("salesforce", kind.sobject, id))
    else:
        here.delete("salesforce", kind.sobject, id)
    yield REST
    assert hubspot(here, kind, other)["state"] == "live"
    assert hubspot(here, kind, other)[kind.text[1]] == "Edited"
    assert here.codes(id, other) == ["EDIT_BEATS_DELETE"]


@covers("undeleted in Salesforce", *ALL)
def test_an_undelete_revives_the_link_and_brings_back_what_was_deleted(here: World, kind: Kind, when: str) -> Story:
    id, other = yield from linked(here, kind)
    title = salesforce(here, kind, id)[kind.title]
    here.delete("salesforce", kind.sobject, id)
    yield REST
    assert hubspot(here, kind, other)["state"] == "deleted"
    yield from happens(here, when, lambda: here.undelete("salesforce", kind.sobject, id))
    assert twins(here, kind, title) == (1, 1)
    again = partner(here, kind, id)
    here.edit("salesforce", kind.sobject, id, **{kind.text[0]: "Since then"})
    yield REST
    assert text_of(here, kind, id, again) == ("Since then", "Since then")


@covers("undeleted in Salesforce", *ALL)
def test_an_undelete_revives_the_link_to_the_record_that_stayed(here: World, kind: Kind, when: str) -> Story:
    here.settings(**on_delete("nothing"))
    id, other = yield from linked(here, kind)
    title = salesforce(here, kind, id)[kind.title]
    here.delete("salesforce", kind.sobject, id)
    yield REST
    yield from happens(here, when, lambda: here.undelete("salesforce", kind.sobject, id))
    assert partner(here, kind, id) == other
    here.edit("hubspot", kind.type, other, **{kind.text[1]: "Since then"})
    yield REST
    assert text_of(here, kind, id, other) == ("Since then", "Since then")
    assert twins(here, kind, title) == (1, 1)


@covers("archived in HubSpot", *ALL)
def test_an_archived_record_deletes_nothing_in_salesforce_and_an_edit_there_makes_it_anew(
    here: World, kind: Kind, when: str
) -> Story:
    id, other = yield from linked(here, kind)
    title = salesforce(here, kind, id)[kind.title]
    yield from happens(here, when, lambda: here.delete("hubspot", kind.type, other))
    assert salesforce(here, kind, id)["state"] == "live"
    here.edit("salesforce", kind.sobject, id, **{kind.text[0]: "Edited since"})
    yield REST
    assert text_of(here, kind, id, partner(here, kind, id)) == ("Edited since", "Edited since")
    assert twins(here, kind, title) == (1, 1)


@covers("archived in HubSpot", *ALL)
def test_an_edit_that_meets_an_archived_record_on_its_way_makes_it_anew(here: World, kind: Kind, when: str) -> Story:
    id, other = yield from linked(here, kind)
    title = salesforce(here, kind, id)[kind.title]
    here.edit("salesforce", kind.sobject, id, **{kind.text[0]: "On its way"})
    if when == DURING:
        yield During(lambda: here.delete("hubspot", kind.type, other))
    else:
        here.delete("hubspot", kind.type, other)
    yield REST
    assert text_of(here, kind, id, partner(here, kind, id)) == ("On its way", "On its way")
    assert twins(here, kind, title) == (1, 1)


@covers("restored in HubSpot", *ALL)
def test_a_restored_record_is_the_same_one_again(here: World, kind: Kind, when: str) -> Story:
    id, other = yield from linked(here, kind)
    title = salesforce(here, kind, id)[kind.title]
    here.delete("hubspot", kind.type, other)
    yield REST
    yield from happens(here, when, lambda: here.undelete("hubspot", kind.type, other))
    here.edit("hubspot", kind.type, other, **{kind.text[1]: "Since then"})
    yield REST
    assert partner(here, kind, id) == other
    assert text_of(here, kind, id, other) == ("Since then", "Since then")
    assert twins(here, kind, title) == (1, 1)


@covers("restored in HubSpot", COMPANY, DEAL, TICKET)  # a contact can't be: its address is taken
def test_a_record_restored_beside_the_one_made_in_its_place_is_no_twin_in_salesforce(
    here: World, kind: Kind, when: str
) -> Story:
    id, other = yield from linked(here, kind)
    title = salesforce(here, kind, id)[kind.title]
    here.delete("hubspot", kind.type, other)
    here.edit("salesforce", kind.sobject, id, **{kind.text[0]: "Made anew"})
    yield REST
    anew = partner(here, kind, id)
    assert anew != other
    yield from happens(here, when, lambda: here.undelete("hubspot", kind.type, other))
    assert twins(here, kind, title)[0] == 1
    assert partner(here, kind, id) == anew
    assert here.codes(other) in (["REPLACED"], ["AMBIGUOUS_MATCH"])
