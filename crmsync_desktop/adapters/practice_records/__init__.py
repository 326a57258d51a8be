"""The practice orgs for a person: records in hand, and what goes to and fro, through their admin API."""

from __future__ import annotations

from crmsync_desktop.adapters.practice_records.records import AdminRecords
from crmsync_desktop.adapters.practice_records.traffic import AdminTraffic

__all__ = ["AdminRecords", "AdminTraffic"]
