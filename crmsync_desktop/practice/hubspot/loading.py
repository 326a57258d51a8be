"""Filling a portal fast: no history, no lag, but the same unique values as any other write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import orjson

from crmsync_desktop.practice.hubspot.catalog import Catalog
from crmsync_desktop.practice.hubspot.database import Database
from crmsync_desktop.practice.hubspot.derived import Derivation
from crmsync_desktop.practice.hubspot.records import COLUMNS, set_values
from crmsync_desktop.practice.hubspot.uniqueness import UniqueValues, parts

BATCH = 5_000


def load_records(
    database: Database,
    catalog: Catalog,
    unique: UniqueValues,
    derivation: Derivation,
    rows: Iterable[tuple[str, Mapping[str, Any]]],
    now_ms: int,
) -> int:
    """Insert (object type, properties) rows within the caller's transaction; returns how many.

    Values are text, kept as given, but e-mails lose case and outer space as on any write. Raises ValueError.
    """
    waiting = iter(rows)
    total = 0
    while batch := list(islice(waiting, BATCH)):
        first = database.take_ids(len(batch))
        inserts: list[tuple[object, ...]] = []
        claims: list[tuple[str, str, str, int]] = []
        for record_id, (kind, given) in enumerate(batch, first):
            created, modified, properties = _split(catalog, kind, given, now_ms)
            set_values(properties, derivation.of(kind, {}, properties, created, created))
            inserts.append((record_id, kind, created, modified, "IMPORT", orjson.dumps(properties).decode()))
            for name in unique.names(kind):
                claims.extend((kind, name, part, record_id) for part in parts(name, properties.get(name, "")))
        database.connection.executemany(
            f"INSERT INTO record ({COLUMNS}) VALUES (?, ?, ?, ?, NULL, NULL, ?, ?)",  # noqa: S608
            inserts,
        )
        insert = "INSERT OR IGNORE INTO unique_value (type, property, value, id) VALUES (?, ?, ?, ?)"
        if database.connection.executemany(insert, claims).rowcount != len(claims):
            raise ValueError("two of the records to load share a value that must be unique")
        total += len(batch)
    return total


def _split(catalog: Catalog, kind: str, given: Mapping[str, Any], now_ms: int) -> tuple[int, int, dict[str, str]]:
    object_type = catalog.types[kind]
    known = catalog.properties(kind)
    created = modified = None
    properties: dict[str, str] = {}
    for name, value in given.items():
        if name == object_type.created:
            created = int(value * 1000)
        elif name == object_type.modified:
            modified = int(value * 1000)
        elif name not in known:
            raise ValueError(f"{kind} have no property {name}")
        elif value is not None:
            properties[name] = value.strip().lower() if name == "email" else value
    created = now_ms if created is None else created
    return created, max(created, created if modified is None else modified), properties
