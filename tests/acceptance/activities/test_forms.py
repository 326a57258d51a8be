"""What people fill in becomes a completed Salesforce task on the contact or lead with their address (A1)."""

from __future__ import annotations

from typing import Any

from tests.acceptance.activities.circle import make_circle
from tests.acceptance.life.world import World, written

REST = 301
"""Seconds after which forms are asked again, however many there are."""


def submit(here: World, form: str, **values: str) -> str:
    """Gives the contact; waits for what makes a pass ask the forms again."""
    here.admin.advance(REST)
    body = {"form": form, "values": values, "page": "https://firma.example/contact"}
    return str(here.admin.post("/practice/submit-form", **body)["id"])


def tasks(here: World, who: str) -> list[dict[str, Any]]:
    fields = "Subject, Description, Status, WhoId, WhatId, TaskSubtype"
    return list(here.salesforce.query(f"SELECT {fields} FROM Task WHERE WhoId = '{who}' ORDER BY CreatedDate, Id"))


def test_a_submission_becomes_a_task_and_a_second_one_another(here: World) -> None:
    circle = make_circle(here)
    form, email = f"{circle.text} Ask us", f"{circle.text}@example.com".lower()
    assert submit(here, form, email=email, firstname="Kari") == circle.hubspot["contacts"]
    here.sync()
    (made,) = tasks(here, circle.salesforce["contacts"])
    assert (made["Subject"], made["Status"], made["TaskSubtype"]) == (f"Form submission: {form}", "Completed", "Task")
    assert made["Description"] == f"Email: {email}\nFirst Name: Kari\n\nPage: https://firma.example/contact"
    assert written(here.sync()) == 0
    submit(here, form, email=email, firstname="Kari")
    here.sync()
    assert len(tasks(here, circle.salesforce["contacts"])) == 2
    assert written(here.sync()) == 0
    assert here.named("hubspot", "tasks", circle.text) == []


def test_who_is_not_in_salesforce_yet_gets_contact_and_task(here: World) -> None:
    text = f"F{here.number()}z"
    form = f"{text} Newsletter"
    contact = submit(here, form, email=f"{text}@example.com".lower(), lastname=text, company="Acme")
    here.sync()
    here.sync()
    (row,) = here.salesforce.query(f"SELECT Id FROM Contact WHERE LastName = '{text}'")
    (made,) = tasks(here, row["Id"])
    assert made["Subject"] == f"Form submission: {form}"
    assert here.record("hubspot", "contacts", contact)["state"] == "live"


def test_with_the_switch_off_a_submission_stays_in_hubspot(here: World) -> None:
    circle = make_circle(here)
    here.settings(forms={"enabled": False})
    submit(here, f"{circle.text} Off", email=f"{circle.text}@example.com".lower())
    here.admin.reset_calls()
    here.sync()
    assert tasks(here, circle.salesforce["contacts"]) == []


def test_a_lost_answer_makes_no_second_task(here: World) -> None:
    circle = make_circle(here)
    submit(here, f"{circle.text} Once", email=f"{circle.text}@example.com".lower())
    here.admin.fault("salesforce", path="composite/sobjects", drop_after_commit=True)
    here.sync()
    (fault,) = here.admin.get("/faults")
    assert fault["hits"] == 1
    here.admin.clear_faults()
    here.admin.advance(90)
    here.settled()
    assert len(tasks(here, circle.salesforce["contacts"])) == 1
