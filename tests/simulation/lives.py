"""Worlds lived through from their first day to the verdict, and which of them a run lives through."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.simulation.verdict import Verdict
from tests.simulation.world import World

W = TypeVar("W", bound=World)
SEEDS = int(os.environ.get("SIMULATION_SEEDS", 300 if os.environ.get("CI") else 60))


def lived(
    kind: Callable[[int, Path], W],
    judge: Callable[[W], Verdict],
    seed: int,
    folder: Path,
    seen: Counter[str] | None = None,
) -> tuple[list[str], str]:
    """(what is wrong with it, its footprint) of the world of this seed, after its whole life. `seen` counts what happened."""
    home = folder / str(len(list(folder.iterdir())))
    home.mkdir()
    world = kind(seed, home)
    try:
        asyncio.run(world.live())
        findings = world.broken + judge(world).findings()
        footprint = world.footprint()
    finally:
        world.memory.close()
    shutil.rmtree(home)
    if seen is not None:
        seen.update(world.nature.seen)
    return [f"seed {seed}: {finding}" for finding in findings], footprint


def batches(kept: str, seeds: int, step: int) -> list[list[int]]:
    """The seeds that once failed, as the file `kept` beside this one lists them, before the first `seeds`, `step` at a time."""
    lines = Path(__file__).with_name(kept).read_text().splitlines()
    once = [int(line.split()[0]) for line in lines if line.strip()]
    return [*([once] if once else []), *(list(range(at, min(at + step, seeds))) for at in range(0, seeds, step))]
