"""A practice portal over real HTTP on 127.0.0.1, with faults on the wire, and the adapter on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import orjson
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crmsync_desktop.adapters.hubspot import HubSpotCrm
from crmsync_desktop.domain.records import Op, Side, Write
from crmsync_desktop.ports.crm import Crm
from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.faults import Faults
from crmsync_desktop.practice.hubspot import HubSpotPortal, create_hubspot_app
from crmsync_desktop.practice.hubspot.catalog import object_type
from crmsync_desktop.practice.hubspot.limits import RateLimits
from crmsync_desktop.practice.hubspot.merging import merge
from crmsync_desktop.practice.interference import FaultMiddleware
from tests.adapters.doubles import ManualClock, MemoryBudget
from tests.judges.watch import watched
from tests.practice.servers import running

T = TypeVar("T")
TOKEN = "pat-eu1-the-secret-token"
START = 1_800_000_000.0
CONTACTS = object_type("contacts")
GENEROUS = RateLimits(burst=100_000, searches=10_000)
"""So that tests under a clock that stands still aren't refused; the pace has tests of its own."""


class Arrivals:
    """The outermost ASGI layer: counts each request as it comes in, before any fault or answer. `peers` are the
    connections that requests came on, `statuses` what was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.seen: list[str] = []
        self.peers: set[tuple[str, int]] = set()
        self.statuses: list[int] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.seen.append(f"{scope['method']} {scope['path']}")
            self.peers.add(scope["client"])

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.statuses.append(message["status"])
            await send(message)

        await self._app(scope, receive, noted)


class Untraced:
    """Takes the trace ids out of requests: the portal then refuses batches as a whole, as HubSpot does without them, and
    its results name no trace ids."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "/batch/" not in scope["path"]:
            await self._app(scope, receive, send)
            return
        raw, more = b"", True
        while more:
            message = await receive()
            raw, more = raw + message.get("body", b""), message.get("more_body", False)
        body = orjson.loads(raw)
        for each in body["inputs"]:
            each.pop("objectWriteTraceId", None)

        async def rewritten() -> Message:
            return {"type": "http.request", "body": orjson.dumps(body), "more_body": False}

        await self._app(scope, rewritten, send)


class Site:
    """The portal, its call log and faults, and adapters that talk to it. Its time moves only by `pass_time`."""

    def __init__(
        self, url: str, portal: HubSpotPortal, clock: PracticeClock, arrivals: Arrivals, faults: Faults
    ) -> None:
        self.url = url
        self.portal = portal
        self.clock = clock
        self.arrivals = arrivals
        self.faults = faults
        self.local_clock = ManualClock(START)
        self.budget = MemoryBudget(self.local_clock)
        self._keys = 0

    def crm(self, **options: Any) -> HubSpotCrm:
        given = {"base_url": self.url, "access_token": TOKEN, "budget": self.budget, "clock": self.local_clock}
        return HubSpotCrm(**{**given, **options})

    def use(self, work: Callable[[HubSpotCrm], Awaitable[T]], **options: Any) -> T:
        """What `work` makes of an adapter of its own, which is closed afterwards."""

        async def body() -> T:
            crm = self.crm(**options)
            try:
                return await work(crm)
            finally:
                await crm.close()

        return asyncio.run(body())

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.local_clock.advance(seconds)

    def load(self, count: int, **values: str) -> list[str]:
        """Contacts "Last 0", "Last 1", …, person.0@example.com, … made a day ago. Returns all live ids in order."""
        stamps = {"createdate": START - 86_400, "lastmodifieddate": START - 86_400}
        rows = [{"lastname": f"Last {n}", "email": f"person.{n}@example.com", **values, **stamps} for n in range(count)]
        self.portal.load(("contacts", row) for row in rows)
        live = "SELECT id FROM record WHERE archived_ms IS NULL AND merged_into IS NULL ORDER BY id"
        return [str(row[0]) for row in self.portal.connection.execute(live)]

    def insert(self, values: Mapping[str, str]) -> str:
        """As a person in HubSpot does; so are the next two."""
        with self.portal.database.transaction():
            return str(self.portal.create(CONTACTS, values).id)

    def edit(self, record_id: str, values: Mapping[str, str]) -> None:
        with self.portal.database.transaction():
            self.portal.update(CONTACTS, self.portal.find(CONTACTS, record_id, None), values)

    def delete_there(self, record_id: str) -> None:
        with self.portal.database.transaction():
            self.portal.archive(self.portal.find(CONTACTS, record_id, None))

    def merge(self, primary: str, other: str) -> str:
        """Returns the survivor's id."""
        with self.portal.database.transaction():
            found = [self.portal.find(CONTACTS, record_id, None) for record_id in (primary, other)]
            return str(merge(self.portal, CONTACTS, *found).id)

    def record(self, record_id: str) -> dict[str, str] | None:
        """A live record's properties."""
        query = "SELECT properties FROM record WHERE id = ? AND archived_ms IS NULL AND merged_into IS NULL"
        found = self.portal.connection.execute(query, (record_id,)).fetchone()
        return None if found is None else self.portal.find(CONTACTS, record_id, None).properties

    def calls(self) -> int:
        """Requests that reached the portal."""
        return len(self.arrivals.seen)

    def fault(self, **how: Any) -> None:
        self.faults.order({"system": "hubspot", **how})

    def create(self, origin: str | None = None, **values: str | None) -> Write:
        return Write(self._key(), Side.HUBSPOT, "contacts", Op.CREATE, None, dict(values), origin, self._moment())

    def update(self, record_id: str, **values: str | None) -> Write:
        return Write(self._key(), Side.HUBSPOT, "contacts", Op.UPDATE, record_id, dict(values))

    def delete(self, record_id: str) -> Write:
        return Write(self._key(), Side.HUBSPOT, "contacts", Op.DELETE, record_id, {})

    def _key(self) -> str:
        self._keys += 1
        return f"w{self._keys}"

    def _moment(self) -> str:
        return self.clock.moment().isoformat()


