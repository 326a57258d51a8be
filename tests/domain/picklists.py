"""An org with State and Country/Territory Picklists, and what is planned for a contact of it (C8)."""

from __future__ import annotations

from collections.abc import Sequence

from crmsync_desktop.domain.layout import Layout, resolve
from crmsync_desktop.domain.mapping import CONTACTS, Mapping, Rule
from crmsync_desktop.domain.planner import Doors, FieldChange, LinkPlan, Look, plan_create, plan_link
from crmsync_desktop.domain.records import Cell, Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema
from crmsync_desktop.domain.settings import (
    ContactSettings,
    HubSpotStateCountry,
    OnConflict,
    SalesforceStateCountry,
    Settings,
)
from crmsync_desktop.domain.state_country import with_addresses

COUNTRIES = (
    Option("BE", "Belgium"),
    Option("CA", "Canada"),
    Option("NL", "Netherlands"),
    Option("NO", "Norway"),
    Option("SE", "Sweden"),
    Option("US", "United States"),
)
STATES = (
    Option("CA", "California", True, ("US",)),
    Option("ON", "Ontario", True, ("CA",)),
    Option("LI", "Limburg", True, ("NL",)),
    Option("VLI", "Limburg", True, ("BE",)),
)
BOTH = (
    Mapping("country", {"Contact": "MailingCountry", "Lead": "Country"}, Rule.TWO_WAY),
    Mapping("state", {"Contact": "MailingState", "Lead": "State"}, Rule.TWO_WAY),
)
ON, OFF, CUSTOMISED = SalesforceStateCountry.ON, SalesforceStateCountry.OFF, SalesforceStateCountry.CUSTOMISED
MATCH, OWN = HubSpotStateCountry.MATCH, HubSpotStateCountry.OWN


def text(name: str) -> Field:
    return Field(name, name, Kind.TEXT, "string")


def picklist(name: str, options: tuple[Option, ...]) -> Field:
    return Field(name, name, Kind.PICKLIST, "picklist", options=options, restricted=True)


def schemas(
    countries: tuple[Option, ...] = COUNTRIES, options: dict[str, tuple[Option, ...]] | None = None
) -> dict[str, Schema]:
    """An org with the picklists, and a portal whose properties may have options of their own."""
    found = {}
    for object, prefix in (("Contact", "Mailing"), ("Lead", "")):
        fields = [text(f"{prefix}Country"), text(f"{prefix}State"), text("LastName")]
        fields += [picklist(f"{prefix}CountryCode", countries), picklist(f"{prefix}StateCode", STATES)]
        found[object] = Schema(Side.SALESFORCE, object, object, {field.name: field for field in fields}, "")
    names = ("country", "state", "lastname")
    properties = {name: picklist(name, options[name]) if options and name in options else text(name) for name in names}
    return {**found, "contacts": Schema(Side.HUBSPOT, "contacts", "Contact", properties, "")}


def layout(
    salesforce: SalesforceStateCountry = ON,
    hubspot: HubSpotStateCountry = MATCH,
    mappings: Sequence[Mapping] = BOTH,
    known: dict[str, Schema] | None = None,
) -> Layout:
    known = known or schemas()
    contacts = ContactSettings(salesforce_state_country=salesforce, hubspot_state_country=hubspot)
    return with_addresses(resolve(CONTACTS, mappings, known), known, Settings(contacts=contacts))


def plan(
    salesforce: list[Cell],
    hubspot: list[Cell],
    base: tuple[Sequence[Cell], Sequence[Cell]] | None = None,
    of: Layout | None = None,
    object: str = "Contact",
) -> LinkPlan:
    """Without a base, both sides hold what they held."""
    ours, theirs = base or (salesforce, hubspot)
    return plan_link(
        of or layout(),
        Look(object, "2026-01-01T00:00:00Z", salesforce, ours),
        Look("contacts", "2026-01-01T00:00:00Z", hubspot, theirs),
        Doors(),
        OnConflict.NEWEST,
    )


def create(
    cells: list[Cell], of: Layout | None = None, known: dict[str, Schema] | None = None
) -> tuple[list[object], list[str]]:
    """What is sent of a new Salesforce contact, and what is told."""
    made = plan_create(of or layout(), Side.HUBSPOT, cells, (known or schemas())["Contact"], "contacts")
    return [(change.new, dict(change.sent)) for change in made.changes], [fault.message for fault in made.faults]


def sent(changes: Sequence[FieldChange]) -> list[tuple[object, dict[str, object]]]:
    return [(change.new, dict(change.sent)) for change in changes]
