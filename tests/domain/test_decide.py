"""The decision table: one test for each row of semantics 1, for all six rules."""

from __future__ import annotations

import msgspec
import pytest

from crmsync_desktop.domain.decide import Action, Facts, decide
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import OnConflict

S_TO_H, H_TO_S, STAYS, HELD = Action.TO_HUBSPOT, Action.TO_SALESFORCE, Action.DIFFER, Action.HOLD

SETTLED = Facts(
    equal=False,
    based=True,
    salesforce_blank=False,
    hubspot_blank=False,
    salesforce_moved=False,
    hubspot_moved=False,
    close=False,
    newest=None,
)


def facts(**differing: object) -> Facts:
    return msgspec.structs.replace(SETTLED, **differing)


ROWS = {
    # event since the base: (facts, Prefer Salesforce, Always Salesforce, Two-way)
    "no base yet, S blank, H set": (facts(based=False, salesforce_blank=True), H_TO_S, STAYS, H_TO_S),
    "no base yet, S set, H blank": (facts(based=False, hubspot_blank=True), S_TO_H, S_TO_H, S_TO_H),
    "no base yet, both set, S newer": (facts(based=False, newest=Side.SALESFORCE), S_TO_H, S_TO_H, S_TO_H),
    "no base yet, both set, H newer": (facts(based=False, newest=Side.HUBSPOT), S_TO_H, S_TO_H, H_TO_S),
    "no base yet, both set, unknown": (facts(based=False), S_TO_H, S_TO_H, S_TO_H),
    "H changed, S has a value": (facts(hubspot_moved=True), S_TO_H, S_TO_H, H_TO_S),
    "H changed, S stands blank": (facts(hubspot_moved=True, salesforce_blank=True), H_TO_S, STAYS, H_TO_S),
    "S changed, not blank": (facts(salesforce_moved=True), S_TO_H, S_TO_H, S_TO_H),
    "S cleared": (facts(salesforce_moved=True, salesforce_blank=True), S_TO_H, S_TO_H, S_TO_H),
    "H cleared, S has a value": (facts(hubspot_moved=True, hubspot_blank=True), S_TO_H, S_TO_H, H_TO_S),
    "both changed, S newer": (
        facts(salesforce_moved=True, hubspot_moved=True, newest=Side.SALESFORCE),
        S_TO_H,
        S_TO_H,
        S_TO_H,
    ),
    "both changed, H newer": (
        facts(salesforce_moved=True, hubspot_moved=True, newest=Side.HUBSPOT),
        S_TO_H,
        S_TO_H,
        H_TO_S,
    ),
    "both changed, unknown": (facts(salesforce_moved=True, hubspot_moved=True), S_TO_H, S_TO_H, S_TO_H),
    "S cleared, H changed (S wins unless blank)": (
        facts(salesforce_moved=True, salesforce_blank=True, hubspot_moved=True, newest=Side.SALESFORCE),
        H_TO_S,
        S_TO_H,
        S_TO_H,
    ),
    "both changed to the same value": (
        facts(equal=True, salesforce_moved=True, hubspot_moved=True),
        Action.AGREE,
        Action.AGREE,
        Action.AGREE,
    ),
    "neither moved, S stands blank": (facts(salesforce_blank=True, newest=Side.HUBSPOT), H_TO_S, STAYS, H_TO_S),
    "neither moved, yet they differ": (facts(newest=Side.HUBSPOT), S_TO_H, S_TO_H, H_TO_S),
    "neither moved, one is the other's echo": (facts(close=True), STAYS, STAYS, STAYS),
    "both moved, one is the other's echo": (
        facts(salesforce_moved=True, hubspot_moved=True, close=True),
        S_TO_H,
        S_TO_H,
        STAYS,
    ),
}


def mirrored(row: Facts) -> Facts:
    return msgspec.structs.replace(
        row,
        salesforce_blank=row.hubspot_blank,
        hubspot_blank=row.salesforce_blank,
        salesforce_moved=row.hubspot_moved,
        hubspot_moved=row.salesforce_moved,
        newest=row.newest and row.newest.other,
    )


OTHER_WAY = {S_TO_H: H_TO_S, H_TO_S: S_TO_H}


@pytest.mark.parametrize("event", ROWS)
def test_prefer_salesforce_unless_blank(event: str) -> None:
    row, prefer, _, _ = ROWS[event]
    assert decide(Rule.PREFER_SALESFORCE, row, OnConflict.NEWEST)[0] is prefer


@pytest.mark.parametrize("event", ROWS)
def test_always_use_salesforce(event: str) -> None:
    row, _, always, _ = ROWS[event]
    assert decide(Rule.ALWAYS_SALESFORCE, row, OnConflict.NEWEST)[0] is always


@pytest.mark.parametrize("event", ROWS)
def test_two_way(event: str) -> None:
    row, _, _, two_way = ROWS[event]
    assert decide(Rule.TWO_WAY, row, OnConflict.NEWEST)[0] is two_way


@pytest.mark.parametrize("event", ROWS)
def test_prefer_hubspot_is_the_mirror_image(event: str) -> None:
    row, prefer, _, _ = ROWS[event]
    action = decide(Rule.PREFER_HUBSPOT, mirrored(row), OnConflict.NEWEST)[0]
    assert action is OTHER_WAY.get(prefer, prefer)


@pytest.mark.parametrize("event", ROWS)
def test_always_hubspot_is_the_mirror_image(event: str) -> None:
    row, _, always, _ = ROWS[event]
    action = decide(Rule.ALWAYS_HUBSPOT, mirrored(row), OnConflict.NEWEST)[0]
    assert action is OTHER_WAY.get(always, always)


@pytest.mark.parametrize("event", ROWS)
@pytest.mark.parametrize("rule", [rule for rule in Rule if rule.master])
def test_a_rule_with_a_master_holds_nothing_for_a_person(event: str, rule: Rule) -> None:
    row = ROWS[event][0]
    assert decide(rule, row, OnConflict.HOLD) == decide(rule, row, OnConflict.NEWEST)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("both changed, S newer", HELD),
        ("both changed, H newer", HELD),
        ("neither moved, yet they differ", HELD),
        ("both moved, one is the other's echo", STAYS),
        ("S changed, not blank", S_TO_H),
        ("H changed, S has a value", H_TO_S),
        ("no base yet, both set, H newer", H_TO_S),
        ("both changed to the same value", Action.AGREE),
    ],
)
def test_two_way_holds_only_what_both_sides_edited(event: str, expected: Action) -> None:
    assert decide(Rule.TWO_WAY, ROWS[event][0], OnConflict.HOLD)[0] is expected


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule is not Rule.DONT_SYNC])
@pytest.mark.parametrize("event", ROWS)
def test_every_decision_gives_its_reason(rule: Rule, event: str) -> None:
    _, reason = decide(rule, ROWS[event][0], OnConflict.NEWEST)
    assert reason


def test_the_reason_says_that_a_tie_went_to_salesforce() -> None:
    _, reason = decide(Rule.TWO_WAY, ROWS["both changed, unknown"][0], OnConflict.NEWEST)
    assert reason == "edited on both sides: which is newer can't be told, so Salesforce's counts"
