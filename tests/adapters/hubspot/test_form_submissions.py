"""What people filled in, over HTTP: in few calls, nothing lost, nothing twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from crmsync_desktop.adapters.hubspot import HubSpotCrm
from crmsync_desktop.adapters.hubspot.form_submissions import id_of
from crmsync_desktop.domain.errors import BugError, SetupError
from crmsync_desktop.domain.records import UNSEEN, Observed, Presence
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.ports.crm import Page, Want
from crmsync_desktop.practice.hubspot.forms import Forms
from tests.adapters.hubspot.conftest import CONTACTS, START, Site
from tests.contracts.workbench import pages

pytestmark = pytest.mark.http
FIELDS = ("subject", "body", "submitted_at", "form_id", "page_url", "associations.contacts")
PAGE = "https://firma.example/contact"


class Website:
    """Forms of an account, and people who fill them in. Reads go on from the last cursor."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.portal = site.portal
        self.cursor: str | None = None
        self.calls = 0

    def form(self, name: str = "Write to us", *more: str) -> str:
        fields = [{"name": each, "fieldType": "single_line_text", "label": f"Your {each}"} for each in ("email", *more)]
        given = {"formType": "hubspot", "name": name, "fieldGroups": [{"fields": fields}]}
        with self.portal.database.transaction():
            return str(Forms(self.portal).create(given)["id"])

    def submit(self, form: str, email: str, **values: str) -> str:
        """Gives the contact."""
        with self.portal.database.transaction():
            return str(Forms(self.portal).submit(form, {"email": email, **values}, PAGE).id)

    def put(self, form: str, at: float, **body: Any) -> None:
        """A submission as HubSpot might keep it, contact or not."""
        insert = "INSERT INTO form_submission (form_id, at_ms, contact, body) VALUES (?, ?, 0, ?)"
        text = json.dumps({"submittedAt": int(at * 1000), **body})
        with self.portal.database.transaction():
            self.portal.connection.execute(insert, (form, int(at * 1000), text))

    def archive(self, form: str) -> None:
        with self.portal.database.transaction():
            Forms(self.portal).archive(Forms(self.portal).get(form))

    def read(self, fields: tuple[str, ...] = FIELDS, **options: Any) -> list[Observed]:
        found = self.pages(Want("form_submissions", fields, cursor=self.cursor), **options)
        assert [page.last for page in found] == [False] * (len(found) - 1) + [True]
        self.cursor = found[-1].cursor
        return [record for page in found for record in page.records]

    def pages(self, want: Want, **options: Any) -> list[Page]:
        before = self.site.calls()
        found = self.site.use(lambda crm: pages(crm, want), **options)
        self.calls = self.site.calls() - before
        return found

    def again(self, **options: Any) -> list[Observed]:
        """After a while in which the forms may be asked again."""
        self.site.pass_time(301)
        return self.read(**options)


@pytest.fixture
def website(site: Site) -> Website:
    return Website(site)


def values(found: list[Observed]) -> list[Mapping[str, Any]]:
    return [dict(zip(FIELDS, each.cells, strict=True)) for each in found]


def test_the_schema_costs_no_call_and_nothing_of_it_can_be_written(website: Website) -> None:
    schema = website.site.use(lambda crm: crm.schemas(["form_submissions"]))["form_submissions"]
    assert website.site.calls() == 0
    assert set(schema.fields) == set(FIELDS)
    assert not any(each.createable or each.updateable for each in schema.fields.values())
    assert all(each.calculated for each in schema.fields.values())
    contacts = schema.fields["associations.contacts"]
    assert (contacts.kind, contacts.refers_to) == (Kind.PLACES, ("contacts",))


