"""What an admin is told about activities (P3, A1)."""

from __future__ import annotations

from crmsync_desktop.domain.records import Side
from tests.acceptance.activities.circle import log, make_circle
from tests.acceptance.activities.test_engagements import AT
from tests.acceptance.life.world import World


def test_why_says_that_a_note_waits_and_doesnt_promise_that_it_is_created(here: World) -> None:
    id = log(here, "notes", {}, hs_note_body="Nobody's", hs_timestamp=AT)
    here.sync()
    told = here.run(here.service.why(id, None))
    assert told.decisions[0].startswith("It waits")
    assert "belongs to no contact" in told.decisions[1]
    assert "What Salesforce has of notes is never read back." in told.facts
    assert not any("on_salesforce_change" in fact for fact in told.facts)


def test_why_of_an_unknown_activity_names_switches_and_the_past(here: World) -> None:
    circle = make_circle(here)
    here.settings(notes={"enabled": False})
    id = log(here, "notes", {"contacts": circle.hubspot["contacts"]}, hs_note_body=circle.text, hs_timestamp=AT)
    here.sync()
    would = " ".join(here.run(here.service.why(id, None)).would)
    assert "activities backfill" in would
    assert "switched off: notes" in would


def test_the_offer_of_past_activities_says_that_what_both_systems_hold_would_be_there_twice(here: World) -> None:
    circle = make_circle(here)
    log(here, "tasks", {"contacts": circle.hubspot["contacts"]}, hs_task_subject=circle.text, hs_timestamp=AT)
    here.sync()
    offered = here.run(here.service.backfill_activities("tasks", "", begin=False))
    assert offered.records[Side.HUBSPOT] >= 1
    assert "twice" in offered.warning
    assert here.run(here.service.backfill_activities("tasks", "2999-01-01", begin=False)).warning == ""
