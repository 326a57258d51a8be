"""Runs the practice Salesforce org, the practice HubSpot portal and their admin API in one process, on loopback."""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext, suppress
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from crmsync_desktop.practice.admin import create_admin_app
from crmsync_desktop.practice.calls import CallLog, System
from crmsync_desktop.practice.clock import PracticeClock, SkewedClock
from crmsync_desktop.practice.dial_file import Dials, read_dials
from crmsync_desktop.practice.endpoints import HubSpotEndpoints, salesforce_endpoint
from crmsync_desktop.practice.faults import Faults
from crmsync_desktop.practice.hosting import host, listener, url
from crmsync_desktop.practice.hubspot import HubSpotPortal, create_hubspot_app
from crmsync_desktop.practice.hubspot.oauth import OAuthApp
from crmsync_desktop.practice.interference import EndpointOf, FaultMiddleware
from crmsync_desktop.practice.people import Presence
from crmsync_desktop.practice.reach import Practice
from crmsync_desktop.practice.salesforce import SalesforceOrg, create_salesforce_app
from crmsync_desktop.practice.seed import fill_org, invent, seed_orgs, without_collector
from crmsync_desktop.practice.seed_apart import WORTH_A_PROCESS, portal_filled_apart
from crmsync_desktop.practice.state import AlreadyServing, StateFolder, serving
from crmsync_desktop.practice.watching import watched

__all__ = ["AlreadyServing", "serve", "serving"]


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
    faults: Path | None = None,
    log: Path | None = None,
    stop_with_stdin: bool = False,
    announce: Callable[[dict[str, Any]], None],
) -> None:
    """Serve until SIGTERM or SIGINT (or until standard input ends, if asked), then leave everything saved.

    The first start in an empty folder puts `contacts` people of `seed` on each side that `only` names; later starts keep
    what is there. Port 0 is the one had last time, else a free one. `link_fields`: whether both systems have our own link field. `faults`: a file that
    sets dials (dial_file.py). `log`: a file for every request. `announce` gets the addresses and tokens once both orgs
    answer. Raises AlreadyServing, OSError for a folder, a file or a port that can't be had, ValueError for what the
    file of dials gets wrong.
    """
    dials = None if faults is None else _dials(faults)
    state = StateFolder(state_dir)
    state.take()
    with ExitStack() as stack:
        stack.callback(state.release)
        asked = {"salesforce": salesforce_port, "hubspot": hubspot_port, "admin": admin_port}
        last = state.ports()
        sockets = [stack.enter_context(_listener(port, last.get(name, 0))) for name, port in asked.items()]
        state.set_ports({name: each.getsockname()[1] for name, each in zip(asked, sockets, strict=True)})
        clock = PracticeClock.from_json(state.clock())
        skews: dict[System, SkewedClock] = {"salesforce": SkewedClock(clock), "hubspot": SkewedClock(clock)}
        if (seeded := state.seeded()) is None:
            state.empty_databases()
            if dials is not None:
                dials.start(clock)
        org = SalesforceOrg(
            state.salesforce, skews["salesforce"], daily_limit=daily_limit, external_id_field=link_fields
        )
        stack.callback(org.close)
        apart = seeded is None and only == "both" and contacts >= WORTH_A_PROCESS
        if apart:
            begun = clock.now()
            with (
                portal_filled_apart(
                    state.hubspot, contacts=contacts, seed=seed, only=only, now=begun, link_fields=link_fields
                ),
                without_collector(),
            ):
                fill_org(org, invent(contacts, seed, only), begun)
        portal = HubSpotPortal(
            state.hubspot, skews["hubspot"], link_property=link_fields, search_lag_seconds=search_lag_seconds
        )
        stack.callback(portal.close)
        if seeded is None:
            seeded = {"contacts": contacts, "seed": seed, "only": only}
            if not apart:
                seed_orgs(org, portal, contacts=contacts, seed=seed, only=only, now=clock.now())
            state.set_seeded(seeded)
        tokens = state.tokens()
        calls = CallLog()
        stack.callback(calls.close)
        if log is not None:
            calls.write_to(log)
        practice = Practice(org, portal, calls, clock, Faults(), lambda: state.set_clock(clock.to_json()), skews)
        if dials is not None:
            dials.turn(practice)
        announcement = _announcement(state_dir, seeded, tokens, [url(each) for each in sockets])

        def ready() -> None:
            state.set_serving(announcement)
            announce(announcement)

        apps = _apps(practice, tokens)
        asyncio.run(host(apps, sockets, ready, practice.faults.stopping.set, stop_with_stdin=stop_with_stdin))


def _listener(port: int, last: int) -> closing[socket.socket]:
    """Where it was asked for; else where it was last time, so that whoever was connected finds the orgs again, unless
    somebody else has that port now."""
    if port == 0 and last:
        with suppress(OSError):
            return listener(last)
    return listener(port)


def _dials(file: Path) -> Dials:
    try:
        return read_dials(file.read_text(encoding="utf-8"), file.name)
    except UnicodeDecodeError:
        raise ValueError(f"{file.name} is not a text file in UTF-8.") from None


def _announcement(state_dir: Path, seeded: dict[str, Any], tokens: dict[str, str], urls: list[str]) -> dict[str, Any]:
    return {
        "salesforce": {
            "url": urls[0],
            "access_token": tokens["salesforce_token"],
            "client_id": tokens["salesforce_client_id"],
        },
        "hubspot": {
            "url": urls[1],
            "access_token": tokens["hubspot_token"],
            "client_id": tokens["hubspot_client_id"],
            "client_secret": tokens["hubspot_client_secret"],
        },
        "admin": {"url": urls[2], "token": tokens["admin_token"]},
        **seeded,
        "state_dir": str(state_dir),
    }


def _apps(practice: Practice, tokens: dict[str, str]) -> list[ASGIApp]:
    salesforce = create_salesforce_app(
        practice.org, practice.calls, access_token=tokens["salesforce_token"], client_id=tokens["salesforce_client_id"]
    )
    oauth = OAuthApp(tokens["hubspot_client_id"], tokens["hubspot_client_secret"])
    hubspot = create_hubspot_app(practice.portal, practice.calls, access_token=tokens["hubspot_token"], oauth=oauth)
    layers: list[tuple[ASGIApp, System, EndpointOf, Callable[[], AbstractContextManager[None]]]] = [
        (watched(salesforce, "salesforce"), "salesforce", salesforce_endpoint, practice.org.long_running.request),
        (watched(hubspot, "hubspot"), "hubspot", HubSpotEndpoints(hubspot), nullcontext),
    ]
    crms = [
        FaultMiddleware(app, system, practice.faults, practice.calls, practice.skews[system].now, endpoint_of, held)
        for app, system, endpoint_of, held in layers
    ]
    return [*crms, create_admin_app(practice, token=tokens["admin_token"])]


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
    parser.add_argument("--faults", type=Path, help="a TOML file that sets dials")
    parser.add_argument("--log", type=Path, help="a file to write every request into")
    parser.add_argument("--stop-with-stdin", action="store_true", help="stop when standard input ends")
    chosen = vars(parser.parse_args(arguments))
    try:
        serve(chosen.pop("state_dir"), **chosen, announce=lambda told: print(json.dumps(told), flush=True))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # while the people were still being put in; the next start begins again
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
