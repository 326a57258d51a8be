"""The budget as this process sees it: passes every call on to the real one, counts it, and tells who listens."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from crmsync_desktop.domain.records import Side
from crmsync_desktop.ports.budget import Budget, Usage
from crmsync_desktop.ports.clock import Clock

WINDOW_SECONDS = 10.0
"""HubSpot's burst window."""


class Metered:
    """Implements ports.budget.Budget. `calls` counts what this process spent, by side."""

    def __init__(self, budget: Budget, clock: Clock) -> None:
        self._budget = budget
        self._clock = clock
        self.calls: dict[Side, int] = dict.fromkeys(Side, 0)
        self.on_call: Callable[[Side], None] = lambda side: None
        self._recent: deque[float] = deque()

    async def spend(self, side: Side, purpose: str, calls: int = 1, pair: str = "") -> None:
        await self._budget.spend(side, purpose, calls, pair)
        self.calls[side] += calls
        if side is Side.HUBSPOT:
            self._recent.extend([self._clock.now()] * calls)
        self.on_call(side)

    def usage(self, side: Side) -> Usage:
        return self._budget.usage(side)

    def by_hour(self, hours: int = 24) -> list[tuple[int, Side, str, str, int]]:
        return self._budget.by_hour(hours)

    def set_allocation(self, side: Side, calls: int | None) -> None:
        self._budget.set_allocation(side, calls)

    def in_window(self) -> int:
        """HubSpot calls of this process in the last ten seconds."""
        horizon = self._clock.now() - WINDOW_SECONDS
        while self._recent and self._recent[0] <= horizon:
            self._recent.popleft()
        return len(self._recent)
