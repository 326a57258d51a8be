"""Errors at work (S5): retried one by one or by kind, ignored with a reason, opened in their system, exported."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.acceptance.conditions import Difficult

NO_INTERNS = {
    "sobject": "Contact", "name": "Titles", "message": "No interns, please.", "field": "Title",
    "when": [{"field": "Title", "operator": "equals", "value": "Intern"}],
}  # fmt: skip
IN_ENGLISH = {
    "sobject": "Contact", "name": "Language", "message": "Titles are in English.", "field": "Title",
    "when": [{"field": "Title", "operator": "equals", "value": "Intern"}],
}  # fmt: skip

MISTAKES: list[tuple[tuple[str, ...], str]] = [
    (("retry", "999"), "There is no error 999. It may have cleared by itself. See what there is: errors"),
    (("retry", "1", "998", "999"), "There are no errors 998, 999."),
    (("retry", "1", "--all"), "Name errors by their numbers, or by what they are. Not both."),
    (("retry", "--pair", "contact"), "There is no pair “contact”. Did you mean contacts?"),
    (("retry", "--category", "property_value"), "There is no card “property_value”. Did you mean property_values?"),
    (("retry", "--category", "zzz"), "There is no card “zzz”. Cards: associations, custom_code,"),
    (("errors", "--category", "duplicate"), "There is no card “duplicate”. Did you mean duplicates?"),
    (("errors", "--pair", "zzz"), "There is no pair “zzz”. Pairs: companies, contacts,"),
    (("errors", "ignore", "1"), "Ignoring takes a reason."),
    (("errors", "ignore", "1", "--reason", " \n"), "Ignoring takes a reason."),
    (("errors", "ignore", "1", "--reason", "x" * 501), "That reason is too long. It takes up to 500 characters."),
    (("errors", "ignore", "--reason", "x"), "Say which errors."),
    (("errors", "ignore", "1", "999", "--reason", "x"), "There is no error 999."),
    (("errors", "ignore", "--code", "FIELD_CUSTOM", "--reason", "x"), "No error has the code “FIELD_CUSTOM”."),
    (("errors", "ignore", "--pair", "deals", "--reason", "x"), "There is no such error."),
    (("errors", "unignore", "--all"), "There is no such error."),
    (("errors", "open", "9" * 30), f"There is no error {'9' * 30}."),
    (("errors", "open", "abc"), "Invalid value for 'ID': it should be a valid integer. See --help."),
    (("errors", "open", "999"), "There is no error 999."),
    (
        ("errors", "--category", "duplicates", "unignore", "--all"),
        "Options stand behind the command. Write: errors unignore",
    ),
    (("errors", "export", "errors.pdf"), "errors.pdf is no name for a table. End it in .csv or .xlsx."),
    (("errors", "export", "/nowhere/errors.csv"), "/nowhere/errors.csv can't be written"),
]
"""Commands, in which 1 stands for the number of an error that there is, and how their complaint begins."""


def interns(here: Difficult, *names: str) -> dict[str, int]:
    """Contacts that a validation rule refuses, and the numbers of their errors by name."""
    here.admin.post("/salesforce/setup", validation_rules=[NO_INTERNS])
    for name in names:
        here.hubspot.create(email=f"{name}@example.com", lastname=name, jobtitle="Intern")
    here.sync()
    return {error["label"]: error["id"] for error in listed(here)}


def groups(here: Difficult, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = here.run("errors", "--practice", "--json", *options).json
    return found


def listed(here: Difficult, *options: str) -> list[dict[str, Any]]:
    return [error for group in groups(here, *options) for error in group["records"]]


def card(here: Difficult, name: str) -> dict[str, Any]:
    cards = here.run("status", "--practice", "--json").json["cards"]
    found: dict[str, Any] = next(each for each in cards if each["category"] == name)
    return found


def test_one_some_of_a_pair_or_all_errors_are_tried_again(here: Difficult) -> None:
    errors = interns(here, "moe", "lie", "dal")
    assert sorted(errors) == ["dal", "lie", "moe"]

    def retried(*options: str) -> int:
        count = here.run("retry", "--practice", "--json", *options).json["retried"]
        here.sync()
        return int(count)

    assert retried(str(errors["moe"])) == 1
    assert [error["count"] for error in sorted(listed(here), key=lambda each: str(each["label"]))] == [1, 1, 2]
    assert retried(str(errors["lie"]), str(errors["dal"])) == 2
    assert retried("--category", "Custom code") == 3
    assert retried("--category", "duplicates") == 0
    assert retried("--pair", "contacts") == 3
    assert retried("--pair", "deals") == 0
    here.admin.post("/salesforce/setup", validation_rules=[])
    assert retried("--all") == 3
    assert listed(here) == []
    assert sorted(name for (name,) in here.contacts("LastName")) == ["dal", "lie", "moe"]


def test_what_is_ignored_is_not_counted_goes_on_counting_and_shows_again_for_another_cause(here: Difficult) -> None:
    errors = interns(here, "moe", "lie")
    ran = here.run("errors", "ignore", str(errors["moe"]), "--reason", "he is a real intern", "--practice")
    assert (ran.status, ran.out) == (0, "1 ignored. See them: errors --ignored --practice\n")
    shown = card(here, "custom_code")
    assert (shown["errors"], shown["records"], shown["ignored"]) == (1, 1, 1)
    assert [error["label"] for error in listed(here)] == ["lie"]
    assert "1 more ignored: errors --ignored --practice" in here.run("errors", "--practice").out
    assert here.run("retry", "--practice", "--json").json == {"retried": 1}
    assert here.run("retry", str(errors["moe"]), "--practice", "--json").json == {"retried": 1}
    here.sync()
    (ignored,) = listed(here, "--ignored")
    assert (ignored["label"], ignored["count"], ignored["ignored_why"]) == ("moe", 2, "he is a real intern")
    why = here.run("why", "moe@example.com", "--practice").out
    assert "he is a real intern" in " ".join(why.split())
    here.run("errors", "ignore", "--category", "custom_code", "--reason", "all of them", "--practice")
    assert here.run("errors", "--practice").status == here.run("status", "--practice").status == 0
    assert here.sync().status == 0
    # Another rule at the same field of the same record is another cause.
    here.admin.post("/salesforce/setup", validation_rules=[IN_ENGLISH])
    assert here.run("retry", str(errors["moe"]), "--practice", "--json").json == {"retried": 1}
    here.sync()
    assert [(error["label"], error["message"]) for error in listed(here)] == [("moe", "Titles are in English.")]
    assert here.run("errors", "unignore", "--all", "--practice", "--json").json == {"unignored": 1}
    assert sorted(error["label"] for error in listed(here)) == ["lie", "moe"]
    here.admin.post("/salesforce/setup", validation_rules=[])
    here.run("errors", "ignore", "--pair", "contacts", "--reason", "again", "--practice")
    here.run("retry", *map(str, errors.values()), "--practice")
    here.sync()
    assert listed(here) == listed(here, "--ignored") == []


def test_errors_are_exported_with_all_that_is_known_of_them_and_no_cell_is_a_formula(
    here: Difficult, tmp_path: Path
) -> None:
    here.admin.post("/salesforce/setup", validation_rules=[NO_INTERNS])
    here.hubspot.create(email="moe@example.com", lastname='=HYPERLINK("http://x")', jobtitle="Intern")
    here.sync()
    lines, sheet = tmp_path / "errors.csv", tmp_path / "errors.xlsx"
    for file in (lines, sheet):
        ran = here.run("errors", "export", str(file), "--practice")
        assert (ran.status, ran.out) == (0, f"1 line written to {file}.\n")
    with lines.open(encoding="utf-8-sig", newline="") as opened:
        (head, row) = list(csv.reader(opened))
    book = load_workbook(sheet)
    (in_sheet, second) = [tuple(cell.value or "" for cell in line) for line in book.worksheets[0].iter_rows()]
    assert all(cell.data_type != "f" for line in book.worksheets[0].iter_rows() for cell in line)
    assert (list(in_sheet), list(second)) == (head, row)
    told = dict(zip(head, row, strict=True))
    assert told["record"] == '\'=HYPERLINK("http://x")'
    assert (told["card"], told["pair"], told["system"], told["kind"]) == ("Custom code", "contacts", "HubSpot", "error")
    assert (told["message"], told["code"]) == ("No interns, please.", "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert here.run("errors", "export", str(lines), "--ignored", "--practice", "--json").json["written"] == 0


def test_a_notice_is_told_apart_from_errors_and_a_large_group_by_its_first_ten(here: Difficult) -> None:
    here.person(Email="moe@example.com")
    for number in range(12):
        here.person(LastName=f"Moe {number}", Email="moe@example.com")
    here.settled()
    shown = card(here, "duplicates")
    assert (shown["errors"], shown["notices"]) == (0, 12)
    assert here.run("status", "--practice", "--json").json["errors"] == 0
    said = here.run("status", "--practice").out
    assert "Duplicates: 12 notices" in said
    assert "No sync errors." in said
    told = here.run("errors", "--practice")
    assert told.status == 0
    assert "12 notices" in told.out
    assert "… and 2 more: errors --category duplicates --all --practice" in " ".join(told.out.split())
    whole = here.run("errors", "--category", "duplicates", "--all", "--practice").out
    listed_there = [re.findall(r"^ +\d+  Salesforce Contact", said, re.MULTILINE) for said in (told.out, whole)]
    assert [len(each) for each in listed_there] == [10, 12]


def test_what_cannot_be_meant_is_told_and_nothing_is_half_done(here: Difficult) -> None:
    (number,) = interns(here, "moe").values()
    for command, said in MISTAKES:
        ran = here.run(*[str(number) if part == "1" else part for part in command], "--practice")
        assert (ran.status, ran.out) == (2, ""), command
        assert ran.err.startswith(said), ran.err
    assert [error["id"] for error in listed(here)] == [number]
    assert listed(here, "--ignored") == []


def test_the_practice_orgs_have_no_pages_and_the_command_that_shows_the_record_is_named(here: Difficult) -> None:
    (number,) = interns(here, "moe").values()
    (contact,) = [each["id"] for each in here.hubspot.all("email")]
    ran = here.run("errors", "open", str(number), "--practice")
    assert ran.status == 2
    assert f"practice get hubspot contacts {contact}" in ran.err
    ran = here.run("errors", "open", str(number), "--print", "--practice")
    assert (ran.status, ran.out) == (
        0,
        f"HubSpot: The practice orgs have no pages: practice get hubspot contacts {contact}\n",
    )
    ran = here.run("errors", "open", str(number), "--salesforce", "--practice")
    assert ran.status == 2
    assert "isn't linked to one in Salesforce" in ran.err


def test_the_records_of_an_error_are_opened_on_the_connections_own_hosts(
    here: Difficult, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    person = here.person()
    here.settled()
    here.admin.post("/salesforce/setup", validation_rules=[NO_INTERNS])
    here.rule("jobtitle", "two_way")
    contact = here.only()
    here.hubspot.edit(contact, jobtitle="Intern")
    here.sync()
    (number,) = [error["id"] for error in listed(here)]
    as_real(here)
    salesforce = f"https://fjord.my.salesforce.com/lightning/r/Contact/{person}/view"
    hubspot = f"https://app-eu1.hubspot.com/contacts/4711/record/0-1/{contact}"
    pages = here.run("errors", "open", str(number), "--json", "--connection", "fjord").json["pages"]
    assert sorted((page["side"], page["url"]) for page in pages) == [("hubspot", hubspot), ("salesforce", salesforce)]
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr("webbrowser.open", browse)
    assert here.run("errors", "open", str(number), "--hubspot", "--salesforce", "--connection", "fjord").status == 0
    assert sorted(opened) == sorted([salesforce, hubspot])
    file = tmp_path / "errors.csv"
    assert here.run("errors", "export", str(file), "--connection", "fjord").status == 0
    assert salesforce in file.read_text(encoding="utf-8-sig")
    monkeypatch.setattr("webbrowser.open", lambda url: False)
    ran = here.run("errors", "open", str(number), "--connection", "fjord")
    assert ran.status == 2
    assert ran.err.startswith(f"No browser could be opened here. {salesforce}")


def as_real(here: Difficult) -> None:
    """The same memory as that of a connection to an org and a portal with pages of their own."""
    folder = here.desk.folder / "connections" / "fjord"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(here.desk.connection, folder)
    profile = folder / "connection.json"
    kept = json.loads(profile.read_text())
    kept |= {"name": "fjord", "practice": False, "salesforce_url": "https://fjord.my.salesforce.com"}
    kept["hubspot_url"] = "https://api.hubapi.com"
    kept["hubspot"] = {
        "side": "hubspot", "account_id": "4711", "account_name": "Fjord", "user_id": "", "user_name": "",
        "ui_host": "app-eu1.hubspot.com",
    }  # fmt: skip
    profile.write_text(json.dumps(kept))
