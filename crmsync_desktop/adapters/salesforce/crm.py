"""Salesforce as `ports.crm.Crm`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, contextmanager

from crmsync_desktop.adapters.salesforce.account import Account
from crmsync_desktop.adapters.salesforce.calls import WORKERS, Calls, Usage, stamp
from crmsync_desktop.adapters.salesforce.catalog import Catalog
from crmsync_desktop.adapters.salesforce.changes import Changes
from crmsync_desktop.adapters.salesforce.counts import Counts, starting
from crmsync_desktop.adapters.salesforce.errors import CallFailed
from crmsync_desktop.adapters.salesforce.history import Histories
from crmsync_desktop.adapters.salesforce.list_read import Lists
from crmsync_desktop.adapters.salesforce.lookup import Lookup
from crmsync_desktop.adapters.salesforce.org_objects import custom_objects
from crmsync_desktop.adapters.salesforce.pipelines import Pipelines
from crmsync_desktop.adapters.salesforce.recover import Recovery
from crmsync_desktop.adapters.salesforce.selecting import Selecting
from crmsync_desktop.adapters.salesforce.transport import Transport
from crmsync_desktop.adapters.salesforce.write import BATCH, Writer
from crmsync_desktop.domain.filters import Filter
from crmsync_desktop.domain.newest import Edit
from crmsync_desktop.domain.object_proposal import OrgObject
from crmsync_desktop.domain.pipelines import Pipeline
from crmsync_desktop.domain.records import Observed, Op, Side, Write, Written
from crmsync_desktop.domain.schema import Allowance, Identity, Owner, Schema
from crmsync_desktop.domain.selection import Way
from crmsync_desktop.ports.budget import Budget
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.crm import Page, Want
from crmsync_desktop.ports.selecting import Selected

API_VERSION = "67.0"
OVERLAP_SECONDS = 600.0
"""How long after its stamp a row may become visible (apis.md 4.2: transactions of up to 10 minutes)."""


class SalesforceCrm:
    """One org, with one user's access token. Of tasks, it deals in variants (variants.py).

    `instance_url`: https, or http for this machine only (else SetupError). `pair_of` names the pair that a call for an
    object is booked under. `on_usage(used, limit)` hears, on the event loop, what each answer says of the org's daily
    calls. `schemas`: described before, so that they cost no call now; they are described anew when a query finds them stale.
    """

    side = Side.SALESFORCE

    def __init__(
        self,
        *,
        instance_url: str,
        access_token: str,
        budget: Budget,
        clock: Clock,
        pair_of: Callable[[str], str] = lambda _: "",
        api_version: str = API_VERSION,
        overlap_seconds: float = OVERLAP_SECONDS,
        on_usage: Usage | None = None,
        schemas: Iterable[Schema] = (),
    ) -> None:
        transport = Transport(instance_url, access_token, api_version, connections=WORKERS)
        self._calls = Calls(transport, budget, clock, on_usage)
        self._catalog = Catalog(self._calls, schemas)
        self._account = Account(self._calls)
        self._changes = Changes(self._calls, self._catalog, overlap_seconds, pair_of)
        self._counts = Counts(self._calls, self._catalog, pair_of)
        self._lookup = Lookup(self._calls, self._catalog, pair_of)
        self._histories = Histories(self._calls, self._catalog, pair_of, self._account.user_id)
        self._pipelines = Pipelines(self._calls, self._catalog, pair_of)
        self._selecting = Selecting(self._calls, self._catalog, pair_of)
        self._lists = Lists(self._calls, self._catalog, pair_of)
        self._writer = Writer(self._calls, self._catalog, pair_of)
        self._recovery = Recovery(self._calls, self._catalog, pair_of)

    def batch_size(self, op: Op) -> int:
        return BATCH

    def use_schemas(self, schemas: Iterable[Schema]) -> None:
        """Schemas that the caller has kept: see the class."""
        self._catalog.use(schemas)

    async def identity(self) -> Identity:
        with _translated():
            return await self._account.identity()

    async def schemas(self, objects: Sequence[str]) -> dict[str, Schema]:
        with _translated():
            return await self._catalog.describe(objects)

    async def custom_objects(self) -> list[OrgObject]:
        """As `ports.objects.OrgObjects` has it."""
        with _translated():
            return await custom_objects(self._calls)

    async def owners(self) -> list[Owner]:
        with _translated():
            return await self._account.owners()

    async def pipelines(self, object: str) -> list[Pipeline]:
        with _translated():
            return await self._pipelines.read(object)

    async def allowance(self) -> Allowance:
        with _translated():
            return await self._account.allowance()

    async def changes(self, wants: Sequence[Want]) -> AsyncIterator[Page]:
        with _translated():
            async for page in self._changes.read(wants):
                yield page

    def starting(self, object: str, since: str | None) -> str:
        return starting(since if since is not None else stamp(self._calls.server_now()))

    async def count(self, object: str, since: str | None) -> int:
        with _translated():
            return await self._counts.count(object, since)

    async def read(self, want: Want, ids: Sequence[str]) -> list[Observed]:
        with _translated():
            return await self._lookup.read(want, ids)

    async def find(self, want: Want, field: str, values: Sequence[str]) -> list[Observed]:
        with _translated():
            return await self._lookup.find(want, field, values)

    async def edits(self, want: Want, ids: Sequence[str], fields: Sequence[str]) -> dict[str, dict[str, Edit]]:
        with _translated():
            return await self._histories.edits(want, ids, fields)

    async def how_many(self, object: str, where: Filter | None) -> int:
        with _translated():
            return await self._selecting.how_many(object, where)

    async def select(
        self,
        want: Want,
        where: Filter | None,
        *,
        after: str | None = None,
        limit: int | None = None,
        way: Way = Way.PAGES,
    ) -> AsyncGenerator[Selected, None]:
        with _translated():
            async with aclosing(self._selecting.select(want, where, after, limit, way)) as pages:
                async for page in pages:
                    yield page

    async def select_ids(
        self, want: Want, ids: Sequence[str], *, after: str | None = None
    ) -> AsyncGenerator[Selected, None]:
        with _translated():
            async with aclosing(self._lists.select_ids(want, ids, after)) as pages:
                async for page in pages:
                    yield page

    async def select_by(
        self, want: Want, field: str, values: Sequence[str], *, after: str | None = None
    ) -> AsyncGenerator[Selected, None]:
        with _translated():
            async with aclosing(self._lists.select_by(want, field, values, after)) as pages:
                async for page in pages:
                    yield page

    async def release(self, position: str) -> None:
        with _translated():
            await self._selecting.release(position)

    async def write(self, writes: Sequence[Write]) -> list[Written]:
        return await self._writer.write(writes)

    async def recover(self, creates: Sequence[Write]) -> list[Written]:
        with _translated():
            if not creates:
                return []
            found = await self._recovery.find(creates, await self._account.user_id())
            return await self._writer.complete(creates, found)

    async def close(self) -> None:
        await self._calls.close()


@contextmanager
def _translated() -> Iterator[None]:
    """What is raised to the outside is the domain's."""
    try:
        yield
    except CallFailed as failed:
        error = failed.error
    else:
        return
    raise error
