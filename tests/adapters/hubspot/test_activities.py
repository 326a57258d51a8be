"""Calls, e-mails, meetings, notes and tasks over HTTP: described, read with what they belong to, written, associated."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import UNSEEN, Category, Op, Outcome, Presence, Side, Write
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.ports.crm import Want
from tests.adapters.hubspot.conftest import START, Site
from tests.adapters.hubspot.test_associations import People
from tests.contracts.workbench import cursor, pages, records

pytestmark = pytest.mark.http

CONTACTS, RELATED = "associations.contacts", "associations.related"
OBJECTS = ("tasks", "calls", "emails", "meetings", "notes")
TITLES = {
    "tasks": "hs_task_subject",
    "calls": "hs_call_title",
    "emails": "hs_email_subject",
    "meetings": "hs_meeting_title",
}
BODIES = {
    "tasks": "hs_task_body",
    "calls": "hs_call_body",
    "emails": "hs_email_html",
    "meetings": "hs_meeting_body",
    "notes": "hs_note_body",
}
WHEN = "2027-01-15T08:00:00Z"
TASKS = Want("tasks", ("hs_task_subject", "hs_task_body", CONTACTS, RELATED))


class Activities(People):
    """As People, with activities."""

    described = OBJECTS

    def act(self, object_name: str, **values: str) -> str:
        return self.insert(object_name, hs_timestamp=WHEN, **values)


@pytest.fixture
def there(site: Site) -> Activities:
    return Activities(site)


def test_each_is_described_with_what_it_belongs_to(there: Activities) -> None:
    before = there.site.calls()
    described = there.site.use(lambda crm: crm.schemas(OBJECTS))
    assert there.site.calls() - before == 5
    for name in OBJECTS:
        fields = described[name].fields
        assert fields[BODIES[name]].kind is Kind.HTML
        assert (fields["hs_timestamp"].kind, fields["hs_timestamp"].required) == (Kind.DATETIME, name != "meetings")
        assert (fields[CONTACTS].kind, fields[CONTACTS].refers_to) == (Kind.PLACES, ("contacts",))
        assert (fields[RELATED].kind, fields[RELATED].refers_to) == (Kind.PLACES, ("deals", "tickets", "companies"))
        assert fields[CONTACTS].createable
        assert fields[RELATED].updateable
    assert described["calls"].fields["hs_call_duration"].kind is Kind.NUMBER


def test_what_it_belongs_to_comes_in_order_of_preference(there: Activities) -> None:
    contacts = sorted((there.insert("contacts", lastname=f"L{n}") for n in range(2)), key=int)
    companies = sorted((there.insert("companies", name=f"C{n}") for n in range(2)), key=int)
    ticket = there.insert("tickets", subject="T", hs_pipeline_stage="1")
    deal = there.insert("deals", dealname="D")
    full, bare = there.act("tasks", hs_task_subject="Full"), there.act("tasks", hs_task_subject="Bare")
    for target, ends in (
        ("companies", companies[::-1]),
        ("tickets", [ticket]),
        ("deals", [deal]),
        ("contacts", contacts[::-1]),
    ):
        for end in ends:
            there.tie("tasks", full, target, end)
    there.site.pass_time(60)
    found = records(there.read(TASKS))
    related = f"deals/{deal};tickets/{ticket};companies/{companies[0]};companies/{companies[1]}"
    assert found[full].cells == ["Full", None, f"contacts/{contacts[0]};contacts/{contacts[1]}", related]
    assert found[bare].cells == ["Bare", None, None, None]


def test_what_is_not_asked_for_costs_no_call(there: Activities) -> None:
    for name in OBJECTS:
        there.act(name)
    there.site.pass_time(60)
    there.read(Want("tasks", ("hs_task_subject",)))
    assert there.calls == 1
    there.read(Want("tasks", ("hs_task_subject", CONTACTS)))
    assert there.calls == 2


def test_a_quiet_look_at_all_five_is_a_call_each(there: Activities) -> None:
    for name in OBJECTS:
        there.act(name)
    there.site.pass_time(60)
    wants = [Want(name, (BODIES[name], CONTACTS, RELATED)) for name in OBJECTS]
    first = there.read(*wants)
    assert there.calls == 5 + 5 * 4
    for _ in range(2):
        there.site.pass_time(7_200)
        wants = [Want(each.object, each.fields, (), cursor(first, each.object)) for each in wants]
        first = quiet = there.read(*wants)
    assert [len(page.records) for page in quiet] == [0] * 5
    assert there.calls == 5


def test_a_thousand_changed_calls_are_five_searches_and_four_reads_of_associations(there: Activities) -> None:
    contact, deal = there.insert("contacts", lastname="L"), there.insert("deals", dealname="D")
    stamps = {"hs_createdate": START - 60, "hs_lastmodifieddate": START - 60}
    there.portal.load(("calls", {"hs_timestamp": WHEN, "hs_call_title": f"Call {n}", **stamps}) for n in range(1_000))
    ids = [str(row[0]) for row in there.portal.connection.execute("SELECT id FROM record WHERE type = 'calls'")]
    there.tie("calls", ids[0], "contacts", contact)
    there.tie("calls", ids[999], "deals", deal)
    found = records(there.read(Want("calls", ("hs_call_title", CONTACTS, RELATED))))
    assert there.calls == 5 + 4
    assert len(found) == 1_000
    assert found[ids[0]].cells[1:] == [f"contacts/{contact}", None]
    assert found[ids[999]].cells[1:] == [None, f"deals/{deal}"]


def test_activities_are_never_read_anew_as_a_whole(there: Activities) -> None:
    there.act("tasks", hs_task_subject="Old")
    there.site.pass_time(60)
    since = cursor(there.read(TASKS), "tasks")
    for _ in range(5):
        there.site.pass_time(7_200)
        found = there.read(Want("tasks", TASKS.fields, (), since))
        since = cursor(found, "tasks")
    assert records(found) == {}


def test_a_thousand_contacts_of_one_meeting_are_all_read(there: Activities) -> None:
    there.portal.load(("contacts", {"lastname": f"L{n}"}) for n in range(1_000))
    ids = [str(row[0]) for row in there.portal.connection.execute("SELECT id FROM record WHERE type = 'contacts'")]
    meeting = there.act("meetings", hs_meeting_title="All hands")
    for id in ids:
        there.tie("meetings", meeting, "contacts", id)
    (found,) = there.site.use(lambda crm: crm.read(Want("meetings", (CONTACTS,)), [meeting]))
    assert found.cells == [";".join(f"contacts/{id}" for id in sorted(ids, key=int))]


@pytest.mark.parametrize("name", OBJECTS)
def test_one_is_made_changed_parted_and_thrown_away(there: Activities, name: str) -> None:
    one, two = (there.insert("contacts", lastname=f"L{n}") for n in range(2))
    deal, company = there.insert("deals", dealname="D"), there.insert("companies", name="C")
    values = {BODIES[name]: "<p>Body</p>", "hs_timestamp": WHEN, CONTACTS: f"contacts/{one}"}
    values[RELATED] = f"companies/{company};deals/{deal}"
    (made,) = there.write(there.create(name, **values))
    assert (made.outcome, made.faults) == (Outcome.DONE, ())
    assert (made.echo or {})[RELATED] == f"deals/{deal};companies/{company}"
    assert there.calls == 1
    want = Want(name, (BODIES[name], "hs_timestamp", CONTACTS, RELATED))
    id = made.id or ""
    (seen,) = there.site.use(lambda crm: crm.read(want, [id]))
    assert seen.cells == ["<p>Body</p>", WHEN, f"contacts/{one}", f"deals/{deal};companies/{company}"]
    ticket = there.insert("tickets", subject="T", hs_pipeline_stage="1")
    there.tie(name, id, "tickets", ticket)  # by a person, and nobody's business here
    former = {CONTACTS: f"contacts/{one}", RELATED: f"deals/{deal};companies/{company}"}
    now = {BODIES[name]: "<p>New</p>", CONTACTS: f"contacts/{two}", RELATED: f"companies/{company}"}
    (changed,) = there.write(there.update(name, id, former, **now))
    assert (changed.outcome, changed.faults) == (Outcome.DONE, ())
    assert there.calls == 1 + 3  # one contact made and one parted, one deal parted
    (seen,) = there.site.use(lambda crm: crm.read(want, [id]))
    assert seen.cells == ["<p>New</p>", WHEN, f"contacts/{two}", f"tickets/{ticket};companies/{company}"]
    (gone,) = there.write(Write("gone", Side.HUBSPOT, name, Op.DELETE, id, {}))
    assert gone.outcome is Outcome.DONE
    (seen,) = there.site.use(lambda crm: crm.read(want, [id]))
    assert seen.presence is Presence.DELETED


def test_a_hundred_are_made_with_their_associations_in_one_call(there: Activities) -> None:
    contact = there.insert("contacts", lastname="L")
    writes = [
        there.create("tasks", hs_task_subject=f"T{n}", hs_timestamp=WHEN, **{CONTACTS: f"contacts/{contact}"})
        for n in range(100)
    ]
    assert {each.outcome for each in there.write(*writes)} == {Outcome.DONE}
    assert there.calls == 1


def test_a_meeting_stands_at_its_start_and_an_email_was_sent(there: Activities) -> None:
    meeting, email = there.write(
        there.create("meetings", hs_meeting_title="M", hs_meeting_start_time=WHEN),
        there.create("emails", hs_email_subject="E", hs_timestamp=WHEN),
    )
    assert (meeting.outcome, email.outcome) == (Outcome.DONE, Outcome.DONE)
    names = ("hs_timestamp", "hs_email_direction", "hs_email_status")
    (seen,) = there.site.use(lambda crm: crm.read(Want("meetings", names[:1]), [meeting.id or ""]))
    assert seen.cells == [WHEN]
    (seen,) = there.site.use(lambda crm: crm.read(Want("emails", names), [email.id or ""]))
    assert seen.cells == [WHEN, "EMAIL", "SENT"]


def test_one_without_its_time_is_refused_and_stops_nobody(there: Activities) -> None:
    bad, good = there.write(
        there.create("tasks", hs_task_subject="Undated"), there.create("tasks", hs_task_subject="T", hs_timestamp=WHEN)
    )
    assert (bad.outcome, good.outcome) == (Outcome.FAILED, Outcome.DONE)
    assert [(each.category, each.fields) for each in bad.faults] == [(Category.PROPERTY_VALUES, ("hs_timestamp",))]


def test_an_email_without_html_shows_its_text(there: Activities) -> None:
    plain = there.act("emails", hs_email_text="a < b & c\nsecond")
    rich = there.act("emails", hs_email_text="plain", hs_email_html="<p>rich</p>")
    bare = there.act("emails", hs_email_subject="no body")
    there.site.pass_time(60)
    found = records(there.read(Want("emails", ("hs_email_html",))))
    shown = {id: record.cells for id, record in found.items()}
    assert shown == {plain: ["a &lt; b &amp; c<br>second"], rich: ["<p>rich</p>"], bare: [None]}
    assert [record.cells for record in found.values() if UNSEEN in record.cells] == []


def test_bodies_travel_as_they_are(there: Activities) -> None:
    longest = "x" * 65_536
    scripted = '<p onclick="x()">Hi</p><script>alert("\u2028")</script>'
    long, hostile, blank, too_long = there.write(
        *(
            there.create("notes", hs_timestamp=WHEN, hs_note_body=body)
            for body in (longest, scripted, None, longest + "x")
        )
    )
    assert [each.outcome for each in (long, hostile, blank, too_long)] == [Outcome.DONE] * 3 + [Outcome.FAILED]
    assert too_long.faults[0].category is Category.PROPERTY_VALUES
    ids = [each.id or "" for each in (long, hostile, blank)]
    found = there.site.use(lambda crm: crm.read(Want("notes", ("hs_note_body",)), ids))
    assert [each.cells for each in found] == [[longest], [scripted], [None]]


def test_a_refused_association_names_its_field(there: Activities) -> None:
    task = there.act("tasks", hs_task_subject="T")
    contact = there.insert("contacts", lastname="L")
    bad, good = there.write(
        there.update("tasks", task, {CONTACTS: None}, **{CONTACTS: "contacts/9999999999"}),
        there.update("tasks", there.act("tasks"), {CONTACTS: None}, **{CONTACTS: f"contacts/{contact}"}),
    )
    assert (bad.outcome, good.outcome) == (Outcome.FAILED, Outcome.DONE)
    assert [(fault.category, fault.fields) for fault in bad.faults] == [(Category.ASSOCIATIONS, (CONTACTS,))]
    (new,) = there.write(there.create("tasks", hs_timestamp=WHEN, **{RELATED: "deals/9999999999"}))
    assert [(fault.category, fault.fields) for fault in new.faults] == [(Category.ASSOCIATIONS, (RELATED,))]


def test_a_lost_update_is_sent_again_and_doubles_nothing(there: Activities) -> None:
    task, contact = there.act("tasks"), there.insert("contacts", lastname="L")
    there.site.fault(path="/associations/", drop_after_commit=True)
    (written,) = there.write(there.update("tasks", task, {CONTACTS: None}, **{CONTACTS: f"contacts/{contact}"}))
    assert written.outcome is Outcome.DONE
    assert there.ties("tasks", task, "contacts") == {contact: {""}}


def test_what_the_key_may_not_see_is_left_out_and_never_taken_for_nothing(there: Activities) -> None:
    contact, company = there.insert("contacts", lastname="L"), there.insert("companies", name="C")
    full, bare = there.act("tasks", hs_task_subject="T"), there.act("tasks", hs_task_subject="B")
    there.tie("tasks", full, "contacts", contact)
    there.tie("tasks", full, "companies", company)
    refusal = {"status": 403, "body": '{"category":"MISSING_SCOPES","message":"No."}', "count": 1}
    there.site.fault(path="/associations/2026-03/tasks/tickets/batch/read", **refusal)
    found = there.site.use(lambda crm: crm.read(TASKS, [full, bare]))
    assert [each.cells[2:] for each in found] == [[f"contacts/{contact}", f"companies/{company}"], [None, UNSEEN]]
    for target in ("contacts", "deals", "tickets", "companies"):
        there.site.fault(path=f"/associations/2026-03/tasks/{target}/batch/read", **refusal)
    found = there.site.use(lambda crm: crm.read(TASKS, [full, bare]))
    assert [each.cells[2:] for each in found] == [[UNSEEN, UNSEEN]] * 2


def test_emails_need_a_scope_of_their_own(there: Activities) -> None:
    there.act("emails", hs_email_subject="E")
    scopes = ["crm.objects.contacts.read", "crm.schemas.contacts.read"]
    there.portal.tokens.add_service_key("pat-narrow", app="narrow", scopes=scopes)
    with pytest.raises(SetupError, match="sales-email-read"):
        there.site.use(lambda crm: pages(crm, Want("emails", ("hs_email_subject",))), access_token="pat-narrow")
    (page,) = there.site.use(lambda crm: pages(crm, Want("calls", ("hs_call_title",))), access_token="pat-narrow")
    assert page.last
