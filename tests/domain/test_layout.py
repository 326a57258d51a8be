"""Mappings resolved against what the systems' fields really are."""

from __future__ import annotations

from crmsync_desktop.domain.layout import Layout, resolve
from crmsync_desktop.domain.mapping import CONTACTS, Mapping, Rule
from crmsync_desktop.domain.records import UNSEEN, Side
from crmsync_desktop.domain.schema import Field, Kind, Owner, Schema

READ_AT = "2026-03-01T00:00:00Z"


def field(name: str, kind: Kind = Kind.TEXT, **more: object) -> Field:
    return Field(name, name, kind, kind.value, **more)  # type: ignore[arg-type]


def schema(side: Side, object: str, *fields: Field) -> Schema:
    return Schema(side, object, object, {each.name: each for each in fields}, READ_AT)


SCHEMAS = {
    "contacts": schema(
        Side.HUBSPOT,
        "contacts",
        field("firstname"),
        field("lastname"),
        field("address"),
        field("owner", Kind.OWNER),
        field("optout", Kind.BOOL, createable=False, updateable=False),
        field("birthday", Kind.DATETIME),
        field("size", Kind.PICKLIST),
        field("revenue", Kind.NUMBER),
    ),
    "Contact": schema(
        Side.SALESFORCE,
        "Contact",
        field("FirstName"),
        field("LastName"),
        field("MailingStreet", Kind.LONG_TEXT),
        field("OwnerId", Kind.OWNER),
        field("OptOut", Kind.BOOL),
        field("Birthdate", Kind.DATE),
        field("Revenue", Kind.NUMBER, precision=18, scale=2),
    ),
    "Lead": schema(
        Side.SALESFORCE,
        "Lead",
        field("FirstName"),
        field("LastName"),
        field("Street", Kind.LONG_TEXT),
        field("Size"),
        field("Revenue", Kind.NUMBER, precision=18, scale=0),
    ),
}
BOTH = {"Contact": "FirstName", "Lead": "FirstName"}


def layout(*mappings: Mapping, owners: tuple[Owner, ...] = ()) -> Layout:
    return resolve(CONTACTS, mappings, SCHEMAS, owners)


def test_columns_stand_in_the_order_of_the_mappings() -> None:
    found = layout(
        Mapping("lastname", {"Contact": "LastName", "Lead": "LastName"}),
        Mapping("firstname", BOTH, Rule.DONT_SYNC),
        Mapping("address", {"Contact": "MailingStreet", "Lead": "Street"}),
    )
    assert found.properties == ("lastname", "address")
    assert [column.place for column in found.columns] == [0, 1]
    assert found.fields(Side.HUBSPOT, "contacts") == ("lastname", "address")
    assert found.fields(Side.SALESFORCE, "Contact") == ("LastName", "MailingStreet")
    assert found.fields(Side.SALESFORCE, "Lead") == ("LastName", "Street")
    assert found.problems == ()


def test_an_object_without_the_field_has_an_empty_place() -> None:
    found = layout(Mapping("birthday", {"Contact": "Birthdate"}))
    assert found.fields(Side.SALESFORCE, "Lead") == ("",)
    assert found.columns[0].field(Side.SALESFORCE, "Lead") is None
    assert found.columns[0].field(Side.HUBSPOT, "contacts") is SCHEMAS["contacts"].fields["birthday"]


def test_what_is_gone_or_doesnt_fit_is_a_problem_and_no_column() -> None:
    found = layout(
        Mapping("nickname", BOTH),
        Mapping("firstname", {"Contact": "Gone", "Account": "Name"}),
        Mapping("size", {"Contact": "OwnerId"}),
    )
    assert found.columns == ()
    assert found.problems == (
        ("nickname", "HubSpot has no property “nickname” any more, or hides it."),
        ("firstname", "Salesforce has no field Contact.Gone, Account.Name any more, or hides it from this user."),
        ("size", "“OwnerId” is an owner and “size” is a picklist: they don't go together."),
    )


def test_a_rule_that_the_fields_dont_allow_falls_back() -> None:
    found = layout(Mapping("optout", {"Contact": "OptOut"}, Rule.PREFER_SALESFORCE))
    assert found.columns[0].rule is Rule.ALWAYS_HUBSPOT


def test_owners_are_two_way_whatever_is_set_and_matched_by_address() -> None:
    owners = (
        Owner(Side.SALESFORCE, "005A", "a@x.no", "A", True),
        Owner(Side.HUBSPOT, "1", "a@x.no", "A", True),
        Owner(Side.SALESFORCE, "005Gone", "b@x.no", "B", False),
        Owner(Side.HUBSPOT, "2", "b@x.no", "B", True),
        Owner(Side.HUBSPOT, "3", "c@x.no", "C", True),
    )
    [column] = layout(Mapping("owner", {"Contact": "OwnerId"}, Rule.ALWAYS_SALESFORCE), owners=owners).columns
    assert column.rule is Rule.TWO_WAY
    assert column.as_hubspot("005A") == "1"
    assert column.as_salesforce("1") == "005A"
    assert column.as_hubspot("005Gone") == "2", "a former user's records still read across"
    assert column.as_salesforce("2") is UNSEEN, "nothing is assigned to a former user"
    assert column.as_salesforce("3") is UNSEEN
    assert column.as_hubspot(None) is None


def test_values_that_the_systems_name_differently_are_translated_both_ways() -> None:
    [column] = layout(Mapping("size", {"Lead": "Size"}, values=(("s", "Small"), ("l", "Large")))).columns
    assert (column.as_hubspot("Small"), column.as_salesforce("l")) == ("s", "Large")
    assert (column.as_hubspot("Huge"), column.as_salesforce("xl")) == ("Huge", "xl")
    assert (column.as_hubspot(None), column.as_salesforce(UNSEEN)) == (None, UNSEEN)


def test_kinds_that_write_a_value_otherwise_are_converted_both_ways() -> None:
    [column] = layout(Mapping("birthday", {"Contact": "Birthdate"})).columns
    assert column.as_hubspot("2026-03-01") == "2026-03-01T00:00:00Z"
    assert column.as_salesforce("2026-03-01T10:00:00Z") == "2026-03-01"


def test_a_number_is_read_across_at_the_scale_of_its_field() -> None:
    [column] = layout(Mapping("revenue", {"Contact": "Revenue"})).columns
    assert (column.as_hubspot("1.25"), column.as_salesforce("1.256")) == ("1.25", "1.26")


def test_fields_of_several_scales_leave_rounding_to_salesforce() -> None:
    [column] = layout(Mapping("revenue", {"Contact": "Revenue", "Lead": "Revenue"})).columns
    assert column.as_salesforce("1.256") == "1.256"


def test_a_record_is_called_by_its_name_else_its_address_else_its_id() -> None:
    found = layout(Mapping("firstname", BOTH), Mapping("lastname", {"Contact": "LastName", "Lead": "LastName"}))
    assert found.label(["Anna", "Li"], ["anna@x.no"], "003A") == "Anna Li"
    assert found.label([None, "Li"], ["anna@x.no"], "003A") == "Li"
    assert found.label([UNSEEN, None], ["anna@x.no"], "003A") == "anna@x.no"
    assert found.label([], [], "003A") == "003A"
