"""Settings in words: every setting can be shown, changed and refused."""

from __future__ import annotations

import pytest

from crmsync_desktop.app.pair_words import switch_warning
from crmsync_desktop.app.words import (
    LEAD_WARNING,
    SECTIONS,
    all_settings,
    changed,
    contact_settings,
    section_of,
    setting_views,
)
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import PAIRS
from crmsync_desktop.domain.settings import OnHubSpotChange, Settings


def test_every_choice_of_every_setting_can_be_set_and_is_then_shown() -> None:
    tried = 0
    for view in all_settings(Settings()):
        for choice in view.choices:
            settings = changed(Settings(), view.key, choice.value)
            shown = {each.key: each.value for each in all_settings(settings)}
            assert shown[view.key] == choice.value
            tried += 1
    assert tried >= 10


def test_every_choice_says_what_it_leads_to() -> None:
    for view in all_settings(Settings()):
        assert all(choice.consequence for choice in view.choices)


def test_sending_contacts_as_leads_warns_of_duplicate_companies() -> None:
    settings = changed(Settings(), "contacts.on_hubspot_change", "lead")
    assert settings.contacts.on_hubspot_change is OnHubSpotChange.LEAD
    warnings = {view.key: view.warning for view in contact_settings(settings)}
    assert warnings["contacts.on_hubspot_change"] == LEAD_WARNING
    assert not any(view.warning for view in contact_settings(Settings()))


def test_with_companies_on_the_warning_says_that_hubspots_setting_cant_be_read() -> None:
    settings = changed(changed(Settings(), "contacts.on_hubspot_change", "lead"), "companies.enabled", "on")
    [warning] = [view.warning for view in contact_settings(settings) if view.warning]
    assert warning.startswith(LEAD_WARNING)
    assert "doesn't tell other applications" in warning


def test_a_switch_is_on_or_off_and_nothing_else() -> None:
    assert changed(Settings(), "deals.enabled", "on").deals.enabled
    assert not changed(changed(Settings(), "deals.enabled", "on"), "deals.enabled", "off").deals.enabled
    for wrong in ("true", "1", "", "ON"):
        with pytest.raises(SetupError, match="neither on nor off"):
            changed(Settings(), "deals.enabled", wrong)


def test_deals_and_tickets_without_companies_are_warned_of_on_all_switches() -> None:
    both = changed(changed(Settings(), "deals.enabled", "on"), "tickets.enabled", "on")
    warnings = {pair.name: switch_warning(both, pair) for pair in PAIRS.values()}
    assert "deals go without their companies" in warnings["deals"]
    assert "tickets go without their companies" in warnings["tickets"]
    assert warnings["companies"].startswith("Deals and tickets sync")
    assert warnings["contacts"] == ""
    whole = changed(both, "companies.enabled", "on")
    assert not any(switch_warning(whole, pair) for pair in PAIRS.values())


def test_every_section_has_settings_and_no_other_has() -> None:
    for section in SECTIONS:
        assert setting_views(Settings(), section)
        assert {section_of(view.key) for view in setting_views(Settings(), section)} == {section}
    with pytest.raises(SetupError, match="Sections are: connection, contacts, companies, deals, tickets"):
        setting_views(Settings(), "quotes")


def test_numbers_are_taken_within_their_bounds_and_no_others() -> None:
    assert changed(Settings(), "poll_seconds", " 60 ").poll_seconds == 60
    for wrong in ("14", "901", "", "1.5", "-60", "sixty", "٦٠"):
        with pytest.raises(SetupError, match="15 to 900"):
            changed(Settings(), "poll_seconds", wrong)


def test_an_inclusion_list_is_set_by_its_id_and_cleared_with_nothing() -> None:
    settings = changed(Settings(), "contacts.inclusion_list", "42")
    assert settings.contacts.inclusion_list == "42"
    assert changed(settings, "contacts.inclusion_list", "").contacts.inclusion_list is None


def test_an_unknown_setting_names_those_there_are() -> None:
    with pytest.raises(SetupError, match="allocation"):
        changed(Settings(), "contacts.colour", "red")
