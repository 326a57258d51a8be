"""What HubSpot would be asked for, for each kind of Salesforce field (M5)."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.new_property import NewProperty, name_after, property_for
from crmsync_desktop.domain.schema import Field, Kind, Option


def field(kind: Kind, name: str = "Customer_Tier__c", options: tuple[Option, ...] = ()) -> Field:
    return Field(name, "Customer tier", kind, kind.value, options=options)


def made(kind: Kind, options: tuple[Option, ...] = (), name: str = "") -> NewProperty:
    found = property_for(field(kind, options=options), "Contact.Customer_Tier__c", "contacts", name)
    assert isinstance(found, NewProperty), found
    return found


@pytest.mark.parametrize(
    ("kind", "type", "shown"),
    [
        (Kind.TEXT, "string", "text"),
        (Kind.PHONE, "string", "phonenumber"),
        (Kind.LONG_TEXT, "string", "textarea"),
        (Kind.NUMBER, "number", "number"),
        (Kind.DATE, "date", "date"),
        (Kind.DATETIME, "datetime", "date"),
    ],
)
def test_a_kind_has_its_type_and_its_way_of_being_shown(kind: Kind, type: str, shown: str) -> None:
    found = made(kind)
    assert (found.type, found.field_type, found.options) == (type, shown, ())
    assert (found.name, found.label, found.group) == ("customer_tier", "Customer tier", "contactinformation")
    assert "Contact.Customer_Tier__c" in found.description


def test_a_checkbox_is_yes_or_no() -> None:
    assert [option.value for option in made(Kind.BOOL).options] == ["true", "false"]


@pytest.mark.parametrize(("kind", "shown"), [(Kind.PICKLIST, "select"), (Kind.MULTIPICKLIST, "checkbox")])
def test_a_list_has_salesforces_active_values_under_labels_that_differ(kind: Kind, shown: str) -> None:
    options = (Option("a", "Gold"), Option("b", "Gold"), Option("c", "Old", active=False), Option("d", "Tin"))
    found = made(kind, options)
    assert (found.type, found.field_type) == ("enumeration", shown)
    assert found.options == (Option("a", "Gold (a)"), Option("b", "Gold (b)"), Option("d", "Tin"))


def test_a_list_without_values_a_lookup_and_a_compound_field_become_none() -> None:
    for kind in (Kind.REFERENCE, Kind.OWNER, Kind.MEMBERS, Kind.OPAQUE):
        assert "associations carry lookups" in str(property_for(field(kind), "Contact.X", "contacts"))
    assert "no active values" in str(property_for(field(Kind.PICKLIST), "Contact.X", "contacts"))


def test_a_name_is_taken_as_given_or_refused() -> None:
    assert made(Kind.TEXT, name="tier").name == "tier"
    for wrong in ("Tier", "2tier", "a-b", "x" * 101):
        assert "can't be the name of a property" in str(property_for(field(Kind.TEXT), "Contact.X", "contacts", wrong))


@pytest.mark.parametrize(
    ("name", "property"),
    [
        ("Customer_Tier__c", "customer_tier"),
        ("ns__Customer_Tier__c", "ns_customer_tier"),
        ("Birthdate", "birthdate"),
        ("X2024_Goal__c", "x2024_goal"),
        ("2024__c", "sf_2024"),
    ],
)
def test_without_one_the_property_is_called_as_the_field_is(name: str, property: str) -> None:
    assert name_after(name) == property
