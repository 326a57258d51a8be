"""The allocation as a hard wall (S1, S2)."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from crmsync_desktop.adapters.limits.ledger import DAY, Ledger, Refused, Window
from crmsync_desktop.domain.errors import AllocationReached, SetupError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.ports.budget import Usage
from crmsync_desktop.ports.clock import Clock

OnSpend = Callable[[Side, int, float], None]
"""(side, calls used in the last 24 hours, seconds since the epoch)."""


class RollingBudget:
    """ports.budget.Budget on a file that several processes may share; `path` ":memory:" keeps nothing.

    Counting waits for the disk and for other processes, so it runs in a thread of its own; in memory there is nothing to
    wait for. `on_spend` is called on the event loop's thread after each call that was counted.
    A call whose task is cancelled while it is being counted stays counted.
    """

    on_spend: OnSpend | None = None

    def __init__(self, path: Path | str, clock: Clock) -> None:
        """Raises SetupError where the file can't be used."""
        self._clock = clock
        self._reader = Ledger(path)
        self._writer: Ledger | None = self._reader if path == ":memory:" else None
        self._path = path
        self._thread = ThreadPoolExecutor(1, "budget") if self._writer is None else None

    async def spend(self, side: Side, purpose: str, calls: int = 1, pair: str = "") -> None:
        """Raises PassError where the count can't be written down: a call that can't be counted isn't made."""
        now = self._clock.now()
        if self._thread is None:
            answer = self._spend(side, purpose, calls, pair, now)
        else:
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self._thread, self._spend, side, purpose, calls, pair, now)
        if isinstance(answer, Refused):
            raise _reached(side, calls, answer)
        if self.on_spend is not None:
            self.on_spend(side, answer.used, answer.now)

    def _spend(self, side: Side, purpose: str, calls: int, pair: str, now: float) -> Window | Refused:
        if self._writer is None:
            self._writer = Ledger(self._path)
        return self._writer.spend(side, purpose, calls, pair, now)

    def usage(self, side: Side) -> Usage:
        window, allocation = self._reader.usage(side, self._clock.now())
        return Usage(side, window.used, allocation, None if window.oldest is None else window.oldest + DAY)

    def by_hour(self, hours: int = 24) -> list[tuple[int, Side, str, str, int]]:
        """At most 48 hours are kept."""
        return self._reader.by_hour(self._clock.now() - hours * 3_600)

    def set_allocation(self, side: Side, calls: int | None) -> None:
        """None: calls are only counted. For all processes, and until it is set again. Raises SetupError below 0."""
        if calls is not None and calls < 0:
            raise SetupError("The allocation can't be less than 0.", f"It was to become {calls}.", "0 stops all calls.")
        self._reader.set_allocation(side, calls)

    def close(self) -> None:
        """Waits for a count that is under way. Closing twice does nothing more."""
        thread, self._thread = self._thread, None
        if thread is not None:
            if self._writer is not None:
                thread.submit(self._writer.close).result()
            thread.shutdown()
        self._reader.close()


def _reached(side: Side, calls: int, refused: Refused) -> AllocationReached:
    if refused.allocation == 0:
        return AllocationReached(
            f"The allocation for {side.label} is 0, so no call is made.",
            hint="Give the app calls under Sync status to let it synchronise.",
        )
    if refused.room_at is None:
        return AllocationReached(
            f"{calls:,} calls to {side.label} are needed at once, and the allocation is only {refused.allocation:,}.",
            hint="Give the app more calls under Sync status.",
        )
    # Rounded up: a second too early would be refused again.
    resume_at = datetime.fromtimestamp(math.ceil(refused.room_at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return AllocationReached(
        f"The allocation of {refused.allocation:,} calls to {side.label} in 24 hours is used up.",
        f"{refused.used:,} are used; there is room again at {resume_at}.",
        "What waits goes on by itself then; a higher allocation under Sync status lets it go on now.",
        resume_at=resume_at,
    )
