"""Owners and the account itself: what the portal ships with and no API call changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from crmsync_desktop.practice.hubspot.catalog import resources
from crmsync_desktop.practice.hubspot.refusals import not_found


class Directory:
    """Answers of the owners and account-info areas."""

    def __init__(self, portal_id: int, time_zone: str) -> None:
        self._portal_id = portal_id
        self._zone = ZoneInfo(time_zone)
        self._owners: list[dict[str, Any]] = orjson.loads((resources() / "owners.json").read_bytes())["results"]
        self._users = {owner["id"]: str(owner["userIdIncludingInactive"]) for owner in self._owners}
        self.owner_ids = frozenset(owner["id"] for owner in self._owners)

    def owners(self, *, archived: bool, email: str | None) -> list[dict[str, Any]]:
        return [
            owner
            for owner in self._owners
            if owner["archived"] == archived and (email is None or owner["email"] == email.strip().lower())
        ]

    def owner(self, owner_id: str, id_property: str, *, archived: bool) -> dict[str, Any]:
        """By `id` or by `userId`. Raises a 404 Refusal."""
        for owner in self.owners(archived=archived, email=None):
            if str(owner["userIdIncludingInactive"] if id_property == "userId" else owner["id"]) == owner_id:
                return owner
        raise not_found(f"Owner {owner_id} not found")

    def user_id(self, owner_id: str) -> str:
        """The user that an owner is, "" for an id that is no owner's."""
        return self._users.get(owner_id, "")

    def account(self, now: datetime) -> dict[str, Any]:
        """`now` decides whether summer time applies."""
        offset = now.astimezone(self._zone).utcoffset()
        seconds = int(offset.total_seconds()) if offset else 0
        sign = "-" if seconds < 0 else "+"
        return {
            "portalId": self._portal_id,
            "accountType": "DEVELOPER_TEST",
            "timeZone": self._zone.key,
            "companyCurrency": "NOK",
            "additionalCurrencies": [],
            "utcOffset": f"{sign}{abs(seconds) // 3600:02d}:{abs(seconds) % 3600 // 60:02d}",
            "utcOffsetMilliseconds": seconds * 1000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "eu1",
        }
