"""How many records there are to read, without reading them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from crmsync_desktop.adapters.salesforce import soql, variants
from crmsync_desktop.adapters.salesforce.calls import Calls, stamp
from crmsync_desktop.adapters.salesforce.catalog import STALE, Catalog
from crmsync_desktop.adapters.salesforce.cursor import Cursor
from crmsync_desktop.adapters.salesforce.errors import CallFailed, nonsense
from crmsync_desktop.domain.mapping import plain_object


class Counts:
    def __init__(self, calls: Calls, catalog: Catalog, pair_of: Callable[[str], str]) -> None:
        self._calls, self._catalog, self._pair_of = calls, catalog, pair_of

    async def count(self, object: str, since: str | None) -> int:
        """Live records whose SystemModstamp is `since` (ISO 8601) or later, of those that `changes` would bring. One call
        (SOQL reference, COUNT(): the number stands in totalSize). Raises ValueError for what is no moment, CallFailed,
        SetupError and BugError (see `variants.condition`)."""
        moment = None if since is None else moment_of(since)
        try:
            return await self._counted(object, moment)
        except CallFailed as failed:
            if failed.code not in STALE:
                raise
            await self._catalog.describe([object])
            return await self._counted(object, moment)

    async def _counted(self, object: str, since: str | None) -> int:
        schema = (await self._catalog.get([object]))[object]
        conditions = [f"SystemModstamp >= {since}" if since is not None else "", variants.condition([schema])]
        query = soql.counting(plain_object(object), " AND ".join(filter(None, conditions)))
        path = soql.query_path(self._calls.transport.data, query)
        answer = await self._calls.send("GET", path, purpose="read", pair=self._pair_of(object))
        try:
            return int(answer.body["totalSize"])
        except (KeyError, TypeError, ValueError):
            raise nonsense("A count's answer has no number.") from None


def starting(since: str) -> str:
    """A cursor that begins at this moment. Raises ValueError for a text that isn't one."""
    return Cursor(moment_of(since)).text()


def moment_of(text: str) -> str:
    """An ISO 8601 moment in UTC, to the second below, as SOQL writes it. Raises ValueError for what isn't one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"Without a time zone that is no moment: {text!r}")
    return stamp(moment)
