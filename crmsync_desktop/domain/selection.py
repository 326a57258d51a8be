"""What it costs to read the records that an import wants (I1), and which way costs fewer calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from crmsync_desktop.domain.schema import Kind, Schema

PAGE: Final = 2_000
"""Records of one REST page (apis.md 4.2), and of one page of ours whichever way they come."""
SMALL_PAGE: Final = 200
_SHORT_TEXT: Final = 255
"""Characters of the longest text area that isn't a long one."""
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


def rest_page(schema: Schema, fields: Iterable[str]) -> int:
    """Records of one REST page: "if the query selects two or more custom fields of type long text, at most 200" (SOAP API
    Developer Guide, Changing the Batch Size in Queries)."""
    known = [schema.fields[name] for name in fields if name in schema.fields]
    long = sum(field.kind in (Kind.LONG_TEXT, Kind.HTML) and (field.length or 0) > _SHORT_TEXT for field in known)
    return PAGE if long < 2 else SMALL_PAGE


def by_pages(rows: int, page: int = PAGE) -> int:
    """A page that comes full says nothing of what is behind it: whole thousands cost one more."""
    return rows // page + 1


def by_bulk(rows: int, fields: int) -> int:
    """One call to make the job, POLLS to see it done, and its pages; at least one."""
    return 1 + POLLS + max(1, -(-rows // bulk_page(fields)))


def reading_cost(rows: int, fields: int, *, bulk: bool = True, page: int = PAGE) -> Cost:
    """`fields`: how many are read. `bulk`: whether a job can bring them (`can_be_bulk`). `page`: records of a REST page
    (`rest_page`). At the same price pages are taken: they come at once."""
    pages, job = by_pages(rows, page), by_bulk(rows, fields)
    return Cost(Way.BULK, job) if bulk and job < pages else Cost(Way.PAGES, pages)


def cost_of(rows: int, schema: Schema, fields: Sequence[str]) -> Cost:
    """`reading_cost` of these fields of an object."""
    return reading_cost(rows, len(fields), bulk=can_be_bulk(schema, fields), page=rest_page(schema, fields))


def list_cost(values: int) -> int:
    """Calls to read records by a list of ids; of e-mails, which are longer, it may be some more."""
    return -(-values // LIST)


def can_be_bulk(schema: Schema, fields: Iterable[str]) -> bool:
    """Contact roles come with their opportunities by a query within the query, which jobs don't take."""
    return all(name not in schema.fields or schema.fields[name].kind is not Kind.MEMBERS for name in fields)
