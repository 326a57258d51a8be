"""Changed records, records by id, records by value."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from crmsync_desktop.adapters.hubspot import cursor, paths
from crmsync_desktop.adapters.hubspot.associations import READ, add_associations
from crmsync_desktop.adapters.hubspot.batches import MOST_VALUES, PAGE, batch_read, fits, search, search_body
from crmsync_desktop.adapters.hubspot.catalog import Catalog
from crmsync_desktop.adapters.hubspot.decoding import Decoder, converter, merged_ids
from crmsync_desktop.adapters.hubspot.engagements import ENGAGEMENTS
from crmsync_desktop.adapters.hubspot.errors import lost
from crmsync_desktop.adapters.hubspot.properties import modified_property
from crmsync_desktop.adapters.hubspot.transport import Transport, iso
from crmsync_desktop.domain.records import Observed
from crmsync_desktop.domain.schema import Field, Kind
from crmsync_desktop.ports.crm import Page, Want


class Reader:
    """Reads for one connection. `overlap`, `slow_overlap` and `least_rest` in seconds (see cursor.py)."""

    def __init__(
        self, transport: Transport, catalog: Catalog, overlap: float, slow_overlap: float, least_rest: float
    ) -> None:
        self._transport = transport
        self._catalog = catalog
        self._overlap = overlap
        self._slow_overlap = slow_overlap
        self._least_rest = least_rest

    async def changes(self, wants: Sequence[Want]) -> AsyncIterator[Page]:
        """One search per 200 records and object; HubSpot has no search across objects. Archived records never appear."""
        for want in wants:
            async for page in self._window(want):
                yield page

    async def _window(self, want: Want) -> AsyncIterator[Page]:
        before = cursor.load(want.cursor)
        decoder = Decoder(want, await self._catalog.schema(want.object))
        fresh = before.began is None
        rest = self._least_rest if decoder.associations and want.object not in ENGAGEMENTS else None
        position = before.opened(self._transport.server_now(), self._slow_overlap, rest)
        held: list[dict[str, Any]] = []
        last = False
        while not last:
            records, beyond, last = await self._changed(want.object, decoder, position)
            now = self._transport.server_now()
            if fresh:
                # The first answer tells HubSpot's time, by which another window may have been due.
                guessed, position, fresh = position.since, before.opened(now, self._slow_overlap, rest), False
                if position.since != guessed:
                    last = False
                    continue
            position = position.after(beyond, len(records))
            position = position.closed(self._overlap) if last else position
            held += await self._whole(decoder, records)
            if decoder.associations and not last and len(held) + PAGE <= READ:
                continue  # one read of associations takes the records of several pages
            shown, held = held, []
            await self._associate(decoder, shown, "read")
            yield Page(want.object, [decoder.live(each) for each in shown], position.dump(), last, iso(now))

    async def _changed(
        self, object_name: str, decoder: Decoder, position: cursor.Position
    ) -> tuple[list[dict[str, Any]], str, bool]:
        filters = []
        if position.since is not None:
            filters = [_changed_since(object_name, position.since)]
        body = search_body(filters, decoder.properties, position.last_id)
        if not fits(body):
            body["properties"] = [modified_property(object_name)]
        return await search(self._transport, object_name, body, "read")

    async def _whole(self, decoder: Decoder, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """With more properties than a search body can name, the records' values come from batch reads."""
        if not records or fits(search_body([_LONGEST_FILTER], decoder.properties, _LONGEST_ID)):
            return records
        ids = [record["id"] for record in records]
        found = await batch_read(self._transport, decoder.object, ids, decoder.properties, "read")
        return found.records

    async def _associate(self, decoder: Decoder, records: list[dict[str, Any]], purpose: str) -> None:
        await add_associations(self._transport, decoder.schema, decoder.associations, records, purpose)

    async def count(self, object_name: str, since: str | None) -> int:
        """One search, for the total alone."""
        filters = [] if since is None else [_changed_since(object_name, datetime.fromisoformat(since).timestamp())]
        body = {**search_body(filters, [], "0"), "limit": 1}
        answer = await self._transport.send(paths.SEARCH, "read", places={"object": object_name}, body=body)
        total = answer.data.get("total")
        if not isinstance(total, int):
            raise lost("A search without a total.")
        return total

    async def read(self, want: Want, ids: Sequence[str]) -> list[Observed]:
        """One request per 100 ids, one more per 100 that are missing, and one per 1,000 for each kind of associations."""
        decoder = Decoder(want, await self._catalog.schema(want.object))
        asked = list(dict.fromkeys(ids))
        found = await batch_read(self._transport, want.object, asked, decoder.properties, "check")
        await self._associate(decoder, found.records, "check")
        told = {record["id"]: decoder.live(record) for record in found.records}
        successors = {old: record for record in found.records for old in merged_ids(record)}
        for record_id in asked:
            if record_id not in told and record_id in successors:
                told[record_id] = decoder.merged(record_id, successors[record_id])
        # Neither answered nor called missing: HubSpot answered with another record that doesn't say which it took in.
        for record_id in [each for each in asked if each not in told and each not in found.missing]:
            alone = await batch_read(self._transport, want.object, [record_id], decoder.properties, "check")
            for record in alone.records:
                told[record_id] = decoder.merged(record_id, record)
        if gone := [record_id for record_id in asked if record_id not in told]:
            archived = await batch_read(self._transport, want.object, gone, decoder.properties, "check", archived=True)
            told.update({record["id"]: decoder.deleted(record) for record in archived.records})
        return [told.get(record_id) or decoder.unseen(record_id) for record_id in ids]

    async def find(self, want: Want, field: str, values: Sequence[str]) -> list[Observed]:
        """By e-mail (first or additional) or a unique property: consistent, 100 values a request. By any other property:
        through the search index, which lags; a value of more than about 2,500 characters can't be searched for."""
        schema = await self._catalog.schema(want.object)
        decoder = Decoder(want, schema)
        sought = dict.fromkeys(text for value in values if (text := value.strip()))
        if (wanted := schema.fields.get(field)) is None or not sought:
            return []
        if wanted.unique:
            cased = wanted.kind is not Kind.EMAIL
            asked = list(sought if cased else dict.fromkeys(value.lower() for value in sought))
            found = await batch_read(
                self._transport, want.object, asked, decoder.properties, "match", id_property=field
            )
            records = found.records
        else:
            records = await self._searched(decoder, wanted, list(sought))
        live = list({record["id"]: record for record in records if not record.get("archived")}.values())
        await self._associate(decoder, live, "match")
        return [decoder.live(record) for record in live]

    async def _searched(self, decoder: Decoder, field: Field, values: list[str]) -> list[dict[str, Any]]:
        """Search takes IN values of texts in lower case (search guide) and may compare more loosely than we do."""
        waiting = list(dict.fromkeys(map(str.lower, values))) if field.native_type.startswith("string/") else values
        names = tuple(dict.fromkeys([*decoder.properties, field.name]))
        whole = fits(search_body([_among(field.name, [" " * 1_000])], names, _LONGEST_ID))
        properties = names if whole else (field.name,)
        records: list[dict[str, Any]] = []
        while waiting:
            taken = _fitting(field.name, waiting, properties)
            if taken:
                records += await self._pages(decoder.object, _among(field.name, waiting[:taken]), properties)
            del waiting[: taken or 1]  # one that doesn't fit alone is left out
        wanted = {value.lower() for value in values}
        equal = [each for each in records if _folded(field.kind, each["properties"].get(field.name)) in wanted]
        if whole or not equal:
            return equal
        ids = [record["id"] for record in equal]
        return (await batch_read(self._transport, decoder.object, ids, decoder.properties, "match")).records

    async def _pages(
        self, object_name: str, condition: dict[str, Any], properties: Sequence[str]
    ) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        last_id, last = "0", False
        while not last:
            body = search_body([condition], properties, last_id)
            page, last_id, last = await search(self._transport, object_name, body, "match")
            records += page
        return records


def _changed_since(object_name: str, moment: float) -> dict[str, Any]:
    return {"propertyName": modified_property(object_name), "operator": "GTE", "value": str(int(moment * 1000))}


_LONGEST_ID = "9" * 16
_LONGEST_FILTER = {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "9" * 13}


def _among(field: str, values: Sequence[str]) -> dict[str, Any]:
    return {"propertyName": field, "operator": "IN", "values": list(values)}


def _fitting(field: str, values: Sequence[str], properties: Sequence[str]) -> int:
    """How many of the first values one search body can carry; 0 where the first alone is too long."""
    taken = min(len(values), MOST_VALUES)
    while taken and not fits(search_body([_among(field, values[:taken])], properties, _LONGEST_ID)):
        taken //= 2
    return taken


def _folded(kind: Kind, raw: object) -> str | None:
    value = converter(kind)(raw)
    return value.lower() if value is not None else None
