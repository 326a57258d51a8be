"""Filters as SOQL: the practice org's own parser and evaluator find what a few lines of Python find over the same records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync_desktop.adapters.salesforce import soql
from crmsync_desktop.adapters.salesforce.conditions import LONGEST, bounded, condition_of
from crmsync_desktop.adapters.salesforce.describe import schema_of
from crmsync_desktop.domain.errors import BugError, SetupError
from crmsync_desktop.domain.filter_checks import checked
from crmsync_desktop.domain.filters import Condition, Filter, Group, Joined, Not, Operator, operators_of, value_counts
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import SalesforceOrg
from crmsync_desktop.practice.salesforce.customisation import CustomField, PicklistValue
from crmsync_desktop.practice.salesforce.describe import describe
from crmsync_desktop.practice.salesforce.setup import OrgSetup
from tests.adapters.salesforce.conftest import FrozenTime

HOSTILE = (
    "x' OR Name != '",
    "Ann",
    "ANN",
    "Åsa",
    "åSA",
    "x_y",
    "xzy",
    "100%",
    "100 per cent",
    "O'Neil",
    "back\\slash",
    "back\\\\slash",
    "'",
    '"',
    "\\",
    "\\'",
    "%",
    "_",
    "a\nb\tc",
    "@{part0.records[0].Id}",
    ":bound",
    "null",
    "TODAY",
    "true)",
    "例え 😀",
    ") OR (Id != null",
    "' LIMIT 1 --",
)
TODAY = date(2027, 1, 15)
DAYS = (None, "2027-01-15", "2027-01-14", "2026-12-31", "2027-01-31", "2027-02-01", "2026-12-16", "2026-12-15")
TIMES = (
    None,
    "2027-01-15T00:00:00Z",
    "2027-01-15T23:59:59Z",
    "2027-01-14T23:59:59Z",
    "2026-12-31T10:00:00Z",
    "2027-02-01T00:00:00Z",
)
REGIONS = (None, "North", "South;North", "South", "It's;North", "East")
NUMBERS = (None, "0", "-1.5", "1000000", "2.25")
HEADS = (None, 0, 5, 500)
RELATIVE: dict[str, tuple[date, date]] = {
    "TODAY": (TODAY, TODAY),
    "LAST_N_DAYS:30": (TODAY - timedelta(days=30), TODAY),
    "THIS_MONTH": (date(2027, 1, 1), date(2027, 1, 31)),
    "LAST_YEAR": (date(2026, 1, 1), date(2026, 12, 31)),
}
FIELDS = (
    CustomField(
        "Regions__c", "multipicklist", "Account", values=tuple(map(PicklistValue, ("North", "South", "It's", "East")))
    ),
    CustomField("Founded__c", "date", "Account"),
    CustomField("Seen__c", "datetime", "Account"),
    CustomField("Active__c", "boolean", "Account"),
)


def of(values: tuple[Any, ...], number: int) -> Any:
    return values[number % len(values)]


class World:
    """The org, its accounts as describe tells of them, and as they are stored."""

    def __init__(self, org: SalesforceOrg) -> None:
        self.org = org
        self.schema = schema_of(describe(org.schema["Account"], "/services/data/v67.0"), "2027-01-15T00:00:00Z")
        answer = org.queries.run("SELECT FIELDS(ALL) FROM Account LIMIT 200", "v67.0", with_deleted=False)
        self.rows: list[dict[str, Any]] = list(answer["records"])

    def found(self, filter: Filter) -> set[str]:
        query = soql.select(["Id"], "Account", condition_of(checked(filter, self.schema), self.schema))
        return {record["Id"] for record in self.org.queries.run(query, "v67.0", with_deleted=False)["records"]}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("conditions")
    made = SalesforceOrg(folder / "org.db", PracticeClock(source=FrozenTime()), setup=OrgSetup(custom_fields=FIELDS))
    made.load(
        (
            "Account",
            {
                "Name": of(HOSTILE, at),
                "Site": of((None, *HOSTILE), at * 5 + 3),
                "Industry": of((None, "Banking", "Energy"), at * 7),
                "Regions__c": of(REGIONS, at * 5),
                "AnnualRevenue": None if (found := of(NUMBERS, at * 3)) is None else float(found),
                "NumberOfEmployees": of(HEADS, at * 3 + 1),
                "Founded__c": of(DAYS, at * 3),
                "Seen__c": None if (moment := of(TIMES, at * 5)) is None else moment.replace("Z", ".000+0000"),
                "Active__c": at % 3 == 0,
            },
        )
        for at in range(60)
    )
    yield World(made)
    made.close()


VALUES: dict[str, tuple[str, ...]] = {
    "Name": HOSTILE,
    "Site": HOSTILE,
    "Industry": ("Banking", "banking", "Nope"),
    "Regions__c": ("North", "South", "North;South", "it's", "Nope"),
    "AnnualRevenue": tuple(filter(None, NUMBERS)),
    "NumberOfEmployees": ("0", "5", "6"),
    "Founded__c": (*filter(None, DAYS), *RELATIVE),
    "Seen__c": (*filter(None, TIMES), *RELATIVE, "2027-01-15", "2026-12-31"),
    "Active__c": ("true", "no"),
}


def span(value: str) -> tuple[str, str]:
    """The first and last second, or day, that a value of a date field means."""
    if value in RELATIVE or len(value) == 10:
        first, last = RELATIVE[value] if value in RELATIVE else (date.fromisoformat(value),) * 2
        return f"{first}T00:00:00Z", f"{last}T23:59:59Z"
    return value, value


def holds(condition: Condition, row: dict[str, Any]) -> bool:
    """What a condition says, by its words."""
    held, operator, values = row[condition.field], condition.operator, condition.values
    if operator in (Operator.BLANK, Operator.NOT_BLANK):
        return (held is None) == (operator is Operator.BLANK)
    if operator in OPPOSITES:
        return not holds(Condition(condition.field, OPPOSITES[operator], values), row)
    if held is None:
        return False
    if condition.field in ("Founded__c", "Seen__c"):
        moment = f"{held}T12:00:00Z" if condition.field == "Founded__c" else f"{held[:19]}Z"
        return in_time(operator, moment, [span(value) for value in values])
    if condition.field == "Regions__c":
        chosen = set(held.casefold().split(";"))
        return any(set(value.casefold().split(";")) <= chosen for value in values)
    if condition.field in ("AnnualRevenue", "NumberOfEmployees"):
        return NUMERIC[operator](float(held), [float(value) for value in values])
    if condition.field == "Active__c":
        return bool(held) == (values[0] == "true")
    return TEXTUAL[operator](held.casefold(), [value.casefold() for value in values])


OPPOSITES = {Operator.NOT_EQUALS: Operator.EQUALS, Operator.NOT_IN: Operator.IN, Operator.EXCLUDES: Operator.INCLUDES}
NUMERIC: dict[Operator, Callable[[float, list[float]], bool]] = {
    Operator.EQUALS: lambda held, values: held == values[0],
    Operator.IN: lambda held, values: held in values,
    Operator.LESS: lambda held, values: held < values[0],
    Operator.AT_MOST: lambda held, values: held <= values[0],
    Operator.GREATER: lambda held, values: held > values[0],
    Operator.AT_LEAST: lambda held, values: held >= values[0],
    Operator.BETWEEN: lambda held, values: values[0] <= held <= values[1],
}
TEXTUAL: dict[Operator, Callable[[str, list[str]], bool]] = {
    Operator.EQUALS: lambda held, values: held == values[0],
    Operator.IN: lambda held, values: held in values,
    Operator.CONTAINS: lambda held, values: values[0] in held,
    Operator.STARTS_WITH: lambda held, values: held.startswith(values[0]),
    Operator.ENDS_WITH: lambda held, values: held.endswith(values[0]),
}


def in_time(operator: Operator, moment: str, spans: list[tuple[str, str]]) -> bool:
    first, last = spans[0]
    match operator:
        case Operator.LESS:
            return moment < first
        case Operator.AT_MOST:
            return moment <= last
        case Operator.GREATER:
            return moment > last
        case Operator.AT_LEAST:
            return moment >= first
        case Operator.BETWEEN:
            return first <= moment <= spans[1][1]
    return any(start <= moment <= end for start, end in spans)


def meets(filter: Filter, row: dict[str, Any]) -> bool:
    if isinstance(filter, Not):
        return not meets(filter.part, row)
    if isinstance(filter, Group):
        return (all if filter.joined is Joined.AND else any)(meets(part, row) for part in filter.parts)
    return holds(filter, row)


@st.composite
def conditions(draw: st.DrawFn, world: World) -> Condition:
    name = draw(st.sampled_from(sorted(VALUES)))
    operator = draw(st.sampled_from(operators_of(world.schema.fields[name])))
    fewest, most = value_counts(operator)
    pieces = operator in (Operator.CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH)
    choices = st.sampled_from(VALUES[name])
    value = st.builds(lambda text, cut: text[cut:] or text, choices, st.integers(0, 3)) if pieces else choices
    values = draw(st.lists(value.filter(str.strip), min_size=fewest, max_size=min(most, 3)))
    return Condition(name, operator, tuple(values))


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_a_filter_finds_what_it_says(world: World, data: st.DataObject) -> None:
    def groups(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
        parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.one_of(st.builds(Group, st.sampled_from(Joined), parts), st.builds(Not, inner))

    filter = data.draw(st.recursive(conditions(world), groups, max_leaves=6))
    expected = {row["Id"] for row in world.rows if meets(filter, row)}
    assert world.found(filter) == expected
    assert world.found(Not(filter)) == {row["Id"] for row in world.rows} - expected


@pytest.mark.parametrize("operator", [*TEXTUAL, Operator.NOT_EQUALS])
@pytest.mark.parametrize("name", ["Name", "Site"])
def test_every_hostile_text_finds_what_it_says(world: World, name: str, operator: Operator) -> None:
    for value in {text[cut:] for text in HOSTILE for cut in range(4) if text[cut:].strip()}:
        filter = checked(Condition(name, operator, (value,)), world.schema)
        assert world.found(filter) == {row["Id"] for row in world.rows if meets(filter, row)}, value


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["Name", "Site", "Industry"]), st.text(min_size=1, max_size=40), st.sampled_from(list(Operator)))
def test_any_text_in_any_place_is_a_value_or_refused(world: World, name: str, value: str, operator: Operator) -> None:
    """The whole query is read by the org, and only what was asked for is found: here nothing has such a text."""
    fewest, _ = value_counts(operator)
    filter = Condition(name, operator, (value + "\u2063unheard of",) * fewest)
    try:
        expected = checked(filter, world.schema)
    except SetupError:
        return
    matching = world.found(expected)
    if operator in (Operator.EQUALS, Operator.IN, Operator.CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH):
        assert matching == set()


@given(st.text(), st.text())
def test_a_name_that_isnt_the_schemas_never_gets_into_a_query(world: World, name: str, value: str) -> None:
    if name in world.schema.fields:
        return
    with pytest.raises(BugError):
        condition_of(Condition(name, Operator.EQUALS, (value,)), world.schema)


@pytest.mark.parametrize(
    "filter",
    [
        Group(Joined.AND, ()),
        Condition("AnnualRevenue", Operator.EQUALS, ("1 OR Id != null",)),
        Condition("Founded__c", Operator.LESS, ("TODAY OR Id != null",)),
        Condition("Founded__c", Operator.LESS, ("today",)),
        Condition("Name", Operator.EQUALS, ("x" * 5_000,)),
    ],
)
def test_what_wasnt_checked_never_gets_into_a_query(world: World, filter: Filter) -> None:
    with pytest.raises(BugError):
        condition_of(filter, world.schema)


@pytest.mark.parametrize(
    ("filter", "sql"),
    [
        (Condition("Name", Operator.NOT_EQUALS, ("A",)), "Name != 'A'"),
        (Condition("Site", Operator.NOT_EQUALS, ("A",)), "(Site != 'A' OR Site = null)"),
        (Not(Condition("Active__c", Operator.EQUALS, ("true",))), "Active__c != true"),
        (Not(Condition("Site", Operator.BLANK)), "Site != null"),
        (Not(Condition("Site", Operator.NOT_BLANK)), "Site = null"),
        (Condition("Site", Operator.CONTAINS, ("5%_'\\",)), "Site LIKE '%5\\%\\_\\'\\\\%'"),
        (
            Not(Condition("AnnualRevenue", Operator.BETWEEN, ("1", "2"))),
            "((AnnualRevenue < 1 OR AnnualRevenue > 2) OR AnnualRevenue = null)",
        ),
        (Condition("Founded__c", Operator.AT_LEAST, ("LAST_N_DAYS:30",)), "Founded__c >= LAST_N_DAYS:30"),
        (
            Condition("Regions__c", Operator.EXCLUDES, ("East;North",)),
            "((NOT Regions__c INCLUDES ('East;North')) OR Regions__c = null)",
        ),
        (
            Not(Group(Joined.AND, (Condition("Name", Operator.IN, ("A", "B")), Condition("Site", Operator.BLANK)))),
            "(Name NOT IN ('A','B') OR Site != null)",
        ),
    ],
)
def test_the_words_of_a_query(world: World, filter: Filter, sql: str) -> None:
    assert condition_of(checked(filter, world.schema), world.schema) == sql


def test_no_filter_is_no_condition(world: World) -> None:
    assert condition_of(None, world.schema) == ""


def test_a_query_that_is_too_long_is_told_before_it_is_sent() -> None:
    assert bounded("x" * LONGEST) == "x" * LONGEST
    with pytest.raises(SetupError, match="The filter is too long for Salesforce") as caught:
        bounded("x" * (LONGEST + 1))
    assert caught.value.detail == "The query has 100001 characters of 100000."


def test_describe_tells_what_can_be_filtered_by_and_how_ids_begin(world: World) -> None:
    assert world.schema.key_prefix == "001"
    assert world.schema.fields["Name"].filterable
    assert not world.schema.fields["Description"].filterable


def test_the_clock_of_these_tests_shows_the_day_that_they_count_from() -> None:
    assert datetime.fromtimestamp(FrozenTime()(), UTC).date() == TODAY
