"""The practice orgs: served, by ourselves or by a process that runs already, and the hands that edit in them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmsync_desktop.bootstrap.places import Home
from crmsync_desktop.domain.errors import SetupError

if TYPE_CHECKING:
    from crmsync_desktop.adapters.practice_records import AdminRecords
    from crmsync_desktop.ports.practice import PracticeRecords, PracticeTraffic
    from crmsync_desktop.ports.profiles import Profile

PRACTICE = "practice"
"""The name of the connection to the practice orgs."""


@contextlib.contextmanager
def practice_serving(where: Home) -> Iterator[dict[str, Any]]:
    """The announcement of running practice orgs: those that run already, else our own, which end with the block."""
    from crmsync_desktop.adapters.practice_records.process import served
    from crmsync_desktop.practice.state import serving

    running = serving(where.practice_orgs)
    if running is not None:
        yield running
        return
    with served(where.practice_orgs) as announced:
        yield announced


def serve_practice(
    where: Home, *, contacts: int, seed: int, salesforce_port: int, hubspot_port: int, only: str, fresh: bool,
    announce: Callable[[dict[str, Any]], None], faults: Path | None = None, log: Path | None = None,
) -> None:  # fmt: skip
    """Serve the practice orgs until stopped. `fresh` starts over with new people and forgets what was synced. `faults`:
    a file that sets dials; `log`: one to write every request into. Raises SetupError for a file of dials that is wrong."""
    from crmsync_desktop.practice.serve import serve
    from crmsync_desktop.practice.state import serving

    if fresh:
        import shutil

        if serving(where.practice_orgs) is not None:
            raise SetupError("The practice orgs are being served.", "", "Stop that one before starting over.")
        shutil.rmtree(where.practice_orgs, ignore_errors=True)
        shutil.rmtree(where.connections / PRACTICE, ignore_errors=True)
    try:
        serve(
            where.practice_orgs,
            contacts=contacts,
            seed=seed,
            only=only,  # type: ignore[arg-type]
            salesforce_port=salesforce_port,
            hubspot_port=hubspot_port,
            faults=faults,
            log=log,
            announce=announce,
        )
    except ValueError as error:
        if faults is None:
            raise
        raise SetupError(str(error)) from error


@contextlib.contextmanager
def practice_records(where: Home) -> Iterator[PracticeRecords]:
    """A person's hands in the practice orgs: in those that run already, else in our own, which end with the block."""
    with practice_serving(where) as announced, hands_in(announced) as records:
        yield records


@contextlib.contextmanager
def practice_traffic(where: Home) -> Iterator[PracticeTraffic]:
    """The log and the faults of the practice orgs that run. Raises SetupError if none do."""
    from crmsync_desktop.adapters.practice_records import AdminTraffic
    from crmsync_desktop.practice.state import serving

    announced = serving(where.practice_orgs)
    if announced is None:
        raise SetupError("The practice orgs aren't being served.", "", "Serve them with: practice serve")
    with contextlib.closing(AdminTraffic(announced["admin"]["url"], announced["admin"]["token"])) as traffic:
        yield traffic


def hands_in(announced: dict[str, Any]) -> contextlib.closing[AdminRecords]:
    """A person's hands in the practice orgs of that announcement."""
    from crmsync_desktop.adapters.practice_records import AdminRecords

    return contextlib.closing(AdminRecords(announced["admin"]["url"], announced["admin"]["token"]))


def practice_profile(where: Home, announced: dict[str, Any]) -> Profile:
    """The practice connection, pointed at where the practice orgs now listen."""
    from crmsync_desktop.ports.profiles import Profile

    profile = Profile(PRACTICE, announced["salesforce"]["url"], announced["hubspot"]["url"], practice=True)
    where.profiles().save(profile)
    return profile
