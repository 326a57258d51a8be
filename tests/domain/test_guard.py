"""The guard rail (P7) and the pace of the schedule."""

from __future__ import annotations

import msgspec
import pytest

from crmsync_desktop.domain.guard import Reach, Reaches, objections
from crmsync_desktop.domain.pacing import LONGEST, SHORTEST, next_wait
from crmsync_desktop.domain.records import Op, Side
from crmsync_desktop.domain.settings import Settings

QUARTER_OF_MORE_THAN_50 = Settings(guard_share=25, guard_minimum=50)
HALF_OF_MORE_THAN_500 = Settings()


def reach(links: int = 1000, *, pair: str = "contacts", **figures: object) -> Reach:
    return msgspec.convert({"pair": pair, "side": "hubspot", "links": links, **figures}, Reach)


@pytest.mark.parametrize(
    ("links", "deletes", "blanks", "stops"),
    [
        (1000, 0, 0, False),
        (1000, 250, 0, False),
        (1000, 251, 0, True),
        (1000, 100, 151, True),
        (1000, 0, 251, True),
        (60, 50, 0, False),
        (60, 51, 0, True),
        (0, 51, 0, True),
    ],
)
def test_a_pass_that_would_delete_or_blank_too_much_stops(links: int, deletes: int, blanks: int, stops: bool) -> None:
    found = reach(links, deletes=deletes, blanks=blanks, blanked={"phone": blanks})
    assert bool(objections(QUARTER_OF_MORE_THAN_50, [found])) is stops


@pytest.mark.parametrize(
    ("links", "changes", "stops"),
    [(1000, 500, False), (1000, 501, True), (2000, 1000, False), (2000, 1001, True), (10, 9, False)],
)
def test_a_pass_that_would_change_too_much_stops(links: int, changes: int, stops: bool) -> None:
    found = reach(links, changes=changes, changed={"jobtitle": changes})
    assert bool(objections(HALF_OF_MORE_THAN_500, [found])) is stops


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (
            {"blanks": 812, "blanked": {"phone": 812, "city": 3}},
            "This pass would blank phone of 812 contacts in HubSpot: more than 25 % of 1,000 contact links.",
        ),
        (
            {"deletes": 1, "blanks": 800, "blanked": {"city": 20, "jobtitle": 780}},
            "This pass would delete 1 contact and blank fields of 800 contacts (jobtitle in 780) in HubSpot: "
            "more than 25 % of 1,000 contact links.",
        ),
        (
            {"changes": 900, "changed": {"city": 400, "jobtitle": 380}},
            "This pass would change fields of 900 contacts (mostly city, in 400) in HubSpot: "
            "more than 50 % of 1,000 contact links.",
        ),
        (
            {"pair": "companies", "deletes": 300},
            "This pass would delete 300 companies in HubSpot: more than 25 % of 1,000 company links.",
        ),
        (
            {"pair": "gizmos", "deletes": 300},
            "This pass would delete 300 records in HubSpot: more than 25 % of 1,000 links.",
        ),
    ],
)
def test_the_objection_names_the_pair_the_side_and_the_commonest_cause(figures: dict[str, object], said: str) -> None:
    assert objections(Settings(), [reach(**figures)]) == [said]  # type: ignore[arg-type]


def test_each_pair_and_side_is_held_against_its_own_links() -> None:
    both = [reach(deletes=900), reach(pair="deals", deletes=10), reach(pair="companies", deletes=900)]
    assert len(objections(Settings(), both)) == 2


def test_a_plan_is_counted_by_pair_side_record_and_field() -> None:
    counted = Reaches()
    counted.count("contacts", Side.HUBSPOT, Op.UPDATE, [("phone", True, True), ("city", False, True)])
    counted.count("contacts", Side.HUBSPOT, Op.UPDATE, [("city", False, True), ("fax", False, False)])
    counted.count("contacts", Side.HUBSPOT, Op.UPDATE, [("fax", False, False)])
    counted.count("contacts", Side.HUBSPOT, Op.DELETE, [])
    counted.count("companies", Side.SALESFORCE, Op.DELETE, [])
    assert counted.pairs == {"contacts", "companies"}
    assert counted.all({"contacts": 7}) == [
        Reach("contacts", Side.HUBSPOT, 7, 1, 1, 2, {"phone": 1}, {"city": 2, "phone": 1}),
        Reach("companies", Side.SALESFORCE, 0, 1),
    ]


@pytest.mark.parametrize(
    ("previous", "changed", "at_most", "share_left", "expected"),
    [
        (60.0, True, 300.0, 0.9, SHORTEST),
        (60.0, False, 300.0, 0.9, 120.0),
        (200.0, False, 300.0, 0.9, 300.0),
        (800.0, False, 7200.0, 0.9, LONGEST),
        (1.0, False, 1.0, 0.9, SHORTEST),
        (60.0, True, 300.0, 0.05, LONGEST),
    ],
    ids=["busy", "idle", "as long as is set", "never too long", "never too short", "calls are scarce"],
)
def test_the_next_wait(previous: float, changed: bool, at_most: float, share_left: float, expected: float) -> None:
    assert next_wait(previous, changed=changed, at_most=at_most, share_left=share_left) == expected
