"""Lists of records: MANUAL and SNAPSHOT ones are written by hand, DYNAMIC ones follow their filter.

A dynamic list is brought up to date when it is looked at. A member joined when the write was made that brought it in, as
far as there was one since the list was last looked at; else when it was first seen to belong.
Unverified: the name of a list is unique within the account, whatever the list holds.
Unverified: writing to a DYNAMIC list, and changing the filters of any other, is refused with 400.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from crmsync_desktop.practice.hubspot.list_filters import ListConditions, completed
from crmsync_desktop.practice.hubspot.list_refresh import refresh, refresh_dynamic
from crmsync_desktop.practice.hubspot.object_types import ObjectType
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

    def shown(self, type_id: str, *, size: int | None = None, filters: bool = False) -> dict[str, Any]:
        """As the API answers it; `type_id` is the number of the object type it holds."""
        body: dict[str, Any] = {
            "listId": str(self.id),
            "listVersion": self.version,
            "name": self.name,
            "objectTypeId": type_id,
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
        self.portal = portal
        self._connection = portal.connection

    def create(self, body: dict[str, Any]) -> RecordList:
        """Raises a 400 Refusal: for a name that is taken, an unknown type, or a filter where there must be none."""
        name = body.get("name", "")
        processing, branch = body.get("processingType"), body.get("filterBranch")
        if not name or processing not in PROCESSING:
            raise invalid(f"A list needs a name and a processingType out of {', '.join(PROCESSING)}.")
        if (branch is None and processing == "DYNAMIC") or (branch is not None and processing == "MANUAL"):
            raise invalid("A DYNAMIC list needs a filterBranch, a MANUAL one has none.")
        kind = self.portal.catalog.types.get(body.get("objectTypeId", ""))
        self._refuse_taken(name)
        if branch is not None:
            ListConditions(self.portal).root(kind, branch)
            branch = completed(branch)
        now = self.portal.now_ms()
        text = None if branch is None else orjson.dumps(branch).decode()
        made = RecordList(self.portal.database.take_ids(1), kind.name, name, str(processing), text, 1, now, now, None)
        self._connection.execute(
            f"INSERT INTO list ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",  # noqa: S608
            (made.id, made.type, made.name, made.processing, made.filter_branch, 1, now, now),
        )
        refresh(self, made)
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
        self._refuse_taken(name, but=found.id)
        return self._changed(found, "name", name)

    def refilter(self, found: RecordList, branch: Any) -> RecordList:
        if found.processing != "DYNAMIC":
            raise invalid("Only the filters of a DYNAMIC list can be changed.")
        conditions = ListConditions(self.portal)
        conditions.root(self.kind(found), branch)
        if self._reaches(conditions.lists, found.id):
            raise invalid("A list can't be filtered by itself.")
        changed = self._changed(found, "filter_branch", orjson.dumps(completed(branch)).decode())
        self.portal.refreshed.pop(found.id, None)
        refresh(self, changed)
        return changed

    def kind(self, found: RecordList) -> ObjectType:
        return self.portal.catalog.types[found.type]

    def add_from(self, found: RecordList, source: RecordList) -> None:
        """Everybody of another list of the same objects. Raises a 400 Refusal as `update_members` does."""
        if found.type != source.type:
            raise invalid(f"The list {source.id} holds other objects than the list {found.id}.")
        refresh_dynamic(self, source)
        everybody = [row[0] for row in self._connection.execute(*self._members(source))]
        self.update_members(found, everybody, [])

    def delete(self, found: RecordList) -> None:
        self._connection.execute("UPDATE list SET deleted_ms = ? WHERE id = ?", (self.portal.now_ms(), found.id))

    def restore(self, found: RecordList) -> None:
        """Raises a 400 Refusal if the name was taken since."""
        self._refuse_taken(found.name)
        self._connection.execute("UPDATE list SET deleted_ms = NULL WHERE id = ?", (found.id,))

    def update_members(
        self, found: RecordList, add: Iterable[int | str], remove: Iterable[int | str]
    ) -> dict[str, list[str]]:
        """Write a list by hand. Raises a 400 Refusal for a DYNAMIC list or too many ids at once."""
        if found.processing == "DYNAMIC":
            raise invalid("The members of a DYNAMIC list follow its filters and can't be written.")
        adding, removing = [str(each) for each in add], [str(each) for each in remove]
        if len(adding) + len(removing) > MAX_MEMBERS_WRITTEN:
            raise invalid(f"At most {MAX_MEMBERS_WRITTEN} members can be written at once.")
        existing = self._live(found.type, adding)
        now = self.portal.now_ms()
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
        refresh_dynamic(self, found)
        return int(
            self._connection.execute("SELECT count(*) FROM list_member WHERE list_id = ?", (found.id,)).fetchone()[0]
        )

    def page(self, found: RecordList, cursor: int, limit: int, *, backwards: bool = False) -> list[tuple[int, int]]:
        """(record id, joined) in order of the id: from the cursor on, or those before it, last first."""
        refresh_dynamic(self, found)
        sign, order = ("<", "DESC") if backwards else (">=", "ASC")
        query = (
            f"SELECT record_id, joined_ms FROM list_member WHERE list_id = ? AND record_id {sign} ? "  # noqa: S608
            f"ORDER BY record_id {order} LIMIT ?"
        )
        return self._connection.execute(query, (found.id, cursor, limit)).fetchall()

    def joined(
        self, found: RecordList, cursor: tuple[int, int], limit: int, *, backwards: bool
    ) -> list[tuple[int, int]]:
        """(record id, joined) in order of joining: those after the cursor, or those before it, last first."""
        refresh_dynamic(self, found)
        sign, order = ("<", "DESC") if backwards else (">", "ASC")
        query = (
            f"SELECT record_id, joined_ms FROM list_member WHERE list_id = ? AND (joined_ms, record_id) {sign} (?, ?) "  # noqa: S608
            f"ORDER BY joined_ms {order}, record_id {order} LIMIT ?"
        )
        return self._connection.execute(query, (found.id, *cursor, limit)).fetchall()

    def of_record(self, kind: str, record_id: int) -> list[tuple[RecordList, int]]:
        """The lists that a record is in, with when it joined."""
        query = "SELECT joined_ms FROM list_member WHERE list_id = ? AND record_id = ?"
        found = []
        for each in self.all():
            if each.type != kind:
                continue
            refresh_dynamic(self, each)
            if row := self._connection.execute(query, (each.id, record_id)).fetchone():
                found.append((each, int(row[0])))
        return found

    def _members(self, found: RecordList) -> tuple[str, tuple[int]]:
        return "SELECT record_id FROM list_member WHERE list_id = ?", (found.id,)

    def _live(self, kind: str, references: list[str]) -> set[int]:
        ids = [number for each in references if (number := numeric_id(each)) is not None]
        live: set[int] = set()
        for marks, piece in chunks(ids):
            query = f"SELECT id FROM record NOT INDEXED WHERE type = ? AND archived_ms IS NULL AND merged_into IS NULL AND id IN ({marks})"  # noqa: S608
            live.update(row[0] for row in self._connection.execute(query, (kind, *piece)))
        return live

    def _refuse_taken(self, name: str, *, but: int | None = None) -> None:
        if any(each.name == name and each.id != but for each in self.all()):
            raise invalid(f"A list named {name} already exists.")

    def _reaches(self, lists: set[int], goal: int) -> bool:
        """Whether these lists are, or are filtered by, the goal."""
        for number in lists:
            found = self.get(str(number))
            conditions = ListConditions(self.portal)
            if found.filter_branch is not None:
                conditions.root(self.kind(found), orjson.loads(found.filter_branch))
            if number == goal or self._reaches(conditions.lists, goal):
                return True
        return False

    def _changed(self, found: RecordList, column: str, value: str) -> RecordList:
        query = f"UPDATE list SET {column} = ?, version = version + 1, updated_ms = ? WHERE id = ?"  # noqa: S608
        self._connection.execute(query, (value, self.portal.now_ms(), found.id))
        return self.get(str(found.id))
