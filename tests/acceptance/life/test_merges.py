"""Merged on either side, both ways round, and converted: the link goes over to the record that stays."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.records import Side
from tests.acceptance.life.kinds import (
    ALL,
    BETWEEN,
    COMPANY,
    CONTACT,
    DURING,
    LEAD,
    REST,
    TICKET,
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

PLACED = {"hs_pipeline": "0", "hs_pipeline_stage": "1"}
DELETE = {name: {"on_salesforce_delete": "delete"} for name in ("contacts", "companies", "deals", "tickets")}


@pytest.fixture
def here(shared: World) -> World:
    everything_on(shared, guard_minimum=1000, **DELETE)
    return shared


def edited_on_both(here: World, kind: Kind, id: str, other: str) -> Story:
    """What is edited afterwards travels both ways: the link lives."""
    field, property = kind.text
    here.edit("salesforce", kind.sobject, id, **{field: "From Salesforce"})
    yield REST
    assert hubspot(here, kind, other)[property] == "From Salesforce"
    here.edit("hubspot", kind.type, other, **{property: "From HubSpot"})
    yield REST
    assert salesforce(here, kind, id)[field] == "From HubSpot"


@covers("merged in Salesforce", CONTACT, LEAD, COMPANY, TICKET)
def test_a_merge_of_two_linked_records_keeps_the_masters_link_and_reports_the_other(
    here: World, kind: Kind, when: str
) -> Story:
    (one, first), (two, second) = (yield from linked(here, kind)), (yield from linked(here, kind))
    yield from happens(here, when, lambda: here.merge("salesforce", kind.sobject, one, two))
    assert partner(here, kind, one) == first
    assert here.partner(kind.pair, Side.SALESFORCE, two) is None
    assert hubspot(here, kind, second)["state"] == "live"
    here.edit("hubspot", kind.type, second, **{kind.text[1]: "Edited since"})
    yield REST
    assert here.codes(second) == ["LINKS_MEET"]
    assert here.partner(kind.pair, Side.HUBSPOT, second) is None, "no twin of what was merged"
    yield from edited_on_both(here, kind, one, first)


@covers("merged in Salesforce", CONTACT, LEAD, COMPANY, TICKET)
def test_a_merge_into_a_record_that_was_not_linked_takes_the_link_along(here: World, kind: Kind, when: str) -> Story:
    two, second = yield from linked(here, kind)
    here.settings(**{kind.pair: {"on_salesforce_change": "nothing"}})
    one = in_salesforce(here, kind)
    yield REST
    assert here.partner(kind.pair, Side.SALESFORCE, one) is None
    yield from happens(here, when, lambda: here.merge("salesforce", kind.sobject, one, two))
    here.settings(**{kind.pair: {"on_salesforce_change": "create_or_update"}})
    yield REST
    assert partner(here, kind, one) == second
    assert hubspot(here, kind, second)["state"] == "live"
    yield from edited_on_both(here, kind, one, second)


@covers("merged in Salesforce", CONTACT, LEAD, COMPANY, TICKET)
def test_merged_in_both_systems_the_one_pair_goes_on(here: World, kind: Kind, when: str) -> Story:
    (one, first), (two, second) = (yield from linked(here, kind)), (yield from linked(here, kind))
    survivor: list[str] = []

    def both() -> None:
        here.merge("salesforce", kind.sobject, one, two)
        survivor.append(here.merge("hubspot", kind.type, second, first))

    yield from happens(here, when, both)
    assert partner(here, kind, one) == survivor[0]
    yield from edited_on_both(here, kind, one, survivor[0])


@covers("merged in Salesforce", CONTACT, LEAD, COMPANY, TICKET)
def test_an_edit_in_hubspot_of_what_is_merged_away_in_salesforce_reaches_the_master(
    here: World, kind: Kind, when: str
) -> Story:
    two, second = yield from linked(here, kind)
    here.settings(**{kind.pair: {"on_salesforce_change": "nothing"}})
    one = in_salesforce(here, kind)
    yield REST
    here.settings(**{kind.pair: {"on_salesforce_change": "create_or_update"}})
    here.edit("hubspot", kind.type, second, **{kind.text[1]: "On its way"})
    if when == DURING:
        yield During(lambda: here.merge("salesforce", kind.sobject, one, two))
    else:
        here.merge("salesforce", kind.sobject, one, two)
    yield REST
    assert partner(here, kind, one) == second
    assert text_of(here, kind, one, second) == ("On its way", "On its way")


@covers("merged in HubSpot", *ALL)
def test_a_merge_of_two_linked_records_keeps_one_link_and_reports_the_other(
    here: World, kind: Kind, when: str
) -> Story:
    pairs = [(yield from linked(here, kind)), (yield from linked(here, kind))]
    order = pairs if when == BETWEEN else pairs[::-1]  # either may be the primary one
    survivor: list[str] = []
    yield from happens(
        here, when, lambda: survivor.append(here.merge("hubspot", kind.type, *(other for _, other in order)))
    )
    held = [id for id, _ in pairs if here.partner(kind.pair, Side.SALESFORCE, id) == survivor[0]]
    assert len(held) == 1, "one of the two keeps its link"
    (left,) = [id for id, _ in pairs if id != held[0]]
    assert here.partner(kind.pair, Side.SALESFORCE, left) is None
    assert salesforce(here, kind, left)["state"] == "live"
    here.edit("salesforce", kind.sobject, left, **{kind.text[0]: "Edited since"})
    yield REST
    assert here.codes(left) == ["LINKS_MEET"]
    assert here.partner(kind.pair, Side.SALESFORCE, left) is None, "no twin of what was merged"
    yield from edited_on_both(here, kind, held[0], survivor[0])


@covers("merged in HubSpot", *ALL)
def test_a_merge_with_a_record_that_hubspot_alone_had_takes_the_link_along(here: World, kind: Kind, when: str) -> Story:
    id, other = yield from linked(here, kind)
    here.settings(**{name: {"on_hubspot_change": "nothing"} for name in ("companies", "deals", "tickets")})
    alone = {kind.title_property: f"Alone {here.number()}"}
    if kind.type == "contacts":
        url = f"{here.orgs.announced['hubspot']['url']}/crm/lists/2026-03/search"
        found = here.hubspot.session.post(url, json={"processingTypes": ["DYNAMIC"]}, timeout=30).json()["lists"]
        here.settings(contacts={"inclusion_list": str(found[0]["listId"])})
        alone["email"] = f"alone{here.number()}@example.com"
    if kind is TICKET:
        alone |= PLACED
    single = here.make("hubspot", kind.type, **alone)
    yield REST
    here.settings(contacts={"inclusion_list": None})
    order = (other, single) if when == BETWEEN else (single, other)  # either may be the primary one
    survivor: list[str] = []
    yield from happens(here, when, lambda: survivor.append(here.merge("hubspot", kind.type, *order)))
    assert partner(here, kind, id) == survivor[0]
    here.settings(**{name: {"on_hubspot_change": "create_or_update"} for name in ("companies", "deals", "tickets")})
    yield REST
    yield from edited_on_both(here, kind, id, survivor[0])


@covers("merged in HubSpot", *ALL)
def test_an_edit_in_salesforce_of_what_is_merged_away_in_hubspot_reaches_the_survivor(
    here: World, kind: Kind, when: str
) -> Story:
    id, other = yield from linked(here, kind)
    fields = {kind.title_property: f"Alone {here.number()}"}
    if kind.type == "contacts":
        fields["email"] = f"alone{here.number()}@example.com"
    if kind is TICKET:
        fields |= PLACED
    here.edit("salesforce", kind.sobject, id, **{kind.text[0]: "On its way"})
    survivor: list[str] = []

    def merge() -> None:
        survivor.append(here.merge("hubspot", kind.type, here.make("hubspot", kind.type, **fields), other))

    if when == DURING:
        yield During(merge)
    else:
        merge()
    yield REST
    assert partner(here, kind, id) == survivor[0]
    assert text_of(here, kind, id, survivor[0]) == ("On its way", "On its way")


@covers("converted", LEAD)
def test_a_converted_lead_takes_its_link_to_the_contact_and_company_and_deal_come_along(
    here: World, kind: Kind, when: str
) -> Story:
    id, other = yield from linked(here, kind)
    made: dict[str, str] = {}
    yield from happens(here, when, lambda: made.update(here.convert(id, opportunity=f"First order of {id}")))
    assert partner(here, CONTACT, made["contact"]) == other
    assert len(here.named("hubspot", "contacts", salesforce(here, CONTACT, made["contact"])["Email"])) == 1
    company = here.partner("companies", Side.SALESFORCE, made["account"])
    assert company is not None
    assert hubspot(here, CONTACT, other)["associatedcompanyid"] == company
    deal = here.partner("deals", Side.SALESFORCE, made["opportunity"])
    assert deal is not None
    assert here.record("hubspot", "deals", deal)["associations.contacts"] == other
    assert here.record("hubspot", "deals", deal)["associations.companies"] == company
    yield from edited_on_both(here, CONTACT, made["contact"], other)


@covers("converted", LEAD)
def test_the_company_that_the_contact_has_in_hubspot_already_is_the_accounts(
    here: World, kind: Kind, when: str
) -> Story:
    id, other = yield from linked(here, kind)
    name = f"Own company {here.number()}"
    company = here.make("hubspot", "companies", name=name)
    here.edit("hubspot", "contacts", other, **{"associations.companies": company})
    yield REST
    made: dict[str, str] = {}
    yield from happens(here, when, lambda: made.update(here.convert(id)))
    assert here.partner("companies", Side.SALESFORCE, made["account"]) == company
    assert len(here.named("salesforce", "Account", made["account"])) == 1
    assert hubspot(here, CONTACT, other)["associations.companies"] == company


@covers("converted", LEAD)
def test_an_edit_in_hubspot_of_a_lead_that_is_being_converted_reaches_the_contact(
    here: World, kind: Kind, when: str
) -> Story:
    id, other = yield from linked(here, kind)
    here.edit("hubspot", "contacts", other, jobtitle="On its way")
    made: dict[str, str] = {}
    if when == DURING:
        yield During(lambda: made.update(here.convert(id)))
    else:
        made.update(here.convert(id))
    yield REST
    assert text_of(here, CONTACT, made["contact"], other) == ("On its way", "On its way")


@covers("converted", LEAD)
def test_a_lead_converted_into_a_contact_that_has_a_link_of_its_own_is_reported(
    here: World, kind: Kind, when: str
) -> Story:
    id, other = yield from linked(here, kind)
    account = in_salesforce(here, COMPANY)
    contact, mate = yield from linked(here, CONTACT, AccountId=account)
    yield from happens(here, when, lambda: here.convert(id, account=account, contact=contact))
    assert partner(here, CONTACT, contact) == mate
    assert hubspot(here, CONTACT, other)["state"] == "live"
    assert here.codes(other) == ["LINKS_MEET"]
    yield from edited_on_both(here, CONTACT, contact, mate)


def test_a_person_who_retries_gets_a_record_of_its_own_for_what_was_left_over(here: World) -> None:
    (one, first), (two, second) = now(here, linked(here, TICKET)), now(here, linked(here, TICKET))
    here.merge("salesforce", "Case", one, two)
    here.settled()
    assert here.codes(second) == ["LINKS_MEET"]
    here.run(here.service.retry_errors(None, [row.id for row in here.errors(second)]))
    here.settled()
    own = here.partner("tickets", Side.HUBSPOT, second)
    assert own not in (None, one, two)
    assert partner(here, TICKET, one) == first
    assert here.codes(second) == []
