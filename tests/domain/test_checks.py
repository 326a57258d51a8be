"""Offline checks: what a system is sure to refuse (semantics 6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.domain.checks import check_value, missing_required, nearest
from crmsync_desktop.domain.records import Category, Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema
from crmsync_desktop.domain.values import canonical


def field(kind: Kind = Kind.TEXT, **more: object) -> Field:
    return Field("Name__c", "Name", kind, more.pop("native_type", kind.value), **more)  # type: ignore[arg-type]


COUNTRIES = field(
    Kind.PICKLIST,
    restricted=True,
    options=(
        Option("Norway", "Norway"),
        Option("NO", "Norge"),
        Option("Sweden", "Sweden"),
        Option("Yugoslavia", "Yugoslavia", False),
    ),
)


def code(of: Field, value: str | None, creating: bool = False) -> str | None:
    fault = check_value(of, value, creating)
    if fault is None:
        return None
    assert fault.fields == (of.name,)
    assert fault.message.endswith(".")
    return fault.code


@pytest.mark.parametrize(
    ("of", "value", "expected"),
    [
        (field(), "anything", None),
        (field(), None, None),
        (field(nillable=False), None, "REQUIRED_FIELD_MISSING"),
        (field(nillable=False), "x", None),
        (field(length=3), "abc", None),
        (field(length=3), "abcd", "STRING_TOO_LONG"),
        (field(length=3), "åøæ", None),
        (field(Kind.LONG_TEXT, length=65_536), "x" * 65_537, "STRING_TOO_LONG"),
        (field(Kind.EMAIL, length=80), "a@b.no", None),
        (field(Kind.EMAIL, length=8), "anna@b.no", "STRING_TOO_LONG"),
        (field(Kind.EMAIL), "anna", "INVALID_EMAIL_ADDRESS"),
        (field(Kind.EMAIL), "@b.no", "INVALID_EMAIL_ADDRESS"),
        (field(Kind.EMAIL), "a@b", "INVALID_EMAIL_ADDRESS"),
        (field(Kind.EMAIL), "a@b..no", "INVALID_EMAIL_ADDRESS"),
        (field(Kind.EMAIL), "a@@b.no", "INVALID_EMAIL_ADDRESS"),
        (field(Kind.EMAIL), "a b@c.no", "INVALID_EMAIL_ADDRESS"),
        (field(Kind.EMAIL), "o'neil+tag@sub.b.no", None),
        (field(Kind.NUMBER), "1.5", None),
        (field(Kind.NUMBER), "many", "JSON_PARSER_ERROR"),
        (field(Kind.NUMBER), "NaN", "JSON_PARSER_ERROR"),
        (field(Kind.NUMBER), "Infinity", "JSON_PARSER_ERROR"),
        (field(Kind.NUMBER, precision=5, scale=2), "999.99", None),
        (field(Kind.NUMBER, precision=5, scale=2), "-999.99", None),
        (field(Kind.NUMBER, precision=5, scale=2), "1.23456", None),
        (field(Kind.NUMBER, precision=5, scale=2), "1000", "NUMBER_OUTSIDE_VALID_RANGE"),
        (field(Kind.NUMBER, precision=2, scale=2), "0", None),
        (field(Kind.NUMBER, precision=3, scale=2), "10", "NUMBER_OUTSIDE_VALID_RANGE"),
        (field(Kind.NUMBER, precision=8), "1e999999999", "NUMBER_OUTSIDE_VALID_RANGE"),
        (field(Kind.NUMBER, native_type="int", precision=8, scale=0), "12", None),
        (field(Kind.NUMBER, native_type="int", precision=8, scale=0), "1.5", "JSON_PARSER_ERROR"),
        (field(Kind.DATE), "2026-02-28", None),
        (field(Kind.DATE), "2026-02-30", "JSON_PARSER_ERROR"),
        (field(Kind.DATETIME), "2026-02-28T10:00:00Z", None),
        (field(Kind.DATETIME), "soon", "JSON_PARSER_ERROR"),
        (field(Kind.BOOL), "true", None),
        (field(Kind.BOOL), "maybe", "JSON_PARSER_ERROR"),
        (COUNTRIES, "Norway", None),
        (COUNTRIES, "Atlantis", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        (COUNTRIES, "Yugoslavia", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        (field(Kind.PICKLIST, options=(Option("a", "a"),)), "b", None),
        (field(Kind.MULTIPICKLIST, restricted=True, options=(Option("a", "a"), Option("b", "b"))), "a;b", None),
        (
            field(Kind.MULTIPICKLIST, restricted=True, options=(Option("a", "a"),)),
            "a;b",
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        ),
        (field(Kind.MULTIPICKLIST, options=(Option("a", "a"),)), "b", None),
    ],
)
def test_what_a_field_refuses(of: Field, value: str | None, expected: str | None) -> None:
    assert code(of, value) == expected


@pytest.mark.parametrize(
    ("of", "creating", "says"),
    [
        (field(updateable=False), False, "Name can only be set when a record is created."),
        (field(createable=False), True, "Name can only be set on existing records."),
        (field(createable=False, updateable=False), True, "Name is read-only for the connected user."),
        (field(createable=False, updateable=False, calculated=True), False, "Name is calculated."),
    ],
)
def test_a_field_that_cant_be_written_is_a_matter_of_permissions(of: Field, creating: bool, says: str) -> None:
    fault = check_value(of, "x", creating)
    assert fault is not None
    assert (fault.category, fault.code) == (Category.PERMISSIONS, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert fault.message == says
    assert check_value(of, "x", not creating) is None or not (of.createable or of.updateable)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("norway", "“norway” (nearest: Norway) isn't among the values that Name accepts."),
        ("Norge", "“Norge” (nearest: NO) isn't among the values that Name accepts."),
        ("Norwey", "“Norwey” (nearest: Norway, NO) isn't among the values that Name accepts."),
        ("Atlantis", "“Atlantis” isn't among the values that Name accepts."),
    ],
)
def test_a_refused_picklist_value_names_the_nearest_that_are_accepted(value: str, says: str) -> None:
    fault = check_value(COUNTRIES, value, False)
    assert fault is not None
    assert fault.message == says


def test_each_refused_value_of_several_is_named() -> None:
    colours = field(Kind.MULTIPICKLIST, restricted=True, options=(Option("Red", "Red"), Option("Blue", "Blue")))
    fault = check_value(colours, "Blue;blu;rad", False)
    assert fault is not None
    assert fault.message == "“blu” (nearest: Blue), “rad” (nearest: Red) aren't among the values that Name accepts."


def test_a_text_that_is_no_slip_has_no_nearest_value() -> None:
    assert nearest(COUNTRIES, "Norway " * 100) == []


def test_a_long_value_is_quoted_in_part() -> None:
    fault = check_value(field(length=10), "x" * 5_000, False)
    assert fault is not None
    assert fault.message == f"“{'x' * 59}…” has 5000 characters; Name holds at most 10."


def test_a_create_lacks_each_required_field_that_is_blank() -> None:
    fields = {
        "LastName": Field("LastName", "Last Name", Kind.TEXT, "string", nillable=False, required=True),
        "Company": Field("Company", "Company", Kind.TEXT, "string", nillable=False, required=True),
        "Email": Field("Email", "Email", Kind.EMAIL, "email"),
    }
    lead = Schema(Side.SALESFORCE, "Lead", "Lead", fields, "2026-03-01T00:00:00Z")
    assert missing_required(lead, {"LastName": "Li", "Company": "X"}) == []
    faults = missing_required(lead, {"LastName": None, "Email": "a@b.no"})
    assert [(fault.code, fault.fields) for fault in faults] == [
        ("REQUIRED_FIELD_MISSING", ("LastName",)),
        ("REQUIRED_FIELD_MISSING", ("Company",)),
    ]
    assert faults[0].message == "Last Name is required for a new Lead, and it is blank."


@given(st.sampled_from(Kind), st.text(max_size=40))
def test_no_value_makes_a_check_fail(kind: Kind, text: str) -> None:
    of = field(kind, restricted=True, precision=5, scale=2, length=20, options=COUNTRIES.options)
    fault = check_value(of, canonical(kind, text), True)
    assert fault is None or fault.category is Category.PROPERTY_VALUES
