"""Time, chance and what goes wrong in a simulated world: one seed decides all of it."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from crmsync_desktop.domain.records import Side

START = 1_800_000_000.0
"""Where every world's clock begins, in seconds since the epoch."""


class Crash(BaseException):
    """The process dies here: nothing after it runs, and nothing may be cleaned up."""


class Nature:
    """The one clock and the one source of chance, shared by both sides, the engine and the people.

    `seen` counts what happened, by kind; `log` holds every call in order: (seconds, side, purpose, detail); `begun` counts
    calls from the moment on at which the engine asked for them. `storm` says
    whether faults, people and automation are about. `crash_in` counts down awaits of the sides and statements of the
    store: at zero the process dies.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.at = START
        self.log: list[tuple[float, Side, str, Any]] = []
        self.seen: Counter[str] = Counter()
        self.begun: Counter[Side] = Counter()
        self.storm = False
        self.crash_in: int | None = None
        self.crashed = False
        self.on_turn: Callable[[], None] = lambda: None
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    # ports.clock.Clock

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        await self.turn()

    # time

    def advance(self, seconds: float) -> None:
        """Let time pass; what was put off until then happens at its moment."""
        end = self.at + seconds
        while self._later and self._later[0][0] <= end:
            moment, _, happen = heapq.heappop(self._later)
            self.at = max(self.at, moment)
            happen()
        self.at = end

    def later(self, seconds: float, happen: Callable[[], None]) -> None:
        """Have something happen by itself in so many seconds."""
        self._number += 1
        heapq.heappush(self._later, (self.at + seconds, self._number, happen))

    async def turn(self) -> None:
        """An await during which the world goes on: time passes, people work, the other side's task gets its turn."""
        self.tick()
        await asyncio.sleep(0)
        self.advance(self.random.uniform(0.02, 0.9))
        self.on_turn()
        self.tick()

    # chance

    def chance(self, probability: float, kind: str) -> bool:
        """Whether something goes wrong now; never while there is no storm. Counted where it does."""
        if not self.storm or self.random.random() >= probability:
            return False
        self.seen[kind] += 1
        return True

    def tick(self) -> None:
        """One more point at which the process may die. Raises Crash there, and at every later point."""
        if self.crashed:
            raise Crash
        if self.crash_in is None:
            return
        self.crash_in -= 1
        if self.crash_in <= 0:
            self.crash_in = None
            self.crashed = True
            self.seen["crash"] += 1
            raise Crash

    def call(self, side: Side, purpose: str, detail: Any) -> None:
        self.log.append((round(self.at, 3), side, purpose, detail))
