"""Companies find their accounts through contacts, never by domain or name; and only a synced contact makes an account."""

from __future__ import annotations

from crmsync_desktop.domain.records import Category, Side
from tests.acceptance.life.world import World, written


def both(here: World, account: str | None, company: str | None) -> tuple[str, str]:
    """One person in both systems, who belongs there to these: (Salesforce id, HubSpot id)."""
    number = here.number()
    name, email = f"Moe {number}", f"moe{number}@example.com"
    there = {"AccountId": account} if account else {}
    here_too = {"associatedcompanyid": company} if company else {}
    contact = here.make("salesforce", "Contact", LastName=name, Email=email, **there)
    return contact, here.make("hubspot", "contacts", lastname=name, email=email, **here_too)


def test_a_company_is_linked_to_its_contacts_account_whatever_they_are_called(here: World) -> None:
    account = here.make("salesforce", "Account", Name="Acme Holding")
    company = here.make("hubspot", "companies", name="ACME Inc.", domain="acme.example")
    namesake = here.make("hubspot", "companies", name="Acme Holding")
    both(here, account, company)
    here.sync()
    assert here.partner("companies", Side.SALESFORCE, account) == company
    assert here.partner("companies", Side.HUBSPOT, namesake) is None, "a name is no reason"
    here.settled()


def test_contacts_that_were_linked_long_ago_bring_their_companies_together(here: World) -> None:
    contact, person = both(here, None, None)
    here.sync()
    account = here.make("salesforce", "Account", Name="Late")
    company = here.make("hubspot", "companies", name="Later")
    here.edit("salesforce", "Contact", contact, AccountId=account)
    here.edit("hubspot", "contacts", person, associatedcompanyid=company)
    here.sync()
    assert here.partner("companies", Side.SALESFORCE, account) == company
    here.settled()


def test_a_company_without_a_synced_contact_makes_no_account_until_it_has_one(here: World) -> None:
    company = here.make("hubspot", "companies", name="Lonely")
    here.sync()
    assert here.partner("companies", Side.HUBSPOT, company) is None
    [row] = [row for row in here.store.errors(Category.ASSOCIATIONS) if row.record_id == company]
    assert (row.code, row.notice) == ("NO_SYNCED_CONTACT", True)
    contact, _ = both(here, None, company)
    here.sync()
    account = here.partner("companies", Side.HUBSPOT, company)
    assert account is not None
    assert here.record("salesforce", "Contact", contact)["AccountId"] == account
    assert not [row for row in here.store.errors(Category.ASSOCIATIONS) if row.record_id == company]
    here.settled()


def test_leads_make_no_accounts(here: World) -> None:
    here.settings(contacts={"on_hubspot_change": "lead"})
    company = here.make("hubspot", "companies", name="Prospect")
    number = here.number()
    here.make(
        "hubspot",
        "contacts",
        lastname="Lead",
        company="Prospect",
        email=f"lead{number}@example.com",
        associatedcompanyid=company,
    )
    here.sync()
    assert here.partner("companies", Side.HUBSPOT, company) is None
    here.settled()


def test_a_converted_leads_company_becomes_the_account_of_the_conversion(here: World) -> None:
    here.settings(contacts={"on_hubspot_change": "lead"})
    number = here.number()
    email = f"convert{number}@example.com"
    company = here.make("hubspot", "companies", name=f"Soon {number}")
    contact = here.make(
        "hubspot", "contacts", lastname="Soon", company="Soon", email=email, associatedcompanyid=company
    )
    here.sync()
    lead = here.partner("contacts", Side.HUBSPOT, contact)
    assert lead is not None
    ids = here.convert(lead)
    here.sync()
    assert here.partner("contacts", Side.HUBSPOT, contact) == ids["contact"]
    assert here.partner("companies", Side.HUBSPOT, company) == ids["account"], "linked before one is made"
    assert here.named("hubspot", "companies", "Soon") == [company]
    here.settled()


def test_two_accounts_for_one_company_are_noticed_not_guessed(here: World) -> None:
    here.settings(companies={"on_ambiguous_match": "block"})
    one, two = (here.make("salesforce", "Account", Name=name) for name in ("One", "Two"))
    company = here.make("hubspot", "companies", name="Either")
    both(here, one, company)
    both(here, two, company)
    here.sync()
    assert here.partner("companies", Side.HUBSPOT, company) is None
    codes = {row.code for row in here.store.errors(Category.DUPLICATES) if row.record_id in (one, two, company)}
    assert codes == {"AMBIGUOUS_MATCH"}
    here.settled()


def test_an_account_that_most_contacts_share_wins(here: World) -> None:
    one, two = (here.make("salesforce", "Account", Name=name) for name in ("Many", "Few"))
    company = here.make("hubspot", "companies", name="Shared")
    for account in (one, one, two):
        both(here, account, company)
    here.edit("salesforce", "Account", two, Phone="+1 555 0100")
    here.sync()
    assert here.partner("companies", Side.HUBSPOT, company) == one
    here.settled()


def test_companies_that_are_switched_on_later_bring_the_contacts_there_already(here: World) -> None:
    here.settings(companies={"enabled": False}, deals={"enabled": False}, tickets={"enabled": False})
    account = here.make("salesforce", "Account", Name="Before")
    number = here.number()
    contact = here.make(
        "salesforce", "Contact", LastName="Before", Email=f"before{number}@example.com", AccountId=account
    )
    here.settled()
    person = here.partner("contacts", Side.SALESFORCE, contact)
    assert person is not None
    assert not here.record("hubspot", "contacts", person).get("associatedcompanyid")
    here.settings(companies={"enabled": True})
    here.sync()
    company = here.partner("companies", Side.SALESFORCE, account)
    assert company is not None
    assert here.record("hubspot", "contacts", person)["associatedcompanyid"] == company
    assert written(here.sync()) == 0
