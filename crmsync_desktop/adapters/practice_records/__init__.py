"""Records of the practice orgs in a person's hands: the client of their admin API."""

from __future__ import annotations

from crmsync_desktop.adapters.practice_records.client import AdminRecords

__all__ = ["AdminRecords"]
