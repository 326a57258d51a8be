"""The generated records make every kind of decision: an invariant that never meets a case says nothing about it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from crmsync_desktop.domain import decide, lifecycle, planner
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import UNSEEN, Side
from tests.domain.two_sides import Record, equal, records

often = settings(
    max_examples=2_500,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

REASONS = {
    "TWO_WAY": {
        "the same value as each system stores it",
        "first link: Salesforce is blank",
        "first link: HubSpot is blank",
        "first link, both have a value: Salesforce's edit is newer",
        "first link, both have a value: HubSpot's edit is newer",
        "first link, both have a value: which is newer can't be told, so Salesforce's counts",
        "edited in Salesforce",
        "edited in HubSpot",
        "edited on both sides",
        "edited on both sides: Salesforce's edit is newer",
        "edited on both sides: HubSpot's edit is newer",
        "edited on both sides: which is newer can't be told, so Salesforce's counts",
        "the sides differ though neither was edited",
        "the sides differ though neither was edited: Salesforce's edit is newer",
        "the sides differ though neither was edited: HubSpot's edit is newer",
        "the sides differ though neither was edited: which is newer can't be told, so Salesforce's counts",
    },
    **{
        rule.name: {
            "the same value as each system stores it",
            f"{rule.label}: {rule.master.label} has a value",
            f"{rule.label}: cleared in {rule.master.label}",
            f"{rule.label}: {rule.master.label} is blank" + (", the other side keeps its value" if rule.always else ""),
        }
        for rule in Rule
        if rule.master
    },
}
FAULTS = {
    "STRING_TOO_LONG",
    "INVALID_EMAIL_ADDRESS",
    "NUMBER_OUTSIDE_VALID_RANGE",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "JSON_PARSER_ERROR",
    "OWNER_NOT_MATCHED",
    "REQUIRED_FIELD_MISSING",
}


def test_every_kind_of_decision_about_a_field_occurs(monkeypatch: pytest.MonkeyPatch) -> None:
    reasons: dict[str, set[str]] = {}
    seen: Counter[str] = Counter()
    original = decide.decide

    def count(rule: Rule, facts: decide.Facts, *more: object) -> tuple[decide.Action, str]:
        action, reason = original(rule, facts, *more)  # type: ignore[arg-type]
        reasons.setdefault(rule.name, set()).add(reason)
        seen[action.name] += 1
        return action, reason

    monkeypatch.setattr(planner, "decide", count)

    @often
    @given(records(doors=True))
    def observe(record: Record) -> None:
        for column in record.layout.columns:
            s, h = record.salesforce.cells[column.place], record.hubspot.cells[column.place]
            if UNSEEN in (s, h):
                seen["unseen"] += 1
            elif equal(column, s, h):
                seen["AGREE"] += 1
        plan = record.plan()
        seen["waiting"] += plan.waiting
        seen["rebased"] += plan.rebased
        seen.update(fault.code for _, fault in plan.faults)
        seen.update(
            f"writes {side.label}" for side in Side if (plan.to_hubspot, plan.to_salesforce)[side == "salesforce"]
        )

    observe()
    for rule in REASONS:
        assert reasons[rule] - REASONS[rule] == set(), f"{rule}: decisions that this test doesn't know"
        assert REASONS[rule] - reasons[rule] == set(), f"{rule}: decisions that were never made"
    assert reasons.keys() == REASONS.keys()
    wanted = {
        *decide.Action.__members__,
        *FAULTS,
        "unseen",
        "waiting",
        "rebased",
        "writes HubSpot",
        "writes Salesforce",
    }
    never = {kind for kind in wanted if not seen[kind]}
    assert not never, seen


def test_every_fate_of_a_record_occurs() -> None:
    seen: Counter[lifecycle.Fate] = Counter()

    @often
    @given(records(presences=True))
    def observe(record: Record) -> None:
        for was_gone in (False, True):
            seen[record.fate(was_gone)] += 1

    observe()
    assert seen.keys() == set(lifecycle.Fate), set(lifecycle.Fate) - seen.keys()
