"""What matching will do, told for all records at once."""

from __future__ import annotations

import random

from crmsync_desktop.domain.foresight import foretell, groups
from crmsync_desktop.domain.matching import Candidate, match_group
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import OnAmbiguousMatch

OBJECTS = ("Contact", "Lead")
SF, HS = Side.SALESFORCE, Side.HUBSPOT


def candidate(row: int, side: Side, *keys: str) -> Candidate:
    return Candidate(row, side, "Contact" if side is SF else "contacts", "2026-11-24T08:00:00Z", keys, False)


def test_candidates_belong_together_through_others() -> None:
    everybody = [
        candidate(1, SF, "a@x.no"),
        candidate(2, HS, "b@x.no"),
        candidate(3, HS, "a@x.no", "b@x.no"),
        candidate(4, SF),
        candidate(5, SF, "c@x.no"),
    ]
    assert sorted(sorted(each.row for each in group) for group in groups(everybody)) == [[1, 2, 3], [4], [5]]


def test_it_is_the_matching_of_each_group() -> None:
    draw = random.Random(4)
    everybody = [
        candidate(row, draw.choice((SF, HS)), *sorted({f"{draw.randrange(12)}@x.no" for _ in range(draw.randrange(3))}))
        for row in range(40)
    ]
    told = foretell(everybody, OBJECTS, OnAmbiguousMatch.MOST_RECENT)
    apart = [match_group(group, OBJECTS, OnAmbiguousMatch.MOST_RECENT) for group in groups(everybody)]
    assert sorted(told.matches, key=str) == sorted((each for one in apart for each in one.matches), key=str)
    assert sorted(told.doubts, key=str) == sorted((each for one in apart for each in one.doubts), key=str)
    assert sorted(told.alone) == sorted(row for one in apart for row in one.alone)
    assert told.matches
    assert told.doubts
