"""Lookups between custom objects (X1)."""

from __future__ import annotations

from crmsync_desktop.domain.compat import fit, parent_pair
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.schema import Field, Kind
from crmsync_desktop.domain.settings import CustomObject, Settings, pair_named


def lookup(*objects: str) -> Field:
    return Field(name="x", label="x", kind=Kind.REFERENCE, native_type="reference", refers_to=objects)


def test_the_pair_of_a_custom_parent_is_called_after_salesforces_object() -> None:
    assert parent_pair(lookup("Plan__c"), lookup("2-9")) == "Plan__c"
    assert Rule.ALWAYS_SALESFORCE in fit(lookup("Plan__c"), lookup("2-9")).rules


def test_a_custom_object_is_no_counterpart_of_one_that_ships() -> None:
    assert parent_pair(lookup("Plan__c"), lookup("companies")) == ""
    assert parent_pair(lookup("Account"), lookup("2-9")) == ""


def test_the_pair_that_calls_for_an_object_are_booked_under() -> None:
    settings = Settings(custom_objects=(CustomObject("Plan__c", "2-9", "plan", "name", "key"),))
    assert pair_named(settings, "Plan__c") == pair_named(settings, "2-9") == "Plan__c"
    assert pair_named(settings, "deals") == "deals"
    assert pair_named(settings, "2-8") == ""
