"""Contact roles as a field of their opportunity: described, read, written as the difference."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from crmsync_desktop.adapters.salesforce import SalesforceCrm, roles
from crmsync_desktop.adapters.salesforce.cursor import Cursor
from crmsync_desktop.adapters.salesforce.query import Row
from crmsync_desktop.domain.mapping import pair_of_object
from crmsync_desktop.domain.records import Category, Op, Outcome, Side, Write, Written
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.ports.crm import Page, Want
from tests.adapters.salesforce.conftest import Site
from tests.contracts.workbench import pages

pytestmark = pytest.mark.http

ROLES = "OpportunityContactRoles"
WANT = Want("Opportunity", ("Name", "AccountId", ROLES))


class Deals:
    """An account with three contacts, and opportunities of it, made as people in the org do it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.account = site.org.insert("Account", {"Name": "Acme"})
        self.ann, self.bob, self.cat = (
            site.org.insert("Contact", {"LastName": name, "AccountId": self.account}) for name in ("Ann", "Bob", "Cat")
        )
        self._keys = 0

    def opportunity(self, name: str = "Deal") -> str:
        row = {"Name": name, "StageName": "Prospecting", "CloseDate": "2027-06-01", "AccountId": self.account}
        return self.site.org.insert("Opportunity", row)

    def role(self, opportunity: str, contact: str, role: str | None = None, primary: bool = False) -> str:
        row = {"OpportunityId": opportunity, "ContactId": contact, "Role": role, "IsPrimary": primary}
        return self.site.org.insert("OpportunityContactRole", row)

    def roles(self, opportunity: str) -> set[tuple[str, str | None, bool]]:
        sql = "SELECT ContactId, Role, IsPrimary FROM OpportunityContactRole WHERE OpportunityId = ? AND IsDeleted = 0"
        rows = self.site.org.store.db.execute(sql, (opportunity,)).fetchall()
        return {(contact, role, bool(primary)) for contact, role, primary in rows}

    def create(self, roles: str | None, **values: str) -> Write:
        given = {"Name": "New deal", "StageName": "Prospecting", "CloseDate": "2027-06-01", **values, ROLES: roles}
        return Write(self._key(), Side.SALESFORCE, "Opportunity", Op.CREATE, None, given, "901", self._now())

    def update(self, id: str, former: str | None, roles: str | None, **values: str) -> Write:
        change = {**values, ROLES: roles}
        return Write(self._key(), Side.SALESFORCE, "Opportunity", Op.UPDATE, id, change, former={ROLES: former})

    def _key(self) -> str:
        self._keys += 1
        return f"w{self._keys}"

    def _now(self) -> str:
        return "2020-01-01T00:00:00Z"

    def write(self, *writes: Write) -> list[Written]:
        answers: list[Written] = self.site.use(lambda crm: crm.write(writes))
        return answers

    def read(self, *wants: Want) -> list[Page]:
        async def body(crm: SalesforceCrm) -> list[Page]:
            crm.use_schemas((await crm.schemas(["Account", "Contact", "Lead", "Opportunity", "Case"])).values())
            before = self.site.requests()
            found = await pages(crm, *wants)
            self.calls = self.site.requests() - before
            return found

        read: list[Page] = self.site.use(body, pair_of=pair_of_object)
        return read


@pytest.fixture
def deals(site: Site) -> Deals:
    return Deals(site)


def test_lookups_are_references_and_roles_are_members_of_the_opportunity(site: Site) -> None:
    described = site.use(lambda crm: crm.schemas(["Contact", "Case", "Opportunity"]))
    account, contact = described["Contact"].fields["AccountId"], described["Case"].fields["ContactId"]
    assert [(f.kind, f.refers_to) for f in (account, contact)] == [
        (Kind.REFERENCE, ("Account",)),
        (Kind.REFERENCE, ("Contact",)),
    ]
    assert described["Opportunity"].fields["OwnerId"].kind is Kind.OWNER
    roles = described["Opportunity"].fields[ROLES]
    assert (roles.kind, roles.refers_to, roles.label) == (Kind.MEMBERS, ("Contact",), "Contact roles")
    assert (roles.createable, roles.updateable, roles.nillable, roles.required) == (True, True, True, False)
    assert "Decision Maker" in [option.value for option in roles.options]
    assert site.requests() == 1


