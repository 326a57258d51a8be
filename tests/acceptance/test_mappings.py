"""Pairs, their switches and their mappings from the command line (O1, O4, M1–M4), on plain orgs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.conditions import Difficult

EMAIL = "ek@example.com"


@pytest.fixture(autouse=True)
def nobody_elses(here: Difficult) -> Iterator[None]:
    """What these tests make beside contacts doesn't outlive them."""
    yield
    for sobject in ("Opportunity", "Account"):
        ids = [row["Id"] for row in here.salesforce.query(f"SELECT Id FROM {sobject}")]
        here.admin.post("/salesforce/delete", ids=ids)
    for type in ("deals", "companies"):
        url = f"{here.desk.orgs.announced['hubspot']['url']}/crm/objects/2026-03/{type}"
        found = here.hubspot.session.get(url, params={"limit": "100"}, timeout=30).json()["results"]
        here.admin.post("/practice/delete", system="hubspot", type=type, ids=[each["id"] for each in found])


def linked(here: Difficult, **fields: str) -> tuple[str, str]:
    """(Salesforce id, HubSpot id) of a contact that is linked, with these Salesforce fields."""
    id = here.salesforce.create("Contact", LastName="Ek", Email=EMAIL, **fields)
    here.sync()
    [found] = [each for each in here.hubspot.all("email") if each["properties"]["email"] == EMAIL]
    return id, found["id"]


def department(here: Difficult, id: str) -> Any:
    return here.salesforce.query(f"SELECT Department FROM Contact WHERE Id = '{id}'")[0]["Department"]


def message(here: Difficult, id: str) -> Any:
    return here.hubspot.get(id, "message")["properties"]["message"]


def add(here: Difficult, rule: str = "two_way") -> None:
    ran = here.run(
        "mappings", "add", "--practice", "contacts", "message", "--field", "Contact.Department", "--rule", rule
    )
    assert ran.status == 0, ran.err
    assert "Existing values stay" in ran.out


def test_m4_a_new_mapping_moves_what_is_edited_from_then_on_and_a_backfill_moves_the_rest(here: Difficult) -> None:
    id, hubspot_id = linked(here, Department="Sales")
    here.hubspot.edit(hubspot_id, message="Hello")
    here.sync()
    add(here)
    assert here.sync().writes() == 0
    here.salesforce.edit("Contact", id, Title="Boss")
    here.sync()
    assert (department(here, id), message(here, hubspot_id)) == ("Sales", "Hello"), "an edit of another field"
    here.hubspot.edit(hubspot_id, message="Support")
    here.sync()
    assert department(here, id) == "Support", "the first edit after the mapping was made"

    other = here.salesforce.create("Contact", LastName="Ask", Email="ask@example.com", Department="Law")
    here.sync()
    [new] = [each for each in here.hubspot.all("email") if each["properties"]["email"] == "ask@example.com"]
    assert message(here, new["id"]) == "Law", "a record that is linked later brings all it has"
    assert other


def test_m4_a_backfill_says_what_it_would_write_and_then_writes_just_that(here: Difficult) -> None:
    id, hubspot_id = linked(here, Department="Sales")
    add(here, "prefer_salesforce")
    here.sync()
    assert message(here, hubspot_id) is None
    asked = ("mappings", "backfill", "--practice", "contacts", "message", "--json")
    ran = here.run(*asked, "--preview")
    [change] = ran.json["changes"]
    assert [(each["field"], each["old"], each["new"]) for each in change["fields"]] == [("message", "", "Sales")]
    assert here.sync().writes() == 0, "a preview leaves nothing behind"
    assert here.run(*asked).writes() == 1
    assert message(here, hubspot_id) == "Sales"
    assert here.run(*asked).writes() == 0
    assert department(here, id) == "Sales"


def test_m4_a_mapping_that_is_backfilled_before_it_was_ever_read_is_read_for_it(here: Difficult) -> None:
    _, hubspot_id = linked(here, Department="Sales")
    add(here, "prefer_salesforce")
    ran = here.run("mappings", "backfill", "--practice", "contacts", "message", "--json", "--preview")
    assert [change["fields"][0]["new"] for change in ran.json["changes"]] == ["Sales"]
    assert here.run("mappings", "backfill", "--practice", "contacts", "message", "--json").writes() == 1
    assert message(here, hubspot_id) == "Sales"


