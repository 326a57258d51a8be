"""No second task, and no task that comes back as something else, whatever gets lost (A1, E2)."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.domain.records import Side
from tests.acceptance.activities.circle import log, make_circle, task
from tests.acceptance.activities.test_engagements import AT, LOGGED
from tests.acceptance.life.world import World, written

TO_SALESFORCE = {
    "tasks": {"hs_task_subject": "{} to do", "hs_timestamp": AT},
    **{kind: logged for kind, (logged, _) in LOGGED.items()},
}


def _sync_until_quiet(here: World) -> None:
    for _ in range(4):
        try:
            if written(here.sync()) == 0:
                return
        except CrmSyncError:
            continue
    pytest.fail("it never comes to rest")


@pytest.mark.parametrize("cut", ["drop_after_commit", "drop_before"])
@pytest.mark.parametrize("kind", TO_SALESFORCE)
def test_a_task_whose_answer_or_request_was_lost_is_there_once(here: World, kind: str, cut: str) -> None:
    """It is found where Salesforce has it, and made by the next pass where it was never stored."""
    circle = make_circle(here)
    logged = {name: value.format(circle.text) for name, value in TO_SALESFORCE[kind].items()}
    id = log(here, kind, {"contacts": circle.hubspot["contacts"]}, **logged)
    here.admin.fault("salesforce", path="composite/sobjects", **{cut: True})
    here.sync()
    here.admin.advance(90)
    _sync_until_quiet(here)
    who = circle.salesforce["contacts"]
    (found,) = here.salesforce.query(f"SELECT Id FROM Task WHERE WhoId = '{who}'")
    assert here.partner(kind, Side.HUBSPOT, id) == found["Id"]
    ours = here.named("hubspot", "tasks", circle.text)
    assert ours == ([id] if kind == "tasks" else [])


def test_a_hubspot_task_whose_answer_was_lost_is_found_and_not_made_again(here: World) -> None:
    circle = make_circle(here)
    theirs = here.salesforce.create(
        "Task",
        Subject=f"{circle.text} once",
        Status="Not Started",
        Priority="Normal",
        WhoId=circle.salesforce["contacts"],
        ActivityDate="2026-12-03",
    )
    here.admin.fault("hubspot", path="objects/2026-03/tasks/batch/create", drop_after_commit=True)
    here.sync()
    here.admin.advance(90)
    _sync_until_quiet(here)
    (ours,) = here.named("hubspot", "tasks", circle.text)
    assert here.partner("tasks", Side.SALESFORCE, theirs) == ours


def test_while_a_note_is_looked_for_a_new_to_do_waits_and_then_comes(here: World) -> None:
    """A to-do that appears meanwhile may be what became of the note."""
    circle = make_circle(here)
    log(here, "notes", {"contacts": circle.hubspot["contacts"]}, hs_note_body=circle.text, hs_timestamp=AT)
    here.admin.fault("salesforce", path="composite/sobjects", drop_after_commit=True)
    here.sync()
    here.salesforce.create(
        "Task",
        Subject=f"{circle.text} real",
        Status="Not Started",
        Priority="Normal",
        ActivityDate="2026-12-03",
        WhoId=circle.salesforce["contacts"],
    )
    here.admin.advance(90)
    _sync_until_quiet(here)
    (ours,) = here.named("hubspot", "tasks", circle.text)
    assert here.record("hubspot", "tasks", ours)["hs_task_subject"] == f"{circle.text} real"


def test_a_long_body_is_cut_off_and_the_cut_text_never_comes_back(here: World) -> None:
    circle = make_circle(here)
    body = f"<p>{circle.text} {'word ' * 9_000}</p>"
    id = log(here, "notes", {"contacts": circle.hubspot["contacts"]}, hs_note_body=body, hs_timestamp=AT)
    here.sync()
    theirs = here.partner("notes", Side.HUBSPOT, id)
    told = task(here, theirs)["Description"]
    assert len(told) <= 32_000
    assert told.endswith("… (cut off; the whole text is in HubSpot)")
    here.edit("hubspot", "notes", id, hs_note_body=f"<p>New. {'word ' * 9_000}</p>")
    here.sync()
    assert task(here, theirs)["Description"].startswith("New. word")
    assert here.record("hubspot", "notes", id)["hs_note_body"].startswith("<p>New.")
    assert written(here.sync()) == 0


def test_scripts_and_styles_of_a_body_stay_behind(here: World) -> None:
    circle = make_circle(here)
    body = f"<style>p{{x}}</style><script>alert('x')</script><p>{circle.text} &amp; &lt;b&gt;</p><img src=x onerror=y>"
    id = log(here, "notes", {"contacts": circle.hubspot["contacts"]}, hs_note_body=body, hs_timestamp=AT)
    here.sync()
    assert task(here, here.partner("notes", Side.HUBSPOT, id))["Description"] == f"{circle.text} & <b>"
