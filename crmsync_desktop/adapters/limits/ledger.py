"""The calls of the last two days, in an SQLite file of their own that every process of the application counts in.

It isn't the connection's database, whose transactions may last: a call must be counted at once or not be made.

Each row carries the running total of its side up to and including itself. What a window holds is then the difference of
two rows found by index, however many calls are in it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from crmsync_desktop.domain.errors import BugError, CrmSyncError, PassError, SetupError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import Settings

DAY: Final = 86_400.0
KEPT: Final = 2 * DAY
CLOCK_SLACK: Final = 25 * 3_600.0
"""A clock that is set back by up to this much is waited for; by more, the calls move back with it."""
PRUNE_EVERY: Final = 256
_VERSION: Final = 1
_BUSY_SECONDS: Final = 10.0

_SIDES: Final = (Side.SALESFORCE, Side.HUBSPOT)
_SCHEMA: Final = """
CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    side INTEGER NOT NULL,
    at REAL NOT NULL,
    pair TEXT NOT NULL,
    purpose TEXT NOT NULL,
    calls INTEGER NOT NULL,
    running INTEGER NOT NULL
);
CREATE INDEX call_at ON call (side, at, id);
CREATE TABLE allocation (side INTEGER PRIMARY KEY, calls INTEGER);
"""


class Window(NamedTuple):
    """Calls of one side in the last 24 hours. `now` is the moment they were counted for, `before` the running total at
    the window's beginning, `oldest` when its oldest call was made."""

    now: float
    used: int
    before: int
    oldest: float | None


class Refused(NamedTuple):
    """Nothing was taken. `room_at`: seconds since the epoch, when enough will have left the window; None for never."""

    used: int
    allocation: int
    room_at: float | None


