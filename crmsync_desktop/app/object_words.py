"""The settings of custom objects (X1), in the words of those of the other pairs."""

from __future__ import annotations

from typing import Any, Final

from crmsync_desktop.app.setting_views import choice, deletion, switch
from crmsync_desktop.app.views import ChoiceView, SettingView
from crmsync_desktop.domain.settings import CustomObject, OnHubSpotRecord, Settings

TWO_WAY: Final = (
    "Only fields whose rule lets HubSpot write travel to Salesforce; a custom object's begin as “Always use Salesforce”. "
    "Change them with: mappings rule {name}"
)


def object_settings(own: CustomObject) -> list[SettingView]:
    """The settings of one custom object."""
    name, noun = own.name, own.noun
    return [
        switch(
            f"{name}.enabled",
            f"Syncing {name}",
            f"Sync Salesforce's {name} with HubSpot",
            f"Each Salesforce record makes a HubSpot {noun}, associated with what its lookups point at. Turned off, what is "
            "linked stays linked, and nothing travels.",
            own.enabled,
        ),
        choice(
            f"{name}.on_salesforce_change",
            f"Creating and updating {name}",
            f"When a Salesforce {noun} is created or updated",
            (
                ChoiceView(
                    "create_or_update",
                    f"Create or update the HubSpot {noun}",
                    "New Salesforce records create one in HubSpot, and changes travel.",
                ),
                ChoiceView("nothing", "Do nothing", f"Nothing that happens to a Salesforce {noun} reaches HubSpot."),
            ),
            own.on_salesforce_change,
        ),
        choice(
            f"{name}.on_hubspot_change",
            f"Creating and updating {name}",
            f"When a HubSpot {noun} is created or updated",
            (
                ChoiceView(
                    "create_or_update",
                    f"Create or update the Salesforce {noun}",
                    "Both systems have to allow it: it is checked when you choose this.",
                ),
                ChoiceView("nothing", "Do nothing", f"Nothing that happens to a HubSpot {noun} reaches Salesforce."),
            ),
            own.on_hubspot_change,
            warning=TWO_WAY.format(name=name) if own.on_hubspot_change is OnHubSpotRecord.CREATE_OR_UPDATE else "",
        ),
        deletion(name, noun, noun, own.on_salesforce_delete),
    ]


def own_settings(settings: Settings, section: str) -> CustomObject | None:
    """Those of the custom object that a section is called after."""
    return next((each for each in settings.custom_objects if each.name == section), None)


def table_of(document: dict[str, Any], section: str) -> dict[str, Any]:
    """The part of settings, as plain values, that a section holds."""
    custom = {each["name"]: each for each in document["custom_objects"]}
    found: dict[str, Any] = custom[section] if section in custom else document[section]
    return found
