"""HubSpot's rate limits are kept from this side: no rolling window ever holds more than it may."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

import pytest

from crmsync_desktop.adapters.hubspot import HubSpotCrm
from crmsync_desktop.adapters.hubspot.pace import HubSpotPace, RollingWindow
from crmsync_desktop.adapters.hubspot.paths import Bucket
from crmsync_desktop.ports.crm import Want
from crmsync_desktop.practice.hubspot.limits import RateLimits
from tests.adapters.doubles import ManualClock
from tests.adapters.hubspot.conftest import open_site


def most_in_a_window(moments: list[float], window: float) -> int:
    """Moments exactly one window apart don't count against each other."""
    ordered = sorted(moments)
    return max(sum(1 for other in ordered if first <= other < first + window) for first in ordered)


@pytest.mark.parametrize("seed", range(20))
def test_no_rolling_window_is_overfull_wherever_the_server_counts_a_request(seed: int) -> None:
    draw = random.Random(seed)
    clock = ManualClock()
    limit, length = draw.choice([(5, 1.0), (19, 10.0)])
    counted: list[float] = []

    async def request(window: RollingWindow) -> None:
        await window.take()
        took = draw.random() * 3
        counted.append(clock.now() + took * draw.random())  # the server counts it somewhere on its way
        await clock.sleep(took)
        window.release()

    async def run() -> None:
        window = RollingWindow(clock, limit, length)
        for _ in range(30):
            await asyncio.gather(*(request(window) for _ in range(draw.randint(1, 6))))

    asyncio.run(run())
    assert len(counted) >= 30
    assert most_in_a_window(counted, length - 1e-6) <= limit


def test_a_burst_waits_only_when_the_window_is_full() -> None:
    clock = ManualClock()

    async def run() -> None:
        pace = HubSpotPace(clock)
        for _ in range(5):
            await pace.wait(Bucket.SEARCH)
        assert clock.slept == []
        await pace.wait(Bucket.SEARCH)

    asyncio.run(run())
    assert sum(clock.slept) == pytest.approx(1.0)


def test_at_least_95_percent_of_the_burst_limit_is_used_when_there_is_enough_to_do() -> None:
    clock = ManualClock()

    async def run() -> int:
        pace = HubSpotPace(clock)
        sent, end = 0, clock.now() + 100
        while clock.now() < end:
            async with pace.slot(Bucket.BURST):
                sent += 1
                await clock.sleep(0.02)
        return sent

    assert 0.95 * 1_900 <= asyncio.run(run()) <= 1_900


def test_searches_and_other_calls_do_not_wait_for_each_other() -> None:
    clock = ManualClock()

    async def run() -> None:
        pace = HubSpotPace(clock)
        for _ in range(5):
            await pace.wait(Bucket.SEARCH)
        for _ in range(100):
            await pace.wait()

    asyncio.run(run())
    assert clock.slept == []


def test_a_smaller_limit_in_the_headers_is_kept_from_then_on() -> None:
    clock = ManualClock()

    async def run() -> None:
        pace = HubSpotPace(clock, share=1.0)
        pace.learn(limit=10, window=10.0, remaining=10)
        for _ in range(10):
            await pace.wait()
        assert clock.slept == []
        await pace.wait()

    asyncio.run(run())
    assert sum(clock.slept) == pytest.approx(10.0)


def test_calls_that_another_program_made_are_counted_too() -> None:
    clock = ManualClock()

    async def run() -> None:
        pace = HubSpotPace(clock, share=1.0)
        pace.learn(limit=10, window=10.0, remaining=2)
        await pace.wait()
        await pace.wait()
        assert clock.slept == []
        await pace.wait()

    asyncio.run(run())
    assert sum(clock.slept) == pytest.approx(10.0)


def test_a_slot_comes_back_even_when_the_request_fails() -> None:
    clock = ManualClock()

    async def run() -> int:
        pace = HubSpotPace(clock)
        for _ in range(5):
            with pytest.raises(RuntimeError):
                async with pace.slot(Bucket.SEARCH):
                    raise RuntimeError
        await clock.sleep(1.0)
        before = len(clock.slept)
        await pace.wait(Bucket.SEARCH)
        return len(clock.slept) - before

    assert asyncio.run(run()) == 0


def test_a_full_window_of_requests_under_way_is_waited_out() -> None:
    clock = ManualClock()
    order: list[str] = []

    async def run() -> None:
        window = RollingWindow(clock, 1, 1.0)
        await window.take()

        async def second() -> None:
            await window.take()
            order.append("second")

        waiting = asyncio.ensure_future(second())
        await asyncio.sleep(0)
        order.append("first answered")
        window.release()
        await waiting

    asyncio.run(run())
    assert order == ["first answered", "second"]


def test_a_clock_that_was_set_back_does_not_block_for_long() -> None:
    clock = ManualClock()

    async def run() -> None:
        pace = HubSpotPace(clock)
        for _ in range(5):
            await pace.wait(Bucket.SEARCH)
        clock.advance(-86_400)
        await pace.wait(Bucket.SEARCH)

    asyncio.run(run())
    assert sum(clock.slept) <= 2.0


@pytest.mark.http
def test_a_portal_with_its_limits_on_never_answers_429(tmp_path: Path) -> None:
    """In real time: the only way to see that both sides' clocks and the network leave no gap."""
    limits = RateLimits(burst=30, interval=1.0, searches=5)
    with open_site(tmp_path, limits, source=time.time) as site:
        ids = site.load(6_000)

        async def work(crm: HubSpotCrm) -> None:
            want = Want("contacts", ("email",))
            await crm.schemas(["contacts"])
            await asyncio.gather(crm.read(want, ids), crm.find(want, "jobtitle", ["nobody"]))
            for _ in range(8):
                await crm.find(want, "jobtitle", ["nobody"])

        site.use(work, clock=SystemClock())
        assert site.arrivals.statuses == [200] * len(site.arrivals.statuses)
        assert site.calls() == 1 + 60 + 9


class SystemClock:
    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
