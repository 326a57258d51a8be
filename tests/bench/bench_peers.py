"""The engine beside unison, mbsync and vdirsyncer, on the same people in the same run (tests/bench/peers.py says on what).

What is compared: the engine's CPU from the bytes of the two systems' answers on (JSON as HubSpot and Salesforce page it, read
by the adapters' own decoders, then digests, the memory on disk, matching, the plan and its execution; no network, no HTTP)
with the peers' CPU from their files on. Both have the same 18 values a person on either side.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import orjson

from crmsync_desktop.adapters.hubspot.decoding import Decoder as HubspotDecoder
from crmsync_desktop.adapters.salesforce.decode import Decoder as SalesforceDecoder
from crmsync_desktop.domain.records import Observed, Side
from crmsync_desktop.domain.schema import Field, Kind
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.ports.crm import Page, Want
from tests.bench.bench_engine import Pass
from tests.bench.figure import Figure
from tests.bench.instant import KINDS, NAMES, PAGES, InstantSystem, cells_of, field_of, schema
from tests.bench.peers import EDITED, PEERS, Costs, NotHere, missing_here

LIMIT_SECONDS = 400.0
PAIRS = 100_000
VDIRSYNCER_PAIRS = 10_000
"""Its time for each pair is the same for fewer, and a hundred thousand would take it minutes."""
ROOM = 3 * 2**30
"""Bytes that must be free in memory for the files to lie there, where they cost the peers least."""


class Spoken(InstantSystem):
    """Answers in JSON, as its system would page it. Making it is its own affair; reading it is the engine's."""

    async def changes(self, wants: Sequence[Want]) -> AsyncIterator[Page]:
        for want in wants:
            ids = self.news if want.object == self.object else []
            read = self._reader(want)
            size = PAGES[self.side]
            for begin in range(0, max(len(ids), 1), size):
                with self._mine():
                    body = orjson.dumps({"results": [self._said(self.records[id]) for id in ids[begin : begin + size]]})
                records = [read(row) for row in orjson.loads(body)["results"]]
                yield Page(want.object, records, f"{begin}", begin + size >= len(ids), stamp(self._clock.now()))
        self.news = []

    def _reader(self, want: Want) -> Callable[[dict[str, Any]], Observed]:
        known = schema(want.object)
        if self.side is Side.HUBSPOT:
            return HubspotDecoder(want, known).live
        fields = known.fields | {"Id": Field("Id", "Id", Kind.TEXT, "id")}
        return SalesforceDecoder(want, msgspec.structs.replace(known, fields=fields))

    def _said(self, record: Observed) -> dict[str, object]:
        values = dict(zip(NAMES, record.cells, strict=True))
        if self.side is Side.HUBSPOT:
            return {
                "id": record.id, "properties": {**values, "lastmodifieddate": record.version},
                "createdAt": record.version, "updatedAt": record.version, "archived": False,
            }  # fmt: skip
        typed: dict[str, object] = {field_of(name): cell for name, cell in values.items()}
        for name, kind in zip(NAMES, KINDS, strict=True):
            if kind is Kind.NUMBER:
                typed[field_of(name)] = float(str(values[name]))
            elif kind is Kind.BOOL:
                typed[field_of(name)] = values[name] == "true"
        stamped = record.version.replace("Z", ".000+0000")
        link = f"/services/data/v65.0/sobjects/Contact/{record.id}"
        return {
            "attributes": {"type": "Contact", "url": link}, "Id": record.id, "SystemModstamp": stamped, **typed,
        }  # fmt: skip


def bench() -> list[Figure]:
    with tempfile.TemporaryDirectory(dir=_quick_folder()) as folder:
        ours = engine(Path(folder), PAIRS)
        figures = [
            _ours("first match of equal pairs", ours.first, "read, matched, compared, linked"),
            _ours("1 % changed on each side, carried", ours.changed, "only what changed is read"),
            _ours("everything read again, all equal", ours.reread or 0.0, "digests compared"),
            _ours("quiet pass", ours.quiet, "the systems are asked what changed: nothing"),
        ]
        if why := missing_here():
            return [*figures, Figure("peers", 0, "", note=f"not measured: {why}")]
        for name, run in PEERS.items():
            try:
                theirs = run(Path(folder), VDIRSYNCER_PAIRS if name == "vdirsyncer" else PAIRS)
            except NotHere as why_not:
                figures.append(Figure(f"beside {name}", 0, "", note=f"not measured: {why_not}"))
                print(f"{name} is missing from the comparison: {why_not}", flush=True)
            else:
                figures += _beside(name, ours, theirs)
    return figures


