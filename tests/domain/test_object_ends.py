"""Which association a lookup between custom objects may be (X1)."""

from __future__ import annotations

from crmsync_desktop.domain.object_ends import wrong_end
from crmsync_desktop.domain.schema import Field, Kind

KINDS = {"Plan__c": "2-1", "Seat__c": "2-2"}


def end(name: str, *objects: str) -> Field:
    return Field(name=name, label=name, kind=Kind.REFERENCE, native_type="", refers_to=objects)


def test_the_association_with_the_object_that_the_lookup_points_at() -> None:
    assert wrong_end(end("Plan__c", "Plan__c"), end("associations.plan", "2-1"), KINDS) == ""


def test_another_objects_association_is_refused_with_both_named() -> None:
    why = wrong_end(end("Plan__c", "Plan__c"), end("associations.seat", "2-2"), KINDS)
    assert why == "Plan__c points at Plan__c, and the association “associations.seat” leads to records of Seat__c."


def test_so_it_is_where_the_lookups_own_object_was_not_added() -> None:
    assert "records of Seat__c" in wrong_end(end("Other__c", "Other__c"), end("associations.seat", "2-2"), KINDS)


def test_what_is_no_lookup_or_leads_to_no_custom_object_is_others_business() -> None:
    assert wrong_end(end("Name"), end("associations.seat", "2-2"), KINDS) == ""
    assert wrong_end(end("Contact__c", "Contact"), end("associations.contacts", "contacts"), KINDS) == ""
