"""Tasks travel both ways (A2)."""

from __future__ import annotations

from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Side
from tests.acceptance.activities.circle import log, make_circle, owners, task
from tests.acceptance.life.world import World, written
from tests.acceptance.pairs.portal import associated

DUE = {"hs_timestamp": "2026-12-03T08:15:00Z"}


def test_a_hubspot_task_becomes_a_task_on_its_contact_and_deal(here: World) -> None:
    circle = make_circle(here)
    about = {name: circle.hubspot[name] for name in ("contacts", "deals", "companies")}
    id = log(
        here,
        "tasks",
        about,
        hs_task_subject=f"{circle.text} call back",
        hs_task_body="<p>Ask about <b>terms</b></p><p>Then write</p>",
        hs_task_status="IN_PROGRESS",
        hs_task_priority="HIGH",
        hs_timestamp="2026-12-03T23:30:00Z",
    )
    here.sync()
    made = task(here, here.partner("tasks", Side.HUBSPOT, id))
    assert made["Subject"] == f"{circle.text} call back"
    assert made["Description"] == "Ask about terms\n\nThen write"
    assert (made["Status"], made["Priority"]) == ("In Progress", "High")
    assert made["WhoId"] == circle.salesforce["contacts"]
    assert made["WhatId"] == circle.salesforce["deals"]
    assert written(here.sync()) == 0


def test_a_salesforce_task_becomes_a_hubspot_task_with_its_associations(here: World) -> None:
    circle = make_circle(here)
    id = here.salesforce.create(
        "Task",
        Subject=f"{circle.text} send offer",
        Description="Line one\nLine <two>",
        Status="Not Started",
        Priority="Normal",
        ActivityDate="2026-12-24",
        WhoId=circle.salesforce["contacts"],
        WhatId=circle.salesforce["tickets"],
    )
    here.sync()
    made = here.partner("tasks", Side.SALESFORCE, id)
    assert made is not None
    record = here.record("hubspot", "tasks", made)
    assert record["hs_task_subject"] == f"{circle.text} send offer"
    assert record["hs_task_body"] == "<p>Line one<br>Line &lt;two&gt;</p>"
    assert (record["hs_task_status"], record["hs_task_priority"]) == ("NOT_STARTED", "MEDIUM")
    assert set(associated(here, "tasks", made, "contacts")) == {circle.hubspot["contacts"]}
    assert set(associated(here, "tasks", made, "tickets")) == {circle.hubspot["tickets"]}
    assert written(here.sync()) == 0


def test_a_task_completed_in_either_system_is_completed_in_the_other(here: World) -> None:
    circle = make_circle(here)
    here.rule("tasks", "hs_task_status", Rule.TWO_WAY)
    id = log(here, "tasks", {"contacts": circle.hubspot["contacts"]}, hs_task_subject=f"{circle.text} x", **DUE)
    here.sync()
    theirs = here.partner("tasks", Side.HUBSPOT, id)
    here.salesforce.edit("Task", str(theirs), Status="Completed")
    here.sync()
    assert here.record("hubspot", "tasks", id)["hs_task_status"] == "COMPLETED"
    here.edit("hubspot", "tasks", id, hs_task_status="NOT_STARTED")
    here.sync()
    assert task(here, theirs)["Status"] == "Not Started"


def test_a_due_date_keeps_its_time_of_day_and_moves_by_days(here: World) -> None:
    circle = make_circle(here)
    id = log(here, "tasks", {"contacts": circle.hubspot["contacts"]}, hs_task_subject=f"{circle.text} x", **DUE)
    here.sync()
    theirs = str(here.partner("tasks", Side.HUBSPOT, id))
    before = here.record("hubspot", "tasks", id)["hs_timestamp"]
    assert task(here, theirs)["ActivityDate"] == "2026-12-03"
    here.salesforce.edit("Task", theirs, ActivityDate="2026-12-10")
    here.sync()
    after = here.record("hubspot", "tasks", id)["hs_timestamp"]
    assert (before[:10], after[:10], before[10:]) == ("2026-12-03", "2026-12-10", after[10:])


def test_a_task_deleted_in_salesforce_is_deleted_or_stays_as_the_setting_says(here: World) -> None:
    circle = make_circle(here)
    about = {"contacts": circle.hubspot["contacts"]}
    kept = log(here, "tasks", about, hs_task_subject=f"{circle.text} kept", **DUE)
    lost = log(here, "tasks", about, hs_task_subject=f"{circle.text} lost", **DUE)
    here.sync()
    here.salesforce.delete("Task", str(here.partner("tasks", Side.HUBSPOT, kept)))
    here.sync()
    assert here.record("hubspot", "tasks", kept)["state"] == "live"
    here.settings(tasks={"on_salesforce_delete": "delete"})
    here.salesforce.delete("Task", str(here.partner("tasks", Side.HUBSPOT, lost)))
    here.sync()
    assert here.record("hubspot", "tasks", lost)["state"] == "deleted"


