"""The practice portal: CPU time of its busiest requests, beside the naive bound of Python dicts in memory.

Requests go through the whole application (gate, routing, JSON both ways), not through a socket, so that only the portal is
measured. The bound does no more than a list and two dicts can: no checks, no history, nothing on disk. Best of several
rounds. `python -m tests.bench.bench_practice_hubspot 1000000` loads so many contacts instead.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.hubspot import HubSpotPortal, create_hubspot_app
from crmsync_desktop.practice.hubspot.limits import RateLimits
from tests.bench.asked import Asked
from tests.bench.figure import Figure

LIMIT_SECONDS = 240
CONTACTS, WIDE = 100_000, 10_000
PROPERTIES = 30
BATCH, PAGE = 100, 200
ROUNDS = 15
GOAL_MS, GOAL_LOAD = 10.0, 90.0 / 1_000_000
TOKEN = "pat-bench"
CRM = "/crm/objects/2026-03/contacts"
NOW = 1_790_000_000.0
BEFORE = NOW - 86_400
Row = dict[str, Any]


class Served:
    """A portal whose application is called without a socket. `ms`: CPU time of one request."""

    def __init__(self, folder: Path) -> None:
        self.clock = PracticeClock(source=lambda: NOW)
        self.portal = HubSpotPortal(folder / "hubspot.db", self.clock)
        limits = RateLimits(burst=10**6, searches=10**6)
        self._asked = Asked(create_hubspot_app(self.portal, CallLog(), access_token=TOKEN, limits=limits), TOKEN)

    def close(self) -> None:
        self.portal.close()
        self._asked.close()

    def ms(self, path: str, body: object) -> tuple[float, Any]:
        return self._asked.ms("POST", path, body=body)


class Naive:
    """The same answers from a list and two dicts."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self.by_id: dict[str, Row] = {}
        self.by_email: dict[str, str] = {}
        self._next = 0
        for row in rows:
            self.add(row)

    def add(self, properties: Row) -> Row:
        self._next += 1
        record: Row = {
            "id": str(self._next),
            "properties": dict(properties),
            "updatedAt": properties.get("lastmodifieddate", NOW),
            "archived": False,
        }
        self.by_id[record["id"]] = record
        self.by_email[properties["email"]] = record["id"]
        return record

    def create(self, raw: bytes) -> bytes:
        return orjson.dumps({"results": [self.add(each["properties"]) for each in orjson.loads(raw)["inputs"]]})

    def update(self, raw: bytes) -> bytes:
        results = []
        for each in orjson.loads(raw)["inputs"]:
            record = self.by_id[each["id"]]
            record["properties"].update(each["properties"])
            results.append(record)
        return orjson.dumps({"results": results})

    def read(self, raw: bytes) -> bytes:
        asked = orjson.loads(raw)
        found = (self.by_id[each["id"]] for each in asked["inputs"])
        return orjson.dumps({"results": [self._shown(record, asked["properties"]) for record in found]})

    def search(self, raw: bytes) -> bytes:
        asked = orjson.loads(raw)
        after = int(asked["filterGroups"][0]["filters"][1]["value"])
        found = [record for record in self.by_id.values() if record["updatedAt"] >= NOW and int(record["id"]) > after]
        found.sort(key=lambda record: int(record["id"]))
        page = [self._shown(record, asked["properties"]) for record in found[: asked["limit"]]]
        return orjson.dumps({"total": len(found), "results": page})

    @staticmethod
    def _shown(record: Row, names: list[str]) -> Row:
        return {**record, "properties": {name: record["properties"].get(name) for name in names}}


def people(count: int, names: list[str], tag: str) -> Iterator[Row]:
    for number in range(count):
        yield {"email": f"{tag}{number}@firma.example", **{name: f"{tag} {name} {number}" for name in names}}


def texts(portal: HubSpotPortal) -> list[str]:
    """Names of writable texts, made where the portal ships with too few."""
    found = [
        name
        for name, each in portal.catalog.properties("contacts").items()
        if each.type == "string" and not (each.read_only or each.unique or "email" in name)
    ]
    with portal.database.transaction():
        for number in range(len(found), PROPERTIES - 1):
            made = {"name": f"bench_{number}", "label": "Bench", "type": "string", "fieldType": "text",
                    "groupName": "contactinformation"}  # fmt: skip
            portal.catalog.create("contacts", made, portal.now_ms())
            found.append(f"bench_{number}")
    return found[: PROPERTIES - 1]


