"""Contact roles as a field of their opportunity: described, read, written as the difference."""

from __future__ import annotations

import pytest

from crmsync_desktop.adapters.salesforce import SalesforceCrm
from crmsync_desktop.domain.mapping import pair_of_object
from crmsync_desktop.domain.records import Op, Outcome, Side, Write, Written
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
    (written,) = deals.write(deals.create(f"{deals.ann}=Decision Maker\n{deals.bob}="))
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