class Ledger:
    """All methods are one transaction each; one object per thread, except that a ":memory:" one may be shared in turns."""

    def __init__(self, path: Path | str) -> None:
        """Raises SetupError where the file can't be used."""
        self._where = str(path)
        with self._translating():
            if path != ":memory:":
                file = Path(path)
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=path != ":memory:"
            )
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        # A count must outlive a power cut: the call it stands for has been made.
        self._db.execute("PRAGMA synchronous = FULL")
        if self._version() == _VERSION:
            return
        with self._transaction("BEGIN IMMEDIATE"):
            version = self._version()  # another process may have been faster
            if version > _VERSION:
                raise SetupError(
                    "The call counter was made by a newer version of CRMSync Desktop.",
                    f"{self._where}: version {version}, this one knows {_VERSION}.",
                    "Install the newer version again.",
                )
            if version == 0:
                for statement in _SCHEMA.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {_VERSION}")

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def spend(self, side: Side, purpose: str, calls: int, pair: str, now: float) -> Window | Refused:
        """Count these calls if the allocation has room for all of them. The window given back includes them."""
        number = _SIDES.index(side)
        with self._translating(), self._transaction("BEGIN IMMEDIATE"):
            window = self._window(number, self._moment(number, now))
            allocation = self._allocation(number)
            if allocation is not None and window.used + calls > allocation:
                return self._refused(number, window, allocation, calls)
            total = window.before + window.used + calls
            row = self._db.execute(
                "INSERT INTO call (side, at, pair, purpose, calls, running) VALUES (?, ?, ?, ?, ?, ?)",
                (number, window.now, pair, purpose, calls, total),
            ).lastrowid
            if row is not None and row % PRUNE_EVERY == 0:
                self._db.execute("DELETE FROM call WHERE side = ? AND at < ?", (number, window.now - KEPT))
            oldest = window.now if window.oldest is None else window.oldest
            return Window(window.now, window.used + calls, window.before, oldest)

    def _moment(self, side: int, now: float) -> float:
        """The time to count for: never before the newest call, or a clock set back and forth would make calls look older
        than they are. Where the clock had been far ahead, that would close the wall for as long; the calls then keep
        their distances and move back to where the clock is."""
        newest = self._db.execute("SELECT max(at) FROM call WHERE side = ?", (side,)).fetchone()[0]
        if newest is None or newest <= now:
            return now
        if newest - now <= CLOCK_SLACK:
            return float(newest)
        self._db.execute("UPDATE call SET at = at - ? WHERE side = ?", (newest - now, side))
        return now

    def _window(self, side: int, now: float) -> Window:
        last = self._db.execute(
            "SELECT running FROM call WHERE side = ? ORDER BY at DESC, id DESC LIMIT 1", (side,)
        ).fetchone()
        total = 0 if last is None else int(last[0])
        first = self._db.execute(
            "SELECT at, running - calls FROM call WHERE side = ? AND at > ? ORDER BY at, id LIMIT 1", (side, now - DAY)
        ).fetchone()
        if first is None:
            return Window(now, 0, total, None)
        return Window(now, total - int(first[1]), int(first[1]), float(first[0]))

    def _refused(self, side: int, window: Window, allocation: int, calls: int) -> Refused:
        if calls > allocation:
            return Refused(window.used, allocation, None)
        leaves = self._db.execute(
            "SELECT at FROM call WHERE side = ? AND at > ? AND running >= ? ORDER BY at, id LIMIT 1",
            (side, window.now - DAY, window.before + window.used + calls - allocation),
        ).fetchone()
        return Refused(window.used, allocation, float(leaves[0]) + DAY)

    def usage(self, side: Side, now: float) -> tuple[Window, int | None]:
        """The window as `spend` would see it, and the allocation."""
        number = _SIDES.index(side)
        with self._translating(), self._transaction("BEGIN"):
            newest = self._db.execute("SELECT max(at) FROM call WHERE side = ?", (number,)).fetchone()[0]
            # Far ahead: as if moved back (_moment), without writing.
            ahead = max(0.0, (newest or now) - now)
            window = self._window(number, now + ahead)
            if ahead > CLOCK_SLACK and window.oldest is not None:
                window = window._replace(now=now, oldest=window.oldest - ahead)
            return window, self._allocation(number)

    def by_hour(self, since: float) -> list[tuple[int, Side, str, str, int]]:
        with self._translating(), self._transaction("BEGIN"):
            rows = self._db.execute(
                "SELECT CAST(at / 3600 AS INTEGER) * 3600 AS hour, side, pair, purpose, sum(calls) FROM call "
                "WHERE at > ? GROUP BY hour, side, pair, purpose ORDER BY hour, side, pair, purpose",
                (since,),
            ).fetchall()
        return [(hour, _SIDES[side], pair, purpose, calls) for hour, side, pair, purpose, calls in rows]

    def set_allocation(self, side: Side, calls: int | None) -> None:
        with self._translating(), self._transaction("BEGIN IMMEDIATE"):
            self._db.execute(
                "INSERT OR REPLACE INTO allocation (side, calls) VALUES (?, ?)", (_SIDES.index(side), calls)
            )

    def _allocation(self, side: int) -> int | None:
        row = self._db.execute("SELECT calls FROM allocation WHERE side = ?", (side,)).fetchone()
        if row is not None:
            return None if row[0] is None else int(row[0])
        # Nothing set yet: a wall that isn't there would be the worse surprise.
        return Settings().allocation if _SIDES[side] is Side.SALESFORCE else None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._db.execute(begin)
        try:
            yield
        except BaseException:
            self._db.rollback()
            raise
        self._db.commit()

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SetupError("The call counter can't be opened.", f"{self._where}: {error.strerror}.") from error
        except sqlite3.Error as error:
            raise _translated(error, self._where) from error

    def close(self) -> None:
        self._db.close()


def _translated(error: sqlite3.Error, where: str) -> CrmSyncError:
    code = getattr(error, "sqlite_errorcode", None)
    code = None if code is None else code & 0xFF
    detail = f"{where}: {error}."
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return PassError("A call can't be counted now, so none is made.", detail, "See that the disk isn't full.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return SetupError("The call counter can't be written.", detail, "See that you may write to the file.")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return SetupError(
            "The call counter is damaged.",
            detail,
            "Move the file away to begin a new one. It knows nothing of the last 24 hours: lower the allocation for a day.",
        )
    return BugError("The call counter refused a statement.", detail)
