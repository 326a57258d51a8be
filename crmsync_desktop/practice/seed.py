"""Puts the invented people into the practice orgs, each system with its own version of those who stand in both."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from crmsync_desktop.practice.dirt import FREE_INDUSTRIES, maybe, phone, spelled, title, typed_email
from crmsync_desktop.practice.hubspot.lists import Lists
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.people import COUNTRIES, PEOPLE_PER_COMPANY, Company, Person, Presence, companies, people
from crmsync_desktop.practice.salesforce import SalesforceOrg

DAY = 86_400.0
SIZES = ((5, "1-5"), (25, "5-25"), (50, "25-50"), (100, "50-100"), (500, "100-500"), (1000, "500-1000"))
LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Not Converted", "Nurturing")
LIFECYCLE = (
    "subscriber",
    "lead",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "",
)
LISTS = (
    {
        "name": "Customers and opportunities",
        "objectTypeId": "0-1",
        "processingType": "DYNAMIC",
        "filterBranch": {
            "filterBranchType": "OR",
            "filterBranches": [
                {
                    "filterBranchType": "AND",
                    "filters": [
                        {
                            "filterType": "PROPERTY",
                            "property": "lifecyclestage",
                            "operation": {
                                "operationType": "ENUMERATION",
                                "operator": "IS_ANY_OF",
                                "values": ["customer", "opportunity"],
                                "includeObjectsWithNoValueSet": False,
                            },
                        }
                    ],
                }
            ],
        },
    },
    {"name": "Trade fair", "objectTypeId": "0-1", "processingType": "MANUAL"},
)
"""What the portal has to choose an inclusion list from."""
Row = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Seeded:
    """How many records went in."""

    salesforce: int
    hubspot: int


def seed_orgs(
    org: SalesforceOrg,
    portal: HubSpotPortal,
    *,
    contacts: int,
    seed: int,
    only: Presence = "both",
    now: float,
) -> Seeded:
    """Fill two empty orgs so that each that `only` names has `contacts` people (contacts and leads in Salesforce).

    `now`: seconds since the epoch; every stamp lies days to years before it.
    """
    everybody = list(people(contacts, seed, only))
    in_salesforce = [person for person in everybody if person.presence != "hubspot"]
    accounts = companies(max(len(COUNTRIES), contacts // PEOPLE_PER_COMPANY), seed) if in_salesforce else []
    draw = random.Random(f"salesforce/{seed}")
    org.load(_accounts(draw, accounts, now))
    account_ids = [row[0] for row in org.store.db.execute('SELECT Id FROM "Account" ORDER BY _n')]
    owners = [user["Id"] for user in org.users() if user["IsActive"]]
    loaded = org.load(_salesforce_rows(draw, in_salesforce, account_ids, owners, now))
    in_hubspot = [person for person in everybody if person.presence != "salesforce"]
    draw = random.Random(f"hubspot/{seed}")
    owner_ids = [owner["id"] for owner in portal.directory.owners(archived=False, email=None)]
    seeded = Seeded(loaded, portal.load(_hubspot_rows(draw, in_hubspot, owner_ids, now)))
    with portal.database.transaction():
        for given in LISTS:
            Lists(portal).create(given)
    return seeded


def _ages(draw: random.Random, now: float) -> tuple[float, float]:
    """Created and last modified, in whole and in broken seconds alike: up to five years and at least a day ago."""
    created = now - DAY * draw.uniform(2, 5 * 365)
    return created, created + (now - DAY - created) * draw.random() ** 0.5


def _accounts(draw: random.Random, accounts: list[Company], now: float) -> Iterator[Row]:
    for company in accounts:
        created, modified = _ages(draw, now)
        yield (
            "Account",
            {
                "Name": company.name[:255],
                "Website": f"https://{company.domain}",
                "Phone": phone(draw, company.phone)[:40],
                "BillingStreet": company.street,
                "BillingCity": company.city,
                "BillingState": company.state or None,
                "BillingPostalCode": company.zip,
                "BillingCountry": draw.choice(company.country.names),
                "Industry": company.industry,
                "NumberOfEmployees": company.employees,
                "AnnualRevenue": float(company.revenue),
                "CreatedDate": int(created),
                "SystemModstamp": int(modified),
            },
        )


def _salesforce_rows(
    draw: random.Random, everybody: list[Person], account_ids: list[str], owners: list[str], now: float
) -> Iterator[Row]:
    for person in everybody:
        created, modified = _ages(draw, now)
        fields: dict[str, Any] = {
            "FirstName": _text(maybe(draw, 0.96, spelled(draw, person.first)), 40),
            "LastName": _text(spelled(draw, person.last), 80)
            if draw.random() < 0.985
            else draw.choice((".", "Unknown", "-")),
            "Salutation": _text(maybe(draw, 0.5, person.salutation), 40),
            "Title": _text(maybe(draw, 0.8, title(draw, person.title)), 128),
            "Email": _text(typed_email(draw, person.email) if draw.random() < 0.96 or person.twin_of else "", 80),
            "Phone": _text(maybe(draw, 0.8, phone(draw, person.phone)), 40),
            "MobilePhone": _text(maybe(draw, 0.5, phone(draw, person.mobile)), 40),
            "Fax": _text(maybe(draw, 0.05, person.company.phone), 40),
            "OwnerId": draw.choice(owners),
            "LeadSource": draw.choice(("Web", "Phone Inquiry", "Purchased List", "Other", None, "Messe 2019")),
            "CreatedDate": int(created),
            "SystemModstamp": int(modified),
        }
        if person.lead:
            yield "Lead", fields | _lead_fields(draw, person)
        else:
            fields["AccountId"] = account_ids[person.company.number]
            yield "Contact", fields | _address(draw, person, _mailing)


def _lead_fields(draw: random.Random, person: Person) -> dict[str, Any]:
    company = person.company
    return _address(draw, person, str) | {
        "Company": _text(company.name, 255) or "[not provided]",
        "Status": draw.choice(LEAD_STATUSES),
        "Industry": company.industry if draw.random() < 0.85 else draw.choice(FREE_INDUSTRIES),
        "NumberOfEmployees": company.employees if draw.random() < 0.6 else None,
        "AnnualRevenue": float(company.revenue) if draw.random() < 0.5 else None,
        "Website": maybe(draw, 0.6, f"http://www.{company.domain}") or None,
    }


def _mailing(name: str) -> str:
    return "Mailing" + name


def _address(draw: random.Random, person: Person, named: Callable[[str], str]) -> dict[str, Any]:
    if draw.random() < 0.12:
        return {}
    return {
        named("Street"): _text(person.street, 255),
        named("City"): _text(spelled(draw, person.city), 40),
        named("State"): _text(person.state, 80),
        named("PostalCode"): _text(person.zip, 20),
        named("Country"): draw.choices(
            (*person.company.country.names, None), (6, *[1] * len(person.company.country.names))
        )[0],
    }


def _text(value: str, length: int) -> str | None:
    return value[:length] or None


def _hubspot_rows(draw: random.Random, everybody: list[Person], owners: list[str], now: float) -> Iterator[Row]:
    for person in everybody:
        created, modified = _ages(draw, now)
        company = person.company
        properties = {
            "email": person.email if person.presence == "both" or draw.random() < 0.97 else "",
            "firstname": maybe(draw, 0.93, spelled(draw, person.first)),
            "lastname": maybe(draw, 0.93, spelled(draw, person.last)),
            "salutation": maybe(draw, 0.3, person.salutation),
            "jobtitle": maybe(draw, 0.6, title(draw, person.title)),
            "phone": maybe(draw, 0.6, phone(draw, person.phone)),
            "mobilephone": maybe(draw, 0.3, phone(draw, person.mobile)),
            "company": maybe(draw, 0.8, company.name),
            "website": maybe(draw, 0.5, draw.choice((company.domain, f"https://{company.domain}/"))),
            "industry": maybe(draw, 0.5, company.industry if draw.random() < 0.8 else draw.choice(FREE_INDUSTRIES)),
            "annualrevenue": maybe(draw, 0.3, draw.choice((str(company.revenue), f"{company.revenue:,}"))),
            "numemployees": maybe(draw, 0.4, _size(company.employees)),
            "lifecyclestage": draw.choice(LIFECYCLE),
            "hs_lead_status": maybe(draw, 0.3, draw.choice(("NEW", "OPEN", "IN_PROGRESS", "CONNECTED", "UNQUALIFIED"))),
            "hs_email_optout": draw.choices(("", "true", "false"), (70, 8, 22))[0],
            "hubspot_owner_id": maybe(draw, 0.5, draw.choice(owners)),
            "createdate": created,
            "lastmodifieddate": modified,
        }
        if draw.random() < 0.7:
            names = company.country.names
            properties |= {
                "address": person.street,
                "city": spelled(draw, person.city),
                "state": person.state,
                "zip": person.zip,
                "country": draw.choices((*names, ""), (4, *[2] * len(names)))[0],
            }
        yield "contacts", properties


def _size(employees: int) -> str:
    for most, option in SIZES:
        if employees <= most:
            return option
    return "1000+"
