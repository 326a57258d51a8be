"""Where a search for changes stands: opaque to the engine, JSON inside.

A window is one run through all that changed since a moment, in order of id. HubSpot's index lags: most changes show
within a few minutes, some only after an hour. So each window begins a little before the last one began, and once an
hour one begins an hour before the last such slow one.
"""

from __future__ import annotations

import msgspec

from crmsync_desktop.domain.errors import BugError


class Position(msgspec.Struct, frozen=True):
    """`since`: seconds since the epoch, None for everything. `last_id`: where an unfinished window goes on. `began`: when
    the window began by HubSpot's clock, None between windows. `slow`: when the last slow window began."""

    since: float | None = None
    last_id: str = "0"
    began: float | None = None
    slow: float | None = None

    def opened(self, now: float, slow_overlap: float) -> Position:
        """The window to read at `now`: the unfinished one, or a new one (slow where that is due)."""
        if self.began is not None:
            return self
        if self.since is None:
            return Position(None, "0", now, now)
        if self.slow is None or now - self.slow >= slow_overlap:
            start = self.since if self.slow is None else min(self.since, self.slow - slow_overlap)
            return Position(start, "0", now, now)
        return Position(self.since, "0", now, self.slow)

    def after(self, last_id: str) -> Position:
        return Position(self.since, last_id, self.began, self.slow)

    def closed(self, overlap: float) -> Position:
        """The start of the next window: a little before this one began, never before its own start."""
        began = self.began or 0.0
        since = began - overlap if self.since is None else max(self.since, began - overlap)
        return Position(since, "0", None, self.slow)

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
