"""Python's collector of cyclic garbage, kept from looking too often while a pass runs.

A pass makes and drops hundreds of thousands of lists and structs, none of which refers back to itself; by default the
collector looks at the young ones every 700 and finds nothing. It stays on, only later, so memory stays bounded.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

THRESHOLDS: Final = (50_000, 20, 50)
"""As gc.set_threshold takes them. 50,000 young objects are some megabytes."""
_usual: list[tuple[int, int, int]] = []
"""What held before, once for each pass that is under way: several connections may sync in one process."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """For the time of a pass; the last one to end puts back what held before the first."""
    _usual.append(_usual[0] if _usual else gc.get_threshold())
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        before = _usual.pop()
        if not _usual:
            gc.set_threshold(*before)
