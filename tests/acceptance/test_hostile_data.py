"""Records as real systems hold them at their worst: carried unharmed or refused, and never taken for somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.desk import Desk, HubSpot, Salesforce, desk


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, contacts=0) as desk_:
        yield desk_


def systems(opened: Desk) -> tuple[Salesforce, HubSpot]:
    assert opened.salesforce is not None
    assert opened.hubspot is not None
    return opened.salesforce, opened.hubspot


def hubspot_people(opened: Desk, *properties: str) -> list[dict[str, Any]]:
    _, hubspot = systems(opened)
    return [each["properties"] for each in hubspot.all("lastname", *properties)]


def test_c9_addresses_that_only_unicode_folding_takes_for_one_are_two_people(opened: Desk) -> None:
    salesforce, hubspot = systems(opened)
    salesforce.create("Contact", LastName="Gross", Email="gross@example.com", Title="Baker")
    hubspot.create(lastname="Groß", email="groß@example.com", jobtitle="Judge")
    opened.sync()
    found = {
        each["lastname"]: (each["email"], each["jobtitle"]) for each in hubspot_people(opened, "email", "jobtitle")
    }
    assert found == {"Gross": ("gross@example.com", "Baker"), "Groß": ("groß@example.com", "Judge")}
    gross = salesforce.query("SELECT LastName, Title FROM Contact WHERE Email = 'gross@example.com'")
    assert [(each["LastName"], each["Title"]) for each in gross] == [("Gross", "Baker")]


def test_c9_a_salesforce_id_of_15_characters_names_the_same_record(opened: Desk) -> None:
    salesforce, hubspot = systems(opened)
    id = salesforce.create("Contact", LastName="Short", Email="short@example.com")
    hubspot.create(lastname="Short", email="long@example.com", salesforcecontactid=id[:15])
    ran = opened.sync()
    assert ran.tally("hubspot")["linked"] == 1
    assert [
        (each["email"], each["salesforcecontactid"]) for each in hubspot_people(opened, "email", "salesforcecontactid")
    ] == [("short@example.com", id)]
    assert len(salesforce.query("SELECT Id FROM Contact")) == 1


NAMES = (
    "<b>bold</b>\"'&amp;",
    "right\u202eto\u202cleft",
    "😀 👨‍👩‍👧",
    '=HYPERLINK("http://evil.example","x")',
    "tab\tand\nline",
    "O'Brien\\",
    "nul\x00nul",
    "\x1b]0;title\x07\x1b[31mred",
    "[bold]markup[/bold]",
)


def test_names_of_every_kind_travel_unharmed_and_come_to_rest(opened: Desk) -> None:
    salesforce, hubspot = systems(opened)
    for number, name in enumerate(NAMES):
        salesforce.create("Contact", LastName=name, Email=f"s{number}@example.com")
        hubspot.create(lastname=name, email=f"h{number}@example.com")
    opened.sync()
    assert opened.sync().writes() == 0
    both = sorted([*NAMES, *NAMES])
    assert sorted(each["LastName"] for each in salesforce.query("SELECT LastName FROM Contact")) == both
    assert sorted(each["lastname"] for each in hubspot_people(opened)) == both


def test_a_name_can_neither_command_the_terminal_nor_be_markup(opened: Desk) -> None:
    _, hubspot = systems(opened)
    for name in NAMES:
        hubspot.create(lastname=name, jobtitle="x" * 200)
    shown = opened.run("sync", "--practice", "--preview").out
    opened.sync()
    shown += opened.run("errors", "--practice").out
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[bold]markup[/bold]" in shown


def test_addresses_swapped_between_two_pairs_are_told_and_overwrite_nobody(opened: Desk) -> None:
    salesforce, _ = systems(opened)
    one = salesforce.create("Contact", LastName="One", Email="one@example.com")
    two = salesforce.create("Contact", LastName="Two", Email="two@example.com")
    opened.sync()
    salesforce.edit("Contact", one, Email="aside@example.com")
    salesforce.edit("Contact", two, Email="one@example.com")
    salesforce.edit("Contact", one, Email="two@example.com")
    assert opened.sync().status == 1
    assert opened.sync().writes() == 0
    groups = opened.run("errors", "--practice", "--json").json
    assert {(group["category"], group["code"]) for group in groups} == {("duplicates", "CONFLICT")}
    assert sum(group["count"] for group in groups) == 2
    assert {(each["lastname"], each["email"]) for each in hubspot_people(opened, "email")} == {
        ("One", "one@example.com"),
        ("Two", "two@example.com"),
    }
