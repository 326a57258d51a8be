"""Merging two records into a new one: both old ids go on answering, with the survivor's.

Sources: HubSpot's change of merging for contacts and companies (a new id, the primary's values, at most 250 records in one,
else 414); its article on merging records (the later lifecycle stage and the earlier create date survive; the other's e-mail
address and domain become additional ones).
Unverified: a value that the primary record lacks is taken from the other one.
Unverified: where both merged records have a primary company, the primary record's stays the primary one.
Unverified: activities can't be merged, and a record not with itself; both are refused with 400.
"""

from __future__ import annotations

import orjson

from crmsync_desktop.practice.hubspot import automations, counts
from crmsync_desktop.practice.hubspot.associations import linked
from crmsync_desktop.practice.hubspot.object_types import ACTIVITIES, ObjectType
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.records import COLUMNS, Record, set_values
from crmsync_desktop.practice.hubspot.refusals import Refusal, invalid
from crmsync_desktop.practice.hubspot.sources import Source
from crmsync_desktop.practice.hubspot.uniqueness import ADDITIONAL_EMAILS
from crmsync_desktop.practice.hubspot.values import parts_of

MERGED_IDS, MERGED_VIDS, ADDITIONAL_DOMAINS = (
    "hs_merged_object_ids",
    "hs_calculated_merged_vids",
    "hs_additional_domains",
)
STAGE = "lifecyclestage"
MOST_IN_ONE = 250


def merge(
    portal: HubSpotPortal, kind: ObjectType, primary: Record, other: Record, source: Source = "INTEGRATION"
) -> Record:
    """The surviving record, with a new id. The caller holds the transaction.

    Raises a Refusal: 400 for one with itself or an activity, 414 for what would hold more than 250 records.
    """
    if kind.name in ACTIVITIES:
        raise invalid(f"Records of the type {kind.name} can't be merged.")
    if primary.id == other.id:
        raise invalid("A record can't be merged with itself.")
    properties = _merged_properties(portal, kind, primary, other)
    if len(parts_of(properties[MERGED_IDS])) > MOST_IN_ONE:
        raise Refusal(414, "VALIDATION_ERROR", f"A record can't be merged from more than {MOST_IN_ONE} records.")
    now, created = portal.now_ms(), min(primary.created_ms, other.created_ms)
    survivor = Record(portal.database.take_ids(1), kind.name, created, now, None, None, "MERGE_OBJECTS", properties)
    portal.lag(survivor, now, existed=False)
    _drop_second_primary(portal, primary.id, other.id)
    for old in (primary, other):
        portal.lag(old, now, existed=True)
        portal.unique.release(old.id)
        portal.connection.execute(
            "UPDATE record SET merged_into = ?, writer = ? WHERE id = ?", (survivor.id, source, old.id)
        )
        _move_references(portal, old.id, survivor.id)
    portal.connection.execute("DELETE FROM association WHERE from_id = ? AND to_id = ?", (survivor.id, survivor.id))
    portal.connection.execute(
        f"INSERT INTO record ({COLUMNS}, writer) VALUES (?, ?, ?, ?, NULL, NULL, ?, ?, ?)",  # noqa: S608
        (survivor.id, kind.name, created, now, survivor.source, orjson.dumps(properties).decode(), source),
    )
    portal.unique.claim(kind, survivor.id, {}, properties)
    counts.settle(portal, [survivor.id, *linked(portal, survivor.id)])
    if portal.setup.automations:
        automations.enrol(portal, survivor, properties, created=False)
    return survivor


def _merged_properties(portal: HubSpotPortal, kind: ObjectType, primary: Record, other: Record) -> dict[str, str]:
    mine, theirs = primary.properties, other.properties
    merged = {name: value for name, value in theirs.items() if value} | {
        name: value for name, value in mine.items() if value
    }
    ids = [mine.get(MERGED_IDS, ""), str(primary.id), theirs.get(MERGED_IDS, ""), str(other.id)]
    merged[MERGED_IDS] = ";".join(part for part in ids if part)
    if STAGE in merged:
        merged[STAGE] = _later_stage(portal, kind, mine.get(STAGE, ""), theirs.get(STAGE, ""))
    if kind.name == "contacts":
        _put_aside(merged, ADDITIONAL_EMAILS, "email", mine, theirs)
        stamp = portal.now_ms()
        vids = [mine.get(MERGED_VIDS, ""), theirs.get(MERGED_VIDS, ""), f"{primary.id}:{stamp}", f"{other.id}:{stamp}"]
        merged[MERGED_VIDS] = ";".join(part for part in vids if part)
    elif kind.name == "companies":
        _put_aside(merged, ADDITIONAL_DOMAINS, "domain", mine, theirs)
    follows = portal.derivation.of(
        kind.name, merged, merged, min(primary.created_ms, other.created_ms), portal.now_ms()
    )
    set_values(merged, follows)
    return merged


def _put_aside(
    merged: dict[str, str], additional: str, first: str, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    """The other's address or domain stands among the additional ones, unless it is the survivor's own."""
    found = parts_of(";".join((mine.get(additional, ""), theirs.get(additional, ""), theirs.get(first, ""))))
    if kept := [each for each in found if each != merged.get(first)]:
        merged[additional] = ";".join(kept)


def _later_stage(portal: HubSpotPortal, kind: ObjectType, one: str, two: str) -> str:
    options = portal.catalog.properties(kind.name)[STAGE].json["options"]
    order = {each["value"]: each["displayOrder"] for each in options}
    return max((one, two), key=lambda stage: order.get(stage, -1))


def _drop_second_primary(portal: HubSpotPortal, primary: int, other: int) -> None:
    for kind in (each for each in portal.association_types.all() if each.primary and each.source != "companies"):
        query = "SELECT 1 FROM association WHERE from_type = ? AND from_id = ? AND category = ? AND type_id = ?"
        mine = (kind.source, primary, kind.category, kind.id)
        if portal.connection.execute(query, mine).fetchone():
            for place, number in (("from_id", kind.id), ("to_id", kind.inverse)):
                drop = f"DELETE FROM association WHERE {place} = ? AND category = ? AND type_id = ?"  # noqa: S608
                portal.connection.execute(drop, (other, kind.category, number))


def _move_references(portal: HubSpotPortal, old_id: int, new_id: int) -> None:
    execute = portal.connection.execute
    for table, column in (
        ("association", "from_id"),
        ("association", "to_id"),
        ("list_member", "record_id"),
        ("form_submission", "contact"),
    ):
        execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {column} = ?", (new_id, old_id))  # noqa: S608
        execute(f"DELETE FROM {table} WHERE {column} = ?", (old_id,))  # noqa: S608