def test_the_primary_row_of_a_contact_counts_and_else_the_oldest(deals: Deals) -> None:
    deal, bare = deals.opportunity(), deals.opportunity("Bare")
    deals.role(deal, deals.ann, "Influencer")
    deals.role(deal, deals.ann, "Decision Maker", primary=True)
    deals.role(deal, deals.bob)
    deals.site.pass_time(5)
    deals.role(deal, deals.bob, "Other")
    members = f"{deals.ann}=Decision Maker\n{deals.bob}="
    (page,) = deals.read(WANT)
    assert {record.id: record.cells for record in page.records} == {
        deal: ["Deal", deals.account, members],
        bare: ["Bare", deals.account, None],
    }
    assert deals.calls == 1
    found = deals.site.use(lambda crm: crm.read(WANT, [deal, bare]))
    assert [record.cells[2] for record in found] == [members, None]
    found = deals.site.use(lambda crm: crm.find(WANT, "Name", ["deal"]))
    assert [record.cells[2] for record in found] == [members]


def test_a_new_opportunity_gets_its_roles_and_a_primary_contact(deals: Deals) -> None:
    (written,) = deals.write(deals.create(f"{deals.ann}=decision maker\n{deals.bob}="))
    assert (written.outcome, written.faults) == (Outcome.DONE, ())
    assert deals.roles(written.id or "") == {(deals.ann, "Decision Maker", True), (deals.bob, None, False)}


def test_an_update_writes_the_difference_only(deals: Deals) -> None:
    deal = deals.opportunity()
    deals.role(deal, deals.ann, "Influencer", primary=True)
    deals.role(deal, deals.bob)
    former = f"{deals.ann}=Influencer\n{deals.bob}="
    (written,) = deals.write(deals.update(deal, former, f"{deals.ann}=Decision Maker\n{deals.cat}=Other"))
    assert written.outcome is Outcome.DONE
    assert deals.roles(deal) == {(deals.ann, "Decision Maker", True), (deals.cat, "Other", False)}


def test_a_quiet_poll_of_all_pairs_costs_one_call_and_a_changed_role_two_more(deals: Deals) -> None:
    deal, other = deals.opportunity(), deals.opportunity("Other")
    role = deals.role(deal, deals.ann)
    wants = [Want(name, ("OwnerId",)) for name in ("Account", "Contact", "Lead", "Case")]
    deals.site.pass_time(3_600)
    first = deals.read(*wants, WANT)
    deals.site.pass_time(3_600)

    def since(found: list[Page]) -> list[Want]:
        at = {page.object: page.cursor for page in found}
        return [Want(want.object, want.fields, cursor=at[want.object]) for want in (*wants, WANT)]

    second = deals.read(*since(first))
    deals.site.pass_time(3_600)
    quiet = deals.read(*since(second))
    assert (deals.calls, [page.records for page in quiet]) == (1, [[]] * 5)
    deals.site.org.update(role, {"Role": "Decision Maker"})
    deals.role(other, deals.bob)
    deals.site.pass_time(60)
    changed = deals.read(*since(quiet))
    assert deals.calls == 3
    seen = {record.id: record.cells[-1] for page in changed for record in page.records}
    assert seen == {deal: f"{deals.ann}=Decision Maker", other: f"{deals.bob}="}
    assert [page.last for page in changed if page.object == "Opportunity"] == [False, True]


def test_a_role_deleted_without_a_trace_makes_the_opportunities_be_read_whole_once(deals: Deals) -> None:
    deal = deals.opportunity()
    gone = deals.role(deal, deals.ann)
    deals.role(deal, deals.bob)
    deals.site.pass_time(3_600)
    since = deals.read(WANT)[-1].cursor
    deals.site.pass_time(3_600)
    since = deals.read(_since(since))[-1].cursor
    deals.site.org.delete([gone])
    deals.site.pass_time(30)
    changed = deals.read(_since(since))
    assert [record.cells[2] for page in changed for record in page.records] == [f"{deals.bob}="]
    deals.site.pass_time(30)
    again = deals.read(_since(changed[-1].cursor))
    assert (deals.calls, [page.records for page in again]) == (2, [[]])  # it is still told of, and known


def test_whole_reads_of_many_opportunities_rest_in_between() -> None:
    cursor = Cursor("2026-01-01T00:00:00Z", whole="2026-01-01T00:00:00Z", rows=10_000)
    cursor.told(["00K000000000001AAA"])
    four, five = (datetime(2026, 1, 1, 0, minute, tzinfo=UTC) for minute in (4, 5))
    assert (cursor.whole_due(four), cursor.whole_due(five)) == (False, True)


