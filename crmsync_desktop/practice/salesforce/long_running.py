"""Requests that are being answered right now: Salesforce takes only so many at once that run for 20 seconds or more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count

LONG_SECONDS = 20.0
"""From here on a request counts (Salesforce's app limits cheat sheet: API requests)."""
_ADMITTED: ContextVar[bool] = ContextVar("admitted")
"""Whether there was room when this very request arrived, for one that something holds up before it is answered."""


class LongRunning:
    """`limit` is a dial: 25 in production and sandboxes, 5 in Developer Edition and trials."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.limit = 25
        self._now = now
        self._numbers = count()
        self._started: dict[int, float] = {}

    @contextmanager
    def request(self) -> Iterator[None]:
        """A request that is held up, from the moment it arrives."""
        arrived = _ADMITTED.set(not self._full())
        number = next(self._numbers)
        self._started[number] = self._now()
        try:
            yield
        finally:
            del self._started[number]
            _ADMITTED.reset(arrived)

    def admits(self) -> bool:
        """Whether fewer than allowed had been running long when this request arrived, on the practice clock."""
        known = _ADMITTED.get(None)
        return not self._full() if known is None else known

    def _full(self) -> bool:
        if len(self._started) < self.limit:
            return False
        oldest = self._now() - LONG_SECONDS
        return sum(started <= oldest for started in self._started.values()) >= self.limit
