"""Changed records, records by id, records by value."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from crmsync_desktop.adapters.hubspot import cursor
from crmsync_desktop.adapters.hubspot.batches import batch_read, fits, search, search_body
from crmsync_desktop.adapters.hubspot.catalog import Catalog
from crmsync_desktop.adapters.hubspot.decoding import Decoder, merged_ids
from crmsync_desktop.adapters.hubspot.properties import modified_property
from crmsync_desktop.adapters.hubspot.transport import Transport, iso
from crmsync_desktop.domain.records import Observed
from crmsync_desktop.domain.schema import Kind, Schema
from crmsync_desktop.ports.crm import Page, Want


class Reader:
    """Reads for one connection. `overlap` and `slow_overlap` in seconds (see cursor.py)."""

    def __init__(self, transport: Transport, catalog: Catalog, overlap: float, slow_overlap: float) -> None:
        self._transport = transport
        self._catalog = catalog
        self._overlap = overlap
        self._slow_overlap = slow_overlap

    async def changes(self, wants: Sequence[Want]) -> AsyncIterator[Page]:
        """One search per 200 records and object; HubSpot has no search across objects. Archived records never appear."""
        for want in wants:
            async for page in self._window(want):
                yield page

    async def _window(self, want: Want) -> AsyncIterator[Page]:
        position = cursor.load(want.cursor)
        decoder = Decoder(want, await self._catalog.schema(want.object))
        fresh = position.began is None
        position = position.opened(self._transport.server_now(), self._slow_overlap)
        last = False
        while not last:
            records, last = await self._changed(want.object, decoder, position)
            now = self._transport.server_now()
            if fresh:
                position, fresh = position.stamped(now), False
            position = position.closed(self._overlap) if last else position.after(records[-1]["id"])
            shown = await self._whole(decoder, records)
            yield Page(want.object, [decoder.live(each) for each in shown], position.dump(), last, iso(now))

    async def _changed(
        self, object_name: str, decoder: Decoder, position: cursor.Position
    ) -> tuple[list[dict[str, Any]], bool]:
        filters = []
        if position.since is not None:
            since = str(int(position.since * 1000))
            filters = [{"propertyName": modified_property(object_name), "operator": "GTE", "value": since}]
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

    async def read(self, want: Want, ids: Sequence[str]) -> list[Observed]:
        """One request per 100 ids, and one more per 100 that are missing."""
        decoder = Decoder(want, await self._catalog.schema(want.object))
        asked = list(dict.fromkeys(ids))
        found = await batch_read(self._transport, want.object, asked, decoder.properties, "check")
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
        through the search index, which lags."""
        schema = await self._catalog.schema(want.object)
        decoder = Decoder(want, schema)
        if (wanted := schema.fields.get(field)) is None:
            return []
        cased = wanted.kind is not Kind.EMAIL and wanted.external_id
        asked = list(dict.fromkeys(text if cased else text.casefold() for value in values if (text := value.strip())))
        if wanted.unique:
            found = await batch_read(
                self._transport, want.object, asked, decoder.properties, "match", id_property=field
            )
            records = found.records
        else:
            records = await self._searched(schema, decoder, field, asked if wanted.kind.value in _TEXTS else values)
        live = {record["id"]: decoder.live(record) for record in records if not record.get("archived")}
        return list(live.values())

    async def _searched(
        self, schema: Schema, decoder: Decoder, field: str, values: Iterable[str]
    ) -> list[dict[str, Any]]:
        """Search takes IN values in lower case for texts (search guide), as they are for the rest."""
        records: list[dict[str, Any]] = []
        waiting = list(dict.fromkeys(values))
        few = [modified_property(decoder.object)]
        narrow = fits(search_body([_among(field, waiting[:1])], decoder.properties, _LONGEST_ID))
        properties = decoder.properties if narrow else few
        while waiting:
            taken = len(waiting)
            while taken > 1 and not fits(search_body([_among(field, waiting[:taken])], properties, _LONGEST_ID)):
                taken = (taken + 1) // 2
            filters = [_among(field, waiting[:taken])]
            last_id, last = "0", False
            while not last:
                page, last = await search(
                    self._transport, decoder.object, search_body(filters, properties, last_id), "match"
                )
                records.extend(page)
                last_id = page[-1]["id"] if page else last_id
            del waiting[:taken]
        if narrow or not records:
            return records
        ids = [record["id"] for record in records]
        return (await batch_read(self._transport, schema.object, ids, decoder.properties, "match")).records


_TEXTS = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.PHONE, Kind.URL, Kind.EMAIL, Kind.HTML})
_LONGEST_ID = "9" * 16
_LONGEST_FILTER = {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "9" * 13}


def _among(field: str, values: Sequence[str]) -> dict[str, Any]:
    return {"propertyName": field, "operator": "IN", "values": list(values)}
