"""Puts the invented people and their business into the practice orgs, each system with its own version of what stands in
both."""

from __future__ import annotations

import gc
import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from crmsync_desktop.practice import seed_business as dealings
from crmsync_desktop.practice.business import Business, business
from crmsync_desktop.practice.hubspot.lists import Lists
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.people import COUNTRIES, PEOPLE_PER_COMPANY, Company, Person, Presence, companies, people
from crmsync_desktop.practice.salesforce import SalesforceOrg
from crmsync_desktop.practice.seed_people import accounts, salesforce_rows
from crmsync_desktop.practice.seed_portal import fill_portal

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
SEEDING_CACHE = -256_000
"""KiB of pages that SQLite holds while it is filled (negative: that is its unit)."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """How many people went in."""

    salesforce: int
    hubspot: int


@dataclass(frozen=True, slots=True)
class Invented:
    """The truth that both orgs have their own versions of. `contacts`: how many people a side was asked for."""

    contacts: int
    seed: int
    everybody: list[Person]
    business: Business


def seed_orgs(
    org: SalesforceOrg,
    portal: HubSpotPortal,
    *,
    contacts: int,
    seed: int,
    only: Presence = "both",
    now: float,
) -> Seeded:
    """Fill two empty orgs so that each that `only` names has `contacts` people (contacts and leads in Salesforce), the
    companies that they work for, and a tenth as many deals, tickets and tasks, and activities.

    `now`: seconds since the epoch; every stamp lies days to years before it.
    """
    with without_collector():
        invented = invent(contacts, seed, only)
        return Seeded(fill_org(org, invented, now), seed_portal(portal, invented, now))


def invent(contacts: int, seed: int, only: Presence) -> Invented:
    everybody = list(people(contacts, seed, only))
    return Invented(contacts, seed, everybody, business(everybody, contacts, seed, only))


def seed_portal(portal: HubSpotPortal, invented: Invented, now: float) -> int:
    """Gives how many contacts went in."""
    theirs = [person for person in invented.everybody if person.presence != "salesforce"]
    with _filling(portal.connection):
        loaded = fill_portal(portal, theirs, invented.business, contacts=invented.contacts, seed=invented.seed, now=now)
    with portal.database.transaction():
        for given in LISTS:
            Lists(portal).create(given)
    return loaded


def fill_org(org: SalesforceOrg, invented: Invented, now: float) -> int:
    """Gives how many contacts and leads went in."""
    count = max(len(COUNTRIES), invented.contacts // PEOPLE_PER_COMPANY)
    ours = [person for person in invented.everybody if person.presence != "hubspot"]
    employers = companies(count, invented.seed) if ours else []
    with _filling(org.store.db):
        return _fill_org(org, ours, employers, invented.business, invented.seed, now)


def _fill_org(
    org: SalesforceOrg, everybody: list[Person], employers: list[Company], doings: Business, seed: int, now: float
) -> int:
    draw = random.Random(f"salesforce/{seed}")
    org.load(accounts(draw, employers, now))
    account_ids = _ids(org, "Account")
    owners = [user["Id"] for user in org.users() if user["IsActive"]]
    loaded = org.load(salesforce_rows(draw, everybody, account_ids, owners, now))
    contacts = dict(zip((each.number for each in everybody if not each.lead), _ids(org, "Contact"), strict=True))
    leads = dict(zip((each.number for each in everybody if each.lead), _ids(org, "Lead"), strict=True))
    draw = random.Random(f"salesforce business/{seed}")
    deals = dealings.on_side(doings.deals, "salesforce")
    org.load(dealings.opportunities(draw, deals, account_ids, owners, now))
    org.load(dealings.contact_roles(draw, deals, _ids(org, "Opportunity"), contacts, now))
    tickets = dealings.on_side(doings.tickets, "salesforce")
    org.load(dealings.cases(draw, tickets, account_ids, contacts, owners, now))
    org.load(dealings.tasks_and_events(draw, doings, {**contacts, **leads}, owners, now))
    return loaded


def _ids(org: SalesforceOrg, sobject: str) -> list[str]:
    """In the order in which they were loaded."""
    return [row[0] for row in org.store.db.execute(f'SELECT Id FROM "{sobject}" ORDER BY _n')]  # noqa: S608


@contextmanager
def without_collector() -> Iterator[None]:
    """Millions of objects live until the end and none is a cycle: to look for some again and again takes a fifth of
    the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _filling(connection: sqlite3.Connection) -> Iterator[None]:
    """Without a journal, and with room for the indexes: whoever ends in the middle of seeding begins again anyway."""
    cache = connection.execute("PRAGMA cache_size").fetchone()[0]
    synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    connection.execute("PRAGMA journal_mode=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute(f"PRAGMA cache_size={SEEDING_CACHE}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA cache_size={cache}")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA journal_mode=WAL")
