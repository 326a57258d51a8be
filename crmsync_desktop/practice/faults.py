"""Faults on order: a chosen request is delayed, refused, or cut off before or after its work was done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from crmsync_desktop.practice.calls import Call, CallLog, System

TRANSPORT = "practice.transport"


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, which also lets the application cut the connection that a request came on."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


@dataclass(slots=True)
class Fault:
    """What happens to which requests.

    It is aimed at a `system`, optionally a `method` and a `path` (a part of the address without the query). The first
    `nth - 1` requests that fit are let through, the next `count` are hit (0: all from then on). `status` answers without
    doing the work; `drop_before` cuts the connection instead, `drop_after_commit` cuts it once the work is done and the
    answer is ready; `latency_ms` waits first, and does only that if nothing else is asked for.
    """

    system: System
    method: str = ""
    path: str = ""
    nth: int = 1
    count: int = 1
    status: int = 0
    body: str = ""
    content_type: str = "application/json;charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    drop_before: bool = False
    drop_after_commit: bool = False
    latency_ms: int = 0
    seen: int = 0
    hits: int = 0

    def strikes(self, system: System, method: str, path: str) -> bool:
        """Whether this request is hit; counts it if it fits."""
        if system != self.system or self.path not in path or self.method not in ("", method):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.count and self.seen >= self.nth + self.count):
            return False
        self.hits += 1
        return True


class Faults:
    """The faults on order, in the order they were given; the first that strikes a request decides."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.stopping = asyncio.Event()  # set when the server stops: requests that are held up are cut off

    def order(self, given: dict[str, Any]) -> Fault:
        """Add a fault from its JSON form. Raises ValueError for a field that is unknown or of the wrong type."""
        kinds = {
            name: type(value) for name, value in asdict(Fault("salesforce")).items() if name not in ("seen", "hits")
        }
        for name, value in given.items():
            if name not in kinds or type(value) is not kinds[name]:
                raise ValueError(f"{name} is not a field of a fault, or has the wrong type")
        if given.get("system") not in ("salesforce", "hubspot"):
            raise ValueError("system must be salesforce or hubspot")
        fault = Fault(**given)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()

    def shown(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._faults]

    def striking(self, system: System, method: str, path: str) -> Fault | None:
        return next((fault for fault in self._faults if fault.strikes(system, method, path)), None)


class FaultMiddleware:
    """Outermost layer of a practice org's app.

    A request that a fault answers is added to `calls` if there is one: it arrived, though it cost nothing of the limit.
    One that is cut off before its work leaves no trace.
    """

    def __init__(
        self,
        app: ASGIApp,
        system: System,
        faults: Faults,
        calls: CallLog | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._system: System = system
        self._faults = faults
        self._calls = calls
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = None
        if scope["type"] == "http":
            fault = self._faults.striking(self._system, scope["method"], scope["path"])
        try:
            if fault is None:
                await self._app(scope, receive, send)
            else:
                await self._strike(fault, scope, receive, send)
        except ClientDisconnect:
            pass  # whoever asked is gone in the middle of asking: nobody to answer, nothing to complain about

    async def _strike(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.latency_ms:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._faults.stopping.wait(), fault.latency_ms / 1000)
        if fault.drop_before or self._faults.stopping.is_set():
            await _cut(scope)
        elif fault.status:
            await self._answer(fault, scope, send)
        elif fault.drop_after_commit:
            await self._app(scope, receive, _swallow)
            await _cut(scope)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, fault: Fault, scope: Scope, send: Send) -> None:
        body = fault.body.encode() or _default_body(self._system, fault.status)
        if self._calls is not None:
            place, sent = (scope["method"], scope["path"], "fault"), (0, len(body))
            self._calls.add(Call(self._system, *place, fault.status, 0, self._now(), *sent))
        headers = {"content-type": fault.content_type, **fault.headers, "content-length": str(len(body))}
        pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": fault.status, "headers": pairs})
        await send({"type": "http.response.body", "body": body})


async def _swallow(message: Message) -> None:
    """The answer that nobody gets."""


async def _cut(scope: Scope) -> None:
    cast(asyncio.Transport, scope["state"][TRANSPORT]).abort()
    await asyncio.sleep(0.01)  # so that the loop tells uvicorn that the connection is gone before the request ends


def _default_body(system: System, status: int) -> bytes:
    if system == "salesforce":
        code = "SERVER_UNAVAILABLE" if status == 503 else "UNKNOWN_EXCEPTION"
        return orjson.dumps([{"message": "A fault of the practice org, as ordered.", "errorCode": code}])
    return orjson.dumps(
        {"status": "error", "message": "A fault of the practice portal, as ordered.", "category": "FAULT"}
    )