def test_a_submission_says_what_was_filled_in_and_by_whom(website: Website) -> None:
    form = website.form("Write to us", "firstname", "phone")
    contact = website.submit(form, "Kari@Firma.example", firstname="Kari", phone=" ")
    (found,) = website.read()
    assert values([found]) == [
        {
            "subject": "Form submission: Write to us",
            "body": f"Your email: Kari@Firma.example\nYour firstname: Kari\n\nPage: {PAGE}",
            "submitted_at": "2027-01-15T08:00:00Z",
            "form_id": form,
            "page_url": PAGE,
            "associations.contacts": f"contacts/{contact}",
        }
    ]
    assert website.calls == 1 + 1 + 1 + 1  # who came in lately, the forms, this one's submissions, the contacts
    assert found.version == "2027-01-15T08:00:00Z"
    again = website.site.use(lambda crm: crm.read(Want("form_submissions", FIELDS), [found.id, "nothing"]))
    assert again[0] == found
    assert again[1].presence is Presence.UNSEEN


def test_a_quiet_look_is_one_search_and_every_five_minutes_at_most(website: Website) -> None:
    for number in range(12):
        website.submit(website.form(f"Form {number}"), f"p{number}@firma.example")
    assert len(website.read()) == 12
    assert website.calls == 1 + 1 + 12 + 1
    website.site.pass_time(110)
    assert website.read() == []
    assert website.calls == 0
    website.site.pass_time(10)
    assert (website.read(), website.calls) == ([], 1)
    for _ in range(3):
        assert website.again() == []
        assert website.calls == 1


def test_news_are_one_call_for_each_form(website: Website) -> None:
    one, two = website.form("One"), website.form("Two")
    website.submit(one, "a@firma.example")
    website.read()
    website.site.pass_time(1_000)
    website.submit(two, "a@firma.example")
    website.site.pass_time(10)
    (found,) = website.read()
    assert values([found])[0]["subject"] == "Form submission: Two"
    assert website.calls == 1 + 2 + 1
    assert website.again() == []
    assert website.calls == 1


def test_a_form_that_was_just_made_is_found_by_who_filled_it_in(website: Website) -> None:
    website.submit(website.form("Old"), "a@firma.example")
    website.read()
    website.site.pass_time(600)
    assert website.read() == []
    website.submit(website.form("New"), "b@firma.example")
    website.site.pass_time(60)
    (found,) = website.read()
    assert values([found])[0]["subject"] == "Form submission: New"
    assert website.calls == 1 + 1 + 1 + 1 + 1  # who, the old form, the forms, the new form, its contact


def test_the_first_form_of_an_account_is_found_too(website: Website) -> None:
    assert website.read() == []
    website.site.pass_time(600)
    website.submit(website.form(), "a@firma.example")
    assert (len(website.read()), website.calls) == (1, 1 + 1 + 1 + 1)


def test_who_came_in_otherwise_has_the_forms_asked_for_ten_minutes(website: Website) -> None:
    """Or the contact is told of a moment before the submission is."""
    form = website.form()
    website.read()
    contact = website.site.insert({"email": "a@firma.example"})
    website.site.pass_time(60)
    with website.portal.database.transaction():
        known = website.portal.find(CONTACTS, contact, None)
        website.portal.store_changes(known, {"recent_conversion_date": ("", "2027-01-15T08:01:00.000Z")}, "FORM")
    website.site.pass_time(60)
    assert (website.read(), website.calls) == ([], 1 + 1 + 1)
    website.put(form, START + 60, conversionId="c", values=[])
    assert [each.id for each in website.again()] == ["c"]
    for calls in (1, 1, 1):
        assert (website.again(), website.calls) == ([], calls)


def test_with_many_forms_they_rest_for_five_minutes(website: Website) -> None:
    for number in range(40):
        website.form(f"Form {number}")
    website.read()
    website.site.pass_time(290)
    website.submit(website.form("Last"), "a@firma.example")
    assert (website.read(), website.calls) == ([], 0)
    website.site.pass_time(10)
    assert len(website.read()) == 1


