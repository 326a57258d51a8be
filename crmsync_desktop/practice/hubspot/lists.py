"""Lists of records: MANUAL and SNAPSHOT ones are written by hand, DYNAMIC ones follow their filter.

A dynamic list is brought up to date when it is looked at; a member's time of joining is when it was first seen to belong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from crmsync_desktop.practice.hubspot.catalog import OBJECT_TYPES, ObjectType, object_type
from crmsync_desktop.practice.hubspot.list_filters import branch_condition
from crmsync_desktop.practice.hubspot.records import chunks, numeric_id
from crmsync_desktop.practice.hubspot.refusals import invalid, not_found
from crmsync_desktop.practice.hubspot.values import iso

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

PROCESSING = ("MANUAL", "DYNAMIC", "SNAPSHOT")
COLUMNS = "id, type, name, processing, filter_branch, version, created_ms, updated_ms, deleted_ms"
MAX_MEMBERS_WRITTEN = 100_000


@dataclass(frozen=True, slots=True)
class RecordList:
    """A row of the list table. `filter_branch` is JSON."""

    id: int
    type: str
    name: str
    processing: str
    filter_branch: str | None
    version: int
    created_ms: int
    updated_ms: int
    deleted_ms: int | None

    def shown(self, *, size: int | None = None, filters: bool = False) -> dict[str, Any]:
        body: dict[str, Any] = {
            "listId": str(self.id),
            "listVersion": self.version,
            "name": self.name,
            "objectTypeId": OBJECT_TYPES[self.type].type_id,
            "processingType": self.processing,
            "processingStatus": "COMPLETE",
            "createdAt": iso(self.created_ms),
            "updatedAt": iso(self.updated_ms),
            "filtersUpdatedAt": iso(self.updated_ms),
        }
        if size is not None:
            body["size"] = size
        if filters and self.filter_branch:
            body["filterBranch"] = orjson.loads(self.filter_branch)
        return body


class Lists:
    """The portal's lists; the caller holds the transaction for everything that writes."""

    def __init__(self, portal: HubSpotPortal) -> None:
        self._portal = portal
        self._connection = portal.connection

    def create(self, body: dict[str, Any]) -> RecordList:
        """Raises a 400 Refusal: for a name that is taken, an unknown type, or a filter where there must be none."""
        kind, name = object_type(str(body.get("objectTypeId"))), str(body.get("name") or "")
        processing, branch = body.get("processingType"), body.get("filterBranch")
        if not name or processing not in PROCESSING:
            raise invalid(f"A list needs a name and a processingType out of {', '.join(PROCESSING)}.")
        if (branch is None) != (processing == "MANUAL"):
            raise invalid("A DYNAMIC or SNAPSHOT list needs a filterBranch, a MANUAL one has none.")
        self._refuse_taken(kind, name)
        if branch is not None:
            branch_condition(kind, self._portal.catalog.properties(kind.name), branch)
        now = self._portal.now_ms()
        text = None if branch is None else orjson.dumps(branch).decode()
        made = RecordList(self._portal.database.take_ids(1), kind.name, name, str(processing), text, 1, now, now, None)
        self._connection.execute(
            f"INSERT INTO list ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",  # noqa: S608
            (made.id, made.type, made.name, made.processing, made.filter_branch, 1, now, now),
        )
        self._refresh(made)
        return made

    def get(self, list_id: str, *, deleted: bool = False) -> RecordList:
        """Raises a 404 Refusal."""
        query = f"SELECT {COLUMNS} FROM list WHERE id = ?"  # noqa: S608
        row = self._connection.execute(query, (numeric_id(list_id),)).fetchone()
        if row is None or (row[8] is not None) != deleted:
            raise not_found(f"List does not exist with ID {list_id}.")
        return RecordList(*row)

    def all(self) -> list[RecordList]:
        query = f"SELECT {COLUMNS} FROM list WHERE deleted_ms IS NULL ORDER BY id"  # noqa: S608
        return [RecordList(*row) for row in self._connection.execute(query)]

    def named(self, kind: ObjectType, name: str) -> RecordList:
        for found in self.all():
            if (found.type, found.name) == (kind.name, name):
                return found
        raise not_found(f"List does not exist with name {name}.")

    def rename(self, found: RecordList, name: str) -> RecordList:
        self._refuse_taken(OBJECT_TYPES[found.type], name)
        return self._changed(found, "name", name)

    def refilter(self, found: RecordList, branch: object) -> RecordList:
        if found.processing != "DYNAMIC":
            raise invalid("Only the filters of a DYNAMIC list can be changed.")
        branch_condition(OBJECT_TYPES[found.type], self._portal.catalog.properties(found.type), branch)
        changed = self._changed(found, "filter_branch", orjson.dumps(branch).decode())
        self._refresh(changed)
        return changed

    def delete(self, found: RecordList) -> None:
        self._connection.execute("UPDATE list SET deleted_ms = ? WHERE id = ?", (self._portal.now_ms(), found.id))

    def restore(self, found: RecordList) -> None:
        self._connection.execute("UPDATE list SET deleted_ms = NULL WHERE id = ?", (found.id,))

    def update_members(
        self, found: RecordList, add: Iterable[object], remove: Iterable[object]
    ) -> dict[str, list[str]]:
        """Write a list by hand. Raises a 400 Refusal for a DYNAMIC list or too many ids at once."""
        if found.processing == "DYNAMIC":
            raise invalid("The members of a DYNAMIC list follow its filters and can't be written.")
        adding, removing = [str(each) for each in add], [str(each) for each in remove]
        if len(adding) + len(removing) > MAX_MEMBERS_WRITTEN:
            raise invalid(f"At most {MAX_MEMBERS_WRITTEN} members can be written at once.")
        existing = self._live(found.type, adding)
        now = self._portal.now_ms()
        added = [each for each in adding if numeric_id(each) in existing]
        insert = "INSERT OR IGNORE INTO list_member (list_id, record_id, joined_ms) VALUES (?, ?, ?)"
        self._connection.executemany(insert, [(found.id, int(each), now) for each in added])
        gone = [(found.id, number) for each in removing if (number := numeric_id(each)) is not None]
        self._connection.executemany("DELETE FROM list_member WHERE list_id = ? AND record_id = ?", gone)
        missing = [each for each in adding if numeric_id(each) not in existing]
        return {"recordsIdsAdded": added, "recordIdsRemoved": removing, "recordIdsMissing": missing}

    def empty(self, found: RecordList) -> None:
        everybody = [row[0] for row in self._connection.execute(*self._members(found))]
        self.update_members(found, [], everybody)

    def size(self, found: RecordList) -> int:
        self._refresh_dynamic(found)
        return int(
            self._connection.execute("SELECT count(*) FROM list_member WHERE list_id = ?", (found.id,)).fetchone()[0]
        )

    def page(self, found: RecordList, after: int, limit: int) -> list[tuple[int, int]]:
        """(record id, joined) in order of the id, from the cursor on."""
        self._refresh_dynamic(found)
        query = "SELECT record_id, joined_ms FROM list_member WHERE list_id = ? AND record_id >= ? ORDER BY record_id LIMIT ?"
        return self._connection.execute(query, (found.id, after, limit)).fetchall()

    def joined(
        self, found: RecordList, cursor: tuple[int, int], limit: int, *, backwards: bool
    ) -> list[tuple[int, int]]:
        """(record id, joined) in order of joining: those after the cursor, or those before it, last first."""
        self._refresh_dynamic(found)
        sign, order = ("<", "DESC") if backwards else (">", "ASC")
        query = (
            f"SELECT record_id, joined_ms FROM list_member WHERE list_id = ? AND (joined_ms, record_id) {sign} (?, ?) "  # noqa: S608
            f"ORDER BY joined_ms {order}, record_id {order} LIMIT ?"
        )
        return self._connection.execute(query, (found.id, *cursor, limit)).fetchall()

    def of_record(self, record_id: int) -> list[tuple[RecordList, int]]:
        """The lists that a record is in, with when it joined."""
        query = "SELECT joined_ms FROM list_member WHERE list_id = ? AND record_id = ?"
        found = []
        for each in self.all():
            self._refresh_dynamic(each)
            if row := self._connection.execute(query, (each.id, record_id)).fetchone():
                found.append((each, int(row[0])))
        return found

    def _members(self, found: RecordList) -> tuple[str, tuple[int]]:
        return "SELECT record_id FROM list_member WHERE list_id = ?", (found.id,)

    def _live(self, kind: str, references: list[str]) -> set[int]:
        ids = [number for each in references if (number := numeric_id(each)) is not None]
        live: set[int] = set()
        for marks, piece in chunks(ids):
            query = f"SELECT id FROM record WHERE type = ? AND archived_ms IS NULL AND merged_into IS NULL AND id IN ({marks})"  # noqa: S608
            live.update(row[0] for row in self._connection.execute(query, (kind, *piece)))
        return live

    def _refuse_taken(self, kind: ObjectType, name: str) -> None:
        if any((each.type, each.name) == (kind.name, name) for each in self.all()):
            raise invalid(f"A list named {name} already exists.")

    def _changed(self, found: RecordList, column: str, value: str) -> RecordList:
        query = f"UPDATE list SET {column} = ?, version = version + 1, updated_ms = ? WHERE id = ?"  # noqa: S608
        self._connection.execute(query, (value, self._portal.now_ms(), found.id))
        return self.get(str(found.id))

    def _refresh_dynamic(self, found: RecordList) -> None:
        if found.processing == "DYNAMIC" and self._portal.refreshed.get(found.id) != self._connection.total_changes:
            self._refresh(found)

    def _refresh(self, found: RecordList) -> None:
        if found.filter_branch is None:
            return
        kind = OBJECT_TYPES[found.type]
        branch = orjson.loads(found.filter_branch)
        condition = branch_condition(kind, self._portal.catalog.properties(kind.name), branch)
        where = f"type = '{kind.name}' AND archived_ms IS NULL AND merged_into IS NULL AND ({condition.sql})"
        belonging = {
            row[0]
            for row in self._connection.execute(f"SELECT id FROM record WHERE {where}", condition.values)  # noqa: S608
        }
        members = {row[0] for row in self._connection.execute(*self._members(found))}
        now = self._portal.now_ms()
        insert = "INSERT INTO list_member (list_id, record_id, joined_ms) VALUES (?, ?, ?)"
        self._connection.executemany(insert, [(found.id, each, now) for each in sorted(belonging - members)])
        delete = "DELETE FROM list_member WHERE list_id = ? AND record_id = ?"
        self._connection.executemany(delete, [(found.id, each) for each in members - belonging])
        self._portal.refreshed[found.id] = self._connection.total_changes
