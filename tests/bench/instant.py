"""Two systems that answer at once from prepared records, and count the CPU that they take themselves: what is left of a
pass's CPU is the engine's and its memory's."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager

from crmsync_desktop.domain.mapping import Mapping, Rule
from crmsync_desktop.domain.newest import Edit
from crmsync_desktop.domain.pipelines import Pipeline
from crmsync_desktop.domain.records import Cell, Observed, Op, Outcome, Presence, Side, Write, Written
from crmsync_desktop.domain.schema import Allowance, ContactList, Field, Identity, Kind, Owner, Schema
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.ports.crm import Page, Want

KINDS = (Kind.EMAIL, *(Kind.TEXT,) * 11, Kind.PHONE, Kind.PHONE, Kind.NUMBER, Kind.DATE, Kind.BOOL, Kind.PICKLIST)
"""What is mapped: e-mail, eleven texts (the second one is the last name), two phones, and one each of what else there is."""
NAMES = ("email", "lastname", *(f"property{number}" for number in range(2, len(KINDS))))
PAGES = {Side.SALESFORCE: 2_000, Side.HUBSPOT: 200}
BATCHES = {Side.SALESFORCE: 200, Side.HUBSPOT: 100}
START = 1_800_000_000.0


def mappings() -> tuple[Mapping, ...]:
    return tuple(Mapping(name, {"Contact": field_of(name), "Lead": field_of(name)}, Rule.TWO_WAY) for name in NAMES)


def field_of(name: str) -> str:
    return {"email": "Email", "lastname": "LastName"}.get(name, f"{name}__c")


def schema(object: str) -> Schema:
    side = Side.HUBSPOT if object == "contacts" else Side.SALESFORCE
    names = [name if side is Side.HUBSPOT else field_of(name) for name in NAMES]
    fields = {name: Field(name, name, kind, kind.value, length=255) for name, kind in zip(names, KINDS, strict=True)}
    return Schema(side, object, object, fields, stamp(START))


def cells_of(number: int) -> list[Cell]:
    """Cells of the lengths that contacts have; a sixth blank."""
    return ([
        f"person{number}@example{number % 997}.com", f"Nordmann-{number}", f"Kari {number}", "Oslo", "Karl Johans gate 1",
        "0154", "NO", "Sales manager", f"Company {number % 5_000} AS", None, None, None, "+47 22 34 56 78",
        f"4155{number % 10**6:06d}", f"{number % 100}.5", "1980-01-31", "false", "customer",
    ])  # fmt: skip


class InstantClock:
    """Implements ports.clock.Clock; moved by hand."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


class InstantSystem:
    """Implements ports.crm.Crm and ContactLists. `records` is what it holds, by id; `news` the ids that the next read of
    changes gives. `cpu` is what it took itself, in seconds."""

    def __init__(self, side: Side, clock: InstantClock) -> None:
        self.side = side
        self.records: dict[str, Observed] = {}
        self.news: list[str] = []
        self.cpu = 0.0
        self.writes = 0
        self._clock = clock

    @contextmanager
    def _mine(self) -> Iterator[None]:
        began = time.process_time()
        try:
            yield
        finally:
            self.cpu += time.process_time() - began

    @property
    def object(self) -> str:
        return "contacts" if self.side is Side.HUBSPOT else "Contact"

    def put(self, id: str, cells: list[Cell]) -> None:
        email = str(cells[0])
        keys = (email, id) if self.side is Side.SALESFORCE else (email,)
        version = stamp(self._clock.now())
        self.records[id] = Observed(self.side, self.object, id, version, Presence.LIVE, cells, keys)

    def batch_size(self, op: Op) -> int:
        return BATCHES[self.side]

    def use_schemas(self, schemas: Iterable[Schema]) -> None:
        """Nothing to learn from them."""

    async def identity(self) -> Identity:
        return Identity(self.side, "org", "Org", "us", "Us")

    async def schemas(self, objects: Sequence[str]) -> dict[str, Schema]:
        return {object: schema(object) for object in objects}

    async def owners(self) -> list[Owner]:
        return []

    async def pipelines(self, object: str) -> list[Pipeline]:
        return []

    async def allowance(self) -> Allowance:
        return Allowance(self.side, 100_000, 0, stamp(self._clock.now()))

    def starting(self, object: str, since: str | None) -> str:
        return "0"

    async def count(self, object: str, since: str | None) -> int:
        return len(self.news if since is not None else self.records)

    async def changes(self, wants: Sequence[Want]) -> AsyncIterator[Page]:
        for want in wants:
            ids = self.news if want.object == self.object else []
            size = PAGES[self.side]
            for begin in range(0, max(len(ids), 1), size):
                with self._mine():
                    records = [self.records[id] for id in ids[begin : begin + size]]
                yield Page(want.object, records, f"{begin}", begin + size >= len(ids), stamp(self._clock.now()))
        self.news = []

    async def read(self, want: Want, ids: Sequence[str]) -> list[Observed]:
        with self._mine():
            return [self.records[id] for id in ids]

    async def find(self, want: Want, field: str, values: Sequence[str]) -> list[Observed]:
        with self._mine():
            wanted = {value.casefold() for value in values}
            return [record for record in self.records.values() if str(record.cells[0]).casefold() in wanted]

    async def edits(self, want: Want, ids: Sequence[str], fields: Sequence[str]) -> dict[str, dict[str, Edit]]:
        return {}

    async def write(self, writes: Sequence[Write]) -> list[Written]:
        with self._mine():
            self.writes += len(writes)
            return [self._stored(write) for write in writes]

    def _stored(self, write: Write) -> Written:
        id = write.id or f"{10**10 + len(self.records)}"
        before = self.records.get(id)
        cells: list[Cell] = list(before.cells) if before is not None else [None] * len(NAMES)
        for place, name in enumerate(NAMES):
            field = name if self.side is Side.HUBSPOT else field_of(name)
            if field in write.values:
                cells[place] = write.values[field]
        self.put(id, cells)
        echo = dict(write.values) if self.side is Side.HUBSPOT else None
        return Written(write.key, Outcome.DONE, id, before is None, stamp(self._clock.now()), echo)

    async def recover(self, creates: Sequence[Write]) -> list[Written]:
        return [Written(write.key, Outcome.FAILED) for write in creates]

    async def lists(self) -> list[ContactList]:
        return []

    async def members(self, list_id: str) -> AsyncIterator[list[str]]:
        yield []

    async def joined(self, list_id: str, since: str) -> list[str]:
        return []

    async def close(self) -> None:
        """Nothing is open."""
