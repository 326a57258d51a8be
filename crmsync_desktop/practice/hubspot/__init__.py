"""The practice HubSpot portal: its records and rules over SQLite, and its HTTP face.

What real traffic proves is followed to the letter; what is only published or known by hearsay is marked
where it is answered.
"""

from __future__ import annotations

from crmsync_desktop.practice.hubspot.app import create_hubspot_app
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

__all__ = ["HubSpotPortal", "create_hubspot_app"]
