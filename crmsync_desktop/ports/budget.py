"""The wall in front of every call (S1, S2)."""

from __future__ import annotations

from typing import Protocol

import msgspec

from crmsync_desktop.domain.records import Side


class Usage(msgspec.Struct, frozen=True):
    """This application's own calls in the last rolling 24 hours, and what is left of its allocation.
    `room_at`: seconds since the epoch, when the next call leaves the window; None when nothing is in it."""

    side: Side
    used: int
    allocation: int | None
    room_at: float | None


class Budget(Protocol):
    """Counts each call durably before it is sent: across restarts, across processes."""

    async def spend(self, side: Side, purpose: str, calls: int = 1, pair: str = "") -> None:
        """Take `calls` from the allocation, at once and for good, or raise AllocationReached with `resume_at` and take
        nothing. `purpose`: "sign in", "schema", "read", "match", "check", "write", "recover", "limits", "lists", "history",
        "import"."""
        ...

    def usage(self, side: Side) -> Usage: ...

    def by_hour(self, hours: int = 24) -> list[tuple[int, Side, str, str, int]]:
        """(hour as seconds since the epoch, side, pair, purpose, calls), oldest first."""
        ...

    def set_allocation(self, side: Side, calls: int | None) -> None: ...


class Pace(Protocol):
    """A rate limit in time: HubSpot's burst window and its search limit."""

    async def wait(self, bucket: str = "") -> None:
        """Return when one more call may go out."""
        ...
