"""Making a property (M5)."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.errors import Refused
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.new_property import NewProperty


async def make_property(transport: Transport, wanted: NewProperty) -> None:
    """One call, sent once more only where HubSpot surely didn't carry it out. Raises SetupError with HubSpot's own words
    where it refuses: a name that is taken, an option that can't be, a key that may not."""
    try:
        await transport.send(
            paths.PROPERTY_CREATE, "schema", places={"object": wanted.object}, body=_body(wanted), repeatable=False
        )
    except Refused as refused:
        taken = refused.status == 409
        raise SetupError(
            f"HubSpot has a property “{wanted.name}” already." if taken else "HubSpot doesn't make this property.",
            refused.detail,
            "Give it another name." if taken else "",
        ) from None


def _body(wanted: NewProperty) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": wanted.name,
        "label": wanted.label,
        "type": wanted.type,
        "fieldType": wanted.field_type,
        "groupName": wanted.group,
        "description": wanted.description,
    }
    if wanted.options:
        body["options"] = [
            {"label": option.label, "value": option.value, "displayOrder": place, "hidden": False}
            for place, option in enumerate(wanted.options)
        ]
    return body
