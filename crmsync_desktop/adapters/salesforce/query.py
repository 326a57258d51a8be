"""Whole answers to queries: several in one call, further pages followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmsync_desktop.adapters.salesforce.calls import QUERIES, Calls
from crmsync_desktop.adapters.salesforce.errors import answered, nonsense

Row = Mapping[str, Any]


class Batch:
    """One page of a query: `rows`, and the path of the `following` page, None after the last."""

    __slots__ = ("following", "rows")

    def __init__(self, rows: list[Row], following: str | None) -> None:
        self.rows = rows
        self.following = following


def batch_of(calls: Calls, status: int, body: Any) -> Batch:
    """From a query's answer. Raises CallFailed for a refusal and for one of another shape."""
    if status != 200:
        raise answered(status, body)
    try:
        following = None if body["done"] else calls.transport.next_page(body["nextRecordsUrl"])
        return Batch(list(body["records"]), following)
    except (KeyError, TypeError, ValueError) as error:
        what = str(error) if type(error) is ValueError else "A query's answer has no records."
    raise nonsense(what)


async def first_batches(
    calls: Calls, paths: Sequence[str], *, purpose: str, pair: str = ""
) -> tuple[list[Batch], Mapping[str, str]]:
    """The first page of up to QUERIES queries, in one call, and the answer's headers."""
    parts, headers = await calls.composite(paths, purpose=purpose, pair=pair)
    return [batch_of(calls, status, body) for status, body in parts], headers


async def next_batch(calls: Calls, following: str, *, purpose: str, pair: str = "") -> Batch:
    answer = await calls.send("GET", following, purpose=purpose, pair=pair)
    return batch_of(calls, answer.status, answer.body)


async def all_rows(calls: Calls, paths: Sequence[str], *, purpose: str, pair: str = "") -> list[list[Row]]:
    """The rows of each query, complete and in its order: one call for QUERIES queries, one more for each further page."""
    found: list[list[Row]] = []
    for start in range(0, len(paths), QUERIES):
        batches, _ = await first_batches(calls, paths[start : start + QUERIES], purpose=purpose, pair=pair)
        for batch in batches:
            rows = list(batch.rows)
            while batch.following is not None:
                batch = await next_batch(calls, batch.following, purpose=purpose, pair=pair)
                rows += batch.rows
            found.append(rows)
    return found
