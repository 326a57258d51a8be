"""The settings of custom objects in words (X1)."""

from __future__ import annotations

import pytest

from crmsync_desktop.app.words import all_settings, changed, section_of, sections, setting_views
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.settings import CustomObject, OnHubSpotRecord, OnSalesforceDelete, Settings

OTHER = CustomObject("Seat__c", "2-8", "seat", "name", "key")
SETTINGS = Settings(custom_objects=(CustomObject("Plan__c", "2-7", "plan", "name", "key"), OTHER))


def test_each_custom_object_has_a_section_of_its_own() -> None:
    assert sections(SETTINGS)[-2:] == ("Plan__c", "Seat__c")
    assert [view.key for view in setting_views(SETTINGS, "Plan__c")] == [
        "Plan__c.enabled",
        "Plan__c.on_salesforce_change",
        "Plan__c.on_hubspot_change",
        "Plan__c.on_salesforce_delete",
    ]
    assert {section_of(view.key) for view in setting_views(SETTINGS, "Plan__c")} == {"Plan__c"}


def test_every_choice_can_be_set_says_what_it_leads_to_and_is_then_shown() -> None:
    for view in setting_views(SETTINGS, "Plan__c"):
        for choice in view.choices:
            assert choice.consequence
            after = changed(SETTINGS, view.key, choice.value)
            assert {each.key: each.value for each in all_settings(after)}[view.key] == choice.value
            assert after.custom_objects[1] == OTHER


def test_one_object_is_changed_and_no_other() -> None:
    after = changed(changed(SETTINGS, "Plan__c.enabled", "on"), "Plan__c.on_salesforce_delete", "delete")
    assert (after.custom_objects[0].enabled, after.custom_objects[0].on_salesforce_delete) == (
        True,
        OnSalesforceDelete.DELETE,
    )
    assert after.custom_objects[1] == OTHER


def test_two_ways_say_which_fields_travel() -> None:
    after = changed(SETTINGS, "Plan__c.on_hubspot_change", "create_or_update")
    assert after.custom_objects[0].on_hubspot_change is OnHubSpotRecord.CREATE_OR_UPDATE
    warnings = {view.key: view.warning for view in setting_views(after, "Plan__c")}
    assert "mappings rule Plan__c" in warnings["Plan__c.on_hubspot_change"]
    assert warnings["Plan__c.enabled"] == ""


def test_what_an_object_doesnt_take_is_refused() -> None:
    with pytest.raises(SetupError, match="neither on nor off"):
        changed(SETTINGS, "Plan__c.enabled", "perhaps")
    with pytest.raises(SetupError, match="is not a choice"):
        changed(SETTINGS, "Plan__c.on_salesforce_delete", "perhaps")
    for key in ("Plan__c.hubspot", "Gone__c.enabled"):
        with pytest.raises(SetupError, match="There is no setting"):
            changed(SETTINGS, key, "on")
