"""A pass that would change, blank or delete too much stops before it writes, and waits for a person's word (P7)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.acceptance.conditions import Difficult

PEOPLE = 8


def several(here: Difficult, **settings: int) -> list[str]:
    """Some people in both systems; gives their Salesforce ids."""
    for name, value in settings.items():
        assert here.run("settings", "set", "--practice", name, str(value)).status == 0
    ids = [
        here.person(LastName=f"Moe {number}", Email=f"moe{number}@example.com", Phone=f"555 01{number:02}", Title="CTO")
        for number in range(PEOPLE)
    ]
    here.settled()
    return ids


@pytest.fixture
def blanked(here: Difficult) -> tuple[Difficult, list[str]]:
    """Somebody emptied the phone of nearly everybody in Salesforce."""
    ids = several(here, guard_minimum=3)
    for id in ids[:6]:
        here.salesforce.edit("Contact", id, Phone=None)
    return here, ids


def phones(here: Difficult) -> int:
    return sum(phone is not None for (phone,) in here.people("phone"))


def status(here: Difficult) -> dict[str, Any]:
    found: dict[str, Any] = here.run("status", "--practice", "--json").json
    return found


def waiting(here: Difficult) -> int:
    """The pass whose plan waits."""
    return int(status(here)["plan_waiting"])


def test_a_mass_blanking_stops_and_says_what_whose_and_what_to_do(blanked: tuple[Difficult, list[str]]) -> None:
    here, _ = blanked
    said = here.stopped()
    number = waiting(here)
    assert f"This pass would blank phone of 6 contacts in HubSpot: more than 25 % of {PEOPLE} contact links." in said
    assert f"Look at it: changes {number}. Let it run: approve {number}. Or mend the cause, and sync again." in said
    assert phones(here) == PEOPLE
    view = status(here)
    assert (view["headline"], view["notice"]) == ("A plan waits for your word", said)


def test_the_plan_is_kept_to_be_looked_at(blanked: tuple[Difficult, list[str]]) -> None:
    here, _ = blanked
    here.stopped()
    changes = here.run("changes", "--practice", "--json", str(waiting(here))).json
    assert [each["state"] for each in changes] == ["planned"] * 6
    assert {field["field"] for each in changes for field in each["fields"]} == {"phone"}
    assert "phone" in here.run("changes", "--practice", str(waiting(here))).out


def test_an_approved_plan_runs_and_nothing_beyond_it(blanked: tuple[Difficult, list[str]]) -> None:
    here, ids = blanked
    here.stopped()
    here.salesforce.edit("Contact", ids[7], Phone=None)
    ran = here.run("approve", "--practice", "--json", str(waiting(here)))
    assert ran.status == 0, ran.err
    assert ran.tally("hubspot")["updated"] == 6
    assert phones(here) == 2
    assert status(here)["plan_waiting"] is None
    here.settled()
    assert phones(here) == 1


def test_what_moved_since_is_not_written_over(blanked: tuple[Difficult, list[str]]) -> None:
    here, ids = blanked
    here.stopped()
    here.salesforce.edit("Contact", ids[0], Phone="555 0199")
    ran = here.run("approve", "--practice", "--json", str(waiting(here)))
    assert ran.tally("hubspot")["updated"] == 5
    assert "1 of the planned writes had moved since" in ran.json["pass"]["message"]
    here.settled()
    assert ("555 0199",) in here.people("phone")


def test_once_the_cause_is_mended_the_next_pass_runs_as_ever(blanked: tuple[Difficult, list[str]]) -> None:
    here, ids = blanked
    here.stopped()
    number = waiting(here)
    for place, id in enumerate(ids[:6]):
        here.salesforce.edit("Contact", id, Phone=f"555 01{place:02}")
    assert here.sync().writes() == 0
    assert status(here)["plan_waiting"] is None
    dropped = here.run("changes", "--practice", "--json", str(number)).json
    assert {(each["state"], each["note"]) for each in dropped} == {("dropped", "planned anew")}


def test_a_mass_change_stops_too(here: Difficult) -> None:
    ids = several(here, guard_change_minimum=3)
    for id in ids[:6]:
        here.salesforce.edit("Contact", id, Title="Chief")
    assert f"would change jobtitle of 6 contacts in HubSpot: more than 50 % of {PEOPLE} contact links" in here.stopped()
    assert {title for (title,) in here.people("jobtitle")} == {"CTO"}


def test_a_preview_tells_that_a_run_would_stop(blanked: tuple[Difficult, list[str]]) -> None:
    here, _ = blanked
    ran = here.run("sync", "--practice", "--preview", "--json")
    assert "A run would stop before it writes, and ask." in ran.json["pass"]["message"]
    assert status(here)["plan_waiting"] is None


@pytest.mark.parametrize("number", ["1", "999"])
def test_a_plan_that_does_not_wait_cannot_be_approved(here: Difficult, number: str) -> None:
    here.sync()
    ran = here.run("approve", "--practice", number)
    assert ran.status == 2
    assert f"There is no plan {number} that waits for approval." in ran.err


def test_another_plan_than_the_one_that_waits_is_not_taken_for_it(blanked: tuple[Difficult, list[str]]) -> None:
    here, _ = blanked
    here.stopped()
    ran = here.run("approve", "--practice", "1")
    assert ran.status == 2
    assert f"The one that does is {waiting(here)}." in ran.err
    assert phones(here) == PEOPLE


def test_a_first_pass_is_no_mass_change(here: Difficult) -> None:
    for number in range(PEOPLE):
        here.person(LastName=f"Moe {number}", Email=f"moe{number}@example.com", Title="CTO")
        here.hubspot.create(lastname=f"Moe {number}", email=f"moe{number}@example.com", jobtitle="Clerk")
    assert here.run("settings", "set", "--practice", "guard_change_minimum", "1").status == 0
    assert here.sync().tally("hubspot")["updated"] == PEOPLE


def test_after_a_night_off_it_is_said_what_piled_up(here: Difficult) -> None:
    ids = several(here)
    with closing(sqlite3.connect(here.desk.connection / "memory.sqlite")) as memory, memory:
        memory.execute("UPDATE pass SET finished_at = '2026-01-01T06:00:00Z'")
    here.salesforce.edit("Contact", ids[0], Title="Chief")
    ran = here.run("sync", "--practice")
    assert "hours ago. Of contacts, this has piled up: HubSpot gets 1 changed." in ran.err