def _quick_folder() -> str | None:
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > ROOM else None


def engine(folder: Path, pairs: int) -> Costs:
    """The engine's CPU seconds."""
    desk = Pass(folder)
    desk.systems = {side: Spoken(side, desk.clock) for side in Side}
    salesforce, hubspot = desk.systems[Side.SALESFORCE], desk.systems[Side.HUBSPOT]
    for number in range(pairs):
        salesforce.put(f"003{number:015d}", cells_of(number))
        hubspot.put(str(10**10 + number), cells_of(number))
    _tell(salesforce, salesforce.records)
    _tell(hubspot, hubspot.records)
    first = desk.run(0)
    assert desk.store.link_count("contacts") == pairs
    for system, rest in ((salesforce, 0), (hubspot, 50)):
        ids = list(system.records)[rest::100]
        for id in ids:
            system.put(id, [*system.records[id].cells[:3], EDITED, *system.records[id].cells[4:]])
        _tell(system, ids)
    changed = desk.run(2 * pairs // 100)
    _tell(salesforce, salesforce.records)
    _tell(hubspot, hubspot.records)
    reread = desk.run(0)
    quiet = min(desk.run(0) for _ in range(5))
    desk.store.close()
    return Costs("engine", pairs, first, changed, quiet, reread)


def _tell(system: InstantSystem, ids: Iterable[str]) -> None:
    system.news = list(ids)


def _ours(what: str, seconds: float, note: str) -> Figure:
    return Figure(
        f"{PAIRS:,} pairs: {what}", seconds, "s of CPU", note=f"{seconds / PAIRS * 1e6:.1f} µs a pair: {note}"
    )


GOALS = {
    "unison": (1 / 5, "≤ 1/5 of unison's"),
    "vdirsyncer": (1 / 15, "≤ 1/15 of vdirsyncer's"),
    "mbsync": (1.0, "≤ mbsync's"),
}
NOTES = {
    "unison": "its first run reads and compares two full folders",
    "vdirsyncer": f"its first run reads and compares two full folders; measured with {VDIRSYNCER_PAIRS:,} pairs",
    "mbsync": "it can't match: its first run fills an empty Maildir",
}
CHANGES = {"mbsync": "a change is a flag in a file's name: nothing is read"}


def _beside(name: str, ours: Costs, theirs: Costs) -> list[Figure]:
    share, goal = GOALS[name]
    couples: list[tuple[str, float, float, float | None, str]] = [
        ("first match", ours.first, theirs.first, share, NOTES[name]),
        (
            "1 % changed on each side",
            ours.changed,
            theirs.changed,
            None,
            CHANGES.get(name, "it looks at every file's times"),
        ),
        ("quiet pass", ours.quiet, theirs.quiet, None, "its time grows with the number of pairs; the engine's doesn't"),
    ]
    if ours.reread is not None and theirs.reread is not None:
        couples.append(("everything read again", ours.reread, theirs.reread, share, "unison -fastcheck false"))
    return [_compared(what, us, them, limit, theirs, goal, note) for what, us, them, limit, note in couples]


def _compared(
    what: str, ours: float, seconds: float, limit: float | None, theirs: Costs, goal: str, note: str
) -> Figure:
    us, them = ours / PAIRS * 1e6, seconds / theirs.pairs * 1e6
    return Figure(
        f"{what}, beside {theirs.name}",
        us,
        "µs a pair",
        goal if limit is not None else "",
        f"{theirs.name} {them:.1f} µs a pair",
        us / them,
        us / them <= limit if limit is not None else None,
        note,
    )
