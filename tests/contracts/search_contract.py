"""The contract of a Crm whose search never shows deleted records, as HubSpot's."""

from __future__ import annotations

from crmsync_desktop.domain.records import Presence
from tests.contracts.crm_contract import CrmContract
from tests.contracts.workbench import Workbench, cursor, pages, records, scenario


class SearchContract(CrmContract):
    @scenario
    async def test_a_deletion_is_read_as_a_tombstone(self, bench: Workbench) -> None:
        """A deletion is noticed when the record is next read."""
        thrown = bench.insert(bench.fresh())
        since = cursor(await pages(bench.crm, self.want(bench)), bench.object)
        bench.pass_time(60)
        bench.delete(thrown)
        bench.pass_time(60)
        assert thrown not in records(await pages(bench.crm, self.want(bench, since)))
        (found,) = await bench.crm.read(self.want(bench), [thrown])
        assert found.presence is Presence.DELETED