def test_forms_are_listed_and_asked_once_an_hour_in_any_case(website: Website) -> None:
    form = website.form()
    website.read()
    website.site.pass_time(600)
    website.put(form, START + 600, conversionId="c1", values=[{"name": "phone", "value": "1"}])
    assert website.again() == []
    website.site.pass_time(3_600)
    new = website.form("New")
    website.put(new, START + 700, conversionId="c2", values=[{"name": "email", "value": "nobody@firma.example"}])
    found = website.read()
    assert {each.id for each in found} == {"c1", "c2"}
    assert [each["associations.contacts"] for each in values(found)] == [None, None]
    assert website.calls == 2 + 2 + 1


def test_a_long_history_comes_in_pages_and_goes_on_where_it_was_left(website: Website) -> None:
    form = website.form()
    for number in range(230):
        website.put(form, START - 10_000 + number, conversionId=f"c{number}", values=[])
    want = Want("form_submissions", FIELDS)
    found = website.pages(want)
    assert [len(page.records) for page in found] == [100, 100, 30]
    assert website.calls == 2 + 5
    website.submit(form, "new@firma.example")
    website.cursor = found[0].cursor
    rest = website.read()
    seen = [each.id for each in found[0].records] + [each.id for each in rest]
    assert set(seen) >= {f"c{number}" for number in range(230)}
    website.site.pass_time(3_601)
    late = {each.id for each in website.read()}
    assert len(set(seen) | late) == 231


def test_equal_times_and_late_comers_are_neither_lost_nor_told_twice(website: Website) -> None:
    form = website.form()
    for name in ("a", "b"):
        website.put(form, START, conversionId=name, values=[])
    assert {each.id for each in website.read()} == {"a", "b"}
    website.put(form, START, conversionId="c", values=[])
    website.put(form, START - 60, conversionId="late", values=[])
    website.site.pass_time(3_601)
    assert {each.id for each in website.read()} == {"c", "late"}
    website.site.pass_time(3_601)
    assert website.read() == []
    website.put(form, START + 3_000, conversionId="d", values=[])
    website.site.pass_time(3_601)
    assert [each.id for each in website.read()] == ["d"]


def test_without_an_id_of_its_own_a_submission_has_the_same_one_each_time(website: Website) -> None:
    form = website.form()
    website.put(form, START, values=[{"name": "email", "value": "a@firma.example"}])
    (found,) = website.read()
    assert len(found.id) == 32
    website.cursor = None
    assert [each.id for each in website.read()] == [found.id]
    assert id_of("f", {"submittedAt": 1}) != id_of("f", {"submittedAt": 2})


def test_reading_may_begin_at_a_moment(website: Website) -> None:
    form = website.form()
    website.put(form, START - 1, conversionId="old", values=[])
    website.cursor = website.site.use(_beginning)
    website.put(form, START + 1, conversionId="new", values=[])
    website.site.pass_time(60)
    assert [each.id for each in website.read()] == ["new"]
    website.put(website.form("Another"), START - 500, conversionId="older", values=[])
    website.site.pass_time(3_700)
    assert website.read() == []


async def _beginning(crm: HubSpotCrm) -> str:
    return crm.starting("form_submissions", "2027-01-15T08:00:00Z")


def test_they_are_counted_by_paging(website: Website) -> None:
    form, other = website.form(), website.form("Other")
    for number in range(70):
        website.put(form, START + number, conversionId=f"c{number}", values=[])
    website.put(other, START, conversionId="o", values=[])
    before = website.site.calls()
    assert website.site.use(lambda crm: crm.count("form_submissions", None)) == 71
    assert website.site.calls() - before == 1 + 3
    assert website.site.use(lambda crm: crm.count("form_submissions", "2027-01-15T08:01:00Z")) == 10


def test_more_than_ten_thousand_are_at_least_ten_thousand(website: Website) -> None:
    form = website.form()
    row = json.dumps({"submittedAt": int(START * 1000), "values": []})
    insert = "INSERT INTO form_submission (form_id, at_ms, contact, body) VALUES (?, ?, 0, ?)"
    with website.portal.database.transaction():
        website.portal.connection.executemany(insert, [(form, n, row) for n in range(10_100)])
    before = website.site.calls()
    assert website.site.use(lambda crm: crm.count("form_submissions", None)) == 10_000
    assert website.site.calls() - before <= 1 + 201


