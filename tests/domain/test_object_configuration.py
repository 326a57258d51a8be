"""Custom objects as part of a configuration (X1, M6)."""

from __future__ import annotations

import msgspec

from crmsync_desktop.domain.configuration import Configuration, ObjectChange, difference, flat
from crmsync_desktop.domain.settings import CustomObject, OnSalesforceDelete, Settings

OWN = CustomObject("Plan__c", "2-7", "plan", "name", "key", enabled=True, hubspot_name="plan")


def configuration(*objects: CustomObject) -> Configuration:
    return Configuration(flat(Settings(custom_objects=objects)), {}, objects=objects)


def test_custom_objects_stand_beside_the_settings_and_come_back_among_them() -> None:
    found = configuration(OWN)
    assert not any("Plan__c" in key or "custom" in key for key in found.settings)
    assert found.as_settings() == Settings(custom_objects=(OWN,))


def test_an_object_is_added_and_taken_off_as_a_whole() -> None:
    assert difference(configuration(), configuration(OWN)) == (ObjectChange("Plan__c", "", "", "plan"),)
    assert difference(configuration(OWN), configuration()) == (ObjectChange("Plan__c", "", "plan", ""),)
    nameless = msgspec.structs.replace(OWN, hubspot_name="")
    assert difference(configuration(), configuration(nameless)) == (ObjectChange("Plan__c", "", "", "2-7"),)
    assert difference(configuration(nameless), configuration()) == (ObjectChange("Plan__c", "", "2-7", ""),)


def test_an_object_that_stays_changes_part_by_part() -> None:
    other = msgspec.structs.replace(OWN, enabled=False, on_salesforce_delete=OnSalesforceDelete.DELETE)
    assert difference(configuration(OWN), configuration(other)) == (
        ObjectChange("Plan__c", "enabled", True, False),
        ObjectChange("Plan__c", "on_salesforce_delete", "nothing", "delete"),
    )
    assert difference(configuration(OWN), configuration(OWN)) == ()
