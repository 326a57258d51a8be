"""What is too long for Salesforce is cut off there, and HubSpot has the whole (A1)."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.records import Side
from tests.acceptance.activities.circle import log, make_circle, task
from tests.acceptance.activities.test_engagements import AT, LOGGED
from tests.acceptance.life.world import World, written

SUBJECTS = {"tasks": "hs_task_subject", "calls": "hs_call_title", "emails": "hs_email_subject"}


@pytest.mark.parametrize("kind", SUBJECTS)
def test_a_subject_of_more_than_salesforce_takes_is_cut_off_and_never_comes_back(here: World, kind: str) -> None:
    circle = make_circle(here)
    subject = f"{circle.text} {'word ' * 60}end"
    said = {name: value.format(circle.text) for name, value in LOGGED[kind][0].items()} if kind in LOGGED else {}
    about = {"contacts": circle.hubspot["contacts"]}
    id = log(here, kind, about, **{**said, "hs_timestamp": AT, SUBJECTS[kind]: subject})
    here.sync()
    theirs = here.partner(kind, Side.HUBSPOT, id)
    assert task(here, theirs)["Subject"] == f"{subject[:254]}…"
    assert here.errors(id, str(theirs)) == []
    here.edit("hubspot", kind, id, **{SUBJECTS[kind]: f"New {subject}"})
    here.sync()
    assert task(here, theirs)["Subject"] == f"New {subject}"[:254] + "…"
    here.salesforce.edit("Task", str(theirs), Subject=f"{circle.text} edited")
    here.sync()
    assert here.record("hubspot", kind, id)[SUBJECTS[kind]] == f"New {subject}"
    assert written(here.sync()) == 0


def test_an_edit_of_a_text_that_was_cut_off_travels_although_salesforce_is_preferred(here: World) -> None:
    circle = make_circle(here)
    id = log(
        here,
        "tasks",
        {"contacts": circle.hubspot["contacts"]},
        hs_task_subject=circle.text,
        hs_task_body=f"<p>First {'word ' * 9_000}</p>",
        hs_timestamp=AT,
    )
    here.sync()
    theirs = here.partner("tasks", Side.HUBSPOT, id)
    for body in (f"<p>Second {'word ' * 9_000}</p>", "<p>Short</p>"):
        here.edit("hubspot", "tasks", id, hs_task_body=body)
        here.sync()
        assert task(here, theirs)["Description"][:5] == body[3:8]
        assert here.record("hubspot", "tasks", id)["hs_task_body"] == body
        assert here.errors(id, str(theirs)) == []
    assert written(here.sync()) == 0
