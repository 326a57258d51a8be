"""Filters against an object's fields: what is wrong, what is doubtful, and the canonical form."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.filter_checks import checked, near_fields, problems_of
from crmsync_desktop.domain.filters import DEEPEST, Condition, Filter, Group, Joined, Not, Operator
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema

_INDUSTRIES = (Option("Banking", "Banking"), Option("Energy", "Energy"), Option("Mining", "Mining", active=False))
_FIELDS = (
    Field("Id", "Account ID", Kind.ID, "id", nillable=False),
    Field("Name", "Account Name", Kind.TEXT, "string", length=255, nillable=False),
    Field("Industry", "Industry", Kind.PICKLIST, "picklist", options=_INDUSTRIES),
    Field("Regions__c", "Regions", Kind.MULTIPICKLIST, "multipicklist", options=(Option("A", "A"), Option("B", "B"))),
    Field("AnnualRevenue", "Annual Revenue", Kind.NUMBER, "currency", scale=2),
    Field("NumberOfEmployees", "Employees", Kind.NUMBER, "int", scale=0),
    Field("Founded__c", "Founded", Kind.DATE, "date"),
    Field("CreatedDate", "Created Date", Kind.DATETIME, "datetime", nillable=False),
    Field("Active__c", "Active", Kind.BOOL, "boolean", nillable=False),
    Field("ParentId", "Parent Account ID", Kind.REFERENCE, "reference", refers_to=("Account",)),
    Field("OwnerId", "Owner ID", Kind.OWNER, "reference"),
    Field("RecordTypeId", "Record Type ID", Kind.PICKLIST, "reference", options=(Option("0125500001QdRaYAAV", "One"),)),
    Field("Description", "Account Description", Kind.LONG_TEXT, "textarea", filterable=False),
    Field("BillingAddress", "Billing Address", Kind.OPAQUE, "address"),
)
ACCOUNT = Schema(Side.SALESFORCE, "Account", "Account", {field.name: field for field in _FIELDS}, "", key_prefix="001")
ID = "0015500001QdRaYAAV"
OSLO = "Europe/Oslo"


def condition(field: str, operator: str, *values: str) -> Condition:
    return Condition(field, Operator(operator), values)


def told(filter: Filter) -> tuple[str, str]:
    (problem,) = problems_of(filter, ACCOUNT)
    return problem.title, problem.hint


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Industri", "Industry"),
        ("annual_revenue", "AnnualRevenue"),
        ("Employees", "NumberOfEmployees"),
        ("Founded", "Founded__c"),
    ],
)
def test_an_unknown_field_is_named_with_near_ones(name: str, meant: str) -> None:
    title, hint = told(condition(name, "equals", "x"))
    assert title == f"Account has no field {name} that the connected user can see."
    assert meant in hint
    assert meant in near_fields(ACCOUNT, name)


def test_an_unknown_field_without_a_near_one_says_so() -> None:
    assert told(condition("Zzzqqq", "blank"))[1] == "Choose one of the object's own."


@pytest.mark.parametrize(
    ("name", "words"), [("Description", "It is of the type textarea"), ("BillingAddress", "It is of the type address")]
)
def test_a_field_that_cant_be_filtered_by_is_told(name: str, words: str) -> None:
    title, hint = told(condition(name, "contains", "x"))
    assert title == f"Salesforce can't filter by {name}."
    assert hint.startswith(words)


def test_an_operator_that_doesnt_fit_the_field_is_told_with_those_that_do() -> None:
    assert told(condition("Active__c", "less", "true")) == (
        "Active__c can't be asked “less”.",
        "It can be asked: equals, not equals.",
    )


@pytest.mark.parametrize(
    ("filter", "title", "hint"),
    [
        (condition("Industry", "equals"), "Industry: “equals” has 0 values.", "It takes 1."),
        (condition("Industry", "blank", "x"), "Industry: “blank” has 1 values.", "It takes 0."),
        (condition("AnnualRevenue", "between", "1"), "AnnualRevenue: “between” has 1 values.", "It takes 2."),
        (condition("Industry", "in"), "Industry: “in” has 0 values.", "It takes 1 to 500."),
    ],
)
def test_too_few_or_too_many_values_are_told(filter: Filter, title: str, hint: str) -> None:
    assert told(filter) == (title, hint)


@pytest.mark.parametrize(
    ("name", "operator", "value", "hint"),
    [
        ("AnnualRevenue", "equals", "1,000", "Give a number without separators"),
        ("AnnualRevenue", "equals", "1e9", "Give a number"),
        ("AnnualRevenue", "equals", "1 OR Id != null", "Give a number"),
        ("NumberOfEmployees", "equals", "1.5", "Give a whole number up to 2147483647"),
        ("NumberOfEmployees", "equals", "2147483648", "Give a whole number"),
        ("Founded__c", "less", "2026-02-30", "Give a date such as 2026-01-31"),
        ("Founded__c", "less", "26-01-01", "Give a date"),
        ("Founded__c", "less", "1699-12-31", "Give a date"),
        ("Founded__c", "less", "4001-01-01", "Give a date"),
        ("Founded__c", "less", "2026-W01-1", "Give a date"),
        ("CreatedDate", "less", "yesterdays", "Give a date or a time"),
        ("CreatedDate", "less", "2026-02-30T10:00:00Z", "Give a date or a time"),
        ("CreatedDate", "less", "2026-02-03T25:00:00Z", "Give a date or a time"),
        ("Active__c", "equals", "maybe", "Give true or false"),
        ("Id", "equals", "0035500001QdRaYAAV", "The ids of Account have 15 or 18 characters and begin with 001."),
        ("ParentId", "equals", "Acme", "Give a Salesforce id"),
        ("OwnerId", "equals", "someone@example.com", "Give a Salesforce id"),
        ("RecordTypeId", "equals", "Partner", "Give a Salesforce id"),
        ("Name", "equals", "  ", "Give a text of at most 1000 characters"),
        ("Name", "equals", "x" * 1_001, "Give a text of at most 1000 characters"),
        ("Name", "equals", "a\x00b", "Give a text"),
        ("Name", "contains", "\ud800", "Give a text"),
        ("Name", "contains", " ", "Give a text"),
        ("Name", "starts_with", "x" * 1_001, "Give a text"),
        ("Regions__c", "includes", " ; ", "Give a text"),
    ],
)
def test_a_value_that_isnt_of_the_fields_kind_is_told_with_what_would_be(
    name: str, operator: str, value: str, hint: str
) -> None:
    title, told_hint = told(condition(name, operator, value))
    assert title.endswith(f"is no value for {name}.")
    assert told_hint.startswith(hint)
    assert title.isprintable() or value in ("a\x00b",)


def test_the_hint_for_an_id_knows_no_prefix_that_the_object_hasnt() -> None:
    plain = Schema(Side.SALESFORCE, "X", "X", ACCOUNT.fields, "")
    (problem,) = problems_of(condition("Id", "equals", "x"), plain)
    assert problem.hint == "Give a Salesforce id of 15 or 18 characters."


def test_every_problem_is_told_at_its_condition() -> None:
    filter = Group(Joined.OR, (condition("Nope", "blank"), Not(condition("Name", "blank")), condition("Id", "blank")))
    assert [(problem.place, problem.field) for problem in problems_of(filter, ACCOUNT)] == [(0, "Nope"), (2, "Id")]
    with pytest.raises(SetupError, match="Account has no field Nope") as caught:
        checked(filter, ACCOUNT)
    assert caught.value.detail == "Id can't be asked “blank”."


def nested(depth: int) -> Filter:
    filter: Filter = condition("Name", "blank")
    for _ in range(depth - 1):
        filter = Not(filter)
    return filter


def test_a_filter_is_bounded_in_depth_and_number() -> None:
    assert problems_of(nested(DEEPEST), ACCOUNT) == []
    assert told(nested(DEEPEST + 1))[0] == "The filter has more than 20 levels of groups."
    many = Group(Joined.AND, (condition("Name", "blank"),) * 201)
    assert told(many)[0] == "The filter has 201 conditions."


@pytest.mark.parametrize(
    "filter", [Group(Joined.OR, ()), Not(Group(Joined.AND, (condition("Name", "blank"), Group(Joined.OR, ()))))]
)
def test_an_empty_group_is_told(filter: Filter) -> None:
    assert told(filter)[0] == "A group of the filter is empty."


def test_days_that_become_conditions_of_their_own_are_bounded_too() -> None:
    days = tuple(f"2026-01-{day:02}" for day in range(1, 31)) * 7
    with pytest.raises(SetupError, match="210 conditions"):
        checked(condition("CreatedDate", "in", *days), ACCOUNT)


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        (condition("name", "equals", " Acme\r\nInc "), condition("Name", "equals", "Acme\nInc")),
        (condition("NAME", "contains", " As "), condition("Name", "contains", " As ")),
        (condition("Industry", "in", "A", "B", "A"), condition("Industry", "in", "A", "B")),
        (
            condition("AnnualRevenue", "between", "007.50", "007.50"),
            condition("AnnualRevenue", "between", "7.5", "7.5"),
        ),
        (condition("NumberOfEmployees", "greater", "10"), condition("NumberOfEmployees", "greater", "10")),
        (condition("Active__c", "equals", "Yes"), condition("Active__c", "equals", "true")),
        (condition("Regions__c", "includes", "B;A;B"), condition("Regions__c", "includes", "A;B")),
        (condition("Id", "equals", ID[:15]), condition("Id", "equals", ID)),
        (condition("ParentId", "equals", ID.lower()), condition("ParentId", "equals", ID)),
        (
            condition("RecordTypeId", "equals", "0125500001QdRaY"),
            condition("RecordTypeId", "equals", "0125500001QdRaYAAV"),
        ),
        (condition("Industry", "blank"), condition("Industry", "blank")),
        (condition("Founded__c", "blank"), condition("Founded__c", "blank")),
        (condition("Founded__c", "equals", "2026-01-31"), condition("Founded__c", "equals", "2026-01-31")),
        (condition("Founded__c", "less", "last_week"), condition("Founded__c", "less", "LAST_WEEK")),
        (
            condition("Founded__c", "not_in", "2026-01-31", "2026-02-01"),
            condition("Founded__c", "not_in", "2026-01-31", "2026-02-01"),
        ),
        (
            condition("Founded__c", "in", "2026-01-31", "TODAY"),
            Group(
                Joined.OR, (condition("Founded__c", "equals", "2026-01-31"), condition("Founded__c", "equals", "TODAY"))
            ),
        ),
        (condition("Founded__c", "in", "2026-01-31"), condition("Founded__c", "in", "2026-01-31")),
        (condition("Founded__c", "not_equals", "TODAY"), Not(condition("Founded__c", "equals", "TODAY"))),
    ],
)
def test_the_canonical_form(given: Filter, canonical: Filter) -> None:
    assert checked(given, ACCOUNT) == canonical
    assert checked(canonical, ACCOUNT) == canonical


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        (
            condition("CreatedDate", "equals", "2026-07-01"),
            condition("CreatedDate", "between", "2026-06-30T22:00:00Z", "2026-07-01T21:59:59Z"),
        ),
        (condition("CreatedDate", "less", "2026-07-01"), condition("CreatedDate", "less", "2026-06-30T22:00:00Z")),
        (
            condition("CreatedDate", "at_least", "2026-07-01"),
            condition("CreatedDate", "at_least", "2026-06-30T22:00:00Z"),
        ),
        (
            condition("CreatedDate", "greater", "2026-07-01"),
            condition("CreatedDate", "greater", "2026-07-01T21:59:59Z"),
        ),
        (
            condition("CreatedDate", "at_most", "2026-07-01"),
            condition("CreatedDate", "at_most", "2026-07-01T21:59:59Z"),
        ),
        (
            condition("CreatedDate", "between", "2026-03-29", "2026-03-29"),  # 23 hours: the clocks go forward
            condition("CreatedDate", "between", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"),
        ),
        (
            condition("CreatedDate", "between", "LAST_MONTH", "TODAY"),
            condition("CreatedDate", "between", "LAST_MONTH", "TODAY"),
        ),
        (
            condition("CreatedDate", "not_equals", "2026-07-01"),
            Not(condition("CreatedDate", "between", "2026-06-30T22:00:00Z", "2026-07-01T21:59:59Z")),
        ),
        (
            condition("CreatedDate", "not_in", "2026-07-01T10:00:00Z", "TODAY"),
            Not(
                Group(
                    Joined.OR,
                    (
                        condition("CreatedDate", "equals", "2026-07-01T10:00:00Z"),
                        condition("CreatedDate", "equals", "TODAY"),
                    ),
                )
            ),
        ),
        (
            condition("CreatedDate", "in", "2026-07-01T10:00:00+02:00", "2026-07-01 10:00", "2026-07-01t08:00:00.500z"),
            condition("CreatedDate", "in", "2026-07-01T08:00:00Z"),
        ),
    ],
)
def test_days_of_times_become_spans_in_the_users_zone(given: Filter, canonical: Filter) -> None:
    found = checked(given, ACCOUNT, OSLO)
    assert found == canonical
    assert checked(found, ACCOUNT) == found


@pytest.mark.parametrize("zone", ["Nowhere/Land", "../../etc/passwd"])
def test_a_zone_that_this_computer_doesnt_know_is_told_where_it_matters(zone: str) -> None:
    moment = condition("CreatedDate", "less", "2026-07-01T08:00:00Z")
    assert checked(moment, ACCOUNT, zone) == moment
    with pytest.raises(SetupError, match="doesn't know the time zone"):
        checked(condition("CreatedDate", "less", "2026-07-01"), ACCOUNT, zone)


def test_a_long_value_is_shown_cut_off() -> None:
    assert told(condition("Founded__c", "less", "x" * 500))[0] == f"“{'x' * 59}…” is no value for Founded__c."
