"""Fills the portal's database in a process of its own, beside the one that fills the Salesforce org: half the time for a
million people."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.hubspot import HubSpotPortal
from crmsync_desktop.practice.people import Presence
from crmsync_desktop.practice.seed import invent, seed_portal, without_collector

WORTH_A_PROCESS = 20_000
"""People a side from which it pays to start one."""


@contextmanager
def portal_filled_apart(
    database: Path, *, contacts: int, seed: int, only: Presence, now: float, link_fields: bool
) -> Iterator[None]:
    """Nobody else may have the database open until the block has ended. Raises OSError if it could not be filled."""
    given = (database, contacts, seed, only, repr(now), int(link_fields))
    command = [sys.executable, "-m", "crmsync_desktop.practice.seed_apart", *map(str, given)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:  # noqa: S603
        try:
            yield
            _, complaints = process.communicate()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        last = complaints.decode(errors="replace").strip().rpartition("\n")[2]
        raise OSError(f"The practice portal could not be filled: {last}")


def main(arguments: list[str]) -> None:
    database, contacts, seed, only, now, link_fields = arguments
    clock = PracticeClock(source=lambda: float(now))
    portal = HubSpotPortal(Path(database), clock, link_property=link_fields == "1")
    try:
        with without_collector():
            seed_portal(portal, invent(int(contacts), int(seed), only), float(now))  # type: ignore[arg-type]
    finally:
        portal.close()


if __name__ == "__main__":
    main(sys.argv[1:])
