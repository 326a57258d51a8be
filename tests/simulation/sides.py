"""What both simulated systems have in common: records, calls that cost, and writes that go wrong (ports.crm.Crm)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from crmsync_desktop.domain.errors import AllocationReached, LimitReached, SetupError, SignInNeeded, Unreachable
from crmsync_desktop.domain.newest import By, Edit
from crmsync_desktop.domain.pipelines import Pipeline
from crmsync_desktop.domain.records import (
    UNSEEN,
    Category,
    Cell,
    Fault,
    Observed,
    Op,
    Outcome,
    Presence,
    Side,
    Value,
    Write,
    Written,
)
from crmsync_desktop.domain.schema import Allowance, Identity, Kind, Owner, Schema
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.ports.budget import Budget
from crmsync_desktop.ports.crm import Want
from tests.simulation.fields import OWNERS, POISON, kind_of, schemas
from tests.simulation.nature import Nature

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass
class Row:
    """One record as its system holds it, values in canonical text. `modified` and `created` in seconds since the epoch."""

    id: str
    object: str
    values: dict[str, Value]
    modified: float
    created: float
    live: bool = True
    successor: tuple[str, str] | None = None
    absorbed: tuple[str, ...] = ()
    more_emails: tuple[str, ...] = ()
    origin: str | None = None
    """The other side's record that a create stands for, where this system keeps that."""
    stands_for: str | None = None
    """The same, as the simulation knows it: nothing that the engine is told."""
    ours: bool = False
    touched: set[str] = field(default_factory=set)
    """Fields that somebody else than us has set."""
    restored: bool = False
    locked: int = 0
    edited: dict[str, tuple[float, By]] = field(default_factory=dict)
    """When each field was last set to another value, and by whom: the history that this system keeps."""

    def copy(self) -> Row:
        return replace(self, values=dict(self.values), touched=set(self.touched), edited=dict(self.edited))

    def note(self, before: dict[str, Value], at: float, by: By) -> None:
        """Note in the history what differs from `before`."""
        self.edited.update({name: (at, by) for name, value in self.values.items() if before.get(name) != value})


@dataclass
class Landed:
    """A write that the system stored, for the invariants: what it changed, as it really stood when it landed."""

    write: Write
    before: dict[str, Value] = field(default_factory=dict)


