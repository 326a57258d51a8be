"""The daily API limit: calls counted over a rolling 24 hours of the practice clock, kept across restarts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from .store import Store

_MINUTES = 24 * 60


class Usage:
    """Counts in whole minutes, so that a call leaves the window at most a minute late."""

    def __init__(self, store: Store, now: Callable[[], float], limit: int) -> None:
        self._store = store
        self._now = now
        self.limit = limit
        sql = "SELECT minute, calls FROM _usage ORDER BY minute"
        self._minutes: deque[tuple[int, int]] = deque(store.db.execute(sql).fetchall())
        self._total = sum(calls for _, calls in self._minutes)

    def used(self) -> int:
        """Calls of the last 24 hours, by everybody."""
        oldest = int(self._now() // 60) - _MINUTES
        while self._minutes and self._minutes[0][0] < oldest:
            minute, calls = self._minutes.popleft()
            self._total -= calls
            self._store.db.execute("DELETE FROM _usage WHERE minute = ?", (minute,))
        return self._total

    def add(self, calls: int) -> None:
        minute = int(self._now() // 60)
        before = self._minutes.pop()[1] if self._minutes and self._minutes[-1][0] == minute else 0
        self._minutes.append((minute, before + calls))
        self._total += calls
        sql = "INSERT INTO _usage VALUES (?, ?) ON CONFLICT (minute) DO UPDATE SET calls = excluded.calls"
        self._store.db.execute(sql, (minute, before + calls))

    def header(self) -> str:
        """The value of Sforce-Limit-Info."""
        return f"api-usage={self.used()}/{self.limit}"
