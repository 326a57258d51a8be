"""Reading one form again and again, whatever is filled in meanwhile and however late it shows: each comes, none for ever."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync_desktop.adapters.hubspot.form_cursor import OVERLAP, FormsPosition, Place, load
from crmsync_desktop.domain.errors import BugError

PAGE = 3
Submission = tuple[int, int]
"""When it was filled in, and how much later it shows; milliseconds."""
LATEST = int(OVERLAP * 1000)
MOMENTS = st.integers(0, 5 * LATEST)
SUBMISSIONS = st.lists(st.tuples(MOMENTS, st.sampled_from((0, 0, 0, 1, LATEST // 2))), max_size=25)


def look(
    position: FormsPosition, submissions: list[Submission], now: int, pages: int
) -> tuple[FormsPosition, list[str]]:
    """Read at most so many pages, as the reader does; gives the ids that came."""
    shown = sorted(
        ((at, str(number)) for number, (at, late) in enumerate(submissions) if at + late <= now), reverse=True
    )
    came: list[str] = []
    if not position.waiting:
        position = FormsPosition(places=position.places, floor=position.floor, waiting=("f",))
    for _ in range(pages):
        if not position.waiting:
            break
        place = position.places.get("f", Place())
        start = int(place.after or 0)
        rows = shown[start : start + PAGE]
        bound, known = position.bound("f"), position.known("f")
        young = {id: at for at, id in rows if bound is None or at >= bound}
        more = len(young) == len(rows) and len(shown) > start + PAGE
        came += [id for id in young if id not in known]
        position = position.read("f", young, str(start + PAGE) if more else None)
    return load(position.dump()), came


@settings(max_examples=300, deadline=None)
@given(SUBMISSIONS, st.lists(st.tuples(st.integers(1, LATEST), st.integers(1, 4)), max_size=12))
def test_each_submission_comes_and_none_for_ever(submissions: list[Submission], looks: list[tuple[int, int]]) -> None:
    position, now = FormsPosition(), 0
    came: Counter[str] = Counter()
    for wait, pages in [*looks, (20 * LATEST, 50), (LATEST, 50)]:
        now += wait
        position, ids = look(position, submissions, now, pages)
        came.update(ids)
    assert set(came) == {str(number) for number in range(len(submissions))}
    position, ids = look(position, submissions, now + LATEST, 50)
    assert ids == []


@settings(max_examples=200, deadline=None)
@given(SUBMISSIONS, MOMENTS)
def test_nothing_from_before_the_beginning_comes(submissions: list[Submission], floor: int) -> None:
    position, came = look(FormsPosition(floor=floor), submissions, 20 * LATEST, 50)
    _, again = look(position, submissions, 21 * LATEST, 50)
    assert sorted(came + again) == sorted(str(number) for number, (at, _) in enumerate(submissions) if at >= floor)


def test_a_form_that_is_left_out_waits_no_more() -> None:
    position = FormsPosition(waiting=("a", "b")).without("a")
    assert (position.waiting, position.bound("a"), position.known("a")) == (("b",), None, frozenset())


def test_no_cursor_begins_at_the_beginning_and_a_strange_one_is_our_fault() -> None:
    assert load(None) == load("") == FormsPosition()
    with pytest.raises(BugError):
        load("[]")
