"""All that the admin API can reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.faults import Faults
from crmsync_desktop.practice.hubspot import HubSpotPortal
from crmsync_desktop.practice.salesforce import SalesforceOrg


@dataclass(frozen=True, slots=True)
class Practice:
    """`clock_moved` is called after the clock was set, to remember it."""

    org: SalesforceOrg
    portal: HubSpotPortal
    calls: CallLog
    clock: PracticeClock
    faults: Faults
    clock_moved: Callable[[], None]
