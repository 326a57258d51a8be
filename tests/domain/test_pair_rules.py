"""What the settings of a pair come to (O1, A1, A2, X1), and which pairs sync."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.mapping import (
    ACTIVITIES,
    CALLS,
    COMPANIES,
    CONTACTS,
    DEALS,
    MEETINGS,
    NOTES,
    TASKS,
    TICKETS,
    PairKind,
    plain_object,
    salesforce_objects,
    variants_of,
)
from crmsync_desktop.domain.settings import (
    ActivitySettings,
    CompanySettings,
    ContactSettings,
    CustomObject,
    DealSettings,
    NoteSettings,
    OnAmbiguousMatch,
    OnHubSpotChange,
    OnHubSpotRecord,
    OnSalesforceChange,
    OnSalesforceDelete,
    PairRules,
    Settings,
    TaskSettings,
    TicketSettings,
    active_pairs,
    all_pairs,
    pair_with,
    rules_of,
    settings_of,
)

SUBSCRIPTIONS = CustomObject("Subscription__c", "2-77", "subscription", "name", "salesforce_id", enabled=True)


def test_contacts_always_sync_and_the_others_by_their_switches_parents_first() -> None:
    assert active_pairs(Settings()) == (CONTACTS,)
    on = Settings(
        companies=CompanySettings(enabled=True),
        tickets=TicketSettings(enabled=True),
        notes=NoteSettings(enabled=True),
        custom_objects=(SUBSCRIPTIONS,),
    )
    assert active_pairs(on) == (COMPANIES, CONTACTS, TICKETS, SUBSCRIPTIONS.pair, NOTES)


def test_the_rules_of_contacts_are_their_settings() -> None:
    settings = Settings(
        contacts=ContactSettings(
            on_salesforce_change=OnSalesforceChange.NOTHING,
            on_hubspot_change=OnHubSpotChange.LEAD,
            on_ambiguous_match=OnAmbiguousMatch.BLOCK,
            inclusion_list="7",
        )
    )
    assert rules_of(settings, CONTACTS) == PairRules(
        False, True, "Lead", OnSalesforceDelete.NOTHING, ("Contact", "Lead"), OnAmbiguousMatch.BLOCK, "7"
    )
    assert rules_of(Settings(), CONTACTS).created_as == "Contact"


def test_the_other_objects_have_one_counterpart_and_no_inclusion_list() -> None:
    settings = Settings(
        companies=CompanySettings(on_ambiguous_match=OnAmbiguousMatch.BLOCK),
        deals=DealSettings(on_hubspot_change=OnHubSpotRecord.NOTHING),
    )
    assert rules_of(settings, COMPANIES) == PairRules(
        True, True, "Account", OnSalesforceDelete.NOTHING, ("Account",), OnAmbiguousMatch.BLOCK
    )
    assert rules_of(settings, DEALS) == PairRules(
        True, False, "Opportunity", OnSalesforceDelete.DELETE, ("Opportunity",)
    )
    assert rules_of(settings, TICKETS).created_as == "Case"


def test_tasks_travel_both_ways_by_settings_of_their_own() -> None:
    settings = Settings(tasks=TaskSettings(on_salesforce_delete=OnSalesforceDelete.DELETE))
    assert rules_of(settings, TASKS) == PairRules(True, True, "Task", OnSalesforceDelete.DELETE, ("Task",))


def test_engagements_are_read_back_from_salesforce_only_where_that_is_on() -> None:
    assert rules_of(Settings(), CALLS) == PairRules(False, True, "Task.Call", OnSalesforceDelete.NOTHING, ())
    both = ActivitySettings(on_salesforce_change=OnSalesforceChange.CREATE_OR_UPDATE)
    settings = Settings(calls=both, meetings=both)
    assert rules_of(settings, CALLS).reads == ("Task.Call",)
    # A task made of a meeting looks like any other in Salesforce; events are what is read there.
    assert rules_of(settings, MEETINGS).reads == ("Event",)
    assert rules_of(settings, MEETINGS).created_as == "Task.Meeting"


def test_notes_and_forms_only_go_to_salesforce() -> None:
    assert rules_of(Settings(), NOTES) == PairRules(False, True, "Task.Note", OnSalesforceDelete.NOTHING, ())


def test_a_custom_object_comes_from_salesforce_and_goes_back_only_on_demand() -> None:
    settings = Settings(custom_objects=(SUBSCRIPTIONS,))
    pair = all_pairs(settings)["Subscription__c"]
    assert (pair.kind, pair.hubspot, pair.keys) == (
        PairKind.CUSTOM,
        "2-77",
        {"Subscription__c": ("Id",), "2-77": ("salesforce_id",)},
    )
    assert rules_of(settings, pair) == PairRules(
        True, False, "Subscription__c", OnSalesforceDelete.NOTHING, ("Subscription__c",)
    )
    with pytest.raises(KeyError):
        settings_of(Settings(), pair)


def test_all_pairs_are_those_that_ship_and_the_custom_objects_before_activities() -> None:
    names = list(all_pairs(Settings(custom_objects=(SUBSCRIPTIONS,))))
    assert names == [
        "companies",
        "contacts",
        "deals",
        "tickets",
        "Subscription__c",
        *(pair.name for pair in ACTIVITIES),
    ]


def test_a_pair_is_found_by_an_object_of_either_side() -> None:
    pairs = all_pairs(Settings(custom_objects=(SUBSCRIPTIONS,)))
    assert pair_with(pairs, "2-77") == pair_with(pairs, "Subscription__c") == SUBSCRIPTIONS.pair
    assert pair_with(pairs, "Event") is MEETINGS
    assert pair_with(pairs, "Product2") is None


def test_tasks_are_told_apart_by_what_they_are() -> None:
    assert (plain_object("Task.Call"), plain_object("Lead")) == ("Task", "Lead")
    assert variants_of("Task") == ("Task.Call", "Task.Email", "Task.Meeting", "Task.Note", "Task.Form")
    assert variants_of("Contact") == ()


def test_the_salesforce_objects_of_a_pair_are_told_by_its_name() -> None:
    assert salesforce_objects("contacts") == ("Contact", "Lead")
    assert salesforce_objects("Subscription__c") == ("Subscription__c",)


def test_a_pair_is_called_by_its_name() -> None:
    assert DEALS.label == "Deals"