def plain(count: int) -> Iterator[Row]:
    """Contacts as they usually are."""
    for number in range(count):
        yield {"email": f"kari.nordmann{number}@firma{number % 997}.example", "firstname": "Kari", "lastname": f"Nordmann-{number}",
               "phone": f"+47 22 {number % 10**6:06}", "company": f"Firma {number % 5000} AS", "jobtitle": "Sales manager",
               "address": "Karl Johans gate 1", "city": "Oslo", "zip": "0154", "lifecyclestage": "customer", "createdate": BEFORE, "lastmodifieddate": BEFORE}  # fmt: skip


def load(served: Served, people: Iterator[Row]) -> float:
    """CPU seconds to load them."""
    rows = (("contacts", row) for row in people)
    started = time.process_time()
    served.portal.load(rows)
    return time.process_time() - started


def bench(contacts: int = CONTACTS) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder))
        names = texts(served.portal)
        took = load(served, plain(contacts))
        size = sum(path.stat().st_size for path in Path(folder).glob("hubspot.db*"))
        gc.collect()
        started = time.process_time()
        naive = Naive(plain(contacts))
        figures = _loaded(contacts, took, time.process_time() - started, size)
        load(served, people(WIDE, names, "wide"))
        for row in people(WIDE, names, "wide"):
            naive.add(row)
        figures += _requests(served, naive, names)
        served.close()
        return figures


def _loaded(contacts: int, took: float, bound: float, size: int) -> list[Figure]:
    goal = GOAL_LOAD * contacts
    note = "10 properties each"
    gigabytes = size / 1e9
    return [
        Figure(f"load {contacts:,} contacts", took, "s", f"≤ {goal:g} s", f"dicts {bound:.2g} s", took / bound,
               took <= goal, note),
        Figure(f"disk of {contacts:,} contacts", gigabytes, "GB", f"≤ {contacts / 1e6:g} GB",
               holds=gigabytes <= contacts / 1e6, note=note),
    ]  # fmt: skip


def _requests(served: Served, naive: Naive, names: list[str]) -> list[Figure]:
    asked = ["email", *names]
    changes = dict.fromkeys(names, "changed")
    made: list[str] = []
    times: dict[str, list[float]] = {}
    bounds: dict[str, list[float]] = {}

    def both(name: str, path: str, body: Row, bound: Callable[[bytes], bytes], own: Row | None = None) -> Any:
        gc.collect()
        took, answer = served.ms(path, body)
        raw = orjson.dumps(own or body)
        started = time.process_time()
        bound(raw)
        bounds.setdefault(name, []).append((time.process_time() - started) * 1000)
        times.setdefault(name, []).append(took)
        return answer

    for turn in range(ROUNDS):
        people_of_turn = [{"properties": row} for row in people(BATCH, names, f"turn{turn}x")]
        answer = both(f"batch create of {BATCH}", f"{CRM}/batch/create", {"inputs": people_of_turn}, naive.create)
        made = [each["id"] for each in answer["results"]]
        held = list(naive.by_id)[-BATCH:]
        fresh = {**changes, names[0]: str(turn)}
        update = [{"inputs": [{"id": each, "properties": fresh} for each in ids]} for ids in (made, held)]
        both(f"batch update of {BATCH}", f"{CRM}/batch/update", update[0], naive.update, update[1])
        read = [{"inputs": [{"id": each} for each in ids], "properties": asked} for ids in (made, held)]
        both(f"batch read of {BATCH}", f"{CRM}/batch/read", read[0], naive.read, read[1])
        filters = [
            {"propertyName": "lastmodifieddate", "operator": "GTE", "value": str(int(NOW * 1000))},
            {"propertyName": "hs_object_id", "operator": "GT", "value": str(int(made[0]) - WIDE)},
        ]
        body = {"filterGroups": [{"filters": filters}], "sorts": ["hs_object_id"], "limit": PAGE, "properties": asked}
        own = {**body, "filterGroups": [{"filters": [filters[0], {**filters[1], "value": str(int(held[0]) - WIDE)}]}]}
        page = both(f"search, a page of {PAGE}", f"{CRM}/search", body, naive.search, own)
        assert len(page["results"]) == PAGE
    return [_figure(name, min(times[name]), min(bounds[name])) for name in times]


def _figure(name: str, took: float, bound: float) -> Figure:
    note = f"{PROPERTIES} properties, best of {ROUNDS}"
    return Figure(
        name, took, "ms of CPU", f"≤ {GOAL_MS:g} ms", f"dicts {bound:.2g} ms", took / bound, took <= GOAL_MS, note
    )


if __name__ == "__main__":
    for figure in bench(int(sys.argv[1])):
        print(figure.name, f"{figure.value:.3g}", figure.unit, figure.goal, figure.peer, figure.holds)
