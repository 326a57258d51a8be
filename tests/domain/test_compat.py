"""Which field goes with which property (M3, semantics 3)."""

from __future__ import annotations

import itertools

import pytest

from crmsync_desktop.domain.compat import ALL_RULES, INBOUND, OUTBOUND, OWNER_RULES, converts, fit, fit_all
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.schema import Field, Kind, Option


def field(kind: Kind, label: str = "Field", **more: object) -> Field:
    return Field(label, label, kind, kind.value, **more)  # type: ignore[arg-type]


def options(*values: str) -> tuple[Option, ...]:
    return tuple(Option(value, value) for value in values)


READ_ONLY = {"createable": False, "updateable": False}


@pytest.mark.parametrize(
    ("salesforce", "hubspot", "kind", "rules"),
    [
        (Kind.TEXT, Kind.TEXT, Kind.TEXT, ALL_RULES),
        (Kind.LONG_TEXT, Kind.TEXT, Kind.TEXT, ALL_RULES),
        (Kind.EMAIL, Kind.EMAIL, Kind.EMAIL, ALL_RULES),
        (Kind.EMAIL, Kind.TEXT, Kind.EMAIL, ALL_RULES),
        (Kind.TEXT, Kind.EMAIL, Kind.EMAIL, ALL_RULES),
        (Kind.PHONE, Kind.TEXT, Kind.PHONE, ALL_RULES),
        (Kind.URL, Kind.TEXT, Kind.URL, ALL_RULES),
        (Kind.HTML, Kind.HTML, Kind.HTML, ALL_RULES),
        (Kind.NUMBER, Kind.NUMBER, Kind.NUMBER, ALL_RULES),
        (Kind.NUMBER, Kind.TEXT, Kind.NUMBER, ALL_RULES),
        (Kind.TEXT, Kind.NUMBER, Kind.TEXT, ALL_RULES),
        (Kind.DATE, Kind.DATE, Kind.DATE, ALL_RULES),
        (Kind.DATE, Kind.DATETIME, Kind.DATE, ALL_RULES),
        (Kind.DATETIME, Kind.DATE, Kind.DATETIME, ALL_RULES),
        (Kind.DATETIME, Kind.DATETIME, Kind.DATETIME, ALL_RULES),
        (Kind.BOOL, Kind.BOOL, Kind.BOOL, ALL_RULES),
        (Kind.BOOL, Kind.TEXT, Kind.BOOL, INBOUND),
        (Kind.PICKLIST, Kind.PICKLIST, Kind.PICKLIST, ALL_RULES),
        (Kind.PICKLIST, Kind.TEXT, Kind.TEXT, ALL_RULES),
        (Kind.TEXT, Kind.PICKLIST, Kind.PICKLIST, ALL_RULES),
        (Kind.MULTIPICKLIST, Kind.MULTIPICKLIST, Kind.MULTIPICKLIST, ALL_RULES),
        (Kind.MULTIPICKLIST, Kind.TEXT, Kind.MULTIPICKLIST, ALL_RULES),
        (Kind.OWNER, Kind.OWNER, Kind.OWNER, OWNER_RULES),
        (Kind.OWNER, Kind.TEXT, Kind.ID, INBOUND),
        (Kind.ID, Kind.TEXT, Kind.ID, INBOUND),
        (Kind.REFERENCE, Kind.TEXT, Kind.ID, INBOUND),
    ],
)
def test_kinds_that_go_together(salesforce: Kind, hubspot: Kind, kind: Kind, rules: tuple[Rule, ...]) -> None:
    found = fit(field(salesforce), field(hubspot))
    assert found.problem == ""
    assert found.kind is kind
    assert found.rules == rules


@pytest.mark.parametrize(
    ("salesforce", "hubspot", "says"),
    [
        (Kind.REFERENCE, Kind.PICKLIST, "A lookup can't be mapped to this: associations carry it."),
        (Kind.OPAQUE, Kind.TEXT, "Compound and binary fields can't be mapped; map their parts instead."),
        (Kind.TEXT, Kind.OPAQUE, "Compound and binary fields can't be mapped; map their parts instead."),
        (Kind.NUMBER, Kind.HTML, "Rich text in HubSpot only goes together with text."),
        (Kind.HTML, Kind.TEXT, "Rich text in Salesforce only goes together with rich text."),
        (Kind.NUMBER, Kind.PICKLIST, "“Employees” is a number and “Size” is a picklist: they don't go together."),
        (Kind.BOOL, Kind.DATE, "“Employees” is a checkbox and “Size” is a date: they don't go together."),
    ],
)
def test_kinds_that_dont_go_together_say_why(salesforce: Kind, hubspot: Kind, says: str) -> None:
    found = fit(field(salesforce, "Employees"), field(hubspot, "Size"))
    assert found.problem == says
    assert found.rules == ()


