"""State written: the store against Python's own sqlite3 putting the same bytes into the same tables.

A first pass of 100,000 records of each side: staged in pages as the two systems give them, linked, settled. The peer gets
every row encoded beforehand and only executes: `executemany` and a commit for each page. Both write real files, in turns;
CPU time (of Python and of the kernel writing) is compared, and the best of each, so that other programs count least.
"""

from __future__ import annotations

import gc
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xxhash
from sqlalchemy import event

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.adapters.store.packing import RECORD_COLUMNS, pack
from crmsync_desktop.domain.records import Observed, Presence, Side
from crmsync_desktop.ports.store import Cursor, Link, LinkState, RecordState, Settle
from tests.bench.figure import Figure

LIMIT_SECONDS = 600.0
RECORDS = 100_000
PAGE = 2_000
CELLS = 20
ROUNDS = 3
GOAL = 0.9
PAIR = "contacts"
LAYOUT = tuple(f"property_{number}" for number in range(CELLS))
VERSION = "2026-11-24T08:00:00Z"

Staged = list[list[tuple[Observed, int]]]
Times = dict[str, float]


def cells_of(number: int) -> list[str | bool | None]:
    """Twenty cells of the lengths that contacts have; a quarter blank."""
    name = f"person{number}"
    full = [f"{name}@example{number % 997}.com", f"Kari {number}", f"Nordmann-{number}", "+47 22 34 56 78", "Oslo"]
    return ([*full, "Karl Johans gate 1", "0154", "NO", "Sales manager", f"Company {number % 5_000} AS",
        "true", "2026-11-24T08:00:00Z", "12500.5", "customer", f"owner-{number % 40}", None, None, None, None, None,
    ])  # fmt: skip


def observations() -> Staged:
    """Pages of both sides; the records of one pair have equal cells."""
    pages: Staged = []
    for start in range(0, RECORDS, PAGE):
        for side in Side:
            page = []
            for number in range(start, start + PAGE):
                cells = cells_of(number)
                object_, id_ = (
                    ("Contact", f"003{number:015d}") if side is Side.SALESFORCE else (PAIR, str(10**10 + number))
                )
                key = str(cells[0])
                page.append(
                    (
                        Observed(side, object_, id_, VERSION, Presence.LIVE, cells, (key,)),
                        xxhash.xxh3_64_intdigest(pack(cells)),
                    )
                )
            pages.append(page)
    return pages


@contextmanager
def timed(times: Times, name: str) -> Iterator[None]:
    gc.collect()
    start = time.process_time()
    yield
    times[name] = time.process_time() - start


def with_the_store(path: Path, pages: Staged) -> tuple[Times, dict[str, int]]:
    """CPU seconds and SQL statements of each step."""
    times: Times = {}
    statements: dict[str, int] = {}
    store = SqliteStore(path)
    count = 0

    def note(*_: Any) -> None:
        nonlocal count
        count += 1

    event.listen(store.engine, "before_cursor_execute", note)
    store.set_layout(PAIR, LAYOUT)

    def step(name: str, call: Callable[[], None]) -> None:
        nonlocal count
        count = 0
        with timed(times, name):
            call()
        statements[name] = count

    def stage() -> None:
        for page in pages:
            side = page[0][0].side
            store.stage(PAIR, page, Cursor(side, page[0][0].object, page[-1][0].id))

    links = [
        [
            Link(0, PAIR, "Contact", one.id, other.id, LinkState.LIVE, one.cells, other.cells)
            for (one, _), (other, _) in zip(pages[at], pages[at + 1], strict=True)
        ]
        for at in range(0, len(pages), 2)
    ]

    def add_links() -> None:
        for batch in links:
            store.add_links(batch)

    settles = [
        [Settle(row, RecordState.SETTLED) for row in range(first, first + 2 * PAGE)]
        for first in range(1, 2 * RECORDS + 1, 2 * PAGE)
    ]

    def settle() -> None:
        for batch in settles:
            store.settle(batch)

    def read() -> None:
        """What the planner asks for: staged records, their links with both bases, the records at the other ends."""
        row = 0
        while known := store.staged(PAIR, row, PAGE):
            row = known[-1].row
            numbers = list({one.link for one in known if one.link is not None})
            assert len(store.links(numbers)) == len(store.counterparts(numbers)) == PAGE

    step("stage", stage)
    step("link", add_links)
    step("read", read)
    step("settle", settle)
    store.close()
    return times, statements


