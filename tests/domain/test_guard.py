"""The guard rail (P7) and the pace of the schedule."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.guard import objection
from crmsync_desktop.domain.pacing import LONGEST, SHORTEST, next_wait
from crmsync_desktop.domain.settings import Settings

QUARTER_OF_MORE_THAN_50 = Settings(guard_share=25, guard_minimum=50)


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
    assert bool(objection(QUARTER_OF_MORE_THAN_50, links, deletes, blanks)) is stops


def test_the_objection_gives_the_figures() -> None:
    assert objection(QUARTER_OF_MORE_THAN_50, 1000, 200, 100) == (
        "This pass would delete 200 records and blank fields of 100, which is more than 25 % of 1000 linked pairs."
    )


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
