"""Settings in words: every setting can be shown, changed and refused."""

from __future__ import annotations

import pytest

from crmsync_desktop.app.words import LEAD_WARNING, changed, connection_settings, contact_settings
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.settings import OnHubSpotChange, Settings


def all_views(settings: Settings) -> list[object]:
    return [*connection_settings(settings), *contact_settings(settings)]


def test_every_choice_of_every_setting_can_be_set_and_is_then_shown() -> None:
    tried = 0
    for view in (*connection_settings(Settings()), *contact_settings(Settings())):
        for choice in view.choices:
            settings = changed(Settings(), view.key, choice.value)
            shown = {each.key: each.value for each in (*connection_settings(settings), *contact_settings(settings))}
            assert shown[view.key] == choice.value
            tried += 1
    assert tried >= 10


def test_every_choice_says_what_it_leads_to() -> None:
    for view in (*connection_settings(Settings()), *contact_settings(Settings())):
        assert all(choice.consequence for choice in view.choices)


def test_sending_contacts_as_leads_warns_of_duplicate_companies() -> None:
    settings = changed(Settings(), "contacts.on_hubspot_change", "lead")
    assert settings.contacts.on_hubspot_change is OnHubSpotChange.LEAD
    warnings = {view.key: view.warning for view in contact_settings(settings)}
    assert warnings["contacts.on_hubspot_change"] == LEAD_WARNING
    assert not any(view.warning for view in contact_settings(Settings()))


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
