"""Writing records: the rules that every way in (rows, collections, composite, the owner's hands) shares.

`create_many` and `update_many` take a chunk of records of one object and give an outcome for each; the other methods
write one record and raise RowError for one that is refused, and nothing is written then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from . import deletion, merging, object_rules, status_tables
from .automation import Automation
from .computed import complete
from .errors import RowError, entity_is_deleted
from .field_history import FieldHistory
from .ids import normal, record_id
from .locks import Locks
from .saves import PLAIN, Lookups, Options, Save, UniqueValues
from .schema import Field, SObject
from .stamps import stamp
from .store import Actor, Row, Store
from .values import Decoded, check

Outcome = str | RowError
MOST_UPDATES_OF_ONE = 12
"""How often one record may be updated in one call (the SOAP guide's update() says so)."""


class Records:
    """`now` gives seconds since the epoch; `user_id` is whose name goes into CreatedById and LastModifiedById.

    `storage_full` is a dial: creates are refused.
    """

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self.store = store
        self.schema = store.schema
        self.actor: Actor = "sync"
        self.storage_full = False
        self.kept_from: frozenset[str] = frozenset()
        """Objects whose records the API's users may not delete."""
        self.locks = Locks(now)
        self.automation = Automation(self, now)
        self.history = FieldHistory(self)
        self._now = now
        self.schema_changed()

    def schema_changed(self) -> None:
        """To be called when the store has gone over to another schema."""
        self.prefixes = {sobject.prefix: sobject for sobject in self.schema.values()}

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
        return self.prefixes.get(id18[:3])

    def create(self, sobject: SObject, fields: Decoded, user_id: str, *, options: Options = PLAIN) -> str:
        """Insert and return the new id."""
        (outcome,) = self.create_many(sobject, [fields], user_id, options=options)
        return _raised(outcome)

    def update(self, sobject: SObject, id18: str, fields: Decoded, user_id: str, *, options: Options = PLAIN) -> None:
        """Change the given fields; the stamps move even when every value stays."""
        (outcome,) = self.update_many(sobject, [(id18, fields)], user_id, options=options)
        _raised(outcome)

    def create_many(
        self, sobject: SObject, records: Sequence[Decoded | RowError], user_id: str, *, options: Options = PLAIN
    ) -> list[Outcome]:
        """Insert what can be inserted: for each record its new id, or why not. A RowError given is given back."""
        full = self.schema[sobject.name]
        now = self.stamp()
        base = self.blank(full, user_id)
        base |= {name: now for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp") if name in base}
        required = [item for item in full.stored if item.required]
        saves = []
        for fields in records:
            save = Save({})
            saves.append(save)
            try:
                self._decode(sobject, save, fields, creating=True)
                # Salesforce puts its default where a create sends null for a field that has one.
                save.row = base | {
                    name: value for name, value in save.given.items() if value is not None or base[name] is None
                }
                _check_required(save.row, required)
            except RowError as error:
                save.error = error
        good = [save for save in saves if save.error is None]
        if good:
            first = self.store.take_numbers(full.name, len(good))
            for number, save in zip(count(first), good, strict=False):
                save.id18 = save.row["Id"] = record_id(full.prefix, number)
                self.fill_numbers(full, save.row, number)
            self._judge(full, saves, options)
            numbered = zip(count(first), good, strict=False)
            written = [(number, save.row) for number, save in numbered if save.error is None]
            self.store.insert_rows(full, written, self.actor)
            if full.name == "Campaign":
                status_tables.add_member_statuses(self, [save.id18 for save in good if save.error is None], user_id)
            self.history.note_saves(full, [save for save in good if save.error is None], user_id)
            object_rules.settle(self, full.name, good, user_id)
            self.automation.follow(full, good, user_id)
        return [save.error or save.id18 for save in saves]

    def update_many(
        self,
        sobject: SObject,
        records: Sequence[tuple[str, Decoded | RowError]],
        user_id: str,
        *,
        options: Options = PLAIN,
    ) -> list[Outcome]:
        """Change what can be changed: for each record its id, or why not; the same id again is changed again.

        Unverified: the first twelve updates of one record in a call are carried out, the others refused.
        """
        outcomes: list[Outcome] = []
        seen: dict[str, int] = {}
        chunk: list[tuple[str, Decoded | RowError]] = []
        in_chunk: set[str] = set()
        for id18, fields in records:
            seen[id18] = seen.get(id18, 0) + 1
            if seen[id18] > MOST_UPDATES_OF_ONE:
                message = (
                    f"Maximum number of duplicate updates in one batch ({MOST_UPDATES_OF_ONE} allowed). Attempt to "
                    f"update Id more than once in this Api call: {id18[:15]}"
                )
                fields = RowError("DUPLICATE_VALUE", message)
            if id18 in in_chunk:
                outcomes += self._update_chunk(sobject, chunk, user_id, options)
                chunk, in_chunk = [], set()
            chunk.append((id18, fields))
            in_chunk.add(id18)
        return outcomes + self._update_chunk(sobject, chunk, user_id, options)

    def _update_chunk(
        self, sobject: SObject, records: Sequence[tuple[str, Decoded | RowError]], user_id: str, options: Options
    ) -> list[Outcome]:
        full = self.schema[sobject.name]
        now = self.stamp()
        stamps = {"SystemModstamp": now, "LastModifiedDate": now, "LastModifiedById": user_id}
        needed = {item.name: item for item in full.stored if item.flags["createable"] and not item.flags["nillable"]}
        stored = self.store.get_many(full, [id18 for id18, _ in records])
        saves = []
        for id18, fields in records:
            save = Save({}, id18)
            saves.append(save)
            try:
                save.before = self._writable(full, id18, stored.get(id18))
                self._decode(sobject, save, fields, creating=False)
                _check_required(save.given, [needed[name] for name in save.given if name in needed])
                save.row = save.before | save.given | stamps
            except RowError as error:
                save.error = error
        self._judge(full, saves, options)
        good = [save for save in saves if save.error is None]
        self.store.update_many(full, ((save.id18, _different(save) | {"_by": self.actor}) for save in good))
        self.history.note_saves(full, good, user_id)
        object_rules.settle(self, full.name, good, user_id)
        self.automation.follow(full, good, user_id)
        return [save.error or save.id18 for save in saves]

    def delete(self, sobject: SObject, id18: str, user_id: str) -> None:
        """Into the recycle bin, with what hangs on it (the describe's cascadeDelete)."""
        if self.actor == "sync" and sobject.name in self.kept_from:
            raise RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
        deletion.delete(self, self.schema[sobject.name], id18, user_id)

    def undelete(self, sobject: SObject, id18: str, user_id: str) -> None:
        """Out of the recycle bin, with a new SystemModstamp and with what its deletion took along."""
        deletion.undelete(self, self.schema[sobject.name], id18, user_id)

    def merge(
        self, sobject: SObject, master: str, losers: list[str], user_id: str, fields: Decoded | None = None
    ) -> None:
        """Fold up to two records into `master`; `fields` are the values chosen for it, under all rules."""
        merging.merge(self, self.schema[sobject.name], master, losers, user_id, fields or {})

    def touch(self, sobject: SObject, id18: str, changes: Row, user_id: str) -> None:
        """Write system-made changes, with new stamps and without field rules."""
        now = self.stamp()
        stamps = {"SystemModstamp": now, "LastModifiedDate": now, "LastModifiedById": user_id}
        if self.history.tracks(sobject):
            before = self.store.get(sobject, id18) or {}
            self.history.note(sobject, id18, before, before | changes, user_id)
        self.store.update(sobject, id18, {**changes, **stamps, "_by": self.actor})

    def live(self, sobject: SObject, id18: str) -> Row:
        """The record's stored values. Raises RowError if it isn't there or is in the recycle bin."""
        return _live(self.store.get(sobject, id18))

    def blank(self, sobject: SObject, user_id: str | None) -> Row:
        """A new record before anything was said about it: defaults, and the user as owner and author."""
        row: Row = {item.name: item.start for item in sobject.stored}
        names = ("CreatedById", "LastModifiedById", "OwnerId")
        return row | {name: user_id for name in names if name in row}

    def fill_numbers(self, sobject: SObject, row: Row, number: int) -> None:
        """What follows from the record's number and id, unless a name is given: Field.from_number."""
        for item in sobject.numbered:
            if row[item.name] is None or item.flags["autoNumber"]:
                row[item.name] = item.from_number(number, row["Id"])

    def check_access(self, id18: str) -> None:
        """Raises RowError where sharing keeps the API's user from changing the record; people are the admin.

        Unverified: changing a record that the user can't see is refused as a bad cross-reference, with its id.
        """
        if self.actor != "sync":
            return
        if id18 in self.automation.hidden:
            message = f"insufficient access rights on cross-reference id: {id18}"
            raise RowError("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", message)
        if id18 in self.automation.read_only:
            raise RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")

    def _writable(self, sobject: SObject, id18: str, row: Row | None) -> Row:
        found = _live(row)
        self.check_access(id18)
        if found.get("IsConverted"):
            raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        return found

    def _judge(self, sobject: SObject, saves: list[Save], options: Options) -> None:
        """Everything that needs to look at other records, or at the whole record: `error` is set where it fails."""
        hidden = self.automation.hidden if self.actor == "sync" else frozenset()
        lookups = Lookups(self.store, self.prefixes, hidden, sobject, saves)
        unique = UniqueValues(self.store, sobject, saves)
        claims: object_rules.Claims = set()
        for save in saves:
            if save.error is not None:
                continue
            try:
                if self.storage_full and save.before is None:
                    raise RowError("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded")
                lookups.check(sobject, save)
                object_rules.apply(self.store, lookups, sobject.name, save, claims)
                complete(sobject, save.row, set(save.changed))
                self.automation.judge(sobject, save, options)
                self.locks.check(sobject, save.id18, save.row)
                unique.claim(save)
            except RowError as error:
                save.error = error

    def _decode(self, sobject: SObject, save: Save, fields: Decoded | RowError, *, creating: bool) -> None:
        if isinstance(fields, RowError):
            raise fields
        flag = "createable" if creating else "updateable"
        if not sobject.flags[flag]:
            message = f"entity type cannot be {'inserted' if creating else 'updated'}: {sobject.label}"
            raise RowError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message)
        by_name = sobject.by_name
        items = [(name, by_name[name.lower()]) for name in fields]
        refused = [name for name, item in items if not item.flags[flag]]
        if refused == ["Id"] and creating:
            raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ["Id"])
        if refused:
            message = (
                f"Unable to create/update fields: {', '.join(refused)}. Please check the security settings of "
                "this field and verify that it is read/write for your profile or permission set."
            )
            raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", message, refused)
        save.given = {name: check(item, fields[name]) for name, item in items}
        for rule in sobject.value_rules:
            rule(save.before, save.given)
        before, given = save.before, save.given
        save.changed = (
            given if before is None else {name: value for name, value in given.items() if before[name] != value}
        )


def row_id(sobject: SObject, value: Any) -> str:
    """An id from a request in 18 characters. Raises RowError MALFORMED_ID for what can't be one of this object's."""
    id18 = normal(value) if isinstance(value, str) else None
    if id18 is None or not id18.startswith(sobject.prefix):
        raise RowError("MALFORMED_ID", f"{sobject.by_name['id'].label}: id value of incorrect type: {value}", ["Id"])
    return id18


def _check_required(row: Row, needed: list[Field]) -> None:
    missing = [item.name for item in needed if row.get(item.name) is None]
    if missing:
        raise RowError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)


def _different(save: Save) -> Row:
    before = save.before or {}
    return {name: value for name, value in save.row.items() if value != before[name]}


def _live(row: Row | None) -> Row:
    if row is None:
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if row.get("IsDeleted"):
        raise entity_is_deleted()
    return row


def _raised(outcome: Outcome) -> str:
    if isinstance(outcome, RowError):
        raise outcome
    return outcome
