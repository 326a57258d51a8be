"""Records as HubSpot answers them, as `Observed`: one pass over the wanted properties, quick for the plain cases.

Each quick path gives what `domain.values.canonical` gives; everything it isn't sure of goes there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from crmsync_desktop.adapters.hubspot.associations import is_association
from crmsync_desktop.adapters.hubspot.engagements import read_along, show_plain_body
from crmsync_desktop.adapters.hubspot.properties import MERGED_IDS, modified_property
from crmsync_desktop.domain.records import UNSEEN, Cell, Observed, Presence, Side, Value
from crmsync_desktop.domain.schema import Kind, Schema
from crmsync_desktop.domain.values import canonical, keys_of
from crmsync_desktop.ports.crm import Want

Convert = Callable[[Any], Value]
_ABSENT: Final = object()
_GENERAL: Final = frozenset({Kind.BOOL, Kind.NUMBER, Kind.MULTIPICKLIST, Kind.DATE})


def text_value(raw: Any) -> Value:
    """Canonical text of every kind that is text."""
    if raw is None:
        return None
    if type(raw) is str and raw.isascii() and "\r" not in raw:
        return raw.strip() or None
    return canonical(Kind.TEXT, raw)


def datetime_value(raw: Any) -> Value:
    """Canonical text of a datetime; HubSpot answers 2026-03-01T12:00:00.000Z."""
    if raw is None:
        return None
    if (
        type(raw) is str
        and len(raw) == 24
        and raw[10] == "T"
        and raw[19] == "."
        and raw[23] == "Z"
        and raw[20:23].isdecimal()
    ):
        return raw[:19] + "Z" if raw[0] in "12" else canonical(Kind.DATETIME, raw)
    return canonical(Kind.DATETIME, raw)


def converter(kind: Kind) -> Convert:
    """From a property's raw value to canonical text."""
    if kind is Kind.DATETIME:
        return datetime_value
    if kind in _GENERAL:
        return partial(canonical, kind)
    return text_value


class Decoder:
    """Turns records into Observed for one Want. `properties` are the names to ask HubSpot for; `associations` the fields
    that have to be added to each record's properties."""

    def __init__(self, want: Want, schema: Schema) -> None:
        known = schema.fields
        self.object, self.schema = want.object, schema
        converters = [(name, converter(known[name].kind) if name in known else None) for name in want.fields]
        self._cells = [
            (name if convert else "", None if convert is text_value else convert) for name, convert in converters
        ]
        self._keys = tuple(name for name in want.keys if name in known)
        self._merged = MERGED_IDS in known
        along = read_along(want.object, want.fields)
        self._shows_plain_body = bool(along)
        extra = (*self._keys, *along, modified_property(want.object), *((MERGED_IDS,) if self._merged else ()))
        names = [name for name, _ in self._cells if name]
        self.properties = tuple(dict.fromkeys([*(name for name in names if not is_association(name)), *extra]))
        self.associations = tuple(name for name in names if is_association(name))

    def live(self, record: Mapping[str, Any]) -> Observed:
        """A property that the answer leaves out is unseen, one that it gives as null is blank."""
        if self._shows_plain_body:
            show_plain_body(record["properties"])
        get = record["properties"].get
        cells: list[Cell] = []
        for name, convert in self._cells:
            raw = get(name, _ABSENT)
            if convert is None:  # a text: text_value without the cost of calling it, most cells are texts
                if raw is None:
                    cells.append(None)
                elif raw.__class__ is str and raw.isascii() and "\r" not in raw:
                    cells.append(raw.strip() or None)
                else:
                    cells.append(UNSEEN if raw is _ABSENT else canonical(Kind.TEXT, raw))
            else:
                cells.append(UNSEEN if raw is _ABSENT else convert(raw))
        keys = keys_of(tuple([value for name in self._keys if (value := get(name))])) if self._keys else ()
        return Observed(
            Side.HUBSPOT,
            self.object,
            str(record["id"]),
            record.get("updatedAt") or "",
            Presence.LIVE,
            cells,
            keys,
            None,
            merged_ids(record) if self._merged else (),
        )

    def deleted(self, record: Mapping[str, Any]) -> Observed:
        """A tombstone: archived."""
        version = record.get("archivedAt") or record.get("updatedAt") or ""
        return Observed(Side.HUBSPOT, self.object, str(record["id"]), version, Presence.DELETED, [])

    def merged(self, old_id: str, record: Mapping[str, Any]) -> Observed:
        """A tombstone of an id that now answers as `record`."""
        successor = (self.object, str(record["id"]))
        version = record.get("updatedAt") or ""
        return Observed(Side.HUBSPOT, self.object, old_id, version, Presence.DELETED, [], successor=successor)

    def unseen(self, record_id: str) -> Observed:
        return Observed(Side.HUBSPOT, self.object, record_id, "", Presence.UNSEEN, [])


def merged_ids(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids that this record took in."""
    text = record["properties"].get(MERGED_IDS)
    if not text:
        return ()
    return tuple(part for part in dict.fromkeys(text.split(";")) if part and part != record["id"])


def echo_of(record: Mapping[str, Any], names: Sequence[str], schema: Schema) -> dict[str, Value]:
    """What a write's answer says is stored now, of the properties written."""
    properties = record.get("properties") or {}
    return {
        name: converter(schema.fields[name].kind)(properties[name])
        for name in names
        if name in properties and name in schema.fields
    }
