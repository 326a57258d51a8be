"""The practice Salesforce org: CPU time of loading and of its busiest requests, beside SQLite alone on the same tables.

Requests go through the whole application (gate, routing, JSON both ways), not through a socket and without gzip, so that
only the org is measured. The bound does what can't be left out: rows fetched by an index and written by orjson, or rows
put into the same tables by `executemany`; no checks, no SOQL. Best of several rounds.
`python -m tests.bench.bench_practice_salesforce 1000000` loads so many contacts instead.
"""

from __future__ import annotations

import gc
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import SalesforceOrg, create_salesforce_app
from tests.bench.asked import Asked
from tests.bench.figure import Figure

LIMIT_SECONDS = 240
CONTACTS = 100_000
FIELDS, PAGE, BATCH = 30, 2_000, 100
ROUNDS = 15
GOAL_MS, GOAL_LOAD = 10.0, 90.0 / 1_000_000
NOW = 1_790_000_000
TOKEN = "00Dbench"
BASE = "/services/data/v60.0"
Row = dict[str, Any]


class Served:
    """An org whose application is called without a socket. `ms`: CPU time of one request."""

    def __init__(self, folder: Path) -> None:
        self.org = SalesforceOrg(folder / "salesforce.db", PracticeClock(source=lambda: float(NOW)), daily_limit=10**9)
        app = create_salesforce_app(self.org, CallLog(), access_token=TOKEN, client_id="bench")
        self._asked = Asked(app, TOKEN)

    def close(self) -> None:
        self.org.close()
        self._asked.close()

    def ms(self, method: str, path: str, query: str = "", body: object = None) -> tuple[float, Any]:
        return self._asked.ms(method, path, query, body)

    def query(self, soql: str) -> tuple[float, Any]:
        return self.ms("GET", f"{BASE}/query", f"q={quote(soql)}")


def people(count: int) -> Iterator[tuple[str, Row]]:
    """Contacts as they usually are, ten of each second."""
    for number in range(count):
        yield (
            "Contact",
            {
                "FirstName": "Kari",
                "LastName": f"Nordmann-{number}",
                "Email": f"kari.nordmann{number}@firma{number % 997}.example",
                "Phone": f"+47 22 {number % 10**6:06}",
                "Title": "Sales manager",
                "Department": "Sales",
                "MailingStreet": "Karl Johans gate 1",
                "MailingCity": "Oslo",
                "MailingPostalCode": "0154",
                "MailingCountry": "Norway",
                "SystemModstamp": NOW - 86_400 * 30 + number // 10,
            },
        )


def bench(contacts: int = CONTACTS) -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        served = Served(folder)
        gc.collect()
        started = time.process_time()
        served.org.load(people(contacts))
        took = time.process_time() - started
        size = sum(path.stat().st_size for path in folder.glob("salesforce.db*"))
        figures = _loaded(contacts, took, _bound_of_loading(served, folder), size)
        figures += _pages(served, contacts)
        figures.append(_batch(served))
        served.close()
    return figures


def _bound_of_loading(served: Served, folder: Path) -> float:
    """CPU seconds that SQLite needs for the same rows in the same table with the same indexes."""
    source = served.org.store.db
    rows = source.execute('SELECT * FROM "Contact"').fetchall()
    db = sqlite3.connect(folder / "bound.db", isolation_level=None)
    sql = "SELECT sql FROM sqlite_schema WHERE tbl_name = 'Contact' AND sql IS NOT NULL ORDER BY type DESC"
    for (statement,) in source.execute(sql):
        db.execute(statement)
    gc.collect()
    started = time.process_time()
    db.execute("BEGIN")
    db.executemany(f'INSERT INTO "Contact" VALUES ({", ".join("?" * len(rows[0]))})', rows)
    db.execute("COMMIT")
    took = time.process_time() - started
    db.close()
    return took


def _loaded(contacts: int, took: float, bound: float, size: int) -> list[Figure]:
    goal, gigabytes = GOAL_LOAD * contacts, size / 1e9
    return [
        Figure(f"load {contacts:,} contacts", took, "s", f"≤ {goal:g} s", f"executemany {bound:.2g} s", took / bound,
               took <= goal, "10 fields each"),
        Figure(f"disk of {contacts:,} contacts", gigabytes, "GB", f"≤ {contacts / 1e6:g} GB",
               holds=gigabytes <= contacts / 1e6, note="10 fields each"),
    ]  # fmt: skip


