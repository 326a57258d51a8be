"""Records in error, to be tried again although they haven't changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from crmsync_desktop.domain.records import Category
from crmsync_desktop.ports.store import Store

LIFTED = ("LINKS_MEET", "REPLACED")
"""Codes of errors that keep a record from being created for a second time; a person who retries wants it all the same."""
MOST = 100_000
"""Errors looked at, of each category."""


def stage_errors(store: Store, categories: Sequence[Category | None], ids: Collection[int] | None = None) -> int:
    """Stage the records that stand in error under these categories (None: all), or those of them whose errors are `ids`.
    Gives how many weren't staged before."""
    rows = [row for category in categories for row in store.errors(category, 0, MOST) if ids is None or row.id in ids]
    for pair in {row.pair for row in rows}:
        store.lift(pair, sorted({row.record_id for row in rows if row.pair == pair and row.code in LIFTED}))
    staged = 0
    for side, object in sorted({(row.side, row.object) for row in rows}):
        named = sorted({row.record_id for row in rows if (row.side, row.object) == (side, object)})
        staged += store.stage_again(side, [known.row for known in store.records_by_id(side, object, named)])
    return staged
