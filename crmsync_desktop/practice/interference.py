"""The outermost layer of a practice org: it keeps the log of what is said, and does what the faults on order say."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import cast

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from crmsync_desktop.practice.calls import CURRENT, Body, Call, CallLog, System
from crmsync_desktop.practice.fault_answers import HTML, page, plausible
from crmsync_desktop.practice.faults import Aim, Fault, Faults
from crmsync_desktop.practice.former_answers import FormerAnswers, Given

TRANSPORT = "practice.transport"
PARTS = 20
"""In how many parts a body trickles out."""
_BROKEN = b'{"results": [{"id": 1, "properties": {"firstname": "\xff\xfe\x00'
_WITHOUT_BODY = (204, 304)
EndpointOf = Callable[[str, str], str]
"""The name that the log gives to an endpoint, from method and path."""


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, which also lets the application cut the connection that a request came on."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


class FaultMiddleware:
    """See the module. A request that a fault answers is added to `calls` if there is one: it arrived, though it cost
    nothing of the limit. One that is cut off before its work leaves no trace."""

    def __init__(
        self,
        app: ASGIApp,
        system: System,
        faults: Faults,
        calls: CallLog | None = None,
        now: Callable[[], float] = time.time,
        endpoint_of: EndpointOf = lambda method, path: path,
        held: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """`held` is entered for as long as a fault has a request in its hands."""
        self._app = app
        self._system: System = system
        self._faults = faults
        self._calls = calls
        self._now = now
        self._endpoint_of = endpoint_of
        self._held = held
        self._former = FormerAnswers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._calls is None:
            await self._pass(scope, receive, send)
            return
        exchange = self._calls.begun(scope["path"], scope["query_string"])
        began = time.perf_counter()
        asked, answered = (Body(), Body()) if self._calls.keep_bodies else (None, None)
        if asked is not None and answered is not None:
            receive, send = _kept(scope, receive, send, asked, answered)
        token = CURRENT.set(exchange)
        try:
            await self._pass(scope, receive, send)
        finally:
            CURRENT.reset(token)
            self._calls.ended(exchange, time.perf_counter() - began, asked, answered)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if not self._faults.any_for(self._system):
                await self._app(scope, receive, send)
                return
            body = b""
            if self._faults.reads_bodies_of(self._system):
                body, receive = await _read(receive)
            method, path = scope["method"], scope["path"]
            fault = self._faults.striking(
                Aim(self._system, method, path, lambda: self._endpoint_of(method, path), body)
            )
            if fault is None:
                await self._remembered(scope, receive, send, body)
            else:
                with self._held():
                    await self._strike(fault, scope, receive, send, body)
        except ClientDisconnect:
            pass  # whoever asked is gone in the middle of asking: nobody to answer, nothing to complain about

    async def _strike(self, fault: Fault, scope: Scope, receive: Receive, send: Send, body: bytes) -> None:
        if fault.latency_ms:
            await self._wait(fault.latency_ms)
        if fault.drop_before or self._faults.stopping.is_set():
            await _cut(scope)
        elif fault.status or fault.redirect_to:
            await self._answer(fault, scope, send)
        elif fault.drop_after_commit:
            await self._app(scope, receive, _swallow)
            await _cut(scope)
        elif fault.stale_seconds >= 0:
            former = self._former.find(scope, body, self._now() - fault.stale_seconds)
            given = Given()
            await self._remembered(scope, receive, given.take, body)
            await self._send(fault, scope, send, former or given)
        elif fault.spoils:
            given = Given()
            await self._app(scope, receive, given.take)
            await self._send(fault, scope, send, given)
        else:
            await self._remembered(scope, receive, send, body)

    async def _remembered(self, scope: Scope, receive: Receive, send: Send, body: bytes) -> None:
        """Answer truly; a read's answer may be asked for again."""
        if not self._faults.remembers(self._system) or not self._former.reads(scope):
            await self._app(scope, receive, send)
            return
        given = Given()
        at = self._now()

        async def both(message: Message) -> None:
            await given.take(message)
            await send(message)

        await self._app(scope, receive, both)
        self._former.keep(scope, body, at, given)

    async def _answer(self, fault: Fault, scope: Scope, send: Send) -> None:
        status = fault.status or 302
        known = plausible(self._system, status, scope["path"])
        headers = {name.lower(): value for name, value in known.headers.items()}
        if fault.redirect_to:
            headers |= {"location": fault.redirect_to}
        headers |= {"content-type": known.content_type}
        body = b"" if fault.redirect_to else fault.body.encode() or known.body
        self._log(scope, status, len(body))
        given = Given(status, [(name.encode(), value.encode()) for name, value in headers.items()], body)
        await self._send(fault, scope, send, given)

    async def _send(self, fault: Fault, scope: Scope, send: Send, given: Given) -> None:
        """Let an answer out as the fault spoils it. Its length is always that of the whole body: a client that gets
        less can tell."""
        body, zipped = given.body, None
        if fault.html:
            body, zipped = page(self._system, 200), False
        elif fault.body:
            body, zipped = fault.body.encode(), False
        elif fault.garbage:
            body, zipped = _BROKEN, False
        elif fault.bomb_bytes:
            body, zipped = _bomb(fault.bomb_bytes), True
        headers = {name.lower(): value for name, value in given.headers}
        if given.status in _WITHOUT_BODY:
            body = b""
        else:
            headers[b"content-length"] = str(len(body)).encode()
        if zipped is not None:
            headers.pop(b"content-encoding", None)
        if zipped:
            headers[b"content-encoding"] = b"gzip"
        if fault.html:
            headers[b"content-type"] = HTML.encode()
        if fault.content_type:
            headers[b"content-type"] = fault.content_type.encode()
        headers |= {name.lower().encode(): value.encode() for name, value in fault.headers.items()}
        pairs = list(headers.items())
        if fault.duplicate_header:
            name = fault.duplicate_header.lower().encode()
            pairs.append((name, headers.get(name, b"twice")))
        await send({"type": "http.response.start", "status": given.status, "headers": pairs})
        if 0 <= fault.truncate_to < len(body):
            await send({"type": "http.response.body", "body": body[: fault.truncate_to], "more_body": True})
            await asyncio.sleep(0.01)  # what was sent has left before the connection goes
            await _cut(scope)
        elif fault.trickle_ms:
            await self._trickle(fault.trickle_ms, scope, send, body)
        else:
            await send({"type": "http.response.body", "body": body})

    async def _trickle(self, pause_ms: int, scope: Scope, send: Send, body: bytes) -> None:
        size = max(1, -(-len(body) // PARTS))
        for start in range(0, len(body), size):
            await self._wait(pause_ms)
            if self._faults.stopping.is_set():
                await _cut(scope)
                return
            await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _wait(self, milliseconds: int) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._faults.stopping.wait(), milliseconds / 1000)

    def _log(self, scope: Scope, status: int, size: int) -> None:
        if self._calls is not None:
            place = (scope["method"], scope["path"], "fault")
            self._calls.add(Call(self._system, *place, status, 0, self._now(), 0, size))


def _kept(scope: Scope, receive: Receive, send: Send, asked: Body, answered: Body) -> tuple[Receive, Send]:
    asked.zipped = (b"content-encoding", b"gzip") in scope["headers"]

    async def hear() -> Message:
        message = await receive()
        asked.add(message.get("body", b""))
        return message

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.zipped = any(name.lower() == b"content-encoding" for name, _ in message["headers"])
        else:
            answered.add(message.get("body", b""))
        await send(message)

    return hear, tell


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """The whole body of a request, and a `receive` that gives it once more."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    waiting = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return bytes(body), again


async def _swallow(message: Message) -> None:
    """The answer that nobody gets."""


async def _cut(scope: Scope) -> None:
    cast(asyncio.Transport, scope["state"][TRANSPORT]).abort()
    await asyncio.sleep(0.01)  # so that the loop tells uvicorn that the connection is gone before the request ends


def _bomb(size: int) -> bytes:
    """Gzip of so many blanks inside a JSON text, a thousandth as long."""
    zipper = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [zipper.compress(b'{"results": "')]
    block = b" " * 1_000_000
    for start in range(0, size, len(block)):
        parts.append(zipper.compress(block[: min(len(block), size - start)]))
    return b"".join([*parts, zipper.compress(b'"}'), zipper.flush()])
