"""Workflow actions in many small worlds: whatever crashes, gets lost, is refused or comes late, each occasion is done once.

Two systems in memory, as far as rules see them, and the real engine and store between them.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
import pytest

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.action_occasions import Version
from crmsync_desktop.domain.action_rules import ActionRule, Then, When
from crmsync_desktop.domain.errors import PassError, Unreachable
from crmsync_desktop.domain.records import Category, Cell, Fault, Observed, Op, Outcome, Presence, Side, Write, Written
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.settings import Settings
from crmsync_desktop.engine.action_rules import save_action_rules
from crmsync_desktop.engine.actions import recover_actions, run_actions
from crmsync_desktop.ports.actions import FiringState
from crmsync_desktop.ports.crm import Page, Want
from crmsync_desktop.ports.store import Link, LinkState

FAIR = "701A"
WORLDS = 40


class Crash(Exception):
    """The process ends."""


@dataclass
class Nature:
    """One clock and one source of accidents; `calm` lets nothing happen any more."""

    chance: random.Random
    now: float = 1_800_000_000.0
    calm: bool = False

    def stamp(self) -> str:
        self.now += 0.01
        return datetime.fromtimestamp(self.now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def happens(self, share: float) -> bool:
        return not self.calm and self.chance.random() < share

    def may_crash(self) -> None:
        if self.happens(0.05):
            raise Crash


@dataclass
class HubSpot:
    """Contacts with one property, its history, and one list."""

    nature: Nature
    histories: dict[str, list[Version]] = field(default_factory=dict)
    shown: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    joined: list[tuple[str, str]] = field(default_factory=list)

    def set(self, id: str, value: str) -> None:
        history = self.histories.setdefault(id, [])
        if history and history[-1].value == value:
            return
        history.append(Version(self.nature.stamp(), value))
        if not self.nature.happens(0.3):  # else the index lags
            self.index()

    def index(self) -> None:
        self.shown = {id: (history[-1].at, history[-1].value) for id, history in self.histories.items()}

    async def changes(self, wants: Sequence[Want]) -> AsyncIterator[Page]:
        rows = [Observed(Side.HUBSPOT, "contacts", id, at, Presence.LIVE, [None] * len(wants[0].fields))
                for id, (at, _) in sorted(self.shown.items())]  # fmt: skip
        middle = len(rows) // 2
        for part, last in ((rows[:middle], False), (rows[middle:], True)):
            self.nature.may_crash()
            yield Page("contacts", part, "cursor", last, self.nature.stamp())

    async def read(self, want: Want, ids: Sequence[str]) -> list[Observed]:
        self.nature.may_crash()
        return [Observed(Side.HUBSPOT, "contacts", id, "", Presence.LIVE, [None] * len(want.fields)) for id in ids]

    def use_schemas(self, schemas: Sequence[Schema]) -> None:
        """They are known."""

    # happenings

    async def now(self, ask: bool = False) -> float:
        return self.nature.now

    def cursor_at(self, moment: float) -> str:
        return "beginning"

    async def versions(
        self, want: Want, ids: Sequence[str], names: Sequence[str]
    ) -> dict[str, dict[str, list[Version]]]:
        self.nature.may_crash()
        return {id: {"p": list(self.histories[id])} for id in ids}

    async def joiners(self, list_id: str, since: str) -> list[tuple[str, str]]:
        return list(dict(self.joined).items())  # a member has one moment: the last at which it joined


@dataclass
class Salesforce:
    nature: Nature
    tasks: dict[str, Write] = field(default_factory=dict)
    members: dict[str, tuple[str, str]] = field(default_factory=dict)

    def batch_size(self, op: Op) -> int:
        return 3

    def use_schemas(self, schemas: Sequence[Schema]) -> None:
        """They are known."""

    async def find(self, want: Want, field: str, values: Sequence[str]) -> list[Observed]:
        self.nature.may_crash()
        if want.object == "CampaignMemberStatus":
            return [_row(want, "01Y1", FAIR, "Sent", "true"), _row(want, "01Y2", FAIR, "Came", "false")]
        return [_row(want, id, FAIR, who, None, status) for id, (who, status) in self.members.items() if who in values]

    async def read(self, want: Want, ids: Sequence[str]) -> list[Observed]:
        return [_row(want, id, self.tasks[id].values["Description"]) for id in ids]

    async def write(self, writes: Sequence[Write]) -> list[Written]:
        self.nature.may_crash()
        if self.nature.happens(0.1):
            return [Written(write.key, Outcome.UNKNOWN) for write in writes]
        if self.nature.happens(0.05):
            return [Written(write.key, Outcome.NOT_SENT) for write in writes]
        answers = [self._write(write) for write in writes]
        self.nature.may_crash()
        if self.nature.happens(0.1):
            return [Written(write.key, Outcome.UNKNOWN) for write in writes]
        return answers

    def _write(self, write: Write) -> Written:
        if self.nature.happens(0.1):
            return _refused(write, Category.TEMPORARY, "UNABLE_TO_LOCK_ROW")
        if write.object == "Task":
            id = f"00T{len(self.tasks)}"
            self.tasks[id] = write
        elif write.op is Op.CREATE:
            who = write.values["ContactId"] or ""
            if who in {each for each, _ in self.members.values()}:
                return _refused(write, Category.DUPLICATES, "DUPLICATE_VALUE")
            id = f"00v{len(self.members)}"
            self.members[id] = (who, write.values.get("Status") or "Sent")
        else:
            id = write.id or ""
            self.members[id] = (self.members[id][0], write.values["Status"] or "")
        return Written(write.key, Outcome.DONE, id, True)

    async def recover(self, creates: Sequence[Write]) -> list[Written]:
        """As the adapter: by subject, those that are equal to the letter first; what is found may be another's."""
        self.nature.may_crash()
        found: list[Written] = []
        for write in creates:
            same = [id for id, made in self.tasks.items() if made.values["Description"] == write.values["Description"]]
            like = [id for id, made in self.tasks.items() if made.values["Subject"] == write.values["Subject"]]
            ids = same or like
            outcome = Outcome.DONE if ids else Outcome.FAILED
            found.append(Written(write.key, outcome, ids[0] if ids else None))
        return found


