"""SOQL's filters and orders against an evaluator of a few lines, over a handful of records full of blanks and ties."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cmp_to_key
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import SalesforceOrg

from .conftest import FrozenTime

Row = dict[str, Any]
Test = Callable[[Row], bool]

NAMES = ["Ann", "ann", "Bo", "Åsa", "åSA", "x_y", "xzy", "100%", "O'Neil", "back\\slash"]
CITIES = [None, "Oslo", "OSLO", "Bergen"]
DAYS = [None, "2027-01-14", "2027-01-15", "2027-02-01"]
NUMBERS = [None, -1.5, 0.0, 2.0]


def records() -> list[Row]:
    made = []
    for at in range(24):
        name = NAMES[at % len(NAMES)]
        city, day, number = CITIES[at * 7 % 4], DAYS[at * 5 // 2 % 4], NUMBERS[at * 3 // 5 % 4]
        made.append(
            {
                "LastName": name,
                "MailingCity": city,
                "Birthdate": day,
                "MailingLatitude": number,
                "IsEmailBounced": at % 3 == 0,
                "FirstName": f"{at:02}",
            }
        )
    return made


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SalesforceOrg]:
    folder: Path = tmp_path_factory.mktemp("properties")
    made = SalesforceOrg(folder / "org.db", PracticeClock(source=FrozenTime()))
    made.load(("Contact", row) for row in records())
    yield made
    made.close()


def folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def quoted(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return str(value).lower()


def written(field: str, value: Any) -> str:
    return value if field == "Birthdate" and value is not None else quoted(value)


VALUES: dict[str, list[Any]] = {
    "LastName": NAMES,
    "MailingCity": CITIES,
    "Birthdate": DAYS,
    "MailingLatitude": NUMBERS,
    "IsEmailBounced": [True, False],
}
ORDERED = ("Birthdate", "MailingLatitude")
WORDS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def like(pattern: str, value: Any) -> bool:
    """LIKE over text, by the rules of the SOQL reference: % any text, _ one character, case doesn't count."""
    if value is None:
        return False
    pattern, value = pattern.casefold(), value.casefold()
    reached = {0}
    at = 0
    while at < len(pattern):
        mark = pattern[at]
        if mark == "%":
            reached = {end for start in reached for end in range(start, len(value) + 1)}
        elif mark == "_":
            reached = {start + 1 for start in reached if start < len(value)}
        else:
            if mark == "\\":
                at += 1
                mark = pattern[at]
            reached = {start + 1 for start in reached if value[start : start + 1] == mark}
        at += 1
    return len(value) in reached


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[str, Test]:
    field = draw(st.sampled_from(list(VALUES)))
    choices = VALUES[field]
    kind = draw(st.sampled_from(["equal", "within", "ordered", "like"]))
    if kind == "ordered" and field in ORDERED:
        word, value = draw(st.sampled_from(list(WORDS))), draw(st.sampled_from(choices[1:]))
        compare = WORDS[word]
        return (
            f"{field} {word} {written(field, value)}",
            lambda row: row[field] is not None and compare(row[field], value),
        )
    if kind == "like" and field in ("LastName", "MailingCity"):
        pattern = draw(st.sampled_from(["%", "a%", "%N", "å%", "x_y", r"x\_y", r"100\%", "%'%", "_o", "%s%o%"]))
        text = "'" + pattern.replace("'", "\\'") + "'"
        return f"{field} LIKE {text}", lambda row: like(pattern, row[field])
    if kind == "within":
        values = draw(st.lists(st.sampled_from(choices), min_size=1, max_size=3))
        word = draw(st.sampled_from(["IN", "NOT IN"]))
        wanted = {folded(value) for value in values}
        listed = ", ".join(written(field, value) for value in values)
        return f"{field} {word} ({listed})", lambda row: (folded(row[field]) in wanted) == (word == "IN")
    word, value = draw(st.sampled_from(["=", "!=", "<>"])), draw(st.sampled_from(choices))
    return f"{field} {word} {written(field, value)}", lambda row: (folded(row[field]) == folded(value)) == (word == "=")


def joined(word: str, parts: list[tuple[str, Test]]) -> tuple[str, Test]:
    tests = [test for _, test in parts]
    together = all if word == "AND" else any
    return "(" + f" {word} ".join(text for text, _ in parts) + ")", lambda row: together(test(row) for test in tests)


def turned(part: tuple[str, Test]) -> tuple[str, Test]:
    text, test = part
    return f"(NOT {text})", lambda row: not test(row)


CONDITIONS = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        inner.map(turned),
        st.builds(joined, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=6,
)


def found(org: SalesforceOrg, soql: str) -> list[str]:
    return [record["FirstName"] for record in org.queries.run(soql, "v60.0", with_deleted=False)["records"]]


@settings(max_examples=300, deadline=None)
@given(CONDITIONS)
def test_a_filter_finds_what_it_says(org: SalesforceOrg, condition: tuple[str, Test]) -> None:
    text, test = condition
    wanted = [row["FirstName"] for row in records() if test(row)]
    assert found(org, f"SELECT FirstName FROM Contact WHERE {text}") == wanted
    assert org.queries.run(f"SELECT COUNT() FROM Contact WHERE {text}", "v60.0", with_deleted=False)[
        "totalSize"
    ] == len(wanted)


Term = tuple[str, bool, bool]
TERMS = st.tuples(st.sampled_from(["MailingCity", *ORDERED, "IsEmailBounced"]), st.booleans(), st.booleans())


def compared(terms: list[Term]) -> Callable[[Row, Row], int]:
    def compare(one: Row, other: Row) -> int:
        for field, descending, nulls_last in terms:
            left, right = folded(one[field]), folded(other[field])
            if left == right:
                continue
            if left is None or right is None:
                return 1 if (left is None) == nulls_last else -1
            return 1 if (left > right) != descending else -1
        return 0

    return compare


@settings(max_examples=150, deadline=None)
@given(st.lists(TERMS, min_size=1, max_size=3, unique_by=lambda term: term[0]), st.integers(0, 30), st.integers(0, 30))
def test_an_order_puts_blanks_first_unless_asked_and_keeps_ties(
    org: SalesforceOrg, terms: list[Term], limit: int, offset: int
) -> None:
    said = ", ".join(
        f"{field} {'DESC' if descending else 'ASC'} NULLS {'LAST' if last else 'FIRST'}" if last else
        f"{field}{' DESC' if descending else ''}"
        for field, descending, last in terms
    )  # fmt: skip
    wanted = sorted(records(), key=cmp_to_key(compared(terms)))
    names = [row["FirstName"] for row in wanted]
    assert found(org, f"SELECT FirstName FROM Contact ORDER BY {said}") == names
    assert (
        found(org, f"SELECT FirstName FROM Contact ORDER BY {said} LIMIT {limit} OFFSET {offset}")
        == names[offset:][:limit]
    )
