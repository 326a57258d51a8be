"""The portal's rate limits: ten seconds rolling per token, five searches a second, and the day of the account's zone.

Figures: HubSpot's usage guidelines for a Professional account. Search answers carry the daily headers only, as
recorded. Unverified: the bodies of 429; no Retry-After is sent, since none is documented.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from crmsync_desktop.practice.hubspot.database import Database
from crmsync_desktop.practice.hubspot.refusals import too_many
from crmsync_desktop.practice.hubspot.values import iso

SAVE_EVERY = 50


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Requests per `interval` seconds, per day, and searches per second."""

    burst: int = 190
    interval: float = 10.0
    daily: int = 625_000
    searches: int = 5


class Meter:
    """Counts what was let through. The day's count survives a restart (to within a few requests if killed)."""

    def __init__(self, database: Database, time_zone: str, limits: RateLimits) -> None:
        self.limits = limits
        self._database = database
        self._zone = ZoneInfo(time_zone)
        self._recent: deque[float] = deque()
        self._searches: deque[float] = deque()
        self._day = str(database.meta("day", ""))
        self._used = int(database.meta("day_used", 0))
        self._unsaved = 0

    def admit(self, now: float, *, search: bool) -> None:
        """Let a request through and count it, or raise a 429 Refusal. `now`: seconds since the epoch."""
        day = datetime.fromtimestamp(now, UTC).astimezone(self._zone).date().isoformat()
        if day != self._day:
            self._day, self._used = day, 0
        if self._used >= self.limits.daily:
            raise too_many("DAILY", "You have reached your daily limit.")
        if search:
            _forget(self._searches, now - 1.0)
            if len(self._searches) >= self.limits.searches:
                raise too_many("SECONDLY", "You have reached your secondly limit.")
            self._searches.append(now)
        else:
            _forget(self._recent, now - self.limits.interval)
            if len(self._recent) >= self.limits.burst:
                raise too_many("TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit.")
            self._recent.append(now)
        self._used += 1
        self._unsaved += 1
        if self._unsaved >= SAVE_EVERY:
            self.save()

    def save(self) -> None:
        with self._database.transaction():
            self._database.set_meta("day", self._day)
            self._database.set_meta("day_used", self._used)
        self._unsaved = 0

    def usage(self, now: float) -> dict[str, object]:
        """The day so far, as the account-info API tells it. `now`: seconds since the epoch."""
        here = datetime.fromtimestamp(now, UTC).astimezone(self._zone)
        midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return {
            "name": "private-apps-api-calls-daily",
            "usageLimit": self.limits.daily,
            "currentUsage": self._used,
            "collectedAt": iso(int(now * 1000)),
            "fetchStatus": "SUCCESS",
            "resetsAt": iso(int(midnight.timestamp() * 1000)),
        }

    def headers(self, *, search: bool) -> list[tuple[bytes, bytes]]:
        """X-HubSpot-RateLimit-*, as they stand after the request."""
        remaining = max(0, self.limits.daily - self._used)
        shown: dict[str, int] = {"daily": self.limits.daily, "daily-remaining": remaining}
        if not search:
            shown["interval-milliseconds"] = int(self.limits.interval * 1000)
            shown["max"] = self.limits.burst
            shown["remaining"] = max(0, self.limits.burst - len(self._recent))
        return [(f"x-hubspot-ratelimit-{name}".encode(), str(value).encode()) for name, value in shown.items()]


def _forget(moments: deque[float], before: float) -> None:
    while moments and moments[0] <= before:
        moments.popleft()
