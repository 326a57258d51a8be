"""Into the recycle bin, out of it, and out of it for good."""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import object_rules
from .errors import RowError
from .saves import Save, UniqueValues
from .schema import Child, SObject
from .store import Row, Store, quoted

if TYPE_CHECKING:
    from .records import Records

_NUMBERED = {"Case": "CaseNumber"}


def delete(records: Records, sobject: SObject, id18: str, user_id: str) -> None:
    """Put a record into the recycle bin, with what hangs on it (the describe's cascadeDelete), all or nothing.

    Other lookups to it are emptied. Raises RowError, DELETE_FAILED where the describe's restrictedDelete forbids it.

    Unverified: emptying a lookup moves the SystemModstamp of the record that has it, and not its LastModifiedDate.

    A contact role that is deleted by itself is nowhere to be found afterwards, not in the recycle bin either: its IsDeleted
    is "usable only when the parent record is deleted" (object reference).

    Unverified: an account with a won opportunity can not be deleted.
    """
    row = records.live(sobject, id18)
    if not sobject.flags["deletable"]:
        raise RowError("INSUFFICIENT_ACCESS_OR_READONLY", "entity type cannot be deleted")
    records.check_access(id18)
    records.locks.check(sobject, id18, row)
    gone: dict[str, dict[str, None]] = {sobject.name: {id18: None}}
    emptied: list[tuple[Child, str, str]] = []
    _collect(records, sobject, [id18], str(row.get("Name") or id18), gone, emptied)
    sets_off = records.automation.judge_deletion(sobject, id18, row)
    now = records.stamp()
    marks = {"IsDeleted": 1, "_deleted_at": now, "SystemModstamp": now, "LastModifiedDate": now}
    marks |= {"LastModifiedById": user_id, "_by": records.actor}
    for name, ids in gone.items():
        changes = ((other, {**marks, "_deleted_with": None if other == id18 else id18}) for other in ids)
        records.store.update_many(records.schema[name], changes)
    for child, child_id, parent in emptied:
        other = records.schema[child.sobject]
        records.store.update(other, child_id, {child.field: None, "SystemModstamp": now, "_by": "automation"})
        values = (parent, child.sobject, child.field, child_id)
        records.store.db.execute("INSERT INTO _cleared VALUES (?, ?, ?, ?)", values)
    roles = records.schema["OpportunityContactRole"]
    lost = records.store.facts(roles, gone.get(roles.name, ()), ("OpportunityId",)) if roles.name in gone else {}
    for opportunity in {facts["OpportunityId"] for facts in lost.values()}:
        object_rules.follow_primary(records, opportunity)
    if sobject.name == roles.name:
        empty_bin(records, sobject, [id18])
    if sets_off is not None:
        records.automation.follow(sobject, [sets_off], user_id)


def _collect(
    records: Records,
    sobject: SObject,
    ids: list[str],
    shown: str,
    gone: dict[str, dict[str, None]],
    emptied: list[tuple[Child, str, str]],
) -> None:
    for child in sobject.children:
        other = records.schema.get(child.sobject)
        if other is None:
            continue
        held = records.store.holders(other, child.field, ids)
        known = gone.setdefault(other.name, {})
        fresh = [(child_id, parent) for parent, child_id in held if child_id not in known]
        if not fresh:
            continue
        refusing = [child_id for child_id, _ in fresh] if child.restricted else []
        if child.cascade and sobject.name == "Account" and other.name == "Opportunity":
            won = records.store.facts(other, [child_id for child_id, _ in fresh], ("IsWon",))
            refusing = [child_id for child_id, facts in won.items() if facts["IsWon"]]
        if refusing:
            raise _associated(records.store, shown, other, refusing)
        if child.cascade:
            known.update(dict.fromkeys(child_id for child_id, _ in fresh))
            _collect(records, other, [child_id for child_id, _ in fresh], shown, gone, emptied)
        elif other.by_name[child.field.lower()].flags["updateable"] and other.soft_deletes:
            emptied += [(child, child_id, parent) for child_id, parent in fresh]


def _associated(store: Store, shown: str, other: SObject, ids: list[str]) -> RowError:
    name = _NUMBERED.get(other.name, "Name")
    facts = store.facts(other, ids, (name,))
    names = ", ".join(str(facts[found].get(name) or found) for found in ids if found in facts)
    message = (
        f"Your attempt to delete {shown} could not be completed because it is associated with the following "
        f"{other.label_plural.lower()}.: {names}\n"
    )
    return RowError("DELETE_FAILED", message)


