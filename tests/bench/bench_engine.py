"""What a changed record costs the engine, network and decoding left out; and a quiet pass with few and with many links.

CPU time of the process (Python, SQLite, the kernel writing a real file), less what the simulated systems take themselves.
"""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import tempfile
import time
from pathlib import Path

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.layout import resolve
from crmsync_desktop.domain.mapping import CONTACTS
from crmsync_desktop.domain.records import Observed, Presence, Side
from crmsync_desktop.domain.settings import Settings
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.cycle import run_pass
from crmsync_desktop.engine.digest import digest_of
from crmsync_desktop.engine.metadata import owners_of, schemas_of
from crmsync_desktop.ports.store import Link, LinkState, PassState, RecordState, Settle
from tests.bench.figure import Figure
from tests.bench.instant import InstantClock, InstantSystem, cells_of, mappings

LIMIT_SECONDS = 300.0
RECORDS = 20_000
GOAL_MICROSECONDS = 25.0
FEW, MANY = 1_000, 1_000_000
QUIET_GOAL_MS = 50.0
QUIET_ROUNDS = 5


class Pass:
    """A store on disk between two instant systems. `run` gives the engine's CPU seconds of one pass."""

    def __init__(self, folder: Path) -> None:
        self.clock = InstantClock()
        self.systems = {side: InstantSystem(side, self.clock) for side in Side}
        self.store = SqliteStore(folder / "sync.db", self.clock.now)

    async def prepare(self) -> Context:
        schemas = await schemas_of([CONTACTS], self.store, self.systems, self.clock)
        owners = await owners_of(self.store, self.systems, self.clock)
        layout = resolve(CONTACTS, mappings(), schemas, owners)
        assert not layout.problems, layout.problems
        self.store.set_layout(CONTACTS.name, layout.properties)
        return Context(
            pair=CONTACTS,
            layout=layout,
            schemas=schemas,
            settings=Settings(guard_change_share=100),  # every record is edited below
            store=self.store,
            clock=self.clock,
            crms=dict(self.systems),
            lists=self.systems[Side.HUBSPOT],
            report=lambda phase, done, total: None,
            pass_id=0,
            preview=False,
        )

    def run(self, writes: int) -> float:
        """Raises AssertionError where the pass didn't write as many records."""
        context = asyncio.run(self.prepare())
        before = sum(system.writes for system in self.systems.values())
        theirs = sum(system.cpu for system in self.systems.values())
        gc.collect()
        gc.freeze()  # what the systems hold is none of the engine's, and the collector would go through it again and again
        began = time.process_time()
        row = asyncio.run(run_pass([context], "bench", dict.fromkeys(Side, 0)))
        spent = time.process_time() - began
        assert row.state is PassState.DONE, row
        assert sum(system.writes for system in self.systems.values()) - before == writes
        self.clock.at += 1_000
        return spent - (sum(system.cpu for system in self.systems.values()) - theirs)


def bench() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        figures = changed_records(Path(folder))
    few, many = quiet(FEW), quiet(MANY)
    return [
        *figures,
        Figure(f"quiet pass, {FEW:,} links", few * 1e3, "ms", note="the peer of the next line"),
        Figure(
            f"quiet pass, {MANY:,} links",
            many * 1e3,
            "ms",
            f"≤ {QUIET_GOAL_MS:g} ms",
            f"{FEW:,} links {few * 1e3:.1f} ms",
            many / few,
            many * 1e3 <= QUIET_GOAL_MS,
            f"CPU; best of {QUIET_ROUNDS}",
        ),
    ]


def changed_records(folder: Path) -> list[Figure]:
    desk = Pass(folder)
    salesforce, hubspot = desk.systems[Side.SALESFORCE], desk.systems[Side.HUBSPOT]
    for number in range(RECORDS):
        salesforce.put(f"003{number:015d}", cells_of(number))
    salesforce.news = list(salesforce.records)
    created = desk.run(RECORDS)

    salesforce.news, hubspot.news = list(salesforce.records), list(hubspot.records)
    echoed = desk.run(0)

    for id, record in list(salesforce.records.items()):
        salesforce.put(id, [*record.cells[:2], "Edited", *record.cells[3:]])
    salesforce.news = list(salesforce.records)
    edited = desk.run(RECORDS)
    desk.store.close()
    return [
        _figure(
            "first pass, each record created in HubSpot", created, RECORDS, "read, matched, planned, written, linked"
        ),
        _figure("echoes read again, nothing to do", echoed, 2 * RECORDS, "per record read"),
        _figure("one field edited and carried", edited, RECORDS, "read, planned, re-read before the write, written"),
    ]


def _figure(name: str, seconds: float, records: int, note: str) -> Figure:
    each = seconds / records * 1e6
    goal = f"≤ {GOAL_MICROSECONDS:g} µs"
    return Figure(name, each, "µs", goal, holds=each <= GOAL_MICROSECONDS, note=f"engine CPU a record: {note}")


def quiet(links: int) -> float:
    """CPU seconds of a pass in which neither side has news."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Pass(Path(folder))
        asyncio.run(desk.prepare())
        _one_link(desk.store)
        desk.store.close()
        _multiply(Path(folder) / "sync.db", links)
        desk.store = SqliteStore(Path(folder) / "sync.db", desk.clock.now)
        assert desk.store.link_count(CONTACTS.name) == links
        spent = min(desk.run(0) for _ in range(QUIET_ROUNDS))
        desk.store.close()
        return spent


def _one_link(store: SqliteStore) -> None:
    cells = cells_of(0)
    ids = {Side.SALESFORCE: ("Contact", f"003{0:015d}"), Side.HUBSPOT: ("contacts", "0")}
    seen = [Observed(side, *name, "2027-01-15T08:00:00Z", Presence.LIVE, cells) for side, name in ids.items()]
    rows = store.learn(CONTACTS.name, [(record, digest_of(record)) for record in seen], RecordState.SETTLED)
    store.add_links([Link(0, CONTACTS.name, "Contact", seen[0].id, "0", LinkState.LIVE, cells, cells)])
    store.settle([Settle(row, RecordState.SETTLED) for row in rows])


def _multiply(path: Path, links: int) -> None:
    """The one link and its two records, as many times over: same sizes, other ids."""
    database = sqlite3.connect(path)
    names = {
        table: [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")] for table in ("link", "record")
    }
    changes = {
        "link": {"link": "link + n", "salesforce_id": "printf('003%015d', n)", "hubspot_id": "CAST(n AS TEXT)"},
        "record": {
            "row": "row + 2 * n",
            "id": "CASE side WHEN 0 THEN printf('003%015d', n) ELSE CAST(n AS TEXT) END",
            "link": "link + n",
        },
    }
    with database:
        for table, columns in names.items():
            chosen = ", ".join(changes[table].get(name, name) for name in columns)
            source = f"SELECT * FROM {table} LIMIT {1 if table == 'link' else 2}"
            database.execute(
                f"WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < {links - 1}) "
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM ({source}), count"
            )
        database.execute("UPDATE counter SET value = value + ? WHERE name = 'link'", (links,))
        database.execute("UPDATE counter SET value = value + ? WHERE name = 'record'", (2 * links,))
    database.close()
