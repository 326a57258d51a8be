"""Automations that fight the sync, or each other through it: bounded, told with both values, and freed again (semantics 3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.acceptance.conditions import Difficult

INSISTS: dict[str, Any] = {"type": "contacts", "sets": {"jobtitle": "Boss"}}
SETS = {"sobject": "Contact", "name": "Chief", "does": "set", "field": "Title", "value": "Chief"}


def passes(here: Difficult, number: int = 10) -> list[int]:
    """Writes of each pass, half a minute apart."""
    writes = []
    for _ in range(number):
        writes.append(here.sync().writes())
        here.admin.advance(30)
    return writes


def told(here: Difficult) -> str:
    groups = json.loads(here.run("errors", "--practice", "--json").out)
    (message,) = [each["message"] for group in groups for each in group["records"] if group["code"] == "FLAPPING"]
    return str(message)


def by_hand(here: Difficult, person: str, **properties: str) -> None:
    """As a person does in HubSpot's own window."""
    body = {"system": "hubspot", "type": "contacts", "id": person, "values": properties}
    here.admin.post("/practice/set", **body)


def test_two_automations_that_insist_on_their_own_value_through_a_two_way_field_are_stopped(here: Difficult) -> None:
    here.rule("jobtitle", "two_way")
    here.person(Title="Start", Phone="+47 1")
    here.settled()
    here.admin.post("/salesforce/setup", triggers=[SETS])
    here.admin.post("/hubspot/setup", automations=[INSISTS])
    here.hubspot.edit(here.only(), jobtitle="Edited")
    writes = passes(here)
    assert sum(writes) <= 8
    assert writes[-3:] == [0, 0, 0]
    assert "“Chief”" in told(here)
    assert "“Boss”" in told(here)
    assert here.contacts("Title") + here.people("jobtitle") == [("Chief",), ("Boss",)]
    ((contact,),) = here.contacts("Id")
    here.salesforce.edit("Contact", contact, Phone="+47 2")
    here.settled()
    assert here.people("phone") == [("+47 2",)]


@pytest.fixture
def frozen(here: Difficult) -> tuple[Difficult, str]:
    """A title that a workflow changed back each time, until it was left alone; the workflow is gone by now."""
    here.rule("jobtitle", "always_salesforce")
    here.person(Title="Chief")
    here.settled()
    here.admin.post("/hubspot/setup", automations=[INSISTS])
    by_hand(here, here.only(), jobtitle="Boss")
    assert sum(passes(here, 6)) == 3
    assert "Jobtitle" in told(here) or "jobtitle" in told(here)
    here.admin.post("/hubspot/setup", automations=[])
    return here, here.only()


def test_a_person_who_edits_it_frees_a_frozen_field(frozen: tuple[Difficult, str]) -> None:
    here, person = frozen
    by_hand(here, person, jobtitle="Mine")
    here.settled()
    assert here.people("jobtitle") == [("Chief",)]
    assert here.errors() == []


def test_a_program_that_edits_it_does_not(frozen: tuple[Difficult, str]) -> None:
    here, person = frozen
    here.hubspot.edit(person, jobtitle="Its own")
    here.settled()
    assert here.people("jobtitle") == [("Its own",)]
    assert here.errors() == [("custom_code", "FLAPPING", 1)]


def test_another_value_to_be_written_frees_it(frozen: tuple[Difficult, str]) -> None:
    here, _ = frozen
    ((contact,),) = here.contacts("Id")
    here.salesforce.edit("Contact", contact, Title="Founder")
    here.settled()
    assert here.people("jobtitle") == [("Founder",)]
    assert here.errors() == []


def test_retry_frees_it(frozen: tuple[Difficult, str]) -> None:
    here, _ = frozen
    assert here.run("retry", "--practice", "--category", "custom_code").status == 0
    here.settled()
    assert here.people("jobtitle") == [("Chief",)]
    assert here.errors() == []
