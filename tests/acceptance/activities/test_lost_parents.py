"""A contact that is deleted in HubSpot takes its associations along, and nothing from Salesforce (C5)."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Side
from tests.acceptance.activities.circle import log, make_circle, task
from tests.acceptance.life.world import World, written
from tests.acceptance.pairs.portal import part

AT = "2026-11-03T10:00:00Z"


@pytest.mark.parametrize("how", ["deleted", "erased"])
def test_tasks_tickets_and_roles_keep_a_contact_that_is_gone_from_hubspot(here: World, how: str) -> None:
    circle = make_circle(here)
    contact, theirs = circle.hubspot["contacts"], circle.salesforce
    note = log(here, "notes", {"contacts": contact}, hs_note_body=circle.text, hs_timestamp=AT)
    here.sync()
    of_note = here.partner("notes", Side.HUBSPOT, note)
    if how == "erased":
        here.erase(contact)
    else:
        here.delete("hubspot", "contacts", contact)
    here.edit("hubspot", "notes", note, hs_note_body=f"{circle.text} again")
    here.edit("hubspot", "tickets", circle.hubspot["tickets"], subject=f"{circle.text} again")
    here.edit("hubspot", "deals", circle.hubspot["deals"], dealname=f"{circle.text} again")
    here.settled()
    made = task(here, of_note)
    assert (made["Description"], made["WhoId"]) == (f"{circle.text} again", theirs["contacts"])
    (case,) = here.salesforce.query(f"SELECT ContactId FROM Case WHERE Id = '{theirs['tickets']}'")
    assert case["ContactId"] == theirs["contacts"]
    roles = here.salesforce.query(
        f"SELECT ContactId FROM OpportunityContactRole WHERE OpportunityId = '{theirs['deals']}'"
    )
    assert [role["ContactId"] for role in roles] == [theirs["contacts"]]
    assert written(here.sync()) == 0


def test_an_association_that_a_person_takes_away_is_taken_away(here: World) -> None:
    circle = make_circle(here)
    here.rule("tickets", "associations.contacts", Rule.TWO_WAY)
    part(here, "tickets", circle.hubspot["tickets"], "contacts", circle.hubspot["contacts"])
    here.edit("hubspot", "tickets", circle.hubspot["tickets"], subject=f"{circle.text} again")
    here.settled()
    (case,) = here.salesforce.query(f"SELECT ContactId FROM Case WHERE Id = '{circle.salesforce['tickets']}'")
    assert case["ContactId"] is None
