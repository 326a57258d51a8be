"""What every `ports.crm.Crm` tells of the edits of a field (P4): a part of the contract in crm_contract.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from crmsync_desktop.domain.newest import By
from crmsync_desktop.domain.records import Write
from crmsync_desktop.ports.crm import Want
from tests.contracts.workbench import Workbench, scenario


class EditsContract:
    def want(self, bench: Workbench, since: str | None = None, *more: str) -> Want:
        raise AssertionError("the whole contract says how")

    def create(self, bench: Workbench, key: str, values: Mapping[str, str | None] | None = None) -> Write:
        raise AssertionError("the whole contract says how")

    def change(self, bench: Workbench, key: str, record_id: str, values: Mapping[str, str | None]) -> Write:
        raise AssertionError("the whole contract says how")

    @scenario
    async def test_the_last_edit_of_a_field_is_told_with_its_time_and_value(self, bench: Workbench) -> None:
        bench.keep_history()
        record = bench.insert(bench.fresh())
        for value in ("Once", "Twice"):
            bench.pass_time(60)
            bench.edit(record, {bench.text_field: value})
        edited_at = bench.now()
        bench.pass_time(60)
        found = await bench.crm.edits(self.want(bench), [record, bench.missing_id], [bench.text_field, "no_such_field"])
        assert list(found) == [record]
        ((name, edit),) = found[record].items()
        assert (name, edit.value) == (bench.text_field, "Twice")
        assert abs(datetime.fromisoformat(edit.at).timestamp() - edited_at) <= 1

    @scenario
    async def test_what_was_written_here_is_no_persons_edit(self, bench: Workbench) -> None:
        bench.keep_history()
        (made,) = await bench.crm.write([self.create(bench, "c")])
        bench.pass_time(60)
        assert made.id is not None
        await bench.crm.write([self.change(bench, "u", made.id, {bench.text_field: "Ours"})])
        bench.pass_time(60)
        found = await bench.crm.edits(self.want(bench), [made.id], [bench.text_field])
        assert found[made.id][bench.text_field].by is not By.PERSON

    @scenario
    async def test_the_edits_of_nothing_cost_nothing(self, bench: Workbench) -> None:
        await bench.crm.schemas([bench.object])
        record, before = bench.insert(bench.fresh()), bench.calls()
        assert await bench.crm.edits(self.want(bench), [], [bench.text_field]) == {}
        assert await bench.crm.edits(self.want(bench), [record], []) == {}
        assert bench.calls() == before
