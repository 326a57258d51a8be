"""What an import (I1) deals with, and what it may write: the records that were chosen, towards HubSpot alone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from crmsync_desktop.domain.matching import Matching
from crmsync_desktop.domain.records import Op, Side
from crmsync_desktop.ports.store import Entry, JournalState, Known, Link, NewError, RecordState, Store

if TYPE_CHECKING:
    from crmsync_desktop.engine.context import Context

Note = Callable[[Sequence[Link], Sequence[NewError]], None]
"""Hears of the links and findings of each chunk of a plan."""


class Chosen:
    """`rows`: those of the chosen records, in order. A record that only came along as another's candidate is not dealt with."""

    def __init__(self, rows: Sequence[int], note: Note) -> None:
        self.rows = rows
        self.note = note

    def __contains__(self, row: int) -> bool:
        place = bisect_left(self.rows, row)
        return place < len(self.rows) and self.rows[place] == row

    def staged(self, store: Store, size: int) -> Iterator[list[Known]]:
        """Those that are to be looked at, chunk by chunk."""
        for first in range(0, len(self.rows), size):
            chunk = store.records(list(self.rows[first : first + size]))
            if staged := [known for known in chunk if known.state is RecordState.STAGED]:
                yield staged

    def narrow(self, matching: Matching) -> None:
        """Leave out of what matching found what is about none of them."""
        matching.alone = [row for row in matching.alone if row in self]
        matching.matches = [match for match in matching.matches if match.salesforce in self]
        matching.doubts = [doubt for doubt in matching.doubts if doubt.row in self]


class TowardsHubSpot:
    """Implements engine.applying.Admission: nothing is written to Salesforce, and of HubSpot's properties only these, where there
    are some. What names a new record goes along in any case: without it the next import would make it once more."""

    shown = False

    def __init__(self, properties: Collection[str], keys: Collection[str]) -> None:
        self._properties = frozenset(properties)
        self._always = self._properties | frozenset(keys)

    def begin_round(self, context: Context) -> None:
        """Whatever is left is to be written."""

    def admits(self, entry: Entry) -> bool:
        if entry.side is Side.HUBSPOT and entry.op is not Op.DELETE:
            if not self._properties:
                return True
            allowed = self._always if entry.op is Op.CREATE else self._properties
            entry.changes = tuple(change for change in entry.changes if change.property in allowed)
            if entry.changes:
                return True
        entry.state = JournalState.DROPPED
        return False
