"""Keeping the members of a list what its filter says they are.

A list whose filter looks at nothing but the record itself is brought up to date by looking at what was written since; one
that looks at the clock, at associations, at forms or at other lists is evaluated anew.
Unverified: a list whose filter names a property or a list that is gone keeps the members that it had.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from crmsync_desktop.practice.hubspot.filters import Condition
from crmsync_desktop.practice.hubspot.list_filters import LIVE, ListConditions
from crmsync_desktop.practice.hubspot.records import chunks
from crmsync_desktop.practice.hubspot.refusals import Refusal

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.lists import Lists, RecordList
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal


@dataclass(frozen=True, slots=True)
class Refreshed:
    """When a list's members were last true: the writes until then, the moment, and the place among changed records.

    `place` is None for a list whose filter looks at more than the record itself.
    """

    written: tuple[int, int]
    now_ms: int
    place: int | None


def refresh_dynamic(lists: Lists, found: RecordList) -> None:
    """Nothing to do if nothing was written since, and no time went by that the filter could look at."""
    portal = lists.portal
    last = portal.refreshed.get(found.id)
    if found.processing != "DYNAMIC":
        return
    current = last is not None and last.written == portal.database.written()
    if last is None or not current or (last.place is None and last.now_ms != portal.now_ms()):
        refresh(lists, found)


def refresh(lists: Lists, found: RecordList) -> None:
    if found.filter_branch is None:
        return
    portal, kind = lists.portal, lists.kind(found)
    conditions = ListConditions(portal)
    try:
        condition = conditions.root(kind, orjson.loads(found.filter_branch))
        for number in sorted(conditions.lists):
            refresh_dynamic(lists, lists.get(str(number)))
    except Refusal:
        return
    where = Condition(f"type = '{kind.name}' AND {LIVE} AND ({condition.sql})", condition.values)
    last, now = portal.refreshed.get(found.id), portal.now_ms()
    changed = portal.changes.since(last.place) if conditions.local and last and last.place is not None else None
    place = portal.changes.place() if conditions.local else None
    belonging, members = _everybody(portal, found, where) if changed is None else _among(portal, found, where, changed)
    joined = {
        each: modified if last is not None and last.now_ms <= modified <= now else now
        for each, modified in belonging.items()
        if each not in members
    }
    with portal.database.bookkeeping():
        insert = "INSERT INTO list_member (list_id, record_id, joined_ms) VALUES (?, ?, ?)"
        portal.connection.executemany(insert, [(found.id, each, joined[each]) for each in sorted(joined)])
        delete = "DELETE FROM list_member WHERE list_id = ? AND record_id = ?"
        portal.connection.executemany(delete, [(found.id, each) for each in members - belonging.keys()])
    portal.refreshed[found.id] = Refreshed(portal.database.written(), now, place)
    if place is not None:
        portal.changes.forget(min(each.place for each in portal.refreshed.values() if each.place is not None))
    portal.database.if_taken_back(lambda: portal.refreshed.pop(found.id, None))


def _everybody(portal: HubSpotPortal, found: RecordList, where: Condition) -> tuple[dict[int, int], set[int]]:
    query = f"SELECT id, modified_ms FROM record WHERE {where.sql}"  # noqa: S608
    belonging = dict(portal.connection.execute(query, where.values).fetchall())
    rows = portal.connection.execute("SELECT record_id FROM list_member WHERE list_id = ?", (found.id,))
    return belonging, {row[0] for row in rows}


def _among(
    portal: HubSpotPortal, found: RecordList, where: Condition, changed: set[int]
) -> tuple[dict[int, int], set[int]]:
    """Of the changed records alone: those that belong, and those that are members."""
    belonging: dict[int, int] = {}
    members: set[int] = set()
    for marks, piece in chunks(changed):
        query = f"SELECT id, modified_ms FROM record NOT INDEXED WHERE id IN ({marks}) AND {where.sql}"  # noqa: S608
        belonging.update(portal.connection.execute(query, (*piece, *where.values)).fetchall())
        query = f"SELECT record_id FROM list_member WHERE list_id = ? AND record_id IN ({marks})"  # noqa: S608
        members.update(row[0] for row in portal.connection.execute(query, (found.id, *piece)))
    return belonging, members