def raw(path: Path, source: Path) -> Times:
    """The rows of `source`, read beforehand, put into empty tables of the same definition with the same pragmas."""
    tables, staged, keys, links, connects = rows_of(source)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA foreign_keys = ON")
    for statement in tables:
        db.execute(statement)
    times: Times = {}
    holes = ", ".join("?" * len(RECORD_COLUMNS.split(", ")))

    with timed(times, "stage"):
        for at, page in enumerate(staged):
            db.execute("BEGIN IMMEDIATE")
            db.executemany(f"INSERT INTO record ({RECORD_COLUMNS}, pair) VALUES ({holes}, ?)", page)
            db.executemany("INSERT INTO match_key (pair, key, row) VALUES (?, ?, ?)", keys[at])
            db.execute("INSERT OR REPLACE INTO cursor (side, object, value) VALUES (?, 'x', ?)", (at % 2, str(at)))
            db.execute("COMMIT")
    with timed(times, "link"):
        for at, batch in enumerate(links):
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO link VALUES (?, ?, ?, ?, ?, ?, ?, ?)", batch)
            db.executemany("UPDATE record SET link = ? WHERE row = ?", connects[at])
            db.execute("COMMIT")
    with timed(times, "settle"):
        for batch in connects:
            db.execute("BEGIN IMMEDIATE")
            db.executemany("UPDATE record SET state = 0, cells = NULL WHERE row = ?", [(row,) for _, row in batch])
            db.execute("COMMIT")
    db.close()
    return times


def rows_of(source: Path) -> tuple[list[str], list[Any], list[Any], list[Any], list[Any]]:
    """From a store that has staged and linked and not yet settled."""
    db = sqlite3.connect(source)
    tables = [
        sql for (sql,) in db.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    ]
    records = db.execute(f"SELECT {RECORD_COLUMNS}, pair FROM record ORDER BY row").fetchall()
    connects = [(record[8], record[0]) for record in records]
    staged = [(*record[:8], None, *record[9:]) for record in records]
    keys = db.execute("SELECT pair, key, row FROM match_key ORDER BY row").fetchall()
    links = db.execute("SELECT * FROM link ORDER BY link").fetchall()
    db.close()

    def paged(rows: list[Any], size: int) -> list[Any]:
        return [rows[at : at + size] for at in range(0, len(rows), size)]

    return tables, paged(staged, PAGE), paged(keys, PAGE), paged(links, PAGE), paged(connects, 2 * PAGE)


def bench() -> list[Figure]:
    pages = observations()
    # In the engine a page is gone once it is staged; here all stay, and the collector would go through them again and again.
    gc.freeze()
    ours: Times = {}
    theirs: Times = {}
    statements: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source.sqlite")
        prepare(source, pages)
        for number in range(ROUNDS):
            for times, best in (
                (raw(Path(folder, f"raw{number}.sqlite"), source), theirs),
                ((answer := with_the_store(Path(folder, f"store{number}.sqlite"), pages))[0], ours),
            ):
                for name, seconds in times.items():
                    best[name] = min(seconds, best.get(name, seconds))
            statements = answer[1]
    ours["all"], theirs["all"] = sum(ours[name] for name in theirs), sum(theirs.values())
    statements["all"] = sum(statements[name] for name in ("stage", "link", "settle"))
    return [
        Figure(
            name=f"state written: {name}",
            value=round(2 * RECORDS / ours[name]),
            unit="records/CPU s",
            goal=f"≥ {GOAL} × peer" if name == "all" else "",
            peer=f"raw sqlite3 executemany: {2 * RECORDS / theirs[name]:,.0f} records/CPU s",
            ratio=round(theirs[name] / ours[name], 2),
            holds=theirs[name] / ours[name] >= GOAL if name == "all" else None,
            note=f"{2 * RECORDS:,} records of {CELLS} cells, {statements[name]} SQL statements; the peer's rows are "
            "encoded beforehand and it looks nothing up",
        )
        for name in ("stage", "link", "settle", "all")
    ] + [
        Figure(
            name="state read for planning",
            value=round(ours["read"] / (2 * RECORDS) * 1e6, 1),
            unit="µs CPU/record",
            note=f"staged records, their links and bases, the records at the other ends: {statements['read']} SQL "
            f"statements for {2 * RECORDS:,} records",
        )
    ]


def prepare(path: Path, pages: Staged) -> None:
    store = SqliteStore(path)
    store.set_layout(PAIR, LAYOUT)
    for at in range(0, len(pages), 2):
        store.stage(PAIR, pages[at], None)
        store.stage(PAIR, pages[at + 1], None)
        store.add_links(
            [
                Link(0, PAIR, "Contact", one.id, other.id, LinkState.LIVE, one.cells, other.cells)
                for (one, _), (other, _) in zip(pages[at], pages[at + 1], strict=True)
            ]
        )
    store.close()
