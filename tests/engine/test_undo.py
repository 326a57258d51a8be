"""An undo that dies, loses answers, or meets edits while it writes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection

import msgspec
import pytest

from crmsync_desktop.domain.records import Op, Outcome, Side, Write, Written
from crmsync_desktop.engine.undo import Undone, run_undo
from crmsync_desktop.ports.store import PassState
from tests.engine.desk import Desk
from tests.simulation.nature import Crash
from tests.simulation.sides import Row


def deleting_desk() -> Desk:
    """What is deleted in Salesforce is deleted in HubSpot, too; and an undo may delete in Salesforce."""
    desk = Desk(on_salesforce_delete="delete")

    def delete(write: Write) -> Written:
        assert write.id is not None
        desk.salesforce.remove(write.id)
        return Written(write.key, Outcome.DONE, write.id)

    desk.salesforce.delete = delete  # type: ignore[method-assign]
    return desk


async def _undo(desk: Desk, of: int, preview: bool, records: Collection[str] | None, approved: bool) -> Undone:
    context = await desk.context(preview)
    return await run_undo([context], of, records, approved, desk.memory.budget.calls)


def undo(
    desk: Desk, of: int, preview: bool = False, records: Collection[str] | None = None, approved: bool = False
) -> Undone:
    desk.nature.advance(1_000)
    return asyncio.run(_undo(desk, of, preview, records, approved))


def undo_until_death(desk: Desk, of: int, crash_in: int) -> bool:
    """Whether the undo died; it may have ended before it could."""
    desk.nature.advance(1_000)
    desk.nature.crash_in = crash_in
    try:
        asyncio.run(_undo(desk, of, False, None, False))
    except Crash:
        desk.memory.die()
        desk.salesforce.budget = desk.hubspot.budget = desk.memory.budget
        return True
    desk.nature.crash_in = None
    return False


def phones(desk: Desk, rows: list[Row]) -> list[tuple[object, object]]:
    """(Salesforce's, HubSpot's) of these Salesforce records."""
    return [(row.values["Phone"], desk.partner(row).values["phone"]) for row in rows]


@pytest.mark.parametrize("crash_in", range(5, 160, 11))
def test_an_undo_that_dies_anywhere_is_finished_by_another_one(crash_in: int) -> None:
    with Desk() as desk:
        rows = [desk.in_salesforce(Phone=f"55512300{n}0") for n in range(6)]
        mirrored = [desk.in_hubspot(phone=f"66612300{n}0") for n in range(6)]
        desk.sync()
        partners = [desk.partner(row) for row in mirrored]
        before = phones(desk, rows), phones(desk, partners)
        for row in rows:
            desk.salesforce.edit(row.id, {"Phone": "5559999999"})
        for row in mirrored:
            desk.hubspot.edit(row.id, {"phone": "6669999999"})
        number = desk.sync().id
        assert undo_until_death(desk, number, crash_in) or crash_in > 100
        desk.sync()
        undo(desk, number)
        assert [hubspot for _, hubspot in phones(desk, rows)] == [hubspot for _, hubspot in before[0]]
        assert [salesforce for salesforce, _ in phones(desk, partners)] == [salesforce for salesforce, _ in before[1]]
        settled = phones(desk, rows), phones(desk, partners)
        desk.sync()
        desk.sync()
        assert (phones(desk, rows), phones(desk, partners)) == settled, "it sticks"
        assert len(desk.salesforce.live()) == len(desk.hubspot.live()) == 12


@pytest.mark.parametrize("crash_in", range(5, 160, 11))
def test_created_records_are_deleted_again_and_nothing_else_whenever_it_dies(crash_in: int) -> None:
    with deleting_desk() as desk:
        contacts = [desk.in_salesforce() for _ in range(5)]
        people = [desk.in_hubspot() for _ in range(5)]
        number = desk.sync().id
        assert undo_until_death(desk, number, crash_in) or crash_in > 100
        desk.sync()
        assert undo(desk, number).left == []
        desk.sync()
        desk.sync()
        assert undo(desk, number).left == []
        assert sorted(row.id for row in desk.salesforce.live()) == sorted(row.id for row in contacts)
        assert sorted(row.id for row in desk.hubspot.live()) == sorted(row.id for row in people)


def test_deletes_whose_answers_were_lost_are_nobodys_deletes() -> None:
    with deleting_desk() as desk:
        people = [desk.in_hubspot() for _ in range(3)]
        number = desk.sync().id
        write = desk.salesforce.write

        async def done_and_lost(writes: list[Write]) -> list[Written]:
            answers = await write(writes)
            lost = writes[0].op is Op.DELETE
            return [Written(answer.key, Outcome.UNKNOWN) if lost else answer for answer in answers]

        desk.salesforce.write = done_and_lost  # type: ignore[method-assign, assignment]
        ended = undo(desk, number)
        assert ended.row.state is PassState.STOPPED
        desk.salesforce.write = write  # type: ignore[method-assign]
        desk.sync()
        desk.sync()
        assert sorted(row.id for row in desk.hubspot.live()) == sorted(row.id for row in people)
        assert desk.salesforce.live() == []


def test_an_edit_that_comes_while_it_writes_is_left() -> None:
    with Desk() as desk:
        row = desk.in_salesforce(Phone="5551230000", LastName="Old")
        desk.sync()
        desk.salesforce.edit(row.id, {"Phone": "5559999999", "LastName": "New"})
        number = desk.sync().id
        partner = desk.partner(row)
        read = desk.hubspot.read

        async def edited_just_before(want, ids):  # type: ignore[no-untyped-def]
            if partner.values["lastname"] == "New":
                desk.hubspot.edit(partner.id, {"phone": "5557777777"})
            return await read(want, ids)

        desk.hubspot.read = edited_just_before  # type: ignore[method-assign]
        ended = undo(desk, number)
        assert [(each.property, each.record_id) for each in ended.left] == [("phone", partner.id)]
        assert (partner.values["phone"], partner.values["lastname"]) == ("5557777777", "Old")


def test_a_value_that_was_taken_and_not_stored_is_told() -> None:
    with Desk() as desk:
        row = desk.in_salesforce(LastName="Old")
        desk.sync()
        desk.salesforce.edit(row.id, {"LastName": "New"})
        number = desk.sync().id
        partner = desk.partner(row)
        write = desk.hubspot.write

        async def passed_over(writes: list[Write]) -> list[Written]:
            return [msgspec.structs.replace(each, echo={"lastname": "New"}) for each in await write(writes)]

        desk.hubspot.write = passed_over  # type: ignore[method-assign, assignment]
        (left,) = undo(desk, number).left
        assert (left.record_id, left.property, left.why) == (
            partner.id,
            "lastname",
            "HubSpot took “Old” and holds “New”",
        )


def test_the_guard_rail_stops_an_undo_until_it_is_approved() -> None:
    with Desk(guard_minimum=3) as desk:
        for _ in range(8):
            desk.in_salesforce()
        number = desk.sync().id
        shown = undo(desk, number, preview=True)
        assert "--approve" in shown.row.message
        ended = undo(desk, number)
        assert ended.row.state is PassState.STOPPED
        assert "delete 8 contacts in HubSpot" in ended.row.message
        assert len(desk.hubspot.live()) == 8
        undo(desk, number, approved=True)
        assert desk.hubspot.live() == []


def test_a_restored_record_revives_its_link() -> None:
    with Desk() as desk:
        row = desk.in_salesforce()
        number = desk.sync().id
        partner = desk.partner(row)
        undo(desk, number)
        desk.hubspot.restore(partner.id)
        desk.salesforce.edit(row.id, {"LastName": "Renamed"})
        desk.sync()
        desk.sync()
        assert desk.partner(row) is partner
        assert partner.values["lastname"] == "Renamed"
        assert not desk.memory.store.any_undone()


def test_a_quiet_undo_costs_no_write_and_says_nothing() -> None:
    with Desk() as desk:
        row = desk.in_salesforce(Phone="5551230000")
        desk.sync()
        desk.salesforce.edit(row.id, {"Phone": "5559999999"})
        number = desk.sync().id
        undo(desk, number)
        wrote = len(desk.writes())
        again = undo(desk, number)
        assert (len(desk.writes()), again.left) == (wrote, [])


def test_an_undo_costs_one_fresh_read_and_one_write_a_batch() -> None:
    with Desk() as desk:
        rows = [desk.in_salesforce(Phone="5551230000", LastName="Old") for _ in range(100)]
        desk.sync()
        for row in rows:
            desk.salesforce.edit(row.id, {"Phone": "5559999999", "LastName": "New"})
        number = desk.sync().id
        before = len(desk.calls())
        undo(desk, number)
        spent = Counter(purpose for side, purpose in desk.calls()[before:] if side is Side.HUBSPOT)
        batches = -(-100 // desk.hubspot.batch_size(Op.UPDATE))
        assert spent["write"] == batches
        assert spent["read"] <= batches
