"""Records in error, to be tried again although they haven't changed."""

from __future__ import annotations

from collections.abc import Sequence

from crmsync_desktop.domain.records import Category
from crmsync_desktop.engine.action_retry import retry_of_errors
from crmsync_desktop.ports.store import ErrorFilter, ErrorRow, Store

LIFTED = ("LINKS_MEET", "REPLACED")
"""Codes of errors that keep a record from being created for a second time; a person who retries wants it all the same."""
MOST = 100_000
"""Errors looked at, of each category."""
PAGE = 10_000


def chosen_errors(store: Store, chosen: ErrorFilter) -> list[ErrorRow]:
    """All of them, in order of id."""
    found: list[ErrorRow] = []
    while page := store.chosen_errors(chosen, found[-1].id if found else 0, PAGE):
        found += page
    return found


def stage_errors(store: Store, categories: Sequence[Category]) -> int:
    """Stage all records that stand in error under these categories: what they were refused for may be otherwise by now.
    Gives how many weren't staged before."""
    return stage_rows(store, [row for category in categories for row in store.errors(category, 0, MOST)])


def stage_rows(store: Store, rows: Sequence[ErrorRow]) -> int:
    """The same for the records of these errors, and what kept them from being created for a second time is lifted."""
    with store.together():
        for pair in {row.pair for row in rows}:
            store.lift(pair, sorted({row.record_id for row in rows if row.pair == pair and row.code in LIFTED}))
        return stage_records(store, rows)


def stage_records(store: Store, rows: Sequence[ErrorRow]) -> int:
    """Let the next pass look at the records of these errors. Gives how many weren't staged before."""
    staged = retry_of_errors(store, rows)
    for side, object in sorted({(row.side, row.object) for row in rows}):
        named = sorted({row.record_id for row in rows if (row.side, row.object) == (side, object)})
        staged += store.stage_again(side, [known.row for known in store.records_by_id(side, object, named)])
    return staged
