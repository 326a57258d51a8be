"""Calls, emails, meetings, notes and form submissions become Salesforce tasks, each by its switch (A1)."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.domain.records import Side
from tests.acceptance.activities.circle import Circle, log, make_circle, task
from tests.acceptance.activities.conftest import KINDS
from tests.acceptance.life.world import World, written
from tests.acceptance.pairs.portal import associated

AT = "2026-11-03T10:00:00Z"
LOGGED: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "calls": (
        {
            "hs_call_title": "{} spoke",
            "hs_call_body": "<p>Wants a <b>demo</b></p>",
            "hs_call_duration": "125400",
            "hs_call_direction": "OUTBOUND",
            "hs_timestamp": AT,
        },
        {
            "Subject": "{} spoke",
            "Description": "Wants a demo",
            "TaskSubtype": "Call",
            "CallDurationInSeconds": 125,
            "CallType": "Outbound",
        },
    ),
    "emails": (
        {
            "hs_email_subject": "{} offer",
            "hs_email_html": "<div>Dear <i>you</i>,</div><div>see below</div>",
            "hs_email_direction": "EMAIL",
            "hs_timestamp": AT,
        },
        {"Subject": "{} offer", "Description": "Dear you,\nsee below", "TaskSubtype": "Email"},
    ),
    "meetings": (
        {
            "hs_meeting_title": "{} met",
            "hs_meeting_body": "<ul><li>One</li><li>Two</li></ul>",
            "hs_meeting_start_time": AT,
            "hs_meeting_end_time": "2026-11-03T11:00:00Z",
            "hs_timestamp": AT,
        },
        {"Subject": "{} met", "TaskSubtype": "Task"},
    ),
    "notes": (
        {"hs_note_body": "<p>{} likes blue</p>", "hs_timestamp": AT},
        {"Subject": "Note", "Description": "{} likes blue", "TaskSubtype": "Task"},
    ),
}


def _said(what: dict[str, Any], circle: Circle) -> dict[str, Any]:
    return {name: value.format(circle.text) if isinstance(value, str) else value for name, value in what.items()}


def test_each_kind_becomes_a_completed_task_on_the_contact_and_the_deal(here: World) -> None:
    circle = make_circle(here)
    about = {name: circle.hubspot[name] for name in ("contacts", "companies", "deals")}
    ids = {kind: log(here, kind, about, **_said(logged, circle)) for kind, (logged, _) in LOGGED.items()}
    here.sync()
    for kind, id in ids.items():
        made, expected = task(here, here.partner(kind, Side.HUBSPOT, id)), _said(LOGGED[kind][1], circle)
        assert {name: made[name] for name in expected} == expected
        assert (made["Status"], made["ActivityDate"]) == ("Completed", "2026-11-03")
        assert (made["WhoId"], made["WhatId"]) == (circle.salesforce["contacts"], circle.salesforce["deals"])
    assert written(here.sync()) == 0
    assert here.named("hubspot", "tasks", circle.text) == []  # no task came back


@pytest.mark.parametrize("kind", LOGGED)
def test_a_kind_whose_switch_is_off_stays_in_hubspot(here: World, kind: str) -> None:
    """The other kinds travel."""
    circle = make_circle(here)
    here.settings(**{kind: {"enabled": False}})
    about = {"contacts": circle.hubspot["contacts"]}
    ids = {each: log(here, each, about, **_said(logged, circle)) for each, (logged, _) in LOGGED.items()}
    here.sync()
    partners = {each: here.partner(each, Side.HUBSPOT, id) for each, id in ids.items()}
    assert partners.pop(kind) is None
    who = circle.salesforce["contacts"]
    made = here.salesforce.query(f"SELECT Id FROM Task WHERE WhoId = '{who}'")
    assert {each["Id"] for each in made} == set(partners.values())
    assert len(made) == len(LOGGED) - 1


def test_an_edit_in_hubspot_travels_to_the_task(here: World) -> None:
    circle = make_circle(here)
    about = {"contacts": circle.hubspot["contacts"]}
    ids = {kind: log(here, kind, about, **_said(logged, circle)) for kind, (logged, _) in LOGGED.items()}
    here.sync()
    theirs = {kind: here.partner(kind, Side.HUBSPOT, id) for kind, id in ids.items()}
    for kind, id in ids.items():
        body = next(name for name in LOGGED[kind][0] if name.endswith(("_body", "_html")))
        here.edit("hubspot", kind, id, **{body: f"<p>{kind} said otherwise</p>"})
    here.sync()
    for kind, id in theirs.items():
        assert task(here, id)["Description"] == f"{kind} said otherwise"


@pytest.mark.parametrize(("about", "what"), [("tickets", "tickets"), ("companies", "companies")])
def test_without_a_deal_the_ticket_or_the_company_is_what_it_is_about(here: World, about: str, what: str) -> None:
    circle = make_circle(here)
    id = log(here, "notes", {about: circle.hubspot[about]}, hs_note_body=circle.text, hs_timestamp=AT)
    here.sync()
    made = task(here, here.partner("notes", Side.HUBSPOT, id))
    assert (made["WhoId"], made["WhatId"]) == (None, circle.salesforce[what])


def test_a_lead_stands_alone_on_its_task(here: World) -> None:
    """Salesforce takes no WhatId beside a lead."""
    circle = make_circle(here)
    here.settings(contacts={"on_hubspot_change": "lead"})
    lead = here.make(
        "hubspot", "contacts", lastname=f"{circle.text} L", email=f"{circle.text}l@example.com", company="Acme"
    )
    here.sync()
    about = {"contacts": lead, "deals": circle.hubspot["deals"]}
    id = log(here, "notes", about, hs_note_body=circle.text, hs_timestamp=AT)
    here.sync()
    made = task(here, here.partner("notes", Side.HUBSPOT, id))
    assert made["WhoId"] == here.partner("contacts", Side.HUBSPOT, lead)
    assert made["WhoId"].startswith("00Q")
    assert made["WhatId"] is None


def test_calls_and_emails_of_salesforce_come_where_their_switch_says_so(here: World) -> None:
    circle = make_circle(here)
    who = circle.salesforce["contacts"]
    call = {
        "Subject": f"{circle.text} rang",
        "TaskSubtype": "Call",
        "Status": "Completed",
        "ActivityDate": "2026-11-04",
    }
    off = here.salesforce.create("Task", WhoId=who, **call)
    here.sync()
    assert here.partner("calls", Side.SALESFORCE, off) is None
    assert here.named("hubspot", "tasks", circle.text) == []
    here.settings(
        calls={"on_salesforce_change": "create_or_update"}, emails={"on_salesforce_change": "create_or_update"}
    )
    here.sync()
    rang = here.salesforce.create("Task", WhoId=who, CallDurationInSeconds=61, CallType="Inbound", **call)
    wrote = here.salesforce.create("Task", WhoId=who, **{**call, "TaskSubtype": "Email", "Description": "Hello\nyou"})
    here.sync()
    ours = str(here.partner("calls", Side.SALESFORCE, rang))
    made = here.record("hubspot", "calls", ours)
    assert (made["hs_call_title"], made["hs_call_duration"], made["hs_call_direction"]) == (
        f"{circle.text} rang",
        "61000",
        "INBOUND",
    )
    assert set(associated(here, "calls", ours, "contacts")) == {circle.hubspot["contacts"]}
    email = here.record("hubspot", "emails", str(here.partner("emails", Side.SALESFORCE, wrote)))
    assert email["hs_email_subject"] == f"{circle.text} rang"
    assert "Hello<br>you" in email["hs_email_html"]
    assert written(here.sync()) == 0


def test_an_event_of_salesforce_becomes_a_meeting_where_the_switch_says_so(here: World) -> None:
    circle = make_circle(here)
    here.settings(meetings={"on_salesforce_change": "create_or_update"})
    here.sync()
    event = here.salesforce.create(
        "Event",
        Subject=f"{circle.text} lunch",
        Description="Bring papers",
        StartDateTime="2026-12-01T11:00:00Z",
        EndDateTime="2026-12-01T12:30:00Z",
        Location="Oslo",
        WhoId=circle.salesforce["contacts"],
        WhatId=circle.salesforce["deals"],
    )
    here.sync()
    ours = str(here.partner("meetings", Side.SALESFORCE, event))
    made = here.record("hubspot", "meetings", ours)
    assert made["hs_meeting_title"] == f"{circle.text} lunch"
    assert made["hs_meeting_start_time"].startswith("2026-12-01T11:00:00")
    assert made["hs_meeting_end_time"].startswith("2026-12-01T12:30:00")
    assert made["hs_meeting_location"] == "Oslo"
    assert set(associated(here, "meetings", ours, "deals")) == {circle.hubspot["deals"]}
    here.salesforce.edit("Event", event, Location="Bergen")
    here.sync()
    assert here.record("hubspot", "meetings", ours)["hs_meeting_location"] == "Bergen"
    assert written(here.sync()) == 0


def test_a_switch_brings_nothing_of_the_past_until_it_is_asked_for(here: World) -> None:
    circle = make_circle(here)
    here.settings(**{kind: {"enabled": False} for kind in KINDS})
    here.sync()
    past = log(here, "notes", {"contacts": circle.hubspot["contacts"]}, hs_note_body=circle.text, hs_timestamp=AT)
    here.store.forget_cursor(Side.HUBSPOT, "notes")  # as with a switch that was never on
    here.admin.advance(7200)
    here.sync()
    here.settings(notes={"enabled": True})
    here.sync()
    assert here.partner("notes", Side.HUBSPOT, past) is None
    offered = here.run(here.service.backfill_activities("notes", "", begin=False))
    assert offered.records[Side.HUBSPOT] >= 1
    assert offered.records[Side.SALESFORCE] == 0
    assert offered.calls[Side.SALESFORCE] >= 1
    here.sync()
    assert here.partner("notes", Side.HUBSPOT, past) is None
    here.run(here.service.backfill_activities("notes", "", begin=True))
    here.sync()
    assert here.partner("notes", Side.HUBSPOT, past) is not None
