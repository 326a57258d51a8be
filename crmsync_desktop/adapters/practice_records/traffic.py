"""`PracticeTraffic` over the practice orgs' admin API."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.adapters.practice_records.client import AdminClient

Told = list[dict[str, Any]]


class AdminTraffic(AdminClient):
    """See ports/practice.py."""

    def turn(self, text: str, name: str) -> Told:
        told: Told = self.post_json("/dials", {"text": text, "name": name}, dict[str, Any])["faults"]
        return told

    def faults(self) -> Told:
        return self.get_json("/faults", {}, list[dict[str, Any]])

    def clear_faults(self) -> None:
        self.ask("DELETE", "/faults", list[dict[str, Any]])

    def calls(self, *, after: int = 0, limit: int = 200, system: str = "", endpoint: str = "", status: int = 0) -> Told:
        query = {"after": after, "limit": limit, "system": system, "endpoint": endpoint, "status": status}
        return self.get_json("/calls/recent", query, list[dict[str, Any]])
