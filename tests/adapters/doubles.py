"""In-memory stand-ins for the ports that adapters are given: a budget that counts, and a clock set by hand."""

from __future__ import annotations

import asyncio
from collections import Counter

import msgspec

from crmsync_desktop.domain.errors import AllocationReached
from crmsync_desktop.domain.records import Side
from crmsync_desktop.ports.budget import Usage
from crmsync_desktop.ports.clock import Clock


class ManualClock:
    """Moves by what is slept and by `advance`: `slept` holds each sleep in seconds, none of which really waits."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self.at = start
        self.slept: list[float] = []

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        self.at += seconds


class CallRecord(msgspec.Struct, frozen=True):
    """One call as it was metered. `at`: seconds since the epoch."""

    side: Side
    at: float
    pair: str
    purpose: str
    calls: int


class MemoryBudget:
    """Implements `ports.budget.Budget` without a window: calls are counted for good. `spent` holds each spend in order."""

    def __init__(self, clock: Clock | None = None, allocation: int | None = None) -> None:
        self._clock = clock or ManualClock()
        self.allocation = dict.fromkeys(Side, allocation)
        self.spent: list[CallRecord] = []

    async def spend(self, side: Side, purpose: str, calls: int = 1, pair: str = "") -> None:
        allowed = self.allocation[side]
        if allowed is not None and self.calls(side) + calls > allowed:
            raise AllocationReached("The allocation is used up.", f"{allowed} calls", "Raise it or wait.")
        self.spent.append(CallRecord(side, self._clock.now(), pair, purpose, calls))

    def usage(self, side: Side) -> Usage:
        return Usage(side, self.calls(side), self.allocation[side], None)

    def by_hour(self, hours: int = 24) -> list[tuple[int, Side, str, str, int]]:
        totals: Counter[tuple[int, Side, str, str]] = Counter()
        for each in self.spent:
            totals[int(each.at // 3600 * 3600), each.side, each.pair, each.purpose] += each.calls
        return [(*key, calls) for key, calls in sorted(totals.items())]

    def set_allocation(self, side: Side, calls: int | None) -> None:
        self.allocation[side] = calls

    def calls(self, side: Side | None = None, purpose: str | None = None) -> int:
        """Calls spent, of one side and one purpose or of all."""
        return sum(each.calls for each in self.spent if side in (None, each.side) and purpose in (None, each.purpose))
