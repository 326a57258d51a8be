"""Old activities leave the sight of ordinary queries: queryAll still shows them, with IsArchived.

Events that ended more than 365 days ago, and closed tasks that were due by then (object reference, "Archived Activities").

Unverified: archiving moves no stamps, and an archived activity can still be read and changed by its id.
"""

from __future__ import annotations

from .stamps import stamp
from .store import Store

_DAYS = 365


def archive(store: Store, now: float) -> None:
    """Mark what has become old enough by now."""
    horizon = stamp(int(now) - _DAYS * 86_400)
    store.db.execute("UPDATE Event SET IsArchived = 1 WHERE IsArchived = 0 AND EndDateTime < ?", (horizon,))
    old = "UPDATE Task SET IsArchived = 1 WHERE IsArchived = 0 AND IsClosed = 1 AND ActivityDate < ?"
    store.db.execute(old, (horizon[:10],))
