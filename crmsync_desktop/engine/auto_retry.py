"""Automatic retries (S5): errors that may go away by themselves are staged again by the schedule, from time to time.

Staging costs no call; the pass that follows tries what is staged, and nothing else is asked for. An error that comes again
counts up. When each kind was tried last is in the memory, so that a restart doesn't try at once.
"""

from __future__ import annotations

from datetime import datetime
from itertools import chain

import msgspec

from crmsync_desktop.domain.retrying import (
    NEVER,
    PACES,
    categories_at,
    due_at,
    room_for_retries,
    tried_by_itself,
)
from crmsync_desktop.engine.retry import chosen_errors, stage_records
from crmsync_desktop.ports.budget import Usage
from crmsync_desktop.ports.store import ErrorFilter, Store

LAST = "automatic_retries"
"""The document that holds when each pace's errors were tried last: {"1800": seconds since the epoch}."""


class Round(msgspec.Struct, frozen=True):
    """The next try of all errors of one pace. `at`: seconds since the epoch; in the past, it is overdue."""

    pace: float
    at: float
    errors: int


def rounds(store: Store, now: float) -> list[Round]:
    """What is to be tried, the soonest first; without the paces that have no errors. `now`: seconds since the epoch."""
    last: dict[str, float] = store.document(LAST) or {}
    found: list[Round] = []
    for pace in PACES:
        errors, oldest = store.retryable(categories_at(pace), sorted(NEVER))
        if errors:
            tried = datetime.fromisoformat(oldest).timestamp()
            found.append(Round(pace, due_at(last.get(_name(pace)), tried, pace, now), errors))
    return sorted(found, key=lambda each: each.at)


def stage_due(store: Store, usage: Usage, now: float) -> int:
    """Stage what is due, if few enough calls are used; gives how many records. `usage`: Salesforce's."""
    if not room_for_retries(usage.used, usage.allocation):
        return 0
    due = [each for each in rounds(store, now) if each.at <= now]
    if not due:
        return 0
    rows = chain.from_iterable(
        chosen_errors(store, ErrorFilter(category, ignored=False))
        for each in due
        for category in categories_at(each.pace)
    )
    wanted = [row for row in rows if tried_by_itself(row.category, row.code, notice=row.notice, ignored=False)]
    with store.together():
        staged = stage_records(store, wanted)
        last: dict[str, float] = store.document(LAST) or {}
        store.save_document(LAST, {**last, **{_name(each.pace): now for each in due}})
    return staged


def seconds_to_next(store: Store, usage: Usage, now: float) -> float | None:
    """Until something is due; 0 or less: it is already. None where nothing is to be tried, or too many calls are used."""
    waiting = rounds(store, now)
    if not waiting or not room_for_retries(usage.used, usage.allocation):
        return None
    return waiting[0].at - now


def _name(pace: float) -> str:
    return f"{pace:.0f}"
