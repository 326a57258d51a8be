"""A pass that carries out one plan and nothing beyond it."""

from __future__ import annotations

import asyncio

import pytest

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Category, Fault, Op, Outcome, Side, Write, Written
from crmsync_desktop.engine.applying import Approval, MovedRecord
from crmsync_desktop.engine.cycle import run_pass
from crmsync_desktop.engine.kept_plans import KEPT, entries_of, find_plan, keep_plan, note_applied, plans_of
from crmsync_desktop.ports.store import Entry, JournalState, PassRow
from tests.engine.desk import Desk
from tests.simulation.nature import Crash


def preview(desk: Desk) -> int:
    number = desk.sync(preview=True).id
    keep_plan(desk.memory.store, number)
    return number


async def _apply(desk: Desk, approval: Approval) -> PassRow:
    context = await desk.context()
    context.only = approval
    return await run_pass([context], "apply", desk.memory.budget.calls)


def apply(desk: Desk, number: int) -> tuple[PassRow, list[MovedRecord]]:
    approval = Approval(entries_of(desk.memory.store, number))
    desk.nature.advance(1_000)
    row = asyncio.run(_apply(desk, approval))
    return row, approval.moved()


def apply_until_death(desk: Desk, number: int, crash_in: int) -> None:
    approval = Approval(entries_of(desk.memory.store, number))
    desk.nature.advance(1_000)
    desk.nature.crash_in = crash_in
    try:
        asyncio.run(_apply(desk, approval))
    except Crash:
        desk.memory.die()
        desk.salesforce.budget = desk.hubspot.budget = desk.memory.budget
    desk.nature.crash_in = None


def done(desk: Desk, number: int) -> list[Entry]:
    return desk.memory.store.entries(number, [JournalState.DONE])


def test_only_what_was_planned_is_written_and_the_rest_comes_with_the_next_pass() -> None:
    with Desk() as desk:
        one, two = desk.in_both(lastname="One"), desk.in_both(lastname="Two")
        desk.sync()
        desk.salesforce.edit(one[0].id, {"LastName": "Planned"})
        number = preview(desk)
        desk.salesforce.edit(one[0].id, {"Phone": "5551112222"})
        desk.salesforce.edit(two[0].id, {"LastName": "Later"})
        new = desk.in_salesforce(LastName="New")
        row, moved = apply(desk, number)
        assert [(entry.record_id, [c.property for c in entry.changes]) for entry in done(desk, row.id)] == [
            (one[1].id, ["lastname"])
        ]
        assert (moved, desk.link(new)) == ([], None)
        desk.sync()
        assert (one[1].values["phone"], two[1].values["lastname"]) == ("(555) 111-2222", "Later")
        assert desk.partner(new).values["lastname"] == "New"


def test_a_value_that_an_automation_changes_back_is_written_once() -> None:
    with Desk() as desk:
        salesforce, hubspot = desk.in_both(lastname="Old")
        desk.sync()
        desk.salesforce.edit(salesforce.id, {"LastName": "New"})
        number = preview(desk)
        write = desk.hubspot.write

        async def changed_back(writes: list[Write]) -> list[Written]:
            answers = await write(writes)
            desk.hubspot.edit(hubspot.id, {"lastname": "Old"})
            return answers

        desk.hubspot.write = changed_back  # type: ignore[method-assign, assignment]
        row, _ = apply(desk, number)
        assert len(done(desk, row.id)) == 1


def test_a_planned_record_that_is_refused_for_a_field_is_written_without_it() -> None:
    with Desk() as desk:
        salesforce, hubspot = desk.in_both(lastname="Old", phone="5550000000")
        desk.sync()
        desk.salesforce.edit(salesforce.id, {"LastName": "New", "Phone": "5551112222"})
        number = preview(desk)
        write = desk.hubspot.write
        fault = Fault(Category.PROPERTY_VALUES, "INVALID", "not that", ("phone",))

        async def picky(writes: list[Write]) -> list[Written]:
            if any("phone" in each.values for each in writes):
                return [Written(each.key, Outcome.FAILED, faults=(fault,)) for each in writes]
            return await write(writes)

        desk.hubspot.write = picky  # type: ignore[method-assign, assignment]
        apply(desk, number)
        assert (hubspot.values["lastname"], hubspot.values["phone"]) == ("New", "5550000000")


@pytest.mark.parametrize("crash_in", range(5, 140, 13))
def test_an_apply_that_dies_is_applied_again_and_repeats_nothing(crash_in: int) -> None:
    with Desk() as desk:
        pairs = [desk.in_both(lastname=f"Old {n}") for n in range(7)]
        desk.sync()
        for salesforce, _ in pairs:
            desk.salesforce.edit(salesforce.id, {"LastName": f"New {salesforce.id}"})
        created = [desk.in_salesforce() for _ in range(4)]
        number = preview(desk)
        planned = list(entries_of(desk.memory.store, number))
        apply_until_death(desk, number, crash_in)
        for _ in range(2):
            _, moved = apply(desk, number)
        assert moved == []
        assert [hubspot.values["lastname"] for _, hubspot in pairs] == [f"New {row.id}" for row, _ in pairs]
        assert len({desk.partner(row).id for row in created}) == len(created)
        assert len(desk.hubspot.live()) == len(pairs) + len(created)
        assert len(planned) == 11


def test_a_link_that_moved_is_told() -> None:
    with Desk() as desk:
        salesforce, hubspot = desk.in_both(lastname="One")
        desk.sync()
        desk.salesforce.edit(salesforce.id, {"LastName": "Planned"})
        number = preview(desk)
        survivor = desk.in_salesforce(LastName="Survivor")
        desk.salesforce.merge(survivor.id, salesforce.id)
        _, (record,) = apply(desk, number)
        (each,) = record.moved
        assert (record.label, each.property) == ("One", "")
        assert each.why == f"it is linked with Salesforce record {survivor.id} now"
        assert hubspot.values["lastname"] == "One"


def test_the_last_few_plans_are_kept_and_one_is_applied_once() -> None:
    with Desk() as desk:
        desk.in_salesforce()
        numbers = [preview(desk) for _ in range(KEPT + 2)]
        store = desk.memory.store
        assert [plan.number for plan in plans_of(store) if plan.kept] == numbers[2:]
        assert not list(entries_of(store, numbers[0]))
        row, _ = apply(desk, numbers[-1])
        note_applied(store, numbers[-1], row)
        for number, said in ((numbers[0], "isn't kept"), (numbers[-1], "applied already"), (row.id, "isn't a plan")):
            with pytest.raises(SetupError, match=said):
                find_plan(store, number)
        assert find_plan(store, numbers[-2])[0].number == numbers[-2]
        assert [call for call in desk.writes() if call == (Side.HUBSPOT, Op.CREATE)]
