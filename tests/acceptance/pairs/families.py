"""A family: a small circle of records of all pairs, made on both sides, and what either side shows of it afterwards."""

from __future__ import annotations

from collections import Counter

from tests.acceptance.life.world import World
from tests.acceptance.pairs.portal import associate, associated

CLOSE = "2027-01-31"
RECORDS_AND_ROLES = 13
Shape = Counter[tuple[str | None, ...]]


def make_family(here: World) -> str:
    """Four records of Salesforce's own with a contact role, a company and a contact that are on both sides (with values
    that differ), and HubSpot's own deal and ticket with their associations. Returns the text all names begin with."""
    text = f"Q{here.number()}z"
    account = here.make("salesforce", "Account", Name=f"{text} SA")
    person = here.make("salesforce", "Contact", LastName=f"{text} SC", Email=f"{text}sc@example.com", AccountId=account)
    deal = here.make(
        "salesforce", "Opportunity", Name=f"{text} SO", StageName="Prospecting", CloseDate=CLOSE, AccountId=account
    )
    here.make("salesforce", "OpportunityContactRole", OpportunityId=deal, ContactId=person)
    here.make("salesforce", "Case", Subject=f"{text} SK", ContactId=person, AccountId=account)
    both = here.make("salesforce", "Account", Name=f"{text} BA")
    email = f"{text}bc@example.com"
    here.make("salesforce", "Contact", LastName=f"{text} BC", Email=email, AccountId=both, Title="Right")
    _make_portal_half(here, text, email)
    return text


def _make_portal_half(here: World, text: str, email: str) -> None:
    both = here.make("hubspot", "companies", name=f"{text} BA", phone="123")
    shared = here.make(
        "hubspot", "contacts", lastname=f"{text} BC", email=email, jobtitle="Wrong", associatedcompanyid=both
    )
    deal = here.make(
        "hubspot", "deals", dealname=f"{text} HO", pipeline="default", dealstage="appointmentscheduled", closedate=CLOSE
    )
    company = here.make("hubspot", "companies", name=f"{text} HA")
    person = here.make(
        "hubspot", "contacts", lastname=f"{text} HC", email=f"{text}hc@example.com", associatedcompanyid=company
    )
    ticket = here.make("hubspot", "tickets", subject=f"{text} HK", hs_pipeline="0", hs_pipeline_stage="1")
    for source, from_id, target, to_id in (
        ("deals", deal, "companies", both),
        ("deals", deal, "contacts", shared),
        ("deals", deal, "contacts", person),
        ("tickets", ticket, "contacts", person),
        ("tickets", ticket, "companies", company),
    ):
        associate(here, source, from_id, target, to_id)


def in_salesforce(here: World, text: str) -> Shape:
    query = here.salesforce.query
    shape: Shape = Counter()
    accounts = {row["Id"]: row["Name"] for row in query(f"SELECT Id, Name FROM Account WHERE Name LIKE '{text} %'")}
    shape.update(("company", name) for name in accounts.values())
    people = query(f"SELECT Id, LastName, AccountId, Title FROM Contact WHERE LastName LIKE '{text} %'")
    names = {row["Id"]: row["LastName"] for row in people}
    shape.update(("contact", row["LastName"], accounts.get(row["AccountId"]), row["Title"]) for row in people)
    deals = query(f"SELECT Id, Name, AccountId FROM Opportunity WHERE Name LIKE '{text} %'")
    shape.update(("deal", row["Name"], accounts.get(row["AccountId"])) for row in deals)
    titles = {row["Id"]: row["Name"] for row in deals}
    if titles:
        ids = ", ".join(f"'{id}'" for id in titles)
        roles = query(f"SELECT OpportunityId, ContactId FROM OpportunityContactRole WHERE OpportunityId IN ({ids})")
        shape.update(("role", titles[row["OpportunityId"]], names.get(row["ContactId"])) for row in roles)
    cases = query(f"SELECT Id, Subject, ContactId, AccountId FROM Case WHERE Subject LIKE '{text} %'")
    shape.update(
        ("ticket", row["Subject"], names.get(row["ContactId"]), accounts.get(row["AccountId"])) for row in cases
    )
    return shape


def in_hubspot(here: World, text: str) -> Shape:
    def found(type: str) -> dict[str, dict[str, str | None]]:
        return {id: here.record("hubspot", type, id) for id in here.named("hubspot", type, text)}

    def linked(type: str, id: str, target: str, names: dict[str, str | None]) -> list[str | None]:
        return [names.get(to) for to in associated(here, type, id, target)]

    companies = {id: record["name"] for id, record in found("companies").items()}
    shape: Shape = Counter(("company", name) for name in companies.values())
    people = found("contacts")
    names = {id: record["lastname"] for id, record in people.items()}
    for person in people.values():
        company = companies.get(person.get("associatedcompanyid") or "")
        shape["contact", person["lastname"], company, person.get("jobtitle") or None] += 1
    for id, deal in found("deals").items():
        shape["deal", deal["dealname"], *(linked("deals", id, "companies", companies) or [None])] += 1
        shape.update(("role", deal["dealname"], name) for name in linked("deals", id, "contacts", names))
    for id, ticket in found("tickets").items():
        contact = linked("tickets", id, "contacts", names) or [None]
        shape["ticket", ticket["subject"], *contact, *(linked("tickets", id, "companies", companies) or [None])] += 1
    return shape
