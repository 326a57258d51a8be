"""One thing to be done for a rule, and how it went (W1)."""

from __future__ import annotations

from dataclasses import dataclass

from crmsync_desktop.domain.action_rules import ActionRule
from crmsync_desktop.domain.records import Fault, Outcome, Written
from crmsync_desktop.ports.actions import Firing


@dataclass(frozen=True, slots=True)
class Work:
    """`object`, `target`: the record's counterpart in Salesforce."""

    firing: Firing
    rule: ActionRule
    object: str
    target: str


@dataclass(slots=True)
class Answered:
    """`fault` says what is wrong; beside a DONE one, it tells what was done otherwise than the rule says. `answer`: of the
    system, where something was sent. `created`, `changed`: what it came to."""

    firing: Firing
    outcome: Outcome
    fault: Fault | None = None
    message: str = ""
    remedy: str = ""
    answer: Written | None = None
    created: bool = False
    changed: bool = False