def _pages(served: Served, contacts: int) -> list[Figure]:
    stored = [item.name for item in served.org.schema["Contact"].stored][:FIELDS]
    names = ", ".join(stored)
    middle = NOW - 86_400 * 30 + contacts // 20
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(middle))
    changed = f"SELECT {names} FROM Contact WHERE SystemModstamp >= {stamp}Z ORDER BY SystemModstamp, Id LIMIT {PAGE}"
    columns = ", ".join(f'"{name}"' for name in stored)
    order = "ORDER BY SystemModstamp, Id"
    plain = f'SELECT {columns} FROM "Contact" WHERE SystemModstamp >= ? AND IsDeleted = 0 {order} LIMIT {PAGE}'
    db = served.org.store.db

    def naive() -> float:
        started = time.process_time()
        rows = db.execute(plain, (f"{stamp}.000+0000",)).fetchmany(PAGE)
        orjson.dumps([dict(zip(stored, row, strict=True)) for row in rows])
        return (time.process_time() - started) * 1000

    def first() -> float:
        took, answer = served.query(changed)
        assert len(answer["records"]) == PAGE
        return took

    def whole() -> float:
        took, answer = served.query(f"SELECT {names} FROM Contact {order}")
        assert answer["totalSize"] == contacts
        locators.append(answer["nextRecordsUrl"])
        return took

    def following() -> float:
        took, answer = served.ms("GET", locators[-1])
        assert len(answer["records"]) == PAGE
        return took

    locators: list[str] = []
    bound = _best(naive)
    note = f"{FIELDS} fields, best of {ROUNDS}"
    return [
        _figure(f"query page of {PAGE:,}", _best(first), bound, f"by SystemModstamp and Id, {note}", GOAL_MS),
        _figure(f"first page of all {contacts:,}", _best(whole), bound, f"with the total and a locator, {note}"),
        _figure(f"page of {PAGE:,} by locator", _best(following), bound, note, GOAL_MS),
    ]


def _batch(served: Served) -> Figure:
    records = [{"attributes": {"type": "Contact"}, **row} for _, row in people(BATCH)]
    for record in records:
        del record["SystemModstamp"]
    store = served.org.store
    rows = store.db.execute(f'SELECT * FROM "Contact" LIMIT {BATCH}').fetchall()
    at = [name for _, name, *_ in store.db.execute('PRAGMA table_info("Contact")')].index("Id")

    def create() -> float:
        took, answer = served.ms("POST", f"{BASE}/composite/sobjects", body={"records": records})
        assert all(result["success"] for result in answer)
        return took

    def naive() -> float:
        made = [(None, *row[1:at], f"bound{number}", *row[at + 1 :]) for number, row in enumerate(rows)]
        started = time.process_time()
        store.db.execute("BEGIN")
        store.db.executemany(f'INSERT INTO "Contact" VALUES ({", ".join("?" * len(made[0]))})', made)
        store.db.execute("COMMIT")
        took = (time.process_time() - started) * 1000
        store.db.execute("DELETE FROM \"Contact\" WHERE Id LIKE 'bound%'")
        return took

    return _figure(
        f"collection of {BATCH} creates", _best(create), _best(naive), f"10 fields, best of {ROUNDS}", GOAL_MS
    )


def _best(run: Callable[[], float]) -> float:
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        times.append(run())
    return min(times)


def _figure(name: str, took: float, bound: float, note: str, goal: float | None = None) -> Figure:
    said, holds = ("", None) if goal is None else (f"≤ {goal:g} ms", took <= goal)
    return Figure(name, took, "ms of CPU", said, f"SQLite and orjson {bound:.2g} ms", took / bound, holds, note)


if __name__ == "__main__":
    for figure in bench(int(sys.argv[1])):
        print(
            figure.name,
            f"{figure.value:.3g}",
            figure.unit,
            figure.goal,
            figure.peer,
            f"{figure.ratio or 0:.2f}x",
            figure.holds,
        )
