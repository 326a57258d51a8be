"""What an activity costs the engine, network and decoding left out; that one that waits isn't looked at for nothing; and the
SQL statements of a pass, which go by chunk."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.layout import resolve, with_moments
from crmsync_desktop.domain.mapping import CALLS, CONTACTS, Pair
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.rich_text import reduced
from crmsync_desktop.domain.settings import ActivitySettings, OnSalesforceChange, Settings
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.context import Context, Report
from crmsync_desktop.engine.cycle import run_pass
from crmsync_desktop.engine.metadata import owners_of, schemas_of
from crmsync_desktop.engine.parents import parents_of_all
from crmsync_desktop.ports.store import PassState
from tests.bench.figure import Figure
from tests.bench.instant import InstantClock, cells_of, mappings
from tests.bench.instant_activities import ActivitySystem, body, call_cells, call_mappings

LIMIT_SECONDS = 300.0
CONTACT_COUNT = 4_000
ACTIVITIES = 20_000
PAIRS = (CONTACTS, CALLS)
MAPPINGS = {CONTACTS.name: mappings, CALLS.name: call_mappings}
EDITED = ACTIVITIES // 100
GOAL_MICROSECONDS = 25.0
"""As for a contact (bench_engine.py), beside what it takes to read the HTML of a body once."""
QUIET_ROUNDS = 5
QUIET_GOAL_MS = 50.0


class Desk:
    """A store on disk between two instant systems with contacts and calls. `run` gives the engine's CPU seconds of one pass;
    `statements` counts its SQL."""

    def __init__(self, folder: Path) -> None:
        self.clock = InstantClock()
        self.systems = {side: ActivitySystem(side, self.clock) for side in Side}
        self.store = SqliteStore(folder / "sync.db", self.clock.now)
        self.statements = 0
        self.planned = 0
        event.listen(self.store.engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.statements += 1

    async def prepare(self) -> list[Context]:
        schemas = await schemas_of(PAIRS, self.store, self.systems, self.clock)
        owners = await owners_of(self.store, self.systems, self.clock)
        parents = parents_of_all(self.store, PAIRS)
        contexts: dict[str, Context] = {}
        for pair in PAIRS:
            own = {name: schemas[name] for name in (pair.hubspot, *pair.salesforce)}
            layout = resolve(pair, MAPPINGS[pair.name](), own, owners, parents, "Europe/Oslo")
            assert not layout.problems, layout.problems
            layout = with_moments(layout, stamp(self.clock.now()))
            self.store.set_layout(pair.name, layout.properties)
            contexts[pair.name] = Context(
                pair=pair,
                layout=layout,
                schemas=own,
                settings=Settings(
                    guard_change_share=100,
                    calls=ActivitySettings(True, OnSalesforceChange.CREATE_OR_UPDATE),
                ),
                store=self.store,
                clock=self.clock,
                crms=dict(self.systems),
                lists=self.systems[Side.HUBSPOT],
                report=self._planned(pair),
                pass_id=0,
                preview=False,
                pairs=contexts,
                parents=parents,
            )
        return list(contexts.values())

    def _planned(self, pair: Pair) -> Report:
        def report(phase: str, done: int, total: int) -> None:
            if pair is CALLS and phase == "planning":
                self.planned = max(self.planned, done)

        return report

    def run(self, writes: int) -> float:
        """Raises AssertionError where the pass didn't write as many records."""
        contexts = asyncio.run(self.prepare())
        before = sum(system.writes for system in self.systems.values())
        theirs = sum(system.cpu for system in self.systems.values())
        gc.collect()
        gc.freeze()  # what the systems hold is none of the engine's
        self.statements = self.planned = 0
        began = time.process_time()
        row = asyncio.run(run_pass(contexts, "bench", dict.fromkeys(Side, 0)))
        spent = time.process_time() - began
        assert row.state is PassState.DONE, row
        assert sum(system.writes for system in self.systems.values()) - before == writes
        self.clock.at += 1_000
        return spent - (sum(system.cpu for system in self.systems.values()) - theirs)

    def add_contacts(self, first: int, count: int) -> None:
        salesforce = self.systems[Side.SALESFORCE]
        ids = [f"003{number:015d}" for number in range(first, first + count)]
        for number, id in enumerate(ids, first):
            salesforce.put(id, cells_of(number))
        salesforce.news = ids

    def add_calls(self, first: int, count: int, contact: Callable[[int], str]) -> None:
        hubspot = self.systems[Side.HUBSPOT]
        ids = [f"{5 * 10**10 + number}" for number in range(first, first + count)]
        for number, id in enumerate(ids, first):
            hubspot.put_call(id, call_cells(number, contact(number)))
        hubspot.call_news = ids


