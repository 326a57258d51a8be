"""Several apps on loopback in one process, until a signal or the end of standard input."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import uvicorn
from starlette.types import ASGIApp

from crmsync_desktop.practice.interference import CuttableProtocol

BACKLOG = 512
HOST = "127.0.0.1"


def listener(port: int) -> closing[socket.socket]:
    """A listening socket whose connections send small answers at once (TCP_NODELAY is inherited on accept). Raises
    OSError that names the port."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.bind((HOST, port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise OSError(error.errno, f"Port {port} on {HOST} can't be had: {error.strerror}.") from error
    return closing(made)


def url(listening: socket.socket) -> str:
    return f"http://{HOST}:{listening.getsockname()[1]}"


class _Server(uvicorn.Server):
    """One of several in a process: the signals are for all of them, so none takes them for itself."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def host(
    apps: list[ASGIApp],
    sockets: list[socket.socket],
    ready: Callable[[], None],
    stopping: Callable[[], None],
    *,
    stop_with_stdin: bool,
) -> None:
    """Serve each app on its socket. `ready` is called once all answer, `stopping` when they begin to end."""
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    servers = [_Server(_config(app)) for app in apps]
    loop = asyncio.get_running_loop()

    def stop(*_: object) -> None:
        stopping()
        for server in servers:
            server.should_exit = True

    with _stopping_on_signals(loop, stop):
        tasks = [asyncio.create_task(each.serve([own])) for each, own in zip(servers, sockets, strict=True)]
        await asyncio.gather(*(server.up.wait() for server in servers))
        if stop_with_stdin:
            threading.Thread(target=_wait_for_eof, args=(loop, stop), daemon=True).start()
        ready()
        await asyncio.gather(*tasks)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app, http=CuttableProtocol, lifespan="off", log_config=None, access_log=False, date_header=False,
        server_header=False,
        proxy_headers=False,
        ws="none", timeout_keep_alive=60, timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=65_536, backlog=BACKLOG,
    )  # fmt: skip


@contextmanager
def _stopping_on_signals(loop: asyncio.AbstractEventLoop, stop: Callable[..., None]) -> Iterator[None]:
    """SIGTERM and SIGINT stop the servers; outside the main thread, where signals can't be taken, nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_for_eof(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Past sys.stdin, whose lock a waiting thread would still hold when the interpreter ends, and abort it."""
    while os.read(0, 4096):
        pass
    if not loop.is_closed():
        loop.call_soon_threadsafe(stop)
