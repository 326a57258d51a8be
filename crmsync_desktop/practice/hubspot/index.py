"""The search index, as far as it is behind: what each lately written record looked like before, and until when.

HubSpot says that a write may take "a few moments" to be found; Okta's connector waits 10 seconds after a create and 60
after an update. Each write keeps the version that search goes on showing; a record's versions become visible in order,
those of different records need not (jitter).
Unverified: a search row may hold values from before a write though it was found by those since, and the other way round.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zlib import crc32

import orjson

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.records import Record
    from crmsync_desktop.practice.hubspot.setup import PortalSetup

STOPPED = 2**62
AS_BEFORE, SHOWN_AS_BEFORE, FOUND_AS_BEFORE = 0, 1, 2
TABLE = """
CREATE TABLE IF NOT EXISTS unindexed (
    place INTEGER PRIMARY KEY, id INTEGER NOT NULL, until_ms INTEGER NOT NULL, type TEXT NOT NULL,
    existed INTEGER NOT NULL, stale INTEGER NOT NULL, created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL,
    properties TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS unindexed_of ON unindexed (id);
DROP TABLE IF EXISTS lagging;
"""
FIRST = "place = (SELECT min(place) FROM unindexed AS other WHERE other.id = seen.id)"
COLUMNS = "id, created_ms, modified_ms, properties"


class SearchIndex:
    """Used inside the portal's transactions. `setup` decides how far the index is behind."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(TABLE)

    def hold_back(self, setup: PortalSetup, before: Sequence[tuple[Record, bool]], now_ms: int) -> None:
        """Writes that are about to happen: each record as it is until then, and whether search showed it so far."""
        rows = []
        for record, existed in before:
            lag = setup.search_lag_by_type.get(record.type, setup.search_lag_seconds)
            if lag <= 0 and not setup.index_stopped:
                continue
            chance = crc32(b"%d %d" % (record.id, now_ms)) / 2**32
            until = (
                STOPPED if setup.index_stopped else now_ms + int(lag * 1000 * (1 + setup.search_lag_jitter * chance))
            )
            stale = AS_BEFORE
            if existed and (luck := crc32(b"%d stale %d" % (now_ms, record.id)) / 2**32) < setup.stale_rows:
                stale = SHOWN_AS_BEFORE if luck < setup.stale_rows / 2 else FOUND_AS_BEFORE
            properties = orjson.dumps(record.properties).decode()
            rows.append((record.id, until, record.id, record.type, existed, stale, record.created_ms,
                         record.modified_ms, properties))  # fmt: skip
        if rows:
            self._connection.executemany(
                "INSERT INTO unindexed (id, until_ms, type, existed, stale, created_ms, modified_ms, properties) VALUES "
                "(?, max(?, ifnull((SELECT max(until_ms) FROM unindexed WHERE id = ?), 0)), ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def restart(self, setup: PortalSetup, now_ms: int) -> None:
        """The index runs again: what it has missed is found after the usual lag."""
        until = now_ms + int(setup.search_lag_seconds * 1000)
        self._connection.execute("UPDATE unindexed SET until_ms = ? WHERE until_ms = ?", (until, STOPPED))

    def behind(self, now_ms: int) -> bool:
        """Whether there is anything that search doesn't show as it is."""
        self._connection.execute("DELETE FROM unindexed WHERE until_ms <= ?", (now_ms,))
        return self._connection.execute("SELECT 1 FROM unindexed LIMIT 1").fetchone() is not None

    @staticmethod
    def rows(kind: str, where: str, condition: str, *, stale: bool) -> tuple[str, int]:
        """A query for (id, created, modified, properties) as search shows them, and how often it needs the condition's
        values; `stale`: whether rows may mix before and since. `where` says what a live record of `kind` is; `condition` is over its columns."""
        held = f"FROM unindexed AS seen WHERE type = '{kind}' AND existed AND {FIRST}"
        parts = [
            f"SELECT {COLUMNS} FROM record WHERE {where} AND ({condition}) AND id NOT IN (SELECT id FROM unindexed)",  # noqa: S608
            f"SELECT {COLUMNS} {held} AND ({condition})" + (f" AND stale = {AS_BEFORE}" if stale else ""),
        ]
        if stale:
            chosen = f"(SELECT {{}} FROM unindexed AS seen WHERE seen.id = record.id AND {FIRST})"  # noqa: S608
            parts += [
                f"SELECT id, created_ms, {chosen.format('modified_ms')}, {chosen.format('properties')} FROM record "  # noqa: S608
                f"WHERE {where} AND ({condition}) AND id IN (SELECT id {held} AND stale = {SHOWN_AS_BEFORE})",
                "SELECT id, created_ms, (SELECT modified_ms FROM record WHERE record.id = seen.id), "  # noqa: S608
                f"(SELECT properties FROM record WHERE record.id = seen.id) {held} AND ({condition}) "
                f"AND stale = {FOUND_AS_BEFORE}",
            ]
        return " UNION ALL ".join(parts), len(parts)
