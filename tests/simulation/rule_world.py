"""A world of activities in which a rule makes a Salesforce task each time that a contact's job title takes a value (W1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from crmsync_desktop.domain.action_occasions import Version
from crmsync_desktop.domain.action_rules import ActionRule, Then, When
from crmsync_desktop.domain.records import Outcome, Side, Write, Written
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.action_rules import action_rules, save_action_rules
from crmsync_desktop.engine.context import Context
from crmsync_desktop.ports.actions import FiringState
from crmsync_desktop.ports.crm import Want
from tests.simulation.activities import ActivityHubSpot, ActivitySalesforce
from tests.simulation.activity_people import Busy
from tests.simulation.activity_verdict import ActivityVerdict
from tests.simulation.activity_world import ActivityWorld
from tests.simulation.nature import Nature
from tests.simulation.sides import Row

PROPERTY, VALUE = "jobtitle", "CTO"
ACTION = "action-"


class WatchedHubSpot(ActivityHubSpot):
    """Keeps the history of one property, and tells it (ports.actions.Happenings)."""

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)
        self.history: dict[str, list[tuple[float, str | None]]] = {}

    def _put(self, row: Row, values: dict[str, Any]) -> None:
        before = row.values.get(PROPERTY)
        super()._put(row, values)
        if row.object == "contacts" and row.values[PROPERTY] != before:
            self.history.setdefault(row.id, []).append((row.modified, row.values[PROPERTY]))

    async def now(self, ask: bool = False) -> float:
        return float(int(self.nature.now()))

    def cursor_at(self, moment: float) -> str:
        return self.starting("contacts", stamp(moment - 300))

    async def versions(
        self, want: Want, ids: Sequence[str], properties: Sequence[str]
    ) -> dict[str, dict[str, list[Version]]]:
        await self.call("history", tuple(ids))
        told = {id: self.history.get(id, []) for id in ids if self.rows[id].live}
        return {id: {PROPERTY: [Version(self.moment(at), value) for at, value in each]} for id, each in told.items()}

    async def joiners(self, list_id: str, since: str) -> list[tuple[str, str]]:
        raise AssertionError("no rule is about a list")


class Ambitious(Busy):
    """People who get the job title that the rule waits for, and lose it."""

    def __init__(self, nature: Nature, salesforce: ActivitySalesforce, hubspot: ActivityHubSpot) -> None:
        super().__init__(nature, salesforce, hubspot)
        self._acts.append((25, self._promote))

    def _promote(self) -> bool:
        row = self._pick(self._hubspot.live("contacts"))
        if row is not None:
            self._hubspot.edit(row.id, {PROPERTY: "Clerk" if row.values[PROPERTY] == VALUE else VALUE})
        return row is not None


class RuleWorld(ActivityWorld):
    """`fired`: how many tasks were made for each contact; `tasks`: their ids."""

    portal = WatchedHubSpot
    inhabitants = Ambitious
    hubspot: WatchedHubSpot

    def __init__(self, seed: int, folder: object) -> None:
        super().__init__(seed, folder)
        self.fired: Counter[str] = Counter()
        self.tasks: set[str] = set()

    async def _contexts(self, preview: bool) -> list[Context]:
        contexts = await super()._contexts(preview)
        store = self.memory.store
        if not action_rules(store):
            since = self.hubspot.moment(self.nature.now())
            rule = ActionRule("Call", "contacts", When.VALUE, Then.TASK, number=1, since=since)
            subject = {"property": PROPERTY, "values": (VALUE,), "subject": "Call {record.id}", "limit": 5}
            save_action_rules(store, [_with(rule, subject)])
        for context in contexts:
            context.happenings = self.hubspot
        return contexts

    def _on_write(self, side: Side, writes: Sequence[Write]) -> None:
        """Actions have a memory of their own."""
        super()._on_write(side, [write for write in writes if not write.key.startswith(ACTION)])

    def _on_created(self, side: Side, write: Write, answer: Written) -> None:
        if not write.key.startswith(ACTION):
            super()._on_created(side, write, answer)
            if side is Side.HUBSPOT and write.object == "tasks" and write.origin_id in self.tasks:
                self.broken.append(f"W1: {write.origin_id} was made by a rule, and came to HubSpot as {answer.id}")
        elif answer.outcome is Outcome.DONE:
            self.fired[(write.values["Subject"] or "").removeprefix("Call ")] += 1
            self.tasks.add(answer.id or "")
            self.nature.seen["a rule fired"] += 1


class RuleVerdict(ActivityVerdict):
    world: RuleWorld

    def findings(self) -> list[str]:
        return [*super().findings(), *self._firings()]

    def _record(self, row: Row) -> Iterator[str]:
        if row.id not in self.world.tasks:  # what a rule made never travels
            yield from super()._record(row)

    def _firings(self) -> Iterator[str]:
        """Each occasion by HubSpot's own history once; where its contact isn't linked it waits, and that is told."""
        store, seen = self.world.memory.store, self.world.nature.seen
        (rule,) = action_rules(store)
        waiting = Counter(each.record_id for each in store.firings([FiringState.WAITING], limit=10_000))
        told = [error for errors in self.errors.values() for error in errors if error.code == "ACTION_WAITS"]
        if waiting.total() > len(told):
            yield f"W1: {waiting.total()} firings wait, and {len(told)} are listed"
        for row in self.world.hubspot.rows.values():
            if row.object != "contacts" or row.absorbed or not row.live:
                continue
            history = self.world.hubspot.history.get(row.id, [])
            took = sum(value == VALUE and self.world.hubspot.moment(at) >= rule.since for at, value in history)
            done = self.world.fired[row.id]
            if done + waiting[row.id] != took:
                yield f"W1: contact {row.id} took {VALUE} {took} times; {done} done, {waiting[row.id]} wait"
            seen["an occasion waits"] += waiting[row.id]
        for id, done in self.world.fired.items():
            took = sum(1 for _, value in self.world.hubspot.history.get(id, []) if value == VALUE)
            if done > took:
                yield f"W1: {done} tasks for contact {id}, which took {VALUE} {took} times"


def _with(rule: ActionRule, parts: dict[str, Any]) -> ActionRule:
    return ActionRule(**{**{name: getattr(rule, name) for name in rule.__struct_fields__}, **parts})
