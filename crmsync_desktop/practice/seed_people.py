"""What each system has of the invented people and of the companies that they work for, each with its own dirt."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from crmsync_desktop.practice.dirt import FREE_INDUSTRIES, maybe, phone, spelled, title, typed_email
from crmsync_desktop.practice.people import Company, Person

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
_INDUSTRIES = {
    "Banking": "BANKING", "Biotechnology": "BIOTECHNOLOGY", "Construction": "CONSTRUCTION", "Insurance": "INSURANCE",
    "Retail": "RETAIL", "Telecommunications": "TELECOMMUNICATIONS", "Utilities": "UTILITIES",
    "Hospitality": "HOSPITALITY", "Energy": "OIL_ENERGY", "Technology": "COMPUTER_SOFTWARE",
}  # fmt: skip
Row = tuple[str, dict[str, Any]]


def ages(draw: random.Random, now: float) -> tuple[float, float]:
    """Created and last modified, in whole and in broken seconds alike: up to five years and at least a day ago."""
    created = now - DAY * draw.uniform(2, 5 * 365)
    return created, created + (now - DAY - created) * draw.random() ** 0.5


def accounts(draw: random.Random, employers: list[Company], now: float) -> Iterator[Row]:
    for company in employers:
        created, modified = ages(draw, now)
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


def salesforce_rows(
    draw: random.Random, everybody: list[Person], account_ids: list[str], owners: list[str], now: float
) -> Iterator[Row]:
    for person in everybody:
        created, modified = ages(draw, now)
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


def hubspot_rows(
    draw: random.Random,
    everybody: list[Person],
    owners: list[str],
    now: float,
    counted: Callable[[Person], dict[str, str]],
) -> Iterator[Row]:
    """`counted`: what HubSpot itself knows of a contact from what it is associated with."""
    for person in everybody:
        created, modified = ages(draw, now)
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
        yield "contacts", {name: value for name, value in properties.items() if value} | counted(person)


def hubspot_companies(
    draw: random.Random,
    employers: list[Company],
    owners: list[str],
    now: float,
    counted: Callable[[Company], dict[str, str]],
) -> Iterator[Row]:
    """A company's industry is one of HubSpot's own list, or none: they don't spell theirs as Salesforce does."""
    for company in employers:
        created, modified = ages(draw, now)
        yield (
            "companies",
            {
                "name": company.name if draw.random() < 0.8 else spelled(draw, company.name),
                "domain": company.domain if draw.random() < 0.92 else "",
                "website": maybe(draw, 0.6, f"https://www.{company.domain}"),
                "phone": maybe(draw, 0.6, phone(draw, company.phone)),
                "address": maybe(draw, 0.6, company.street),
                "city": maybe(draw, 0.8, company.city),
                "state": maybe(draw, 0.5, company.state),
                "zip": maybe(draw, 0.7, company.zip),
                "country": maybe(draw, 0.8, draw.choice(company.country.names)),
                "industry": _INDUSTRIES.get(company.industry, "") if draw.random() < 0.7 else "",
                "numberofemployees": maybe(draw, 0.6, str(company.employees)),
                "annualrevenue": maybe(draw, 0.5, str(company.revenue)),
                "lifecyclestage": draw.choice(LIFECYCLE),
                "hubspot_owner_id": maybe(draw, 0.5, draw.choice(owners)),
                "createdate": created,
                "hs_lastmodifieddate": modified,
            }
            | counted(company),
        )


def _size(employees: int) -> str:
    for most, option in SIZES:
        if employees <= most:
            return option
    return "1000+"
