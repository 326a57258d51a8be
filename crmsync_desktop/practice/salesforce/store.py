"""The practice org's database: one SQLite table per object with a real column for every field.

Values are stored as they are sent (dates and times as text in the API's form), so that a page of rows costs little more
than reading it. Booleans are 0 and 1. Every table also has `_n` (the number in the id), `_deleted_at` and `_by` (who
changed the record last: an `Actor`; what was loaded counts as a person's) and `_deleted_with` (the record whose deletion
took it along). `_cleared` holds the lookups that a deletion emptied, `_deletions` what is gone from the recycle bin too.
"""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from .schema import TEXT_TYPES, Field, SObject

Row = dict[str, Any]
Actor = Literal["person", "sync", "automation"]
"""Who makes a change: somebody in the org's own window, whoever uses its API, or the org itself."""

_BY = "_by TEXT NOT NULL DEFAULT 'person'"
_WITH = "_deleted_with TEXT"
_INDEXED_REFERENCES = frozenset({"AccountId", "ContactId", "OpportunityId", "WhoId", "WhatId", "MasterRecordId"})


def quoted(name: str) -> str:
    """An identifier for SQL; names come from our own schema, never from a request."""
    return f'"{name}"'


def _column(item: Field) -> str:
    if item.type in TEXT_TYPES:
        return f"{quoted(item.name)} TEXT COLLATE NOCASE"
    kind = {"boolean": "INTEGER DEFAULT 0", "int": "INTEGER", "double": "REAL", "currency": "REAL", "percent": "REAL"}
    return f"{quoted(item.name)} {kind.get(item.type, 'TEXT')}"


def folded(value: str | None) -> str | None:
    """Upper and lower case made equal beyond ASCII, which SQLite's NOCASE leaves out."""
    return None if value is None else value.casefold()


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """As many at a time as one statement takes."""
    return (values[start : start + 500] for start in range(0, len(values), 500))


