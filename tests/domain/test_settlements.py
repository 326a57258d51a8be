"""What a person decided about a conflict becomes a write through the ordinary plan, for the values that they saw."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.newest import By, Edit, Evidence
from crmsync_desktop.domain.planner import Doors, LinkPlan, Look, plan_link
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import OnConflict
from crmsync_desktop.domain.settlements import Settlement, Use
from tests.domain.columns import SPECS, layout_of

LATER = "2026-03-01T13:00:00Z"


def planned(settled: Settlement | None, *, s: str = "CEO", h: str = "Chair", edit: Edit | None = None) -> LinkPlan:
    """A two-way title that both sides edited, from CTO."""
    sides = layout_of((next(spec for spec in SPECS if spec.hubspot.name == "text"),), (Rule.TWO_WAY,))
    salesforce = Look("Contact", "2026-03-01T12:00:00Z", [s], ["CTO"])
    hubspot = Look("contacts", "2026-03-01T11:00:00Z", [h], ["CTO"])
    evidence = Evidence({}, {0: edit} if edit else {}, {0: settled} if settled else {})
    return plan_link(sides, salesforce, hubspot, Doors(), OnConflict.HOLD, evidence)


def decided(use: Use, value: str | None = None) -> Settlement:
    return Settlement(use, value, "CEO", "Chair", "2026-03-01T14:00:00Z")


def test_without_a_decision_it_is_held_with_who_is_newer() -> None:
    plan = planned(None)
    assert plan.held == [0]
    assert plan.disputed == {0: (Side.SALESFORCE, "")}
    later = planned(None, edit=Edit(LATER, By.PERSON, "Chair"))
    assert later.disputed[0][0] is Side.HUBSPOT


@pytest.mark.parametrize(
    ("use", "side", "new", "said"),
    [
        (Use.SALESFORCE, Side.HUBSPOT, "CEO", "settled by a person: Salesforce's value"),
        (Use.HUBSPOT, Side.SALESFORCE, "Chair", "settled by a person: HubSpot's value"),
        (
            Use.NEWEST,
            Side.HUBSPOT,
            "CEO",
            "settled by a person: the newest; edited on both sides: Salesforce's edit is newer",
        ),
    ],
)
def test_one_sides_value_goes_to_the_other(use: Use, side: Side, new: str, said: str) -> None:
    plan = planned(decided(use))
    changes = plan.to_hubspot if side is Side.HUBSPOT else plan.to_salesforce
    assert [(change.new, change.reason) for change in changes] == [(new, said)]
    assert len(plan.to_hubspot) + len(plan.to_salesforce) == 1
    assert plan.held == []


def test_the_newest_goes_by_the_history() -> None:
    plan = planned(decided(Use.NEWEST), edit=Edit(LATER, By.PERSON, "Chair"))
    assert [change.new for change in plan.to_salesforce] == ["Chair"]


def test_a_value_of_ones_own_goes_to_both_or_to_the_one_that_lacks_it() -> None:
    plan = planned(decided(Use.VALUE, "  Head of Op "))
    assert [change.new for change in (*plan.to_hubspot, *plan.to_salesforce)] == ["Head of Op", "Head of Op"]
    lacking = planned(decided(Use.VALUE, "CEO"))
    assert [change.new for change in (*lacking.to_hubspot, *lacking.to_salesforce)] == ["CEO"]
    assert lacking.to_salesforce == []


@pytest.mark.parametrize(("s", "h"), [("CFO", "Chair"), ("CEO", "CFO")])
def test_a_side_that_changed_meanwhile_holds_it_anew(s: str, h: str) -> None:
    plan = planned(decided(Use.HUBSPOT), s=s, h=h)
    assert plan.held == [0]
    assert plan.to_hubspot == plan.to_salesforce == []
