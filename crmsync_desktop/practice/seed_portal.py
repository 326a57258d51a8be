"""Fills a HubSpot portal: contacts, two thirds of their companies and some that nobody works for, deals, tickets, tasks
and activities, and what is associated with what.

Ids are handed out in a row, so that every id is known before its record is loaded, and what HubSpot counts by itself
(how many deals, which primary company) goes in with the record instead of being worked out a million times.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from crmsync_desktop.practice.business import Affair, Business
from crmsync_desktop.practice.hubspot.associations import types_between
from crmsync_desktop.practice.hubspot.database import FIRST_ID
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.people import COUNTRIES, PEOPLE_PER_COMPANY, Company, Person, companies
from crmsync_desktop.practice.seed_business import people_of, portal_rows
from crmsync_desktop.practice.seed_people import hubspot_companies, hubspot_rows

KNOWN_COMPANIES = 2 / 3
EMPLOYED = 0.6
"""The share of the contacts of a known company that are associated with it."""
CONTACTING = ("calls", "emails", "meetings")
Pair = tuple[int, int]


@dataclass(slots=True)
class _Ties:
    """Who belongs to what: ids in the portal by the numbers of people and companies, and what HubSpot counts of it."""

    contacts: dict[int, int]
    companies: dict[int, int]
    employer: dict[int, int] = field(default_factory=dict)  # company id by person
    deals_of: Counter[int] = field(default_factory=Counter)  # by contact id and by company id
    staff: Counter[int] = field(default_factory=Counter)  # by company id
    talks: dict[int, list[tuple[str, str]]] = field(default_factory=dict)  # kind and moment, by person


def fill_portal(
    portal: HubSpotPortal, everybody: list[Person], doings: Business, *, contacts: int, seed: int, now: float
) -> int:
    """How many contacts went in. `contacts`: how many people a side was asked for, which decides on the companies."""
    if not everybody:
        return 0
    first = int(portal.database.meta("next_id", FIRST_ID))
    draw = random.Random(f"hubspot/{seed}")
    owners = [owner["id"] for owner in portal.directory.owners(archived=False, email=None)]
    known = _companies(contacts, seed)
    after_contacts = first + len(everybody)
    ties = _Ties(
        {person.number: first + place for place, person in enumerate(everybody)},
        {company.number: after_contacts + place for place, company in enumerate(known)},
    )
    affairs = list(portal_rows(random.Random(f"hubspot business/{seed}"), doings, owners, now))
    _tie(ties, everybody, affairs, random.Random(f"employers/{seed}"))
    loaded = portal.load(hubspot_rows(draw, everybody, owners, now, lambda person: _of_contact(ties, person)))
    draw = random.Random(f"hubspot companies/{seed}")
    portal.load(hubspot_companies(draw, known, owners, now, lambda company: _of_company(ties, company)))
    portal.load((kind, {**properties, **_of_affair(ties, affair, kind)}) for affair, kind, properties in affairs)
    with portal.database.transaction():
        _associate(portal, "contacts", "companies", [(ties.contacts[n], c) for n, c in ties.employer.items()])
        _associate_affairs(portal, ties, affairs, after_contacts + len(known))
    return loaded


def _companies(contacts: int, seed: int) -> list[Company]:
    """Two thirds of the employers, and half as many again of the others that nobody works for."""
    count = max(len(COUNTRIES), contacts // PEOPLE_PER_COMPANY)
    draw = random.Random(f"known companies/{seed}")
    every = companies(count + count // 6, seed)
    return [company for company in every if company.number >= count or draw.random() < KNOWN_COMPANIES]


def _tie(
    ties: _Ties, everybody: list[Person], affairs: list[tuple[Affair, str, dict[str, Any]]], draw: random.Random
) -> None:
    for person in everybody:
        company = ties.companies.get(person.company.number)
        if draw.random() < EMPLOYED and company is not None:
            ties.employer[person.number] = company
            ties.staff[company] += 1
    for affair, kind, properties in affairs:
        if kind == "deals":
            for person in people_of(affair):
                ties.deals_of[ties.contacts[person.number]] += 1
            if (company := ties.companies.get(affair.person.company.number)) is not None:
                ties.deals_of[company] += 1
        elif kind != "tickets":
            ties.talks.setdefault(affair.person.number, []).append((kind, properties["hs_timestamp"]))


def _of_contact(ties: _Ties, person: Person) -> dict[str, str]:
    counted: dict[str, str] = {}
    if (company := ties.employer.get(person.number)) is not None:
        counted = {"associatedcompanyid": str(company), "num_associated_companies": "1"}
    if deals := ties.deals_of.get(ties.contacts[person.number]):
        counted["num_associated_deals"] = str(deals)
    if talks := ties.talks.get(person.number):
        contacting = [moment for kind, moment in talks if kind in CONTACTING]
        counted |= {
            "notes_last_updated": max(moment for _, moment in talks),
            "notes_last_contacted": max(contacting, default=""),
            "num_notes": str(len(talks)),
            "num_contacted_notes": str(len(contacting)),
        }
    return counted


def _of_company(ties: _Ties, company: Company) -> dict[str, str]:
    number = ties.companies[company.number]
    counted = {"num_associated_contacts": ties.staff.get(number), "num_associated_deals": ties.deals_of.get(number)}
    return {name: str(count) for name, count in counted.items() if count}


def _of_affair(ties: _Ties, affair: Affair, kind: str) -> dict[str, str]:
    if kind == "deals":
        return {"num_associated_contacts": str(len(people_of(affair)))}
    if kind == "tickets" and affair.person.company.number in ties.companies:
        return {"hs_num_associated_companies": "1"}
    return {}


def _associate_affairs(
    portal: HubSpotPortal, ties: _Ties, affairs: list[tuple[Affair, str, dict[str, Any]]], first: int
) -> None:
    pairs: dict[tuple[str, str], list[Pair]] = {}
    for number, (affair, kind, _) in enumerate(affairs, first):
        those = people_of(affair) if kind == "deals" else [affair.person]
        pairs.setdefault((kind, "contacts"), []).extend((number, ties.contacts[person.number]) for person in those)
        company = ties.companies.get(affair.person.company.number)
        if company is not None and kind in ("deals", "tickets"):
            pairs.setdefault((kind, "companies"), []).append((number, company))
    for (source, target), given in pairs.items():
        _associate(portal, source, target, given)


def _associate(portal: HubSpotPortal, source: str, target: str, pairs: Iterable[Pair]) -> None:
    """Under the plain type and, where there is one, the primary one; both ways. In the order of the table's key."""
    kinds = types_between(portal.catalog.types[source], portal.catalog.types[target])
    plain, primary = [each for each in kinds if not each.primary][:1], [each for each in kinds if each.primary][:1]
    insert = "INSERT OR IGNORE INTO association VALUES (?, ?, ?, ?, ?, ?)"
    forth = sorted(pairs)
    portal.connection.executemany(
        insert,
        ((source, a, target, b, each.category, each.id) for a, b in forth for each in (*plain, *primary)),
    )
    back = sorted((b, a) for a, b in forth)
    portal.connection.executemany(
        insert,
        ((target, b, source, a, each.category, each.inverse) for b, a in back for each in (*plain, *primary)),
    )
