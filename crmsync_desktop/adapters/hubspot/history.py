"""Who edited which property last, from HubSpot's property history (`propertiesWithHistory`, 50 records a request)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.batches import pieces, results_of, told
from crmsync_desktop.adapters.hubspot.catalog import Catalog
from crmsync_desktop.adapters.hubspot.decoding import converter, datetime_value
from crmsync_desktop.adapters.hubspot.errors import Refused, ScopeMissing
from crmsync_desktop.adapters.hubspot.properties import link_property
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.domain.newest import By, Edit
from crmsync_desktop.ports.crm import Want

BATCH_WITH_HISTORY: Final = 50
"""Inputs of a batch read that asks for histories (objects guide)."""
_INTEGRATION: Final = "INTEGRATION"
_MACHINES: Final = frozenset(
    {
        _INTEGRATION,
        "AUTOMATION_PLATFORM",
        "WORKFLOWS",
        "CALCULATED",
        "DEFAULT",
        "CONTACTS",
        "ANALYTICS",
        "ENRICHMENT",
        "COMPANY_INSIGHTS",
    }
)
"""Source types that aren't a person's hand (properties guide, "source types")."""


class Histories:
    """Which INTEGRATION is ours shows in the link property, which nobody else writes."""

    def __init__(self, transport: Transport, catalog: Catalog) -> None:
        self._transport = transport
        self._catalog = catalog
        self._ours: set[str] = set()

    async def edits(self, want: Want, ids: Sequence[str], fields: Sequence[str]) -> dict[str, dict[str, Edit]]:
        """Nothing for records that are gone, and nothing at all where the key may not see histories."""
        schema = await self._catalog.schema(want.object)
        asked = [field for field in dict.fromkeys(fields) if field in schema.fields]
        if not asked or not ids:
            return {}
        own = link_property(schema)
        names = [*asked, own] if own is not None and own not in asked else asked
        records: list[dict[str, Any]] = []

        async def read(part: Sequence[str]) -> None:
            body = {"properties": [], "propertiesWithHistory": names, "inputs": [{"id": each} for each in part]}
            try:
                answer = await self._transport.send(
                    paths.BATCH_READ, "history", places={"object": want.object}, body=body
                )
            except (Refused, ScopeMissing):
                return  # the records' stamps have to do
            records.extend(results_of(told(answer.data)))

        parts = pieces(list(dict.fromkeys(ids)), BATCH_WITH_HISTORY)
        await self._transport.together([lambda part=part: read(part) for part in parts])  # type: ignore[misc]
        told_of = {str(record["id"]): record.get("propertiesWithHistory") or {} for record in records}
        if own is not None:
            for histories in told_of.values():
                self._ours.update(_integrations(histories.get(own) or ()))
        return {
            id: {
                name: edit
                for name in asked
                if (edit := self._last(histories.get(name), converter(schema.fields[name].kind))) is not None
            }
            for id, histories in told_of.items()
        }

    def _last(self, versions: Any, convert: Any) -> Edit | None:
        """The newest version, which HubSpot lists first; by its time, so that nothing hangs on that."""
        dated = [
            (at, version)
            for version in versions or ()
            if isinstance(version, Mapping) and (at := datetime_value(version.get("timestamp")))
        ]
        if not dated:
            return None
        _, version = max(dated, key=lambda each: each[0])
        source = str(version.get("sourceType") or "")
        ours = source == _INTEGRATION and str(version.get("sourceId")) in self._ours
        by = By.US if ours else By.MACHINE if source in _MACHINES else By.PERSON
        return Edit(str(version["timestamp"]), by, convert(version.get("value")))


def _integrations(versions: Iterable[Any]) -> Iterable[str]:
    return (
        str(version["sourceId"])
        for version in versions
        if isinstance(version, Mapping) and version.get("sourceType") == _INTEGRATION and version.get("sourceId")
    )
