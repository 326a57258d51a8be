"""Workflow actions (W1) as an admin configures them: when something happens to a HubSpot record, then something is done in
Salesforce. What can be told of a rule without asking either system is here; app/action_checks.py asks them the rest. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from crmsync_desktop.domain.stages import PROPERTIES

MOST_A_PASS: Final = 100
"""How often a rule fires in one pass unless the rule says otherwise."""
MOST_EVER: Final = 10_000
OWNER_OF_RECORD: Final = "record"
"""The owner of a task is the counterpart of the HubSpot record's owner."""
LONGEST_NAME: Final = 80


class When(StrEnum):
    LIST = "list"
    """The record joins a list."""
    VALUE = "value"
    """A property takes one of some values, having had another."""
    CHANGED = "changed"
    """A property takes any value that it hadn't."""
    STAGE = "stage"
    """The record reaches a stage of a pipeline."""


class Then(StrEnum):
    TASK = "task"
    """A Salesforce task is created, about the record's counterpart."""
    CAMPAIGN = "campaign"
    """The record's counterpart becomes a member of a Salesforce campaign, or gets another member status in it."""


class ActionRule(msgspec.Struct, frozen=True):
    """`name` is what people call it, and the only one of that name; `object` is HubSpot's ("contacts").

    Which of the following count is said by `when`: `list_id`; `property` with `values` (HubSpot's internal ones); `pipeline`
    with `stage`. And by `then`: `subject`, `description` (with placeholders), `due_in_days` (None: no due date), `priority`,
    `status` ("" for Salesforce's own default), `owner` (an e-mail address, "record", or "" for the connected user);
    `campaign` (an id) with `member_status`.

    `number` and `since` aren't the admin's: the first is never given twice, what happened before the second (ISO 8601 UTC, by
    HubSpot's clock) doesn't count. `called` has what ids in it are called, as last seen.
    """

    name: str
    object: str
    when: When
    then: Then
    list_id: str = ""
    property: str = ""
    values: tuple[str, ...] = ()
    pipeline: str = ""
    stage: str = ""
    subject: str = ""
    description: str = ""
    due_in_days: int | None = None
    priority: str = ""
    status: str = ""
    owner: str = ""
    campaign: str = ""
    member_status: str = ""
    limit: int = MOST_A_PASS
    on: bool = True
    number: int = 0
    since: str = ""
    called: dict[str, str] = {}

    def name_of(self, id: str) -> str:
        """What that list, stage or value is called, as last seen; else itself."""
        return self.called.get(id) or id


WRITTEN: Final = tuple(name for name in ActionRule.__struct_fields__ if name not in ("number", "since", "called"))
"""What an admin says of a rule."""
_CONDITION: Final = ("object", "when", "list_id", "property", "values", "pipeline", "stage")
_WHEN_FIELDS: Final = {
    When.LIST: ("list_id",),
    When.VALUE: ("property", "values"),
    When.CHANGED: ("property",),
    When.STAGE: ("pipeline", "stage"),
}
_THEN_FIELDS: Final = {
    Then.TASK: ("subject", "description", "due_in_days", "priority", "status", "owner"),
    Then.CAMPAIGN: ("campaign", "member_status"),
}
FIELDS: Final = ("name", "object", "when", "then", "limit", "on")


def watched(rule: ActionRule) -> tuple[str, ...]:
    """The properties whose history says what happened, the one that the condition is about first."""
    if rule.when is When.STAGE:
        pipeline, stage = PROPERTIES[rule.object]
        return stage, pipeline
    return (rule.property,) if rule.when in (When.VALUE, When.CHANGED) else ()


def parts_of(rule: ActionRule) -> tuple[str, ...]:
    """The names of what counts in this rule, in the order of `WRITTEN`."""
    counted = {*FIELDS, *_WHEN_FIELDS[rule.when], *_THEN_FIELDS[rule.then]}
    return tuple(name for name in WRITTEN if name in counted)


def trimmed(rule: ActionRule) -> ActionRule:
    """The rule without what doesn't count in it."""
    counted = parts_of(rule)
    plain = {name: default for name, default in _defaults().items() if name not in counted}
    return msgspec.structs.replace(rule, **plain)


def _defaults() -> dict[str, object]:
    bare = ActionRule("", "", When.LIST, Then.TASK)
    return {name: getattr(bare, name) for name in WRITTEN if name not in FIELDS}


def same_rule(one: ActionRule, other: ActionRule) -> bool:
    """Whether an admin would call the two the same."""
    return all(getattr(one, name) == getattr(other, name) for name in WRITTEN)


def same_condition(one: ActionRule, other: ActionRule) -> bool:
    """Whether the same occasions count for both."""
    return all(getattr(one, name) == getattr(other, name) for name in _CONDITION)


def in_force(wanted: ActionRule, before: ActionRule | None, number: int, now: str) -> ActionRule:
    """`wanted` as it stands once it is saved in the place of `before`: what was true before it was switched on, or before its
    condition was another, doesn't count (W1). `number` is given to a new one, `now` is HubSpot's time."""
    if before is None:
        return msgspec.structs.replace(wanted, number=number, since=now)
    goes_on = before.on and wanted.on and same_condition(wanted, before)
    return msgspec.structs.replace(wanted, number=before.number, since=before.since if goes_on else now)


def named(rules: Sequence[ActionRule], name: str) -> ActionRule | None:
    """The rule of that name, in whatever case, or with that number."""
    folded = name.strip().casefold()
    return next((r for r in rules if r.name.casefold() == folded), None) or next(
        (rule for rule in rules if str(rule.number) == folded), None
    )
