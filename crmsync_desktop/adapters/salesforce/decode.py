"""Rows as `Observed`, by functions made once for each object and list of fields: this runs for every record read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crmsync_desktop.adapters.salesforce import roles
from crmsync_desktop.domain.mapping import plain_object
from crmsync_desktop.domain.records import UNSEEN, Cell, Observed, Presence, Side, Value
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.values import Raw, canonical
from crmsync_desktop.ports.crm import Want

Cellmaker = Callable[[Any], Value]

SYSTEM_FIELDS = ("Id", "SystemModstamp", "IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId")
"""Read with every record, where the object has them."""


class Decoder:
    """How the rows of one Want are read. `source` is the object to ask, `selected` the fields to ask for, `nested` the
    subqueries."""

    def __init__(self, want: Want, schema: Schema) -> None:
        known = schema.fields
        self.object = schema.object
        self.source = plain_object(schema.object)
        self.system = tuple(name for name in SYSTEM_FIELDS if name in known)
        asked = [name if name in known and known[name].kind is not Kind.OPAQUE else "" for name in want.fields]
        keys = [name for name in want.keys if name in known]
        self.nested = (roles.NESTED,) if roles.FIELD in asked else ()
        fields = [name for name in asked if name and name != roles.FIELD]
        self.selected = tuple(dict.fromkeys([*self.system, *fields, *keys]))
        self._columns = [(name, cellmaker(known[name]) if name else _blank) for name in asked]
        self._keys = [(name, cellmaker(known[name])) for name in keys]
        self.width = len(asked)

    def __call__(self, row: Mapping[str, Any]) -> Observed:
        """One row of a query or retrieve answer."""
        cells: list[Cell] = [make(row[name]) if name else UNSEEN for name, make in self._columns]
        keys = tuple([value for name, make in self._keys if (value := make(row[name]))])
        presence, successor = presence_of(row, self.object)
        return Observed(
            Side.SALESFORCE, self.object, row["Id"], version_of(row["SystemModstamp"]), presence, cells, keys, successor
        )

    def tombstone(self, row: Mapping[str, Any]) -> Observed:
        """A deleted row of which only the system fields were read."""
        presence, successor = presence_of(row, self.object)
        cells: list[Cell] = [UNSEEN] * self.width
        return Observed(
            Side.SALESFORCE, self.object, row["Id"], version_of(row["SystemModstamp"]), presence, cells, (), successor
        )

    def unseen(self, record_id: str) -> Observed:
        return Observed(Side.SALESFORCE, self.object, record_id, "", Presence.UNSEEN, [])


def presence_of(row: Mapping[str, Any], object_name: str) -> tuple[Presence, tuple[str, str] | None]:
    """Deleted and merged rows are tombstones, and so is a converted lead: its contact took its place."""
    if row.get("IsDeleted"):
        master = row.get("MasterRecordId")
        return Presence.DELETED, (object_name, master) if master else None
    if row.get("IsConverted"):
        contact = row.get("ConvertedContactId")
        return Presence.DELETED, ("Contact", contact) if contact else None
    return Presence.LIVE, None


def version_of(modstamp: str) -> str:
    """`2026-01-31T12:00:00.000+0000` as `2026-01-31T12:00:00Z`: it has whole seconds (apis.md 4.2)."""
    return modstamp[:19] + "Z" if modstamp.endswith("+0000") else canonical(Kind.DATETIME, modstamp) or ""


def cellmaker(field: Field) -> Cellmaker:
    """What makes a field's canonical text from its JSON value: `values.canonical`, with short ways for the forms in which
    nearly all values come. Both give the same for every value."""
    kind, scale = field.kind, field.scale
    if kind is Kind.MEMBERS:
        return roles.cell
    if kind is Kind.BOOL:
        return _boolean
    if kind is Kind.NUMBER:
        return lambda raw: _number(raw, scale)
    if kind is Kind.DATETIME:
        return _datetime
    if kind in (Kind.MULTIPICKLIST, Kind.DATE):
        return lambda raw: None if raw is None else canonical(kind, raw)
    return lambda raw: _text(kind, raw)


def _blank(raw: Any) -> Value:
    return None


def _boolean(raw: Any) -> Value:
    return "true" if raw is True else "false" if raw is False else canonical(Kind.BOOL, raw)


def _number(raw: Raw, scale: int | None) -> Value:
    if raw is None:
        return None
    return str(raw) if type(raw) is int else canonical(Kind.NUMBER, raw, scale)


def _datetime(raw: Any) -> Value:
    if raw is None:
        return None
    if type(raw) is str and len(raw) == 28 and raw.endswith(".000+0000"):
        return raw[:19] + "Z"
    return canonical(Kind.DATETIME, raw)


def _text(kind: Kind, raw: Any) -> Value:
    if raw is None:
        return None
    if type(raw) is str and raw.isascii() and raw.isprintable():
        return raw.strip() or None
    return canonical(kind, raw)
