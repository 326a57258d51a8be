"""Everything that only SQLite can do: opening a file safely, lists as one parameter, what its result codes mean."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from crmsync_desktop.domain.errors import BugError, CrmSyncError, PassError, SetupError

LIST: Final = "(SELECT value FROM json_each(?))"
"""Stands for a list of any length after IN; its one parameter is `as_list` of the values."""

CHUNK: Final = 10_000
"""Values in one list."""

CACHE_KIB: Final = 32_768
"""Memory for pages of the file; with SQLite's own 2 MiB, a pass over many records reads the same pages again and again."""

BUSY_MS: Final = 10_000
"""How long to wait for another process's transaction."""

_COMPANIONS: Final = ("-wal", "-shm", "-journal")
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_encode = msgspec.json.Encoder().encode


def as_list(values: Iterable[int] | Iterable[str]) -> str:
    return _encode(list(values)).decode()


def make_private(path: Path) -> None:
    """The file exists and is the owner's alone, and so is its folder if this makes it. Raises SetupError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise SetupError(
            "The database can't be opened.",
            f"{path}: {error.strerror}.",
            "See that the folder exists, that you may write to it and that the disk isn't full.",
        ) from error


def left_behind(path: Path) -> bool:
    """Whether the last one to use the file didn't close it: then SQLite leaves its write-ahead log."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def open_engine(path: Path | None) -> Engine:
    """One connection, to be used by one thread. None: in memory."""
    engine = create_engine(
        "sqlite://" if path is None else f"sqlite:///{path}",
        poolclass=StaticPool,
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": True, "cached_statements": 256},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # Transactions are begun by us, in words: Python's own begins come too late to cover reads and DDL.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        if path is not None:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")

    return engine


def examine(connection: sqlite3.Connection, thorough: bool) -> str:
    """ "" for a sound database, else what is wrong with it. `thorough` reads every page, else one row of every table.
    Raises sqlite3.OperationalError where it can't be read for another reason (locked, no permission)."""
    try:
        connection.execute("PRAGMA schema_version").fetchone()
        if thorough:
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            return "" if verdict == "ok" else verdict
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()  # noqa: S608  names of our own tables
    except sqlite3.DatabaseError as error:
        if (primary(error)) in _DAMAGED:
            return str(error)
        raise
    return ""


def move_aside(path: Path, stamp: str) -> Path:
    """Rename the database and its companions to NAME.corrupt-STAMP; gives the new path of the database."""
    target = path.with_name(f"{path.name}.corrupt-{stamp}")
    for companion in ("", *_COMPANIONS):
        source = path.with_name(path.name + companion)
        if source.exists():
            source.replace(target.with_name(target.name + companion))
    return target


def copy_database(connection: sqlite3.Connection, target: Path) -> None:
    """A sound copy of an open database, private like it."""
    target.unlink(missing_ok=True)
    make_private(target)
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy)
    finally:
        copy.close()


def primary(error: sqlite3.Error) -> int | None:
    """The primary result code (https://www.sqlite.org/rescode.html); None where the error isn't SQLite's own."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def translated(error: BaseException | None, where: str) -> CrmSyncError:
    """An error of SQLite as one of ours. What a person or another program can cause is known; anything else is a bug."""
    code = primary(error) if isinstance(error, sqlite3.Error) else None
    detail = f"{where}: {error}."
    if code == sqlite3.SQLITE_FULL:
        return PassError("The disk is full.", detail, "Make room; the next pass goes on where this one stopped.")
    if code == sqlite3.SQLITE_IOERR:
        return PassError("The database's disk can't be read or written.", detail, "See that the disk is there.")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return PassError(
            "Another program holds the database.", detail, "Close programs that look at it; the next pass tries again."
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return SetupError(
            "The database can't be written.", detail, "See that you may write to the file and its folder."
        )
    if code in _DAMAGED:
        return SetupError(
            "The database is damaged.",
            detail,
            "Start again: it is then moved aside and the links are rebuilt by matching.",
        )
    return BugError("The database refused a statement.", detail)