def undelete(records: Records, sobject: SObject, id18: str, user_id: str) -> None:
    """Out of the recycle bin with a new SystemModstamp, together with what its deletion took along, and with the
    lookups that it emptied if they still are. Raises RowError, DUPLICATE_VALUE where a unique value is taken now.

    Unverified: what a deletion took along can be undeleted only together with the record that was deleted.
    """
    store = records.store
    row = store.get(sobject, id18)
    if row is None:
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    sql = f"SELECT _deleted_with FROM {quoted(sobject.name)} WHERE Id = ?"
    (taken_by,) = store.db.execute(sql, (id18,)).fetchone()
    if not row.get("IsDeleted") or taken_by is not None or not sobject.flags["undeletable"]:
        raise RowError("UNDELETE_FAILED", "Entity is not in the recycle bin")
    _restore(records, sobject, {id18: row}, user_id)
    for other in records.schema.values():
        if other.soft_deletes:
            taken = f"SELECT Id FROM {quoted(other.name)} WHERE _deleted_with = ?"
            ids = [found for (found,) in store.db.execute(taken, (id18,))]
            if ids:
                _restore(records, other, store.get_many(other, ids), user_id)
    emptied = store.db.execute("SELECT sobject, field, child FROM _cleared WHERE parent = ?", (id18,)).fetchall()
    for name, field, child in emptied:
        holder = records.schema.get(name)
        still = store.get(holder, child) if holder is not None else None
        if holder is not None and still is not None and still[field] is None:
            store.update(holder, child, {field: id18, "SystemModstamp": records.stamp(), "_by": "automation"})
    store.db.execute("DELETE FROM _cleared WHERE parent = ?", (id18,))


def _restore(records: Records, sobject: SObject, rows: dict[str, Row], user_id: str) -> None:
    saves = [Save({}, id18) for id18 in rows]
    for save, row in zip(saves, rows.values(), strict=True):
        save.changed = {item.name: row[item.name] for item in sobject.unique_fields}
    unique = UniqueValues(records.store, sobject, saves)
    for save in saves:
        unique.claim(save)
    now = records.stamp()
    changes: Row = {"IsDeleted": 0, "MasterRecordId": None, "SystemModstamp": now, "LastModifiedDate": now}
    changes |= {"LastModifiedById": user_id}
    known = {name: value for name, value in changes.items() if name.lower() in sobject.by_name}
    known |= {"_deleted_at": None, "_deleted_with": None, "_by": records.actor}
    records.store.update_many(sobject, ((id18, known) for id18 in rows))


def empty_bin(records: Records, sobject: SObject, ids: Iterable[str]) -> None:
    """Delete for good what is in the recycle bin, and what it took along. Raises RowError for what isn't in it."""
    for id18 in ids:
        row = records.store.get(sobject, id18)
        if row is None or not row.get("IsDeleted"):
            raise RowError("INVALID_ID_FIELD", "Entity is not in the recycle bin")
        for other in records.schema.values():
            if other.soft_deletes:
                table = quoted(other.name)
                which = "Id = ? OR _deleted_with = ?"
                records.store.db.execute(
                    f"INSERT INTO _deletions SELECT '{other.name}', Id, _deleted_at FROM {table} WHERE {which}",
                    (id18, id18),
                )
                records.store.db.execute(f"DELETE FROM {table} WHERE {which}", (id18, id18))
        records.store.db.execute("DELETE FROM _cleared WHERE parent = ?", (id18,))


def purge(store: Store, horizon: str) -> None:
    """Forget what went into the recycle bin before `horizon`, a stamp."""
    for sobject in store.schema.values():
        old = f"FROM {quoted(sobject.name)} WHERE _deleted_at < ?"
        store.db.execute(f"DELETE FROM _cleared WHERE parent IN (SELECT Id {old})", (horizon,))
        store.db.execute(f"DELETE {old}", (horizon,))
    store.db.execute("DELETE FROM _deletions WHERE deleted_at < ?", (horizon,))


def deleted_between(store: Store, sobject: SObject, start: str, end: str) -> list[tuple[str, str]]:
    """Id and moment of what was deleted from `start` on and before `end`, also of what has left the recycle bin."""
    sql = (
        f"SELECT Id, _deleted_at FROM {quoted(sobject.name)} WHERE _deleted_at >= ? AND _deleted_at < ? "
        "UNION ALL SELECT id, deleted_at FROM _deletions WHERE sobject = ? AND deleted_at >= ? AND deleted_at < ? "
        "ORDER BY 2, 1"
    )
    return store.db.execute(sql, (start, end, sobject.name, start, end)).fetchall()