def test_an_archived_form_is_left_out_and_one_that_is_gone_stops_nobody(website: Website) -> None:
    kept, gone, archived = website.form("Kept"), website.form("Gone"), website.form("Archived")
    for form in (kept, gone, archived):
        website.submit(form, "a@firma.example")
    website.archive(archived)
    website.site.fault(path=f"/forms/{gone}", status=404, body='{"status":"error","message":"no"}', count=1)
    assert [each["form_id"] for each in values(website.read())] == [kept]


def test_without_the_scope_for_forms_a_person_has_to_act(website: Website) -> None:
    scopes = ["crm.objects.contacts.read", "crm.schemas.contacts.read"]
    website.portal.tokens.add_service_key("pat-narrow", app="narrow", scopes=scopes)
    with pytest.raises(SetupError, match="forms"):
        website.read(access_token="pat-narrow")


def test_without_the_scope_for_contacts_nobody_is_blank(website: Website) -> None:
    website.portal.tokens.add_service_key("pat-narrow", app="narrow", scopes=["forms"])
    website.submit(website.form(), "a@firma.example")
    assert [each["associations.contacts"] for each in values(website.read(access_token="pat-narrow"))] == [UNSEEN]
    website.submit(website.form(), "b@firma.example")
    assert website.again(access_token="pat-narrow") == []  # its form isn't known, and nobody says that there is one
    assert website.calls == 1 + 1
    website.site.pass_time(3_600)
    assert len(website.read(access_token="pat-narrow")) == 1


def test_what_is_not_asked_for_costs_no_call(website: Website) -> None:
    website.submit(website.form(), "a@firma.example")
    (found,) = website.read(("subject", "", "no_such_field"))
    assert found.cells == ["Form submission: Write to us", UNSEEN, UNSEEN]
    assert website.calls == 2 + 1


def test_hostile_values_are_only_text(website: Website) -> None:
    form = website.form('<b>"Form"</b>\u2028')
    long = "x" * 70_000
    given = [
        {"name": "message", "value": "<script>alert(1)</script>\r\nnext"},
        {"name": "message", "value": long},
        {"name": "empty", "value": ""},
        {"name": "number", "value": 5},
        {"name": "company", "value": None, "objectTypeId": "0-2"},
        {"name": "email", "value": "not-a-contact@firma.example", "objectTypeId": "0-2"},
        "no object",
    ]
    website.put(form, START, conversionId="x", values=given)
    website.put(form, START, conversionId="y", values=None, pageUrl="")
    x, y = sorted(website.read(), key=lambda each: each.id)
    assert x.cells[1] == (
        f"message: <script>alert(1)</script>\nnext; {long}\nnumber: 5\nemail: not-a-contact@firma.example"
    )
    assert x.cells[5] is None
    assert y.cells[1] is None


def test_what_is_no_address_finds_nobody_and_costs_no_call(website: Website) -> None:
    form = website.form()
    contact = website.submit(form, "a@firma.example")
    for number, email in enumerate(("no address", "a@b@c", "@", "")):
        website.put(form, START, conversionId=str(number), values=[{"name": "email", "value": email}])
    found = website.read()
    assert sorted(str(each["associations.contacts"]) for each in values(found)) == ["None"] * 4 + [
        f"contacts/{contact}"
    ]
    assert website.calls == 1 + 1 + 1 + 1


def test_nothing_can_be_found_or_was_edited(website: Website) -> None:
    want = Want("form_submissions", FIELDS)
    website.submit(website.form(), "a@firma.example")
    before = website.site.calls()
    assert website.site.use(lambda crm: crm.find(want, "subject", ["x"])) == []
    assert website.site.use(lambda crm: crm.edits(want, ["x"], ["subject"])) == {}
    assert website.site.use(lambda crm: crm.read(want, [])) == []
    assert website.site.calls() == before


def test_a_cursor_of_another_kind_is_a_fault_of_ours(website: Website) -> None:
    website.cursor = "no cursor"
    with pytest.raises(BugError):
        website.read()
