"""Chosen records by a query job: made once, waited for, its result given out in pages, and ended when nobody wants it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from itertools import islice

from crmsync_desktop.adapters.salesforce.bulk import COMPLETE, REFUSED, RUNNING, Jobs, Results, gone, rows_of
from crmsync_desktop.adapters.salesforce.calls import Calls
from crmsync_desktop.adapters.salesforce.catalog import STALE
from crmsync_desktop.adapters.salesforce.chosen import Chosen
from crmsync_desktop.adapters.salesforce.errors import CallFailed, TooLarge
from crmsync_desktop.adapters.salesforce.positions import Position
from crmsync_desktop.adapters.salesforce.query import Row
from crmsync_desktop.domain.errors import CrmSyncError, Unreachable
from crmsync_desktop.domain.selection import PAGE, PAUSES, Way, bulk_page
from crmsync_desktop.ports.selecting import Selected

MOST_JOBS = 3
"""How many jobs may die in one run of a read."""
LONGEST_WAIT = 7_200.0
"""Seconds until the read is left for later; the job goes on."""
_STEP = 1.0
"""Seconds between two pages of a wait, so that whoever reads can stop."""
_ABORT_SECONDS = 0.8
"""How long whoever stops is held up by ending the job; what is sent by then arrives all the same."""
_SMALLEST = 500


class _Died(Exception):
    """A job that brings nothing any more, in Salesforce's words."""


async def read(calls: Calls, jobs: Jobs, chosen: Chosen, position: Position) -> AsyncGenerator[Selected, None]:
    """Pages, with `position` moving along. Ends without a last page, and with the way PAGES in `position`, where Salesforce
    doesn't take a job for this. Raises CallFailed."""
    position.size = position.size or bulk_page(len(chosen.decoder.selected))
    while True:
        found_before = bool(position.job)
        try:
            async with aclosing(_by_job(calls, jobs, chosen, position)) as pages:
                async for page in pages:
                    yield page
            return
        except _Died as died:
            detail = str(died)
        # One from before this run may have been ended by whoever stopped that, or be older than seven days.
        position.died += not found_before
        position.job, position.locator, position.done = "", "", False
        position.given = position.rows = position.row = 0
        stale = next((code for code in STALE if code in detail), None)
        if stale is not None or position.died >= MOST_JOBS:
            raise _given_up(position.died, detail, stale)


async def _by_job(calls: Calls, jobs: Jobs, chosen: Chosen, position: Position) -> AsyncGenerator[Selected, None]:
    if not position.done:
        async with aclosing(_completed(calls, jobs, chosen, position)) as pages:
            async for page in pages:
                yield page
        if not position.done:
            return
    while True:
        try:
            async with aclosing(_page(jobs, chosen, position)) as pages:
                async for page in pages:
                    yield page
                    if page.last:
                        return
        except TooLarge:
            if position.size <= _SMALLEST:
                raise
            position.size = max(_SMALLEST, position.size // 2)
        except CallFailed as failed:
            if gone(failed):
                raise _Died(failed.error.detail) from None
            raise


async def _completed(calls: Calls, jobs: Jobs, chosen: Chosen, position: Position) -> AsyncGenerator[Selected, None]:
    """Makes the job, if there is none yet, and waits for it."""
    looks = 0
    if not position.job:
        try:
            position.job = await _made(jobs, chosen.job_query())
        except CallFailed as failed:
            if failed.code not in REFUSED:
                raise
            position.way = Way.PAGES
            return
        looks = 1
    waited = 0.0
    try:
        yield _nothing_yet(position)
        while True:
            pause = PAUSES[min(looks, len(PAUSES)) - 1] if looks else 0.0
            waited += pause
            while pause > 0:
                await calls.pause(min(pause, _STEP))
                pause -= _STEP
                yield _nothing_yet(position)
            if await _is_complete(jobs, position):
                break
            looks += 1
            if waited > LONGEST_WAIT:
                raise _left_for_later(position)
    except (GeneratorExit, asyncio.CancelledError):
        await _end(jobs, position.job)
        raise
    yield _nothing_yet(position)  # so that it is kept that the job needs no more looks


async def _is_complete(jobs: Jobs, position: Position) -> bool:
    try:
        state = await jobs.state(position.job)
    except CallFailed as failed:
        if gone(failed):
            raise _Died(failed.error.detail) from None
        raise
    if state.name in RUNNING:
        return False
    if state.name != COMPLETE:
        raise _Died(f"The job is {state.name}. {state.message}".strip())
    position.done, position.rows = True, state.rows
    return True


async def _page(jobs: Jobs, chosen: Chosen, position: Position) -> AsyncGenerator[Selected, None]:
    """One page of the result, in pages of ours. What was given out of it before is passed over."""
    results = await jobs.results(position.job, position.locator, position.size)
    rows = rows_of(results, chosen.schema, chosen.decoder.selected)
    passed = sum(1 for _ in islice(rows, position.row))
    chunk = _chunk(rows)
    if not chunk and results.following and passed < position.row:  # the page is smaller than it was
        _turn(position, results, position.row - passed)
        return
    while True:
        following = _chunk(rows)
        wanted = chunk[: chosen.left(position, PAGE)]
        position.given += len(wanted)
        position.row += len(chunk)
        if not following:
            _turn(position, results, 0)
        last = (not following and not results.following) or not chosen.left(position, 1)
        records = [chosen.decoder(row) for row in wanted]
        yield Selected(records, position.text(), last, Way.BULK, position.rows)
        if not following or last:
            return
        chunk = following


def _chunk(rows: Iterator[Row]) -> list[Row]:
    return list(islice(rows, PAGE))


def _turn(position: Position, results: Results, row: int) -> None:
    """To the next page of the result, if there is one."""
    if not results.following:
        return
    if results.following == position.locator:
        raise _Died("The result of the job goes round in a circle.")
    position.locator, position.row = results.following, row


def _nothing_yet(position: Position) -> Selected:
    return Selected([], position.text(), last=False, way=Way.BULK)


async def _made(jobs: Jobs, query: str) -> str:
    """The id of a new job. Cancelled meanwhile, the job is ended as soon as it is known."""
    making = asyncio.ensure_future(jobs.make(query))
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:
        await asyncio.wait([making], timeout=_ABORT_SECONDS)
        if making.done() and not making.cancelled() and making.exception() is None:
            await _end(jobs, making.result())
        making.cancel()
        raise


async def _end(jobs: Jobs, job: str) -> None:
    """As far as that can be done at once: a job that isn't ended ends by itself, and changes nothing."""
    try:
        await asyncio.wait_for(jobs.abort(job), _ABORT_SECONDS)
    except (CallFailed, CrmSyncError, TimeoutError):
        return


def _given_up(died: int, detail: str, stale: str | None) -> CallFailed:
    """`stale`: what the job said of a schema that no longer holds, in which case another one can help."""
    error = Unreachable(
        f"Salesforce has ended the job that reads these records, {died} in a row.",
        detail,
        "Try it again later, or choose fewer records by a narrower filter.",
    )
    entries = ({"errorCode": stale},) if stale else ()
    return CallFailed(error, entries=entries, stored=False, temporary=False)


def _left_for_later(position: Position) -> CallFailed:
    error = Unreachable(
        "Salesforce hasn't brought the records within two hours.",
        f"Bulk query job {position.job}",
        "The job goes on there; resume the import later, and it is taken up.",
    )
    return CallFailed(error, stored=False, temporary=False)
