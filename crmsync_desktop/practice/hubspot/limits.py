"""The portal's rate limits: ten seconds rolling per app, five searches a second and the day of the zone per account.

Figures: HubSpot's usage guidelines. Search answers carry the daily headers only, as recorded.
Unverified: a call of a marketplace app counts towards no daily limit, since its answers carry none.
Unverified: a request that is refused with 429 counts towards no limit.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from crmsync_desktop.practice.hubspot.database import Database
from crmsync_desktop.practice.hubspot.refusals import too_many, too_many_searches
from crmsync_desktop.practice.hubspot.tokens import Identity
from crmsync_desktop.practice.hubspot.values import iso

SAVE_EVERY = 50


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Requests per `interval` seconds (for a marketplace app: `marketplace`), per day, and searches per second."""

    burst: int = 190
    interval: float = 10.0
    daily: int = 625_000
    searches: int = 5
    marketplace: int = 110


TIERS = {
    "free": RateLimits(burst=100, daily=250_000),
    "starter": RateLimits(burst=100, daily=250_000),
    "professional": RateLimits(),
    "enterprise": RateLimits(daily=1_000_000),
}
INCREASED_BURST, INCREASE = 250, 1_000_000


def limits_of(tier: str, increases: int) -> RateLimits:
    """The limits of an account of `tier` that has bought the API limit increase so many times."""
    limits = TIERS[tier]
    return replace(limits, burst=INCREASED_BURST, daily=limits.daily + increases * INCREASE) if increases else limits


class Meter:
    """Counts what was let through. The day's count survives a restart (to within a few requests if killed)."""

    def __init__(self, database: Database, time_zone: str, limits: RateLimits) -> None:
        self.limits = limits
        self._database = database
        self._zone = ZoneInfo(time_zone)
        self._recent: dict[str, deque[float]] = {}
        self._searches: deque[float] = deque()
        self._day = str(database.meta("day", ""))
        self._used = int(database.meta("day_used", 0))
        self._unsaved = 0

    def admit(self, now: float, identity: Identity, *, search: bool) -> None:
        """Let a request through and count it, or raise a 429 Refusal. `now`: seconds since the epoch."""
        self._turn_day(now)
        if not identity.marketplace and self._used >= self.limits.daily:
            raise too_many("DAILY", "You have reached your daily limit.")
        if search:
            _forget(self._searches, now - 1.0)
            if len(self._searches) >= self.limits.searches:
                raise too_many_searches()
            self._searches.append(now)
        else:
            recent = self._recent.setdefault(identity.app, deque())
            _forget(recent, now - self.limits.interval)
            if len(recent) >= self._burst(identity):
                raise too_many("TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit.")
            recent.append(now)
        if identity.marketplace:
            return
        self._used += 1
        self._unsaved += 1
        if self._unsaved >= SAVE_EVERY:
            self.save()

    def save(self) -> None:
        with self._database.transaction(), self._database.bookkeeping():
            self._database.set_meta("day", self._day)
            self._database.set_meta("day_used", self._used)
        self._unsaved = 0

    def usage(self, now: float) -> dict[str, object]:
        """The day so far, as the account-info API tells it. `now`: seconds since the epoch."""
        self._turn_day(now)
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

    def headers(self, identity: Identity, *, search: bool) -> list[tuple[bytes, bytes]]:
        """X-HubSpot-RateLimit-*, as they stand after the request; the day's not for a marketplace app."""
        shown: dict[str, int] = {}
        if not identity.marketplace:
            remaining = max(0, self.limits.daily - self._used)
            shown = {"daily": self.limits.daily, "daily-remaining": remaining}
        if not search:
            burst = self._burst(identity)
            shown["interval-milliseconds"] = int(self.limits.interval * 1000)
            shown["max"] = burst
            shown["remaining"] = max(0, burst - len(self._recent.get(identity.app, ())))
        return [(f"x-hubspot-ratelimit-{name}".encode(), str(value).encode()) for name, value in shown.items()]

    def _burst(self, identity: Identity) -> int:
        return self.limits.marketplace if identity.marketplace else self.limits.burst

    def _turn_day(self, now: float) -> None:
        day = datetime.fromtimestamp(now, UTC).astimezone(self._zone).date().isoformat()
        if day != self._day:
            self._day, self._used = day, 0


def _forget(moments: deque[float], before: float) -> None:
    while moments and moments[0] <= before:
        moments.popleft()
