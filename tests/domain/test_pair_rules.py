"""What the settings of a pair come to (O1), and which pairs sync."""

from __future__ import annotations

from crmsync_desktop.domain.mapping import COMPANIES, CONTACTS, DEALS, TICKETS
from crmsync_desktop.domain.settings import (
    CompanySettings,
    ContactSettings,
    DealSettings,
    OnAmbiguousMatch,
    OnHubSpotChange,
    OnHubSpotRecord,
    OnSalesforceChange,
    OnSalesforceDelete,
    PairRules,
    Settings,
    TicketSettings,
    active_pairs,
    rules_of,
)


def test_contacts_always_sync_and_the_others_by_their_switches_parents_first() -> None:
    assert active_pairs(Settings()) == (CONTACTS,)
    on = Settings(companies=CompanySettings(enabled=True), tickets=TicketSettings(enabled=True))
    assert active_pairs(on) == (COMPANIES, CONTACTS, TICKETS)


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
        False, True, "Lead", OnSalesforceDelete.NOTHING, OnAmbiguousMatch.BLOCK, "7"
    )
    assert rules_of(Settings(), CONTACTS).created_as == "Contact"


def test_the_other_pairs_have_one_counterpart_and_no_inclusion_list() -> None:
    settings = Settings(
        companies=CompanySettings(on_ambiguous_match=OnAmbiguousMatch.BLOCK),
        deals=DealSettings(on_hubspot_change=OnHubSpotRecord.NOTHING),
    )
    assert rules_of(settings, COMPANIES) == PairRules(
        True, True, "Account", OnSalesforceDelete.NOTHING, OnAmbiguousMatch.BLOCK
    )
    assert rules_of(settings, DEALS) == PairRules(True, False, "Opportunity", OnSalesforceDelete.DELETE)
    assert rules_of(settings, TICKETS).created_as == "Case"


def test_a_pair_is_called_by_its_name() -> None:
    assert DEALS.label == "Deals"
