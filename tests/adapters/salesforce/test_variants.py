"""What a variant of Task is to the rest: its schema, what a new one gets, and orgs that are set up differently."""

from __future__ import annotations

import pytest

from crmsync_desktop.adapters.salesforce import SalesforceCrm
from crmsync_desktop.domain.errors import BugError, SetupError, Unreachable
from crmsync_desktop.domain.records import UNSEEN, Cell, Outcome
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.practice.salesforce.customisation import PicklistValue, StandardPicklist
from tests.adapters.salesforce.conftest import Site
from tests.adapters.salesforce.test_activities import VARIANTS, create, of, read, schemas, want, written

pytestmark = pytest.mark.http

RENAMED = StandardPicklist(
    "Task.Status",
    (
        PicklistValue("Offen", default=True),
        PicklistValue("Erledigt", closed=True),
        PicklistValue("Verworfen", closed=True),
    ),
)


def test_without_the_subtype_all_tasks_are_to_dos_and_calls_say_what_is_missing(site: Site) -> None:
    call = site.org.insert("Task", {"Subject": "Call", "TaskSubtype": "Call"})
    site.org.change_setup(hidden_fields=("Task.TaskSubtype",))
    assert set(of(read(site, want("Task")), "Task")) == {call}
    for name, noun in (("Task.Call", "calls"), ("Task.Email", "emails")):
        with pytest.raises(SetupError, match="TaskSubtype") as caught:
            read(site, want("Task"), want(name))
        assert noun in caught.value.title
    (made,) = written(site, create(site, "a", "Task.Call", Subject="Still a task"))
    assert made.outcome is Outcome.DONE


def test_a_variant_that_there_is_not_is_a_bug(site: Site) -> None:
    for name in ("Task.Fax", "Account.Call"):
        with pytest.raises(BugError):
            schemas(site, name)
    assert site.requests() == 0


def test_all_variants_and_events_are_described_with_one_call(site: Site) -> None:
    found = schemas(site, *VARIANTS, "Event", "Contact")
    assert site.requests() == 1
    assert {name: schema.object for name, schema in found.items()} == {name: name for name in found}
    labels = ["Task", "Task (call)", "Task (email)", "Task (meeting)", "Task (note)", "Task (form submission)"]
    assert [found[name].label for name in VARIANTS] == labels
    for name in (*VARIANTS, "Event"):
        fields = found[name].fields
        assert (fields["Subject"].length, fields["Subject"].restricted) == (255, False)
        assert (fields["Description"].kind, fields["Description"].length) == (Kind.LONG_TEXT, 32_000)
        assert (fields["WhoId"].kind, fields["WhoId"].refers_to) == (Kind.REFERENCE, ("Contact", "Lead"))
        assert {"Account", "Opportunity", "Case"} <= set(fields["WhatId"].refers_to)
        assert not any(fields[each].required for each in ("Subject", "WhoId", "WhatId", "OwnerId"))
    for name in VARIANTS:
        fields = found[name].fields
        assert not fields["Status"].required
        assert not fields["Priority"].required
        assert not fields["TaskSubtype"].createable
        assert not fields["TaskSubtype"].updateable


def test_what_a_new_task_gets_that_is_not_said(site: Site) -> None:
    answers = written(site, *(create(site, name, name, Subject=None) for name in VARIANTS))
    rows = [site.org.get(answer.id or "") or {} for answer in answers]
    assert [row["Subject"] for row in rows] == [None, "Call", "Email", "Meeting", "Note", "Form submission"]
    (own,) = written(site, create(site, "own", "Task.Call", Subject="Mine", Status="In Progress"))
    row = site.org.get(own.id or "") or {}
    assert (row["Subject"], row["Status"], row["TaskSubtype"]) == ("Mine", "In Progress", "Call")


def test_an_org_that_renamed_its_statuses_is_asked_which_is_closed(site: Site) -> None:
    site.org.change_setup(picklists=(RENAMED,))
    known = schemas(site, *VARIANTS)
    assert site.requests() == 2
    assert [known[name].fields["Status"].default for name in VARIANTS] == [None, *["Erledigt"] * 5]
    task, note = written(site, create(site, "a", "Task"), create(site, "b", "Task.Note"), schemas=known.values())
    rows = [site.org.get(answer.id or "") or {} for answer in (task, note)]
    assert [(row["Status"], row["IsClosed"]) for row in rows] == [("Offen", False), ("Erledigt", True)]


def test_where_that_cannot_be_asked_new_ones_get_the_orgs_default(site: Site) -> None:
    site.org.change_setup(picklists=(RENAMED,), hidden_objects=("TaskStatus",))
    known = schemas(site, "Task.Note")["Task.Note"]
    assert known.fields["Status"].default is None
    (note,) = written(site, create(site, "b", "Task.Note", Description="Said"))
    assert (site.org.get(note.id or "") or {})["Status"] == "Offen"


def test_a_question_that_is_not_answered_is_asked_again_later(site: Site) -> None:
    site.org.change_setup(picklists=(RENAMED,))
    site.faults.plan = [("POST", "/composite", (503, "text/html", b"<h1>Down</h1>"))] * 4
    with pytest.raises(Unreachable):
        schemas(site, "Task.Note")
    assert schemas(site, "Task.Note")["Task.Note"].fields["Status"].default == "Erledigt"


def test_a_status_that_may_not_be_written_is_not(site: Site) -> None:
    site.org.change_setup(hidden_fields=("Task.CallDisposition",), read_only_fields=("Task.Status", "Task.TaskSubtype"))
    known = schemas(site, "Task.Call")["Task.Call"]
    assert known.fields["Status"].default is None
    assert known.fields["TaskSubtype"].default is None
    (made,) = written(site, create(site, "a", "Task.Call", Subject="S"))
    assert made.outcome is Outcome.DONE


def test_describing_a_task_anew_renews_all_its_variants(site: Site) -> None:
    task = site.org.insert("Task", {"Subject": "S", "TaskSubtype": "Call", "CallType": "Inbound"})

    async def work(crm: SalesforceCrm) -> list[Cell]:
        await crm.schemas(VARIANTS)
        site.org.change_setup(hidden_fields=("Task.CallType",))
        await crm.schemas(["Task"])
        (seen,) = await crm.read(want("Task.Call", None, "Subject", "CallType"), [task])
        return seen.cells

    assert site.use(work) == ["S", UNSEEN]
    assert site.requests() == 3


def test_a_count_is_made_anew_once_the_schema_it_was_made_from_is_out_of_date(site: Site) -> None:
    site.org.insert("Task", {"Subject": "S", "TaskSubtype": "Call"})
    known = schemas(site, "Task").values()
    site.org.change_setup(hidden_fields=("Task.TaskSubtype",))
    assert site.use(lambda crm: crm.count("Task", None), schemas=known) == 1
    with pytest.raises(SetupError):
        site.use(lambda crm: crm.count("Task.Call", None))


@pytest.mark.parametrize("since", ["yesterday", "2027-01-01T00:00:00", ""])
def test_a_moment_has_a_zone(site: Site, since: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid isoformat|time zone"):
        site.use(lambda crm: crm.count("Task", since))
    assert site.requests() == 0


def test_tasks_without_a_status_are_described_too(site: Site) -> None:
    site.org.change_setup(hidden_fields=("Task.IsRecurrence", "Task.CallObject"))
    assert schemas(site, "Task.Note")["Task.Note"].fields["Status"].default == "Completed"
    made = site.org.insert("Task", {"Subject": "S"})
    assert set(of(read(site, want("Task")), "Task")) == {made}
