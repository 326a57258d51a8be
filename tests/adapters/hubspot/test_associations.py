"""Associations as fields of their records: described, read in few calls, written with the record or as the difference."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import pytest

from crmsync_desktop.adapters.hubspot import HubSpotCrm
from crmsync_desktop.adapters.hubspot.associations import type_of
from crmsync_desktop.adapters.hubspot.cursor import Position
from crmsync_desktop.domain.members import text
from crmsync_desktop.domain.records import UNSEEN, Category, Observed, Op, Outcome, Presence, Side, Write, Written
from crmsync_desktop.domain.schema import Kind, Option
from crmsync_desktop.ports.crm import Page, Want
from crmsync_desktop.practice.hubspot.associations import Associations, Link
from crmsync_desktop.practice.hubspot.catalog import object_type
from crmsync_desktop.practice.hubspot.merging import merge
from tests.adapters.hubspot.conftest import START, Site
from tests.contracts.workbench import pages

T = TypeVar("T")
pytestmark = pytest.mark.http

COMPANY, CONTACTS = "associations.companies", "associations.contacts"
DEALS = Want("deals", ("dealname", COMPANY, CONTACTS))
TICKETS = Want("tickets", ("subject", COMPANY, CONTACTS))


class People:
    """Records of all types, made and tied as people in HubSpot do it."""

    described: tuple[str, ...] = ("contacts", "companies", "deals", "tickets")
    calls = 0

    def __init__(self, site: Site) -> None:
        self.site = site
        self.portal = site.portal
        self._keys = 0

    def insert(self, object_name: str, **values: str) -> str:
        with self.portal.database.transaction():
            return str(self.portal.create(object_type(object_name), values).id)

    def label(self, name: str) -> None:
        with self.portal.database.transaction():
            self.portal.association_types.create_label("deals", "contacts", name.lower().replace(" ", "_"), name, None)

    def tie(self, source: str, id: str, target: str, end: str, *labels: str) -> None:
        known = self.portal.association_types.between(source, target)
        types = tuple(each for each in known if each.label in labels) or (known[0],)
        with self.portal.database.transaction():
            Associations(self.portal).add(object_type(source), int(id), Link(object_type(target), int(end), types))

    def untie(self, source: str, id: str, target: str, end: str) -> None:
        with self.portal.database.transaction():
            Associations(self.portal).remove(object_type(source), int(id), Link(object_type(target), int(end), ()))

    def ties(self, source: str, id: str, target: str) -> dict[str, set[str]]:
        """Labels by target; the plain one is ""."""
        found = Associations(self.portal).of(object_type(source), [int(id)], object_type(target)).get(int(id), {})
        return {str(end): {each.label or "" for each in types} for end, types in found.items()}

    def create(self, object_name: str, **values: str | None) -> Write:
        return Write(self._key(), Side.HUBSPOT, object_name, Op.CREATE, None, values, None, self._now())

    def update(self, object_name: str, id: str, former: Mapping[str, str | None], **values: str | None) -> Write:
        return Write(self._key(), Side.HUBSPOT, object_name, Op.UPDATE, id, values, former=dict(former))

    def _key(self) -> str:
        self._keys += 1
        return f"w{self._keys}"

    def _now(self) -> str:
        return self.site.clock.moment().isoformat()

    def write(self, *writes: Write) -> list[Written]:
        return self.counted(lambda crm: crm.write(writes))

    def read(self, *wants: Want) -> list[Page]:
        return self.counted(lambda crm: pages(crm, *wants))

    def counted(self, work: Callable[[HubSpotCrm], Awaitable[list[T]]]) -> list[T]:
        """What `work` gives, once the schemas are known. `calls` are the requests that it took."""

        async def body(crm: HubSpotCrm) -> list[T]:
            await crm.schemas(self.described)
            before = self.site.calls()
            answer = await work(crm)
            self.calls = self.site.calls() - before
            return answer

        return self.site.use(body)


@pytest.fixture
def people(site: Site) -> People:
    return People(site)


def test_associations_are_fields_with_the_labels_of_the_account(people: People) -> None:
    people.label("Decision Maker")
    before = people.site.calls()
    described = people.site.use(lambda crm: crm.schemas(["contacts", "companies", "deals", "tickets"]))
    assert people.site.calls() - before == 5
    company = described["contacts"].fields["associatedcompanyid"]
    assert (company.kind, company.refers_to) == (Kind.REFERENCE, ("companies",))
    for name in ("deals", "tickets"):
        field = described[name].fields[COMPANY]
        assert (field.kind, field.refers_to, field.native_type) == (Kind.REFERENCE, ("companies",), "association")
    assert described["tickets"].fields[CONTACTS].kind is Kind.REFERENCE
    contacts = described["deals"].fields[CONTACTS]
    assert (contacts.kind, contacts.refers_to) == (Kind.MEMBERS, ("contacts",))
    assert [option.label for option in contacts.options] == ["Decision Maker"]
    assert not any(name.startswith("associations.") for name in described["companies"].fields)


def test_the_primary_company_is_read_and_the_contacts_with_their_labels(people: People) -> None:
    people.label("Decision Maker")
    one, two = (people.insert("companies", name=name) for name in ("One", "Two"))
    ann, bob = (people.insert("contacts", email=f"{name}@example.com") for name in ("ann", "bob"))
    deal, bare = people.insert("deals", dealname="Deal"), people.insert("deals", dealname="Bare")
    people.tie("deals", deal, "companies", one)
    people.tie("deals", deal, "companies", two, "Primary")
    people.tie("deals", deal, "contacts", ann, "Decision Maker")
    people.tie("deals", deal, "contacts", bob)
    expected = {deal: ["Deal", two, f"{ann}=Decision Maker\n{bob}="], bare: ["Bare", None, None]}
    people.site.pass_time(60)
    (page,) = people.read(DEALS)
    assert {record.id: record.cells for record in page.records} == expected
    assert people.calls == 3
    found: list[Observed] = people.site.use(lambda crm: crm.read(DEALS, [deal, bare]))
    assert {record.id: record.cells for record in found} == expected
    found = people.site.use(lambda crm: crm.find(DEALS, "dealname", ["Deal"]))
    assert {record.id: record.cells for record in found} == {deal: expected[deal]}


def test_a_first_read_of_many_asks_for_the_associations_of_a_thousand_at_once(people: People) -> None:
    company, contact = people.insert("companies", name="One"), people.insert("contacts", email="ann@example.com")
    stamps = {"createdate": START - 86_400, "hs_lastmodifieddate": START - 86_400}
    people.portal.load(("deals", {"dealname": f"Deal {number}", **stamps}) for number in range(2_300))
    ids = [str(row[0]) for row in people.portal.connection.execute("SELECT id FROM record WHERE type = 'deals'")]
    with people.portal.database.transaction():
        for target, end in (("companies", company), ("contacts", contact)):
            types = (people.portal.association_types.between("deals", target)[0],)
            link = Link(object_type(target), int(end), types)
            Associations(people.portal).add_all(object_type("deals"), [(int(id), link) for id in ids])
    read = people.read(DEALS)
    assert [len(page.records) for page in read] == [1_000, 1_000, 300]
    assert all(record.cells[1:] == [company, f"{contact}="] for page in read for record in page.records)
    assert people.calls == 12 + 3 + 3
    people.site.pass_time(3_000)
    quiet = people.read(Want(DEALS.object, DEALS.fields, cursor=read[-1].cursor))
    assert [page.records for page in quiet] == [[]]
    assert people.calls == 1
    people.site.pass_time(600)
    whole = people.read(Want(DEALS.object, DEALS.fields, cursor=quiet[-1].cursor))
    assert (sum(len(page.records) for page in whole), people.calls) == (2_300, 18)


def test_an_association_that_moved_no_date_is_seen_when_all_are_read_anew(people: People) -> None:
    contact, deal = people.insert("contacts", email="ann@example.com"), people.insert("deals", dealname="Deal")
    people.site.pass_time(3_600)
    first = people.read(DEALS)
    people.tie("deals", deal, "contacts", contact)
    people.site.pass_time(3_000)
    second = people.read(Want(DEALS.object, DEALS.fields, cursor=first[-1].cursor))
    assert second[-1].records == []
    people.site.pass_time(600)
    third = people.read(Want(DEALS.object, DEALS.fields, cursor=second[-1].cursor))
    assert [record.cells for page in third for record in page.records] == [["Deal", None, f"{contact}="]]


def test_the_more_records_the_seldomer_all_are_read_anew() -> None:
    read = Position().opened(0.0, 3_600.0).after("9", 140_000).closed(300.0)
    assert read.opened(59_999.0, 3_600.0, 3_600.0).since is not None
    assert read.opened(60_000.0, 3_600.0, 3_600.0).since is None
    assert read.opened(60_000.0, 3_600.0).since is not None


def test_a_hundred_deals_with_associations_are_created_by_one_call(people: People) -> None:
    people.label("Decision Maker")
    company, contact = people.insert("companies", name="One"), people.insert("contacts", email="ann@example.com")
    values = {COMPANY: company, CONTACTS: f"{contact}=decision maker"}
    written = people.write(*(people.create("deals", dealname=f"Deal {number}", **values) for number in range(100)))
    assert {answer.outcome for answer in written} == {Outcome.DONE}
    assert people.calls == 1
    assert people.ties("deals", written[7].id or "", "companies") == {company: {"", "Primary"}}
    assert people.ties("deals", written[7].id or "", "contacts") == {contact: {"", "Decision Maker"}}
    assert written[7].echo is not None
    assert written[7].echo[CONTACTS] == f"{contact}=Decision Maker"


def test_an_update_writes_the_difference_of_associations_and_nothing_else(people: People) -> None:
    people.label("Decision Maker")
    people.label("Other")
    one, two = (people.insert("companies", name=name) for name in ("One", "Two"))
    ann, bob, cat = (people.insert("contacts", email=f"{name}@example.com") for name in ("ann", "bob", "cat"))
    deal = people.insert("deals", dealname="Deal")
    people.tie("deals", deal, "companies", one, "Primary")
    people.tie("deals", deal, "contacts", ann, "Decision Maker")
    people.tie("deals", deal, "contacts", bob)
    former = {COMPANY: one, CONTACTS: f"{ann}=Decision Maker\n{bob}="}
    wanted = {COMPANY: two, CONTACTS: f"{ann}=Other\n{cat}=Decision Maker"}
    (written,) = people.write(people.update("deals", deal, former, **wanted))
    assert written.outcome is Outcome.DONE
    assert people.calls == 5
    assert people.ties("deals", deal, "companies") == {two: {"", "Primary"}}
    assert people.ties("deals", deal, "contacts") == {ann: {"", "Other"}, cat: {"", "Decision Maker"}}


def test_a_contacts_company_is_written_as_its_primary_association(people: People) -> None:
    one, two = (people.insert("companies", name=name) for name in ("One", "Two"))
    (made,) = people.write(people.create("contacts", email="ann@example.com", associatedcompanyid=one))
    assert people.ties("contacts", made.id or "", "companies") == {one: {"", "Primary Company"}}
    former = {"associatedcompanyid": one}
    (moved,) = people.write(people.update("contacts", made.id or "", former, jobtitle="Boss", associatedcompanyid=two))
    assert (moved.outcome, people.calls) == (Outcome.DONE, 3)
    assert people.ties("contacts", made.id or "", "companies") == {two: {"", "Primary Company"}}
    (cleared,) = people.write(
        people.update("contacts", made.id or "", {"associatedcompanyid": two}, associatedcompanyid=None)
    )
    assert cleared.outcome is Outcome.DONE
    want = Want("contacts", ("jobtitle", "associatedcompanyid"))
    (found,) = people.site.use(lambda crm: crm.read(want, [made.id or ""]))
    assert found.cells == ["Boss", None]


def test_a_refused_association_fails_its_record_only(people: People) -> None:
    contact = people.insert("contacts", email="ann@example.com")
    good, bad = (people.insert("tickets", subject=name, hs_pipeline_stage="1") for name in ("Good", "Bad"))
    done, failed = people.write(
        people.update("tickets", good, {}, **{CONTACTS: contact}),
        people.update("tickets", bad, {}, subject="Stored", **{CONTACTS: "999999"}),
    )
    assert done.outcome is Outcome.DONE
    assert people.ties("tickets", good, "contacts") == {contact: {""}}
    assert failed.outcome is Outcome.FAILED
    (fault,) = failed.faults
    assert (fault.category, fault.code, fault.fields) == (Category.ASSOCIATIONS, "ASSOCIATION_REFUSED", (CONTACTS,))
    (created,) = people.write(people.create("tickets", subject="New", hs_pipeline_stage="1", **{CONTACTS: "999999"}))
    assert created.outcome is Outcome.FAILED
    assert [(fault.category, fault.fields) for fault in created.faults] == [(Category.ASSOCIATIONS, (CONTACTS,))]


def test_a_ticket_without_its_stage_is_refused_for_it(people: People) -> None:
    described = people.site.use(lambda crm: crm.schemas(["tickets"]))
    assert described["tickets"].fields["hs_pipeline_stage"].required
    (written,) = people.write(people.create("tickets", subject="No stage"))
    assert [fault.fields for fault in written.faults] == [("hs_pipeline_stage",)]


def test_more_contacts_than_one_answer_holds_are_read_to_the_end(people: People) -> None:
    deal = people.insert("deals", dealname="Crowded")
    ids = [people.insert("contacts", lastname=f"Last {number}") for number in range(230)]
    for id in ids:
        people.tie("deals", deal, "contacts", id)
    (found,) = people.site.use(lambda crm: crm.read(DEALS, [deal]))
    assert found.cells[2] == text(dict.fromkeys(ids, ""))


def test_what_the_key_may_not_see_is_unseen_and_what_it_may_not_write_is_told(people: People) -> None:
    """Reading associations takes the scope of the record, writing them that of both ends."""
    contact, deal = people.insert("contacts", lastname="Ann"), people.insert("deals", dealname="Deal")
    refusal = {"status": 403, "body": '{"category":"MISSING_SCOPES","message":"No."}', "count": 1}
    people.site.fault(path="/associations/2026-03/deals/contacts/batch/read", **refusal)
    (found,) = people.site.use(lambda crm: crm.read(DEALS, [deal]))
    assert found.cells == ["Deal", None, UNSEEN]
    people.site.fault(path="/associations/2026-03/deals/contacts/batch/create", **refusal)
    (written,) = people.write(people.update("deals", deal, {}, **{CONTACTS: f"{contact}="}))
    assert written.outcome is Outcome.FAILED
    assert [(fault.category, fault.fields) for fault in written.faults] == [(Category.PERMISSIONS, (CONTACTS,))]


def test_without_the_scope_for_labels_a_deals_contacts_are_only_read(people: People) -> None:
    body = '{"category":"MISSING_SCOPES","message":"No."}'
    people.site.fault(path="/associations/2026-03/deals/contacts/labels", status=403, body=body, count=1)
    described = people.site.use(lambda crm: crm.schemas(["deals"]))
    field = described["deals"].fields[CONTACTS]
    assert (field.options, field.createable, field.updateable) == ((), False, False)


def test_an_answer_that_tells_of_trouble_leaves_the_silent_records_unseen(people: People) -> None:
    deal = people.insert("deals", dealname="Deal")
    error = '{"category":"INTERNAL","message":"Try later."}'
    body = f'{{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{error}]}}'
    people.site.fault(path="/associations/2026-03/deals/companies/batch/read", status=207, body=body, count=1)
    (found,) = people.site.use(lambda crm: crm.read(DEALS, [deal]))
    assert found.cells == ["Deal", UNSEEN, None]


def test_the_calls_are_booked_under_the_pair_of_the_record(people: People) -> None:
    people.insert("deals", dealname="Deal")
    people.site.pass_time(60)
    people.read(DEALS)
    assert {each.pair for each in people.site.budget.spent if each.purpose == "read"} == {"deals"}


@pytest.mark.parametrize("object_name", ["companies", "deals", "tickets"])
def test_merged_and_archived_records_of_every_type_are_tombstones(people: People, object_name: str) -> None:
    stage = {"hs_pipeline_stage": "1"} if object_name == "tickets" else {}
    name = {"companies": "name", "deals": "dealname", "tickets": "subject"}[object_name]
    one, two, gone = (people.insert(object_name, **{name: f"Name {number}"}, **stage) for number in range(3))
    kind = object_type(object_name)
    with people.portal.database.transaction():
        survivor = str(
            merge(people.portal, kind, people.portal.find(kind, one, None), people.portal.find(kind, two, None)).id
        )
        people.portal.archive(people.portal.find(kind, gone, None))
    people.site.pass_time(60)
    want = Want(object_name, (name,))
    found = people.site.use(lambda crm: crm.read(want, [one, two, gone, survivor]))
    assert [record.presence for record in found] == [Presence.DELETED] * 3 + [Presence.LIVE]
    assert [record.successor for record in found] == [(object_name, survivor)] * 2 + [None] * 2
    (page,) = people.read(want)
    assert [(record.id, set(record.absorbed)) for record in page.records] == [(survivor, {one, two})]


def test_a_batch_refused_for_something_unnamed_is_halved_until_each_has_its_answer(people: People) -> None:
    deals = [people.insert("deals", dealname=f"Deal {number}") for number in range(4)]
    contact = people.insert("contacts", lastname="Ann")
    path = "/associations/2026-03/deals/contacts/batch/create"
    people.site.fault(path=path, status=400, body='{"category":"VALIDATION_ERROR","message":"No."}', count=1)
    body = '{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{"category":"VALIDATION_ERROR","message":"No."}]}'
    people.site.fault(path=path, status=207, body=body, count=1)
    written = people.write(*(people.update("deals", id, {}, **{CONTACTS: f"{contact}="}) for id in deals))
    assert {answer.outcome for answer in written} == {Outcome.DONE}
    assert all(people.ties("deals", id, "contacts") == {contact: {""}} for id in deals)
    assert people.calls == 1 + 2 + 2


def test_of_a_tickets_contacts_the_first_counts_and_the_others_stay(people: People) -> None:
    ticket = people.insert("tickets", subject="Help", hs_pipeline_stage="1")
    ann, bob, cat = (people.insert("contacts", lastname=name) for name in ("Ann", "Bob", "Cat"))
    for contact in (cat, bob):
        people.tie("tickets", ticket, "contacts", contact)
    (found,) = people.site.use(lambda crm: crm.read(TICKETS, [ticket]))
    assert found.cells == ["Help", None, bob]
    (written,) = people.write(people.update("tickets", ticket, {CONTACTS: bob}, **{CONTACTS: ann}))
    assert written.outcome is Outcome.DONE
    assert set(people.ties("tickets", ticket, "contacts")) == {ann, cat}


def test_a_label_of_hubspots_own_is_no_label_of_the_accounts_with_the_same_number() -> None:
    own, theirs = (Option(value, "Buyer") for value in ("HUBSPOT_DEFINED/7", "7"))
    assert type_of(own) == {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 7}
    assert type_of(theirs) == {"associationCategory": "USER_DEFINED", "associationTypeId": 7}
