"""The simulation at night: 10,000 seeds of storms over contacts, and 10,000 over companies, contacts and deals.

`./dev bench simulation` only; `SIMULATION_SEEDS=n` for another number. Seeds that fail are told as they come, so that a run
that is stopped (Ctrl-C) has said what it knows. One seed alone: add it to tests/simulation/seeds.txt or family_seeds.txt,
whose worlds `./dev test tests/simulation` lives through first.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.figure import Figure
from tests.simulation import test_families, test_simulation
from tests.simulation.memory import fast_folder

ON_REQUEST = True
LIMIT_SECONDS = 43200.0
SEEDS = int(os.environ.get("SIMULATION_SEEDS", 10_000))
STEP = 5
"""Worlds that a process lives through before it says how they went."""
TOLD_EVERY = 20.0
"""Seconds from one word of progress to the next."""

Lived = Callable[[int, Path, "Counter[str] | None"], tuple[list[str], str]]
WORLDS: dict[str, tuple[Lived, list[str]]] = {
    "contacts": (test_simulation.lived, test_simulation.EXPECTED),
    "families": (test_families.lived, test_families.EXPECTED),
}
"""How a world is lived through, and what has to occur in some of them."""
Batch = tuple[str, range]
Came = tuple[str, int, dict[int, list[str]], Counter[str]]
"""(kind of world, how many, findings by seed, what happened)."""


def bench() -> list[Figure]:
    batches = [(kind, range(at, min(at + STEP, SEEDS))) for at in range(0, SEEDS, STEP) for kind in WORLDS]
    began, told = time.monotonic(), 0.0
    done: Counter[str] = Counter()
    seen: dict[str, Counter[str]] = {kind: Counter() for kind in WORLDS}
    failing: dict[str, list[int]] = {kind: [] for kind in WORLDS}
    for kind, lived, findings, happened in _all(batches):
        done[kind] += lived
        seen[kind] += happened
        for seed, texts in sorted(findings.items()):
            failing[kind].append(seed)
            print(f"{kind}, seed {seed} FAILS:", *texts[:5], sep="\n    ", flush=True)
        if time.monotonic() - told > TOLD_EVERY:
            told = time.monotonic()
            _tell(done, failing, told - began)
    _tell(done, failing, time.monotonic() - began)
    return [figure for kind in WORLDS for figure in _figures(kind, done[kind], failing[kind], seen[kind])]


def _all(batches: list[Batch]) -> Iterator[Came]:
    # A new process, rather than a copy of this one, on every system: threads and open files don't survive copying.
    with multiprocessing.get_context("spawn").Pool(os.cpu_count(), maxtasksperchild=50) as pool:
        yield from pool.imap_unordered(live_through, batches)


def live_through(batch: Batch) -> Came:
    """Runs in a process of the pool. A world that breaks off with an exception is a finding like any other."""
    kind, seeds = batch
    live = WORLDS[kind][0]
    findings: dict[int, list[str]] = {}
    seen: Counter[str] = Counter()
    for seed in seeds:
        folder = fast_folder()
        try:
            texts = live(seed, folder, seen)[0]
        except Exception:
            texts = [traceback.format_exc()]
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if texts:
            findings[seed] = texts
    return kind, len(seeds), findings, seen


def _tell(done: Counter[str], failing: dict[str, list[int]], seconds: float) -> None:
    rate = sum(done.values()) / max(seconds, 0.1)
    left = (SEEDS * len(WORLDS) - sum(done.values())) / max(rate, 0.01)
    worlds = ", ".join(f"{kind} {done[kind]:,} of {SEEDS:,} ({len(failing[kind])} failing)" for kind in WORLDS)
    print(f"{worlds}; {rate:.1f} worlds/s, {left / 60:.0f} minutes left", flush=True)


def _figures(kind: str, done: int, failing: list[int], seen: Counter[str]) -> list[Figure]:
    never = [what for what in WORLDS[kind][1] if not seen[what]]
    named = "seeds " + ", ".join(map(str, sorted(failing)[:50])) if failing else ""
    return [
        Figure(f"{kind}: worlds lived through", done, "seeds", f"{SEEDS:,}", holds=done == SEEDS),
        Figure(f"{kind}: worlds in which an invariant broke", len(failing), "", "0", holds=not failing, note=named),
        Figure(
            f"{kind}: faults and decisions never met", len(never), "", "0", holds=not never, note="; ".join(never[:20])
        ),
    ]
