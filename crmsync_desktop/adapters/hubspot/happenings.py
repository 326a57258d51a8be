"""What happened to records when, by HubSpot's own account: histories of properties, and who joined a list (W1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmsync_desktop.adapters.hubspot import cursor, paths
from crmsync_desktop.adapters.hubspot.batches import pieces, results_of, told
from crmsync_desktop.adapters.hubspot.catalog import Catalog
from crmsync_desktop.adapters.hubspot.decoding import Convert, converter
from crmsync_desktop.adapters.hubspot.errors import Refused
from crmsync_desktop.adapters.hubspot.history import BATCH_WITH_HISTORY
from crmsync_desktop.adapters.hubspot.lists import Lists
from crmsync_desktop.adapters.hubspot.transport import Transport, iso
from crmsync_desktop.domain.action_occasions import Version
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.ports.crm import Want


class HappeningsReader:
    """Implements `ports.actions.Happenings`. `overlap`: how far a read of changes goes back before the last one, in seconds."""

    def __init__(self, transport: Transport, catalog: Catalog, lists: Lists, overlap: float) -> None:
        self._transport, self._catalog, self._lists = transport, catalog, lists
        self._overlap = overlap

    async def now(self, ask: bool = False) -> float:
        return await self._transport.now_there(ask=ask)

    def cursor_at(self, moment: float) -> str:
        return cursor.Position(since=max(moment - self._overlap, 0.0)).dump()

    async def versions(
        self, want: Want, ids: Sequence[str], properties: Sequence[str]
    ) -> dict[str, dict[str, list[Version]]]:
        """Properties that the schema doesn't have are left out."""
        schema = await self._catalog.schema(want.object)
        names = [name for name in dict.fromkeys(properties) if name in schema.fields]
        records: list[dict[str, Any]] = []

        async def read(part: Sequence[str]) -> None:
            body = {"properties": [], "propertiesWithHistory": names, "inputs": [{"id": each} for each in part]}
            answer = await self._transport.send(paths.BATCH_READ, "history", places={"object": want.object}, body=body)
            records.extend(results_of(told(answer.data)))

        parts = pieces(list(dict.fromkeys(ids)), BATCH_WITH_HISTORY) if names else []
        await self._transport.together([lambda part=part: read(part) for part in parts])  # type: ignore[misc]
        converters = {name: converter(schema.fields[name].kind) for name in names}
        return {
            str(record["id"]): {
                name: _versions((record.get("propertiesWithHistory") or {}).get(name), converters[name])
                for name in names
            }
            for record in records
        }

    async def joiners(self, list_id: str, since: str) -> list[tuple[str, str]]:
        """A member of whom HubSpot doesn't say when it joined is left out. Raises SetupError for a list that isn't there."""
        try:
            joined = await self._lists.joined_at(list_id, since)
        except Refused as refused:
            if refused.status != 404:
                raise
            raise SetupError(f"HubSpot has no list {list_id} any more.", "", "Choose another list.") from None
        dated = [(at, record) for record, at in joined.items() if at != float("inf")]
        return [(record, iso(at)) for at, record in sorted(dated)]


def _versions(history: Any, convert: Convert) -> list[Version]:
    """HubSpot lists the newest first."""
    entries = [each for each in history or () if isinstance(each, Mapping) and isinstance(each.get("timestamp"), str)]
    return [Version(each["timestamp"], convert(each.get("value"))) for each in reversed(entries)]
