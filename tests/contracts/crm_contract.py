"""What every `ports.crm.Crm` does, whatever is behind it: subclass `CrmContract` and give it a fixture `bench`.

    class TestSalesforce(CrmContract):
        @pytest.fixture
        def bench(self, …) -> Iterator[Workbench]: …

The fixture opens an adapter on an empty system (or a fake on nothing); each test closes `bench.crm` itself, in the
event loop in which it was used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from crmsync_desktop.domain.errors import AllocationReached, LimitReached, SetupError, SignInNeeded
from crmsync_desktop.domain.records import UNSEEN, Category, Op, Outcome, Presence, Write, Written
from crmsync_desktop.ports.crm import Want
from tests.contracts.account_contract import AccountContract
from tests.contracts.beginning_contract import BeginningContract
from tests.contracts.workbench import HOSTILE, Workbench, cursor, pages, records, scenario

__all__ = ["CrmContract", "Workbench", "cursor", "pages", "records", "scenario"]


class CrmContract(AccountContract, BeginningContract):
    OVERLAP = 3_600.0
    """Seconds after which nothing of before comes again."""

    def want(self, bench: Workbench, since: str | None = None, *more: str) -> Want:
        fields = (bench.text_field, bench.email_field, *more)
        return Want(bench.object, fields, keys=(bench.email_field,), cursor=since)

    def create(self, bench: Workbench, key: str, values: Mapping[str, str | None] | None = None) -> Write:
        now = datetime.fromtimestamp(bench.now(), UTC).isoformat().replace("+00:00", "Z")
        return Write(
            key=key,
            side=bench.crm.side,
            object=bench.object,
            op=Op.CREATE,
            id=None,
            values=dict(values if values is not None else bench.fresh()),
            origin_id=f"origin-{key}",
            journaled_at=now,
        )

    def change(self, bench: Workbench, key: str, record_id: str, values: Mapping[str, str | None]) -> Write:
        return Write(key, bench.crm.side, bench.object, Op.UPDATE, record_id, dict(values))

    @scenario
    async def test_a_first_read_has_every_live_record_once(self, bench: Workbench) -> None:
        made = {bench.insert(values): values for values in (bench.fresh() for _ in range(7))}
        thrown = bench.insert(bench.fresh())
        bench.delete(thrown)
        bench.pass_time(self.OVERLAP)
        found = await pages(bench.crm, self.want(bench))
        seen = [record.id for page in found for record in page.records if record.presence is Presence.LIVE]
        assert sorted(seen) == sorted(made)
        assert [page.last for page in found] == [False] * (len(found) - 1) + [True]
        for record in records(found).values():
            if record.presence is Presence.LIVE:
                values = made[record.id]
                assert record.cells == [values[bench.text_field], values[bench.email_field]]
                assert record.keys == (values[bench.email_field],)
                assert record.side is bench.crm.side
                assert record.object == bench.object

    @scenario
    async def test_a_quiet_read_is_one_empty_page(self, bench: Workbench) -> None:
        bench.insert(bench.fresh())
        bench.pass_time(self.OVERLAP)
        first = await pages(bench.crm, self.want(bench))
        bench.pass_time(self.OVERLAP)
        second = await pages(bench.crm, self.want(bench, cursor(first, bench.object)))
        third = await pages(bench.crm, self.want(bench, cursor(second, bench.object)))
        assert [(page.records, page.last) for page in third] == [([], True)]

    @scenario
    async def test_an_edit_is_read_from_the_cursor(self, bench: Workbench) -> None:
        edited, other = bench.insert(bench.fresh()), bench.insert(bench.fresh())
        bench.pass_time(self.OVERLAP)
        since = cursor(await pages(bench.crm, self.want(bench)), bench.object)
        bench.pass_time(self.OVERLAP)
        since = cursor(await pages(bench.crm, self.want(bench, since)), bench.object)
        bench.edit(edited, {bench.text_field: "Edited"})
        bench.pass_time(self.OVERLAP / 2)
        found = records(await pages(bench.crm, self.want(bench, since)))
        assert found[edited].cells[0] == "Edited"
        assert other not in found

    @scenario
    async def test_an_edit_of_this_very_moment_is_not_lost_by_the_next_cursor(self, bench: Workbench) -> None:
        record = bench.insert(bench.fresh())
        since = cursor(await pages(bench.crm, self.want(bench)), bench.object)
        bench.edit(record, {bench.text_field: "Just now"})
        bench.pass_time(60)
        found = records(await pages(bench.crm, self.want(bench, since)))
        assert found[record].cells[0] == "Just now"

    @scenario
    async def test_a_deletion_is_read_as_a_tombstone(self, bench: Workbench) -> None:
        thrown, kept = bench.insert(bench.fresh()), bench.insert(bench.fresh())
        since = cursor(await pages(bench.crm, self.want(bench)), bench.object)
        bench.pass_time(60)
        bench.delete(thrown)
        bench.pass_time(60)
        found = records(await pages(bench.crm, self.want(bench, since)))
        assert found[thrown].presence is Presence.DELETED
        assert kept not in found or found[kept].presence is Presence.LIVE

    @scenario
    async def test_no_name_and_an_unknown_field_are_unseen_not_blank(self, bench: Workbench) -> None:
        values = bench.fresh()
        record = bench.insert(values)
        bench.pass_time(self.OVERLAP)
        want = Want(bench.object, ("", bench.text_field, "no_such_field_here"))
        found = records(await pages(bench.crm, want))
        (again,) = await bench.crm.read(want, [record])
        for observed in (found[record], again):
            assert observed.cells == [UNSEEN, values[bench.text_field], UNSEEN]
            assert observed.keys == ()

    @scenario
    async def test_read_answers_in_order_with_tombstones_and_unseen(self, bench: Workbench) -> None:
        one, two, thrown = (bench.insert(bench.fresh()) for _ in range(3))
        bench.delete(thrown)
        asked = [two, bench.missing_id, thrown, one]
        found = await bench.crm.read(self.want(bench), asked)
        assert [record.id for record in found] == asked
        assert [record.presence for record in found] == [
            Presence.LIVE,
            Presence.UNSEEN,
            Presence.DELETED,
            Presence.LIVE,
        ]
        assert found[1].cells == []
        assert await bench.crm.read(self.want(bench), []) == []

    @scenario
    async def test_read_is_of_now(self, bench: Workbench) -> None:
        record = bench.insert(bench.fresh())
        bench.edit(record, {bench.text_field: "Newest"})
        (found,) = await bench.crm.read(self.want(bench), [record])
        assert found.cells[0] == "Newest"

    @scenario
    async def test_find_compares_without_case(self, bench: Workbench) -> None:
        values = bench.fresh()
        record, _ = bench.insert(values), bench.insert(bench.fresh())
        thrown = bench.insert(bench.fresh() | {bench.email_field: "thrown.away@example.com"})
        bench.delete(thrown)
        bench.pass_time(self.OVERLAP)
        sought = [values[bench.email_field].upper(), "thrown.away@example.com", "nobody@example.com"]
        found = await bench.crm.find(self.want(bench), bench.email_field, sought)
        assert [observed.id for observed in found] == [record]
        assert found[0].cells == [values[bench.text_field], values[bench.email_field]]
        assert found[0].presence is Presence.LIVE

    @scenario
    async def test_find_with_hostile_values_finds_what_equals_them(self, bench: Workbench) -> None:
        storable = [text for text in HOSTILE if text.strip() and len(text) < 60 and "\n" not in text]
        made = {bench.insert(bench.fresh() | {bench.text_field: text}): text for text in storable}
        bench.insert(bench.fresh())
        bench.pass_time(self.OVERLAP)
        found = await bench.crm.find(self.want(bench), bench.text_field, list(HOSTILE))
        assert {record.id: record.cells[0] for record in found} == made

    @scenario
    async def test_find_of_nothing_is_nothing(self, bench: Workbench) -> None:
        bench.insert(bench.fresh())
        assert await bench.crm.find(self.want(bench), bench.email_field, []) == []
        assert await bench.crm.find(self.want(bench), bench.email_field, ["", " "]) == []

    @scenario
    async def test_create_update_and_delete_answer_in_order(self, bench: Workbench) -> None:
        creates = [self.create(bench, f"c{number}") for number in range(5)]
        made = await bench.crm.write(creates)
        assert [(written.key, written.outcome) for written in made] == [(c.key, Outcome.DONE) for c in creates]
        for create, written in zip(creates, made, strict=True):
            stored = bench.stored(written.id or "")
            assert stored is not None
            assert written.created
            assert {name: stored[name] for name in create.values} == create.values
        updates = [
            self.change(bench, f"u{n}", written.id or "", {bench.text_field: f"New {n}"})
            for n, written in enumerate(made)
        ]
        changed = await bench.crm.write(updates)
        assert [(w.key, w.outcome, w.id) for w in changed] == [(u.key, Outcome.DONE, u.id) for u in updates]
        assert [(bench.stored(u.id or "") or {})[bench.text_field] for u in updates] == [f"New {n}" for n in range(5)]
        deletes = [Write(f"d{n}", bench.crm.side, bench.object, Op.DELETE, w.id, {}) for n, w in enumerate(made[:2])]
        gone = await bench.crm.write(deletes)
        assert [(w.key, w.outcome) for w in gone] == [("d0", Outcome.DONE), ("d1", Outcome.DONE)]
        assert bench.count() == 3

    @scenario
    async def test_a_full_batch_is_one_call(self, bench: Workbench) -> None:
        size = bench.crm.batch_size(Op.CREATE)
        await bench.crm.schemas([bench.object])
        before = bench.calls()
        made = await bench.crm.write([self.create(bench, f"c{number}") for number in range(size)])
        assert {written.outcome for written in made} == {Outcome.DONE}
        assert bench.calls() - before == 1
        assert bench.count() == size

    @scenario
    async def test_none_blanks_a_field(self, bench: Workbench) -> None:
        record = bench.insert(bench.fresh())
        (written,) = await bench.crm.write([self.change(bench, "u", record, {bench.email_field: None})])
        assert written.outcome is Outcome.DONE
        assert not (bench.stored(record) or {})[bench.email_field]

    @scenario
    async def test_a_refused_record_never_stops_the_others(self, bench: Workbench) -> None:
        creates = [self.create(bench, f"c{number}") for number in range(9)]
        for number in (2, 6):
            creates[number] = self.create(bench, f"c{number}", bench.fresh() | dict(bench.bad_values))
        made = await bench.crm.write(creates)
        outcomes = [written.outcome for written in made]
        assert [n for n, outcome in enumerate(outcomes) if outcome is Outcome.FAILED] == [2, 6]
        assert outcomes.count(Outcome.DONE) == 7
        for number in (2, 6):
            (fault, *_) = made[number].faults
            assert fault.category is Category.PROPERTY_VALUES
            assert fault.message
            assert set(fault.fields) <= set(bench.bad_values)
        assert bench.count() == 7

    @scenario
    async def test_an_update_of_a_deleted_record_says_that_it_is_gone(self, bench: Workbench) -> None:
        gone, here = bench.insert(bench.fresh()), bench.insert(bench.fresh())
        bench.delete(gone)
        values = {bench.text_field: "Too late"}
        first, second = await bench.crm.write(
            [self.change(bench, "u1", gone, values), self.change(bench, "u2", here, values)]
        )
        assert first.outcome is Outcome.FAILED
        assert first.faults[0].category is Category.RECORD_GONE
        assert second.outcome is Outcome.DONE

    @scenario
    async def test_a_create_whose_reply_is_lost_makes_one_record(self, bench: Workbench) -> None:
        creates = [self.create(bench, f"c{number}") for number in range(4)]
        bench.lose_next_write_reply()
        made = await bench.crm.write(creates)
        lost = [create for create, written in zip(creates, made, strict=True) if written.outcome is Outcome.UNKNOWN]
        found = await self.recovered(bench, lost)
        done = [written for written in made if written.outcome is Outcome.DONE] + found
        assert {written.outcome for written in done} == {Outcome.DONE}
        assert sorted(written.key for written in done) == [create.key for create in creates]
        assert len({written.id for written in done}) == bench.count() == 4

    @scenario
    async def test_a_create_that_never_left_is_not_there(self, bench: Workbench) -> None:
        bench.insert(bench.fresh())
        (written,) = await self.recovered(bench, [self.create(bench, "never")])
        assert (written.outcome, written.faults) == (Outcome.FAILED, ())
        assert bench.count() == 1

    async def recovered(self, bench: Workbench, creates: list[Write]) -> list[Written]:
        """Ask again, as the engine does, while the system can't tell yet."""
        found: dict[str, Written] = {}
        for _ in range(5):
            waiting = [create for create in creates if create.key not in found]
            if not waiting:
                break
            answers = await bench.crm.recover(waiting)
            assert [written.key for written in answers] == [create.key for create in waiting]
            found.update((answer.key, answer) for answer in answers if answer.outcome is not Outcome.UNKNOWN)
            bench.pass_time(self.OVERLAP / 4)
        return [found[create.key] for create in creates]

    @scenario
    async def test_an_update_whose_reply_is_lost_is_sent_again(self, bench: Workbench) -> None:
        record = bench.insert(bench.fresh())
        bench.lose_next_write_reply()
        (written,) = await bench.crm.write([self.change(bench, "u", record, {bench.text_field: "Twice"})])
        assert written.outcome is Outcome.DONE
        assert (bench.stored(record) or {})[bench.text_field] == "Twice"

    @scenario
    async def test_nothing_is_sent_beyond_the_allocation(self, bench: Workbench) -> None:
        record = bench.insert(bench.fresh())
        await bench.crm.schemas([bench.object])
        before = bench.calls()
        bench.budget.set_allocation(bench.crm.side, bench.budget.usage(bench.crm.side).used)
        (refused,) = await bench.crm.write([self.create(bench, "c")])
        assert refused.outcome is Outcome.NOT_SENT
        assert [fault.category for fault in refused.faults] == [Category.LIMITS]
        with pytest.raises(AllocationReached):
            await bench.crm.read(self.want(bench), [record])
        with pytest.raises(LimitReached):
            await pages(bench.crm, self.want(bench))
        assert bench.calls() == before
        assert bench.count() == 1

    @scenario
    async def test_every_request_is_spent(self, bench: Workbench) -> None:
        record = bench.insert(bench.fresh())
        before = (bench.calls(), bench.budget.calls(bench.crm.side))
        await bench.crm.schemas([bench.object])
        await bench.crm.owners()
        await pages(bench.crm, self.want(bench))
        await bench.crm.read(self.want(bench), [record, bench.missing_id])
        await bench.crm.find(self.want(bench), bench.email_field, ["nobody@example.com"])
        bench.lose_next_write_reply()
        await bench.crm.write([self.change(bench, "u", record, {bench.text_field: "Counted"})])
        await bench.crm.allowance()
        assert bench.calls() - before[0] == bench.budget.calls(bench.crm.side) - before[1] > 0

    @scenario
    async def test_schemas_tell_the_fields(self, bench: Workbench) -> None:
        schema = (await bench.crm.schemas([bench.object]))[bench.object]
        assert schema.object == bench.object
        assert schema.side is bench.crm.side
        assert schema.label
        for name in (bench.text_field, bench.email_field):
            field = schema.fields[name]
            assert field.name == name
            assert field.label
            assert field.createable
            assert field.updateable

    @scenario
    async def test_an_object_that_is_not_there_needs_a_person(self, bench: Workbench) -> None:
        with pytest.raises(SetupError):
            await bench.crm.schemas([bench.object, "no_such_object"])

    @scenario
    async def test_a_wrong_token_asks_to_sign_in(self, bench: Workbench) -> None:
        stranger = bench.stranger()
        try:
            with pytest.raises(SignInNeeded):
                await stranger.identity()
            with pytest.raises(SignInNeeded):
                await pages(stranger, self.want(bench))
            (refused,) = await stranger.write([self.create(bench, "c")])
            assert refused.outcome is Outcome.NOT_SENT
            assert refused.faults[0].category is Category.CONNECTION
        finally:
            await stranger.close()
        assert bench.count() == 0
