"""The whole store: opening, and its parts put together."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from crmsync_desktop.adapters.store.barred import Barred
from crmsync_desktop.adapters.store.bonds import Links
from crmsync_desktop.adapters.store.documents import Documents, Members, read_layouts
from crmsync_desktop.adapters.store.faults import Faults
from crmsync_desktop.adapters.store.firings import Firings
from crmsync_desktop.adapters.store.forgetting import Forgetting
from crmsync_desktop.adapters.store.imports import Imports
from crmsync_desktop.adapters.store.journal import Journal
from crmsync_desktop.adapters.store.observations import Observations
from crmsync_desktop.adapters.store.sqlite import (
    examine,
    left_behind,
    make_private,
    move_aside,
    open_engine,
    translated,
)
from crmsync_desktop.adapters.store.undone import UndoneValues
from crmsync_desktop.adapters.store.upgrade import upgrade


class SqliteStore(
    Documents, Observations, Links, Journal, Faults, Members, UndoneValues, Barred, Firings, Forgetting, Imports
):
    """ports.store.Store in one SQLite file, used by one thread; `path` ":memory:" keeps nothing.

    A damaged file is moved aside and a new one begun: `moved_aside` says where it is now, so that a person can be told;
    links are then found again by matching. A file of an older version is brought forward, its copy at `copied_to`.
    Where an engine may run on the same connection, hold its ConnectionLock first. `now`: seconds since the epoch.

    Raises SetupError where the file can't be used (no permission, a newer version's, another program's), and PassError
    where it is locked or the disk is full, from this and from every method.
    """

    moved_aside: Path | None = None
    copied_to: Path | None = None

    def __init__(self, path: Path | str, now: Callable[[], float] = time.time) -> None:
        file = None if path == ":memory:" else Path(path)
        if file is not None:
            make_private(file)
            self.moved_aside = _move_aside_if_damaged(file, now)
        self.engine: Engine = open_engine(file)
        where = ":memory:" if file is None else str(file)
        try:
            connection = self.engine.connect()
            super().__init__(connection, where, now)
            self.copied_to = upgrade(connection, file)
            with self._reading():
                self._layouts = read_layouts(connection)
        except DBAPIError as error:
            self.engine.dispose()
            raise translated(error.orig, where) from error
        except BaseException:
            self.engine.dispose()
            raise

    def close(self) -> None:
        self._connection.close()
        self.engine.dispose()


def _move_aside_if_damaged(path: Path, now: Callable[[], float]) -> Path | None:
    thorough = left_behind(path)
    connection = sqlite3.connect(path, timeout=10)
    try:
        damage = examine(connection, thorough)
    except sqlite3.OperationalError as error:
        raise translated(error, str(path)) from error
    finally:
        connection.close()
    if not damage:
        return None
    target = move_aside(path, datetime.fromtimestamp(now(), UTC).strftime("%Y%m%d-%H%M%S"))
    make_private(path)
    return target
