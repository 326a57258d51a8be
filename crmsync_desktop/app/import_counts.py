"""What an import costs (I1), and whether the allocation carries it, told before anything is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from crmsync_desktop.app.import_sources import Wish
from crmsync_desktop.app.import_views import ImportCountView
from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.domain.errors import LimitReached
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.selection import Cost, Way, cost_of, list_cost
from crmsync_desktop.engine.metered import Metered
from crmsync_desktop.ports.imports import ImportRow, Outcome
from crmsync_desktop.ports.selecting import Selecting
from crmsync_desktop.ports.store import Store

BATCH: Final = 100
"""Records that one HubSpot call writes, or reads before they are written (apis.md 5)."""


class ImportCounts:
    def __init__(self, store: Store, budget: Metered, mappings: Callable[[str], Mappings]) -> None:
        self._store, self._budget, self._mappings = store, budget, mappings

    async def counted(self, wish: Wish, selecting: Selecting) -> ImportCountView:
        """How many records those are, and what they cost. One call; none for a list."""
        if wish.source.listed:
            records = len(wish.listed)
        else:
            records = await selecting.how_many(wish.object, wish.where)
        cost = self._reading(wish.pair.name, wish.object, records, wish.source.listed)
        usage = self._budget.usage(Side.SALESFORCE)
        allocation = usage.allocation or 0
        left = max(allocation - usage.used, 0)
        return ImportCountView(
            object=wish.object,
            pair=wish.pair.name,
            records=records,
            reading=cost.calls,
            writing=-(-records // BATCH),
            left=left,
            bulk=cost.way is Way.BULK,
            room="" if cost.calls <= left else _room(cost.calls, allocation, usage.room_at),
            notice=wish.notice,
        )

    def of_run(self, row: ImportRow) -> dict[str, int]:
        """What a run costs after a preview. The records are read again, each batch is one call, and one more reads what an update is
        about to change."""
        creates = self._store.import_counts(row.number).get(Outcome.CREATED, 0)
        previewed = self._store.pass_row(row.passes[-1]) if row.passes else None
        updates = sum(tally.updated for tally in previewed.tallies) if previewed is not None else 0
        return {
            Side.SALESFORCE.value: self._reading(row.pair, row.object, row.total or 0, row.source.listed).calls,
            Side.HUBSPOT.value: -(-creates // BATCH) + 2 * -(-updates // BATCH),
        }

    def _reading(self, pair: str, object: str, records: int, listed: bool) -> Cost:
        if listed:
            return Cost(Way.PAGES, list_cost(records))
        mapped = [each.salesforce[object] for each in self._mappings(pair).all() if object in each.salesforce]
        schema = self._store.schema(Side.SALESFORCE, object)
        assert schema is not None, "what was asked for was held against it"
        return cost_of(records, schema, [name for name in mapped if name in schema.fields])


def refuse_without_room(counted: ImportCountView) -> None:
    """Raises LimitReached where the allocation doesn't carry the reading."""
    if counted.room:
        raise LimitReached(
            f"{counted.records:,} records take {counted.reading:,} Salesforce calls to read; {counted.left:,} are left.",
            "",
            counted.room,
        )


def _room(calls: int, allocation: int, room_at: float | None) -> str:
    """What to do where the allocation doesn't carry it."""
    if calls > allocation:
        return f"Allocate more than {calls:,} calls (settings set allocation {calls * 2}), or narrow the filter."
    when = ""
    if room_at is not None:
        when = f"Calls come back from {datetime.fromtimestamp(room_at, UTC):%Y-%m-%d %H:%M} UTC on: wait, "
    return f"{when}allocate more (settings set allocation N), or narrow the filter."
