"""Workflow actions (W1): the part of the facade that keeps rules, tries them, and shows and settles what fired."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from crmsync_desktop.app.action_checks import ActionChecks
from crmsync_desktop.app.action_trial import Trial
from crmsync_desktop.app.action_undo import undo
from crmsync_desktop.app.action_views import ActionRuleView, ActionTrialView, FiringView
from crmsync_desktop.app.plan_work import ids_of
from crmsync_desktop.app.runner import Systems
from crmsync_desktop.app.views import Changed, Event
from crmsync_desktop.domain.action_rules import ActionRule, in_force, named
from crmsync_desktop.domain.action_words import condition_of, deed_of
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.reference import Addresses, parse_reference
from crmsync_desktop.domain.settings import all_pairs
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.action_retry import ACTIONS, forget_errors, retry_failed
from crmsync_desktop.engine.action_rules import action_rules, next_number, save_action_rules
from crmsync_desktop.ports.actions import Firing, FiringState
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.store import Store

MOST_DAYS: Final = 3_650
MOST_OF_RECORD: Final = 10_000
"""Firings of one record that are looked through."""
_CHANGED: Final = Changed(("actions", "status"))


class ActionWork:
    """The facade's methods on workflow actions (app/facade.py says what each promises)."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        systems: Callable[[], Awaitable[Systems]],
        addresses: Callable[[], Addresses],
        emit: Callable[[Event], None],
    ) -> None:
        self._actions_in, self._actions_at, self._acting_systems = store, clock, systems
        self._acted_addresses, self._tell_actions = addresses, emit

    # rules

    async def actions(self) -> list[ActionRuleView]:
        counts = self._actions_in.firing_counts()
        return [self._rule_view(rule, counts.get(rule.number, {})) for rule in action_rules(self._actions_in)]

    async def save_action(self, rule: ActionRule, replaces: str | None) -> ActionRuleView:
        saved = (await self._save_actions([rule], [replaces]))[0]
        return self._rule_view(saved, self._actions_in.firing_counts().get(saved.number, {}))

    async def switch_action(self, name: str, on: bool) -> ActionRuleView:
        rule = msgspec.structs.replace(self._rule(name), on=on)
        saved = in_force(rule, self._rule(name), rule.number, await self._hubspot_time())
        self._replace([saved])
        return self._rule_view(saved, self._actions_in.firing_counts().get(saved.number, {}))

    async def remove_action(self, name: str) -> list[ActionRuleView]:
        gone = self._rule(name)
        rest = [rule for rule in action_rules(self._actions_in) if rule.number != gone.number]
        save_action_rules(self._actions_in, rest)
        forget_errors(self._actions_in, gone.number)
        self._tell_actions(_CHANGED)
        return await self.actions()

    async def _resolved_action(self, rule: ActionRule) -> ActionRule:
        """The rule as both systems call it. Raises SetupError for one that can't be."""
        systems = await self._acting_systems()
        checks = ActionChecks(self._actions_in, self._actions_at, systems.crms, systems.lists)
        return await checks.resolved(rule)

    async def _save_actions(self, rules: Sequence[ActionRule], replaces: Sequence[str | None]) -> list[ActionRule]:
        """Save these, each in the place of the one it replaces (None: a new one): all or none."""
        now = await self._hubspot_time()
        kept = action_rules(self._actions_in)
        before = [None if name is None else self._rule(name) for name in replaces]
        numbers = {each.number for each in before if each is not None}
        taken = {rule.name.casefold() for rule in kept if rule.number not in numbers}
        saved: list[ActionRule] = []
        number = next_number(self._actions_in)
        for rule, former in zip(rules, before, strict=True):
            wanted = await self._resolved_action(rule)
            if wanted.name.casefold() in taken:
                raise SetupError(
                    f"There is a rule “{wanted.name}” already.", "", "Give it another name, or edit that one."
                )
            taken.add(wanted.name.casefold())
            saved.append(in_force(wanted, former, number if former is None else former.number, now))
            number += former is None
        self._replace(saved)
        return saved

    def _replace(self, saved: Sequence[ActionRule]) -> None:
        new = {rule.number: rule for rule in saved}
        kept = [new.pop(rule.number, rule) for rule in action_rules(self._actions_in)]
        save_action_rules(self._actions_in, [*kept, *new.values()])
        self._actions_in.clear_errors([(Side.HUBSPOT, ACTIONS, f"rule {rule.number}") for rule in saved])
        self._tell_actions(_CHANGED)

    async def _hubspot_time(self) -> str:
        happenings = (await self._acting_systems()).happenings
        assert happenings is not None
        return stamp(await happenings.now(ask=True))

    def _rule(self, name: str) -> ActionRule:
        rules = action_rules(self._actions_in)
        found = named(rules, name)
        if found is None:
            there = ", ".join(f"“{rule.name}”" for rule in rules) or "none"
            raise SetupError(f"There is no rule “{name}”.", "", f"There are: {there}.")
        return found

    def _rule_view(self, rule: ActionRule, counts: dict[FiringState, int]) -> ActionRuleView:
        pairs = all_pairs(self._actions_in.settings()).values()
        noun = next((pair.noun for pair in pairs if pair.hubspot == rule.object), "record")
        waiting = counts.get(FiringState.NOTED, 0) + counts.get(FiringState.WAITING, 0)
        done = counts.get(FiringState.DONE, 0) + counts.get(FiringState.UNDONE, 0)
        failed = counts.get(FiringState.FAILED, 0)
        return ActionRuleView(rule, condition_of(rule, noun), deed_of(rule), done, waiting, failed)

    async def try_action(self, name: str, days: int) -> ActionTrialView:
        if not 1 <= days <= MOST_DAYS:
            raise SetupError(f"{days:,} days can't be looked at.", "", f"It takes a number from 1 to {MOST_DAYS:,}.")
        trial = Trial(self._actions_in, self._actions_at, self._acting_systems)
        return await trial.of(self._rule(name), days)

    # firings

    async def firings(
        self, rule: str | None, record: str | None, state: str | None, limit: int, before: int | None
    ) -> list[FiringView]:
        states = [each for each in FiringState if state in (None, each.name.lower())]
        if not states:
            names = ", ".join(each.name.lower() for each in FiringState)
            raise SetupError(f"“{state}” is no state of a firing.", "", f"It takes one of: {names}.")
        number = None if rule is None else self._rule(rule).number
        if record is None:
            found = self._actions_in.last_firings(limit, number, states, before)
        else:
            found = [
                firing
                for firing in self._actions_in.firings_of(self._ids(record), MOST_OF_RECORD)
                if firing.state in states
                and number in (None, firing.rule)
                and (before is None or firing.number < before)
            ]
        return self._firing_views(found[:limit])

    def _firing_views(self, firings: Sequence[Firing]) -> list[FiringView]:
        names = {rule.number: rule.name for rule in action_rules(self._actions_in)}
        return [
            FiringView(
                number=each.number,
                rule=names.get(each.rule, f"rule {each.rule}, removed"),
                object=each.object,
                record_id=each.record_id,
                label=each.label,
                occasion=each.occasion,
                reason=each.reason,
                state=each.state.name.lower(),
                target_object=each.target_object,
                target_id=each.target_id,
                message=each.message,
                noted_at=each.noted_at,
                ended_at=each.ended_at,
            )
            for each in firings
        ]

    async def retry_firings(self, rule: str | None, numbers: list[int] | None) -> int:
        number = None if rule is None else self._rule(rule).number
        count = retry_failed(self._actions_in, number, numbers)
        self._tell_actions(_CHANGED)
        return count

    async def undo_firing(self, number: int) -> FiringView:
        found = self._actions_in.firings(list(FiringState), after=number - 1, limit=1)
        if not found or found[0].number != number:
            raise SetupError(f"There is no firing {number}.", "", "See them with: actions history")
        systems = await self._acting_systems()
        firing = await undo(self._actions_in, self._actions_at, systems.crms[Side.SALESFORCE], found[0])
        self._tell_actions(_CHANGED)
        return self._firing_views([firing])[0]

    def _ids(self, record: str) -> list[str]:
        """The ids that a name of a record stands for, and those of its counterparts."""
        store = self._actions_in
        ids = set(ids_of(store, parse_reference(record, self._acted_addresses())))
        for pair in all_pairs(store.settings()).values():
            for side in Side:
                ids.update(store.counterpart_ids(pair.name, side, sorted(ids)).values())
        return sorted(ids)