class Bench:
    """A contract Workbench on a Site (tests/contracts/crm_contract.py)."""

    object = "contacts"
    text_field = "jobtitle"
    email_field = "email"
    missing_id = "9999999999"
    bad_values: Mapping[str, str] = {"email": "not an address"}

    def __init__(self, site: Site) -> None:
        self.site = site
        self.crm: Crm = site.crm()
        self.budget = site.budget
        self._made = 0

    def fresh(self) -> dict[str, str]:
        self._made += 1
        number = self._made
        return {
            "firstname": f"First {number}",
            "lastname": f"Last {number}",
            "jobtitle": f"Title {number}",
            "email": f"person.{number}@example.com",
        }

    def insert(self, values: Mapping[str, str]) -> str:
        return self.site.insert(values)

    def edit(self, record_id: str, values: Mapping[str, str]) -> None:
        self.site.edit(record_id, values)

    def keep_history(self) -> None:
        """It always does."""

    def delete(self, record_id: str) -> None:
        self.site.delete_there(record_id)

    def stored(self, record_id: str) -> Mapping[str, Any] | None:
        found = self.site.record(record_id)
        return (
            None
            if found is None
            else {name: found.get(name) for name in self.site.portal.catalog.properties("contacts")}
        )

    def count(self) -> int:
        return self.site.portal.count("contacts")

    def pass_time(self, seconds: float) -> None:
        self.site.pass_time(seconds)

    def now(self) -> float:
        return self.site.clock.now()

    def calls(self) -> int:
        return self.site.calls()

    def lose_next_write_reply(self) -> None:
        for path in ("/batch/create", "/batch/update", "/batch/archive"):
            self.site.fault(path=path, drop_after_commit=True)

    def stranger(self) -> HubSpotCrm:
        return self.site.crm(access_token="wrong")


@contextmanager
def open_site(
    folder: Path,
    limits: RateLimits = GENEROUS,
    traced: bool = True,
    source: Callable[[], float] = lambda: START,
    **options: Any,
) -> Iterator[Site]:
    clock = PracticeClock(source=source)
    portal = HubSpotPortal(folder / "hubspot.db", clock, **options)
    faults = Faults()
    app = watched(create_hubspot_app(portal, CallLog(), access_token=TOKEN, limits=limits), "hubspot")
    arrivals = Arrivals(FaultMiddleware(app if traced else Untraced(app), "hubspot", faults))
    try:
        with running(arrivals) as url:
            yield Site(url, portal, clock, arrivals, faults)
    finally:
        portal.close()


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """An empty portal with our link property; parametrize "site" indirectly with other options."""
    with open_site(tmp_path, **getattr(request, "param", {})) as opened:
        yield opened
