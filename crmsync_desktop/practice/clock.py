"""The practice orgs' clock: real time, put forward, stopped or run faster, so that a day can pass in a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

FASTEST = 1_000_000.0
MOST_SKEW = 10 * 365 * 86_400.0


class PracticeClock:
    """Seconds since the epoch (float, UTC) as both practice orgs see them."""

    def __init__(self, offset: float = 0.0, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._offset = offset
        self._rate = 1.0
        self._turned_at = 0.0  # by the machine's clock, when another rate than 1 was set
        self._turned_from = 0.0  # what this clock showed then

    @property
    def offset(self) -> float:
        """How many seconds this clock is ahead of the machine's."""
        return self._offset if self._rate == 1.0 else self.now() - self._source()

    @property
    def rate(self) -> float:
        """Seconds here for one of the machine's; 0: it stands still."""
        return self._rate

    def now(self) -> float:
        if self._rate == 1.0:
            return self._source() + self._offset
        return self._turned_from + (self._source() - self._turned_at) * self._rate

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Move forward. Raises ValueError for a negative number: records would get stamps out of order."""
        if not 0 <= seconds < float("inf"):
            raise ValueError("The practice clock only moves forward.")
        self._offset += seconds
        self._turned_from += seconds

    def set(self, moment: float) -> None:
        """Move forward to `moment`. Raises ValueError for one that has passed."""
        self.advance(moment - self.now())

    def start(self, moment: float, rate: float = 1.0) -> None:
        """Begin with `moment`, earlier or later, before there is anything that has a stamp. Raises ValueError."""
        self.run(rate)
        self._turned_at, self._turned_from = self._source(), moment
        self._offset = moment - self._turned_at

    def run(self, rate: float) -> None:
        """Go on from now at another rate: 1 as the machine's clock, 0 not at all. Raises ValueError."""
        if not 0 <= rate <= FASTEST:
            raise ValueError(f"The practice clock's rate is between 0 and {FASTEST:,.0f}.")
        now, machine = self.now(), self._source()
        self._offset, self._turned_from, self._turned_at, self._rate = now - machine, now, machine, rate

    def to_json(self) -> dict[str, float]:
        """What `from_json` makes this clock of again; it goes on while nobody serves it, at its rate."""
        return {
            "offset": self._offset,
            "rate": self._rate,
            "turned_at": self._turned_at,
            "turned_from": self._turned_from,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> PracticeClock:
        clock = cls(float(kept.get("offset", 0.0)))
        clock._rate = float(kept.get("rate", 1.0))
        clock._turned_at, clock._turned_from = float(kept.get("turned_at", 0)), float(kept.get("turned_from", 0))
        return clock


class SkewedClock(PracticeClock):
    """One system's own idea of the time: the practice clock's, and so many seconds off (a dial; forgotten at the end)."""

    def __init__(self, clock: PracticeClock) -> None:
        super().__init__()
        self._clock = clock
        self.skew = 0.0

    def now(self) -> float:
        return self._clock.now() + self.skew

    def set_skew(self, seconds: float) -> None:
        """Raises ValueError for more than ten years either way."""
        if not abs(seconds) <= MOST_SKEW:
            raise ValueError("A system's clock is at most ten years off.")
        self.skew = seconds
