"""The settings in the words and the order of HubSpot's own article on its Salesforce integration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from crmsync_desktop.app.activity_words import activity_settings
from crmsync_desktop.app.address_words import address_settings
from crmsync_desktop.app.object_words import object_settings, own_settings, table_of
from crmsync_desktop.app.pair_words import WITH_SWITCH, pair_settings
from crmsync_desktop.app.setting_views import choice, number, parsed
from crmsync_desktop.app.views import ChoiceView, SettingView
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import ACTIVITIES, CONTACTS, PAIRS, PairKind
from crmsync_desktop.domain.settings import OnHubSpotChange, Settings

_SALESFORCE_CHANGE = (
    ChoiceView(
        "create_or_update",
        "Create or update the contact",
        "New Salesforce contacts and leads create a HubSpot contact, or are matched with one by e-mail address, even if it "
        "is not on the inclusion list. Later changes travel only for contacts on the list.",
    ),
    ChoiceView("nothing", "Do nothing", "Nothing that happens to a Salesforce contact or lead reaches HubSpot."),
)
_HUBSPOT_CHANGE = (
    ChoiceView("contact", "Create or update a contact", "New HubSpot contacts become Salesforce contacts."),
    ChoiceView("lead", "Create or update a lead", "New HubSpot contacts become Salesforce leads."),
)
_SALESFORCE_DELETE = (
    ChoiceView(
        "delete", "Delete the contact", "The HubSpot contact goes to HubSpot's recycle bin, unless it was edited."
    ),
    ChoiceView("nothing", "Do nothing", "The HubSpot contact stays and is no longer synced."),
)
_OPPORTUNITY_STAGE = (
    ChoiceView(
        "update",
        "Update the contact's lifecycle stage",
        "An open opportunity makes the contacts in its contact roles opportunities, one that is closed and won makes them "
        "customers. One that is lost changes nothing, and no stage ever moves backwards.",
    ),
    ChoiceView("nothing", "Do nothing", "Lifecycle stages stay as HubSpot has them."),
)
_AMBIGUOUS = (
    ChoiceView("most_recent", "Use the most recently updated one", "The others are listed under Duplicates."),
    ChoiceView("block", "Link none of them", "All of them are listed under Duplicates until there is only one."),
)
_CONFLICT = (
    ChoiceView("newest", "The newest edit wins", "The other value stands in the history of changes."),
    ChoiceView("hold", "Hold for review", "Neither side is written until somebody decides."),
)
CONNECTION = "connection"
SECTIONS = (CONNECTION, CONTACTS.name, *(pair.name for pair in (*WITH_SWITCH, *ACTIVITIES)))
LIST_TOOL = "https://app.hubspot.com/contacts/{}/objectLists"
LEAD_WARNING = (
    "Turn off “Create and associate companies with contacts” in HubSpot, or send contacts as contacts. A lead has no "
    "account, so once it is converted, a duplicate company would appear in HubSpot: companies are matched through "
    "their contacts, not by domain."
)
NOT_TOLD = " HubSpot doesn't tell other applications whether it is on, so this stands here as long as leads are made."


def _of_leads(settings: Settings) -> str:
    """C4. Only where companies sync does the duplicate come from here; and HubSpot's own setting can't be read."""
    if settings.contacts.on_hubspot_change is not OnHubSpotChange.LEAD:
        return ""
    return LEAD_WARNING + (NOT_TOLD if settings.companies.enabled else "")


def contact_settings(settings: Settings, portal_id: str = "") -> list[SettingView]:
    """`portal_id`: HubSpot's, where there is a portal with pages of its own to go to."""
    contacts = settings.contacts
    return [
        choice(
            "contacts.on_salesforce_change",
            "Creating and updating contacts",
            "When a Salesforce contact or lead is created or updated",
            _SALESFORCE_CHANGE,
            contacts.on_salesforce_change,
        ),
        choice(
            "contacts.on_hubspot_change",
            "Creating and updating contacts",
            "When a HubSpot contact is created or updated",
            _HUBSPOT_CHANGE,
            contacts.on_hubspot_change,
            _of_leads(settings),
        ),
        choice(
            "contacts.on_salesforce_delete",
            "Deleting contacts",
            "When a Salesforce contact or lead is deleted",
            _SALESFORCE_DELETE,
            contacts.on_salesforce_delete,
            help="Deleting a HubSpot contact never deletes anything in Salesforce.",
        ),
        choice(
            "contacts.lifecycle_stage",
            "Adjusting the lifecycle stage",
            "When the stage of a Salesforce contact's opportunity is updated",
            _OPPORTUNITY_STAGE,
            contacts.lifecycle_stage,
            help="The contact has to be in the opportunity's contact roles. Nothing in Salesforce is ever changed by it.",
        ),
        SettingView(
            key="contacts.inclusion_list",
            section="Limiting what syncs",
            title="Inclusion list",
            help="Only contacts on this active HubSpot list sync to Salesforce. Without one, all contacts do.",
            kind="list",
            value=contacts.inclusion_list or "",
            link=("Create inclusion list", LIST_TOOL.format(portal_id)) if portal_id else None,
        ),
        *address_settings(settings),
        choice(
            "contacts.on_ambiguous_match",
            "Matching",
            "When several Salesforce records share an e-mail address",
            _AMBIGUOUS,
            contacts.on_ambiguous_match,
            help="A contact always comes before a lead.",
        ),
    ]


