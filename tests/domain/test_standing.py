"""What an undo put back stands until somebody edits it."""

from __future__ import annotations

from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.planner import Doors, LinkPlan, Look, plan_link
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Side
from crmsync_desktop.domain.settings import OnConflict
from crmsync_desktop.domain.standing import CODE, let_stand, take_out
from tests.domain.columns import SPECS, layout_of

BY_NAME = {spec.hubspot.name: spec for spec in SPECS}
LAYOUT: Layout = layout_of((BY_NAME["text"], BY_NAME["email"]), (Rule.TWO_WAY, Rule.TWO_WAY))
V = "2026-03-01T10:00:00Z"


def plan(s: list[Cell], h: list[Cell], bs: list[Cell], bh: list[Cell], hold: bool = False) -> LinkPlan:
    on_conflict = OnConflict.HOLD if hold else OnConflict.NEWEST
    return plan_link(LAYOUT, Look("Contact", V, s, bs), Look("contacts", V, h, bh), Doors(), on_conflict)


def stand(found: LinkPlan, s: list[Cell], h: list[Cell]) -> list[int]:
    return let_stand(found, LAYOUT.columns, {0: ("Bo", "Anna", 9)}, s, h)


def test_what_both_sides_still_hold_is_not_written_and_is_told() -> None:
    s: list[Cell] = ["Bo", "new@x.no"]
    h: list[Cell] = ["Anna", "old@x.no"]
    found = plan(s, h, ["Bo", "old@x.no"], ["Anna", "old@x.no"])
    assert [change.place for change in found.to_hubspot] == [0, 1]
    assert stand(found, s, h) == []
    assert [change.place for change in found.to_hubspot] == [1]
    ((side, fault),) = found.faults
    assert (side, fault.code, fault.fields) == (Side.HUBSPOT, CODE, ("text",))
    assert "“Bo” in Salesforce and “Anna” in HubSpot" in fault.message


def test_a_conflict_that_would_be_held_stands_too() -> None:
    s: list[Cell] = ["Bo", None]
    h: list[Cell] = ["Anna", None]
    found = plan(s, h, s, h, hold=True)
    assert found.held == [0]
    stand(found, s, h)
    assert (found.held, found.faults[0][0]) == ([], Side.HUBSPOT)


def test_an_edit_on_either_side_ends_it() -> None:
    for s, h in ((["Bo", None], ["Cecilie", None]), (["Cecilie", None], ["Anna", None])):
        found = plan(list(s), list(h), ["Bo", None], ["Anna", None])
        assert stand(found, list(s), list(h)) == [0]
        assert found.to_hubspot or found.to_salesforce
        assert found.faults == []


def test_values_that_agree_again_end_it() -> None:
    s: list[Cell] = ["Bo", None]
    assert stand(plan(s, s, s, s), s, s) == [0]


def test_a_side_that_cannot_be_read_says_nothing() -> None:
    s: list[Cell] = [UNSEEN, None]
    h: list[Cell] = ["Anna", None]
    assert stand(plan(s, h, s, h), s, h) == []


def test_where_nothing_is_to_be_done_nothing_is_told() -> None:
    found = LinkPlan([None, None], [None, None], [], [], [], [], False, False)
    assert stand(found, ["Bo", None], ["Anna", None]) == []
    assert found.faults == []


def test_a_write_to_salesforce_and_refusals_of_the_field_are_taken_out() -> None:
    s: list[Cell] = ["Bo", None]
    h: list[Cell] = ["Anna", None]
    found = plan(s, h, s, ["Old", None])
    assert len(found.to_salesforce) == 1
    found.faults = [
        (Side.SALESFORCE, Fault(Category.PROPERTY_VALUES, "STRING_TOO_LONG", "too long", ("Text",))),
        (Side.SALESFORCE, Fault(Category.PROPERTY_VALUES, "STRING_TOO_LONG", "too long", ("Email",))),
        (Side.SALESFORCE, Fault(Category.OTHER, "X", "of the record")),
    ]
    assert take_out(found, LAYOUT.columns[0]) is Side.SALESFORCE
    assert found.to_salesforce == []
    assert [fault.fields for _, fault in found.faults] == [("Email",), ()]
    found.faults = [(Side.HUBSPOT, Fault(Category.PROPERTY_VALUES, "X", "x", ("text",)))]
    assert take_out(found, LAYOUT.columns[0]) is Side.HUBSPOT


def test_a_value_that_was_not_known_never_stands() -> None:
    found = plan(["Bo", None], ["Anna", None], ["Bo", None], ["Anna", None])
    assert let_stand(found, LAYOUT.columns, {0: (UNSEEN, "Anna", 9)}, ["Bo", None], ["Anna", None]) == [0]
