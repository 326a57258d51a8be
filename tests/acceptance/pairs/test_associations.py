"""Associations travel both ways, over HTTP (O2): what belongs to what is the same in both systems."""

from __future__ import annotations

from crmsync_desktop.domain.records import Category, Side
from tests.acceptance.life.world import World, written
from tests.acceptance.pairs.portal import associate, associated, part

CLOSE = "2027-01-31"


def person(here: World, **fields: str) -> str:
    number = here.number()
    return here.make("salesforce", "Contact", LastName=f"Moe {number}", Email=f"moe{number}@example.com", **fields)


def account(here: World, **fields: str) -> str:
    return here.make("salesforce", "Account", Name=f"Acme {here.number()}", **fields)


def opportunity(here: World, **fields: str) -> str:
    filled = {"Name": f"Deal {here.number()}", "StageName": "Prospecting", "CloseDate": CLOSE, **fields}
    return here.make("salesforce", "Opportunity", **filled)


def role(here: World, opportunity: str, contact: str, **fields: str) -> str:
    return here.make("salesforce", "OpportunityContactRole", OpportunityId=opportunity, ContactId=contact, **fields)


def partner(here: World, pair: str, id: str, side: Side = Side.SALESFORCE) -> str:
    found = here.partner(pair, side, id)
    assert found is not None, f"{pair} {id} isn't linked"
    return found


def roles_of(here: World, opportunity: str) -> dict[str, str | None]:
    rows = here.salesforce.query(
        f"SELECT ContactId, Role FROM OpportunityContactRole WHERE OpportunityId = '{opportunity}'"
    )
    return {row["ContactId"]: row["Role"] for row in rows}


def test_a_whole_family_arrives_in_hubspot_in_one_pass_with_everything_in_place(here: World) -> None:
    acme = account(here)
    ann = person(here, AccountId=acme)
    deal = opportunity(here, AccountId=acme)
    role(here, deal, ann)
    case = here.make("salesforce", "Case", Subject="Broken", ContactId=ann, AccountId=acme)
    here.sync()
    company, contact = partner(here, "companies", acme), partner(here, "contacts", ann)
    assert here.record("hubspot", "contacts", contact)["associatedcompanyid"] == company
    there = partner(here, "deals", deal)
    assert set(associated(here, "deals", there, "companies")) == {company}
    assert set(associated(here, "deals", there, "contacts")) == {contact}
    ticket = partner(here, "tickets", case)
    assert set(associated(here, "tickets", ticket, "companies")) == {company}
    assert set(associated(here, "tickets", ticket, "contacts")) == {contact}
    assert written(here.sync()) == 0


def test_a_whole_family_arrives_in_salesforce_in_one_pass(here: World) -> None:
    number = here.number()
    company = here.make("hubspot", "companies", name=f"Globex {number}")
    contact = here.make(
        "hubspot", "contacts", lastname=f"Ng {number}", email=f"ng{number}@example.com", associatedcompanyid=company
    )
    deal = here.make(
        "hubspot", "deals", dealname="Upgrade", pipeline="default", dealstage="appointmentscheduled", closedate=CLOSE
    )
    associate(here, "deals", deal, "companies", company)
    associate(here, "deals", deal, "contacts", contact)
    ticket = here.make("hubspot", "tickets", subject="Help", hs_pipeline="0", hs_pipeline_stage="1")
    associate(here, "tickets", ticket, "contacts", contact)
    here.sync()
    globex = partner(here, "companies", company, Side.HUBSPOT)
    ng = partner(here, "contacts", contact, Side.HUBSPOT)
    assert here.record("salesforce", "Contact", ng)["AccountId"] == globex
    sold = partner(here, "deals", deal, Side.HUBSPOT)
    assert here.record("salesforce", "Opportunity", sold)["AccountId"] == globex
    assert set(roles_of(here, sold)) == {ng}
    case = partner(here, "tickets", ticket, Side.HUBSPOT)
    assert here.record("salesforce", "Case", case)["ContactId"] == ng
    here.settled()


def test_a_contact_that_changes_its_account_changes_its_company_and_back(here: World) -> None:
    acme, globex = account(here), account(here)
    ann = person(here, AccountId=acme)
    person(here, AccountId=globex)
    here.sync()
    contact = partner(here, "contacts", ann)
    here.edit("salesforce", "Contact", ann, AccountId=globex)
    here.sync()
    assert here.record("hubspot", "contacts", contact)["associatedcompanyid"] == partner(here, "companies", globex)
    here.edit("hubspot", "contacts", contact, associatedcompanyid=partner(here, "companies", acme))
    here.sync()
    assert here.record("salesforce", "Contact", ann)["AccountId"] == acme
    here.settled()


def test_contact_roles_are_joined_and_only_salesforce_takes_one_away(here: World) -> None:
    ann, bo, cy = person(here), person(here), person(here)
    deal = opportunity(here)
    first = role(here, deal, ann)
    here.sync()
    there = partner(here, "deals", deal)
    contacts = {id: partner(here, "contacts", id) for id in (ann, bo, cy)}
    role(here, deal, bo)
    associate(here, "deals", there, "contacts", contacts[cy])
    here.sync()
    assert set(associated(here, "deals", there, "contacts")) == set(contacts.values()), "both sides' additions stay"
    assert set(roles_of(here, deal)) == {ann, bo, cy}
    here.delete("salesforce", "OpportunityContactRole", first)
    here.sync()
    assert set(associated(here, "deals", there, "contacts")) == {contacts[bo], contacts[cy]}
    part(here, "deals", there, "contacts", contacts[bo])
    here.sync()
    assert set(roles_of(here, deal)) == {bo, cy}, "nothing is taken away in Salesforce for HubSpot's sake"
    here.settled()
    assert set(associated(here, "deals", there, "contacts")) == {contacts[cy]}, "nor put back in HubSpot"


def test_a_missing_parent_waits_as_an_association_and_follows_by_itself(here: World) -> None:
    here.settings(companies={"on_salesforce_change": "nothing"})
    acme = account(here)
    deal = opportunity(here, AccountId=acme)
    here.sync()
    there = partner(here, "deals", deal)
    assert associated(here, "deals", there, "companies") == {}
    waiting = [row for row in here.store.errors(Category.ASSOCIATIONS) if row.record_id in (deal, there)]
    assert [(row.code, row.field) for row in waiting] == [("PARENT_NOT_LINKED", "associations.companies")]
    assert acme in waiting[0].message
    here.settled()
    here.settings(companies={"on_salesforce_change": "create_or_update"})
    here.edit("salesforce", "Account", acme, Name="Acme at last")
    here.sync()
    assert set(associated(here, "deals", there, "companies")) == {partner(here, "companies", acme)}
    assert not [row for row in here.store.errors(Category.ASSOCIATIONS) if row.record_id in (deal, there)]
    here.settled()
