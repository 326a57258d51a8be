"""Who wrote something, in HubSpot's own words: each version of a property, and each record, names its source.

Source types and the form of `sourceId`: property histories quoted in HubSpot's property and record guides (`INTEGRATION`
with the app's id, `CRM_UI` with `userId:…`).
Unverified: the sourceId of a value that a workflow set has the form enrollmentId:N;actionExecutionIndex:0.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

Source: TypeAlias = Literal[
    "INTEGRATION", "CRM_UI", "AUTOMATION_PLATFORM", "CALCULATED", "IMPORT", "FORM", "MERGE_OBJECTS"
]
ChangedBy: TypeAlias = Literal["person", "sync", "automation"]

APP_ID = 1_160_452
PERSON_USER_ID = 9_101
"""The user whom everything done by hand in the portal's window is put down to."""
PROVENANCE = ("hs_object_source", "hs_object_source_id", "hs_object_source_label", "hs_is_contact")
"""Properties whose values aren't kept with the others: they follow from who made the record, and what it is."""
_BY: dict[str, ChangedBy] = {
    "INTEGRATION": "sync",
    "CRM_UI": "person",
    "IMPORT": "person",
    "FORM": "person",
    "MERGE_OBJECTS": "person",
    "AUTOMATION_PLATFORM": "automation",
    "CALCULATED": "automation",
}


def changed_by(source: str) -> ChangedBy:
    """Whom a source type stands for."""
    return _BY[source]


def version(value: str, timestamp: str, source: str, record_id: int) -> dict[str, Any]:
    """One entry of `propertiesWithHistory`."""
    entry: dict[str, Any] = {"value": value, "timestamp": timestamp, "sourceType": source}
    if source == "CRM_UI":
        entry |= {"sourceId": f"userId:{PERSON_USER_ID}", "updatedByUserId": PERSON_USER_ID}
    elif source == "INTEGRATION":
        entry |= {"sourceId": str(APP_ID)}
    elif source == "AUTOMATION_PLATFORM":
        entry |= {"sourceId": f"enrollmentId:{record_id};actionExecutionIndex:0"}
    return entry


def provenance(source: str) -> dict[str, str]:
    """The values of the PROVENANCE properties of a record made by it."""
    number = {"INTEGRATION": str(APP_ID), "CRM_UI": f"userId:{PERSON_USER_ID}"}.get(source)
    told = {"hs_object_source": source, "hs_object_source_label": source, "hs_is_contact": "true"}
    return told if number is None else {**told, "hs_object_source_id": number}
