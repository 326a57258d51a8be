"""HubSpot's custom objects: which there are, making one, and giving one more properties, values and associations.

Sources: HubSpot's schemas guide (names, labels, required and displayed properties; associatedObjects; Enterprise accounts) and
properties guide (batch/create; a list of values is changed as a whole).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.batches import pieces
from crmsync_desktop.adapters.hubspot.errors import Refused, ReplyLost, ScopeMissing, faults_of
from crmsync_desktop.adapters.hubspot.making import property_body
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.new_property import NewProperty
from crmsync_desktop.domain.object_proposal import TYPE_IDS, PortalObject, Proposal
from crmsync_desktop.domain.schema import Option

BATCH: Final = 100
_ASSOCIATED: Final = {"contacts": "CONTACT", "companies": "COMPANY", "deals": "DEAL", "tickets": "TICKET"}
"""How a schema names HubSpot's own objects; a custom one goes by its type id."""
_NEEDS: Final = (
    "Custom objects need an Enterprise subscription of HubSpot, and a key with the scopes crm.schemas.custom.read, "
    "crm.schemas.custom.write, crm.objects.custom.read and crm.objects.custom.write."
)


class CustomObjects:
    """Implements ports.objects.PortalObjects for one account."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def object_types(self) -> list[PortalObject]:
        try:
            answer = await self._transport.send(paths.SCHEMAS, "schema", query=paths.WITH_ASSOCIATIONS)
        except ScopeMissing as missing:
            raise SetupError("HubSpot doesn't show its custom objects.", missing.detail, _NEEDS) from None
        except Refused as refused:
            raise SetupError("HubSpot doesn't show its custom objects.", refused.detail, _NEEDS) from None
        return [portal_object(each) for each in answer.data.get("results") or () if isinstance(each, dict)]

    async def make_object(self, wanted: Proposal) -> PortalObject:
        try:
            answer = await self._transport.send(paths.SCHEMA_CREATE, "schema", body=_schema(wanted), repeatable=False)
        except ReplyLost:
            made = next((each for each in await self.object_types() if each.name == wanted.name), None)
            if made is None:
                raise
            return made
        except ScopeMissing as missing:
            raise SetupError("HubSpot doesn't make this object.", missing.detail, _NEEDS) from None
        except Refused as refused:
            hint = "Give it another name: --name" if refused.status == 409 else ""
            raise SetupError("HubSpot doesn't make this object.", refused.detail, hint) from None
        return portal_object(answer.data)

    async def make_properties(self, object: str, wanted: Sequence[NewProperty]) -> None:
        if not wanted:
            return
        group = await self._group(object)
        refused: list[str] = []
        for part in pieces(list(wanted), BATCH):
            body = {"inputs": [property_body(each, group) for each in part]}
            try:
                answer = await self._transport.send(
                    paths.PROPERTIES_CREATE, "schema", places={"object": object}, body=body, repeatable=False
                )
            except ScopeMissing as missing:
                raise SetupError("HubSpot doesn't make these properties.", missing.detail, _NEEDS) from None
            except Refused as refusal:
                if refusal.status != 409:
                    raise SetupError("HubSpot doesn't make these properties.", refusal.detail) from None
                continue
            errors = [each for each in answer.data.get("errors") or () if isinstance(each, dict)]
            refused += [faults_of(each, 400)[0].message for each in errors if not _is_there(each)]
        if refused:
            more = f" And {len(refused) - 3:,} more." if len(refused) > 3 else ""
            raise SetupError("HubSpot doesn't make all of these properties.", " ".join(refused[:3]) + more)

    async def add_options(self, object: str, property: str, options: Sequence[Option]) -> None:
        places = {"object": object, "property": property}
        try:
            there = (await self._transport.send(paths.PROPERTY, "schema", places=places)).data.get("options") or []
            values = {str(each.get("value")) for each in there}
            labels = {str(each.get("label")) for each in there}
            added = [each for each in options if each.value not in values]
            body = {
                "options": [
                    *({key: each[key] for key in _OPTION if key in each} for each in there),
                    *(_option(each, len(there) + place, labels) for place, each in enumerate(added)),
                ]
            }
            if added:
                await self._transport.send(paths.PROPERTY_CHANGE, "schema", places=places, body=body)
        except (Refused, ScopeMissing) as refused:
            raise SetupError(f"HubSpot doesn't add values to “{property}”.", refused.detail, _NEEDS) from None

    async def join(self, object: str, target: str) -> None:
        body = {"fromObjectTypeId": object, "toObjectTypeId": TYPE_IDS.get(target, target)}
        try:
            await self._transport.send(
                paths.SCHEMA_JOIN, "schema", places={"object": object}, body=body, repeatable=False
            )
        except Refused as refused:
            if refused.status != 409:
                raise SetupError("HubSpot doesn't let these objects be associated.", refused.detail) from None
        except ScopeMissing as missing:
            raise SetupError("HubSpot doesn't let these objects be associated.", missing.detail, _NEEDS) from None

    async def _group(self, object: str) -> str:
        """The group of an object's own properties: HubSpot makes one with each custom object, named after it."""
        answer = await self._transport.send(paths.PROPERTY_GROUPS, "schema", places={"object": object})
        names = [str(each["name"]) for each in answer.data.get("results") or () if isinstance(each, dict)]
        return next((name for name in names if name.endswith("_information")), names[0] if names else "")


OBJECTS: Final = {number: name for name, number in TYPE_IDS.items()}
_OPTION: Final = ("label", "value", "description", "displayOrder", "hidden")


def portal_object(data: Mapping[str, Any]) -> PortalObject:
    """From HubSpot's answer for one schema."""
    labels = data.get("labels") or {}
    own = str(data["objectTypeId"])
    ends = [
        str(each[end])
        for each in data.get("associations") or ()
        if isinstance(each, dict)
        for end in ("fromObjectTypeId", "toObjectTypeId")
    ]
    return PortalObject(
        id=own,
        name=str(data["name"]),
        label=str(labels.get("singular") or data["name"]),
        plural=str(labels.get("plural") or data["name"]),
        label_property=str(data.get("primaryDisplayProperty") or ""),
        targets=tuple(dict.fromkeys(end for end in ends if end != own)),
    )


def _schema(wanted: Proposal) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "labels": {"singular": wanted.label, "plural": wanted.plural},
        "description": f"Synced with {wanted.object.name} of Salesforce.",
        "primaryDisplayProperty": wanted.label_property,
        "secondaryDisplayProperties": list(wanted.beside),
        "requiredProperties": list(wanted.required),
        "searchableProperties": [wanted.label_property],
        "properties": [property_body(each, "") for each in wanted.new_properties],
        "associatedObjects": [_ASSOCIATED.get(each.target, each.target) for each in wanted.lookups],
        "allowsSensitiveProperties": False,
    }


def _option(option: Option, place: int, labels: set[str]) -> dict[str, Any]:
    """A label that another value has is told apart by the value."""
    label = f"{option.label} ({option.value})" if option.label in labels else option.label
    labels.add(label)
    return {"label": label, "value": option.value, "displayOrder": place, "hidden": False}


def _is_there(error: Mapping[str, Any]) -> bool:
    return error.get("category") == "OBJECT_ALREADY_EXISTS" or "PROPERTY_EXISTS" in str(error.get("subCategory"))
