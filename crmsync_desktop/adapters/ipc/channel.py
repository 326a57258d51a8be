"""One end of the pipe: a thread that reads, a thread that writes, and an event loop that never waits for either."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

from crmsync_desktop.adapters.ipc.messages import GOODBYE

T = TypeVar("T")

MAX_MESSAGE_BYTES = 64 * 1024 * 1024
"""A longer message is taken for a broken pipe rather than read into memory."""


class Channel:
    """Calls back on the event loop's thread: `on_message` with each message, then `on_closed` once, with True after a
    goodbye and False where the other side died.

    Reading is done in a thread because `add_reader` blocks on half a message and doesn't exist on Windows. The reader
    ends by the other side's goodbye or death and never by closing the pipe under it, which on Linux would leave it
    waiting and keep the other side from seeing the end.
    """

    def __init__(
        self,
        pipe: Connection,
        loop: asyncio.AbstractEventLoop,
        on_message: Callable[[bytes], None],
        on_closed: Callable[[bool], None],
        name: str,
    ) -> None:
        self._pipe = pipe
        self._loop = loop
        self._on_message = on_message
        self._on_closed = on_closed
        self._outbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._finished = False
        self._reader = threading.Thread(target=self._read, name=f"{name} reader", daemon=True)
        self._writer = threading.Thread(target=self._write, name=f"{name} writer", daemon=True)

    def start(self) -> None:
        self._reader.start()
        self._writer.start()

    def send(self, message: bytes) -> None:
        """Queue a message; never blocks. After `finish` it goes nowhere."""
        if not self._finished:
            self._outbox.put(message)

    def finish(self) -> None:
        """Say goodbye once everything queued has gone out."""
        if not self._finished:
            self._finished = True
            self._outbox.put(GOODBYE)

    def drain(self) -> None:
        """After `finish`, off the event loop's thread: wait until everything has gone out or the other side is gone."""
        self._writer.join()

    def close(self) -> None:
        """Free the pipe. Only after the other side's goodbye or death (`on_closed`), and off the event loop's thread:
        waits for both threads, which end by then."""
        self.finish()
        self.drain()
        self._reader.join()
        self._pipe.close()

    def _read(self) -> None:
        clean = False
        while True:
            try:
                message = self._pipe.recv_bytes(MAX_MESSAGE_BYTES)
            except (EOFError, OSError):  # ConnectionResetError is an OSError
                break
            if message == GOODBYE:
                clean = True
                break
            self._post(self._on_message, message)
        self._post(self._on_closed, clean)

    def _post(self, callback: Callable[[T], None], argument: T) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody listens any more
            self._loop.call_soon_threadsafe(callback, argument)

    def _write(self) -> None:
        while True:
            message = self._outbox.get()
            try:
                self._pipe.send_bytes(message)
            except OSError:  # the other side is gone: the reader tells it
                self._finished = True
                return
            if message == GOODBYE:
                return
