"""Where a read of changes stands: opaque to the engine, JSON inside."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from crmsync_desktop.adapters.salesforce import soql
from crmsync_desktop.domain.errors import BugError

PAGE = 2_000
REST = timedelta(minutes=1)
"""How long a page of a whole read is rested from: so that whole reads take one call a minute at the most."""
_MOST_KEPT = 1_000


class Cursor(msgspec.Struct, omit_defaults=True):
    """`since`: the SystemModstamp from which to read on.

    A contact role that was deleted by itself leaves no trace of its opportunity (object reference, IsDeleted of
    OpportunityContactRole), only its own id. Then all opportunities are read anew, not at once where these are many.
    `whole`: when they were last read whole, by Salesforce's clock; `rows`: how many there were. `untraced`: roles told as
    deleted of late, which needn't be told again. `due`: that a whole read has to come.
    `busy`: that the last read brought something.
    """

    since: str
    whole: str = ""
    rows: int = 0
    untraced: tuple[str, ...] = ()
    due: bool = False
    busy: bool = False

    def text(self) -> str:
        return msgspec.json.encode(self).decode()

    def told(self, deleted: list[str] | None) -> None:
        """Roles that were deleted without a trace since a while before `since`; None where that can't be told."""
        self.due = self.due or deleted is None or not set(deleted) <= set(self.untraced)
        self.untraced = tuple(deleted or ())[:_MOST_KEPT]

    def whole_due(self, now: datetime) -> bool:
        pages = -(-self.rows // PAGE) or 1
        return self.due and (not self.whole or now - datetime.fromisoformat(self.whole) >= pages * REST)


def load(cursor: str | None) -> Cursor | None:
    """None for a first read. Raises BugError for a text that isn't one of ours."""
    if cursor is None:
        return None
    try:
        found = msgspec.json.decode(cursor, type=Cursor)
    except msgspec.MsgspecError as error:
        raise BugError("A stored Salesforce cursor can't be read.", f"{cursor!r}: {error}") from None
    if not soql.DATETIME.fullmatch(found.since) or (found.whole and not soql.DATETIME.fullmatch(found.whole)):
        raise BugError("A stored Salesforce cursor can't be read.", repr(cursor))
    return found
