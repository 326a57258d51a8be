"""The objects' schemas, read once and kept until they are asked for anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.associations import with_associations
from crmsync_desktop.adapters.hubspot.errors import Refused, lost
from crmsync_desktop.adapters.hubspot.properties import schema_of
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.schema import Schema


class Catalog:
    """Schemas by object name."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._schemas: dict[str, Schema] = {}

    def use(self, schemas: Iterable[Schema]) -> None:
        """Schemas that the caller has kept from an earlier read: they cost no call now."""
        self._schemas.update({schema.object: schema for schema in schemas})

    async def schema(self, object_name: str) -> Schema:
        """The schema as it was last read; one call where it wasn't yet."""
        if object_name not in self._schemas:
            await self.read([object_name])
        return self._schemas[object_name]

    async def read(self, objects: Sequence[str]) -> dict[str, Schema]:
        """One call per object, and one for the labels of a deal's contacts. Raises SetupError for an object that the account or the key doesn't have."""
        wanted = list(dict.fromkeys(objects))
        read = await self._transport.together([lambda name=name: self._read(name) for name in wanted])  # type: ignore[misc]
        schemas = dict(zip(wanted, read, strict=True))
        self._schemas.update(schemas)
        return schemas

    async def _read(self, object_name: str) -> Schema:
        try:
            answer = await self._transport.send(
                paths.PROPERTIES, "schema", places={"object": object_name}, query={"archived": "false"}
            )
        except Refused as refused:
            raise SetupError(
                f"HubSpot doesn't show {object_name}.",
                refused.detail,
                "The account may not have this object, or the key may lack its schema scope.",
            ) from None
        results = [each for each in answer.data.get("results") or () if isinstance(each, dict) and each.get("name")]
        if not results:  # kept for a day, it would leave nothing to be mapped
            raise lost(f"HTTP {answer.status} without a single property of {object_name}.")
        return await with_associations(self._transport, schema_of(object_name, results, answer.server_time))
