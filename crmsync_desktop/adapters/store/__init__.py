"""The memory in SQLite: one database file for each connection."""

from __future__ import annotations

from crmsync_desktop.adapters.store.lock import ConnectionLock
from crmsync_desktop.adapters.store.store import SqliteStore

__all__ = ["ConnectionLock", "SqliteStore"]
