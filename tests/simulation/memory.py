"""The real store and the real budget on files, so that a process can die and another one can take over."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import msgspec
from sqlalchemy import event

from crmsync_desktop.adapters.limits import RollingBudget
from crmsync_desktop.adapters.store.store import SqliteStore
from crmsync_desktop.domain.records import Op, Side
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.metered import Metered
from crmsync_desktop.engine.recover import close_crashed_passes
from crmsync_desktop.ports.store import Entry, FieldChange, JournalState
from tests.simulation.nature import Nature

_changes = msgspec.msgpack.Decoder(tuple[FieldChange, ...]).decode


class WatchedStore(SqliteStore):
    """The real store; `planned` are the entries given to the journal, in order, since `watch` was called. `first_round` is how
    many of them were planned when the first one was taken to be carried out."""

    planned: list[Entry]
    first_round: int | None

    def watch(self) -> None:
        self.planned, self.first_round = [], None

    def plan(self, entries: Sequence[Entry]) -> None:
        self.planned.extend(entries)
        super().plan(entries)

    def entries(
        self,
        pass_id: int | None,
        states: Sequence[JournalState],
        side: Side | None = None,
        op: Op | None = None,
        after_row: int = 0,
        limit: int = 1000,
        pair: str | None = None,
    ) -> list[Entry]:
        if op is not None and self.first_round is None:
            self.first_round = len(self.planned)
        return super().entries(pass_id, states, side, op, after_row, limit, pair)


class Memory:
    """One process's view of the files. `die` is what a killed process does to them: nothing more is written."""

    def __init__(self, folder: Path, nature: Nature) -> None:
        self._folder, self._nature = folder, nature
        if not self.database.exists():
            shutil.copy(_new_database(), self.database)
        self._open()
        # What lies on the disk, as another program would see it.
        self._witness = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)

    @property
    def database(self) -> Path:
        return self._folder / "sync.db"

    def _open(self) -> None:
        nature = self._nature
        self.store = WatchedStore(self.database, nature.now)
        self.store.watch()
        self.wall = RollingBudget(self._folder / "calls.db", nature)
        _count_at_once(self.wall)
        self.budget = Metered(self.wall, nature)
        event.listen(self.store.engine, "before_cursor_execute", lambda *_: nature.tick())
        close_crashed_passes(self.store, stamp(nature.now()))

    def die(self) -> None:
        """The next process opens what the dead one left behind."""
        self._nature.crashed = False
        self._close_files()
        self._open()

    def journal(self, row: int) -> tuple[JournalState, tuple[FieldChange, ...], str]:
        """(state, changes, reason) of a journal row, as it lies on the disk."""
        found = self._witness.execute("SELECT state, changes, reason FROM journal WHERE row = ?", (row,)).fetchone()
        return JournalState(found[0]), _changes(found[1]), str(found[2])

    def journal_columns(self, columns: str) -> list[tuple[Any, ...]]:
        return self._witness.execute(f"SELECT {columns} FROM journal ORDER BY row").fetchall()

    def _close_files(self) -> None:
        self.store.close()
        self.wall.close()

    def close(self) -> None:
        self._witness.close()
        self._close_files()


class _SameThread:
    """Runs what it is given at once: a thread of its own would make the order of things depend on the machine."""

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*arguments))
        except BaseException as error:
            done.set_exception(error)
        return done

    def shutdown(self) -> None:
        """There is nothing to wait for."""


def _count_at_once(wall: RollingBudget) -> None:
    if wall._thread is not None:
        wall._thread.shutdown()
    wall._thread = _SameThread()  # type: ignore[assignment]


@cache
def _new_database() -> Path:
    """An empty database of the newest version; making one takes longer than most worlds live."""
    folder = fast_folder()
    atexit.register(shutil.rmtree, folder)
    path = folder / "empty.db"
    SqliteStore(path).close()
    return path


def fast_folder() -> Path:
    """A new folder for files that many small transactions are written to: in memory where the system has such a place."""
    memory = Path("/dev/shm")
    return Path(mkdtemp(prefix="crmsync-simulation-", dir=memory if memory.is_dir() else None))