def connection_settings(settings: Settings) -> list[SettingView]:
    return [
        number(
            "allocation",
            "API calls",
            "Allocated to HubSpot",
            "Salesforce API calls in any 24 hours. Nothing is sent beyond it.",
            settings.allocation,
            1,
            100_000_000,
        ),
        number(
            "poll_seconds",
            "Schedule",
            "Longest wait between two passes, in seconds",
            "After a change the next look comes within 15 seconds; while nothing happens, looks become rarer.",
            settings.poll_seconds,
            15,
            900,
        ),
        choice("on_conflict", "Conflicts", "When both sides edited a two-way field", _CONFLICT, settings.on_conflict),
        number(
            "guard_share",
            "Guard rail",
            "Stop a pass that deletes or blanks more than this share of records, in per cent",
            "It says what it would have done and waits for you.",
            settings.guard_share,
            0,
            100,
        ),
        number(
            "guard_minimum",
            "Guard rail",
            "… but only if it is more than this many records",
            "Small portals would stop at every turn otherwise.",
            settings.guard_minimum,
            0,
            1_000_000,
        ),
        number(
            "guard_change_share",
            "Guard rail",
            "Stop a pass that changes more than this share of a pair's records on one side, in per cent",
            "It says what it would have done and waits for you. New records, and the first values of a new link, don't count.",
            settings.guard_change_share,
            0,
            100,
        ),
        number(
            "guard_change_minimum",
            "Guard rail",
            "… but only if it is more than this many records",
            "Editing a list of some hundreds at once is nothing unusual, and a change can be undone.",
            settings.guard_change_minimum,
            0,
            1_000_000,
        ),
        number(
            "canary_minimum",
            "Guard rail",
            "Try a first pass that writes more than this many records on 25 of them",
            "They are read back and compared before the others follow, on each side. It costs at most two calls.",
            settings.canary_minimum,
            0,
            1_000_000,
        ),
    ]


def setting_views(settings: Settings, section: str, portal_id: str = "") -> list[SettingView]:
    """The settings of a section: a pair's, or the connection's. Raises SetupError for any other."""
    if section == CONNECTION:
        return connection_settings(settings)
    if section == CONTACTS.name:
        return contact_settings(settings, portal_id)
    if (own := own_settings(settings, section)) is not None:
        return object_settings(own)
    if section in PAIRS and PAIRS[section].kind is PairKind.ACTIVITY:
        return activity_settings(settings, PAIRS[section])
    if section in PAIRS:
        return pair_settings(settings, PAIRS[section])
    raise SetupError(f"There are no settings “{section}”.", "", f"Sections are: {', '.join(sections(settings))}.")


def all_settings(settings: Settings) -> list[SettingView]:
    """Every setting, in the order in which they are shown."""
    return [view for section in sections(settings) for view in setting_views(settings, section)]


def sections(settings: Settings) -> tuple[str, ...]:
    """Those there are, custom objects included."""
    return (*SECTIONS, *(own.name for own in settings.custom_objects))


def section_of(key: str) -> str:
    """The section that a setting's key belongs to."""
    return key.rpartition(".")[0] or CONNECTION


def changed(settings: Settings, key: str, value: str) -> Settings:
    """The settings with one changed. Raises SetupError with what would be accepted."""
    views = {view.key: view for view in all_settings(settings)}
    view = views.get(key)
    if view is None:
        raise SetupError(f"There is no setting “{key}”.", "", f"Settings are: {', '.join(sorted(views))}.")
    section, _, name = key.rpartition(".")
    document: dict[str, Any] = msgspec.to_builtins(settings)
    (table_of(document, section) if section else document)[name] = parsed(view, value.strip())
    return msgspec.convert(document, Settings)


def moved_aside(path: Path | None) -> str:
    """What a person is told of a database that was damaged; "" if none was."""
    if path is None:
        return ""
    return (
        f"The database of this connection was damaged and has been moved aside (to {path.name}). "
        "The next pass rebuilds the links by matching; nothing in Salesforce or HubSpot is lost."
    )
