"""The memory's journal: passes, what they planned and wrote, and what undos left as it is. A part of ports/store.py."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, StrEnum
from typing import Protocol

import msgspec

from crmsync_desktop.domain.planner import FieldChange
from crmsync_desktop.domain.records import Cell, Op, Side


class JournalState(IntEnum):
    PLANNED = 0
    SENT = 1
    """Handed to the adapter: after a crash it may or may not have arrived."""
    DONE = 2
    FAILED = 3
    UNKNOWN = 4
    """A create whose answer was lost, to be recovered."""
    DROPPED = 5
    """Planned, not sent: stale, cancelled, limit, guard rail."""


class Entry(msgspec.Struct, gc=False, array_like=True):
    """One planned or done write: a row of the journal. `row` is 0 before the store numbers it. `source_row` is the row of
    the other side's record (for creates and for settling), `label` names the record to a person."""

    row: int
    pass_id: int
    pair: str
    side: Side
    object: str
    record_id: str | None
    op: Op
    state: JournalState
    link: int | None
    source_row: int | None
    target_row: int | None
    origin_id: str | None
    label: str
    reason: str
    changes: tuple[FieldChange, ...]
    at: str = ""
    note: str = ""


class PassState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """A limit, an error or the guard rail ended it early; what was sent is settled."""
    CANCELLED = "cancelled"
    CRASHED = "crashed"
    """Found running at start-up: the process had died."""


class Tally(msgspec.Struct, array_like=True):
    """What a pass did (or, in a preview, would do) on one side for one pair."""

    side: Side
    pair: str
    created: int = 0
    updated: int = 0
    deleted: int = 0
    linked: int = 0
    held: int = 0
    failed: int = 0


class PassRow(msgspec.Struct, array_like=True):
    """One pass. Times ISO 8601 UTC; `calls` by side as this application metered them."""

    id: int
    preview: bool
    state: PassState
    reason: str
    started_at: str
    finished_at: str | None
    tallies: tuple[Tally, ...]
    calls: dict[str, int]
    message: str = ""


class Undone(msgspec.Struct, gc=False, frozen=True, array_like=True):
    """What an undo put back (P2): while the link's records hold exactly these cells in the property, it stays so. The
    property "" stands for a created record that was deleted again, on the side whose cell is UNSEEN; what its counterpart
    held then is the link's base."""

    link: int
    property: str
    salesforce: Cell
    hubspot: Cell
    pass_id: int
    at: str


class JournalStore(Protocol):
    """As all of the store: each method is one transaction."""

    # passes and journal
    def begin_pass(self, preview: bool, reason: str, at: str) -> int: ...
    def end_pass(self, row: PassRow) -> None: ...
    def passes(self, limit: int, before: int | None = None) -> list[PassRow]: ...
    def unfinished_passes(self) -> list[PassRow]: ...
    def plan(self, entries: Sequence[Entry]) -> None:
        """Write entries to the journal as PLANNED."""
        ...

    def entries(
        self,
        pass_id: int | None,
        states: Sequence[JournalState],
        side: Side | None = None,
        op: Op | None = None,
        after_row: int = 0,
        limit: int = 1000,
        pair: str | None = None,
    ) -> list[Entry]:
        """Journal rows in order of row; pass_id None = of any pass, pair None = of any pair."""
        ...

    def updates_since(self, links: Sequence[int], since: str) -> list[Entry]:
        """Updates of these links that are done, journaled at or after `since` (ISO 8601 UTC), oldest first."""
        ...

    def mark(self, rows: Sequence[int], state: JournalState, at: str, note: str = "") -> None: ...
    def finish(self, results: Sequence[tuple[int, JournalState, str | None, str]], at: str) -> None:
        """(row, state, record id, note) for many entries."""
        ...

    def history(
        self, records: Sequence[str], links: Sequence[int], before_row: int | None = None, limit: int = 100
    ) -> list[Entry]:
        """What the journal has on these records (ids of either side) and links, in any state, the newest first: what was
        written to them, for them, and what was to be created from them."""
        ...

    def pass_row(self, pass_id: int) -> PassRow | None: ...

    def drop_preview(self, pass_id: int) -> None:
        """Forget the planned entries of a preview, keeping its PassRow."""
        ...

    # undo
    def any_undone(self) -> bool: ...
    def undone(self, links: Sequence[int]) -> list[Undone]: ...
    def undone_in_doubt(self) -> list[Undone]:
        """Records that were to be deleted again, of links that are live still: whether it was done isn't known."""
        ...

    def remember_undone(self, undone: Sequence[Undone]) -> None:
        """Insert or replace, by link and property."""
        ...

    def forget_undone(self, undone: Sequence[tuple[int, str]]) -> None:
        """By (link, property)."""
        ...
