"""The org's custom objects, from the global describe (REST guide, Describe Global): one call for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync_desktop.adapters.salesforce.calls import Calls
from crmsync_desktop.adapters.salesforce.errors import nonsense
from crmsync_desktop.domain.object_proposal import OrgObject


async def custom_objects(calls: Calls) -> list[OrgObject]:
    """Those with records of their own that this user may read, by label: no custom settings, metadata types, events, external
    or big objects, and none of those that Salesforce keeps itself (shares, histories). Raises CallFailed."""
    answer = await calls.send("GET", f"{calls.transport.data}/sobjects", purpose="schema")
    try:
        found = [_object(entry) for entry in answer.body["sobjects"] if _is_wanted(entry)]
    except (KeyError, TypeError, AttributeError):
        raise nonsense("The global describe doesn't have its objects.") from None
    return sorted(found, key=lambda each: (each.label.casefold(), each.name))


def _is_wanted(entry: Mapping[str, Any]) -> bool:
    return bool(
        str(entry["name"]).endswith("__c")
        and entry.get("custom")
        and entry.get("queryable")
        and entry.get("retrieveable", True)
        and not entry.get("customSetting")
        and not entry.get("deprecatedAndHidden")
    )


def _object(entry: Mapping[str, Any]) -> OrgObject:
    name = str(entry["name"])
    label = str(entry.get("label") or name)
    return OrgObject(
        name=name,
        label=label,
        plural=str(entry.get("labelPlural") or f"{label}s"),
        prefix=str(entry.get("keyPrefix") or ""),
        createable=bool(entry.get("createable")),
        updateable=bool(entry.get("updateable")),
    )
