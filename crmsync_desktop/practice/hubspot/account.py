"""Handlers of account-info: the account itself, and what its private apps have used of the day."""

from __future__ import annotations

from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry


def account_details(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, portal.directory.account(portal.moment())


def daily_usage(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, {"results": [portal.meter.usage(portal.clock.now())]}


ENTRIES = [
    Entry("GET", "account-info", "/details", account_details),
    Entry("GET", "account-info", "/api-usage/daily/private-apps", daily_usage),
]