def test_m4_what_was_edited_while_a_mapping_was_set_to_dont_sync_stays_once_it_syncs_again(here: Difficult) -> None:
    id, hubspot_id = linked(here, Title="Boss")
    for rule in ("dont_sync", "two_way"):
        assert here.run("mappings", "rule", "--practice", "contacts", "jobtitle", rule).status == 0
        here.hubspot.edit(hubspot_id, jobtitle=f"{rule} in HubSpot")
        here.sync()
    found = here.salesforce.query(f"SELECT Title FROM Contact WHERE Id = '{id}'")
    assert found[0]["Title"] == "Boss", "one edit while it didn't sync, one before its values were read again"
    here.hubspot.edit(hubspot_id, jobtitle="Chair")
    here.sync()
    assert here.salesforce.query(f"SELECT Title FROM Contact WHERE Id = '{id}'")[0]["Title"] == "Chair"


def test_a_property_that_is_mapped_to_another_field_forgets_what_it_knew_of_the_first(here: Difficult) -> None:
    _, hubspot_id = linked(here, Department="Sales", AssistantName="Bo")
    add(here, "prefer_salesforce")
    here.run("mappings", "backfill", "--practice", "contacts", "message", "--json")
    assert here.run("mappings", "remove", "--practice", "contacts", "message").status == 0
    ran = here.run("mappings", "add", "--practice", "contacts", "message", "--field", "Contact.AssistantName")
    assert ran.status == 0, ran.err
    assert here.sync().writes() == 0
    assert message(here, hubspot_id) == "Sales"


def test_o4_a_preview_with_the_switch_on_writes_nothing_and_leaves_it_off(here: Difficult) -> None:
    account = here.salesforce.create("Account", Name="Dahl AS")
    here.salesforce.create("Contact", LastName="Dahl", Email="dahl@example.com", AccountId=account)
    here.sync()
    ran = here.run("pairs", "on", "companies", "--preview", "--practice", "--json")
    assert ran.status == 0, ran.err
    created = {(tally["side"], tally["pair"]): tally["created"] for tally in ran.json["pass"]["tallies"]}
    assert created["hubspot", "companies"] == 1
    assert here.run("settings", "get", "companies.enabled", "--practice").out == "off\n"
    assert here.sync().writes() == 0
    assert here.run("pairs", "on", "companies", "--practice").out == "companies: on\n"
    ran = here.sync()
    assert {tally["pair"] for tally in ran.json["pass"]["tallies"]} == {"companies", "contacts"}
    assert here.run("status", "--practice", "--json").json["links"] == {"companies": 1, "contacts": 1}


def test_o1_a_pair_that_is_off_keeps_its_links_and_goes_on_from_there(here: Difficult) -> None:
    for pair in ("companies", "deals"):
        assert here.run("pairs", "on", pair, "--practice").status == 0
    id = here.salesforce.create("Opportunity", Name="Ladders", StageName="Prospecting", CloseDate="2027-01-31")
    here.sync()
    assert "1 pair of records stays linked" in here.run("pairs", "off", "deals", "--practice").out
    here.salesforce.edit("Opportunity", id, Name="Ladders and ropes")
    ran = here.sync()
    assert "deals" not in {tally["pair"] for tally in ran.json["pass"]["tallies"]}
    views = {view["name"]: view for view in here.run("pairs", "list", "--practice", "--json").json}
    assert (views["deals"]["on"], views["deals"]["links"]) == (False, 1)
    here.run("pairs", "on", "deals", "--practice")
    here.sync()
    assert here.run("status", "--practice", "--json").json["links"]["deals"] == 1


def test_deals_without_companies_are_warned_of_and_the_switches_are_named(here: Difficult) -> None:
    ran = here.run("pairs", "on", "deals", "--practice")
    assert ran.status == 0
    assert "Companies don't sync" in ran.err
    assert "Contacts always sync." in here.run("pairs", "off", "contacts", "--practice").err
    assert "companies, deals, tickets" in here.run("pairs", "on", "quotes", "--practice").err
    assert "neither on nor off" in here.run("settings", "set", "deals.enabled", "maybe", "--practice").err


