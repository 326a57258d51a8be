"""All that the admin API and a file of dials can reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from crmsync_desktop.practice.calls import CallLog, System
from crmsync_desktop.practice.clock import PracticeClock, SkewedClock
from crmsync_desktop.practice.faults import Faults
from crmsync_desktop.practice.hands import Hands
from crmsync_desktop.practice.hubspot import HubSpotPortal
from crmsync_desktop.practice.salesforce import SalesforceOrg


@dataclass(frozen=True, slots=True)
class Practice:
    """`clock_moved` is called after the clock was set, to remember it; `skews` are the systems' own clocks; `hands` are a
    person's, by system, once there is one."""

    org: SalesforceOrg
    portal: HubSpotPortal
    calls: CallLog
    clock: PracticeClock
    faults: Faults
    clock_moved: Callable[[], None]
    skews: Mapping[System, SkewedClock]
    hands: dict[str, Hands] = field(default_factory=dict)
