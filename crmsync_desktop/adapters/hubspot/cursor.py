"""Where a search for changes stands: opaque to the engine, JSON inside.

A window is one run through all that changed since a moment, in order of id. HubSpot's index lags: most changes show
within a few minutes, some only after an hour. So each window begins a little before the last one began, and once an
hour one begins an hour before the last such slow one.

Where associations are read, everything is now and then read anew: making, labelling or ending one need not move the
modified date of the records that it joins (docs/decisions/0008).
"""

from __future__ import annotations

import msgspec

from crmsync_desktop.domain.errors import BugError

RECORDS_A_CALL = 140
"""Of a record with two kinds of associations: 200 a search page, 1,000 a read of associations."""
SECONDS_A_CALL = 60.0
"""Reading everything anew may take one call a minute on the average, 1,440 a day."""


class Position(msgspec.Struct, frozen=True):
    """`since`: seconds since the epoch, None for everything. `last_id`: where an unfinished window goes on. `began`: when
    the window began by HubSpot's clock, None between windows. `slow`: when the last slow window began. `whole`: when the
    last window of everything began, `seen`: how many records that has had so far."""

    since: float | None = None
    last_id: str = "0"
    began: float | None = None
    slow: float | None = None
    whole: float | None = None
    seen: int = 0

    def opened(self, now: float, slow_overlap: float, least_rest: float | None = None) -> Position:
        """The window to read at `now`: the unfinished one, or a new one (slow where that is due). `least_rest`: seconds
        between two windows of everything, more where these are large; None for never again after the first."""
        if self.began is not None:
            return self
        if self.since is None or (least_rest is not None and self._due(now, least_rest)):
            return Position(None, "0", now, now, now)
        if self.slow is None or now - self.slow >= slow_overlap:
            start = self.since if self.slow is None else min(self.since, self.slow - slow_overlap)
            return Position(start, "0", now, now, self.whole, self.seen)
        return Position(self.since, "0", now, self.slow, self.whole, self.seen)

    def _due(self, now: float, least_rest: float) -> bool:
        rest = max(least_rest, self.seen / RECORDS_A_CALL * SECONDS_A_CALL)
        return self.whole is None or now - self.whole >= rest

    def after(self, last_id: str, rows: int) -> Position:
        seen = self.seen + rows if self.since is None else self.seen
        return Position(self.since, last_id, self.began, self.slow, self.whole, seen)

    def closed(self, overlap: float) -> Position:
        """The start of the next window: a little before this one began, never before its own start."""
        began = self.began or 0.0
        since = began - overlap if self.since is None else max(self.since, began - overlap)
        return Position(since, "0", None, self.slow, self.whole, self.seen)

    @staticmethod
    def at(moment: float) -> Position:
        """As if everything had been read until then."""
        return Position(since=moment, whole=moment)

    def dump(self) -> str:
        return msgspec.json.encode(self).decode()


def load(cursor: str | None) -> Position:
    """Raises BugError for a text that isn't a cursor of ours."""
    if not cursor:
        return Position()
    try:
        return msgspec.json.decode(cursor, type=Position)
    except msgspec.MsgspecError as error:
        raise BugError("A stored HubSpot cursor can't be read.", str(error)) from None
