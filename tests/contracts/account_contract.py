"""What every `ports.crm.Crm` tells of the account that it is connected to; a part of `CrmContract`."""

from __future__ import annotations

from crmsync_desktop.domain.records import Op, Side
from tests.contracts.workbench import Workbench, scenario


class AccountContract:
    @scenario
    async def test_owners_have_folded_addresses(self, bench: Workbench) -> None:
        owners = await bench.crm.owners()
        assert owners
        assert all(owner.email == owner.email.casefold().strip() and owner.id for owner in owners)

    @scenario
    async def test_an_object_without_stages_has_no_pipelines_and_costs_no_call(self, bench: Workbench) -> None:
        await bench.crm.schemas([bench.object])
        before = bench.calls()
        assert await bench.crm.pipelines(bench.object) == []
        assert bench.calls() == before

    @scenario
    async def test_identity_and_allowance_name_the_account(self, bench: Workbench) -> None:
        identity = await bench.crm.identity()
        assert identity.account_id
        assert identity.account_name
        assert identity.side is bench.crm.side
        allowance = await bench.crm.allowance()
        assert 0 <= allowance.used <= allowance.limit

    @scenario
    async def test_sides_are_named(self, bench: Workbench) -> None:
        assert bench.crm.side in (Side.SALESFORCE, Side.HUBSPOT)
        assert all(bench.crm.batch_size(op) >= 1 for op in Op)
