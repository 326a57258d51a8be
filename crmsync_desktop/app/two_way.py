"""Whether a custom object may travel from HubSpot to Salesforce (X1): only where both systems allow it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Mapping as Table

from crmsync_desktop.app.runner import Systems
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import Mapping, Rule
from crmsync_desktop.domain.object_proposal import OrgObject
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Schema
from crmsync_desktop.domain.settings import CustomObject, OnHubSpotRecord, Settings

_INWARD = (Rule.ALWAYS_SALESFORCE, Rule.DONT_SYNC)


def newly_two_way(now: Settings, wanted: Settings) -> list[CustomObject]:
    """The custom objects that `wanted` would let write to Salesforce, and `now` doesn't."""
    before = {each.name: each.on_hubspot_change for each in now.custom_objects}
    both = OnHubSpotRecord.CREATE_OR_UPDATE
    return [
        each for each in wanted.custom_objects if each.on_hubspot_change is both and before.get(each.name) is not both
    ]


async def check_two_way(
    own: CustomObject,
    mappings: Sequence[Mapping],
    systems: Callable[[], Awaitable[Systems]],
    schemas: Table[str, Schema],
) -> None:
    """Raises SetupError with the reason where HubSpot's records can't become Salesforce's. Two calls."""
    both = await systems()
    assert both.org_objects is not None
    found = next((each for each in await both.org_objects.custom_objects() if each.name == own.name), None)
    if reason := _refusal(own, found, mappings, schemas):
        raise SetupError(f"{own.name} can't travel from HubSpot to Salesforce.", *reason)
    try:
        await both.crms[Side.HUBSPOT].count(own.hubspot, None)
    except SetupError as error:
        raise SetupError(
            f"{own.name} can't travel from HubSpot to Salesforce.", f"{error.title} {error.detail}", error.hint
        ) from None


def _refusal(
    own: CustomObject, found: OrgObject | None, syncing: Sequence[Mapping], schemas: Table[str, Schema]
) -> tuple[str, str] | None:
    """(why, what to do)."""
    if found is None:
        return f"The connected Salesforce user can't see {own.name}.", "Give that user read access to it."
    missing = [what for what, may in (("create", found.createable), ("edit", found.updateable)) if not may]
    if missing:
        return (
            f"The connected Salesforce user may not {' or '.join(missing)} {found.plural}.",
            f"Give that user the rights to create and edit {own.name}, or leave it at one way.",
        )
    fields = schemas[own.name].fields if own.name in schemas else {}
    if not any(_goes_out(each, fields.get(each.salesforce.get(own.name, ""))) for each in syncing):
        writable = [each.property for each in syncing if _writable(fields.get(each.salesforce.get(own.name, "")))]
        named = f" ({', '.join(writable[:5])})" if writable else ""
        return (
            "Every mapping of it is “Always use Salesforce”, so that nothing of HubSpot's would be written.",
            f"Give the fields that are to travel another rule first{named}: mappings rule {own.name} PROPERTY two_way",
        )
    return None


def _goes_out(mapping: Mapping, field: Field | None) -> bool:
    owner = mapping.property == "hubspot_owner_id"
    return mapping.rule not in _INWARD and _writable(field) and not owner


def _writable(field: Field | None) -> bool:
    return field is not None and field.updateable
