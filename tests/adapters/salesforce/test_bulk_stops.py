"""Reads by a job that are stopped, given up, or run into the allocation."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from crmsync_desktop.adapters.salesforce import SalesforceCrm
from crmsync_desktop.domain.errors import AllocationReached, Unreachable
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.selection import Way
from tests.adapters.salesforce.conftest import Site
from tests.adapters.salesforce.selecting import (
    ALL_L,
    BUSY,
    CALLS,
    CONTACTS,
    by_job,
    fill,
    ids,
    known,
    pages,
    read,
    refusal,
    states,
)

pytestmark = pytest.mark.http


@pytest.mark.parametrize("after", [0, 3])
def test_whoever_stops_reading_ends_the_job(site: Site, after: int) -> None:
    """After the job is made, and at each second of the wait."""
    made = fill(site, 10)

    async def body(crm: SalesforceCrm) -> str:
        reading = crm.select(CONTACTS, ALL_L, way=Way.BULK)
        page = await anext(reading)
        for _ in range(after):
            page = await anext(reading)
        await reading.aclose()
        return page.position

    position = site.use(body, schemas=known(site, "Contact"))
    assert states(site) == ["Aborted"]
    assert site.faults.seen[-1].startswith("PATCH ")
    calls = site.requests()
    found = by_job(site, after=position)
    assert sorted(ids(found)) == made
    assert states(site) == ["Aborted", "JobComplete"]
    assert site.requests() - calls == 1 + CALLS
    assert '"died"' not in found[-1].position  # stopped by whoever read: no sign of trouble


@pytest.mark.parametrize(
    "request_part", ["POST /services/data/v67.0/jobs/query", "GET /services/data/v67.0/jobs/query/750"]
)
def test_a_task_that_is_cancelled_meanwhile_leaves_no_job_running(site: Site, request_part: str) -> None:
    fill(site, 10)

    async def body(crm: SalesforceCrm) -> None:
        async def reading() -> None:
            await pages(crm.select(CONTACTS, ALL_L, way=Way.BULK))

        task = asyncio.ensure_future(reading())
        while not any(seen.startswith(request_part) for seen in site.faults.seen):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert task.cancelled()

    site.use(body, schemas=known(site, "Contact"))
    assert states(site) == ["Aborted"]


def test_a_job_that_cant_be_ended_doesnt_hold_up_whoever_stops(site: Site) -> None:
    async def body(crm: SalesforceCrm) -> None:
        for what in ("lose", "cut", BUSY, refusal(400, "INVALIDJOBSTATE")):
            reading = crm.select(CONTACTS, ALL_L, way=Way.BULK)
            await anext(reading)
            site.faults.plan = [("PATCH", "/jobs/query", what)] * 4
            await reading.aclose()

    site.use(body, schemas=known(site, "Contact"))
    assert len(states(site)) == 4


def test_a_read_that_was_left_is_given_up(site: Site) -> None:
    fill(site, 10)
    found = by_job(site)
    done, waiting = found[-1].position, found[0].position
    page = read(site, CONTACTS, ALL_L)[0].position
    calls = site.requests()
    site.use(lambda crm: crm.release(done))
    site.use(lambda crm: crm.release(page))
    assert site.requests() == calls
    site.use(lambda crm: crm.release(waiting))  # it isn't known there that the job is over
    assert site.requests() == calls + 1
    site.pass_time(8 * 86_400)
    site.use(lambda crm: crm.release(waiting))
    site.faults.plan += [("PATCH", "/jobs/query", BUSY)] * 4
    with pytest.raises(Unreachable):
        site.use(lambda crm: crm.release(waiting))


def test_a_job_that_runs_is_ended_when_its_read_is_given_up(site: Site) -> None:
    async def body(crm: SalesforceCrm) -> str:
        reading = crm.select(CONTACTS, None, way=Way.BULK)
        page = await anext(reading)
        site.faults.plan += [("PATCH", "/jobs/query", BUSY)] * 4
        await reading.aclose()
        return page.position

    position = site.use(body, schemas=known(site, "Contact"))
    assert states(site) == ["UploadComplete"]
    site.use(lambda crm: crm.release(position))
    assert states(site) == ["Aborted"]


def test_the_allocation_stops_a_job_at_any_call_and_it_goes_on_later(site: Site) -> None:
    made = fill(site, 3_000)
    found: list[str] = []
    position = None
    schemas = known(site, "Contact")
    for allowed in range(CALLS + 1):
        site.budget.set_allocation(Side.SALESFORCE, allowed)

        async def body(crm: SalesforceCrm, position: str | None = position) -> str | None:
            with suppress(AllocationReached):
                async for page in crm.select(CONTACTS, ALL_L, after=position, way=Way.BULK):
                    found.extend(record.id for record in page.records)
                    position = page.position
            return position

        position = site.use(body, schemas=schemas)
        assert site.requests() == allowed
    assert found == made
    assert states(site) == ["JobComplete"]