def test_a_preview_with_fewer_fields_is_refused_so_that_nothing_that_is_known_is_forgotten(here: Difficult) -> None:
    here.run("pairs", "on", "companies", "--practice")
    here.sync()
    ran = here.run("settings", "set", "companies.enabled", "off", "--practice", "--preview")
    assert ran.status == 2
    assert "There is nothing to preview." in ran.err
    assert here.run("settings", "get", "companies.enabled", "--practice").out == "on\n"


def test_values_are_paired_only_with_what_both_lists_have(here: Difficult) -> None:
    asked = ("mappings", "values", "--practice", "companies", "type")
    assert "PROSPECT = Prospect" in here.run(*asked).out
    ran = here.run(*asked, "VENDOR=Supplier")
    assert ran.status == 2
    assert "has no value “Supplier”" in ran.err
    assert "paired twice" in here.run(*asked, "VENDOR=Other", "OTHER=Other").err
    assert here.run(*asked, "VENDOR=Other", "--json").json == {"VENDOR": "Other"}
    assert "no paired values" in here.run(*asked, "--clear").out
    assert "Write it as HUBSPOT=SALESFORCE" in here.run(*asked, "VENDOR").err


TIER = {
    "object": "Contact",
    "name": "Tier__c",
    "type": "picklist",
    "label": "Tier",
    "values": [{"value": "Gold"}, {"value": "Tin"}],
}


@pytest.fixture
def tier(here: Difficult) -> Iterator[Difficult]:
    """Contacts have a picklist of their own. The portal keeps the properties that are made, so each test names its own."""
    here.admin.post("/salesforce/setup", custom_fields=[TIER])
    yield here
    token = here.desk.orgs.announced["hubspot"]["access_token"]
    here.admin.post("/hubspot/keys", token=token)


def test_m5_a_missing_property_is_shown_made_and_mapped(tier: Difficult) -> None:
    asked = ("mappings", "create-property", "--practice", "contacts", "Contact.Tier__c", "--name", "tier_one")
    looked = tier.run(*asked, "--preview")
    assert "HubSpot contacts: Tier (tier_one), enumeration/select, in contactinformation" in looked.out
    assert "Gold: Gold" in looked.out
    assert "Nothing was changed: there is nobody to ask." in tier.run(*asked).err
    assert "tier_one" not in tier.run("mappings", "list", "contacts", "--practice").out
    assert tier.run(*asked, "--yes").status == 0
    person = tier.person(Tier__c="Gold")
    tier.sync()
    assert tier.people("tier_one") == [("Gold",)]
    tier.hubspot.edit(tier.only(), tier_one="Tin")
    tier.sync()
    assert tier.contacts("Tier__c") == [("Gold",)], "Prefer Salesforce unless blank"
    assert person
    assert "already" in tier.run(*asked, "--yes").err


def test_m5_hubspots_own_refusal_is_told_in_its_words(tier: Difficult) -> None:
    asked = ("mappings", "create-property", "--practice", "contacts", "Contact.Tier__c", "--yes", "--name")
    tier.run("mappings", "list", "contacts", "--practice")
    url = f"{tier.desk.orgs.announced['hubspot']['url']}/crm/properties/2026-03/contacts"
    body = {"name": "tier_two", "label": "T", "type": "string", "fieldType": "text", "groupName": "contactinformation"}
    tier.hubspot.session.post(url, json=body, timeout=30).raise_for_status()
    ran = tier.run(*asked, "tier_two")
    assert ran.status == 2
    assert "HubSpot has a property “tier_two” already." in ran.err
    token = tier.desk.orgs.announced["hubspot"]["access_token"]
    scopes = ["oauth", "crm.objects.contacts.read", "crm.schemas.contacts.read"]
    tier.admin.post("/hubspot/keys", token=token, scopes=scopes)
    ran = tier.run(*asked, "tier_three")
    assert ran.status == 2
    assert "crm.schemas.contacts.write" in ran.err


def test_m5_what_cant_become_a_property_costs_no_call(tier: Difficult) -> None:
    asked = ("mappings", "create-property", "--practice", "contacts")
    tier.run("mappings", "list", "contacts", "--practice")
    tier.admin.reset_calls()
    assert "associations carry lookups" in tier.run(*asked, "Contact.AccountId").err
    assert "Salesforce has no field Contact.Nothing__c" in tier.run(*asked, "Contact.Nothing__c").err
    assert "can't be the name of a property" in tier.run(*asked, "Contact.Tier__c", "--name", "Tier").err
    assert sum(tier.admin.calls().values()) == 0
