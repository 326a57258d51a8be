"""One seed, one world: two systems full of people, settings and rules, and an engine that lives through storms."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path

from crmsync_desktop.domain.errors import PassError
from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Op, Outcome, Side, Write, Written
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.settings import (
    ContactSettings,
    OnAmbiguousMatch,
    OnConflict,
    OnHubSpotChange,
    OnSalesforceChange,
    OnSalesforceDelete,
    Settings,
)
from crmsync_desktop.domain.values import close
from crmsync_desktop.engine.cycle import run_pass
from crmsync_desktop.ports.store import Entry, FieldChange, JournalState, PassRow, PassState
from tests.simulation.engine_room import prepare
from tests.simulation.fields import MAPPED
from tests.simulation.hubspot import LIST, FakeHubSpot
from tests.simulation.memory import Memory
from tests.simulation.nature import Crash, Nature
from tests.simulation.people import People
from tests.simulation.salesforce import FakeSalesforce

PLENTY = 10_000
MOST_PASSES = 6
"""Passes within which a calm world falls quiet."""
DAY = 86_400.0
CREATED_OR_KEPT = (OnSalesforceChange.CREATE_OR_UPDATE,) * 5 + (OnSalesforceChange.NOTHING,)
RULES = (Rule.TWO_WAY, Rule.TWO_WAY, *(rule for rule in Rule if rule is not Rule.DONT_SYNC))


class World:
    """`broken` collects what should never have happened while it lived."""

    org: type[FakeSalesforce] = FakeSalesforce
    portal: type[FakeHubSpot] = FakeHubSpot
    inhabitants: type[People] = People

    def __init__(self, seed: int, folder: Path) -> None:
        self.seed = seed
        self.nature = Nature(seed)
        self.random = self.nature.random
        self.broken: list[str] = []
        self.memory = Memory(folder, self.nature)
        budget = self.memory.budget
        self.salesforce = self.org(self.nature, budget, external_id=self.random.random() < 0.6)
        self.salesforce.keeps_history = seed % 2 == 0
        self.hubspot = self.portal(self.nature, budget, link_property=self.random.random() < 0.35)
        self.sides = {Side.SALESFORCE: self.salesforce, Side.HUBSPOT: self.hubspot}
        self.people = self.inhabitants(self.nature, self.salesforce, self.hubspot)
        self.rules = {mapped.property: self.random.choice(RULES) for mapped in MAPPED}
        self.settings = self._settings()
        self._layouts: list[Layout] = []
        self._stop = asyncio.Event()
        self._cancel_in: int | None = None
        self._begun_at_cancel: dict[Side, int] = {}
        for side in self.sides.values():
            side.on_call, side.on_write, side.on_created = self._on_call, self._on_write, self._on_created
        self.nature.on_turn = self._on_turn

    def _settings(self) -> Settings:
        choice = self.random.choice
        return Settings(
            allocation=self.random.choice((self.random.randint(7, 16), self.random.randint(9, 40)))
            if self.random.random() < 0.35
            else PLENTY,
            on_conflict=choice(list(OnConflict)),
            contacts=ContactSettings(
                on_salesforce_change=choice(CREATED_OR_KEPT),
                on_hubspot_change=choice(list(OnHubSpotChange)),
                on_salesforce_delete=choice(list(OnSalesforceDelete)),
                inclusion_list=choice((None, None, LIST)),
                on_ambiguous_match=choice(list(OnAmbiguousMatch)),
            ),
        )

    @property
    def layout(self) -> Layout:
        """The columns of the last pass."""
        return self._layouts[-1]

    def layout_of(self, write: Write) -> Layout:
        """The columns of the pair that a write is of."""
        return self._layouts[-1]

    # life

    async def live(self) -> None:
        """Storms, then calm, until nothing moves any more."""
        self.people.settle_in(self.random.randint(5, 40))
        self.nature.advance(500 if self.random.random() < 0.7 else 1)
        self.nature.storm = True
        for _ in range(self.random.randint(2, 6)):
            await self._stormy_pass()
        self.nature.storm = False
        self.change_settings(allocation=PLENTY)
        self.nature.advance(DAY / 12)
        await self._until_quiet("after the storm")
        await self._compare_preview_and_run()
        await self._until_quiet("after the preview")

    def change_settings(self, allocation: int) -> None:
        contacts, settings = self.settings.contacts, self.settings
        self.settings = Settings(allocation=allocation, on_conflict=settings.on_conflict, contacts=contacts)

    async def _stormy_pass(self) -> None:
        for _ in range(self.random.randint(0, 8)):
            self.people.act()
            self.nature.advance(self.random.uniform(0, 20))
        self.nature.advance(self.random.choice((1, 15, 120, 400, 4_000)))
        if self.random.random() < 0.4:
            self.nature.crash_in = int(self.random.triangular(1, 700, 60))
        if self.random.random() < 0.15:
            self._cancel_in = self.random.randint(1, 90)
        await self.one_pass()

    async def _until_quiet(self, when: str) -> None:
        for _ in range(MOST_PASSES):
            writes = len(self._writes())
            row = await self.one_pass()
            if row is None or row.state is not PassState.DONE:
                self.broken.append(f"I1: {when}, a calm pass ended as {row and (row.state, row.message)}")
                return
            linked = sum(tally.linked for tally in row.tallies)
            if len(self._writes()) == writes and not linked:
                return
            self.nature.advance(700)
        self.broken.append(f"I1: {when}, still not quiet after {MOST_PASSES} passes")

    async def _compare_preview_and_run(self) -> None:
        for _ in range(self.random.randint(1, 8)):
            self.people.act()
        self.nature.advance(1_000)
        writes = len(self._writes())
        await self.one_pass(preview=True)
        shown = [_comparable(entry) for entry in self.memory.store.planned]
        if len(self._writes()) != writes:
            self.broken.append("E8: a preview wrote")
        await self.one_pass()
        store = self.memory.store
        done = [_comparable(entry) for entry in store.planned[: store.first_round]]
        if shown != done:
            self.broken.append(f"E8: the preview showed {shown}, the run planned {done}")
        if shown:
            self.nature.seen["preview compared with run"] += 1

    # a pass

    async def one_pass(self, preview: bool = False) -> PassRow | None:
        """None where the process died, or the pass could not begin."""
        self._stop = asyncio.Event()
        self._begun_at_cancel = {}
        row = None
        try:
            row = await self._pass(preview)
        except Crash:
            pass
        except PassError as error:
            self.nature.seen[f"pass not begun: {type(error).__name__}"] += 1
        finally:
            self.nature.crash_in = self._cancel_in = None
        if self.nature.crashed:  # out here, where the exception holds no statements of the dead process any more
            self._survive()
        if row is not None:
            self._look_at(row)
        return row

    async def _pass(self, preview: bool) -> PassRow:
        memory = self.memory
        context = await prepare(
            memory, self.nature, (self.salesforce, self.hubspot), self.settings, self.rules, self._stop, preview
        )
        self._layouts.append(context.layout)
        memory.store.watch()
        if self._stop.is_set():  # before the pass itself had begun
            self._begun_at_cancel = {side: self.nature.begun[side] for side in Side}
        return await run_pass([context], "simulation", memory.budget.calls)

    def _survive(self) -> None:
        self.memory.die()
        for side in self.sides.values():
            side.budget = self.memory.budget

    def _look_at(self, row: PassRow) -> None:
        self.nature.seen[f"pass {row.state.value}"] += 1
        for tally in row.tallies:
            for kind in ("created", "updated", "deleted", "linked", "held", "failed"):
                if getattr(tally, kind):
                    self.nature.seen[f"{tally.side.label} {kind}"] += 1
        if not self._begun_at_cancel:
            return
        for side, begun in self._begun_at_cancel.items():
            more = self.nature.begun[side] - begun
            if more > 1:
                calls = [call[1:] for call in self.nature.log if call[1] is side][-more:]
                self.broken.append(f"E7: {more} more calls to {side.label} after a cancel: {calls}")

    # what is watched at every moment

    def _on_turn(self) -> None:
        if self.nature.storm and self.random.random() < 0.08:
            self.nature.seen["people act during a pass"] += 1
            self.people.act()
        if self._cancel_in is None:
            return
        self._cancel_in -= 1
        if self._cancel_in == 0:
            self._stop.set()
            self.nature.seen["cancelled"] += 1
            self._begun_at_cancel = {side: self.nature.begun[side] for side in Side}

    def _on_call(self, side: Side) -> None:
        if side is not Side.SALESFORCE:
            return
        since = self.nature.now() - DAY
        used = sum(1 for at, whose, _, _ in self.nature.log if whose is side and at > since)
        if used > self.settings.allocation:
            self.broken.append(f"E7: {used} calls in 24 h, {self.settings.allocation} allowed")

    def _on_write(self, side: Side, writes: Sequence[Write]) -> None:
        """E4 and I8, before anything of the write has left."""
        for write in writes:
            state, changes, reason = self.memory.journal(int(write.key.rsplit("-", 1)[1]))
            if state is not JournalState.SENT or not reason:
                self.broken.append(f"E4: {write} is {state.name} in the journal")
            if {change.field: change.new for change in changes} != write.values:
                self.broken.append(f"E4: the journal has {changes} for {write}")
            if write.op is Op.DELETE and side is Side.SALESFORCE:
                self.broken.append(f"I8: a delete in Salesforce: {write}")
            for change in changes:
                rule = self.layout_of(write).columns[change.place].rule
                if rule.master is side and (rule.always or change.old is not None):
                    self.broken.append(f"I8: {rule.label}, yet {side.label} is to be given {change}")
                self.nature.seen[f"decided: {change.reason}"] += 1
                self._lone_edit(side, write, change)

    def _on_created(self, side: Side, write: Write, answer: Written) -> None:
        """E2: a record that we made for another one is never mirrored back as a third."""
        origin = self.sides[side.other].rows.get(write.origin_id or "")
        if answer.outcome is not Outcome.DONE or origin is None or not origin.ours:
            return
        first = self.sides[side].rows.get(origin.stands_for or "")
        if first is not None and (first.restored or first.id in self.sides[side.other].beyond_finding):
            return  # made while it was gone, or nothing shows any more whom it was made for
        if first is not None and first.live:
            self.broken.append(f"E2: {origin.id} was made for {first.id}, and {answer.id} was made for it again")

    def _lone_edit(self, side: Side, write: Write, change: FieldChange) -> None:
        """I3: what comes from a record that we made, in a field that nobody else set there, is only our own old word; it
        never replaces what people have said since."""
        source = self.sides[side.other].rows.get(write.origin_id or "")
        if write.op is not Op.UPDATE or source is None or not source.ours or source.stands_for != write.id:
            return
        column = self.layout_of(write).columns[change.place]
        field = column.field(side.other, source.object)
        if (
            column.kind is Kind.MEMBERS
            or column.rule is not Rule.TWO_WAY
            or field is None
            or field.name in source.touched
            or close(column.kind, change.old or None, change.new)
        ):
            return
        self.broken.append(f"I3: {side.label} {write.id} would get our own old word back: {change}")

    # the end

    def _writes(self) -> list[object]:
        return [call for call in self.nature.log if call[2] == "write"]

    def footprint(self) -> str:
        """One short text for the call log, the end state of both systems and the journal."""
        state = [
            (row.id, row.live, row.values, row.modified) for side in self.sides.values() for row in side.rows.values()
        ]
        journal = self.memory.journal_columns("side, object, record_id, op, state, reason, at")
        return hashlib.sha256(repr((self.nature.log, state, journal)).encode()).hexdigest()


def _comparable(entry: Entry) -> tuple[object, ...]:
    """An entry without the numbers that only a run gives it."""
    parties = (entry.source_row, entry.target_row, entry.origin_id)
    return (entry.side, entry.object, entry.record_id, entry.op, *parties, entry.label, entry.reason, entry.changes)
