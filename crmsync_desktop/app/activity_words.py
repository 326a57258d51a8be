"""The settings of activities (A1, A2): a switch each, and what comes from Salesforce."""

from __future__ import annotations

from typing import Final

import msgspec

from crmsync_desktop.app.setting_views import choice, deletion, switch
from crmsync_desktop.app.views import ChoiceView, SettingView
from crmsync_desktop.domain.mapping import CALLS, EMAILS, FORMS, MEETINGS, NOTES, TASKS, Pair
from crmsync_desktop.domain.settings import NoteSettings, OnHubSpotRecord, Settings, TaskSettings, settings_of


class _Words(msgspec.Struct, frozen=True):
    """`becomes`: what one of HubSpot's is in Salesforce. `theirs`, `several`: what Salesforce has of the kind, if anything."""

    becomes: str
    theirs: str = ""
    several: str = ""


_OF: Final = {
    TASKS.name: _Words("a task", "task", "tasks"),
    CALLS.name: _Words("a completed task of the kind Call", "logged call", "logged calls"),
    EMAILS.name: _Words("a completed task of the kind Email", "email task", "email tasks"),
    MEETINGS.name: _Words("a completed task", "event", "events"),
    NOTES.name: _Words("a completed task"),
    FORMS.name: _Words("a completed task"),
}
PLACED: Final = (
    "It goes to the contact or lead that its contact is linked with, and to the opportunity, case or account of its deal, "
    "ticket or company. Without any that is linked it waits."
)
ON: Final = "What is created or edited from then on travels. Past ones follow on demand: activities backfill {pair}"


def activity_settings(settings: Settings, pair: Pair) -> list[SettingView]:
    """The settings of one kind of activity."""
    own, words, name = settings_of(settings, pair), _OF[pair.name], pair.name
    several = f"{pair.noun}s"
    title = (
        f"Sync {several} with Salesforce tasks" if pair is TASKS else f"Turn HubSpot {several} into Salesforce tasks"
    )
    views = [
        switch(
            f"{name}.enabled",
            f"Syncing {name}",
            title,
            f"Each HubSpot {pair.noun} becomes {words.becomes}. {PLACED} {ON.format(pair=name)}",
            own.enabled,
        )
    ]
    if isinstance(own, NoteSettings):
        return views
    views.append(
        choice(
            f"{name}.on_salesforce_change",
            f"Creating and updating {name}",
            f"When a Salesforce {words.theirs} is created or updated",
            (
                ChoiceView(
                    "create_or_update",
                    f"Create or update the {pair.noun}",
                    f"New Salesforce {words.several} of linked records create a HubSpot {pair.noun}, and changes travel.",
                ),
                ChoiceView("nothing", "Do nothing", f"Nothing that happens to a Salesforce {words.theirs} is read."),
            ),
            own.on_salesforce_change,
        )
    )
    if isinstance(own, TaskSettings):
        views.append(_from_hubspot(own.on_hubspot_change))
    views.append(deletion(name, words.theirs, pair.noun, own.on_salesforce_delete))
    return views


def _from_hubspot(value: OnHubSpotRecord) -> SettingView:
    return choice(
        "tasks.on_hubspot_change",
        "Creating and updating tasks",
        "When a HubSpot task is created or updated",
        (
            ChoiceView("create_or_update", "Create or update the task", PLACED),
            ChoiceView("nothing", "Do nothing", "Nothing that happens to a HubSpot task reaches Salesforce."),
        ),
        value,
    )
