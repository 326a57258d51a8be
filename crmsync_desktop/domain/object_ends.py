"""Whether a lookup of a custom object and an association lead to each other's records (X1). Schemas alone don't tell which of
HubSpot's custom objects is which of Salesforce's: the settings do."""

from __future__ import annotations

from collections.abc import Mapping

from crmsync_desktop.domain.schema import Field


def wrong_end(salesforce: Field, hubspot: Field, kinds: Mapping[str, str]) -> str:
    """Why the two can't be mapped to each other, or "". `kinds`: HubSpot's type id of each custom object that was added. What was
    mapped so would wait for ever: nothing that the one points at is ever linked with what the other leads to."""
    mine = [object for object in salesforce.refers_to if object in kinds]
    led = [object for object, kind in kinds.items() if kind in hubspot.refers_to]
    if not led or not salesforce.refers_to or set(mine) & set(led):
        return ""
    return (
        f"{salesforce.name} points at {' or '.join(salesforce.refers_to)}, and the association “{hubspot.name}” leads to "
        f"records of {led[0]}."
    )
