"""Practice orgs for tests: in a process of their own (`practice_orgs`), or one app in a thread of this one (`running`)."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import uvicorn
from starlette.types import ASGIApp

from crmsync_desktop.practice.interference import CuttableProtocol

START_SECONDS = 60.0


class Admin:
    """The admin API of running practice orgs. Raises requests.HTTPError for a refusal."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, /, **query: object) -> Any:
        return self._answer(
            self._session.get(self._url + path, params={k: str(v) for k, v in query.items()}, timeout=30)
        )

    def post(self, path: str, /, **body: object) -> Any:
        return self._answer(self._session.post(self._url + path, json=body, timeout=30))

    def calls(self) -> dict[str, int]:
        """Calls by system since the last reset; 0 for a system that wasn't asked."""
        return {"salesforce": 0, "hubspot": 0, **self.get("/calls")["calls"]}

    def reset_calls(self) -> None:
        self.post("/calls/reset")

    def advance(self, seconds: float) -> None:
        """Move the practice clock forward."""
        self.post("/clock", advance_seconds=seconds)

    def fault(self, system: str, **how: object) -> None:
        """Order a fault: see crmsync_desktop.practice.faults.Fault for what can be asked."""
        self.post("/faults", system=system, **how)

    def clear_faults(self) -> None:
        self._answer(self._session.delete(f"{self._url}/faults", timeout=30))

    def close(self) -> None:
        self._session.close()

    @staticmethod
    def _answer(response: requests.Response) -> Any:
        response.raise_for_status()
        return response.json()


@dataclass(frozen=True, slots=True)
class Orgs:
    """A running pair: what the server announced, the admin client and the server's process."""

    announced: Mapping[str, Any]
    admin: Admin
    process: subprocess.Popen[str]


@contextmanager
def practice_orgs(state_dir: Path, **options: object) -> Iterator[Orgs]:
    """Practice orgs in their own process until the block ends; options as of `serve` (contacts=50, only="salesforce", …).

    The same folder twice in a row continues where the first left off.
    """
    arguments = [
        sys.executable,
        "-m",
        "crmsync_desktop.practice.serve",
        "--state-dir",
        str(state_dir),
        "--stop-with-stdin",
    ]
    for name, value in options.items():
        arguments += [f"--{name.replace('_', '-')}", str(value)]
    process = subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the practice orgs did not start: {process.stderr.read()}")
        announced = json.loads(line)
        admin = Admin(announced["admin"]["url"], announced["admin"]["token"])
        try:
            yield Orgs(announced, admin, process)
        finally:
            admin.close()
    finally:
        process.stdin.close()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        complaints = process.stderr.read()
        process.stderr.close()
    assert not complaints, f"the practice orgs complained: {complaints}"


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """One app served by uvicorn in a thread of this process; gives its address."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http=CuttableProtocol, lifespan="off", log_config=None, access_log=False, date_header=False, ws="none",
        h11_max_incomplete_event_size=65_536, timeout_graceful_shutdown=2,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    waited = time.monotonic() + START_SECONDS
    while not server.started and thread.is_alive() and time.monotonic() < waited:
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
