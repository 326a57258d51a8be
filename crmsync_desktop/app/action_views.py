"""What a person sees of workflow actions (W1): frozen values, as those of app/views.py."""

from __future__ import annotations

import msgspec

from crmsync_desktop.domain.action_rules import ActionRule


class ActionRuleView(msgspec.Struct, frozen=True):
    """A rule, what it waits for and does in words, and how often it has fired. `waiting`: for the record to be linked, or for
    room under the rule's limit."""

    rule: ActionRule
    condition: str
    deed: str
    done: int = 0
    waiting: int = 0
    failed: int = 0


class FiringView(msgspec.Struct, frozen=True):
    """One occasion at which a rule's condition came true. `state`: noted, waiting, sent, unknown, done, failed, dropped,
    undone. `occasion`: when it came true. `target_object`, `target_id`: what was made or changed in Salesforce. `message`:
    what is to be said beside."""

    number: int
    rule: str
    object: str
    record_id: str
    label: str
    occasion: str
    reason: str
    state: str
    target_object: str
    target_id: str
    message: str
    noted_at: str
    ended_at: str


class TrialRow(msgspec.Struct, frozen=True):
    """A record for which the rule would have fired. `side`: in which system somebody made the change that shows."""

    record_id: str
    label: str
    at: str
    what: str


class ActionTrialView(msgspec.Struct, frozen=True):
    """A rule held against the last days: `total` firings, the newest of them as `rows`, and what can't be known."""

    name: str
    days: int
    total: int
    rows: tuple[TrialRow, ...]
    unknown: tuple[str, ...]
