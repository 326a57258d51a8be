"""Runs the practice Salesforce org, the practice HubSpot portal and their admin API in one process, on loopback."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from crmsync_desktop.practice.admin import Practice, create_admin_app
from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.faults import CuttableProtocol, FaultMiddleware, Faults
from crmsync_desktop.practice.hubspot import HubSpotPortal, create_hubspot_app
from crmsync_desktop.practice.people import Presence
from crmsync_desktop.practice.salesforce import SalesforceOrg, create_salesforce_app
from crmsync_desktop.practice.seed import seed_orgs
from crmsync_desktop.practice.state import AlreadyServing, StateFolder, serving

__all__ = ["AlreadyServing", "serve", "serving"]
BACKLOG = 512
HOST = "127.0.0.1"


def serve(
    state_dir: Path,
    *,
    contacts: int = 1000,
    seed: int = 1,
    only: Presence = "both",
    salesforce_port: int = 0,
    hubspot_port: int = 0,
    admin_port: int = 0,
    daily_limit: int = 100_000,
    search_lag_seconds: float = 0.0,
    link_fields: bool = True,
    stop_with_stdin: bool = False,
    announce: Callable[[dict[str, Any]], None],
) -> None:
    """Serve until SIGTERM or SIGINT (or until standard input ends, if asked), then leave everything saved.

    The first start in an empty folder puts `contacts` people of `seed` on each side that `only` names; later starts keep
    what is there. Port 0 is a free one. `link_fields`: whether both systems have our own link field. `announce` gets the
    addresses and tokens once both orgs answer. Raises AlreadyServing, or OSError for a folder or a port that can't be had.
    """
    state = StateFolder(state_dir)
    state.take()
    with ExitStack() as stack:
        stack.callback(state.release)
        sockets = [stack.enter_context(_listener(port)) for port in (salesforce_port, hubspot_port, admin_port)]
        clock = PracticeClock(state.clock_offset())
        if (seeded := state.seeded()) is None:
            state.empty_databases()
        org = SalesforceOrg(state.salesforce, clock, daily_limit=daily_limit, external_id_field=link_fields)
        stack.callback(org.close)
        portal = HubSpotPortal(state.hubspot, clock, link_property=link_fields, search_lag_seconds=search_lag_seconds)
        stack.callback(portal.close)
        if seeded is None:
            seeded = {"contacts": contacts, "seed": seed, "only": only}
            seed_orgs(org, portal, contacts=contacts, seed=seed, only=only, now=clock.now())
            state.set_seeded(seeded)
        tokens = state.tokens()
        practice = Practice(org, portal, CallLog(), clock, Faults(), lambda: state.set_clock_offset(clock.offset))
        announcement = _announcement(state_dir, seeded, tokens, [_url(each) for each in sockets])

        def ready() -> None:
            state.set_serving(announcement)
            announce(announcement)

        asyncio.run(_run(practice, _apps(practice, tokens), sockets, ready, stop_with_stdin=stop_with_stdin))


def _announcement(state_dir: Path, seeded: dict[str, Any], tokens: dict[str, str], urls: list[str]) -> dict[str, Any]:
    return {
        "salesforce": {
            "url": urls[0],
            "access_token": tokens["salesforce_token"],
            "client_id": tokens["salesforce_client_id"],
        },
        "hubspot": {"url": urls[1], "access_token": tokens["hubspot_token"]},
        "admin": {"url": urls[2], "token": tokens["admin_token"]},
        **seeded,
        "state_dir": str(state_dir),
    }


def _apps(practice: Practice, tokens: dict[str, str]) -> list[ASGIApp]:
    salesforce = create_salesforce_app(
        practice.org, practice.calls, access_token=tokens["salesforce_token"], client_id=tokens["salesforce_client_id"]
    )
    hubspot = create_hubspot_app(practice.portal, practice.calls, access_token=tokens["hubspot_token"])
    return [
        FaultMiddleware(salesforce, "salesforce", practice.faults, practice.calls, practice.clock.now),
        FaultMiddleware(hubspot, "hubspot", practice.faults, practice.calls, practice.clock.now),
        create_admin_app(practice, token=tokens["admin_token"]),
    ]


def _listener(port: int) -> closing[socket.socket]:
    """A listening socket whose connections send small answers at once (TCP_NODELAY is inherited on accept)."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"Port {port} on {HOST} can't be had: {error.strerror}.") from error
    return closing(listener)


def _url(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


class _Server(uvicorn.Server):
    """One of three in a process: the signals are for all of them, so none takes them for itself."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _run(
    practice: Practice,
    apps: list[ASGIApp],
    sockets: list[socket.socket],
    ready: Callable[[], None],
    *,
    stop_with_stdin: bool,
) -> None:
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    servers = [_Server(_config(app)) for app in apps]
    loop = asyncio.get_running_loop()

    def stop(*_: object) -> None:
        practice.faults.stopping.set()
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


def main(arguments: list[str] | None = None) -> int:
    """The entry point for a process of its own: the first line of standard output is the announcement."""
    parser = argparse.ArgumentParser(prog="python -m crmsync_desktop.practice.serve", description=__doc__)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--contacts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("both", "salesforce", "hubspot"), default="both")
    parser.add_argument("--salesforce-port", type=int, default=0)
    parser.add_argument("--hubspot-port", type=int, default=0)
    parser.add_argument("--admin-port", type=int, default=0)
    parser.add_argument("--daily-limit", type=int, default=100_000, help="Salesforce API calls in 24 hours")
    parser.add_argument("--search-lag-seconds", type=float, default=0.0)
    parser.add_argument("--no-link-fields", dest="link_fields", action="store_false")
    parser.add_argument("--stop-with-stdin", action="store_true", help="stop when standard input ends")
    chosen = vars(parser.parse_args(arguments))
    try:
        serve(chosen.pop("state_dir"), **chosen, announce=lambda told: print(json.dumps(told), flush=True))
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # while the people were still being put in; the next start begins again
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
