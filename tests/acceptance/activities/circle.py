"""A contact with its company, deal and ticket that are linked, for activities to belong to."""

from __future__ import annotations

from typing import Any

import msgspec

from crmsync_desktop.domain.records import Side
from tests.acceptance.life.world import World
from tests.acceptance.pairs.portal import associate

ABOUT = {"companies": "company", "contacts": "contact", "deals": "deal", "tickets": "ticket"}


class Circle(msgspec.Struct):
    """Ids of HubSpot's records and of their counterparts, by pair."""

    text: str
    hubspot: dict[str, str]
    salesforce: dict[str, str]


def make_circle(here: World) -> Circle:
    text = f"A{here.number()}z"
    company = here.make("hubspot", "companies", name=f"{text} C")
    contact = here.make(
        "hubspot", "contacts", lastname=f"{text} P", email=f"{text}@example.com", associatedcompanyid=company
    )
    deal = here.make(
        "hubspot",
        "deals",
        dealname=f"{text} D",
        pipeline="default",
        dealstage="appointmentscheduled",
        closedate="2027-01-31",
    )
    ticket = here.make("hubspot", "tickets", subject=f"{text} T", hs_pipeline="0", hs_pipeline_stage="1")
    ids = {"companies": company, "contacts": contact, "deals": deal, "tickets": ticket}
    for source in ("deals", "tickets"):
        associate(here, source, ids[source], "companies", company)
        associate(here, source, ids[source], "contacts", contact)
    here.sync()
    theirs = {pair: here.partner(pair, Side.HUBSPOT, id) for pair, id in ids.items()}
    assert all(theirs.values()), (theirs, here.errors(*ids.values()))
    return Circle(text, ids, {pair: str(id) for pair, id in theirs.items()})


def log(here: World, kind: str, about: dict[str, str], **properties: str) -> str:
    """An activity in HubSpot that belongs to these records (by object)."""
    id = here.make("hubspot", kind, **properties)
    for object, record in about.items():
        associate(here, kind, id, object, record)
    return id


def owners(here: World) -> list[dict[str, Any]]:
    url = f"{here.orgs.announced['hubspot']['url']}/crm/owners/2026-03"
    answer = here.hubspot.session.get(url, params={"limit": 100}, timeout=30)
    answer.raise_for_status()
    return list(answer.json()["results"])


def task(here: World, id: str | None) -> dict[str, Any]:
    assert id is not None, "it has no task"
    fields = (
        "Id, Subject, Description, Status, Priority, ActivityDate, WhoId, WhatId, TaskSubtype, OwnerId, "
        "CallDurationInSeconds, CallType, IsDeleted"
    )
    (found,) = here.salesforce.query(f"SELECT {fields} FROM Task WHERE Id = '{id}'")
    return found
