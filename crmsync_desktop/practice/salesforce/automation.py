"""The org's own doings at a save, as its setup orders them: rules that refuse, and triggers that change.

A plain org has none of them, and then every method here returns at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from .automation_rules import DuplicateRule, Trigger, ValidationRule
from .computed import complete
from .duplicates import find_duplicates
from .errors import RowError
from .locks import inside_trigger
from .saves import Options, Save
from .schema import SObject
from .store import Row
from .triggers import Waiting, effect, plan
from .validation import validate

if TYPE_CHECKING:
    from .records import Records
    from .setup import OrgSetup

Rule = TypeVar("Rule", ValidationRule, DuplicateRule, Trigger)


class Automation:
    """`hidden` and `read_only` are the ids that sharing keeps from the API's users, or lets them only read."""

    def __init__(self, records: Records, now: Callable[[], float]) -> None:
        self._records = records
        self._now = now
        self._validation: dict[str, list[ValidationRule]] = {}
        self._duplicates: dict[str, list[DuplicateRule]] = {}
        self._triggers: dict[str, list[Trigger]] = {}
        self.waiting = Waiting()
        self.hidden: frozenset[str] = frozenset()
        self.read_only: frozenset[str] = frozenset()

    def take(self, setup: OrgSetup) -> None:
        """Go by this setup from now on; triggers that wait already still run."""
        self._validation = _by_object(setup.validation_rules)
        self._duplicates = _by_object(setup.duplicate_rules)
        self._triggers = _by_object(setup.triggers)
        self.hidden = frozenset(setup.hidden_records)
        self.read_only = frozenset(setup.read_only_records)

    def judge(self, sobject: SObject, save: Save, options: Options) -> None:
        """Raises RowError where a validation rule, a duplicate rule or a trigger refuses the record."""
        name = sobject.name
        if name in self._validation:
            validate(self._validation[name], save)
        if name in self._duplicates:
            # A person sees the warning, and saves again.
            allow = options.allow_save or self._records.actor == "person"
            find_duplicates(self._records.store, self._duplicates[name], save, allow=allow, base=options.base)
        if name in self._triggers:
            plan(self._triggers[name], save)
            for trigger in save.effects:
                if trigger.does == "touch_parent" and not trigger.delay_seconds:
                    self._check_parent(trigger, save)

    def judge_deletion(self, sobject: SObject, id18: str, row: Row) -> Save | None:
        """What the deletion of a record sets off, for `follow`. Raises RowError where a trigger refuses it."""
        if sobject.name not in self._triggers:
            return None
        save = Save({}, id18, row, row)
        plan(self._triggers[sobject.name], save, deletes=True)
        save.effects = [trigger for trigger in save.effects if trigger.does == "touch_parent"]
        for trigger in save.effects:
            self._check_parent(trigger, save)
        return save

    def follow(self, sobject: SObject, saves: Sequence[Save], user_id: str) -> None:
        """Run what the saved ones of these records set off."""
        if sobject.name not in self._triggers:
            return
        with self._records.acting("automation"):
            for save in saves:
                if save.error is not None:
                    continue
                for trigger in save.effects:
                    if trigger.delay_seconds:
                        self.waiting.add(self._now() + trigger.delay_seconds, trigger, save.id18)
                    else:
                        self._run(sobject, trigger, save.id18, user_id)

    def run_due(self, user_id: str) -> None:
        """Run the delayed triggers whose time has come; cheap where none waits."""
        if not self.waiting:
            return
        with self._records.acting("automation"):
            for _, trigger, id18 in self.waiting.due(self._now()):
                self._run(self._records.schema[trigger.sobject], trigger, id18, user_id)

    def _check_parent(self, trigger: Trigger, save: Save) -> None:
        parent = save.row.get(trigger.field)
        if parent is not None:
            try:
                self._records.locks.check_row(parent)
            except RowError as error:
                event = "insert" if save.before is None else "update"
                raise inside_trigger(trigger.name, event, parent, error) from error

    def _run(self, sobject: SObject, trigger: Trigger, id18: str, user_id: str) -> None:
        records = self._records
        row = records.store.get(sobject, id18)
        if row is None:
            return
        if trigger.does == "touch_parent":
            self._touch_parent(trigger, row, user_id)
            return
        if row.get("IsDeleted") or row.get("IsConverted"):
            return
        changes = effect(trigger, row, records.stamp())
        changed = {name: value for name, value in changes.items() if row[name] != value}
        after = row | changed
        complete(sobject, after, set(changed))
        different = {name: value for name, value in after.items() if value != row[name]}
        records.touch(sobject, id18, different, user_id)

    def _touch_parent(self, trigger: Trigger, row: Row, user_id: str) -> None:
        parent = row.get(trigger.field)
        target = self._records.sobject_of(parent or "")
        if parent is None or target is None:
            return
        stands = self._records.store.get(target, parent) or {"IsDeleted": 1}
        if not stands.get("IsDeleted"):
            changes = {trigger.source: (stands.get(trigger.source) or 0) + 1} if trigger.source else {}
            self._records.touch(target, parent, changes, user_id)


def _by_object(rules: Sequence[Rule]) -> dict[str, list[Rule]]:
    grouped: dict[str, list[Rule]] = {}
    for rule in rules:
        grouped.setdefault(rule.sobject, []).append(rule)
    return grouped
