"""The Salesforce adapter keeps the contract of ports.crm.Crm, over real HTTP: with our external-id field and without."""

from __future__ import annotations

import pytest

from tests.adapters.salesforce.conftest import Bench, Site
from tests.contracts.crm_contract import CrmContract, Workbench

pytestmark = pytest.mark.http


class TestWithExternalId(CrmContract):
    @pytest.fixture
    def bench(self, site: Site) -> Workbench:
        return Bench(site)


@pytest.mark.parametrize("site", [{"external_id_field": False}], indirect=True)
class TestWithoutExternalId(CrmContract):
    @pytest.fixture
    def bench(self, site: Site) -> Workbench:
        return Bench(site)
