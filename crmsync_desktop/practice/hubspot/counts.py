"""What a record's associations come to: how many of each type, the primary company, the last activity.

Unverified: such a count changes without moving the modified date.
Unverified: a contact whose primary company changes has a new modified date.
Unverified: calls, e-mails and meetings count as contacting somebody, notes and tasks only as activity.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import orjson

from crmsync_desktop.practice.hubspot import records
from crmsync_desktop.practice.hubspot.records import Record

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

COUNTS = {
    "contacts": {"deals": "num_associated_deals", "companies": "num_associated_companies"},
    "companies": {"contacts": "num_associated_contacts", "deals": "num_associated_deals"},
    "deals": {"contacts": "num_associated_contacts"},
    "tickets": {"companies": "hs_num_associated_companies"},
}
COMPANY, PRIMARY_COMPANY = "associatedcompanyid", 1
CONTACTING = ("calls", "emails", "meetings")
ACTIVITY = (*CONTACTING, "notes", "tasks")


def settle(portal: HubSpotPortal, ids: Iterable[int]) -> None:
    """Bring the counted properties of these records up to date, within the caller's transaction."""
    wanted = set(ids)
    for marks, piece in records.chunks(wanted):
        query = f"SELECT {records.COLUMNS} FROM record WHERE id IN ({marks}) AND merged_into IS NULL"  # noqa: S608
        held = [Record.of(row) for row in portal.connection.execute(query, piece)]
        totals = _totals(portal, marks, piece)
        for record in held:
            if record.type in COUNTS:
                _write(portal, record, _values(portal, record, totals.get(record.id, {})))


def _totals(portal: HubSpotPortal, marks: str, piece: list[int]) -> dict[int, dict[str, int]]:
    query = (
        "SELECT a.from_id, a.to_type, count(DISTINCT a.to_id) FROM association AS a JOIN record ON record.id = a.to_id "  # noqa: S608
        f"WHERE a.from_id IN ({marks}) AND record.archived_ms IS NULL GROUP BY a.from_id, a.to_type"
    )
    totals: dict[int, dict[str, int]] = {}
    for from_id, to_type, number in portal.connection.execute(query, piece):
        totals.setdefault(from_id, {})[to_type] = number
    return totals


def _values(portal: HubSpotPortal, record: Record, totals: dict[str, int]) -> dict[str, str]:
    values = {}
    for kind, name in COUNTS[record.type].items():
        if kind in totals or record.properties.get(name):
            values[name] = str(totals.get(kind, 0))
    if record.type == "contacts":
        query = "SELECT to_id FROM association WHERE from_type = 'contacts' AND from_id = ? AND to_type = 'companies' AND type_id = ?"
        primary = portal.connection.execute(query, (record.id, PRIMARY_COMPANY)).fetchone()
        if (
            primary is not None
            or totals.get("companies") is not None
            or record.properties.get("num_associated_companies")
        ):
            values[COMPANY] = "" if primary is None else str(primary[0])
        if any(kind in totals for kind in ACTIVITY):
            values.update(_activity(portal, record.id))
    return values


def _activity(portal: HubSpotPortal, contact: int) -> dict[str, str]:
    query = (
        "SELECT record.type, ifnull(property_value(record.properties, 'hs_timestamp'), '') FROM association AS a "
        "JOIN record ON record.id = a.to_id WHERE a.from_id = ? AND record.archived_ms IS NULL AND a.to_type IN (?,?,?,?,?) "
        "GROUP BY a.to_id"
    )
    rows = portal.connection.execute(query, (contact, *ACTIVITY)).fetchall()
    contacting = [stamp for kind, stamp in rows if kind in CONTACTING]
    return {
        "notes_last_updated": max(stamp for _, stamp in rows),
        "notes_last_contacted": max(contacting, default=""),
        "num_notes": str(len(rows)),
        "num_contacted_notes": str(len(contacting)),
    }


def _write(portal: HubSpotPortal, record: Record, values: dict[str, str]) -> None:
    changes = {
        name: (record.properties.get(name, ""), value)
        for name, value in values.items()
        if record.properties.get(name, "") != value
    }
    if not changes:
        return
    now = portal.now_ms()
    moved = record.modified_ms
    if COMPANY in changes:
        portal.lag(record, now, existed=True)
        moved = max(now, moved)
    records.set_values(record.properties, values)
    insert = "INSERT INTO history (id, at_ms, source, changes) VALUES (?, ?, 'CALCULATED', ?)"
    portal.connection.execute(insert, (record.id, now, orjson.dumps(changes).decode()))
    text = orjson.dumps(record.properties).decode()
    portal.connection.execute(
        "UPDATE record SET properties = ?, modified_ms = ? WHERE id = ?", (text, moved, record.id)
    )
