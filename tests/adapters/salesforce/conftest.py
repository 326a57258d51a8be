"""A practice Salesforce org over real HTTP on 127.0.0.1, with faults on the wire, and the adapter on it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from crmsync_desktop.adapters.salesforce import SalesforceCrm
from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import SalesforceOrg, create_salesforce_app
from tests.adapters.doubles import ManualClock, MemoryBudget
from tests.judges.watch import watched

TOKEN = "00DPractice!the-secret-token"

_connections: dict[tuple[str, int], asyncio.Transport] = {}


class _KnownConnections(H11Protocol):
    """uvicorn's own protocol, remembering its sockets so that one can be cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _connections[transport.get_extra_info("peername")] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        assert self.transport is not None
        _connections.pop(self.transport.get_extra_info("peername"), None)


class Faults:
    """An ASGI layer that spoils chosen requests. Each of `plan` is (method or "", part of the path, what), used once:
    "lose" (answered, and the connection cut before the answer), "cut" (cut before it reaches the org), or
    (status, content type, body) instead of an answer. `seen` has method and path of each request, `headers` its headers."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.plan: list[tuple[str, str, Any]] = []
        self.seen: list[str] = []
        self.headers: list[dict[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.seen.append(f"{scope['method']} {scope['path']}")
        self.headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
        what = self._take(scope["method"], scope["path"])
        if what is None:
            await self.app(scope, receive, send)
        elif what in ("lose", "cut"):
            if what == "lose":
                await self.app(scope, receive, _nowhere)
            _connections[tuple(scope["client"])].abort()
            await asyncio.sleep(0.02)  # let uvicorn notice that the client is gone before this returns
        else:
            status, kind, body = what
            headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
            headers += [(b"sforce-limit-info", b"api-usage=77/5000")]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    def _take(self, method: str, path: str) -> Any:
        for entry in self.plan:
            if entry[0] in ("", method) and entry[1] in path:
                self.plan.remove(entry)
                return entry[2]
        return None


async def _nowhere(message: Any) -> None:
    return None


class FrozenTime:
    """Seconds that stand still, so that stamps are known; `clock.advance` moves them."""

    def __call__(self) -> float:
        return 1_800_000_000.0


class Site:
    """The org, what it counted, and a way to adapters on it."""

    def __init__(self, url: str, org: SalesforceOrg, clock: PracticeClock, calls: CallLog, faults: Faults) -> None:
        self.url = url
        self.org = org
        self.clock = clock
        self.log = calls
        self.faults = faults
        self.local_clock = ManualClock(clock.now())
        self.budget = MemoryBudget(self.local_clock)

    def crm(self, **options: Any) -> SalesforceCrm:
        given = {"instance_url": self.url, "access_token": TOKEN, "budget": self.budget, "clock": self.local_clock}
        return SalesforceCrm(**{**given, **options})

    def use(self, work: Callable[[SalesforceCrm], Coroutine[Any, Any, Any]], **options: Any) -> Any:
        """Run a coroutine function on an adapter of its own, closed afterwards."""

        async def body() -> Any:
            crm = self.crm(**options)
            try:
                return await work(crm)
            finally:
                await crm.close()

        return asyncio.run(body())

    def requests(self) -> int:
        return len(self.faults.seen)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.local_clock.advance(seconds)


class Bench:
    """A contract Workbench on a Site (tests/contracts/crm_contract.py)."""

    object = "Contact"
    text_field = "Title"
    email_field = "Email"
    missing_id = "003000000000999AAA"
    bad_values: Mapping[str, str] = {"Email": "not an address"}

    def __init__(self, site: Site) -> None:
        self.site = site
        self.crm = site.crm()
        self.budget = site.budget
        self._made = 0

    def fresh(self) -> dict[str, str]:
        self._made += 1
        number = self._made
        return {
            "FirstName": f"First {number}",
            "LastName": f"Last {number}",
            "Title": f"Title {number}",
            "Email": f"person.{number}@example.com",
        }

    def insert(self, values: Mapping[str, str]) -> str:
        return self.site.org.insert(self.object, dict(values))

    def edit(self, record_id: str, values: Mapping[str, str]) -> None:
        self.site.org.update(record_id, dict(values))

    def keep_history(self) -> None:
        self.site.org.change_setup(tracked_fields=(f"{self.object}.{self.text_field}",))

    def delete(self, record_id: str) -> None:
        self.site.org.delete([record_id])

    def stored(self, record_id: str) -> Mapping[str, Any] | None:
        row = self.site.org.get(record_id)
        return row if row is not None and not row["IsDeleted"] else None

    def count(self) -> int:
        return self.site.org.count(self.object)

    def pass_time(self, seconds: float) -> None:
        self.site.pass_time(seconds)

    def now(self) -> float:
        return self.site.clock.now()

    def calls(self) -> int:
        return self.site.requests()

    def lose_next_write_reply(self) -> None:
        self.site.faults.plan.append(("", "/composite/sobjects", "lose"))

    def stranger(self) -> SalesforceCrm:
        return self.site.crm(access_token="wrong")


def serve(app: Any) -> tuple[str, Callable[[], None]]:
    """The app on a free port; returns its address and what stops it."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        lifespan="off",
        http=_KnownConnections,
        h11_max_incomplete_event_size=65_536,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    ready = threading.Event()
    while not server.started and thread.is_alive():
        ready.wait(0.005)

    def stop() -> None:
        server.should_exit = True
        thread.join(10)
        listening.close()

    return f"http://127.0.0.1:{listening.getsockname()[1]}", stop


def open_site(folder: Path, **options: Any) -> tuple[Site, Callable[[], None]]:
    clock = PracticeClock(source=FrozenTime())
    org = SalesforceOrg(folder / "salesforce.db", clock, **options)
    calls = CallLog()
    faults = Faults(watched(create_salesforce_app(org, calls, access_token=TOKEN, client_id="tests"), "salesforce"))
    url, stop = serve(faults)

    def close() -> None:
        stop()
        org.close()

    return Site(url, org, clock, calls, faults), close


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """An org with our external-id field; `@pytest.mark.parametrize("site", [{…}], indirect=True)` gives other options."""
    opened, close = open_site(tmp_path, **getattr(request, "param", {}))
    yield opened
    close()
