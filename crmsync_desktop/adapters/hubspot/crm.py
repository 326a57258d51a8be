"""HubSpot behind the `Crm` and `ContactLists` ports: the adapter's front."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from crmsync_desktop.adapters.hubspot.account import Account
from crmsync_desktop.adapters.hubspot.address import checked_address, checked_token
from crmsync_desktop.adapters.hubspot.batches import BATCH
from crmsync_desktop.adapters.hubspot.catalog import Catalog
from crmsync_desktop.adapters.hubspot.cursor import Position
from crmsync_desktop.adapters.hubspot.custom_objects import CustomObjects
from crmsync_desktop.adapters.hubspot.form_cursor import FormsPosition
from crmsync_desktop.adapters.hubspot.form_reading import FormReader
from crmsync_desktop.adapters.hubspot.form_submissions import FORM_SUBMISSIONS
from crmsync_desktop.adapters.hubspot.happenings import HappeningsReader
from crmsync_desktop.adapters.hubspot.history import Histories
from crmsync_desktop.adapters.hubspot.lists import Lists
from crmsync_desktop.adapters.hubspot.making import make_property
from crmsync_desktop.adapters.hubspot.pipelines import read_pipelines
from crmsync_desktop.adapters.hubspot.reading import Reader
from crmsync_desktop.adapters.hubspot.recovering import Recoverer
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.adapters.hubspot.writing import Writer
from crmsync_desktop.domain.mapping import pair_of_object
from crmsync_desktop.domain.new_property import NewProperty
from crmsync_desktop.domain.newest import Edit
from crmsync_desktop.domain.pipelines import Pipeline
from crmsync_desktop.domain.records import Observed, Op, Side, Write, Written
from crmsync_desktop.domain.schema import Allowance, ContactList, Identity, Owner, Schema
from crmsync_desktop.ports.budget import Budget
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.crm import Page, Want

PUBLIC_ADDRESS: Final = "https://api.hubapi.com"


class HubSpotCrm:
    """Implements `ports.crm.Crm`, `ContactLists` and `Properties` for one HubSpot account.

    `access_token`: a service key, a private app's token or an OAuth access token. `overlap_seconds` and
    `slow_overlap_seconds`: how far a read of changes goes back before the last one, each time and once in that time.
    `least_rest_seconds`: how long at least until records with associations are all read anew.
    `on_usage` hears HubSpot's daily figures as answers bring them. Raises SetupError for an address that isn't https
    (or loopback) or a token that can't be one. To be used from one event loop and closed in it.
    """

    side: Side = Side.HUBSPOT

    def __init__(
        self,
        *,
        base_url: str = PUBLIC_ADDRESS,
        access_token: str,
        budget: Budget,
        clock: Clock,
        overlap_seconds: float = 300,
        slow_overlap_seconds: float = 3600,
        least_rest_seconds: float = 3600,
        on_usage: Callable[[Allowance], None] | None = None,
        pair_of: Callable[[str], str] = pair_of_object,
    ) -> None:
        self._transport = Transport(
            base_url=checked_address(base_url),
            access_token=checked_token(access_token),
            budget=budget,
            clock=clock,
            on_usage=on_usage,
            pair_of=pair_of,
        )
        self._catalog = Catalog(self._transport)
        self._account = Account(self._transport)
        self._forms = FormReader(self._transport)
        self._reader = Reader(self._transport, self._catalog, overlap_seconds, slow_overlap_seconds, least_rest_seconds)
        self._histories = Histories(self._transport, self._catalog)
        self._writer = Writer(self._transport, self._catalog)
        self._recoverer = Recoverer(self._transport, self._catalog)
        self._lists = Lists(self._transport)
        self.objects = CustomObjects(self._transport)
        """Implements `ports.objects.PortalObjects`."""
        self.happenings = HappeningsReader(self._transport, self._catalog, self._lists, overlap_seconds)
        """Implements `ports.actions.Happenings`."""

    def batch_size(self, op: Op) -> int:
        return BATCH

    def use_schemas(self, schemas: Iterable[Schema]) -> None:
        self._catalog.use(schemas)

    async def identity(self) -> Identity:
        return await self._account.identity()

    async def schemas(self, objects: Sequence[str]) -> dict[str, Schema]:
        return await self._catalog.read(objects)

    async def owners(self) -> list[Owner]:
        return await self._account.owners()

    async def pipelines(self, object: str) -> list[Pipeline]:
        return await read_pipelines(self._transport, object)

    async def allowance(self) -> Allowance:
        return await self._account.allowance()

    def changes(self, wants: Sequence[Want]) -> AsyncIterator[Page]:
        return self._changes(wants)

    async def _changes(self, wants: Sequence[Want]) -> AsyncIterator[Page]:
        async for page in self._reader.changes([want for want in wants if want.object != FORM_SUBMISSIONS]):
            yield page
        for want in wants:
            if want.object == FORM_SUBMISSIONS:
                async for page in self._forms.changes(want):
                    yield page

    def starting(self, object: str, since: str | None) -> str:
        moment = datetime.fromisoformat(since).timestamp() if since is not None else self._transport.server_now()
        if object == FORM_SUBMISSIONS:
            return FormsPosition(floor=int(moment * 1000)).dump()
        return Position.at(moment).dump()

    async def count(self, object: str, since: str | None) -> int:
        if object == FORM_SUBMISSIONS:
            return await self._forms.count(since)
        return await self._reader.count(object, since)

    async def read(self, want: Want, ids: Sequence[str]) -> list[Observed]:
        if want.object == FORM_SUBMISSIONS:
            return await self._forms.read(want, ids)
        return await self._reader.read(want, ids)

    async def find(self, want: Want, field: str, values: Sequence[str]) -> list[Observed]:
        if want.object == FORM_SUBMISSIONS:
            return []  # there is nothing to find one by
        return await self._reader.find(want, field, values)

    async def edits(self, want: Want, ids: Sequence[str], fields: Sequence[str]) -> dict[str, dict[str, Edit]]:
        if want.object == FORM_SUBMISSIONS:
            return {}  # nobody can edit them
        return await self._histories.edits(want, ids, fields)

    async def write(self, writes: Sequence[Write]) -> list[Written]:
        return await self._writer.write(writes)

    async def recover(self, creates: Sequence[Write]) -> list[Written]:
        return await self._recoverer.recover(creates)

    async def make_property(self, wanted: NewProperty) -> None:
        if wanted.group:
            await make_property(self._transport, wanted)
        else:
            await self.objects.make_properties(wanted.object, [wanted])

    async def lists(self) -> list[ContactList]:
        return await self._lists.lists()

    def members(self, list_id: str) -> AsyncIterator[list[str]]:
        return self._lists.members(list_id)

    async def joined(self, list_id: str, since: str) -> list[str]:
        return await self._lists.joined(list_id, since)

    async def close(self) -> None:
        await self._transport.close()
