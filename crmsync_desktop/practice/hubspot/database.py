"""The portal's SQLite file: tables, pragmas, the transaction, and the sequence that hands out ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (
    id INTEGER PRIMARY KEY, type TEXT NOT NULL, created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL,
    archived_ms INTEGER, merged_into INTEGER, source TEXT NOT NULL, properties TEXT NOT NULL, writer TEXT);
CREATE INDEX IF NOT EXISTS record_live ON record (type, modified_ms, id, archived_ms, merged_into)
    WHERE archived_ms IS NULL AND merged_into IS NULL;
CREATE INDEX IF NOT EXISTS record_listed ON record (type, id) WHERE archived_ms IS NULL AND merged_into IS NULL;
CREATE INDEX IF NOT EXISTS record_archived ON record (type, id) WHERE archived_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_merged ON record (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE IF NOT EXISTS unique_value (
    type TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL, id INTEGER NOT NULL,
    PRIMARY KEY (type, property, value)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unique_value_of ON unique_value (id);
CREATE INDEX IF NOT EXISTS unique_value_folded ON unique_value (type, property, lower(value))
    WHERE property NOT IN ('email', 'hs_additional_emails');
CREATE TABLE IF NOT EXISTS history (id INTEGER NOT NULL, at_ms INTEGER NOT NULL, source TEXT NOT NULL, changes TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS history_of ON history (id, at_ms);
CREATE TABLE IF NOT EXISTS property (
    type TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL, PRIMARY KEY (type, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS property_group (
    type TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL, PRIMARY KEY (type, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS object_schema (id INTEGER PRIMARY KEY, definition TEXT NOT NULL, archived_ms INTEGER);
CREATE TABLE IF NOT EXISTS pipeline (
    type TEXT NOT NULL, id TEXT NOT NULL, definition TEXT NOT NULL, PRIMARY KEY (type, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pipeline_audit (
    type TEXT NOT NULL, identifier TEXT NOT NULL, at_ms INTEGER NOT NULL, action TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS association_label (
    type_id INTEGER PRIMARY KEY, inverse_id INTEGER NOT NULL, from_type TEXT NOT NULL, to_type TEXT NOT NULL,
    name TEXT NOT NULL, label TEXT, category TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS form (id TEXT PRIMARY KEY, definition TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS form_submission (
    id INTEGER PRIMARY KEY, form_id TEXT NOT NULL, at_ms INTEGER NOT NULL, contact INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS form_submission_of ON form_submission (form_id, at_ms, id);
CREATE TABLE IF NOT EXISTS pending_automation (
    id INTEGER PRIMARY KEY, due_ms INTEGER NOT NULL, record_id INTEGER NOT NULL, sets TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS pending_automation_due ON pending_automation (due_ms);
CREATE TABLE IF NOT EXISTS list (
    id INTEGER PRIMARY KEY, type TEXT NOT NULL, name TEXT NOT NULL, processing TEXT NOT NULL, filter_branch TEXT,
    version INTEGER NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, deleted_ms INTEGER);
CREATE TABLE IF NOT EXISTS list_member (
    list_id INTEGER NOT NULL, record_id INTEGER NOT NULL, joined_ms INTEGER NOT NULL,
    PRIMARY KEY (list_id, record_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS list_member_joined ON list_member (list_id, joined_ms, record_id);
CREATE INDEX IF NOT EXISTS list_member_of ON list_member (record_id);
CREATE TABLE IF NOT EXISTS association (
    from_type TEXT NOT NULL, from_id INTEGER NOT NULL, to_type TEXT NOT NULL, to_id INTEGER NOT NULL,
    category TEXT NOT NULL, type_id INTEGER NOT NULL,
    PRIMARY KEY (from_type, from_id, to_type, to_id, category, type_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS association_back ON association (to_id);
CREATE TABLE IF NOT EXISTS blocked_email (email TEXT PRIMARY KEY) WITHOUT ROWID;
"""
ADDED_COLUMNS = (("record", "writer", "TEXT"),)
"""What databases of earlier versions lack. `writer`: the source of the last write, NULL for the one that created it."""
FIRST_ID = 99_801
"""Low enough that a thousand ids cross from five digits to six: whoever sorts them as text finds out at once."""


class Database:
    """One connection, used from one thread. Writes outlive the process, not the machine's power supply."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, cached_statements=512, check_same_thread=False)
        self._aside = self._rollbacks = 0
        self._undoings: list[Callable[[], object]] = []
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=OFF")
        self.connection.execute("PRAGMA cache_size=-64000")
        self.connection.executescript(SCHEMA)
        for table, column, kind in ADDED_COLUMNS:
            if column not in {row[1] for row in self.connection.execute(f"PRAGMA table_info({table})")}:
                self.connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is kept, or nothing is if it raises. Not to be nested."""
        self.connection.execute("BEGIN IMMEDIATE")
        self._undoings.clear()
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            self._rollbacks += 1
            for undo in self._undoings:
                undo()
            raise
        self.connection.execute("COMMIT")

    def written(self) -> tuple[int, int]:
        """A stamp that is another as soon as anything was written or taken back, bookkeeping aside."""
        return self.connection.total_changes - self._aside, self._rollbacks

    def if_taken_back(self, undo: Callable[[], object]) -> None:
        """Called if the transaction under way is rolled back, for what was remembered of it outside the database."""
        self._undoings.append(undo)

    @contextmanager
    def bookkeeping(self) -> Iterator[None]:
        """What is written inside changes nothing that anybody could look at."""
        before = self.connection.total_changes
        yield
        self._aside += self.connection.total_changes - before

    def take_ids(self, count: int) -> int:
        """Reserve `count` ids in a row, within the caller's transaction. Returns the first."""
        first = int(self.meta("next_id", FIRST_ID))
        self.set_meta("next_id", first + count)
        return first

    def meta(self, name: str, default: int | str) -> int | str:
        row = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return default if row is None else row[0]

    def set_meta(self, name: str, value: int | str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))
