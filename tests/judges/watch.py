"""Watches what goes in and out of the practice orgs in every test, and has each exchange judged.

In the tests' own process `watched` wraps an app; a practice org in a process of its own is told by the environment to
wrap its apps with `watch`. Complaints go to the file that COMPLAINTS names, which fails the test that caused them
(tests/conftest.py); the number of exchanges judged is added beside it when the process ends.
"""

from __future__ import annotations

import atexit
import importlib
import os
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .deviations import excused

COMPLAINTS = "CRMSYNC_JUDGES_COMPLAINTS"
_judged: Counter[tuple[str, str]] = Counter()


class Watch:
    """An app around another: what passes is kept whole until the answer is out, then judged."""

    def __init__(self, app: ASGIApp, system: str, complaints: Path) -> None:
        self._app = app
        self._system = system
        self._complaints = complaints
        self._told: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked, answered = bytearray(), bytearray()
        start: dict[str, Any] = {}

        async def receiving() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(status=message["status"], headers=dict(message["headers"]))
            else:
                answered.extend(message.get("body", b""))
                if not message.get("more_body"):
                    self._judge(scope, bytes(asked), start["status"], start["headers"], bytes(answered))
            await send(message)

        await self._app(scope, receiving, sending)

    def _judge(self, scope: Scope, asked: bytes, status: int, headers: dict[bytes, bytes], answered: bytes) -> None:
        headers = {name.lower(): value for name, value in headers.items()}
        if headers.get(b"content-encoding") == b"gzip":
            answered = zlib.decompress(answered, 31)
        sent = {name.lower(): value for name, value in scope["headers"]}
        if sent.get(b"content-encoding") == b"gzip" or not sent.get(b"content-type", b"application/json").startswith(
            b"application/json"
        ):
            asked = b""
        if answered and not headers.get(b"content-type", b"").startswith(b"application/json"):
            return
        method, path = scope["method"], scope["path"]
        judge = importlib.import_module(
            f"tests.judges.{self._system}"
        ).judge  # late: HubSpot's SDK takes a second to import
        found = judge(method, path, scope["query_string"].decode("latin-1"), asked, status, answered)
        _judged[self._system, "unpromised" if found is None else "judged"] += 1
        for each in found or ():
            complaint = f"{method} {path} → {status} {each}"
            if complaint not in self._told and not excused(self._system, complaint):
                self._told.add(complaint)
                with self._complaints.open("a") as file:
                    file.write(f"{self._system}: {complaint}\n")


@atexit.register
def save() -> None:
    """Add what this process has judged so far to the counts, which the end of the test run shows."""
    complaints = os.environ.get(COMPLAINTS)
    if complaints and _judged and Path(complaints).parent.is_dir():
        with Path(complaints).with_suffix(".judged").open("a") as file:
            file.writelines(f"{system} {what} {count}\n" for (system, what), count in _judged.items())
        _judged.clear()


def watched(app: ASGIApp, system: str) -> ASGIApp:
    """`app`, watched if this run of the tests is."""
    complaints = os.environ.get(COMPLAINTS)
    return Watch(app, system, Path(complaints)) if complaints else app
