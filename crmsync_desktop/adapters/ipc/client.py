"""The window's end: starts an engine, hears when it dies, and asks it things."""

from __future__ import annotations

import asyncio
import atexit
import itertools
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

import msgspec

from crmsync_desktop.adapters.ipc.channel import Channel
from crmsync_desktop.adapters.ipc.messages import (
    Answer,
    Failure,
    Ready,
    Request,
    decode_reply,
    encode,
    error_of,
    raw,
)
from crmsync_desktop.adapters.ipc.remote import RemoteFacade
from crmsync_desktop.app.views import Event
from crmsync_desktop.domain.errors import BugError, CrmSyncError

T = TypeVar("T")

MAX_IN_FLIGHT = 64
"""Requests sent and not yet answered; more wait in the window, so that an engine that doesn't read blocks nobody."""
SETTLE_SECONDS = 15.0
"""How long a closing engine has to end its batch before it is terminated."""
TERMINATE_SECONDS = 3.0


def start_engine(target: Callable[[Connection, str], None], connection_name: str) -> EngineClient:
    """Start an engine's process on the running event loop and give the window's end at once.

    `target` is a module's top-level function; it runs in a fresh process ("spawn") and calls `serve`. Requests may be
    made at once; they are answered when the engine is ready.
    """
    client = EngineClient(target, connection_name)
    client.launch()
    return client


class EngineClient(RemoteFacade):
    """A Facade whose engine lives in another process.

    `on_death`, if set, hears of an engine that ended without having been asked to; `restart` starts another, and those
    who subscribed stay subscribed. All methods belong to the event loop's thread.
    """

    def __init__(self, target: Callable[[Connection, str], None], connection_name: str) -> None:
        self._target = target
        self._name = connection_name
        self._ids = itertools.count(1)
        self._listeners: list[Callable[[Event], None]] = []
        self._decoders: dict[Any, msgspec.msgpack.Decoder[Any]] = {}
        self._process: BaseProcess | None = None
        self.on_death: Callable[[CrmSyncError], None] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def launch(self) -> None:
        loop = asyncio.get_running_loop()
        self._pending: dict[int, asyncio.Future[msgspec.Raw]] = {}
        self._slots = asyncio.Semaphore(MAX_IN_FLIGHT)
        self._ready: asyncio.Future[None] = loop.create_future()
        self._ended = asyncio.Event()
        self._closing = False
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=True)
        # Not a daemon: an engine may have processes of its own, and has to settle before it goes.
        self._process = context.Process(target=self._target, args=(theirs, self._name), name="crmsync engine")
        self._process.start()
        theirs.close()  # otherwise its death would never be noticed here
        self._channel = Channel(ours, loop, self._receive, self._on_closed, "window")
        self._channel.start()
        atexit.register(self._channel.finish)  # an interpreter that ends without `close` still lets the engine go

    async def ready(self) -> None:
        """Wait until the engine can answer. Raises what kept it from starting: SetupError, or BugError if it died."""
        await asyncio.shield(self._ready)

    async def restart(self) -> None:
        """End what is left of the engine and start another; returns when it is ready (raises as `ready`)."""
        await self.close()
        self.launch()
        await self.ready()

    async def close(self) -> None:
        """Ask the engine to settle and stop, and see to it that it does. Nothing runs afterwards; harmless twice."""
        process = self._process
        if process is None:
            return
        self._process = None
        self._closing = True
        self._channel.finish()
        loop = asyncio.get_running_loop()
        try:
            await asyncio.wait_for(self._ended.wait(), SETTLE_SECONDS)
        except TimeoutError:
            process.terminate()
        await loop.run_in_executor(None, _end, process)
        await self._ended.wait()
        await loop.run_in_executor(None, self._channel.close)
        atexit.unregister(self._channel.finish)
        self._fail_pending(BugError("The sync engine has been stopped"))
        process.close()

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    async def _ask(self, kind: type[T], method: str, *args: Any) -> T:
        async with self._slots:
            if self._ended.is_set():
                raise self._obituary()
            request_id = next(self._ids)
            answer: asyncio.Future[msgspec.Raw] = asyncio.get_running_loop().create_future()
            self._pending[request_id] = answer
            self._channel.send(encode(Request(request_id, method, raw(args))))
            try:
                result = await answer
            finally:
                self._pending.pop(request_id, None)
        if kind not in self._decoders:
            self._decoders[kind] = msgspec.msgpack.Decoder(kind)
        decoded: T = self._decoders[kind].decode(result)
        return decoded

    def _receive(self, message: bytes) -> None:
        reply = decode_reply(message)
        if isinstance(reply, Ready):
            if not self._ready.done():
                self._ready.set_result(None)
        elif isinstance(reply, Failure) and reply.id == 0:
            self._refuse(error_of(reply))
        elif isinstance(reply, Answer):
            answer = self._pending.get(reply.id)  # none: whoever asked has gone
            if answer is not None and not answer.done():
                answer.set_result(reply.result)
        elif isinstance(reply, Failure):
            answer = self._pending.get(reply.id)
            if answer is not None and not answer.done():
                answer.set_exception(error_of(reply))
        else:
            for listener in tuple(self._listeners):
                listener(reply.event)

    def _on_closed(self, clean: bool) -> None:
        self._ended.set()
        if self._closing:
            self._refuse(BugError("The sync engine has been stopped"))
            return
        refused = self._ready.done() and self._ready.exception() is not None
        error = self._obituary()
        self._refuse(error)
        if not refused and self.on_death is not None:  # a refused start has been told by `ready`
            self.on_death(error)

    def _obituary(self) -> CrmSyncError:
        if self._ready.done() and isinstance(refusal := self._ready.exception(), CrmSyncError):
            return refusal
        return BugError(
            "The sync engine stopped unexpectedly",
            "",
            "It ends no record half-way: what was sent is looked up again by the next pass.",
        )

    def _refuse(self, error: CrmSyncError) -> None:
        if not self._ready.done():
            self._ready.set_exception(error)
            self._ready.exception()  # told through requests as well: nobody has to await it
        self._fail_pending(error)

    def _fail_pending(self, error: CrmSyncError) -> None:
        for answer in self._pending.values():
            if not answer.done():
                answer.set_exception(error)


def _end(process: BaseProcess) -> None:
    process.join(TERMINATE_SECONDS)
    if process.is_alive():
        process.terminate()
        process.join(TERMINATE_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
