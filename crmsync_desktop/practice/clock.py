"""The practice orgs' clock: real time plus an offset that only moves forward, so that a day can pass in a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime


class PracticeClock:
    """Seconds since the epoch (float, UTC) as both practice orgs see them."""

    def __init__(self, offset: float = 0.0, source: Callable[[], float] = time.time) -> None:
        self._offset = offset
        self._source = source

    @property
    def offset(self) -> float:
        """How many seconds this clock is ahead of the machine's."""
        return self._offset

    def now(self) -> float:
        return self._source() + self._offset

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Move forward. Raises ValueError for a negative number: records would get stamps out of order."""
        if seconds < 0:
            raise ValueError("the practice clock only moves forward")
        self._offset += seconds
