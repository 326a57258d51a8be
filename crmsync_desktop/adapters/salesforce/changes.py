"""What changed: one call for up to five objects, deletions included, with an overlap for what commits late."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from crmsync_desktop.adapters.salesforce import reads, roles, sharing, soql, told
from crmsync_desktop.adapters.salesforce.calls import QUERIES, Calls, server_time, stamp
from crmsync_desktop.adapters.salesforce.catalog import STALE, Catalog
from crmsync_desktop.adapters.salesforce.decode import version_of
from crmsync_desktop.adapters.salesforce.errors import CallFailed
from crmsync_desktop.adapters.salesforce.query import Batch, all_rows, batch_of, first_batches, next_batch
from crmsync_desktop.adapters.salesforce.reads import Read
from crmsync_desktop.ports.crm import Page, Want

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
        now = self._calls.server_now()
        for group in sharing.groups(await self._open(wants), now):
            async for page in self._group(group):
                yield page

    async def _group(self, group: list[tuple[Read, bool]]) -> AsyncIterator[Page]:
        try:
            batches, news, headers = await self._first(group)
        except CallFailed as failed:
            if failed.code not in STALE:
                raise
            wants = [share.want for read, _ in group for share in read.shares]
            await self._catalog.describe([want.object for want in wants])
            anew = await self._open(wants)
            group = [(read, queried) for read, (_, queried) in zip(anew, group, strict=True)]
            batches, news, headers = await self._first(group)
        started = server_time(headers, self._calls.now())
        for read, _ in group:
            batch = batches[read]
            if read.watches:
                ids = await self._told(read, news, started)
                if read.goes_whole(started):
                    # The page that came is part of it, and comes again in its place.
                    (batch,), _ = await first_batches(
                        self._calls, [read.path_from(None)], purpose="read", pair=self._pair(read)
                    )
                else:
                    async for page in self._of_new_roles(read, batch, ids, started):
                        yield page
            async for page in self._pages(read, batch, started):
                yield page

    async def _first(
        self, group: list[tuple[Read, bool]]
    ) -> tuple[dict[Read, Batch], list[tuple[int, Any]], Mapping[str, str]]:
        """One call: the first page of each read that is queried, the news of contact roles where one asks for them, and
        whether there is something new of the others; these are queried in a second call then."""
        queried = [read for read, now in group if now]
        others = [read for read, now in group if not now]
        watching = [path for read in queried for path in read.watches]
        telling = [path for read in others for path in read.telling]
        paths = [*(read.path for read in queried), *watching, *telling]
        pair = self._pair(*(read for read, _ in group))
        parts, headers = await self._calls.composite(paths, purpose="read", pair=pair)
        batches = {
            read: batch_of(self._calls, status, body)
            for read, (status, body) in zip(queried, parts[: len(queried)], strict=True)
        }
        news = parts[len(queried) : len(queried) + len(watching)]
        answers = parts[len(queried) + len(watching) :]
        late = server_time(headers, self._calls.now())
        second: list[tuple[Read, str]] = []
        for read in others:
            about, answers = answers[: told.WATCHES], answers[told.WATCHES :]
            ids = told.ids_of(about) if late <= read.watched_until else None
            if ids is None or len(ids) > told.MOST_IDS:
                second.append((read, read.path))
            elif ids:
                second += [(read, read.path_of(part)) for part in soql.lists(map(soql.text, ids))]
            else:
                batches[read] = Batch([], None)
        for start in range(0, len(second), QUERIES):
            part = second[start : start + QUERIES]
            found, _ = await first_batches(
                self._calls, [path for _, path in part], purpose="read", pair=self._pair(*(read for read, _ in part))
            )
            batches.update((read, batch) for (read, _), batch in zip(part, found, strict=True))
        return batches, news, headers

    def _pair(self, *read: Read) -> str:
        """The pair that a call is booked under: one for the objects of several is no pair's own."""
        pairs = {self._pair_of(object) for each in read for object in each.objects}
        return pairs.pop() if len(pairs) == 1 else ""

    async def _told(self, read: Read, news: list[tuple[int, Any]], started: datetime) -> list[str]:
        """The opportunities whose roles changed, as far as can be told."""
        if started > read.watched_until:  # our clock is far behind: what came last wasn't asked for
            news = [(0, None)] * len(news)
        pair = self._pair(read)
        ids, untraced = await roles.news(self._calls, news, read.position, started, pair=pair)
        read.told(untraced)
        return ids

    async def _of_new_roles(
        self, read: Read, batch: Batch, ids: Sequence[str], started: datetime
    ) -> AsyncIterator[Page]:
        """Opportunities that aren't on the first page. They come first, with the cursor still where it was, so that nothing
        is missed when the read ends early."""
        pair = self._pair(read)
        here = {row["Id"] for row in batch.rows}
        for part in soql.lists(soql.text(id) for id in ids if id not in here):
            (rows,) = await all_rows(self._calls, [read.path_of(part)], purpose="read", pair=pair)
            rows = await roles.completed(self._calls, rows, purpose="read", pair=pair)
            if rows:
                for page in read.pages(rows, False, stamp(started)):
                    yield page

    async def _open(self, wants: Sequence[Want]) -> list[Read]:
        schemas = await self._catalog.get(want.object for want in wants)
        return reads.opened(wants, schemas, self._calls.transport.data, self._calls.server_now())

    async def _pages(self, read: Read, batch: Batch, started: datetime) -> AsyncIterator[Page]:
        pair = self._pair(read)
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
            for page in read.pages(rows, last, seen_at):
                yield page
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