@pytest.mark.parametrize(("salesforce", "hubspot"), list(itertools.product(Kind, Kind)))
def test_any_two_kinds_have_rules_or_a_problem(salesforce: Kind, hubspot: Kind) -> None:
    found = fit(field(salesforce), field(hubspot))
    assert bool(found.problem) != bool(found.rules)
    assert not found.rules or Rule.DONT_SYNC in found.rules


def test_a_read_only_salesforce_field_only_goes_to_hubspot() -> None:
    found = fit(field(Kind.TEXT, "Formula", **READ_ONLY, calculated=True), field(Kind.TEXT))
    assert found.rules == INBOUND
    assert "“Formula” can't be written in Salesforce, so it only goes to HubSpot." in found.warning
    assert "Salesforce doesn't report changes of a formula by itself" in found.warning


def test_a_read_only_hubspot_property_only_goes_to_salesforce() -> None:
    found = fit(field(Kind.BOOL), field(Kind.BOOL, "Opt-out", **READ_ONLY))
    assert found.rules == OUTBOUND
    assert found.warning == "“Opt-out” can't be written in HubSpot, so it only goes to Salesforce."


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.ID])
def test_two_read_only_fields_dont_go_together(kind: Kind) -> None:
    found = fit(field(kind, **READ_ONLY), field(Kind.TEXT, **READ_ONLY))
    assert found.problem == "Neither side can be written."
    assert found.rules == ()


@pytest.mark.parametrize(
    ("salesforce", "hubspot", "says"),
    [
        (
            field(Kind.TEXT, length=40),
            field(Kind.TEXT, length=80),
            "Salesforce takes at most 40 characters; a longer value is listed as an error.",
        ),
        (
            field(Kind.TEXT, length=255),
            field(Kind.LONG_TEXT, length=65_536),
            "Salesforce takes at most 255 characters; a longer value is listed as an error.",
        ),
        (
            field(Kind.LONG_TEXT, length=131_072),
            field(Kind.TEXT, length=65_536),
            "HubSpot takes at most 65536 characters; a longer value is listed as an error.",
        ),
        (field(Kind.TEXT, length=40), field(Kind.TEXT, length=65_536), ""),
        (field(Kind.LONG_TEXT, length=65_536), field(Kind.LONG_TEXT, length=65_536), ""),
        (field(Kind.TEXT, length=40), field(Kind.TEXT, length=40), ""),
        (
            field(Kind.TEXT, length=40, **READ_ONLY),
            field(Kind.TEXT, length=80),
            "“Field” can't be written in Salesforce, so it only goes to HubSpot.",
        ),
        (
            field(Kind.NUMBER, scale=2),
            field(Kind.NUMBER),
            "Salesforce keeps 2 decimals; the rest is rounded off.",
        ),
        (
            field(Kind.NUMBER, scale=0),
            field(Kind.NUMBER, scale=2),
            "Salesforce keeps 0 decimals; the rest is rounded off.",
        ),
        (field(Kind.NUMBER, scale=2), field(Kind.NUMBER, scale=2), ""),
        (
            field(Kind.PICKLIST, options=options("a", "b")),
            field(Kind.PICKLIST, options=options("a"), restricted=True),
            "HubSpot's list doesn't have “b”: pair the values, or such a value is an error.",
        ),
        (
            field(Kind.PICKLIST, options=options("a"), restricted=True),
            field(Kind.PICKLIST, options=options(*"abcdefgh")),
            "Salesforce's list doesn't have “b”, “c”, “d”, “e”, “f” and 2 more: pair the values, or such a value is an error.",
        ),
        (
            field(Kind.PICKLIST, options=options("a"), restricted=True),
            field(Kind.TEXT),
            "Salesforce accepts only the values of its list.",
        ),
        (
            field(Kind.DATE),
            field(Kind.DATETIME),
            "The time of day is lost: the day is the one in the time zone of the HubSpot account, and a date becomes "
            "midnight there, unless there was a time before.",
        ),
        (
            field(Kind.NUMBER, scale=2),
            field(Kind.TEXT),
            "HubSpot may hold text that isn't a number; Salesforce refuses such a value and it is listed as an error.",
        ),
    ],
)
def test_what_may_be_lost_is_said(salesforce: Field, hubspot: Field, says: str) -> None:
    assert fit(salesforce, hubspot).warning == says


