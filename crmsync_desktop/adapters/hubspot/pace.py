"""HubSpot's two rate limits, kept from this side so that none is ever answered with 429.

A request holds its slot from before it is sent until one window after its answer came. HubSpot counts it somewhere in
between, so however late a thread runs or a packet travels, no rolling window at HubSpot ever holds more than ours.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from crmsync_desktop.adapters.hubspot.paths import Bucket
from crmsync_desktop.ports.clock import Clock

BURST_LIMIT: Final = 190
"""Requests per window of a Professional or Enterprise account, until the headers say otherwise (usage guidelines)."""
BURST_WINDOW: Final = 10.0
SEARCH_LIMIT: Final = 5
"""Searches per second, shared by the whole account; search answers carry no headers to learn it from."""
SEARCH_WINDOW: Final = 1.0
BURST_SHARE: Final = 0.97
"""How much of the burst limit is used. Slots come back one round trip late, so about 95 % of the limit is reached."""


class RollingWindow:
    """At most `limit` requests under way or answered within the last `window` seconds."""

    def __init__(self, clock: Clock, limit: int, window: float) -> None:
        self._clock = clock
        self.limit = limit
        self.window = window
        self._answered: deque[float] = deque()
        self._under_way = 0
        self._turn = asyncio.Lock()
        self._released = asyncio.Event()

    @property
    def used(self) -> int:
        """Slots that are taken now."""
        self._forget(self._clock.now())
        return self._under_way + len(self._answered)

    async def take(self) -> None:
        """Wait, in the order of asking, until there is a slot, and take it."""
        async with self._turn:
            while self.used >= self.limit:
                if self._answered:
                    await self._clock.sleep(max(0.001, self._answered[0] + self.window - self._clock.now()))
                else:
                    self._released.clear()
                    await self._released.wait()
            self._under_way += 1

    def release(self) -> None:
        """The answer is there (or given up): the slot comes back one window from now."""
        self._under_way -= 1
        self._answered.append(self._clock.now())
        self._released.set()

    def learn(self, limit: int, window: float, used_there: int, share: float) -> None:
        """Take over the limit that HubSpot names, and count requests that HubSpot counted and we don't know of (a run
        before this one, another program with the same token)."""
        unknown = used_there - self.used
        self.limit, self.window = max(1, int(limit * share)), window
        self._answered.extend([self._clock.now()] * min(max(0, unknown), self.limit))

    def _forget(self, now: float) -> None:
        while self._answered and (self._answered[0] <= now - self.window or self._answered[0] > now + self.window):
            self._answered.popleft()


class HubSpotPace:
    """Both limits; implements `ports.budget.Pace`. To be used from one event loop."""

    def __init__(self, clock: Clock, share: float = BURST_SHARE) -> None:
        self._share = share
        self._windows = {
            Bucket.BURST: RollingWindow(clock, max(1, int(BURST_LIMIT * share)), BURST_WINDOW),
            Bucket.SEARCH: RollingWindow(clock, SEARCH_LIMIT, SEARCH_WINDOW),
        }

    @asynccontextmanager
    async def slot(self, bucket: Bucket) -> AsyncIterator[None]:
        """Hold a slot while a request is under way."""
        window = self._windows[bucket]
        await window.take()
        try:
            yield
        finally:
            window.release()

    async def wait(self, bucket: str = Bucket.BURST) -> None:
        """Return when one more call may go out, and count it as answered at once."""
        async with self.slot(Bucket(bucket or Bucket.BURST)):
            return

    def learn(self, limit: int, window: float, remaining: int) -> None:
        """What the X-HubSpot-RateLimit-Max, -Interval-Milliseconds (as seconds) and -Remaining headers said."""
        if limit > 0 and window > 0:
            self._windows[Bucket.BURST].learn(limit, window, max(0, limit - remaining), self._share)