class FakeSide:
    """Behaves as the port says, with its own latencies. Subclasses say how records are stored, read and refused."""

    side: Side
    batches: ClassVar[dict[Op, int]]

    def __init__(self, nature: Nature, budget: Budget) -> None:
        self.nature = nature
        self.budget = budget
        self.rows: dict[str, Row] = {}
        self.landed: list[Landed] = []
        self.on_call: Callable[[Side], None] = lambda side: None
        self.on_write: Callable[[Side, Sequence[Write]], None] = lambda side, writes: None
        self.lose_next_reply = False
        self.on_created: Callable[[Side, Write, Written], None] = lambda side, write, answer: None
        self.beyond_finding: set[str] = set()
        self.keeps_history = True
        self.families = False
        """Whether there are companies and deals, and contacts belong to them."""
        self.author = By.PERSON
        """Who is at work in this system just now."""
        self._last_id = 0

    # what the port asks of every system

    def batch_size(self, op: Op) -> int:
        return self.batches[op]

    def use_schemas(self, schemas: Iterable[Schema]) -> None:
        """Nothing to learn from them."""

    async def identity(self) -> Identity:
        await self.call("check", "identity")
        return Identity(self.side, "org", "Org", "us", "Us")

    async def schemas(self, objects: Sequence[str]) -> dict[str, Schema]:
        await self.call("schema", tuple(objects))
        now = self.nature.now()
        found = {object: schemas(object, now, self.families) for object in objects if object in self.objects}
        if missing := set(objects) - set(found):
            raise SetupError(f"There is no {sorted(missing)[0]}.")
        return found

    async def owners(self) -> list[Owner]:
        await self.call("schema", "owners")
        return [owner for owner in OWNERS if owner.side is self.side]

    async def pipelines(self, object: str) -> list[Pipeline]:
        return []

    async def allowance(self) -> Allowance:
        return Allowance(self.side, 100_000, len(self.nature.log), stamp(self.nature.now()))

    def starting(self, object: str, since: str | None) -> str:
        moment = self.nature.now() if since is None else datetime.fromisoformat(since).timestamp()
        return json.dumps(self.place_at(moment))

    def place_at(self, moment: float) -> dict[str, object]:
        raise AssertionError("a subclass says how its cursors look")

    async def count(self, object: str, since: str | None) -> int:
        await self.call("read", ("count", object, since))
        moment = None if since is None else datetime.fromisoformat(since).timestamp()
        return sum(1 for row in self.live(object) if moment is None or row.modified >= moment)

    async def close(self) -> None:
        """Nothing is open."""

    @property
    def objects(self) -> tuple[str, ...]:
        if self.side is Side.HUBSPOT:
            return ("companies", "contacts", "deals") if self.families else ("contacts",)
        return ("Account", "Contact", "Lead", "Opportunity") if self.families else ("Contact", "Lead")

    async def call(self, purpose: str, detail: object) -> None:
        """One metered call, of which the answer may not come. Raises Unreachable and LimitReached."""
        self.nature.begun[self.side] += 1
        await self.nature.turn()
        await self.budget.spend(self.side, purpose, 1, "contacts")
        self.nature.tick()
        self.nature.call(self.side, purpose, detail)
        self.on_call(self.side)
        await self.nature.turn()
        if purpose != "write" and self.nature.chance(0.02, "unreachable"):
            raise Unreachable("No answer.")
        if purpose != "write" and self.side is Side.HUBSPOT and self.nature.chance(0.015, "daily limit"):
            raise LimitReached("HubSpot's daily limit is reached.")

    async def write(self, writes: Sequence[Write]) -> list[Written]:
        """As the port has it. A batch can be lost before or after it is stored, break off in the middle, or be stored
        while somebody edits the same records."""
        assert len({write.op for write in writes}) == 1
        assert 0 < len(writes) <= self.batches[writes[0].op]
        self.on_write(self.side, writes)
        op = writes[0].op
        try:
            await self.call("write", (op.value, tuple(write.id or write.origin_id for write in writes)))
        except AllocationReached as stop:
            self.nature.seen["allocation reached in a write"] += 1
            return _all(writes, Outcome.NOT_SENT, Fault(Category.LIMITS, "LIMIT_REACHED", str(stop)))
        except SignInNeeded as stop:
            return _all(writes, Outcome.NOT_SENT, Fault(Category.CONNECTION, "SIGN_IN_NEEDED", str(stop)))
        if self.nature.chance(0.03, "never sent"):
            return _all(writes, Outcome.NOT_SENT, Fault(Category.TEMPORARY, "NOT_REACHED", "the line is down"))
        lost = Fault(Category.TEMPORARY, "REPLY_LOST", "no answer")
        if self.nature.chance(0.05, f"{op.value} never arrived"):
            return _all(writes, Outcome.UNKNOWN, lost)
        if len(writes) > 1 and self.nature.chance(0.03, "batch broke off"):
            whole = self.nature.random.randrange(1, len(writes))
            answers = [self._answer(write) for write in writes[:whole]]
            return answers + _all(writes[whole:], Outcome.NOT_SENT, Fault(Category.LIMITS, "LIMIT", "daily limit"))
        answers = [self._answer(write) for write in writes]
        await self.nature.turn()
        if self.lose_next_reply:
            self.lose_next_reply = False
            # What can be repeated without harm is, as a real adapter does; a create can't be.
            return _all(writes, Outcome.UNKNOWN, lost) if op is Op.CREATE else await self.write(writes)
        if self.nature.chance(0.08, f"{op.value} reply lost"):
            return _all(writes, Outcome.UNKNOWN, lost)
        return answers

    def _answer(self, write: Write) -> Written:
        if self.nature.chance(0.03, "temporary refusal"):
            return refused(write, Category.TEMPORARY, "UNABLE_TO_LOCK_ROW", "busy")
        if (unreadable := self.unreadable(write)) is not None:
            return unreadable
        self.author = By.US
        try:
            answer = {Op.CREATE: self.create, Op.UPDATE: self.update, Op.DELETE: self.delete}[write.op](write)
        finally:
            self.author = By.PERSON
        if write.op is Op.CREATE:
            self.on_created(self.side, write, answer)
        if answer.outcome is Outcome.FAILED:
            self.nature.seen[f"refused: {answer.faults[0].code}"] += 1
        elif self.nature.chance(0.06, "automation edits after our write"):
            self.nature.later(self.nature.random.uniform(0, 40), lambda: self._automated(answer.id or ""))
        return answer

    def _automated(self, id: str) -> None:
        self.author = By.MACHINE
        try:
            self.automate(id)
        finally:
            self.author = By.PERSON

    def create(self, write: Write) -> Written:
        raise AssertionError("a subclass says how")

    def update(self, write: Write) -> Written:
        raise AssertionError("a subclass says how")

    def delete(self, write: Write) -> Written:
        raise AssertionError("a subclass says how")

    def automate(self, id: str) -> None:
        """What this system's own automation does to a record after it was written."""
        raise AssertionError("a subclass says how")

    # records

    def new_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)

    def lost_for(self, write: Write) -> bool:
        """Whether a create is here after all, though nothing that it wrote shows it any more. A system can't know that; the
        port's word that a create "surely isn't there" is kept with it, where a real adapter would have to be cautious."""
        there = any(row.ours and row.stands_for == write.origin_id for row in self.live(write.object))
        if there:
            self.nature.seen["recover can never tell"] += 1
            self.beyond_finding.add(write.origin_id or "")
        return there

    def live(self, object: str | None = None) -> list[Row]:
        return [row for row in self.rows.values() if row.live and (object is None or self.is_a(row, object))]

    def is_a(self, row: Row, object: str) -> bool:
        """Whether a record is handed out where this object is asked for."""
        return row.object == object

    def unreadable(self, write: Write) -> Written | None:
        """The refusal of a write whose number isn't one; None where all can be read."""
        for name, value in write.values.items():
            if kind_of(self.side, write.object, name) is Kind.NUMBER and value and not _NUMBER.fullmatch(value):
                fault = Fault(Category.PROPERTY_VALUES, "JSON_PARSER_ERROR", f"{value} is not a number", (name,))
                return Written(write.key, Outcome.FAILED, write.id, faults=(fault,))
        return None

    def poisoned(self, values: dict[str, Value]) -> bool:
        return any(value is not None and POISON[self.side] in value for value in values.values())

    def keys(self, want: Want, row: Row) -> tuple[str, ...]:
        raise AssertionError("a subclass says how")

    def version(self, row: Row) -> str:
        raise AssertionError("a subclass says how")

    def observed(self, want: Want, row: Row) -> Observed:
        """A live row as it is read."""
        cells: list[Cell] = [row.values[name] if name and name in row.values else UNSEEN for name in want.fields]
        return Observed(
            self.side,
            want.object,
            row.id,
            self.version(row),
            Presence.LIVE,
            cells,
            self.keys(want, row),
            None,
            row.absorbed,
        )

    def tombstone(self, want: Want, row: Row) -> Observed:
        raise AssertionError("a subclass says how")

    def unseen(self, want: Want, id: str) -> Observed:
        return Observed(self.side, want.object, id, "", Presence.UNSEEN, [])

    async def read(self, want: Want, ids: Sequence[str]) -> list[Observed]:
        if not ids:
            return []
        await self.call("check", (want.object, tuple(ids)))
        found = []
        for id in ids:
            row = self.rows.get(id)
            if row is None or not self.is_a(row, want.object):
                found.append(self.unseen(want, id))
            else:
                found.append(self.observed(want, row) if row.live else self.tombstone(want, row))
        return found

    async def edits(self, want: Want, ids: Sequence[str], fields: Sequence[str]) -> dict[str, dict[str, Edit]]:
        if not self.keeps_history or not ids or not fields:
            return {}
        await self.call("history", (want.object, tuple(ids)))
        return {
            id: {
                name: Edit(self.moment(at), by, row.values[name])
                for name, (at, by) in row.edited.items()
                if name in fields
            }
            for id in ids
            if (row := self.rows.get(id)) is not None and row.live
        }

    def moment(self, at: float) -> str:
        """As this system writes times."""
        raise AssertionError("a subclass says how")

    async def find(self, want: Want, field: str, values: Sequence[str]) -> list[Observed]:
        sought = {value.strip().casefold() for value in values} - {""}
        if not sought:
            return []
        await self.call("match", (want.object, field, tuple(values)))
        return [
            self.observed(want, row)
            for row in self.live(want.object)
            if (row.values.get(field) or "").casefold() in sought
        ]


def refused(write: Write, category: Category, code: str, message: str, existing_id: str | None = None) -> Written:
    return Written(write.key, Outcome.FAILED, write.id, faults=(Fault(category, code, message, (), existing_id),))


def _all(writes: Sequence[Write], outcome: Outcome, fault: Fault) -> list[Written]:
    return [Written(write.key, outcome, write.id, faults=(fault,)) for write in writes]
