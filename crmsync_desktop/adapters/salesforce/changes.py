"""What changed: one call for up to five objects, deletions included, with an overlap for what commits late."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from crmsync_desktop.adapters.salesforce import roles, soql
from crmsync_desktop.adapters.salesforce.calls import QUERIES, Calls, server_time, stamp
from crmsync_desktop.adapters.salesforce.catalog import STALE, Catalog
from crmsync_desktop.adapters.salesforce.cursor import Cursor, load
from crmsync_desktop.adapters.salesforce.decode import Decoder, version_of
from crmsync_desktop.adapters.salesforce.errors import CallFailed
from crmsync_desktop.adapters.salesforce.query import Batch, all_rows, batch_of, first_batches, next_batch
from crmsync_desktop.ports.crm import Page, Want

_BEGINNING = "1970-01-01T00:00:00Z"
_RESTARTS = 3
"""How often a read begins anew from where it stands after its query locator has died, without a page in between."""


class Changes:
    """Reads by SystemModstamp (moved by people, automation and the system alike; LastModifiedDate isn't).

    A row can become visible minutes after the stamp it bears (a transaction takes up to 10). So a cursor never goes past
    the start of the read minus the overlap; and it never goes back.
    """

    def __init__(self, calls: Calls, catalog: Catalog, overlap: float, pair_of: Callable[[str], str]) -> None:
        self._calls = calls
        self._catalog = catalog
        self._overlap = timedelta(seconds=overlap)
        self._pair_of = pair_of

    async def read(self, wants: Sequence[Want]) -> AsyncIterator[Page]:
        """Pages as `Crm.changes` has them. Raises CallFailed and SetupError."""
        for start in range(0, len(wants), QUERIES):
            group = list(wants[start : start + QUERIES])
            async for page in self._group(group):
                yield page

    async def _group(self, wants: list[Want]) -> AsyncIterator[Page]:
        try:
            reads, batches, news, headers = await self._first(wants)
        except CallFailed as failed:
            if failed.code not in STALE:
                raise
            await self._catalog.describe([want.object for want in wants])
            reads, batches, news, headers = await self._first(wants)
        started = server_time(headers, self._calls.now())
        for read, batch in zip(reads, batches, strict=True):
            if read.watches:
                ids = await self._told(read, news, started)
                if read.goes_whole(started):
                    # The page that came is part of it, and comes again in its place.
                    (batch,), _ = await first_batches(
                        self._calls, [read.path_from(None)], purpose="read", pair=self._pair_of(read.decoder.object)
                    )
                else:
                    async for page in self._of_new_roles(read, batch, ids, started):
                        yield page
            async for page in self._pages(read, batch, started):
                yield page

    async def _first(
        self, wants: list[Want]
    ) -> tuple[list[_Read], list[Batch], list[tuple[int, Any]], Mapping[str, str]]:
        """One call: the first page of each read, and the news of contact roles where one asks for them."""
        # A call for the objects of several pairs is no pair's own.
        pairs = {self._pair_of(want.object) for want in wants}
        pair = pairs.pop() if len(pairs) == 1 else ""
        reads = await self._open(wants)
        watching = [path for read in reads for path in read.watches]
        parts, headers = await self._calls.composite(
            [*(read.path for read in reads), *watching], purpose="read", pair=pair
        )
        batches = [batch_of(self._calls, status, body) for status, body in parts[: len(reads)]]
        return reads, batches, parts[len(reads) :], headers

    async def _told(self, read: _Read, news: list[tuple[int, Any]], started: datetime) -> list[str]:
        """The opportunities whose roles changed, as far as can be told."""
        if started > read.watched_until:  # our clock is far behind: what came last wasn't asked for
            news = [(0, None)] * len(news)
        pair = self._pair_of(read.decoder.object)
        ids, untraced = await roles.news(self._calls, news, read.position, started, pair=pair)
        read.told(untraced)
        return ids

    async def _of_new_roles(
        self, read: _Read, batch: Batch, ids: Sequence[str], started: datetime
    ) -> AsyncIterator[Page]:
        """Opportunities that aren't on the first page. They come first, with the cursor still where it was, so that nothing
        is missed when the read ends early."""
        pair = self._pair_of(read.decoder.object)
        here = {row["Id"] for row in batch.rows}
        for part in soql.lists(soql.text(id) for id in ids if id not in here):
            (rows,) = await all_rows(self._calls, [read.path_of(part)], purpose="read", pair=pair)
            rows = await roles.completed(self._calls, rows, purpose="read", pair=pair)
            if rows:
                records = [read.decoder(row) for row in rows]
                yield Page(read.decoder.object, records, read.cursor(), False, stamp(started))

    async def _open(self, wants: Sequence[Want]) -> list[_Read]:
        schemas = await self._catalog.get(want.object for want in wants)
        now = self._calls.server_now()
        return [_Read(want, Decoder(want, schemas[want.object]), self._calls.transport.data, now) for want in wants]

    async def _pages(self, read: _Read, batch: Batch, started: datetime) -> AsyncIterator[Page]:
        pair = self._pair_of(read.decoder.object)
        safe = stamp(started - self._overlap)
        seen_at = stamp(started)
        restarts = 0
        while True:
            last = batch.following is None
            position = version_of(batch.rows[-1]["SystemModstamp"]) if batch.rows else read.position
            reached = safe if last else min(safe, position)
            read.advance(reached, len(batch.rows))
            if last:
                read.ended(seen_at)
            rows = await roles.completed(self._calls, batch.rows, purpose="read", pair=pair)
            records = [read.decoder(row) for row in rows]
            yield Page(read.decoder.object, records, read.cursor(), last, seen_at)
            if batch.following is None:
                return
            try:
                batch = await next_batch(self._calls, batch.following, purpose="read", pair=pair)
                restarts = 0
            except CallFailed as failed:
                restarts += 1
                if failed.code != "INVALID_QUERY_LOCATOR" or restarts > _RESTARTS:
                    raise
                path = read.path_from(position)
                (batch,), _ = await first_batches(self._calls, [path], purpose="read", pair=pair)


class _Read:
    """One object's read: its query, and how far its cursor may stand."""

    def __init__(self, want: Want, decoder: Decoder, data: str, now: datetime) -> None:
        self.decoder = decoder
        self._data = data
        known = load(want.cursor)
        # A first read takes no deleted rows (nothing is known of them); later ones need the tombstones.
        self._tombstones = known is not None
        self._cursor = known or Cursor(_BEGINNING)
        self._rows = 0
        self._whole = known is None
        self.path = self.path_from(known.since if known is not None else None)
        watches = decoder.nested and known is not None
        self.watched_until = roles.watched_until(known.since, now) if watches and known is not None else now
        self.watches = roles.watches(data, self.position, self.watched_until) if watches else []
        """Paths that tell of changed roles."""

    def path_from(self, since: str | None) -> str:
        return self._path("" if since is None else f"SystemModstamp >= {since}")

    def path_of(self, ids: str) -> str:
        return self._path(f"Id IN {ids}")

    def _path(self, where: str) -> str:
        decoder = self.decoder
        query = soql.select(decoder.selected, decoder.object, where, "SystemModstamp, Id", decoder.nested)
        return soql.query_path(self._data, query, all_rows=self._tombstones)

    @property
    def position(self) -> str:
        return self._cursor.since

    def told(self, untraced: list[str] | None) -> None:
        self._cursor.told(untraced)

    def goes_whole(self, now: datetime) -> bool:
        """Whether everything is read this time; then this read counts as that."""
        self._whole = self._whole or self._cursor.whole_due(now)
        return self._whole

    def advance(self, reached: str, rows: int) -> None:
        self._cursor.since = max(self._cursor.since, reached)
        self._rows += rows

    def ended(self, at: str) -> None:
        if self._whole and self.decoder.nested:
            self._cursor.whole, self._cursor.rows, self._cursor.due = at, self._rows, False

    def cursor(self) -> str:
        return msgspec.json.encode(self._cursor).decode()
