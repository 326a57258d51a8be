"""The engine's end: answers the window's requests from the real facade until the window says goodbye or dies."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from typing import Any, get_type_hints

import msgspec

from crmsync_desktop.adapters.ipc.channel import Channel
from crmsync_desktop.adapters.ipc.coalescer import Coalescer
from crmsync_desktop.adapters.ipc.messages import (
    Answer,
    Pushed,
    Ready,
    Request,
    decode_request,
    encode,
    failure_of,
    raw,
)
from crmsync_desktop.app.facade import Facade
from crmsync_desktop.domain.errors import CrmSyncError, PassError

log = logging.getLogger(__name__)

NICENESS = 5
"""The engine gives way to the window where both want a processor: a pass may take a little longer, a frame may not."""
LOCAL = frozenset({"subscribe", "close"})
"""Facade methods that aren't requests: events are pushed, and the end of the pipe is the end."""


def serve(pipe: Connection, make_facade: Callable[[], Awaitable[Facade]]) -> None:
    """Run an engine in this process until the window is gone; then close the facade and return.

    `Facade.close` has to end the running batch and settle it. A `make_facade` that raises is reported to the window,
    which gets it from `EngineClient.ready`.
    """
    # Ctrl+C in a terminal reaches both processes: it is the window that decides.
    with contextlib.suppress(ValueError):  # not in the main thread (a test)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    asyncio.run(EngineServer(pipe, make_facade).run())


class EngineServer:
    def __init__(self, pipe: Connection, make_facade: Callable[[], Awaitable[Facade]]) -> None:
        self._pipe = pipe
        self._make_facade = make_facade
        self._decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        self._gone = asyncio.Event()
        self._facade: asyncio.Future[Facade] = loop.create_future()
        self._channel = Channel(self._pipe, loop, self._receive, self._on_closed, "engine")
        self._channel.start()
        if sys.platform != "win32":
            with contextlib.suppress(RuntimeError):  # not in the main thread (a test)
                loop.add_signal_handler(signal.SIGTERM, self._gone.set)
        try:
            await self._work(loop)
        finally:
            self._channel.finish()
            await loop.run_in_executor(None, self._channel.drain)

    async def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            facade = await self._make_facade()
        except Exception as error:
            if not isinstance(error, CrmSyncError):
                log.exception("The engine could not start")
            self._channel.send(encode(failure_of(0, error)))
            self._gone.set()
            return
        coalescer = Coalescer(self._push, loop)
        unsubscribe = facade.subscribe(coalescer.offer)
        self._facade.set_result(facade)
        self._channel.send(encode(Ready()))
        await self._gone.wait()
        unsubscribe()
        coalescer.flush()
        try:
            await facade.close()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _on_closed(self, clean: bool) -> None:
        if not clean:
            log.info("The window is gone; the engine settles and stops")
        self._gone.set()

    def _push(self, event: Any) -> None:
        self._channel.send(encode(Pushed(event)))

    def _receive(self, message: bytes) -> None:
        request = decode_request(message)
        task = asyncio.get_running_loop().create_task(self._answer(request), name=f"request {request.method}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, request: Request) -> None:
        try:
            args = self._decoder(request.method).decode(request.args)
            facade = await asyncio.shield(self._facade)
            result = await getattr(facade, request.method)(*args)
            reply = encode(Answer(request.id, raw(result)))
        except asyncio.CancelledError:
            reply = encode(failure_of(request.id, PassError("The sync engine is stopping")))
        except Exception as error:
            if not isinstance(error, CrmSyncError):
                log.exception("%s failed", request.method)
            reply = encode(failure_of(request.id, error))
        self._channel.send(reply)

    def _decoder(self, method: str) -> msgspec.msgpack.Decoder[Any]:
        """Reads the arguments of a facade method, strictly by its signature."""
        if method not in self._decoders:
            function = None if method.startswith("_") or method in LOCAL else getattr(Facade, method, None)
            if function is None:
                raise LookupError(f"the facade has no request {method!r}")
            hints = get_type_hints(function)
            names = [name for name in inspect.signature(function).parameters if name != "self"]
            shape: Any = tuple
            self._decoders[method] = msgspec.msgpack.Decoder(shape[tuple(hints[name] for name in names)])
        return self._decoders[method]
