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
            paths.PROPERTY_CREATE,
            "schema",
            places={"object": wanted.object},
            body=property_body(wanted, wanted.group),
            repeatable=False,
        )
    except Refused as refused:
        taken = refused.status == 409
        raise SetupError(
            f"HubSpot has a property “{wanted.name}” already." if taken else "HubSpot doesn't make this property.",
            refused.detail,
            "Give it another name." if taken else "",
        ) from None


def property_body(wanted: NewProperty, group: str) -> dict[str, Any]:
    """The request for one property. Without a `group` it goes to the one of a custom object that is made with it."""
    body: dict[str, Any] = {
        "name": wanted.name,
        "label": wanted.label,
        "type": wanted.type,
        "fieldType": wanted.field_type,
        "description": wanted.description,
    }
    if group:
        body["groupName"] = group
    if wanted.unique:
        body["hasUniqueValue"] = True
    if wanted.options:
        body["options"] = [
            {"label": option.label, "value": option.value, "displayOrder": place, "hidden": False}
            for place, option in enumerate(wanted.options)
        ]
    return body
