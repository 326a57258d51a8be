"""Two-way fields that both sides edited: the newest edit wins by the field's history, or they are held and settled (P4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.conditions import Difficult
from tests.acceptance.desk import Ran


def linked(here: Difficult, **fields: str) -> tuple[str, str]:
    """One person in both systems, linked, with a two-way title; gives both ids."""
    here.rule("jobtitle", "two_way")
    contact = here.person(**{"FirstName": "Ada", "Title": "CTO", **fields})
    here.settled()
    return contact, here.only()


def both_edit(here: Difficult, contact: str, person: str, title: str = "CEO", jobtitle: str = "Chair") -> None:
    here.salesforce.edit("Contact", contact, Title=title)
    here.admin.advance(5)
    here.hubspot.edit(person, jobtitle=jobtitle)
    here.admin.advance(5)


def values(here: Difficult, contact: str, person: str) -> tuple[str, str]:
    ((title,),) = here.contacts("Title")
    return title, here.hubspot.get(person, "jobtitle")["properties"]["jobtitle"]


def held(here: Difficult) -> list[dict[str, Any]]:
    ran = here.run("conflicts", "--practice", "--json")
    assert ran.status == 0, ran.err
    found: list[dict[str, Any]] = ran.json
    return found


def settle(here: Difficult, *arguments: str) -> Ran:
    return here.run("conflicts", "settle", "--practice", *arguments)


@pytest.fixture
def holding(here: Difficult) -> tuple[Difficult, str, str]:
    """A conflict that is held."""
    contact, person = linked(here)
    assert here.run("settings", "set", "--practice", "on_conflict", "hold").status == 0
    both_edit(here, contact, person)
    assert here.sync().writes() == 0
    return here, contact, person


def test_an_edit_of_another_field_does_not_make_this_fields_edit_the_newer(here: Difficult) -> None:
    contact, person = linked(here)
    here.admin.post("/salesforce/setup", tracked_fields=["Contact.Title"])
    both_edit(here, contact, person)
    here.salesforce.edit("Contact", contact, FirstName="Adah")
    here.sync()
    assert values(here, contact, person) == ("Chair", "Chair")
    assert why(here) == "edited on both sides: HubSpot's edit is newer (by the field's history)"


def test_without_a_history_in_salesforce_the_records_stamp_has_to_do(here: Difficult) -> None:
    contact, person = linked(here)
    both_edit(here, contact, person)
    here.salesforce.edit("Contact", contact, FirstName="Adah")
    here.sync()
    assert values(here, contact, person) == ("CEO", "CEO")
    assert "HubSpot's history of the field and Salesforce's stamp of the record" in why(here)


def why(here: Difficult) -> str:
    """The reason of the last pass's write of the title."""
    number = here.run("status", "--practice", "--json").json["last_pass"]["id"]
    changes = here.run("changes", "--practice", "--json", str(number)).json
    reasons = [field["reason"] for change in changes for field in change["fields"] if field["field"] in _TITLES]
    assert len(reasons) == 1, changes
    return str(reasons[0])


_TITLES = ("Title", "jobtitle")


def test_only_conflicts_cost_a_look_at_histories(here: Difficult) -> None:
    contact, person = linked(here)
    here.salesforce.edit("Contact", contact, Title="CEO")
    here.admin.reset_calls()
    here.sync()
    alone = here.admin.calls()
    here.admin.advance(7_200)
    here.settled()
    both_edit(here, contact, person, "CFO", "Chair")
    here.admin.reset_calls()
    here.sync()
    both = here.admin.calls()
    # One look at HubSpot's history and one at Salesforce's, which has none, and a write the other way: to Salesforce.
    assert sum(both.values()) <= sum(alone.values()) + 4


def test_a_held_conflict_is_listed_with_both_values_and_who_is_newer(holding: tuple[Difficult, str, str]) -> None:
    here, contact, person = holding
    (found,) = held(here)
    assert (found["property"], found["salesforce"], found["hubspot"]) == ("jobtitle", "CEO", "Chair")
    assert (found["base_salesforce"], found["base_hubspot"]) == ("CTO", "CTO")
    assert (found["salesforce_id"], found["hubspot_id"]) == (contact, person)
    assert (found["newer"], found["label"], found["settled"]) == ("hubspot", "Ada Moe", False)
    assert "Ada Moe" in here.run("conflicts", "--practice").out
    assert "Conflicts that are held: 1" in here.run("status", "--practice").out


@pytest.mark.parametrize(
    ("how", "end", "said"),
    [
        (("--use", "salesforce"), "CEO", "Salesforce's value"),
        (("--use", "hubspot"), "Chair", "HubSpot's value"),
        (("--use", "newest"), "Chair", "the newest; edited on both sides: HubSpot's edit is newer"),
        (("--value", "Head of Ops"), "Head of Ops", "a value of their own"),
    ],
)
def test_a_settled_conflict_is_written_by_the_next_pass(
    holding: tuple[Difficult, str, str], how: tuple[str, str], end: str, said: str
) -> None:
    here, contact, person = holding
    ran = settle(here, held(here)[0]["id"], *how)
    assert ran.status == 0, ran.err
    assert ("mappings rule contacts jobtitle prefer_salesforce" in ran.out) is (how[0] == "--use")
    assert [each["settled"] for each in held(here)] == [True]
    here.sync()
    assert values(here, contact, person) == (end, end)
    assert held(here) == []
    number = here.run("status", "--practice", "--json").json["last_pass"]["id"]
    changes = here.run("changes", "--practice", "--json", str(number)).json
    assert all(f"settled by a person: {said}" in field["reason"] for each in changes for field in each["fields"])
    assert sorted(field["old"] for each in changes for field in each["fields"]) == sorted({"CEO", "Chair"} - {end})
    assert here.quiet()


def test_a_conflict_whose_side_changed_after_it_was_settled_is_asked_anew(holding: tuple[Difficult, str, str]) -> None:
    here, contact, person = holding
    assert settle(here, "--all", "--use", "salesforce").status == 0
    here.hubspot.edit(person, jobtitle="Founder")
    here.sync()
    assert values(here, contact, person) == ("CEO", "Founder")
    (found,) = held(here)
    assert (found["hubspot"], found["settled"]) == ("Founder", False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("999.jobtitle", "--use", "salesforce"), "No conflict is held under “999.jobtitle”."),
        (("--property", "city", "--use", "salesforce"), "No conflict of “city” is held."),
        (("--use", "salesforce"), "Say which conflicts to settle."),
        (("1", "--all", "--use", "salesforce"), "Give ids, or --all."),
        (("--all",), "Say how to settle them."),
        (("--all", "--use", "hubspot", "--value", "X"), "Give --use, or --value."),
    ],
)
def test_what_cannot_be_settled_is_said(here: Difficult, arguments: tuple[str, ...], said: str) -> None:
    ran = settle(here, *arguments)
    assert ran.status == 2
    assert said in ran.err
