"""A clock that stands still until it is moved, and a budget on a file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsync_desktop.adapters.limits import RollingBudget
from crmsync_desktop.domain.records import Side

START = 1_790_000_000.0
"""A whole hour plus 800 s."""


class HandClock:
    def __init__(self) -> None:
        self.time = START

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def budget(tmp_path: Path, clock: HandClock) -> Iterator[RollingBudget]:
    opened = RollingBudget(tmp_path / "calls.sqlite", clock)
    yield opened
    opened.close()


def spend(budget: RollingBudget, calls: int = 1, side: Side = Side.SALESFORCE, purpose: str = "read") -> None:
    asyncio.run(budget.spend(side, purpose, calls, "contacts"))
