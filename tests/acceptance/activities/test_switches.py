"""Switches that are turned off and on again, of kinds of activities and of what they belong to (A1)."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.records import Side
from tests.acceptance.activities.circle import log, make_circle, task
from tests.acceptance.activities.test_engagements import AT
from tests.acceptance.life.world import World, written


def test_what_happens_while_a_kind_is_off_stays_away_when_it_is_turned_on_again(here: World) -> None:
    circle = make_circle(here)
    about = {"contacts": circle.hubspot["contacts"]}
    here.settings(notes={"enabled": False}, tasks={"enabled": False})
    here.sync()
    here.admin.advance(3600)
    note = log(here, "notes", about, hs_note_body=circle.text, hs_timestamp=AT)
    ours = log(here, "tasks", about, hs_task_subject=circle.text, hs_timestamp=AT)
    theirs = here.salesforce.create("Task", Subject=circle.text, WhoId=circle.salesforce["contacts"])
    here.sync()
    here.admin.advance(3600)
    here.sync()
    here.settings(notes={"enabled": True}, tasks={"enabled": True})
    here.sync()
    assert here.partner("notes", Side.HUBSPOT, note) is None
    assert here.partner("tasks", Side.HUBSPOT, ours) is here.partner("tasks", Side.SALESFORCE, theirs) is None
    later = log(here, "notes", about, hs_note_body=f"{circle.text} later", hs_timestamp=AT)
    here.sync()
    assert here.partner("notes", Side.HUBSPOT, later) is not None
    here.run(here.service.backfill_activities("notes", "", begin=True))
    here.sync()
    assert here.partner("notes", Side.HUBSPOT, note) is not None


def test_salesforces_calls_and_events_come_from_the_moment_on_that_they_are_switched_on_again(here: World) -> None:
    circle = make_circle(here)
    on = {name: {"on_salesforce_change": "create_or_update"} for name in ("calls", "meetings")}
    here.settings(**on)
    here.sync()
    here.settings(**{name: {"on_salesforce_change": "nothing"} for name in on})
    here.sync()
    here.admin.advance(3600)
    who = circle.salesforce["contacts"]
    call = here.salesforce.create("Task", Subject=circle.text, TaskSubtype="Call", WhoId=who)
    hours = {"StartDateTime": "2026-12-01T11:00:00Z", "EndDateTime": "2026-12-01T12:00:00Z"}
    event = here.salesforce.create("Event", Subject=circle.text, WhoId=who, **hours)
    here.admin.advance(3600)
    here.sync()
    here.settings(**on)
    here.sync()
    assert here.partner("calls", Side.SALESFORCE, call) is here.partner("meetings", Side.SALESFORCE, event) is None


@pytest.mark.parametrize("meanwhile", ["linked", "deleted"])
def test_what_waited_when_its_kind_was_turned_off_is_taken_up_when_it_is_on_again(here: World, meanwhile: str) -> None:
    text = f"W{here.number()}z"
    nameless = here.make("hubspot", "contacts", email=f"{text}@example.com")
    id = log(here, "tasks", {"contacts": nameless}, hs_task_subject=text, hs_timestamp=AT)
    here.sync()
    assert here.codes(id) == ["PLACE_NOT_LINKED"]
    here.settings(tasks={"enabled": False})
    here.sync()
    here.edit("hubspot", "contacts", nameless, lastname=text)
    if meanwhile == "deleted":
        here.delete("hubspot", "tasks", id)
    here.sync()
    here.settings(tasks={"enabled": True})
    here.sync()
    assert here.codes(id) == []
    assert (here.partner("tasks", Side.HUBSPOT, id) is None) is (meanwhile == "deleted")
    assert written(here.sync()) == 0


def test_a_note_on_a_deal_follows_once_deals_sync(here: World) -> None:
    circle = make_circle(here)
    here.settings(deals={"enabled": False})
    id = log(here, "notes", {"deals": circle.hubspot["deals"]}, hs_note_body=circle.text, hs_timestamp=AT)
    here.sync()
    assert here.codes(id) == ["NOT_PLACED"]
    here.settings(deals={"enabled": True})
    here.sync()
    assert task(here, here.partner("notes", Side.HUBSPOT, id))["WhatId"] == circle.salesforce["deals"]
    assert here.codes(id) == []
