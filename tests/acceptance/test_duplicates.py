"""P6 over HTTP: likely duplicates are told before anything was ever synced, and afterwards; nothing is written by it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conditions import Difficult

ON = ("--practice", "--json")
LONG = "Åse" + "x" * 9_997


@pytest.fixture
def planted(here: Difficult) -> Difficult:
    """Four people twice, each with another mistake; one whom matching finds; one of whom there are two with one address;
    and people who merely have something in common."""
    contact, lead, person = _maker(here, "Contact"), _maker(here, "Lead"), here.hubspot.create
    contact(FirstName="Kari", LastName="Nordmann", Email="kari@fjord.example", Phone="+47 22 34 56 78")
    person(firstname="Kari", lastname="Nordmahn", email="kn@private.example", phone="22345678")
    contact(FirstName="Ingrid", LastName="Solberg", Phone="55 66 77 88", MailingPostalCode="5003", MailingCity="Bergen")
    person(firstname="Solberg", lastname="Ingrid", email="ingrid@solberg.example", phone="55667788", zip="5003")
    lead(FirstName="Per", LastName="Dahl", Company="Vidde AS", Email="per.dahl@vidde.example")
    person(firstname="Per", lastname="Dahl", email="per.dahl+news@vidde.example")
    person(firstname="Liv", lastname="Berg", email="liv.berg@elv.example", phone="90 11 22 33")
    person(firstname="Liv", lastname="Bergh", email="liv@hjemme.example", mobilephone="90112233")
    contact(FirstName="Ola", LastName="Match", Email="ola@match.example")
    person(firstname="Ola", lastname="Match", email="ola@match.example")
    contact(FirstName="Two", LastName="Faced", Email="two@faced.example")
    lead(FirstName="Two", LastName="Faced", Company="Janus", Email="two@faced.example")
    contact(FirstName="Tor", LastName="Nordmann", Email="tor@fjord.example", Phone="+47 22 34 56 79")
    lead(FirstName="Kari", LastName="Aas", Company="Fjord", Email="kari@aas.example")
    return here


def _maker(here: Difficult, sobject: str) -> Any:
    return lambda **fields: here.salesforce.create(sobject, **fields)


def told(here: Difficult, *arguments: str) -> dict[frozenset[str], dict[str, Any]]:
    """The duplicates by the names of the two."""
    ran = here.run("duplicates", *arguments, *ON)
    assert ran.status == 0, ran.err
    return {frozenset((each["one"]["name"], each["other"]["name"])): each for each in ran.json["duplicates"]}


def names(*couples: tuple[str, str]) -> set[frozenset[str]]:
    return {frozenset(couple) for couple in couples}


TWICE = names(
    ("Kari Nordmann", "Kari Nordmahn"),
    ("Ingrid Solberg", "Solberg Ingrid"),
    ("Per Dahl", "Per Dahl"),
    ("Liv Berg", "Liv Bergh"),
    ("Two Faced", "Two Faced"),
)


def test_p6_planted_duplicates_are_told_before_the_first_sync_with_their_reasons(planted: Difficult) -> None:
    planted.admin.reset_calls()
    found = told(planted)
    assert found.keys() == TWICE
    reasons = {min(names): each["reason"] for names, each in found.items()}
    assert reasons == {
        "Kari Nordmahn": "same phone number, names differ by one letter, but e-mail addresses differ",
        "Ingrid Solberg": "same name, first and last exchanged, same phone number, same postcode",
        "Per Dahl": "same name, e-mail addresses of the same mailbox",
        "Liv Berg": "same phone number, names differ by one letter, but e-mail addresses differ",
        "Two Faced": "ambiguous match: both have two@faced.example, same e-mail address, same name",
    }
    assert [each["doubt"] for each in found.values()].count(True) == 1
    assert all(60 <= each["score"] <= 99 for each in found.values() if not each["doubt"])
    assert not any(each[which]["linked"] for each in found.values() for which in ("one", "other"))


def test_p6_looking_costs_what_a_preview_costs_once_and_writes_nothing(planted: Difficult) -> None:
    before = planted.people("lastname"), planted.contacts("LastName")
    planted.run("duplicates", *ON)
    planted.admin.reset_calls()
    planted.run("duplicates", *ON)
    assert sum(planted.admin.calls().values()) == 0
    assert (planted.people("lastname"), planted.contacts("LastName")) == before
    assert planted.run("status", *ON).json["last_pass"] is None


def test_p6_a_first_preview_ends_with_how_many_and_later_ones_say_nothing_of_it(planted: Difficult) -> None:
    last = planted.run("sync", "--practice", "--preview").out.strip().splitlines()[-1]
    assert last == "5 likely duplicates: see crmsync-desktop duplicates --practice"
    planted.sync()
    assert "likely duplicates" not in planted.run("sync", "--practice", "--preview").out


def test_p6_after_a_sync_a_double_is_told_once_and_says_what_is_linked(planted: Difficult) -> None:
    planted.settled()
    found = told(planted)
    assert found.keys() == TWICE
    kari = found[frozenset(("Kari Nordmann", "Kari Nordmahn"))]
    assert kari["one"]["linked"]
    assert kari["other"]["linked"]
    assert kari["one"]["side"] == kari["other"]["side"]
    faced = found[frozenset(("Two Faced",))]
    assert sorted(faced[which]["linked"] for which in ("one", "other")) == [False, True]


def test_p6_the_table_is_for_a_person_and_stops_at_the_limit(planted: Difficult) -> None:
    shown = planted.run("duplicates", "--practice", "--limit", "2").out
    assert "5 likely duplicates among" in shown
    assert "3 more: --limit or --csv" in shown
    assert shown.count("not linked") == 4


HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2-3",
    "@SUM(A1)",
    "right\u202eto\u202cleft",
    "😀 👨‍👩‍👧",
    "nul\x00nul",
    "\x1b]0;title\x07\x1b[31mred",
    "[bold]markup[/bold]",
    LONG,
)


@pytest.fixture
def hostile(here: Difficult) -> Difficult:
    for number, name in enumerate(HOSTILE):
        for half in (1, 2):
            here.hubspot.create(lastname=name, email=f"h{number}+{half}@hostile.example", phone=f"4{number}345678")
    return here


def test_p6_names_of_every_kind_are_compared_and_can_command_no_terminal(hostile: Difficult) -> None:
    found = hostile.run("duplicates", *ON).json
    assert {each["one"]["name"] for each in found["duplicates"]} == set(HOSTILE)
    shown = hostile.desk.run("duplicates", "--practice").out
    assert not {"\x1b", "\x07", "\x00", "\u202e"} & set(shown)
    assert "[bold]markup[/bold]" in shown
    assert LONG not in shown


def test_p6_no_spreadsheet_takes_an_exported_name_for_a_formula(hostile: Difficult, tmp_path: Path) -> None:
    file = tmp_path / "duplicates.csv"
    ran = hostile.run("duplicates", "--practice", "--csv", str(file))
    assert ran.out.strip().endswith(f"{len(HOSTILE)} likely duplicates written to {file}.")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == len(HOSTILE)
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert {row["name 1"] for row in rows} >= {'\'=HYPERLINK("http://evil.example","x")', "'+1+1", "'-2-3", "'@SUM(A1)"}
    assert "\0" not in file.read_text(encoding="utf-8")


def test_p6_a_file_that_cannot_be_written_is_told_in_one_line(here: Difficult, tmp_path: Path) -> None:
    ran = here.run("duplicates", "--practice", "--csv", str(tmp_path / "missing" / "x.csv"))
    assert ran.status == 2
    assert len(ran.err.strip().splitlines()) == 1


def test_p6_companies_are_candidates_by_name_and_web_address_though_their_sync_is_off(here: Difficult) -> None:
    account = here.salesforce.create("Account", Name="Fjord Havn AS", Website="https://www.fjordhavn.example")
    other = here.salesforce.create("Account", Name="Vidde Mekaniske", Website="vidde.example")
    company = here.admin.post(
        "/practice/create",
        system="hubspot",
        type="companies",
        values={"name": "Fjord Havn", "website": "fjordhavn.example"},
    )
    try:
        found = told(here, "companies")
        assert found.keys() == names(("Fjord Havn AS", "Fjord Havn"))
        (only,) = found.values()
        assert only["reason"] == "same name, same domain"
        assert {only[which]["object"] for which in ("one", "other")} == {"Account", "companies"}
        assert here.run("settings", "get", "companies.enabled", "--practice").out.strip() == "off"
    finally:
        here.admin.post("/salesforce/delete", ids=[account, other])
        here.admin.post("/practice/delete", system="hubspot", type="companies", ids=[company["id"]])


@pytest.mark.parametrize(
    ("pair", "said"), [("deals", "aren't looked through for duplicates"), ("people", "There is no pair")]
)
def test_p6_what_cannot_be_looked_through_is_said(here: Difficult, pair: str, said: str) -> None:
    ran = here.run("duplicates", pair, "--practice")
    assert ran.status == 2
    assert said in ran.err
    assert "contacts, companies" in ran.err


def test_p6_empty_systems_have_none(here: Difficult) -> None:
    shown = here.run("duplicates", "--practice").out
    assert "0 likely duplicates among 0 contacts" in shown
