"""State and country (C8) in the words of HubSpot's own article, and what the org's describe has to say about the setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from crmsync_desktop.app.setting_views import choice
from crmsync_desktop.app.views import ChoiceView, SettingView
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import SalesforceStateCountry, Settings
from crmsync_desktop.domain.state_country import picklists_of

SALESFORCE: Final = "contacts.salesforce_state_country"
HUBSPOT: Final = "contacts.hubspot_state_country"
_SECTION: Final = "Matching state and country fields"
_SALESFORCE_CHOICES: Final = (
    ChoiceView(
        "off", "The picklist is off in Salesforce", "States and countries are texts: what HubSpot has goes as it is."
    ),
    ChoiceView(
        "on",
        "The picklist is on in Salesforce",
        "States and countries are written as the codes of Salesforce's standard list.",
    ),
    ChoiceView(
        "customised",
        "The picklist is on and customised in Salesforce",
        "They are written as the codes of the org's own list, by the names that the org gives them.",
    ),
)
_HUBSPOT_CHOICES: Final = (
    ChoiceView(
        "match",
        "Match state and country with Salesforce's values when syncing",
        "“Norge”, “NO” and “Norway” all become Norway. What can't be told for sure isn't sent, and is listed as an error.",
    ),
    ChoiceView(
        "own",
        "Sync HubSpot's state and country to Salesforce",
        "They go as they are. Where Salesforce refuses one, the error names what it accepts.",
    ),
)
_OTHERWISE: Final = {
    SalesforceStateCountry.OFF: "the org has no such picklists, or hides them from the connected user",
    SalesforceStateCountry.ON: "the org has them, with Salesforce's standard values",
    SalesforceStateCountry.CUSTOMISED: "the org has them, with values of its own",
}


def address_settings(settings: Settings) -> list[SettingView]:
    contacts = settings.contacts
    return [
        choice(
            SALESFORCE,
            _SECTION,
            "State and Country/Territory Picklists in Salesforce",
            _SALESFORCE_CHOICES,
            contacts.salesforce_state_country,
            help="It counts for the addresses of companies, too.",
        ),
        choice(
            HUBSPOT,
            _SECTION,
            "For states and countries from HubSpot",
            _HUBSPOT_CHOICES,
            contacts.hubspot_state_country,
            help="Without the picklists in Salesforce, this changes nothing.",
        ),
    ]


def with_picklists(views: Sequence[SettingView], schemas: Mapping[str, Schema]) -> list[SettingView]:
    """The settings, with a warning where the one about the org's picklists isn't what the org says (as far as its fields
    are known: before the first pass they aren't)."""
    if not any(view.key == SALESFORCE for view in views) or not schemas:
        return list(views)
    seen = picklists_of(schemas)
    return [
        msgspec.structs.replace(view, warning=_warning(view.value, seen)) if view.key == SALESFORCE else view
        for view in views
    ]


def _warning(chosen: str, seen: SalesforceStateCountry) -> str:
    if chosen == seen:
        return ""
    return f"This is set to “{chosen}”, but {_OTHERWISE[seen]}: choose “{seen.value}”."
