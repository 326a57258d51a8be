"""Two stamps in a known record's version: when it was last edited by others, and, where we wrote it since, what version our
write gave it. The first tells who is newer in a conflict; the second, what an index that lags can't know yet.

"EDITED" or "EDITED/WRITTEN", each as the side gave it (an ISO 8601 interval).
"""

from __future__ import annotations


def with_write(version: str, written: str | None) -> str:
    """The version of a record that we wrote, whose write was given `written` (None where the answer doesn't tell)."""
    return f"{edited_at(version)}/{written}" if written else version


def edited_at(version: str) -> str:
    return version.partition("/")[0]


def last_heard_of(version: str) -> str:
    edited, _, written = version.partition("/")
    return written or edited
