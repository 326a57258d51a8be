"""What an admin can set up to happen on a save: validation rules, duplicate rules and triggers, as data.

A setup holds tuples of these, all empty in a new org. `unknown_parts` tells what a rule names that the org lacks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .schema import SObject

Operator = Literal["blank", "filled", "equals", "differs", "matches", "unlike", "below", "above", "changed"]
Event = Literal["insert", "update", "delete"]
BOTH: tuple[Event, ...] = ("insert", "update")


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of one field: `matches` and `unlike` take a regular expression for the whole text, `below` and `above` a
    number or a date as text, `equals` and `differs` any value; `blank`, `filled` and `changed` take none. Booleans are
    compared as true and false. `changed` holds for every insert that gives the field a value."""

    field: str
    operator: Operator
    value: float | str | bool | None = None

    def holds(self, row: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
        """Whether it is so in `row`; `before` is the record as it stood, None for a new one."""
        value = row.get(self.field)
        match self.operator:
            case "blank":
                return value is None
            case "filled":
                return value is not None
            case "equals":
                return bool(value == self.value)
            case "differs":
                return bool(value != self.value)
            case "matches":
                return value is not None and re.fullmatch(str(self.value), str(value)) is not None
            case "unlike":
                return value is not None and re.fullmatch(str(self.value), str(value)) is None
            case "below":
                return value is not None and bool(value < self.value)
            case "above":
                return value is not None and bool(value > self.value)
            case "changed":
                return value is not None if before is None else value != before.get(self.field)


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """Refuses a save for which every condition of `when` holds, with `message`, shown at `field` or at the top.

    With the code FIELD_FILTER_VALIDATION_EXCEPTION it is a lookup filter, whose usual message is "Value does not exist
    or does not match filter criteria."
    """

    sobject: str
    name: str
    when: tuple[Condition, ...]
    message: str
    field: str | None = None
    code: Literal["FIELD_CUSTOM_VALIDATION_EXCEPTION", "FIELD_FILTER_VALIDATION_EXCEPTION"] = (
        "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    )


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """Refuses a save whose record looks like one that is there.

    `by`: `email` compares addresses without regard to case; `name_and_company` compares what is left of both names
    (see duplicates.py). `against`: the object to look in, "" for the record's own. `action`: `block` refuses always,
    `allow` only where the request doesn't say `allowSave=true`.
    """

    sobject: str
    name: str
    by: Literal["email", "name_and_company"] = "email"
    against: str = ""
    action: Literal["block", "allow"] = "block"
    message: str = "Use one of these records?"
    matching_rule: str = ""
    on: tuple[Event, ...] = BOTH


@dataclass(frozen=True, slots=True)
class Trigger:
    """Runs after a save for which every condition of `when` holds; of those for a deletion, which `on` must name, only
    `touch_parent` and `fail` do something.

    `does`: `upper` puts `field` in capitals; `stamp` writes the moment into it; `set` writes `value`; `copy` takes what
    is in `source`; `count` adds one to it; `flip` writes `value`, or `other` where `value` stands already;
    `touch_parent` saves the record that the lookup `field` points to (a roll-up does), adding one to `source` there
    if that is named; `fail` refuses the save with `value` as the reason. `kind` decides about the error code and its
    words. `delay_seconds`: later, on the practice clock, as asynchronous Apex does; what waits is lost with the server.
    """

    sobject: str
    name: str
    does: Literal["upper", "stamp", "set", "copy", "count", "flip", "touch_parent", "fail"]
    field: str = ""
    source: str = ""
    value: float | str | bool | None = None
    other: float | str | bool | None = None
    when: tuple[Condition, ...] = ()
    on: tuple[Event, ...] = BOTH
    kind: Literal["trigger", "flow"] = "trigger"
    delay_seconds: float = 0.0


Rule = ValidationRule | DuplicateRule | Trigger


def unknown_parts(schema: Mapping[str, SObject], rule: Rule) -> list[str]:
    """Objects and fields that the rule names and the org doesn't have, as `Contact.Nope`; none for a good rule."""
    sobject = schema.get(rule.sobject)
    if sobject is None:
        return [rule.sobject]
    named: list[str] = []
    if not isinstance(rule, DuplicateRule):
        named += [condition.field for condition in rule.when]
        named += [rule.field] if rule.field else []
    elif rule.against and rule.against not in schema:
        return [rule.against]
    if isinstance(rule, Trigger) and rule.does == "copy":
        named.append(rule.source)
    stored = {item.name for item in sobject.stored}
    return [f"{rule.sobject}.{name}" for name in named if name not in stored]
