"""Records as rows: read, resolved across merges, and answered in HubSpot's shape."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.sources import PROVENANCE, provenance, version
from crmsync_desktop.practice.hubspot.values import iso

COLUMNS = "id, type, created_ms, modified_ms, archived_ms, merged_into, source, properties"
CHUNK = 400


@dataclass(slots=True)
class Record:
    """One CRM record. `properties` holds what is set, as text, without the stamps and the id that HubSpot adds."""

    id: int
    type: str
    created_ms: int
    modified_ms: int
    archived_ms: int | None
    merged_into: int | None
    source: str
    properties: dict[str, str]

    @classmethod
    def of(cls, row: Sequence[Any]) -> Record:
        return cls(row[0], row[1], row[2], row[3], row[4], row[5], row[6], orjson.loads(row[7]))


@dataclass(frozen=True, slots=True)
class Shape:
    """What an answer should hold: `names` to read (None = the defaults), and histories."""

    names: tuple[str, ...] | None = None
    history: tuple[str, ...] = ()


def set_values(held: dict[str, str], values: Mapping[str, str]) -> None:
    """Put the values in, and take those out that are empty."""
    for name, value in values.items():
        if value:
            held[name] = value
        else:
            held.pop(name, None)


def numeric_id(text: object) -> int | None:
    """The record id that `text` stands for, None if it can't be one."""
    shown = str(text)
    return int(shown) if shown.isascii() and shown.isdigit() and len(shown) <= 18 else None


def chunks(ids: Collection[int]) -> Iterator[tuple[str, list[int]]]:
    """Pieces of `ids` with the placeholders of an IN list."""
    ordered = list(ids)
    for start in range(0, len(ordered), CHUNK):
        piece = ordered[start : start + CHUNK]
        yield ",".join("?" * len(piece)), piece


def resolve(connection: sqlite3.Connection, kind: str, ids: Collection[int]) -> dict[int, Record]:
    """Live and archived records by the ids asked for; an id that was merged away answers with the survivor."""
    found: dict[int, Record] = {}
    wanted = {each: each for each in ids}
    while wanted:
        later: dict[int, int] = {}
        rows: dict[int, Record] = {}
        for marks, piece in chunks(set(wanted.values())):
            for row in connection.execute(f"SELECT {COLUMNS} FROM record WHERE id IN ({marks})", piece):  # noqa: S608
                rows[row[0]] = Record.of(row)
        for asked, current in wanted.items():
            record = rows.get(current)
            if record is None or record.type != kind:
                continue
            if record.merged_into is not None:
                later[asked] = record.merged_into
            else:
                found[asked] = record
        wanted = later
    return found


def answer(kind: ObjectType, record: Record, names: Iterable[str] | None) -> dict[str, Any]:
    """The record as the API shows it: what was asked for, null where unset, and always the stamps and the id."""
    held = record.properties
    shown_id, created, modified = str(record.id), iso(record.created_ms), iso(record.modified_ms)
    properties: dict[str, str | None] = {name: held.get(name) for name in (kind.defaults if names is None else names)}
    properties[kind.created] = created
    properties[kind.modified] = modified
    properties["hs_object_id"] = shown_id
    for name in PROVENANCE:
        if name in properties:
            properties[name] = provenance(record.source).get(name)
    shown: dict[str, Any] = {
        "id": shown_id,
        "properties": properties,
        "createdAt": created,
        "updatedAt": modified,
        "archived": record.archived_ms is not None,
    }
    if record.archived_ms is not None:
        shown["archivedAt"] = iso(record.archived_ms)
    return shown


def histories(
    connection: sqlite3.Connection, records: Collection[Record], names: Sequence[str]
) -> dict[int, dict[str, list[dict[str, Any]]]]:
    """Newest first, each value that the named properties of each record have had, with when and from where."""
    told: dict[int, dict[str, list[dict[str, Any]]]] = {record.id: {name: [] for name in names} for record in records}
    oldest = {record.id: dict(record.properties) for record in records}
    for marks, piece in chunks(told):
        query = f"SELECT id, at_ms, source, changes FROM history WHERE id IN ({marks}) ORDER BY at_ms DESC, rowid DESC"  # noqa: S608
        for record_id, at_ms, source, changes in connection.execute(query, piece):
            for name, (before, after) in orjson.loads(changes).items():
                if name in told[record_id]:
                    told[record_id][name].append(version(after, iso(at_ms), source, record_id))
                    oldest[record_id][name] = before
    for record in records:
        for name in names:
            if first := oldest[record.id].get(name):
                told[record.id][name].append(version(first, iso(record.created_ms), record.source, record.id))
    return told
