"""Writing one record: the rules that every way in (rows, collections, composite, the owner's hands) shares.

Every method raises RowError for a record that is refused; nothing is written then. The object that a method is given is
either the whole one of `schema`, or the API's users' view of it, which says what they may write.
"""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .computed import complete
from .errors import RowError, entity_is_deleted
from .ids import normal, record_id
from .schema import Field, SObject
from .stamps import stamp
from .store import Actor, Row, Store, quoted
from .values import Decoded, check


class Records:
    """`now` gives seconds since the epoch; `user_id` is whose name goes into CreatedById and LastModifiedById."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self.store = store
        self.schema = store.schema
        self.actor: Actor = "sync"
        self._now = now
        self.schema_changed()

    def schema_changed(self) -> None:
        """To be called when the store has gone over to another schema."""
        self._by_prefix = {sobject.prefix: sobject for sobject in self.schema.values()}

    @contextmanager
    def acting(self, actor: Actor) -> Iterator[None]:
        """Writes of this block are that actor's; without it they are the sync's (whoever uses the API)."""
        before, self.actor = self.actor, actor
        try:
            yield
        finally:
            self.actor = before

    def stamp(self) -> str:
        return stamp(int(self._now()))

    def sobject_of(self, id18: str) -> SObject | None:
        return self._by_prefix.get(id18[:3])

    def create(self, sobject: SObject, fields: Decoded, user_id: str) -> str:
        """Insert and return the new id."""
        self._check_writable(sobject, fields, creating=True)
        sobject = self.schema[sobject.name]
        now = self.stamp()
        row = self.blank(sobject, user_id)
        row["CreatedDate"] = now
        given = self._checked(sobject, fields, None)
        # Salesforce puts its default where a create sends null for a field that has one.
        row |= {name: value for name, value in given.items() if value is not None or row[name] is None}
        self._check_required(sobject, row, [item for item in sobject.stored if item.required])
        self._check_references(sobject, given)
        self._check_unique(sobject, given, None)
        number = self.store.take_numbers(sobject.name)
        new_id = record_id(sobject.prefix, number)
        row |= {"Id": new_id, "SystemModstamp": now, "LastModifiedDate": now}
        self.fill_numbers(sobject, row, number)
        complete(sobject.name, row, set(given))
        self.store.insert(sobject, number, row, self.actor)
        return new_id

    def update(self, sobject: SObject, id18: str, fields: Decoded, user_id: str) -> None:
        """Change the given fields; the stamps move even when every value stays."""
        check_shared(sobject, id18)
        row = self.live(self.schema[sobject.name], id18)
        if row.get("IsConverted"):
            raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        self._check_writable(sobject, fields, creating=False)
        sobject = self.schema[sobject.name]
        given = self._checked(sobject, fields, row)
        needed = [item for item in sobject.stored if item.flags["createable"] and not item.flags["nillable"]]
        changed = {name: value for name, value in given.items() if row[name] != value}
        self._check_required(sobject, given, [item for item in needed if item.name in given])
        self._check_references(sobject, changed)
        self._check_unique(sobject, changed, id18)
        now = self.stamp()
        before = dict(row)
        row |= changed
        row |= {"SystemModstamp": now, "LastModifiedDate": now, "LastModifiedById": user_id}
        complete(sobject.name, row, set(changed))
        different = {name: value for name, value in row.items() if value != before[name]}
        self.store.update(sobject, id18, {**different, "_by": self.actor})

    def delete(self, sobject: SObject, id18: str, user_id: str) -> None:
        """Into the recycle bin, with what hangs on it (the describe's cascadeDelete)."""
        check_shared(sobject, id18)
        sobject = self.schema[sobject.name]
        self.live(sobject, id18)
        if not sobject.flags["deletable"]:
            raise RowError("INSUFFICIENT_ACCESS_OR_READONLY", "entity type cannot be deleted")
        for child in sobject.children:
            other = self.schema[child.sobject]
            for child_id in self._holding(other, child.field, id18):
                if child.restricted:
                    message = (
                        f"Your attempt to delete {id18} could not be completed because it is associated with {child_id}"
                    )
                    raise RowError("DELETE_FAILED", message)
                if child.cascade:
                    self.delete(other, child_id, user_id)
        self._mark_deleted(sobject, id18, user_id, {})

    def undelete(self, sobject: SObject, id18: str, user_id: str) -> None:
        """Out of the recycle bin, with a new SystemModstamp (what a cascade took stays there: unverified)."""
        row = self.store.get(sobject, id18)
        if row is None:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if not row.get("IsDeleted"):
            raise RowError("UNDELETE_FAILED", "Entity is not in the recycle bin")
        now = self.stamp()
        changes = {"IsDeleted": 0, "MasterRecordId": None, "SystemModstamp": now, "LastModifiedDate": now}
        changes |= {"LastModifiedById": user_id}
        known = {name: value for name, value in changes.items() if name in row}
        self._check_unique(sobject, row, id18)
        self.store.update(sobject, id18, {**known, "_deleted_at": None, "_by": self.actor})

    def merge(self, sobject: SObject, master: str, losers: list[str], user_id: str) -> None:
        """Fold up to two records into `master`: its blanks are not filled, lookups to the losers move to it, and the
        losers go to the recycle bin with MasterRecordId. Raises RowError if any of them can't be merged."""
        if not sobject.flags["mergeable"]:
            raise RowError("INVALID_TYPE", f"{sobject.name} can not be merged")
        if not 1 <= len(losers) <= 2 or master in losers:
            raise RowError("INVALID_OPERATION", "one or two other records of the same type can be merged into a master")
        for id18 in (master, *losers):
            self.live(sobject, id18)
        for loser in losers:
            for child in sobject.children:
                other = self.schema[child.sobject]
                for child_id in self._holding(other, child.field, loser):
                    self.touch(other, child_id, {child.field: master}, user_id)
            self._mark_deleted(sobject, loser, user_id, {"MasterRecordId": master})
        self.touch(sobject, master, {}, user_id)

    def touch(self, sobject: SObject, id18: str, changes: Row, user_id: str) -> None:
        """Write system-made changes, with new stamps and without field rules."""
        now = self.stamp()
        stamps = {"SystemModstamp": now, "LastModifiedDate": now, "LastModifiedById": user_id}
        self.store.update(sobject, id18, {**changes, **stamps, "_by": self.actor})

    def live(self, sobject: SObject, id18: str) -> Row:
        """The record's stored values. Raises RowError if it isn't there or is in the recycle bin."""
        row = self.store.get(sobject, id18)
        if row is None:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if row.get("IsDeleted"):
            raise entity_is_deleted()
        return row

    def blank(self, sobject: SObject, user_id: str | None) -> Row:
        """A new record before anything was said about it: defaults, and the user as owner and author."""
        row: Row = {item.name: 0 if item.type == "boolean" else item.flags["defaultValue"] for item in sobject.stored}
        names = ("CreatedById", "LastModifiedById", "OwnerId")
        return row | {name: user_id for name in names if name in row}

    def fill_numbers(self, sobject: SObject, row: Row, number: int) -> None:
        """Automatic numbers and picture addresses, which follow from the record's number and id."""
        for item in sobject.numbered:
            numbers = item.flags["autoNumber"]
            row[item.name] = f"{number + 1000:08d}" if numbers else f"/services/images/photo/{row['Id']}"

    def _holding(self, sobject: SObject, field: str, id18: str) -> list[str]:
        live = " AND IsDeleted = 0" if sobject.soft_deletes else ""
        sql = f"SELECT Id FROM {quoted(sobject.name)} WHERE {quoted(field)} = ?{live}"
        return [found for (found,) in self.store.db.execute(sql, (id18,))]

    def _mark_deleted(self, sobject: SObject, id18: str, user_id: str, more: Row) -> None:
        self.touch(sobject, id18, {"IsDeleted": 1, "_deleted_at": self.stamp(), **more}, user_id)

    def _checked(self, sobject: SObject, fields: Decoded, before: Row | None) -> Decoded:
        given = {name: check(sobject.by_name[name.lower()], value) for name, value in fields.items()}
        for rule in sobject.value_rules:
            rule(before, given)
        return given

    def _check_writable(self, sobject: SObject, fields: Decoded, *, creating: bool) -> None:
        flag = "createable" if creating else "updateable"
        refused = [name for name in fields if not sobject.by_name[name.lower()].flags[flag]]
        if refused == ["Id"] and creating:
            raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ["Id"])
        if refused or not sobject.flags[flag]:
            message = (
                f"Unable to create/update fields: {', '.join(refused or fields)}. Please check the security settings of "
                "this field and verify that it is read/write for your profile or permission set."
            )
            raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", message, refused or list(fields))

    def _check_required(self, sobject: SObject, row: Row, needed: list[Field]) -> None:
        missing = [item.name for item in needed if row.get(item.name) is None]
        if missing:
            raise RowError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)

    def _check_references(self, sobject: SObject, given: Decoded) -> None:
        for name, value in given.items():
            item = sobject.by_name[name.lower()]
            if item.type != "reference" or value is None:
                continue
            target = self.sobject_of(value)
            if target is None or target.name not in item.reference_to:
                if any(other not in self.schema for other in item.reference_to):
                    raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
                message = f"{item.label}: id value of incorrect type: {value}"
                raise RowError("FIELD_INTEGRITY_EXCEPTION", message, [item.name])
            row = self.live(target, value)
            if target.name == "User" and item.name == "OwnerId" and not row["IsActive"]:
                message = f"operation performed with inactive user [{value}] as owner of {sobject.name.lower()}"
                raise RowError("INACTIVE_OWNER_OR_USER", message)

    def _check_unique(self, sobject: SObject, given: Decoded, id18: str | None) -> None:
        for item in sobject.unique_fields:
            value = given.get(item.name)
            if value is None:
                continue
            for other in self.store.find(sobject, item.name, value):
                if other != id18:
                    message = f"duplicate value found: {item.name} duplicates value on record with id: {other}"
                    raise RowError("DUPLICATE_VALUE", message)


def check_shared(sobject: SObject, id18: str) -> None:
    """Raises RowError for a record that sharing keeps from the API's users, or lets them read only."""
    if id18 in sobject.hidden_ids:
        raise RowError(
            "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "insufficient access rights on cross-reference id"
        )
    if id18 in sobject.read_only_ids:
        raise RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")


def row_id(sobject: SObject, value: Any) -> str:
    """An id from a request in 18 characters. Raises RowError MALFORMED_ID for what can't be one of this object's."""
    id18 = normal(value) if isinstance(value, str) else None
    if id18 is None or not id18.startswith(sobject.prefix):
        raise RowError("MALFORMED_ID", f"{sobject.by_name['id'].label}: id value of incorrect type: {value}", ["Id"])
    return id18
