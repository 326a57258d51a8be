"""Words in which the tests of chosen records are told."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from weakref import WeakKeyDictionary

from crmsync_desktop.adapters.salesforce import SalesforceCrm
from crmsync_desktop.domain.filters import Condition, Filter, Operator
from crmsync_desktop.domain.records import Observed, Side
from crmsync_desktop.domain.selection import Way
from crmsync_desktop.ports.crm import Want
from crmsync_desktop.ports.selecting import Selected
from tests.adapters.salesforce.conftest import Site

CONTACTS = Want("Contact", ("LastName", "Email"), ("Email",))
BUSY = (503, "text/html", b"<html>Down for maintenance</html>")
CALLS = 1 + 2 + 1
"""Of a job: made, asked about twice (the practice org is done at the second look), and one page."""
_DESCRIBED: WeakKeyDictionary[Site, dict[tuple[str, ...], Any]] = WeakKeyDictionary()
ALL_L: Filter = Condition("LastName", Operator.STARTS_WITH, ("L",))


def fill(site: Site, count: int) -> list[str]:
    """So many contacts L0, L1 …; their ids in order."""
    site.org.load(("Contact", {"LastName": f"L{n}", "Email": f"e{n}@example.com"}) for n in range(count))
    rows = site.org.store.db.execute('SELECT Id FROM "Contact" ORDER BY Id').fetchall()
    return [row[0] for row in rows]


async def pages(reading: AsyncGenerator[Selected, None]) -> list[Selected]:
    async with aclosing(reading) as found:
        return [page async for page in found]


def records(found: list[Selected]) -> list[Observed]:
    return [record for page in found for record in page.records]


def ids(found: list[Selected]) -> list[str]:
    return [record.id for record in records(found)]


def read(site: Site, *given: Any, **options: Any) -> list[Selected]:
    """`select` on an adapter of its own, to the end. The schema that it needs costs no request of the site's."""

    async def body(crm: SalesforceCrm) -> list[Selected]:
        return await pages(crm.select(*given, **options))

    return site.use(body, schemas=known(site, given[0].object))  # type: ignore[no-any-return]


def known(site: Site, *objects: str) -> Any:
    """Schemas as they were when a test first asked, described without leaving a trace in what the site counted."""
    described = _DESCRIBED.setdefault(site, {})
    if objects not in described:
        described[objects] = _described(site, objects)
    return described[objects]


def _described(site: Site, objects: tuple[str, ...]) -> Any:
    seen, headers, spent = list(site.faults.seen), list(site.faults.headers), list(site.budget.spent)
    plan, site.faults.plan = site.faults.plan, []
    found = list(site.use(lambda crm: crm.schemas(objects)).values())
    site.faults.seen, site.faults.headers, site.faults.plan = seen, headers, plan
    site.budget.spent[:] = spent
    return found


def paid(site: Site) -> list[str]:
    """What each call was booked as, all of them Salesforce's."""
    assert {each.side for each in site.budget.spent} <= {Side.SALESFORCE}
    assert {each.calls for each in site.budget.spent} <= {1}
    return [each.purpose for each in site.budget.spent]


def refusal(status: int, code: str) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps([{"errorCode": code, "message": "No."}]).encode()


def states(site: Site) -> list[str]:
    """Of all query jobs, the oldest first."""
    return [job.state for _, job in reversed(site.org.bulk.store.page("query", 0, 100))]


def by_job(site: Site, **options: Any) -> list[Selected]:
    return read(site, CONTACTS, ALL_L, way=Way.BULK, **options)
