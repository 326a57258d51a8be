"""The Salesforce adapter keeps the contract about associations: accounts and contact roles of opportunities."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from crmsync_desktop.domain.records import Value
from crmsync_desktop.ports.crm import Crm
from tests.adapters.salesforce.conftest import Site
from tests.contracts.association_contract import Affairs, AssociationContract

pytestmark = pytest.mark.http
_CLOSE = {"StageName": "Prospecting", "CloseDate": "2027-06-01"}


class Opportunities:
    object = "Opportunity"
    name_field, company_field, people_field = "Name", "AccountId", "OpportunityContactRoles"
    missing_id = "003000000000999AAA"

    def __init__(self, site: Site) -> None:
        self.site = site
        self.crm: Crm = site.crm()
        self._made = 0

    def _name(self) -> str:
        self._made += 1
        return f"Number {self._made}"

    def company(self) -> str:
        return self.site.org.insert("Account", {"Name": self._name()})

    def person(self) -> str:
        return self.site.org.insert("Contact", {"LastName": self._name()})

    def deal(self, company: str | None = None) -> str:
        return self.site.org.insert("Opportunity", {**self.fresh(), "AccountId": company})

    def fresh(self) -> dict[str, Value]:
        return {"Name": self._name(), **_CLOSE}

    def tie(self, deal: str, person: str, role: str = "") -> None:
        row = {"OpportunityId": deal, "ContactId": person, "Role": role or None}
        self.site.org.insert("OpportunityContactRole", row)

    def untie(self, deal: str, person: str) -> None:
        self.site.org.delete([id for id, contact, _ in self._rows(deal) if contact == person])

    def people(self, deal: str) -> Mapping[str, str]:
        return {contact: role or "" for _, contact, role in self._rows(deal)}

    def _rows(self, deal: str) -> list[tuple[str, str, str | None]]:
        sql = "SELECT Id, ContactId, Role FROM OpportunityContactRole WHERE OpportunityId = ? AND IsDeleted = 0"
        return self.site.org.store.db.execute(sql, (deal,)).fetchall()

    def pass_time(self, seconds: float) -> None:
        self.site.pass_time(seconds)

    def lose_next_association_reply(self) -> None:
        # The look comes first, and gets its answer.
        self.site.faults.plan += [("POST", "/composite", None), ("POST", "/composite", "lose")]


class TestAssociations(AssociationContract):
    @pytest.fixture
    def bench(self, site: Site) -> Affairs:
        return Opportunities(site)