def test_one_object_is_like_a_single_field() -> None:
    assert fit_all({"Contact": field(Kind.TEXT)}, field(Kind.TEXT)) == fit(field(Kind.TEXT), field(Kind.TEXT))
    lookup = fit_all({"Contact": field(Kind.REFERENCE)}, field(Kind.DATE))
    assert lookup.problem == "A lookup can't be mapped to this: associations carry it."


def test_a_problem_of_one_object_names_it() -> None:
    found = fit_all({"Contact": field(Kind.TEXT), "Lead": field(Kind.REFERENCE)}, field(Kind.PICKLIST))
    assert found.problem == "Lead: A lookup can't be mapped to this: associations carry it."
    assert found.rules == ()


def test_objects_whose_fields_compare_otherwise_dont_share_a_mapping() -> None:
    found = fit_all({"Contact": field(Kind.TEXT, "Size"), "Lead": field(Kind.NUMBER, "Size")}, field(Kind.TEXT))
    assert found.problem == "The fields are of different kinds: Contact.Size is text, Lead.Size is a number."


def test_objects_whose_fields_are_all_text_share_a_mapping() -> None:
    found = fit_all({"Contact": field(Kind.TEXT), "Lead": field(Kind.PHONE)}, field(Kind.TEXT))
    assert (found.problem, found.kind, found.rules) == ("", Kind.TEXT, ALL_RULES)


def test_the_most_restricted_object_sets_the_rules() -> None:
    found = fit_all({"Contact": field(Kind.TEXT), "Lead": field(Kind.TEXT, "Formula", **READ_ONLY)}, field(Kind.TEXT))
    assert found.rules == INBOUND
    assert found.warning == "Lead: “Formula” can't be written in Salesforce, so it only goes to HubSpot."


def test_a_warning_about_all_objects_is_said_once() -> None:
    short = field(Kind.TEXT, length=40)
    found = fit_all({"Contact": short, "Lead": short}, field(Kind.TEXT, length=80))
    assert found.warning == "Salesforce takes at most 40 characters; a longer value is listed as an error."


@pytest.mark.parametrize(
    ("salesforce", "hubspot", "expected"),
    [
        (Kind.DATE, Kind.DATETIME, True),
        (Kind.NUMBER, Kind.TEXT, True),
        (Kind.TEXT, Kind.NUMBER, True),
        (Kind.TEXT, Kind.EMAIL, False),
        (Kind.PICKLIST, Kind.TEXT, False),
        (Kind.NUMBER, Kind.NUMBER, False),
    ],
)
def test_only_kinds_that_write_a_value_otherwise_are_converted(salesforce: Kind, hubspot: Kind, expected: bool) -> None:
    assert converts(salesforce, hubspot) is expected


def test_rich_text_in_hubspot_goes_with_plain_text_and_loses_its_formatting_there() -> None:
    found = fit(field(Kind.LONG_TEXT, length=32_000), field(Kind.HTML, length=65_536))
    assert (found.kind, found.rules) == (Kind.HTML, ALL_RULES)
    assert found.warning.startswith("Formatting is lost in Salesforce.")
    assert "32000" not in found.warning


def test_plain_and_rich_text_of_several_objects_do_not_go_with_one_rich_text() -> None:
    plain, rich = field(Kind.LONG_TEXT), field(Kind.HTML)
    assert "different kinds" in fit_all({"Contact": plain, "Lead": rich}, field(Kind.HTML)).problem
    assert not fit_all({"Contact": plain, "Lead": plain}, field(Kind.HTML)).problem
    assert not fit_all({"Contact": rich, "Lead": rich}, field(Kind.HTML)).problem