def test_a_task_deleted_in_hubspot_stays_in_salesforce(here: World) -> None:
    circle = make_circle(here)
    id = log(here, "tasks", {"contacts": circle.hubspot["contacts"]}, hs_task_subject=f"{circle.text} x", **DUE)
    here.sync()
    theirs = here.partner("tasks", Side.HUBSPOT, id)
    here.delete("hubspot", "tasks", id)
    here.sync()
    assert not task(here, theirs)["IsDeleted"]


def test_a_task_of_nobody_who_is_linked_waits_says_so_and_follows(here: World) -> None:
    text = f"W{here.number()}z"
    nameless = here.make("hubspot", "contacts", email=f"{text}@example.com")  # Salesforce takes none without a name
    id = log(here, "tasks", {"contacts": nameless}, hs_task_subject=f"{text} x", **DUE)
    here.sync()
    assert here.partner("tasks", Side.HUBSPOT, id) is None
    (told,) = here.errors(id)
    assert (told.code, told.notice) == ("PLACE_NOT_LINKED", True)
    assert nameless in told.message
    here.edit("hubspot", "contacts", nameless, lastname=text)
    here.sync()
    made = task(here, here.partner("tasks", Side.HUBSPOT, id))
    assert made["WhoId"] == here.partner("contacts", Side.HUBSPOT, nameless)
    assert here.errors(id) == []


def test_a_task_that_belongs_to_no_record_waits_and_says_so(here: World) -> None:
    text = f"N{here.number()}z"
    theirs = here.salesforce.create("Task", Subject=f"{text} nobody's", Status="Not Started", Priority="Normal")
    ours = here.make("hubspot", "tasks", hs_task_subject=f"{text} nobody's", **DUE)
    here.sync()
    assert here.codes(theirs) == here.codes(ours) == ["NOT_PLACED"]
    assert here.named("hubspot", "tasks", text) == [ours]


def test_another_contact_put_on_a_task_moves_it_and_what_people_associated_stays(here: World) -> None:
    one, other = make_circle(here), make_circle(here)
    id = log(here, "tasks", {"contacts": one.hubspot["contacts"]}, hs_task_subject=f"{one.text} x", **DUE)
    here.sync()
    theirs = str(here.partner("tasks", Side.HUBSPOT, id))
    here.rule("tasks", "associations.contacts", Rule.TWO_WAY)
    here.salesforce.edit("Task", theirs, WhoId=other.salesforce["contacts"])
    here.sync()
    assert other.hubspot["contacts"] in associated(here, "tasks", id, "contacts")
    assert task(here, theirs)["WhoId"] == other.salesforce["contacts"]
    assert written(here.sync()) == 0


def test_owners_of_tasks_follow_by_email(here: World) -> None:
    circle = make_circle(here)
    id = log(here, "tasks", {"contacts": circle.hubspot["contacts"]}, hs_task_subject=f"{circle.text} x", **DUE)
    here.sync()
    theirs = str(here.partner("tasks", Side.HUBSPOT, id))
    users = {
        row["Email"]: row["Id"] for row in here.salesforce.query("SELECT Id, Email FROM User WHERE IsActive = true")
    }
    owner = next(each for each in owners(here) if each["email"] in users)
    here.edit("hubspot", "tasks", id, hubspot_owner_id=owner["id"])
    here.sync()
    assert task(here, theirs)["OwnerId"] == users[owner["email"]]


def test_a_salesforce_task_without_a_due_date_comes_all_the_same_and_stays_without(here: World) -> None:
    """HubSpot makes no task without one."""
    circle = make_circle(here)
    id = here.salesforce.create("Task", Subject=f"{circle.text} some day", WhoId=circle.salesforce["contacts"])
    here.sync()
    ours = here.partner("tasks", Side.SALESFORCE, id)
    assert ours is not None, here.errors(id)
    assert here.record("hubspot", "tasks", ours)["hs_timestamp"]
    assert written(here.sync()) == 0
    here.edit("hubspot", "tasks", ours, hs_task_priority="HIGH")
    here.sync()
    assert task(here, id)["ActivityDate"] is None
    here.salesforce.edit("Task", id, ActivityDate="2026-12-10")
    here.sync()
    assert here.record("hubspot", "tasks", ours)["hs_timestamp"].startswith("2026-12-10")
