"""A practice org over real HTTP on 127.0.0.1, one for each test."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn

from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import SalesforceOrg, create_salesforce_app
from tests.judges.watch import watched

TOKEN = "00DPractice!token"
CLIENT = "practice-client"


class FrozenTime:
    """A source of seconds that stands still, so that stamps are known; `clock.advance` moves it."""

    def __call__(self) -> float:
        return 1_800_000_000.25


class PromptServer(uvicorn.Server):
    """Stops within milliseconds instead of at uvicorn's next tenth of a second."""

    async def main_loop(self) -> None:
        while not self.should_exit:
            await asyncio.sleep(0.005)


@dataclass
class Server:
    """`call` sends a request with the org's token below `/services/data/v60.0/` (or to an absolute path)."""

    url: str
    org: SalesforceOrg
    clock: PracticeClock
    calls: CallLog
    session: requests.Session
    oauth: Any

    def call(self, method: str, path: str, **kw: Any) -> requests.Response:
        address = path if path.startswith("/") else f"/services/data/v60.0/{path}"
        headers = {"Authorization": f"Bearer {TOKEN}", **kw.pop("headers", {})}
        return self.session.request(
            method, self.url + address, headers=headers, timeout=20, allow_redirects=False, **kw
        )

    def get(self, path: str, **kw: Any) -> requests.Response:
        return self.call("GET", path, **kw)

    def post(self, path: str, json: Any, **kw: Any) -> requests.Response:
        return self.call("POST", path, json=json, **kw)

    def patch(self, path: str, json: Any, **kw: Any) -> requests.Response:
        return self.call("PATCH", path, json=json, **kw)

    def query(self, soql: str, *, everything: bool = False, **kw: Any) -> Any:
        answer = self.get("queryAll" if everything else "query", params={"q": soql}, **kw)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, answer: requests.Response, status: int, code: str) -> dict[str, Any]:
        """Assert a refusal in Salesforce's shape and return its entry."""
        assert answer.status_code == status, answer.text
        (entry,) = answer.json()
        assert entry["errorCode"] == code
        return entry

    def contact(self, **fields: Any) -> str:
        answer = self.post("sobjects/Contact", {"LastName": "Doe", **fields})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@pytest.fixture
def clock() -> PracticeClock:
    return PracticeClock(source=FrozenTime())


@pytest.fixture
def org(tmp_path: Path, clock: PracticeClock) -> Iterator[SalesforceOrg]:
    made = SalesforceOrg(tmp_path / "salesforce.db", clock)
    yield made
    made.close()


@pytest.fixture
def server(org: SalesforceOrg, clock: PracticeClock) -> Iterator[Server]:
    yield from serve(org, clock)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One org for all tests of a module that leave nothing behind."""
    clock = PracticeClock(source=FrozenTime())
    made = SalesforceOrg(tmp_path_factory.mktemp("shared") / "salesforce.db", clock)
    yield from serve(made, clock)
    made.close()


def serve(org: SalesforceOrg, clock: PracticeClock, **options: Any) -> Iterator[Server]:
    calls = CallLog()
    app = create_salesforce_app(org, calls, access_token=TOKEN, client_id=CLIENT, **options)
    # With the protocol named, asyncio sets TCP_NODELAY on what it accepts; without, each answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    config = uvicorn.Config(
        watched(app, "salesforce"),
        log_level="warning",
        lifespan="off",
        date_header=False,
        server_header=False,
        h11_max_incomplete_event_size=65_536,
    )
    running = PromptServer(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    port = listener.getsockname()[1]
    try:
        with requests.Session() as session:
            yield Server(f"http://127.0.0.1:{port}", org, clock, calls, session, app.state.oauth)
    finally:
        running.should_exit = True
        thread.join(10)
        listener.close()