def bench() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        figures = travelling(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        figures += waiting(Path(folder))
    return figures


def travelling(folder: Path) -> list[Figure]:
    desk = Desk(folder)
    salesforce, hubspot = desk.systems[Side.SALESFORCE], desk.systems[Side.HUBSPOT]
    desk.add_contacts(0, CONTACT_COUNT)
    desk.run(CONTACT_COUNT)
    people = list(hubspot.records)
    quiet = min(desk.run(0) for _ in range(QUIET_ROUNDS))
    began = time.process_time()
    for number in range(ACTIVITIES):
        reduced(body(number))
    html = (time.process_time() - began) / ACTIVITIES

    desk.add_calls(0, ACTIVITIES, lambda number: people[number % len(people)])
    figures = [_figure("first pass, each call becomes a task", desk.run(ACTIVITIES), ACTIVITIES, html, desk.statements)]

    salesforce.call_news, hubspot.call_news = list(salesforce.calls), list(hubspot.calls)
    figures.append(_figure("echoes read again, nothing to do", desk.run(0), 2 * ACTIVITIES, 0.0, desk.statements))

    edited = list(hubspot.calls)[::100]
    for id in edited:
        title, rich, *others = hubspot.calls[id].cells
        hubspot.put_call(id, [title, str(rich).replace("Friday", "Tuesday"), *others])
    hubspot.call_news = edited
    few = desk.run(EDITED)
    figures.append(_figure(f"1 % of {ACTIVITIES:,} edited", few, EDITED, html, desk.statements))
    linked = min(desk.run(0) for _ in range(QUIET_ROUNDS))
    desk.store.close()
    return [
        *figures,
        Figure(
            f"quiet pass, {ACTIVITIES:,} calls linked",
            linked * 1e3,
            "ms",
            f"≤ {QUIET_GOAL_MS:g} ms",
            f"none {quiet * 1e3:.1f} ms",
            linked / quiet,
            linked * 1e3 <= QUIET_GOAL_MS,
            f"CPU; best of {QUIET_ROUNDS}",
        ),
    ]


def waiting(folder: Path) -> list[Figure]:
    """Calls of people whom Salesforce doesn't have; then it gets one of them."""
    desk = Desk(folder)
    desk.add_contacts(0, CONTACT_COUNT)
    desk.run(CONTACT_COUNT)
    nobody = 10**10 + CONTACT_COUNT  # the next id that the portal gives
    desk.add_calls(0, ACTIVITIES, lambda number: f"{nobody + number}")
    first = desk.run(0)
    figure = _figure(
        f"{ACTIVITIES:,} calls of people who aren't linked begin to wait", first, ACTIVITIES, 0.0, desk.statements
    )
    still = min(desk.run(0) for _ in range(QUIET_ROUNDS))
    desk.add_contacts(CONTACT_COUNT, 1)
    came = desk.run(2)
    desk.store.close()
    return [
        figure,
        Figure(
            f"one of these people is linked, {ACTIVITIES:,} wait: calls that are looked at",
            desk.planned,
            "calls",
            "≤ 1",
            holds=desk.planned <= 1,
            note=f"{came * 1e3:.0f} ms CPU, two records written; a quiet pass beside them {still * 1e3:.1f} ms",
        ),
    ]


def _figure(name: str, seconds: float, records: int, html: float, statements: int) -> Figure:
    each, goal = seconds / records * 1e6, GOAL_MICROSECONDS + html * 1e6
    return Figure(
        name,
        each,
        "µs",
        f"≤ {goal:.0f} µs",
        f"HTML read once {html * 1e6:.0f} µs" if html else "",
        seconds / records / html if html else None,
        each <= goal,
        f"engine CPU a record; {statements:,} SQL statements for {records:,} records",
    )
