"""Records that meet a filter (ports/selecting.py), in pages or by a job."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from crmsync_desktop.adapters.salesforce import bulk_read, roles, soql
from crmsync_desktop.adapters.salesforce.bulk import Jobs, gone
from crmsync_desktop.adapters.salesforce.calls import Calls
from crmsync_desktop.adapters.salesforce.catalog import STALE, Catalog
from crmsync_desktop.adapters.salesforce.chosen import PURPOSE, Chosen, condition_for
from crmsync_desktop.adapters.salesforce.conditions import bounded
from crmsync_desktop.adapters.salesforce.errors import CallFailed, nonsense
from crmsync_desktop.adapters.salesforce.positions import Position, load
from crmsync_desktop.adapters.salesforce.query import batch_of
from crmsync_desktop.domain.filters import Filter
from crmsync_desktop.domain.mapping import plain_object
from crmsync_desktop.domain.selection import PAGE, Way
from crmsync_desktop.ports.crm import Want
from crmsync_desktop.ports.selecting import Selected

_LONGEST_PATH = 8_000
"""Characters of an address; with the headers it may have 16,384 bytes (apis.md 4.1). Longer ones go in a composite's body."""


class Selecting:
    """Raises CallFailed, SetupError and BugError."""

    def __init__(self, calls: Calls, catalog: Catalog, pair_of: Callable[[str], str]) -> None:
        self._calls = calls
        self._catalog = catalog
        self._pair_of = pair_of

    async def how_many(self, object: str, where: Filter | None) -> int:
        try:
            return await self._counted(object, where)
        except CallFailed as failed:
            if failed.code not in STALE:
                raise
            await self._catalog.describe([object])
            return await self._counted(object, where)

    async def select(
        self, want: Want, where: Filter | None, after: str | None, limit: int | None, way: Way
    ) -> AsyncGenerator[Selected, None]:
        position = Position(way) if after is None else load(after)
        described = False
        while True:
            chosen = await self._chosen(want, where, limit)
            try:
                async with aclosing(self._pages(chosen, position)) as pages:
                    async for page in pages:
                        yield page
                return
            except CallFailed as failed:
                if failed.code not in STALE or described:
                    raise
            described = True
            await self._catalog.describe([want.object])

    async def release(self, position: str) -> None:
        found = load(position)
        if found.way is not Way.BULK or not found.job or found.done:
            return
        try:
            await Jobs(self._calls, "").abort(found.job)
        except CallFailed as failed:
            if not gone(failed):
                raise

    async def _counted(self, object: str, where: Filter | None) -> int:
        schema = (await self._catalog.get([object]))[object]
        query = bounded(soql.counting(plain_object(object), condition_for(schema, where)))
        status, body = await self._answer(query, self._pair_of(object))
        batch_of(self._calls, status, body)
        count = body.get("totalSize") if isinstance(body, dict) else None
        if not isinstance(count, int):
            raise nonsense("A count's answer has no number.")
        return count

    async def _chosen(self, want: Want, where: Filter | None, limit: int | None) -> Chosen:
        return Chosen(want, (await self._catalog.get([want.object]))[want.object], where, limit)

    async def _pages(self, chosen: Chosen, position: Position) -> AsyncGenerator[Selected, None]:
        if position.way is Way.BULK and not chosen.decoder.nested and chosen.left(position, 1):
            jobs = Jobs(self._calls, self._pair_of(chosen.decoder.object))
            async with aclosing(bulk_read.read(self._calls, jobs, chosen, position)) as pages:
                async for page in pages:
                    yield page
            if position.way is Way.BULK:
                return
        position.way = Way.PAGES
        last = False
        while not last:
            page = await self._page(chosen, position)
            last = page.last
            yield page

    async def _page(self, chosen: Chosen, position: Position) -> Selected:
        """The next page; `position` stands behind it then."""
        decoder = chosen.decoder
        size = chosen.left(position, PAGE)
        if not size:
            return Selected([], position.text(), last=True)
        pair = self._pair_of(decoder.object)
        status, body = await self._answer(chosen.page_query(position.after, size), pair)
        batch = batch_of(self._calls, status, body)
        rows = await roles.completed(self._calls, batch.rows, purpose=PURPOSE, pair=pair)
        position.given += len(rows)
        if rows:
            position.after = rows[-1]["Id"]
        # Wide rows come in smaller pages than were asked for, with more behind them.
        more = bool(rows) and (batch.following is not None or len(rows) >= size)
        last = not more or not chosen.left(position, 1)
        return Selected([decoder(row) for row in rows], position.text(), last)

    async def _answer(self, query: str, pair: str) -> tuple[int, object]:
        path = soql.query_path(self._calls.transport.data, query)
        if len(path) <= _LONGEST_PATH:
            answer = await self._calls.send("GET", path, purpose=PURPOSE, pair=pair)
            return answer.status, answer.body
        parts, _ = await self._calls.composite([path], purpose=PURPOSE, pair=pair)
        return parts[0]
