"""Deaths, lost answers and limits: nothing is skipped, nothing doubled, nothing sent beyond the wall."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event

from crmsync_desktop.domain.records import Outcome, Side, Write, Written
from crmsync_desktop.engine.cycle import run_pass
from crmsync_desktop.ports.store import JournalState, PassState
from tests.engine.desk import Desk


@pytest.mark.parametrize("crash_in", range(5, 300, 37))
def test_a_process_that_dies_anywhere_leaves_one_record_for_each(crash_in: int) -> None:
    with Desk() as desk:
        contacts = [desk.in_salesforce() for _ in range(9)]
        hubspot = [desk.in_hubspot() for _ in range(9)]
        desk.sync_until_death(crash_in)
        desk.sync()
        desk.sync()
        assert len({desk.partner(row).id for row in (*contacts, *hubspot)}) == 18
        assert (len(desk.salesforce.live()), len(desk.hubspot.live())) == (18, 18)
        states = [row.state for row in desk.memory.store.passes(10)]
        assert states in ([PassState.DONE] * 2, [PassState.DONE, PassState.DONE, PassState.CRASHED])


def test_a_watermark_moves_only_with_its_page() -> None:
    with Desk() as desk:
        for _ in range(desk.salesforce.page * 3):
            desk.in_salesforce()
        desk.nature.advance(1_000)
        store = desk.memory.store
        staged = store.stage

        def dies_at_the_second_page(pair, records, cursor):  # type: ignore[no-untyped-def]
            if cursor is not None and cursor.object == "Contact" and store.cursors().get((Side.SALESFORCE, "Contact")):
                desk.nature.crash_in = 1
            staged(pair, records, cursor)

        store.stage = dies_at_the_second_page  # type: ignore[method-assign]
        desk.sync_until_death(10_000)
        store = desk.memory.store
        assert store.staged_count("contacts") == desk.salesforce.page
        assert len(store.cursors()) >= 1
        desk.sync()
        assert len(desk.hubspot.live()) == desk.salesforce.page * 3


def test_creates_whose_answer_was_lost_are_found_not_repeated() -> None:
    with Desk() as desk:
        contacts = [desk.in_salesforce() for _ in range(4)]
        write = desk.hubspot.write

        async def stored_and_lost(writes: list[Write]) -> list[Written]:
            return [Written(answer.key, Outcome.UNKNOWN) for answer in await write(writes)]

        desk.hubspot.write = stored_and_lost  # type: ignore[method-assign, assignment]
        desk.sync()
        desk.hubspot.write = write  # type: ignore[method-assign]
        desk.sync()
        assert len(desk.hubspot.live()) == len({desk.partner(contact).id for contact in contacts}) == 4
        assert desk.memory.store.entries(None, [JournalState.SENT, JournalState.UNKNOWN]) == []


def test_a_create_without_an_address_waits_until_its_system_can_tell() -> None:
    with Desk() as desk:
        desk.hubspot.link_property = False
        contact = desk.in_salesforce(Email=None)
        write = desk.hubspot.write

        async def stored_and_lost(writes: list[Write]) -> list[Written]:
            return [Written(answer.key, Outcome.UNKNOWN) for answer in await write(writes)]

        desk.hubspot.write = stored_and_lost  # type: ignore[method-assign, assignment]
        desk.sync()
        desk.hubspot.write = write  # type: ignore[method-assign]
        for _ in range(3):
            desk.sync(after=1)
        assert len(desk.salesforce.live()) == 1, "our own lost record must not come back as a new one"
        desk.sync()
        assert desk.partner(contact).live
        assert (len(desk.hubspot.live()), len(desk.salesforce.live())) == (1, 1)


def test_a_pass_stops_at_the_wall_and_goes_on_when_there_is_room() -> None:
    with Desk(allocation=9) as desk:
        people = [desk.in_hubspot() for _ in range(40)]
        row = desk.sync()
        assert row.state is PassState.STOPPED
        assert sum(side is Side.SALESFORCE for side, _ in desk.calls()) == 9
        calls = len(desk.calls())
        desk.sync(after=60)
        assert [side for side, _ in desk.calls()[calls:] if side is Side.SALESFORCE] == []
        for _ in range(6):
            desk.sync(after=86_400)
        assert len({desk.partner(person).id for person in people}) == len(desk.salesforce.live()) == 40


def test_a_cancelled_pass_makes_at_most_one_more_call_per_side() -> None:
    with Desk() as desk:
        for _ in range(30):
            desk.in_salesforce()
            desk.in_hubspot()
        desk.nature.advance(1_000)

        async def cancelled_after(writes: int) -> tuple[PassState, dict[Side, int]]:
            context = await desk.context()
            begun: dict[Side, int] = {}

            def look() -> None:
                if not begun and len(desk.writes()) >= writes:
                    context.stop.set()
                    begun.update({side: desk.nature.begun[side] for side in Side})

            desk.nature.on_turn = look
            row = await run_pass([context], "test", desk.memory.budget.calls)
            return row.state, {side: desk.nature.begun[side] - begun[side] for side in Side}

        state, more = asyncio.run(cancelled_after(3))
        assert state is PassState.CANCELLED
        assert all(calls <= 1 for calls in more.values()), more
        desk.nature.on_turn = lambda: None
        desk.sync()
        assert (len(desk.hubspot.live()), len(desk.salesforce.live())) == (60, 60)


def test_a_preview_shows_what_the_run_then_does_and_writes_nothing() -> None:
    with Desk() as desk:
        salesforce, _ = desk.in_both(jobtitle="CTO")
        desk.sync()
        desk.salesforce.edit(salesforce.id, {"Title": "CEO"})
        desk.in_salesforce()
        writes = desk.writes()
        desk.memory.store.watch()
        desk.sync(preview=True)
        assert desk.writes() == writes
        shown = [(e.side, e.op, e.record_id, e.changes) for e in desk.memory.store.planned]
        desk.memory.store.watch()
        desk.sync()
        assert [(e.side, e.op, e.record_id, e.changes) for e in desk.memory.store.planned[: len(shown)]] == shown
        assert len(shown) == 2


def test_a_pass_costs_as_many_statements_for_a_hundred_records_as_for_ten() -> None:
    """Pages and batches of the simulated systems are made as large as real ones, so that only records could count."""

    def statements(records: int) -> list[int]:
        with Desk() as desk:
            desk.salesforce.page = desk.hubspot.page = 1_000
            for side in (desk.salesforce, desk.hubspot):
                side.batches = dict.fromkeys(side.batches, 200)  # type: ignore[misc]
            people = [desk.in_both(jobtitle="CTO") for _ in range(records)]
            for _ in range(records):
                desk.in_salesforce()
                desk.in_hubspot()
            counted: list[int] = []
            count = 0

            def add(*_: object) -> None:
                nonlocal count
                count += 1

            event.listen(desk.memory.store.engine, "before_cursor_execute", add)
            for edited in (False, True, False):
                for salesforce, hubspot in people if edited else ():
                    desk.salesforce.edit(salesforce.id, {"Title": "CEO"})
                    desk.hubspot.edit(hubspot.id, {"score": "5"})
                desk.sync()
                counted.append(count)
                count = 0
            return counted

    assert statements(100) == statements(10)
