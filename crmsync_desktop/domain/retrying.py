"""Which errors are tried again by themselves, and how often (semantics 6). Pure.

Most refusals come again until somebody changes the record, and are tried when it changes. What may have been put right where
nobody tells this program (a record shared, a user made active, storage bought) is tried now and then; what the system gave no
known reason for, every half hour.
"""

from __future__ import annotations

from typing import Final

from crmsync_desktop.domain.records import Category

EVERY: Final = 1_800.0
"""Seconds between two tries of what has no known reason (knowledge base: every 30 minutes)."""
SELDOM: Final = 6 * 3_600.0
"""Seconds between two tries of what is mended by a person in the system that refused it."""
MOST_USED: Final = 0.75
"""The share of the allocation from which on nothing is tried again by itself (knowledge base)."""
PACES: Final = (EVERY, SELDOM)
_PACE: Final = {
    Category.OTHER: EVERY,
    Category.PERMISSIONS: SELDOM,
    Category.OWNERS: SELDOM,
    Category.LIMITS: SELDOM,
}
"""Temporary ones aren't here: they stay staged, so that every pass tries them."""
NEVER: Final = frozenset({"CREATE_UNCERTAIN", "UNDONE"})
"""What waits for a person's word, whatever its card: it may be there already, or was put back on purpose."""


def categories_at(pace: float) -> tuple[Category, ...]:
    """The cards whose errors are tried at this pace."""
    return tuple(category for category, each in _PACE.items() if each == pace)


def tried_by_itself(category: Category, code: str, *, notice: bool, ignored: bool) -> bool:
    """Whether this error is tried again although nobody asked for it and nothing changed."""
    return category in _PACE and code not in NEVER and not notice and not ignored


def room_for_retries(used: int, allocation: int | None) -> bool:
    """Whether few enough calls of the last 24 hours are used. `allocation` None: there is no limit."""
    return allocation is None or used < allocation * MOST_USED


def due_at(last: float | None, oldest: float, pace: float, now: float) -> float:
    """When a pace's errors are to be tried next, in seconds since the epoch. `last`: when they were tried by themselves last,
    None for never; `oldest`: when that one of them was tried that was tried longest ago, by whomever. Times to come are a
    clock's that was wrong, and don't count."""
    return max([0.0, *(each for each in (last, oldest) if each is not None and each <= now)]) + pace