def test_a_cursor_older_than_the_spans_asks_the_rows_themselves(deals: Deals) -> None:
    deal = deals.opportunity()
    deals.site.pass_time(3_600)
    since = deals.read(WANT)[-1].cursor
    deals.site.pass_time(40 * 86_400)
    deals.role(deal, deals.ann)
    found = deals.read(_since(since))
    assert [record.cells[2] for page in found for record in page.records] == [f"{deals.ann}="]


def test_a_clock_that_is_far_behind_misses_no_role(deals: Deals) -> None:
    deal = deals.opportunity()
    deals.site.pass_time(3_600)
    since = deals.read(WANT)[-1].cursor
    deals.site.clock.advance(2 * 86_400)  # Salesforce's clock only
    deals.role(deal, deals.ann)

    async def body(crm: SalesforceCrm) -> list[Page]:
        crm.use_schemas(known.values())  # so that nothing has told the time before
        return await pages(crm, _since(since))

    known = deals.site.use(lambda crm: crm.schemas(["Opportunity"]))
    found: list[Page] = deals.site.use(body)
    assert [record.cells[2] for page in found for record in page.records] == [f"{deals.ann}="]


def test_roles_that_the_subquery_cut_off_are_asked_for(deals: Deals) -> None:
    deal = deals.opportunity()
    deals.role(deal, deals.ann, "Other")

    async def body(crm: SalesforceCrm) -> list[Row]:
        row = {"Id": deal, roles.FIELD: {"done": False, "records": []}}
        return await roles.completed(crm._calls, [row, {"Id": "x", roles.FIELD: None}], purpose="read", pair="deals")

    first, second = deals.site.use(body)
    assert roles.cell(first[roles.FIELD]) == f"{deals.ann}=Other"
    assert second == {"Id": "x", roles.FIELD: None}


def test_roles_of_many_opportunities_are_written_in_two_calls(deals: Deals) -> None:
    ids = [deals.opportunity(f"Deal {number}") for number in range(200)]
    for id in ids[:50]:
        deals.role(id, deals.cat)
    before = [f"{deals.cat}=" if number < 50 else None for number in range(200)]
    wanted = f"{deals.ann}=Other\n{deals.bob}="
    writes = [deals.update(id, former, wanted) for id, former in zip(ids, before, strict=True)]

    async def body(crm: SalesforceCrm) -> list[Written]:
        await crm.schemas(["Opportunity"])
        before = deals.site.requests()
        answers = await crm.write(writes)
        deals.calls = deals.site.requests() - before
        return answers

    answers = deals.site.use(body)
    assert {answer.outcome for answer in answers} == {Outcome.DONE}
    assert deals.calls == 2  # a look, and one composite of 50 deletions and 400 creations
    # Only an opportunity without any roles gets a primary contact.
    assert deals.roles(ids[0]) == {(deals.ann, "Other", False), (deals.bob, None, False)}
    assert deals.roles(ids[199]) == {(deals.ann, "Other", True), (deals.bob, None, False)}


def test_what_was_done_meanwhile_stays_and_nothing_is_doubled(deals: Deals) -> None:
    deal = deals.opportunity()
    deals.role(deal, deals.ann, "Other")
    deals.role(deal, deals.cat, "Influencer")
    (written,) = deals.write(deals.update(deal, None, f"{deals.ann}=other\n{deals.bob}="))
    assert written.outcome is Outcome.DONE
    assert {role[:2] for role in deals.roles(deal)} == {
        (deals.ann, "Other"),
        (deals.bob, None),
        (deals.cat, "Influencer"),
    }


def test_a_lost_answer_doubles_no_role(deals: Deals) -> None:
    deal = deals.opportunity()
    write = deals.update(deal, None, f"{deals.ann}=Other")

    async def body(crm: SalesforceCrm) -> list[Written]:
        await crm.schemas(["Opportunity"])
        # The look's answer comes, the writing's is lost.
        deals.site.faults.plan += [("POST", "/composite", None), ("POST", "/composite", "lose")]
        return await crm.write([write])

    (written,) = deals.site.use(body)
    assert written.outcome is Outcome.DONE
    assert deals.roles(deal) == {(deals.ann, "Other", True)}


