"""The HubSpot adapter keeps the contract of ports.crm.Crm, over real HTTP: with our link property and without."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.records import Presence
from tests.adapters.hubspot.conftest import Bench, Site
from tests.contracts.crm_contract import CrmContract, Workbench, cursor, pages, records, scenario

pytestmark = pytest.mark.http


class HubSpotContract(CrmContract):
    @pytest.fixture
    def bench(self, site: Site) -> Workbench:
        return Bench(site)

    @scenario
    async def test_a_deletion_is_read_as_a_tombstone(self, bench: Workbench) -> None:
        """HubSpot's search never shows archived records: a deletion is noticed when the record is next read."""
        thrown = bench.insert(bench.fresh())
        since = cursor(await pages(bench.crm, self.want(bench)), bench.object)
        bench.pass_time(60)
        bench.delete(thrown)
        bench.pass_time(60)
        assert thrown not in records(await pages(bench.crm, self.want(bench, since)))
        (found,) = await bench.crm.read(self.want(bench), [thrown])
        assert found.presence is Presence.DELETED


class TestWithLinkProperty(HubSpotContract):
    pass


@pytest.mark.parametrize("site", [{"link_property": False}], indirect=True)
class TestWithoutLinkProperty(HubSpotContract):
    pass
