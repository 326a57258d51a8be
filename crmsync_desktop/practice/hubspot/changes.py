"""Which records were written of late, so that whoever follows them looks at no others."""

from __future__ import annotations

import sqlite3

MOST = 200_000
SCHEMA = """
CREATE TEMP TABLE IF NOT EXISTS touched (place INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER NOT NULL);
CREATE TEMP TRIGGER IF NOT EXISTS touched_insert AFTER INSERT ON main.record BEGIN INSERT INTO touched (id) VALUES (new.id); END;
CREATE TEMP TRIGGER IF NOT EXISTS touched_update AFTER UPDATE ON main.record BEGIN INSERT INTO touched (id) VALUES (new.id); END;
"""


class Changes:
    """The ids of written records in order. Noted from the first question on, so that they cost nothing before it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._started = False

    def place(self) -> int:
        """Where `since` begins for what is written from now on."""
        if not self._started:
            for statement in SCHEMA.strip().split(";\n"):
                self._connection.execute(statement)
            self._started = True
        return int(self._connection.execute("SELECT ifnull(max(place), 0) FROM touched").fetchone()[0])

    def since(self, place: int) -> set[int] | None:
        """What was written after it; None for more than is worth going through one by one."""
        rows = self._connection.execute("SELECT id FROM touched WHERE place > ? LIMIT ?", (place, MOST + 1)).fetchall()
        return {row[0] for row in rows} if len(rows) <= MOST else None

    def forget(self, before: int) -> None:
        """Nobody asks any longer about what was written up to this place."""
        self._connection.execute(
            "DELETE FROM touched WHERE place <= ? AND place < (SELECT max(place) FROM touched)", (before,)
        )
