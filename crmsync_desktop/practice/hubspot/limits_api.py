"""Handlers of limits tracking: how much of what the account may keep it has, by object type.

Shapes: HubSpot's limits-tracking guide and the models of its SDK. The limits of associations aren't answered.
Unverified: the numbers of records, properties and pipelines that an account of each tier may have.
Unverified: percentage is usage by limit in hundredths, with two decimals.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.pipelines import MOST
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry

RECORDS, CUSTOM_RECORDS, CUSTOM_OBJECTS = 15_000_000, 500_000, 10
CUSTOM_PROPERTIES = {"free": 10, "starter": 1_000, "professional": 1_000, "enterprise": 1_000}
CALCULATED = {"free": 0, "starter": 0, "professional": 25, "enterprise": 200}
Count = Callable[[ObjectType], int]


def records(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, _both(portal, lambda kind: portal.count(kind.name), RECORDS, CUSTOM_RECORDS)


def pipelines(portal: HubSpotPortal, ask: Ask) -> Answer:
    most = MOST[portal.setup.tier]
    return 200, _both(portal, lambda kind: len(portal.pipelines.all(kind.name)), most, most)


def custom_properties(portal: HubSpotPortal, ask: Ask) -> Answer:
    most = CUSTOM_PROPERTIES[portal.setup.tier]
    rows = [_row(kind, _own(portal, kind, calculated=False), most) for kind in portal.catalog.types]
    return 200, {"byObjectType": rows, **_overall(sum(row["usage"] for row in rows), most * len(rows))}


def calculated_properties(portal: HubSpotPortal, ask: Ask) -> Answer:
    rows = [_row(kind, _own(portal, kind, calculated=True)) for kind in portal.catalog.types]
    overall = _overall(sum(row["usage"] for row in rows), CALCULATED[portal.setup.tier])
    return 200, {"byObjectType": rows, **overall}


def custom_object_types(portal: HubSpotPortal, ask: Ask) -> Answer:
    usage = sum(kind.custom for kind in portal.catalog.types)
    most = CUSTOM_OBJECTS if portal.setup.tier == "enterprise" else 0
    return 200, {"usage": usage, "limit": most, "percentage": _percentage(usage, most)}


def _both(portal: HubSpotPortal, count: Count, most: int, most_custom: int) -> dict[str, Any]:
    kinds = list(portal.catalog.types)
    custom = [_row(kind, count(kind)) for kind in kinds if kind.custom]
    return {
        "hubspotDefinedObjectTypes": [_row(kind, count(kind), most) for kind in kinds if not kind.custom],
        "customObjectTypes": {"byObjectType": custom, **_overall(sum(row["usage"] for row in custom), most_custom)},
    }


def _own(portal: HubSpotPortal, kind: ObjectType, *, calculated: bool) -> int:
    """The properties of a type that were made in this portal."""
    return sum(
        not each.json.get("hubspotDefined") and bool(each.json.get("calculated")) == calculated
        for each in portal.catalog.properties(kind.name).values()
    )


def _row(kind: ObjectType, usage: int, most: int | None = None) -> dict[str, Any]:
    labels = {"singularLabel": kind.singular.capitalize(), "pluralLabel": kind.name.capitalize()}
    row = {"objectTypeId": kind.type_id, **labels, "usage": usage}
    return row if most is None else {**row, "limit": most, "percentage": _percentage(usage, most)}


def _overall(usage: int, most: int) -> dict[str, Any]:
    return {"overallUsage": usage, "overallLimit": most, "overallPercentage": _percentage(usage, most)}


def _percentage(usage: int, most: int) -> float:
    return round(100 * usage / most, 2) if most else 0.0


ENTRIES = [
    Entry("GET", "limits", "/records", records),
    Entry("GET", "limits", "/pipelines", pipelines),
    Entry("GET", "limits", "/custom-properties", custom_properties),
    Entry("GET", "limits", "/calculated-properties", calculated_properties),
    Entry("GET", "limits", "/custom-object-types", custom_object_types),
]