def _row(want: Want, id: str, *values: str | None) -> Observed:
    cells: list[Cell] = [*values, *[None] * len(want.fields)]
    return Observed(Side.SALESFORCE, want.object, id, "", Presence.LIVE, cells[: len(want.fields)])


def _refused(write: Write, category: Category, code: str) -> Written:
    return Written(write.key, Outcome.FAILED, faults=(Fault(category, code, code),))


@dataclass
class Pass:
    """What of a pass's context rules work with."""

    store: SqliteStore
    crms: dict[Side, Any]
    happenings: HubSpot
    clock: Any
    settings: Settings = field(default_factory=Settings)
    preview: bool = False
    acted: Any = None
    clocks: dict[Side, float] = field(default_factory=dict)

    def check_stop(self) -> None:
        """Nobody asks to stop."""


class Clock:
    def __init__(self, nature: Nature) -> None:
        self._nature = nature

    def now(self) -> float:
        return self._nature.now


class World:
    def __init__(self, seed: int) -> None:
        self.nature = Nature(random.Random(seed))
        self.hubspot, self.salesforce = HubSpot(self.nature), Salesforce(self.nature)
        self.store = SqliteStore(":memory:", lambda: self.nature.now)
        self.store.set_layout("contacts", ("p",))
        at = datetime.fromtimestamp(self.nature.now, UTC).isoformat()
        fields = {"p": Field("p", "P", Kind.TEXT, "")}
        schemas = [Schema(Side.HUBSPOT, "contacts", "Contact", fields, at)]
        schemas += [
            Schema(Side.SALESFORCE, each, each, {}, at) for each in ("Task", "CampaignMember", "CampaignMemberStatus")
        ]
        self.store.save_schemas(schemas)
        since = self.nature.stamp()
        rules = [
            ActionRule("Task", "contacts", When.VALUE, Then.TASK, property="p", values=("A",), subject="Same"),
            ActionRule("List", "contacts", When.LIST, Then.TASK, list_id="7", subject="Same"),
            ActionRule("In", "contacts", When.VALUE, Then.CAMPAIGN, property="p", values=("A",), campaign=FAIR),
            ActionRule(
                "Came", "contacts", When.VALUE, Then.CAMPAIGN, property="p", values=("B",), campaign=FAIR,
                member_status="Came",
            ),
        ]  # fmt: skip
        numbered = [msgspec.structs.replace(rule, number=n, since=since, limit=4) for n, rule in enumerate(rules, 1)]
        save_action_rules(self.store, numbered)
        self.people = [str(n) for n in range(1, 7)]
        self.linked: set[str] = set()

    def link(self, id: str) -> None:
        if id not in self.linked:
            self.linked.add(id)
            self.store.add_links([Link(0, "contacts", "Contact", f"003{id}", id, LinkState.LIVE, ["x"], ["x"])])

    def live(self) -> None:
        """Somebody does something."""
        chance = self.nature.chance
        id = chance.choice(self.people)
        deed = chance.randrange(6)
        if deed < 3:
            self.hubspot.set(id, chance.choice("ABC"))
        elif deed == 3:
            self.hubspot.joined.append((id, self.nature.stamp()))
        elif deed == 4:
            self.link(id)
        else:
            self.hubspot.index()

    def sync(self) -> bool:
        """Whether the pass came to its end."""
        context = Pass(
            self.store, {Side.SALESFORCE: self.salesforce, Side.HUBSPOT: self.hubspot}, self.hubspot, Clock(self.nature)
        )
        self.nature.now += 1.0
        try:
            asyncio.run(_whole(context))
        except (Crash, PassError):
            return False
        return True


