"""How long to wait before the next pass: soon after something happened, longer the longer nothing does, and long where calls
are scarce."""

from __future__ import annotations

SHORTEST = 15.0
LONGEST = 900.0
SCARCE = 0.1
"""Below this share of the allocation, calls are kept for what a person asks for."""


def next_wait(previous: float, *, changed: bool, at_most: float, share_left: float) -> float:
    """Seconds until the next pass. `previous`: the last wait; `changed`: whether the last pass did anything."""
    if share_left < SCARCE:
        return LONGEST
    if changed:
        return SHORTEST
    return max(SHORTEST, min(previous * 2, at_most, LONGEST))
