"""Merging two records into a new one: both old ids go on answering, with the survivor's.

Source: HubSpot's change of merging for contacts and companies (a new id, the primary's values). Unverified: that a value
which the primary lacks is taken from the other.
"""

from __future__ import annotations

import orjson

from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.records import COLUMNS, Record
from crmsync_desktop.practice.hubspot.refusals import invalid
from crmsync_desktop.practice.hubspot.sources import Source
from crmsync_desktop.practice.hubspot.uniqueness import ADDITIONAL_EMAILS

MERGED_IDS = "hs_merged_object_ids"


def merge(
    portal: HubSpotPortal, kind: ObjectType, primary: Record, other: Record, source: Source = "INTEGRATION"
) -> Record:
    """The surviving record, with a new id. The caller holds the transaction. Raises a 400 Refusal for one with itself."""
    if primary.id == other.id:
        raise invalid("A record can't be merged with itself.")
    now = portal.now_ms()
    properties = _merged_properties(kind, primary, other)
    created = min(primary.created_ms, other.created_ms)
    survivor = Record(portal.database.take_ids(1), kind.name, created, now, None, None, "MERGE_OBJECTS", properties)
    portal.lag(survivor, now, existed=False)
    for old in (primary, other):
        portal.lag(old, now, existed=True)
        portal.unique.release(old.id)
        portal.connection.execute(
            "UPDATE record SET merged_into = ?, writer = ? WHERE id = ?", (survivor.id, source, old.id)
        )
        _move_references(portal, old.id, survivor.id)
    portal.connection.execute(
        f"INSERT INTO record ({COLUMNS}, writer) VALUES (?, ?, ?, ?, NULL, NULL, ?, ?, ?)",  # noqa: S608
        (survivor.id, kind.name, created, now, survivor.source, orjson.dumps(properties).decode(), source),
    )
    portal.unique.claim(kind, survivor.id, {}, properties)
    return survivor


def _merged_properties(kind: ObjectType, primary: Record, other: Record) -> dict[str, str]:
    properties = {**other.properties, **primary.properties}
    merged = [
        primary.properties.get(MERGED_IDS, ""),
        str(primary.id),
        other.properties.get(MERGED_IDS, ""),
        str(other.id),
    ]
    properties[MERGED_IDS] = ";".join(part for part in merged if part)
    if kind.name == "contacts":
        additional = [primary.properties.get(ADDITIONAL_EMAILS, ""), other.properties.get(ADDITIONAL_EMAILS, "")]
        if other.properties.get("email") and other.properties["email"] != properties.get("email"):
            additional.append(other.properties["email"])
        joined = ";".join(part for part in additional if part)
        if joined:
            properties[ADDITIONAL_EMAILS] = joined
    return properties


def _move_references(portal: HubSpotPortal, old_id: int, new_id: int) -> None:
    execute = portal.connection.execute
    for table, column in (("association", "from_id"), ("association", "to_id"), ("list_member", "record_id")):
        execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {column} = ?", (new_id, old_id))  # noqa: S608
        execute(f"DELETE FROM {table} WHERE {column} = ?", (old_id,))  # noqa: S608
