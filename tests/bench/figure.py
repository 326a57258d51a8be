"""What a bench measures: one line of docs/benchmarks.md."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value beside what it is measured against, in the same run.

    `goal` and `peer` are words ("≤ 25 µs", "raw sqlite3 1.2 s"); `ratio` is value to peer where there is one; `holds`
    is whether the goal is met, None where there is none to meet; `note` says what a reader has to know to believe it.
    """

    name: str
    value: float
    unit: str
    goal: str = ""
    peer: str = ""
    ratio: float | None = None
    holds: bool | None = None
    note: str = ""
