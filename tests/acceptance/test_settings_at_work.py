"""What the settings, life events and lost answers do to real records, over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.desk import Desk, HubSpot, Salesforce, desk


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an empty pair of orgs, synced once."""
    folder = tmp_path_factory.mktemp("template")
    with desk(folder, contacts=0) as desk_:
        desk_.sync()
    return folder


@pytest.fixture
def opened(template: Path, tmp_path: Path) -> Iterator[Desk]:
    """An empty pair of orgs, synced once."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    with desk(tmp_path, contacts=0) as desk_:
        yield desk_


def systems(opened: Desk) -> tuple[Salesforce, HubSpot]:
    assert opened.salesforce is not None
    assert opened.hubspot is not None
    return opened.salesforce, opened.hubspot


def setting(opened: Desk, key: str, value: str) -> None:
    ran = opened.run("settings", "set", "--practice", key, value)
    assert ran.status == 0, ran.err


def by_email(opened: Desk, email: str, *properties: str) -> dict[str, Any] | None:
    """The HubSpot contact with this address: its id and properties."""
    _, hubspot = systems(opened)
    found = [each for each in hubspot.all("email", *properties) if each["properties"]["email"] == email]
    assert len(found) <= 1
    return {"id": found[0]["id"], **found[0]["properties"]} if found else None


def contact(opened: Desk, email: str, sobject: str = "Contact") -> list[dict[str, Any]]:
    salesforce, _ = systems(opened)
    return salesforce.query(f"SELECT Id, LastName, Title, Phone FROM {sobject} WHERE Email = '{email}'")


def test_c1_do_nothing_keeps_salesforce_records_out_of_hubspot_until_it_is_switched_back(opened: Desk) -> None:
    salesforce, _ = systems(opened)
    setting(opened, "contacts.on_salesforce_change", "nothing")
    id = salesforce.create("Contact", LastName="Dahl", Email="dahl@example.com")
    opened.sync()
    assert by_email(opened, "dahl@example.com") is None
    setting(opened, "contacts.on_salesforce_change", "create_or_update")
    salesforce.edit("Contact", id, Title="CFO")
    opened.sync()
    found = by_email(opened, "dahl@example.com", "jobtitle")
    assert found is not None
    assert found["jobtitle"] == "CFO"


@pytest.mark.parametrize(("choice", "sobject", "other"), [("contact", "Contact", "Lead"), ("lead", "Lead", "Contact")])
def test_c3_a_hubspot_contact_becomes_what_the_setting_says(
    opened: Desk, choice: str, sobject: str, other: str
) -> None:
    _, hubspot = systems(opened)
    setting(opened, "contacts.on_hubspot_change", choice)
    hubspot.create(email="berg@example.com", lastname="Berg", company="Berg AS", jobtitle="Owner")
    opened.sync()
    made = contact(opened, "berg@example.com", sobject)
    assert [(each["LastName"], each["Title"]) for each in made] == [("Berg", "Owner")]
    assert contact(opened, "berg@example.com", other) == []


def test_c5_a_salesforce_delete_deletes_in_hubspot_only_if_the_setting_says_so(opened: Desk) -> None:
    salesforce, _ = systems(opened)
    kept = salesforce.create("Contact", LastName="Kept", Email="kept@example.com")
    gone = salesforce.create("Lead", LastName="Gone", Company="Gone AS", Email="gone@example.com")
    opened.sync()
    salesforce.delete("Contact", kept)
    opened.sync()
    assert by_email(opened, "kept@example.com") is not None
    setting(opened, "contacts.on_salesforce_delete", "delete")
    salesforce.delete("Lead", gone)
    ran = opened.sync()
    assert ran.tally("hubspot")["deleted"] == 1
    assert by_email(opened, "gone@example.com") is None
    assert by_email(opened, "kept@example.com") is not None


def test_c5_an_edit_in_hubspot_beats_the_delete_in_salesforce(opened: Desk) -> None:
    salesforce, hubspot = systems(opened)
    setting(opened, "contacts.on_salesforce_delete", "delete")
    id = salesforce.create("Contact", LastName="Moe", Email="moe@example.com")
    opened.sync()
    found = by_email(opened, "moe@example.com")
    assert found is not None
    hubspot.edit(found["id"], jobtitle="Edited meanwhile")
    salesforce.delete("Contact", id)
    ran = opened.sync()
    assert ran.tally("hubspot")["deleted"] == 0
    assert by_email(opened, "moe@example.com") is not None


def test_c5_a_hubspot_delete_never_deletes_in_salesforce_and_an_edit_there_brings_it_back(opened: Desk) -> None:
    salesforce, hubspot = systems(opened)
    id = salesforce.create("Contact", LastName="Lie", Email="lie@example.com")
    opened.sync()
    found = by_email(opened, "lie@example.com")
    assert found is not None
    hubspot.delete(found["id"])
    opened.sync()
    assert len(contact(opened, "lie@example.com")) == 1
    salesforce.edit("Contact", id, Title="Back")
    opened.sync()
    opened.sync()
    again = by_email(opened, "lie@example.com", "jobtitle")
    assert again is not None
    assert again["jobtitle"] == "Back"
    assert len(contact(opened, "lie@example.com")) == 1


def active_list(opened: Desk) -> str:
    _, hubspot = systems(opened)
    url = f"{opened.orgs.announced['hubspot']['url']}/crm/lists/2026-03/search"
    found = hubspot.session.post(url, json={"processingTypes": ["DYNAMIC"]}, timeout=30).json()["lists"]
    return str(next(each["listId"] for each in found if each["name"] == "Customers and opportunities"))


def test_c7_only_members_of_the_inclusion_list_travel_to_salesforce_and_joiners_follow(opened: Desk) -> None:
    _, hubspot = systems(opened)
    setting(opened, "contacts.inclusion_list", active_list(opened))
    hubspot.create(email="in@example.com", lastname="In", lifecyclestage="customer")
    out = hubspot.create(email="out@example.com", lastname="Out", lifecyclestage="lead")
    opened.sync()
    assert len(contact(opened, "in@example.com")) == 1
    assert contact(opened, "out@example.com") == []
    hubspot.edit(out, lifecyclestage="opportunity")
    opened.sync()
    assert len(contact(opened, "out@example.com")) == 1


def test_c2_a_new_salesforce_contact_reaches_hubspot_although_not_listed_and_is_frozen_after(opened: Desk) -> None:
    salesforce, hubspot = systems(opened)
    setting(opened, "contacts.inclusion_list", active_list(opened))
    id = salesforce.create("Contact", LastName="Ny", Email="ny@example.com", Title="First")
    opened.sync()
    found = by_email(opened, "ny@example.com", "jobtitle")
    assert found is not None
    assert found["jobtitle"] == "First"
    salesforce.edit("Contact", id, Title="Second")
    hubspot.edit(found["id"], fax="+47 1")
    ran = opened.sync()
    assert ran.writes() == 0
    still = by_email(opened, "ny@example.com", "jobtitle")
    assert still is not None
    assert still["jobtitle"] == "First"


def test_c9_a_converted_lead_keeps_its_hubspot_contact(opened: Desk) -> None:
    salesforce, hubspot = systems(opened)
    lead = salesforce.create("Lead", LastName="Vik", Company="Vik AS", Email="vik@example.com", Title="Buyer")
    opened.sync()
    before = by_email(opened, "vik@example.com")
    assert before is not None
    converted = opened.admin.post("/salesforce/convert-lead", lead=lead)
    ran = opened.sync()
    assert ran.tally("hubspot")["created"] == 0
    salesforce.edit("Contact", converted["contact"], Title="Chief buyer")
    opened.sync()
    after = by_email(opened, "vik@example.com", "jobtitle", "salesforcecontactid")
    assert after is not None
    assert (after["id"], after["jobtitle"]) == (before["id"], "Chief buyer")
    assert after["salesforcecontactid"] == converted["contact"]
    assert len(hubspot.all("email")) == 1


def test_c9_a_merge_in_salesforce_moves_the_link_to_the_survivor(opened: Desk) -> None:
    salesforce, hubspot = systems(opened)
    setting(opened, "contacts.on_salesforce_delete", "delete")
    loser = salesforce.create("Contact", LastName="Old", Email="old@example.com")
    opened.sync()
    master = salesforce.create("Contact", LastName="New", Phone="1")
    opened.admin.post("/salesforce/merge", master=master, losers=[loser])
    salesforce.edit("Contact", master, Title="Survivor", Email="old@example.com")
    ran = opened.sync()
    assert ran.tally("hubspot")["deleted"] == 0
    found = by_email(opened, "old@example.com", "jobtitle")
    assert found is not None
    assert found["jobtitle"] == "Survivor"
    assert len(hubspot.all("email")) == 1


def test_c9_a_merge_in_hubspot_moves_the_link_to_the_new_id(opened: Desk) -> None:
    salesforce, hubspot = systems(opened)
    id = salesforce.create("Contact", LastName="Foss", Email="foss@example.com")
    opened.sync()
    first = by_email(opened, "foss@example.com")
    assert first is not None
    second = hubspot.create(firstname="Double")
    url = f"{opened.orgs.announced['hubspot']['url']}/crm/objects/2026-03/contacts/merge"
    body = {"primaryObjectId": first["id"], "objectIdToMerge": second}
    merged = hubspot.session.post(url, json=body, timeout=30).json()
    assert merged["id"] not in (first["id"], second)
    opened.sync()
    salesforce.edit("Contact", id, Title="After the merge")
    opened.sync()
    assert hubspot.get(merged["id"], "jobtitle")["properties"]["jobtitle"] == "After the merge"
    assert len(contact(opened, "foss@example.com")) == 1


def test_c9_a_contact_comes_before_a_lead_and_the_lead_is_noticed(opened: Desk) -> None:
    salesforce, hubspot = systems(opened)
    salesforce.create("Lead", LastName="Twin", Company="Twin AS", Email="twin@example.com")
    wins = salesforce.create("Contact", LastName="Twin", Email=" Twin@Example.com ")
    hubspot.create(email="twin@example.com", lastname="Twin")
    ran = opened.sync()
    found = by_email(opened, "twin@example.com", "salesforcecontactid")
    assert found is not None
    assert found["salesforcecontactid"] == wins
    assert ran.tally("salesforce")["held"] == 1
    groups = opened.run("errors", "--practice", "--json").json
    assert [(group["category"], group["count"]) for group in groups] == [("duplicates", 1)]
    assert ran.status == 0


RULES = {
    # rule: (HubSpot property, Salesforce field, where an edit in HubSpot ends in Salesforce, and in HubSpot)
    "prefer_salesforce": ("jobtitle", "Title", "S", "S"),
    "always_salesforce": ("firstname", "FirstName", "S", "S"),
    "two_way": ("phone", "Phone", "H", "H"),
    "dont_sync": ("mobilephone", "MobilePhone", "S", "H"),
    "prefer_hubspot": ("fax", "Fax", "H", "H"),
    "always_hubspot": ("city", "MailingCity", "H", "H"),
}


def test_m2_an_edit_in_hubspot_ends_as_each_fields_rule_says(opened: Desk) -> None:
    salesforce, hubspot = systems(opened)
    for rule, (name, *_) in RULES.items():
        assert opened.run("mappings", "rule", "--practice", "contacts", name, rule).status == 0
    names = {rule: name for rule, (name, *_) in RULES.items()}
    fields = {rule: field for rule, (_, field, *_) in RULES.items()}
    id = salesforce.create("Contact", LastName="Ek", Email="ek@example.com", **dict.fromkeys(fields.values(), "S"))
    hubspot.create(email="ek@example.com", lastname="Ek", **dict.fromkeys(names.values(), "S"))
    opened.sync()
    found = by_email(opened, "ek@example.com")
    assert found is not None
    hubspot.edit(found["id"], **dict.fromkeys(names.values(), "H"))
    opened.sync()
    opened.sync()
    there = by_email(opened, "ek@example.com", *names.values())
    assert there is not None
    here = salesforce.query(f"SELECT {', '.join(fields.values())} FROM Contact WHERE Id = '{id}'")[0]
    after = {rule: (here[fields[rule]], there[names[rule]]) for rule in RULES}
    assert after == {
        rule: (salesforce_gets, hubspot_gets) for rule, (_, _, salesforce_gets, hubspot_gets) in RULES.items()
    }


@pytest.mark.parametrize(
    ("system", "method", "path"),
    [("hubspot", "POST", "batch/create"), ("salesforce", "PATCH", "CRMSync_HubSpot_Id__c")],
)
def test_e2_a_create_whose_answer_was_lost_makes_one_record(opened: Desk, system: str, method: str, path: str) -> None:
    salesforce, hubspot = systems(opened)
    salesforce.create("Contact", LastName="From Salesforce", Email="s@example.com")
    salesforce.create("Contact", LastName="No address")
    hubspot.create(email="h@example.com", lastname="From HubSpot")
    opened.admin.fault(system, method=method, path=path, drop_after_commit=True)
    opened.run("sync", "--practice", "--json")
    opened.admin.clear_faults()
    opened.sync()
    assert opened.sync().writes() == 0
    names = sorted(each["properties"]["lastname"] for each in hubspot.all("lastname"))
    assert names == ["From HubSpot", "From Salesforce", "No address"]
    assert sorted(each["LastName"] for each in salesforce.query("SELECT LastName FROM Contact")) == names


def test_a_bad_value_is_one_error_and_the_other_fields_travel(opened: Desk) -> None:
    _, hubspot = systems(opened)
    id = hubspot.create(email="long@example.com", lastname="Long", jobtitle="x" * 200, phone="123")
    ran = opened.sync()
    assert ran.status == 1
    assert [(each["Title"], each["Phone"]) for each in contact(opened, "long@example.com")] == [(None, "123")]
    groups = opened.run("errors", "--practice", "--json").json
    assert [(group["code"], group["count"]) for group in groups] == [("STRING_TOO_LONG", 1)]
    hubspot.edit(id, jobtitle="Short")
    assert opened.sync().status == 0
    assert [each["Title"] for each in contact(opened, "long@example.com")] == ["Short"]
    assert opened.run("errors", "--practice", "--json").json == []
