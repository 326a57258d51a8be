"""The HubSpot adapter keeps the contract about associations: primary companies and labelled contacts of deals."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from crmsync_desktop.domain.records import Value
from crmsync_desktop.ports.crm import Crm
from tests.adapters.hubspot.conftest import Site
from tests.adapters.hubspot.test_associations import People
from tests.contracts.association_contract import ROLES, Affairs, AssociationContract

pytestmark = pytest.mark.http


class Deals:
    object = "deals"
    name_field, company_field, people_field = "dealname", "associations.companies", "associations.contacts"
    missing_id = "9999999999"

    def __init__(self, site: Site) -> None:
        self.site = site
        self.crm: Crm = site.crm()
        self._there = People(site)
        self._made = 0
        for role in ROLES:
            self._there.label(role)

    def _name(self) -> str:
        self._made += 1
        return f"number {self._made}"

    def company(self) -> str:
        return self._there.insert("companies", name=self._name())

    def person(self) -> str:
        return self._there.insert("contacts", lastname=self._name())

    def deal(self, company: str | None = None) -> str:
        deal = self._there.insert("deals", dealname=self._name())
        if company is not None:
            self._there.tie("deals", deal, "companies", company, "Primary")
        return deal

    def fresh(self) -> dict[str, Value]:
        return {"dealname": self._name()}

    def tie(self, deal: str, person: str, role: str = "") -> None:
        self._there.tie("deals", deal, "contacts", person, *([role] if role else []))

    def untie(self, deal: str, person: str) -> None:
        self._there.untie("deals", deal, "contacts", person)

    def people(self, deal: str) -> Mapping[str, str]:
        found = self._there.ties("deals", deal, "contacts")
        return {end: next(iter(labels - {""}), "") for end, labels in found.items()}

    def pass_time(self, seconds: float) -> None:
        self.site.pass_time(seconds)

    def lose_next_association_reply(self) -> None:
        self.site.fault(path="/associations/", drop_after_commit=True)


class TestAssociations(AssociationContract):
    @pytest.fixture
    def bench(self, site: Site) -> Affairs:
        return Deals(site)
