"""What it costs to read the records that an import wants (I1), and which way costs fewer calls."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from crmsync_desktop.domain.schema import Kind, Schema

PAGE: Final = 2_000
"""Records of one REST page (apis.md 4.2), and of one page of ours whichever way they come."""
LIST: Final = 10_000
"""Ids that one call can ask for: five queries of PAGE ids."""
POLLS: Final = 4
"""How often a bulk job is asked about, as a rule, until it is done: with the pauses below within half a minute. One that
takes ten minutes is asked about 15 times."""
PAUSES: Final = (2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds before the first, second … look at a bulk job; the last one goes on."""
_CELLS: Final = 2_000_000
_FEWEST, _MOST = 2_000, 50_000


class Way(StrEnum):
    PAGES = "pages"
    """Queries of 2,000 records."""
    BULK = "bulk"
    """One query job of Bulk API 2.0."""


class Cost(msgspec.Struct, frozen=True):
    """Calls to read so many records, and the cheaper way."""

    way: Way
    calls: int


def bulk_page(fields: int) -> int:
    """Records of one page of a job's result: so many that a page of short values stays well below the largest answer."""
    return max(_FEWEST, min(_MOST, _CELLS // max(fields, 1)))


def by_pages(rows: int) -> int:
    """A page that comes full says nothing of what is behind it: whole thousands cost one more."""
    return rows // PAGE + 1


def by_bulk(rows: int, fields: int) -> int:
    """One call to make the job, POLLS to see it done, and its pages; at least one."""
    return 1 + POLLS + max(1, -(-rows // bulk_page(fields)))


def reading_cost(rows: int, fields: int, *, bulk: bool = True) -> Cost:
    """`fields`: how many are read. `bulk`: whether a job can bring them (`can_be_bulk`). At the same price pages are taken:
    they come at once."""
    pages, job = by_pages(rows), by_bulk(rows, fields)
    return Cost(Way.BULK, job) if bulk and job < pages else Cost(Way.PAGES, pages)


def list_cost(values: int) -> int:
    """Calls to read records by a list of ids; of e-mails, which are longer, it may be some more."""
    return -(-values // LIST)


def can_be_bulk(schema: Schema, fields: Iterable[str]) -> bool:
    """Contact roles come with their opportunities by a query within the query, which jobs don't take."""
    return all(name not in schema.fields or schema.fields[name].kind is not Kind.MEMBERS for name in fields)
