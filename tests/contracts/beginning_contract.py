"""Where every `ports.crm.Crm` may begin to read, and how much there would be; a part of `CrmContract`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmsync_desktop.ports.crm import Want
from tests.contracts.workbench import Workbench, cursor, pages, records, scenario


def moment(bench: Workbench) -> str:
    return datetime.fromtimestamp(bench.now(), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class BeginningContract:
    OVERLAP: float

    @scenario
    async def test_a_read_may_begin_at_a_moment(self, bench: Workbench) -> None:
        old, edited = bench.insert(bench.fresh()), bench.insert(bench.fresh())
        bench.pass_time(self.OVERLAP)
        await bench.crm.schemas([bench.object])
        before = bench.calls()
        beginning = bench.crm.starting(bench.object, moment(bench))
        assert bench.calls() == before
        bench.pass_time(1)
        new = bench.insert(bench.fresh())
        bench.edit(edited, {bench.text_field: "Since"})
        bench.pass_time(60)
        want = Want(bench.object, (bench.text_field,), cursor=beginning)
        first = await pages(bench.crm, want)
        assert set(records(first)) == {new, edited}
        assert old not in records(first)
        bench.pass_time(self.OVERLAP)
        later = bench.insert(bench.fresh())
        bench.pass_time(60)
        found = records(await pages(bench.crm, Want(bench.object, (), cursor=cursor(first, bench.object))))
        assert later in found
        assert old not in found

    @scenario
    async def test_a_read_may_begin_now_by_the_systems_own_clock(self, bench: Workbench) -> None:
        old = bench.insert(bench.fresh())
        bench.pass_time(self.OVERLAP)
        await bench.crm.schemas([bench.object])
        want = Want(bench.object, (bench.text_field,), cursor=bench.crm.starting(bench.object, None))
        bench.pass_time(1)
        new = bench.insert(bench.fresh())
        bench.pass_time(60)
        assert set(records(await pages(bench.crm, want))) == {new}
        assert old != new

    @scenario
    async def test_a_beginning_that_is_no_moment_is_an_error(self, bench: Workbench) -> None:
        with pytest.raises(ValueError, match="yesterday"):
            bench.crm.starting(bench.object, "yesterday")

    @scenario
    async def test_records_are_counted_in_one_call(self, bench: Workbench) -> None:
        _, edited, thrown = (bench.insert(bench.fresh()) for _ in range(3))
        bench.delete(thrown)
        bench.pass_time(self.OVERLAP)
        await bench.crm.schemas([bench.object])
        since = moment(bench)
        bench.pass_time(1)
        bench.insert(bench.fresh())
        bench.edit(edited, {bench.text_field: "Since"})
        bench.pass_time(60)
        before = bench.calls()
        assert await bench.crm.count(bench.object, None) == 3
        assert await bench.crm.count(bench.object, since) == 2
        assert bench.calls() - before == 2