def test_refused_roles_fail_an_update_and_are_told_of_a_create(deals: Deals) -> None:
    deal = deals.opportunity()
    nobody = "003000000000999AAA"
    updated, good = deals.write(
        deals.update(deal, None, f"{nobody}=", Name="Stored all the same"),
        deals.update(deals.opportunity("Good"), None, f"{deals.ann}="),
    )
    assert (updated.outcome, good.outcome) == (Outcome.FAILED, Outcome.DONE)
    (fault,) = updated.faults
    assert (fault.category, fault.fields) == (Category.ASSOCIATIONS, (ROLES,))
    assert (deals.site.org.get(deal) or {})["Name"] == "Stored all the same"
    (created,) = deals.write(deals.create(f"{deals.ann}=\n{nobody}=Other"))
    assert created.outcome is Outcome.DONE
    assert [fault.fields for fault in created.faults] == [(ROLES,)]
    assert {role[0] for role in deals.roles(created.id or "")} == {deals.ann}


def _composite(status: int, body: list[dict[str, object]]) -> tuple[int, str, bytes]:
    part = {"referenceId": "part0", "httpStatusCode": status, "httpHeaders": {}, "body": body}
    return 200, "application/json", orjson.dumps({"compositeResponse": [part]})


def _faced(deals: Deals, write: Write, *answers: object) -> Written:
    """The write's answer where the org answers each writing of roles so; the looks before them get theirs."""

    async def body(crm: SalesforceCrm) -> list[Written]:
        await crm.schemas(["Opportunity"])
        for answer in answers:
            deals.site.faults.plan += [("POST", "/composite", None), ("POST", "/composite", answer)]
        return await crm.write([write])

    (written,) = deals.site.use(body)
    assert isinstance(written, Written)
    return written


def test_a_locked_role_is_tried_again(deals: Deals) -> None:
    error = {"statusCode": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain exclusive access", "fields": []}
    locked = _composite(200, [{"success": False, "errors": [error]}])
    deal = deals.opportunity()
    assert _faced(deals, deals.update(deal, None, f"{deals.ann}="), locked).outcome is Outcome.DONE
    assert deals.roles(deal) == {(deals.ann, None, True)}
    written = _faced(deals, deals.update(deal, None, f"{deals.bob}="), locked, locked, locked)
    assert [(fault.category, fault.fields) for fault in written.faults] == [(Category.TEMPORARY, (ROLES,))]


def test_roles_refused_all_together_are_told_and_lost_ones_leave_a_create_done(deals: Deals) -> None:
    deal = deals.opportunity()
    refused = _composite(400, [{"errorCode": "INVALID_FIELD", "message": "No such column 'Role'"}])
    written = _faced(deals, deals.update(deal, None, f"{deals.ann}="), refused)
    assert (written.outcome, written.faults[0].code) == (Outcome.FAILED, "INVALID_FIELD")
    written = _faced(deals, deals.update(deal, None, f"{deals.ann}="), "cut", "cut", "cut")
    assert (written.outcome, written.faults[0].fields) == (Outcome.NOT_SENT, (ROLES,))
    create = deals.create(f"{deals.ann}=")
    deals.site.faults.plan.append(("POST", "/composite/sobjects", None))
    created = _faced(deals, create, "cut", "cut", "cut")
    assert (created.outcome, created.faults[0].fields) == (Outcome.DONE, (ROLES,))
    assert deals.roles(created.id or "") == set()


def test_a_create_that_was_lost_gets_its_roles_when_it_is_found(deals: Deals) -> None:
    write = deals.create(f"{deals.ann}=Other")
    id = deals.site.org.insert("Opportunity", {name: v for name, v in write.values.items() if name != ROLES})
    (found,) = deals.site.use(lambda crm: crm.recover([write]))
    assert (found.outcome, found.id) == (Outcome.DONE, id)
    assert deals.roles(id) == {(deals.ann, "Other", True)}


def test_an_org_that_hides_contact_roles_has_no_such_field(deals: Deals) -> None:
    deals.site.org.change_setup(hidden_objects=["OpportunityContactRole"])
    described = deals.site.use(lambda crm: crm.schemas(["Opportunity"]))
    assert ROLES not in described["Opportunity"].fields


def _since(cursor: str) -> Want:
    return Want(WANT.object, WANT.fields, cursor=cursor)
