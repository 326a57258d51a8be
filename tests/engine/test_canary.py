"""A large first pass tries 25 records before it writes the others (P7)."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.records import Op, Side, Value
from crmsync_desktop.engine.canary import SIZE, TOLERATED
from crmsync_desktop.engine.guarding import kept_plan
from crmsync_desktop.ports.store import JournalState, PassState
from tests.engine.desk import Desk
from tests.simulation.sides import Row

PEOPLE = 40


def garble(desk: Desk, at_most: int) -> None:
    """HubSpot's automation makes something else of so many titles."""
    put = desk.hubspot._put
    garbled: set[str] = set()

    def otherwise(row: Row, values: dict[str, Value]) -> None:
        if "jobtitle" in values and (row.id in garbled or len(garbled) < at_most):
            garbled.add(row.id)
            values = {**values, "jobtitle": "n/a"}
        put(row, values)

    desk.hubspot._put = otherwise  # type: ignore[method-assign]


def written(desk: Desk) -> int:
    return sum(landed.write.op is Op.CREATE for landed in desk.hubspot.landed)


def test_where_all_is_well_the_others_follow_at_the_price_of_a_read() -> None:
    with Desk(canary_minimum=30) as desk:
        for _ in range(PEOPLE):
            desk.in_salesforce(Title="CTO")
        before = len(desk.calls())
        row = desk.sync()
        assert (row.state, written(desk)) == (PassState.DONE, PEOPLE)
        assert desk.calls()[before:].count((Side.HUBSPOT, "check")) >= 1
        assert kept_plan(desk.memory.store) is None


@pytest.mark.parametrize(("wrong", "stops"), [(TOLERATED, False), (TOLERATED + 1, True)])
def test_more_than_two_that_come_out_otherwise_stop_it(wrong: int, stops: bool) -> None:
    with Desk(canary_minimum=30) as desk:
        for _ in range(PEOPLE):
            desk.in_salesforce(Title="CTO")
        garble(desk, wrong)
        row = desk.sync()
        assert (row.state is PassState.STOPPED) is stops
        assert written(desk) == (SIZE if stops else PEOPLE)
        if stops:
            assert f"Of {SIZE} written to HubSpot, {wrong} came out otherwise than they were sent" in row.message
            assert "jobtitle was sent as “CTO” and is “n/a”" in row.message
            assert f"approve {row.id}" in row.message
            assert len(desk.memory.store.entries(row.id, [JournalState.PLANNED])) == PEOPLE - SIZE


def test_a_small_first_pass_and_a_side_that_was_written_before_are_not_tried() -> None:
    with Desk(canary_minimum=30) as desk:
        garble(desk, PEOPLE * 2)
        for _ in range(10):
            desk.in_salesforce(Title="CTO")
        assert desk.sync().state is PassState.DONE
        for _ in range(PEOPLE):
            desk.in_salesforce(Title="CTO")
        assert desk.sync().state is PassState.DONE
        assert written(desk) == 10 + PEOPLE


def test_a_preview_tries_nothing() -> None:
    with Desk(canary_minimum=30) as desk:
        for _ in range(PEOPLE):
            desk.in_salesforce(Title="CTO")
        desk.sync(preview=True)
        assert written(desk) == 0
