"""The settings that the scripted engine has."""

from __future__ import annotations

from crmsync_desktop.app.pair_words import WITH_SWITCH, pair_settings
from crmsync_desktop.app.views import ChoiceView, SettingView
from crmsync_desktop.domain.settings import Settings

LEAD_WARNING = (
    "HubSpot's own “create and associate companies with contacts” is on. A lead has no account, so a duplicate company "
    "appears once the lead is converted. Turn it off in HubSpot, or choose “Create or update the contact”."
)
SETTINGS = (
    SettingView(
        "contacts.on_salesforce_change",
        "Creating and updating contacts",
        "When a Salesforce contact or lead is created or updated",
        "",
        "choice",
        "create_or_update",
        (
            ChoiceView(
                "create_or_update",
                "Create or update the contact",
                "New contacts and leads create a HubSpot contact, or join the one with the same e-mail, even when it "
                "isn't on the inclusion list.",
            ),
            ChoiceView("nothing", "Do nothing", "Changes in Salesforce stay in Salesforce."),
        ),
    ),
    SettingView(
        "contacts.on_hubspot_change",
        "Creating and updating contacts",
        "When a HubSpot contact is created or updated",
        "",
        "choice",
        "contact",
        (
            ChoiceView("contact", "Create or update a contact", "New HubSpot contacts become Salesforce contacts."),
            ChoiceView("lead", "Create or update a lead", "New HubSpot contacts become Salesforce leads."),
        ),
    ),
    SettingView(
        "contacts.on_salesforce_delete",
        "Deleting contacts",
        "When a Salesforce contact or lead is deleted",
        "Deleting a HubSpot contact never deletes anything in Salesforce.",
        "choice",
        "nothing",
        (
            ChoiceView("delete", "Delete the contact", "The HubSpot contact goes to HubSpot's recycle bin."),
            ChoiceView("nothing", "Do nothing", "The HubSpot contact stays and is no longer linked."),
        ),
    ),
    SettingView(
        "contacts.inclusion_list",
        "Limit what syncs",
        "Inclusion list",
        "Only contacts on this active list travel from HubSpot to Salesforce. Without one, all do.",
        "list",
        "",
        link=("Create inclusion list", "https://app.hubspot.com/contacts/12345678/objectLists"),
    ),
    SettingView(
        "contacts.on_ambiguous_match",
        "Matching",
        "When several Salesforce records share an e-mail",
        "",
        "choice",
        "most_recent",
        (
            ChoiceView("most_recent", "Link the one edited last", "The others stay as they are."),
            ChoiceView("block", "Link none and report it", "It stands among the errors until someone merges them."),
        ),
    ),
)
CONNECTION = (
    SettingView(
        "poll_seconds",
        "Schedule",
        "Longest wait between two passes, in seconds",
        "While nothing happens, looks become rarer.",
        "number",
        "60",
        minimum=15,
        maximum=900,
    ),
    SettingView(
        "on_conflict",
        "Conflicts",
        "When both sides edited a two-way field",
        "",
        "choice",
        "newest",
        (
            ChoiceView("newest", "The newest edit wins", "The other value stands in the history of changes."),
            ChoiceView("hold", "Hold for review", "Neither side is written until somebody decides."),
        ),
    ),
)


def pair_views(settings: Settings) -> dict[str, list[SettingView]]:
    """Of companies, deals and tickets: the product's own."""
    return {pair.name: pair_settings(settings, pair) for pair in WITH_SWITCH}
