"""Two small practice orgs behind a real admin API, and the adapter on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from crmsync_desktop.adapters.practice_records import AdminRecords
from crmsync_desktop.practice.admin import Practice, create_admin_app
from crmsync_desktop.practice.calls import CallLog, System
from crmsync_desktop.practice.clock import PracticeClock, SkewedClock
from crmsync_desktop.practice.faults import Faults
from crmsync_desktop.practice.hubspot import HubSpotPortal
from crmsync_desktop.practice.salesforce import SalesforceOrg
from tests.practice.servers import running

TOKEN = "an-admin-token"
START = 1_800_000_000.0


class Hand:
    """A clock that moves a second each time it is asked, so that every change has a later stamp."""

    def __init__(self) -> None:
        self.seconds = START

    def __call__(self) -> float:
        self.seconds += 1.0
        return self.seconds


@dataclass(frozen=True)
class Desk:
    practice: Practice
    records: AdminRecords
    url: str


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("hands")
    clock = PracticeClock(source=Hand())
    skews: dict[System, SkewedClock] = {"salesforce": SkewedClock(clock), "hubspot": SkewedClock(clock)}
    org = SalesforceOrg(folder / "s.db", skews["salesforce"])
    portal = HubSpotPortal(folder / "h.db", skews["hubspot"])
    practice = Practice(org, portal, CallLog(), clock, Faults(), lambda: None, skews)
    with running(create_admin_app(practice, token=TOKEN)) as url:
        records = AdminRecords(url, TOKEN)
        yield Desk(practice, records, url)
        records.close()
    org.close()
    portal.close()
