"""The HubSpot adapter keeps the contract of ports.crm.Crm, over real HTTP: with our link property and without."""

from __future__ import annotations

import pytest

from tests.adapters.hubspot.conftest import Bench, Site
from tests.contracts.crm_contract import Workbench
from tests.contracts.search_contract import SearchContract

pytestmark = pytest.mark.http


class HubSpotContract(SearchContract):
    @pytest.fixture
    def bench(self, site: Site) -> Workbench:
        return Bench(site)


class TestWithLinkProperty(HubSpotContract):
    pass


@pytest.mark.parametrize("site", [{"link_property": False}], indirect=True)
class TestWithoutLinkProperty(HubSpotContract):
    pass
