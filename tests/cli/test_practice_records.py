"""A person at the command line in the records of the practice orgs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.practice.servers import practice_orgs

pytestmark = pytest.mark.http


def answered(command: Command, *arguments: str) -> Any:
    status, out, err = command(*arguments, "--json")
    assert (status, err) == (0, ""), err
    return json.loads(out)


def test_the_objects_of_a_system_are_listed_with_their_counts(command: Command) -> None:
    types = {each["name"]: each for each in answered(command, "list", "salesforce")}
    assert types["Contact"]["count"] + types["Lead"]["count"] >= 40
    status, out, _ = command("list", "hubspot")
    assert status == 0
    assert "contacts" in out
    assert "Companies" in out


@pytest.mark.parametrize(("system", "kind"), [("salesforce", "contact"), ("hubspot", "contact")])
def test_records_are_listed_searched_and_limited(command: Command, system: str, kind: str) -> None:
    listed = answered(command, "list", system, kind, "--limit", "3")
    assert len(listed["records"]) == 3
    assert listed["total"] > 3
    everybody = answered(command, "list", system, kind, "--limit", "10000")
    assert len(everybody["records"]) == everybody["total"] == listed["total"]
    assert everybody["records"][:3] == listed["records"]
    second = answered(command, "list", system, kind, "--limit", "1", "--offset", "1")
    assert second["records"] == listed["records"][1:2]
    one = next(each for each in everybody["records"] if each["values"].get("Email") or each["values"].get("email"))
    address = (one["values"].get("Email") or one["values"].get("email")).upper()
    found = answered(command, "list", system, kind, "--search", address)
    assert one["id"] in [each["id"] for each in found["records"]]
    status, out, _ = command("list", system, kind, "--search", address)
    assert status == 0
    assert one["id"] in out
    assert "changed by" in out
    assert command("list", system, kind, "--search", "nobody-is-called-this")[1].strip() == "Records: none of 0"


def test_a_record_is_made_shown_changed_deleted_and_brought_back(command: Command) -> None:
    made = answered(command, "create", "hubspot", "contacts", "email=cli@firma.example", "firstname=Åse")
    status, out, err = command("get", "hubspot", "contacts", "cli@firma.example")
    assert (status, err) == (0, "")
    assert f"contacts {made['id']} · live" in out
    assert "Changed by person" in out
    changed = answered(command, "set", "hubspot", "contacts", made["id"], "firstname=", "lastname=a=b")
    assert changed["values"]["lastname"] == "a=b"
    assert "firstname" not in changed["values"]
    assert command("delete", "hubspot", "contacts", "cli@firma.example") == (0, "Deleted: cli@firma.example\n", "")
    binned = answered(command, "list", "hubspot", "contacts", "--deleted")
    assert made["id"] in [each["id"] for each in binned["records"]]
    assert command("undelete", "hubspot", "contacts", made["id"]) == (0, f"Restored: {made['id']}\n", "")
    assert answered(command, "get", "hubspot", "contacts", made["id"])["state"] == "live"


def test_records_are_merged(command: Command) -> None:
    one, two = (answered(command, "create", "hubspot", "contacts", f"lastname={name}")["id"] for name in "ab")
    left = answered(command, "merge", "hubspot", "contacts", one, two)["id"]
    assert left not in (one, two)
    status, out, _ = command("get", "hubspot", "contacts", one)
    assert status == 0
    assert f"merged into {left}" in out
    one, two = (answered(command, "create", "salesforce", "Contact", f"LastName={name}")["id"] for name in "ab")
    assert command("merge", "salesforce", "Contact", one, two[:15]) == (0, f"Merged into {one}.\n", "")


def test_a_lead_is_converted(command: Command) -> None:
    lead = answered(command, "create", "salesforce", "Lead", "LastName=Cli", "Company=C", "Email=lead@firma.example")
    made = answered(command, "convert", "lead@firma.example", "--opportunity", "Ten chairs")
    assert set(made) == {"account", "contact", "opportunity"}
    assert answered(command, "get", "salesforce", "Lead", lead["id"])["successor"] == made["contact"]
    plain = answered(command, "create", "salesforce", "Lead", "LastName=Cli", "Company=C")
    status, out, _ = command("convert", plain["id"][:15])
    assert status == 0
    assert "account: 001" in out
    assert "opportunity" not in out


def test_activities_are_made_with_what_they_belong_to(command: Command) -> None:
    contact = answered(command, "create", "hubspot", "contacts", "email=busy@firma.example", "lastname=Busy")["id"]
    titles = {"tasks": "hs_task_subject", "calls": "hs_call_title", "emails": "hs_email_subject",
              "meetings": "hs_meeting_title", "notes": "hs_note_body"}  # fmt: skip
    for kind, title in titles.items():
        given = ("hs_timestamp=2026-03-01T09:00:00Z", f"{title}=One", "associations.contacts=busy@firma.example")
        made = answered(command, "create", "hubspot", kind, *given)
        assert (made["type"], made["name"], made["values"]["associations.contacts"]) == (kind, "One", contact)


def test_a_form_is_filled_in(command: Command) -> None:
    status, out, err = command("submit-form", "Write to us", "email=form@firma.example", "firstname=Kari")
    assert (status, err) == (0, "")
    assert "form@firma.example" in out
    again = answered(
        command, "submit-form", "Write to us", "email=form@firma.example", "firstname=Karin", "--page", "x"
    )
    assert (again["values"]["firstname"], again["values"]["num_conversion_events"]) == ("Karin", "2")
    assert again["changed_by"] == "person"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("submit-form", "Write to them", "firstname=Kari"), "needs the e-mail address"),
        (("submit-form", "Write to them", "email=a@firma.example", "spaceship=1"), "no property spaceship"),
        (("list", "sap"), "There is no system “sap”."),
        (("list", "salesforce", "Spaceship"), "has no object “Spaceship”"),
        (("list", "salesforce", "Contact", "--limit", "0"), "--limit"),
        (("get", "salesforce", "Contact", "1"), "“1” is no id of a Contact"),
        (("get", "hubspot", "contacts", "nobody@firma.example"), "There is no contact with the e-mail address"),
        (("set", "hubspot", "contacts", "1", "firstname"), "“firstname” sets no field."),
        (("create", "hubspot", "contacts", "a=1", "a=2"), "a is set twice."),
        (("create", "hubspot", "contacts", "shoe=42"), 'Property "shoe" does not exist'),
        (("create", "salesforce", "Contact", "LastName=X", "Shoe=42"), "No such column 'Shoe'"),
        (("create", "salesforce", "Contact", "LastName=X", "Email=no"), "INVALID_EMAIL_ADDRESS"),
        (("delete", "hubspot", "contacts", "1"), "There is no contact with the id 1."),
        (("undelete", "salesforce", "Lead", "nobody@firma.example"), "No Lead has the e-mail address"),
        (("merge", "hubspot", "contacts", "1", "2"), "There is no contact with the id 1."),
        (("convert", "foo"), "“foo” is no id of a Lead"),
        (("get", "salesforce"), "Missing argument"),
    ],
)
def test_whatever_is_wrong_is_one_line_and_status_2(command: Command, arguments: tuple[str, ...], told: str) -> None:
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1


def test_without_running_orgs_they_are_brought_up_for_the_moment(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with practice_orgs(tmp_path / "practice", contacts=5):
        pass
    monkeypatch.setenv("CRMSYNC_DATA_DIR", str(tmp_path))
    made = answered(command, "create", "hubspot", "companies", "name=Kept")
    assert answered(command, "get", "hubspot", "companies", made["id"])["name"] == "Kept"
    assert not (tmp_path / "practice" / "serving.json").exists()
