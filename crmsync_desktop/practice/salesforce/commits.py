"""Late commits: a write keeps the SystemModstamp of when it began, and shows some time later.

In a real org a long transaction (a bulk load, a trigger's batch) stamps its records when it saves them, and nobody sees
them until it commits: a reader whose watermark has passed the stamp by then misses them, unless it looks back. Here every
write is in the tables at once, so that the org's own rules see it; while commits are late, the rows that a write replaced
are kept beside, and a reader gets them put back for as long as it reads.

That costs nothing while no dial is turned: the triggers that keep the former rows exist only then.
"""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from threading import RLock
from typing import TYPE_CHECKING

from .store import Store, quoted

if TYPE_CHECKING:
    from .asks import Answer, Ask

_NOTHING: AbstractContextManager[None] = nullcontext()


class Commits:
    """`now` gives seconds since the epoch of the practice clock; `lag_seconds` is how much later a write shows. The dials
    may be turned from any thread; `lock` is the org's."""

    def __init__(
        self, store: Store, now: Callable[[], float], lock: AbstractContextManager[object] | None = None
    ) -> None:
        self._store = store
        self._lock = lock or RLock()
        self._now = now
        self._lag = 0.0
        self._holding = False
        self._recording = True
        self._covered: dict[str, tuple[str, ...]] = {}
        store.db.create_function("_recording", 0, lambda: self._recording)
        store.db.create_function("_began", 0, now)
        store.db.create_function("_until", 0, self._until)

    @property
    def lag_seconds(self) -> float:
        return self._lag

    @lag_seconds.setter
    def lag_seconds(self, seconds: float) -> None:
        """Raises ValueError for less than nothing."""
        if not 0 <= seconds < math.inf:
            raise ValueError(f"a commit lag is 0 seconds or more, not {seconds}")
        with self._lock:
            self._lag = seconds
            self._cover()

    @property
    def held(self) -> bool:
        return self._holding

    @held.setter
    def held(self, held: bool) -> None:
        if held:
            self.hold()
        else:
            self.release()

    def hold(self) -> None:
        """What is written from now on doesn't show until `release`."""
        with self._lock:
            self._holding = True
            self._cover()

    def release(self) -> None:
        """What was held shows."""
        with self._lock:
            self._holding = False
            for name in self._covered:
                self._store.db.execute(f"DELETE FROM {_kept(name)} WHERE until = ?", (math.inf,))
            self._cover()

    def oldest_open(self) -> float | None:
        """When the oldest write that doesn't show yet began; None where everything shows."""
        self._forget()
        if not self._covered:
            return None
        union = " UNION ALL ".join(f"SELECT min(began) AS began FROM {_kept(name)}" for name in self._covered)
        oldest: float | None = self._store.db.execute(f"SELECT min(began) FROM ({union})").fetchone()[0]
        return oldest

    @property
    def covers(self) -> bool:
        """Whether there may be writes that don't show yet."""
        return bool(self._covered)

    def visible(self) -> AbstractContextManager[None]:
        """While it lasts, the tables hold what everybody sees. Only for reading: what is written meanwhile is lost."""
        return self._former() if self._covered else _NOTHING

    @contextmanager
    def unnoticed(self) -> Iterator[None]:
        """What is written meanwhile shows at once (seeding, a user's last viewed records)."""
        before, self._recording = self._recording, False
        try:
            yield
        finally:
            self._recording = before

    def schema_changed(self) -> None:
        if self._covered:
            self._cover()

    def _until(self) -> float:
        return math.inf if self._holding else self._now() + self._lag

    def _on(self) -> bool:
        return self._holding or self._lag > 0

    def _cover(self) -> None:
        """Triggers on all tables while a dial is turned; when none is any more, they stay until everything shows."""
        if not self._on():
            self._forget()
            return
        for name in self._store.schema:
            columns = tuple(column for _, column, *_ in self._store.db.execute(f"PRAGMA table_info({quoted(name)})"))
            if self._covered.get(name) != columns:
                self._uncover(name)
                self._cover_table(name, columns)

    def _cover_table(self, name: str, columns: tuple[str, ...]) -> None:
        kept, listed = _kept(name), ", ".join(map(quoted, columns))
        self._store.db.execute(
            f"CREATE TEMP TABLE {kept} (step INTEGER PRIMARY KEY, began REAL, until REAL, existed INTEGER, {listed})"
        )
        self._store.db.execute(f"CREATE INDEX temp.{quoted(f'kept_n_{name}')} ON {quoted(f'kept_{name}')} (_n, step)")
        former = ", ".join(f"old.{quoted(column)}" for column in columns)
        rows = {
            "INSERT": ("(began, until, existed, _n)", "_began(), _until(), 0, new._n"),
            "UPDATE": (f"(began, until, existed, {listed})", f"_began(), _until(), 1, {former}"),
            "DELETE": (f"(began, until, existed, {listed})", f"_began(), _until(), 1, {former}"),
        }
        for event, (into, values) in rows.items():
            self._store.db.execute(
                f"CREATE TEMP TRIGGER {_trigger(event, name)} AFTER {event} ON main.{quoted(name)} WHEN _recording() "
                f"BEGIN INSERT INTO {quoted(f'kept_{name}')} {into} VALUES ({values}); END"
            )
        self._covered[name] = columns

    def _uncover(self, name: str) -> None:
        if name in self._covered:
            for event in ("INSERT", "UPDATE", "DELETE"):
                self._store.db.execute(f"DROP TRIGGER {_trigger(event, name)}")
            self._store.db.execute(f"DROP TABLE {_kept(name)}")
            del self._covered[name]

    def _forget(self) -> None:
        """Drop what shows by now."""
        now = self._now()
        left = 0
        for name in self._covered:
            self._store.db.execute(f"DELETE FROM {_kept(name)} WHERE until <= ?", (now,))
            if not self._on():
                left += self._store.db.execute(f"SELECT count(*) FROM {_kept(name)}").fetchone()[0]
        if not self._on() and not left:
            for name in list(self._covered):
                self._uncover(name)

    @contextmanager
    def _former(self) -> Iterator[None]:
        self._forget()
        db = self._store.db
        db.execute("SAVEPOINT former")
        try:
            with self.unnoticed():
                for name, columns in self._covered.items():
                    kept, table, listed = _kept(name), quoted(name), ", ".join(map(quoted, columns))
                    if db.execute(f"SELECT 1 FROM {kept} LIMIT 1").fetchone() is None:
                        continue
                    db.execute(f"DELETE FROM {table} WHERE _n IN (SELECT _n FROM {kept})")
                    # Of several writes that don't show yet, the first one's former row is what everybody sees.
                    first = f"step = (SELECT min(step) FROM {kept} other WHERE other._n = was._n)"
                    db.execute(
                        f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {kept} was WHERE existed AND {first}"
                    )
            yield
        finally:
            db.execute("ROLLBACK TO former")
            db.execute("RELEASE former")


def as_committed(handler: Callable[[Ask], Answer]) -> Callable[[Ask], Answer]:
    """A handler of a request that only reads, and sees what everybody sees."""

    @wraps(handler)
    def read(ask: Ask) -> Answer:
        with ask.org.commits.visible():
            return handler(ask)

    return read


def _kept(name: str) -> str:
    return f"temp.{quoted(f'kept_{name}')}"


def _trigger(event: str, name: str) -> str:
    return quoted(f"kept_{event}_{name}")