class Store:
    """One connection, used by one thread at a time."""

    def __init__(self, path: Path, schema: dict[str, SObject]) -> None:
        self.schema = schema
        path.parent.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.execute("PRAGMA cache_size=-64000")
        self.db.execute("PRAGMA mmap_size=4294967296")  # a page of scattered rows is 2,000 reads of the file otherwise
        self.db.create_function("folded", 1, folded, deterministic=True)
        self.db.create_function("repr", 1, repr, deterministic=True)
        self._depth = 0
        self.before_writing: list[Callable[[], None]] = []
        """Called before a transaction begins: what must be read before something changes."""
        self._insert: dict[str, str] = {}
        with self.atomic():
            self._create()
        self._numbers: dict[str, int] = dict(self.db.execute("SELECT name, last FROM _numbers"))

    def adopt(self, schema: dict[str, SObject]) -> None:
        """Go over to another schema: missing tables and columns are added, and nothing is ever dropped."""
        self.schema.clear()
        self.schema.update(schema)
        self._create()

    def close(self) -> None:
        self.db.close()

    def shorten_log(self) -> None:
        """Give back the disk that the log took; it stays as long as the longest transaction otherwise."""
        if not self.db.in_transaction:
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _create(self) -> None:
        self.db.execute("CREATE TABLE IF NOT EXISTS _meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        self.db.execute("CREATE TABLE IF NOT EXISTS _numbers (name TEXT PRIMARY KEY, last INTEGER NOT NULL)")
        self.db.execute("CREATE TABLE IF NOT EXISTS _usage (minute INTEGER PRIMARY KEY, calls INTEGER NOT NULL)")
        self.db.execute("CREATE TABLE IF NOT EXISTS _tokens (token TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT)")
        self.db.execute("CREATE TABLE IF NOT EXISTS _cleared (parent TEXT, sobject TEXT, field TEXT, child TEXT)")
        self.db.execute("CREATE INDEX IF NOT EXISTS _cleared_parent ON _cleared (parent)")
        self.db.execute("CREATE TABLE IF NOT EXISTS _deletions (sobject TEXT, id TEXT, deleted_at TEXT)")
        for sobject in self.schema.values():
            columns = [
                "_n INTEGER PRIMARY KEY",
                "_deleted_at TEXT",
                _BY,
                _WITH,
                *(_column(item) for item in sobject.stored),
            ]
            table = quoted(sobject.name)
            self.db.execute(f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(columns)})")
            present = {name for _, name, *_ in self.db.execute(f"PRAGMA table_info({table})")}
            for own in (_BY, _WITH):
                if own.split()[0] not in present:
                    self.db.execute(f"ALTER TABLE {table} ADD COLUMN {own}")
            for item in sobject.stored:
                if item.name not in present:
                    self.db.execute(f"ALTER TABLE {table} ADD COLUMN {_column(item)}")
            self._index(sobject)
            names = ["_n", *(item.name for item in sobject.stored)]
            marks = ", ".join("?" * len(names))
            listed = ", ".join(quoted(name) for name in names)
            self._insert[sobject.name] = f"INSERT INTO {table} ({listed}) VALUES ({marks})"

    def _index(self, sobject: SObject) -> None:
        def index(name: str, columns: str, unique: str = "", rows: str = "") -> None:
            table = quoted(sobject.name)
            title = quoted(f"{sobject.name}_{name}")
            self.db.execute(f"CREATE {unique} INDEX IF NOT EXISTS {title} ON {table} ({columns}) {rows}")

        index("Id", "Id", "UNIQUE")
        if "systemmodstamp" in sobject.by_name:
            # With what a query on changed records asks for, so that it is counted and listed from the index alone.
            index("changed", "SystemModstamp, Id" + ", IsDeleted" * sobject.soft_deletes)
            if sobject.soft_deletes:
                index("bin", "SystemModstamp, Id", rows="WHERE IsDeleted = 1")
        if sobject.soft_deletes:
            index("_deleted_with", "_deleted_with", rows="WHERE _deleted_with IS NOT NULL")
        for item in sobject.stored:
            if item.type == "email" or item.flags["externalId"] or item.name in _INDEXED_REFERENCES:
                index(item.name, quoted(item.name))
            elif item.type == "reference" and set(item.reference_to) - {"User", "Group"}:
                # A deletion asks every lookup who holds the record; a lookup that is empty costs nothing here.
                index(item.name, quoted(item.name), rows=f"WHERE {quoted(item.name)} IS NOT NULL")

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All or nothing; may be nested (an inner failure leaves the outer part standing if it is caught)."""
        if self._depth == 0:
            for prepare in self.before_writing:
                prepare()
        name = f"level{self._depth}"
        self.db.execute("BEGIN IMMEDIATE" if self._depth == 0 else f"SAVEPOINT {name}")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self.db.execute("ROLLBACK")
            else:
                self.db.execute(f"ROLLBACK TO {name}")
                self.db.execute(f"RELEASE {name}")
            raise
        self._depth -= 1
        self.db.execute("COMMIT" if self._depth == 0 else f"RELEASE {name}")

    def take_numbers(self, name: str, count: int = 1) -> int:
        """Reserve `count` consecutive numbers and return the first. Numbers are never given twice."""
        first = self._numbers.get(name, 0) + 1
        last = first + count - 1
        self._numbers[name] = last
        self.db.execute(
            "INSERT INTO _numbers VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = excluded.last", (name, last)
        )
        return first

    def insert_rows(self, sobject: SObject, rows: Sequence[tuple[int, Row]], by: Actor) -> None:
        """Whole rows, each with its number. Columns in which none of them has anything are left out: a record has
        sixty and fills twenty, so that takes half the time."""
        used: set[str] = set()
        for _, row in rows:
            used.update([name for name, value in row.items() if value is not None])
        names = [item.name for item in sobject.stored if item.name in used]
        if names:
            columns = ", ".join(quoted(name) for name in names)
            marks = ", ?" * len(names)
            statement = f"INSERT INTO {quoted(sobject.name)} (_by, _n, {columns}) VALUES (?, ?{marks})"
            self.db.executemany(statement, [(by, number, *[row[name] for name in names]) for number, row in rows])

    def insert_many(self, sobject: SObject, rows: Iterable[Sequence[Any]]) -> None:
        """Rows as tuples in the order `_n`, then `sobject.stored`; a person's."""
        self.db.executemany(self._insert[sobject.name], rows)

    def update(self, sobject: SObject, record_id: str, changes: Row) -> None:
        if not changes:
            return
        sets = ", ".join(f"{quoted(name)} = ?" for name in changes)
        self.db.execute(f"UPDATE {quoted(sobject.name)} SET {sets} WHERE Id = ?", [*changes.values(), record_id])

    def update_many(self, sobject: SObject, changes: Iterable[tuple[str, Row]]) -> None:
        """Several records, by id; those with the same columns share one statement."""
        alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        for record_id, change in changes:
            alike.setdefault(tuple(change), []).append((*change.values(), record_id))
        for names, values in alike.items():
            sets = ", ".join(f"{quoted(name)} = ?" for name in names)
            self.db.executemany(f"UPDATE {quoted(sobject.name)} SET {sets} WHERE Id = ?", values)

    def get_many(self, sobject: SObject, ids: Sequence[str]) -> dict[str, Row]:
        """As `get`, by id, without those that aren't there."""
        names = [item.name for item in sobject.stored]
        columns = ", ".join(quoted(name) for name in names)
        at = names.index("Id")
        found: dict[str, Row] = {}
        for part in _parts(ids):
            marks = ", ".join("?" * len(part))
            for row in self.db.execute(f"SELECT {columns} FROM {quoted(sobject.name)} WHERE Id IN ({marks})", part):
                found[row[at]] = dict(zip(names, row, strict=True))
        return found

    def facts(self, sobject: SObject, ids: Iterable[str], names: Sequence[str]) -> dict[str, Row]:
        """By id: whether it is deleted, and those of the named fields that the object has."""
        known = ["Id", *(name for name in ("IsDeleted", *names) if name.lower() in sobject.by_name)]
        columns = ", ".join(quoted(name) for name in known)
        found: dict[str, Row] = {}
        for part in _parts(list(ids)):
            marks = ", ".join("?" * len(part))
            for row in self.db.execute(f"SELECT {columns} FROM {quoted(sobject.name)} WHERE Id IN ({marks})", part):
                found[row[0]] = dict(zip(known, row, strict=True))
        return found

    def holders(self, sobject: SObject, name: str, values: Sequence[Any]) -> list[tuple[Any, str]]:
        """The live records that have one of the values in that field: value and id, the oldest first."""
        live = " AND IsDeleted = 0" if sobject.soft_deletes else ""
        found: list[tuple[Any, str]] = []
        for part in _parts(values):
            marks = ", ".join("?" * len(part))
            sql = f"SELECT {quoted(name)}, Id FROM {quoted(sobject.name)} WHERE {quoted(name)} IN ({marks}){live}"
            found += self.db.execute(f"{sql} ORDER BY _n", part)
        return found

    def get(self, sobject: SObject, record_id: str) -> Row | None:
        """The stored values of a record, deleted or not (booleans as 0 and 1), without the composed ones."""
        columns = ", ".join(quoted(item.name) for item in sobject.stored)
        row = self.db.execute(f"SELECT {columns} FROM {quoted(sobject.name)} WHERE Id = ?", (record_id,)).fetchone()
        return None if row is None else dict(zip((item.name for item in sobject.stored), row, strict=True))

    def find(self, sobject: SObject, name: str, value: Any) -> list[str]:
        """Ids of the live records with that value, in the order they were made (at most 10)."""
        live = " AND IsDeleted = 0" if sobject.soft_deletes else ""
        sql = f"SELECT Id FROM {quoted(sobject.name)} WHERE {quoted(name)} = ?{live} ORDER BY _n LIMIT 10"
        return [found for (found,) in self.db.execute(sql, (value,))]

    def changed_by(self, sobject: SObject, ids: Sequence[str]) -> dict[str, Actor]:
        """Who changed each record last, deleted ones too; ids that are nobody's are left out."""
        found: dict[str, Actor] = {}
        for part in _parts(ids):
            marks = ", ".join("?" * len(part))
            found.update(self.db.execute(f"SELECT Id, _by FROM {quoted(sobject.name)} WHERE Id IN ({marks})", part))
        return found

    def count(self, sobject: SObject) -> int:
        live = " WHERE IsDeleted = 0" if sobject.soft_deletes else ""
        total: int = self.db.execute(f"SELECT count(*) FROM {quoted(sobject.name)}{live}").fetchone()[0]
        return total

    def meta(self, name: str) -> str | None:
        found = self.db.execute("SELECT value FROM _meta WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def set_meta(self, name: str, value: str) -> None:
        sql = "INSERT INTO _meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        self.db.execute(sql, (name, value))
