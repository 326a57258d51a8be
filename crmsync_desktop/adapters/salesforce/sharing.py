"""Which reads share a call, and what each of them takes of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from crmsync_desktop.adapters.salesforce.calls import PARTS, QUERIES
from crmsync_desktop.adapters.salesforce.reads import Read
from crmsync_desktop.adapters.salesforce.told import WATCHES

_REACH = timedelta(days=14)
"""A day less than getDeleted reaches back."""
_PER_CALL = (PARTS - QUERIES - WATCHES) // WATCHES
"""Objects that one call can be told of beside five queries and contact roles."""


def groups(reads: Sequence[Read], now: datetime) -> list[list[tuple[Read, bool]]]:
    """The reads, call by call, each with whether it is queried in that call or only told of: the least calls while nothing
    changes. Told of are those that had nothing new last time, since news cost another call."""
    queried = [read for read in reads if not _tellable(read, now)]
    others = sorted((read for read in reads if _tellable(read, now)), key=lambda read: not read.busy)
    calls = max(1, -(-len(queried) // QUERIES))
    while len(queried) + len(others) > calls * (QUERIES + _PER_CALL):
        calls += 1
    free = calls * QUERIES - len(queried)
    ordered = queried + others[:free]
    told = others[free:]
    place = {id(read): place for place, read in enumerate(reads)}
    found = []
    for call in range(calls):
        asked = [(read, True) for read in ordered[call * QUERIES : (call + 1) * QUERIES]]
        asked += [(read, False) for read in told[call * _PER_CALL : (call + 1) * _PER_CALL]]
        found.append(sorted(asked, key=lambda each: place[id(each[0])]))
    return [group for group in found if group]


def _tellable(read: Read, now: datetime) -> bool:
    return not (read.first or read.watches) and now - datetime.fromisoformat(read.position) < _REACH
