"""S2: several processes on one file together stay within the allocation, also when they are killed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from crmsync_desktop.adapters.limits import RollingBudget
from crmsync_desktop.domain.records import Side
from tests.adapters.limits.conftest import HandClock

SPENDER = """
import asyncio, sys
from crmsync_desktop.adapters.limits import RollingBudget, SystemClock
from crmsync_desktop.domain.errors import AllocationReached
from crmsync_desktop.domain.records import Side

async def main():
    budget = RollingBudget(sys.argv[1], SystemClock())
    try:
        while True:
            await budget.spend(Side.SALESFORCE, "read")
            print("call", flush=True)
    except AllocationReached:
        print("wall", flush=True)
    finally:
        budget.close()

asyncio.run(main())
"""


class RealClock(HandClock):
    def now(self) -> float:
        return time.time()


def start(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", SPENDER, str(path)], stdout=subprocess.PIPE, text=True)


def output(process: subprocess.Popen[str]) -> list[str]:
    text, _ = process.communicate(timeout=60)
    return text.split()


def test_four_processes_together_make_exactly_the_allocated_calls(tmp_path: Path) -> None:
    path = tmp_path / "calls.sqlite"
    budget = RollingBudget(path, RealClock())
    budget.set_allocation(Side.SALESFORCE, 300)
    budget.close()
    outputs = [output(process) for process in [start(path) for _ in range(4)]]
    assert sum(words.count("call") for words in outputs) == 300
    assert [words[-1] for words in outputs] == ["wall"] * 4


def test_processes_may_make_the_file_at_the_same_moment(tmp_path: Path) -> None:
    path = tmp_path / "calls.sqlite"
    processes = [start(path) for _ in range(3)]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "call\n"
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def test_every_call_of_a_killed_process_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "calls.sqlite"
    made = 0
    for calls in (3, 17, 40):
        process = start(path)
        assert process.stdout is not None
        for _ in range(calls):
            process.stdout.readline()
        process.kill()
        made += calls + len(output(process))
    budget = RollingBudget(path, RealClock())
    try:
        counted = budget.usage(Side.SALESFORCE).used
    finally:
        budget.close()
    # Counted and then killed before the call went out: at most one for each kill.
    assert made <= counted <= made + 3
