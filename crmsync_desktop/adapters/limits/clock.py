"""The computer's own clock."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """ports.clock.Clock."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
