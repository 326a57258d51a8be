"""The objects' schemas, read once and kept until they are asked for anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.associations import is_custom, own_association, with_associations
from crmsync_desktop.adapters.hubspot.custom_objects import OBJECTS, portal_object
from crmsync_desktop.adapters.hubspot.errors import Refused, lost, object_gone
from crmsync_desktop.adapters.hubspot.form_submissions import FORM_SUBMISSIONS, submissions_schema
from crmsync_desktop.adapters.hubspot.properties import schema_of
from crmsync_desktop.adapters.hubspot.transport import Transport, iso
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
        """One call per object, and one for the labels of a deal's contacts; of a custom object, one for each object that its
        records can be associated with. Raises SetupError for an object that the account or the key doesn't have."""
        wanted = list(dict.fromkeys(objects))
        read = await self._transport.together([lambda name=name: self._read(name) for name in wanted])  # type: ignore[misc]
        schemas = dict(zip(wanted, read, strict=True))
        self._schemas.update(schemas)
        return schemas

    async def _read(self, object_name: str) -> Schema:
        if object_name == FORM_SUBMISSIONS:
            return submissions_schema(iso(self._transport.server_now()))
        if is_custom(object_name):
            return await self._read_custom(object_name)
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

    async def _read_custom(self, object_name: str) -> Schema:
        """A custom object's definition has its properties, and tells what it can be associated with."""
        try:
            answer = await self._transport.send(
                paths.SCHEMA, "schema", places={"object": object_name}, query=paths.WITH_ALL
            )
        except Refused as refused:
            raise object_gone(object_name, refused.detail) from None
        results = [each for each in answer.data.get("properties") or () if isinstance(each, dict) and each.get("name")]
        if not results:
            raise lost(f"HTTP {answer.status} without a single property of {object_name}.")
        schema = schema_of(object_name, [each for each in results if not each.get("archived")], answer.server_time)
        for name in answer.data.get("requiredProperties") or ():
            if name in schema.fields:
                schema.fields[name] = msgspec.structs.replace(schema.fields[name], required=True)
        kind = portal_object(answer.data)
        targets = [OBJECTS.get(each, each) for each in kind.targets if each in OBJECTS or is_custom(each)]
        found = await self._transport.together(
            [lambda each=each: own_association(self._transport, object_name, each, _label_of(each)) for each in targets]  # type: ignore[misc]
        )
        associations = {field.name: field for field in found if field is not None}
        return msgspec.structs.replace(schema, label=kind.label, fields=schema.fields | associations)


def _label_of(target: str) -> str:
    return f"Associated {target}" if target in OBJECTS.values() else f"Associated records of {target}"
