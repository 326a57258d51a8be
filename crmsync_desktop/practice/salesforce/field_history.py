"""Field history: what tracked fields of a record were changed to, when and by whom (`ContactHistory`, `Invoice__History`).

An object has a history once an admin tracks one of its fields (`tracked_fields`); a plain org pays nothing for it. Objects,
fields and what can be filtered follow the object reference (`ContactHistory`); a lookup is named without its Id and noted
twice, by name and by id; the making of a record is noted as `created`. The lists of updated and deleted records leave
histories out.

Unverified: an object none of whose fields is tracked has no history object at all (INVALID_TYPE).
Unverified: OldValue and NewValue, of type anyType, come as texts; describe calls them strings of 255 characters.
Unverified: the history of long texts and multi-select picklists, and of values of more than 255 characters, has no values.
Unverified: changes that the org's own automation makes are noted under the user who set it off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from .ids import record_id
from .saves import Save
from .schema import Field, Option, SObject, make_field
from .store import Row

if TYPE_CHECKING:
    from .records import Records

PREFIX = "017"
_WITH_HISTORY = frozenset({"Account", "Case", "Contact", "Lead", "Opportunity"})
_SYSTEM = {"createable": False, "updateable": False}
_READ_ONLY = ("createable", "deletable", "feedEnabled", "mergeable", "mruEnabled", "replicateable", "searchable", "triggerable", "undeletable", "updateable")  # fmt: skip
_MOST = 255
_CREATED = "created"


def history_of(sobject: str) -> tuple[str, str]:
    """The name of an object's history, and of its field for the record."""
    if sobject.endswith("__c"):
        return f"{sobject[:-1]}History", "ParentId"
    return "OpportunityFieldHistory" if sobject == "Opportunity" else f"{sobject}History", f"{sobject}Id"


def trackable(sobject: SObject, item: Field) -> bool:
    """Whether an admin can track this field."""
    kept = sobject.name in _WITH_HISTORY or sobject.name.endswith("__c")
    return kept and bool(item.flags["updateable"]) and item.formula is None and item.type != "address"


def history_object(sobject: SObject, tracked: Iterable[str], flags: dict[str, Any]) -> SObject:
    """The history of an object of which these fields are tracked. `flags`: the object's own describe."""
    name, parent = history_of(sobject.name)
    options = tuple(
        Option(value, value)
        for value in sorted({_CREATED, *(named for field in tracked for named in (_named(sobject, field),))})
    )
    fields = (
        make_field(name="Id", type="id", label="History ID", length=18),
        make_field(name="IsDeleted", type="boolean", label="Deleted", **_SYSTEM, nillable=False, defaultedOnCreate=True),
        _reference(parent, f"{sobject.label} ID", sobject.name),
        _reference("CreatedById", "Created By ID", "User"),
        make_field(name="CreatedDate", type="datetime", label="Created Date", **_SYSTEM, nillable=False),
        make_field(name="Field", type="picklist", label="Changed Field", length=255, **_SYSTEM, nillable=False).with_values(options, None, ""),
        make_field(name="DataType", type="string", label="Datatype", length=40, **_SYSTEM),
        _value("OldValue", "Old Value"),
        _value("NewValue", "New Value"),
    )  # fmt: skip
    return SObject(
        name=name,
        label=f"{sobject.label} History",
        label_plural=f"{sobject.label} History",
        prefix=PREFIX,
        source="the org's setup",
        flags={**flags, **dict.fromkeys(_READ_ONLY, False), "custom": False},
        scopes=(("everything", f"All {sobject.label.lower()} history"),),
        children=(),
        fields=fields,
    )


def _reference(name: str, label: str, target: str) -> Field:
    return make_field(
        name=name,
        type="reference",
        label=label,
        length=18,
        referenceTo=[target],
        relationshipName=name.removesuffix("Id"),
        nillable=False,
        **_SYSTEM,
    )


def _value(name: str, label: str) -> Field:
    return make_field(name=name, type="string", label=label, length=_MOST, filterable=False, groupable=False, **_SYSTEM)


def _named(sobject: SObject, field: str) -> str:
    item = sobject.by_name[field.lower()]
    return item.name.removesuffix("Id") if item.type == "reference" and item.name.endswith("Id") else item.name


class FieldHistory:
    """Notes what saves change. `tracked`: field names by object."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._tracked: dict[str, frozenset[str]] = {}

    def take(self, tracked: Iterable[str]) -> None:
        """The tracked fields of a setup, as `Object.Field`."""
        by_object: dict[str, set[str]] = {}
        for full in tracked:
            name, _, field = full.partition(".")
            by_object.setdefault(name, set()).add(field)
        self._tracked = {name: frozenset(fields) for name, fields in by_object.items()}

    def tracks(self, sobject: SObject) -> bool:
        return sobject.name in self._tracked

    def note_saves(self, sobject: SObject, saves: Sequence[Save], user_id: str) -> None:
        """What these saves, of which none failed, made or changed."""
        if self.tracks(sobject):
            for save in saves:
                self.note(sobject, save.id18, save.before, save.row, user_id)

    def note(self, sobject: SObject, id18: str, before: Row | None, after: Row, user_id: str) -> None:
        """One record, as it stood (None: it is new) and as it stands."""
        if before is None:
            self._write(sobject, id18, [(_CREATED, "Text", None, None)], user_id)
            return
        tracked = [item for item in sobject.stored if item.name in self._tracked[sobject.name]]
        rows: list[tuple[str, str, Any, Any]] = []
        for item in tracked:
            old, new = before.get(item.name), after.get(item.name)
            if old == new:
                continue
            named = _named(sobject, item.name)
            if item.type == "reference":
                rows.append((named, "Text", self._name_of(old), self._name_of(new)))
                rows.append((named, "EntityId", old, new))
            else:
                rows.append((named, "Text", _kept(item, old), _kept(item, new)))
        self._write(sobject, id18, rows, user_id)

    def _write(self, sobject: SObject, id18: str, noted: Sequence[tuple[str, str, Any, Any]], user_id: str) -> None:
        if not noted:
            return
        records = self._records
        name, parent = history_of(sobject.name)
        history = records.schema[name]
        first = records.store.take_numbers(name, len(noted))
        rows = [
            (
                number,
                {
                    "Id": record_id(PREFIX, number),
                    "IsDeleted": 0,
                    parent: id18,
                    "CreatedById": user_id,
                    "CreatedDate": records.stamp(),
                    "Field": field,
                    "DataType": kind,
                    "OldValue": old,
                    "NewValue": new,
                },
            )
            for number, (field, kind, old, new) in zip(count(first), noted, strict=False)
        ]
        records.store.insert_rows(history, rows, records.actor)

    def _name_of(self, id18: str | None) -> str | None:
        target = self._records.sobject_of(id18) if id18 else None
        row = self._records.store.get(target, id18) if target is not None and id18 else None
        return None if row is None else row.get("Name")


def _kept(item: Field, value: Any) -> str | None:
    """A value as its history keeps it."""
    if value is None or item.type == "multipicklist" or item.length > _MOST:
        return None
    if item.type == "boolean":
        return "true" if value else "false"
    text = str(value)
    return text if len(text) <= _MOST else None