async def _whole(context: Pass) -> None:
    contexts = [cast(Any, context)]
    await recover_actions(contexts)
    await run_actions(contexts)


@pytest.mark.parametrize("first", range(0, WORLDS, 10))
def test_each_occasion_is_done_once_whatever_happens(first: int) -> None:
    for seed in range(first, first + 10):
        world = World(seed)
        for _ in range(40):
            world.live()
            if world.nature.chance.random() < 0.4:
                world.sync()
        _settle(world)
        _check(world, seed)
        world.store.close()


def _settle(world: World) -> None:
    """Everybody is linked, the index catches up, and nothing goes wrong any more."""
    world.nature.calm = True
    world.hubspot.index()
    for id in world.people:
        world.link(id)
    for _ in range(60):
        assert world.sync()
        open_ones = [each for each in world.store.firings(list(FiringState)) if each.state is not FiringState.DONE]
        if not open_ones:
            return
    raise AssertionError([(each.state, each.message) for each in open_ones])


def _check(world: World, seed: int) -> None:
    firings = world.store.firings(list(FiringState))
    for rule, value in ((1, "A"), (3, "A"), (4, "B")):
        wanted = {
            (id, each.at)
            for id, history in world.hubspot.histories.items()
            for before, each in zip([None, *history], history, strict=False)
            if each.value == value and (before is None or before.value != value)
        }
        assert {(each.record_id, each.occasion) for each in firings if each.rule == rule} == wanted, seed
    made = [write.values["Description"] for write in world.salesforce.tasks.values()]
    assert len(made) == len(set(made)), f"seed {seed}: a task was made twice"
    assert len(made) == len([each for each in firings if each.rule in (1, 2)]), seed
    targets = [each.target_id for each in firings if each.rule in (1, 2)]
    assert sorted(targets) == sorted(world.salesforce.tasks), seed
    members = [who for who, _ in world.salesforce.members.values()]
    assert len(members) == len(set(members)), seed


def test_a_member_gets_the_status_of_the_last_occasion_where_nothing_goes_wrong() -> None:
    world = World(0)
    world.nature.calm = True
    world.link("1")
    for value in ("A", "B"):
        world.hubspot.set("1", value)
        assert world.sync()
    assert list(world.salesforce.members.values()) == [("0031", "Came")]


def test_an_outage_is_the_whole_passs_and_ends_it() -> None:
    world = World(0)
    world.nature.calm = True
    world.link("1")
    world.hubspot.set("1", "A")

    async def broken(writes: Sequence[Write]) -> list[Written]:
        return [Written(write.key, Outcome.UNKNOWN) for write in writes]

    world.salesforce.write = broken  # type: ignore[method-assign]
    context = Pass(
        world.store,
        {Side.SALESFORCE: world.salesforce, Side.HUBSPOT: world.hubspot},
        world.hubspot,
        Clock(world.nature),
    )
    with pytest.raises(Unreachable):
        asyncio.run(_whole(context))
