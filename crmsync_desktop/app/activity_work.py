"""Past activities: the part of the facade that counts them and has them read (A1, A2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Final

from crmsync_desktop.app.activity_views import BackfillView
from crmsync_desktop.app.runner import Systems
from crmsync_desktop.app.views import Changed, Event
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import ACTIVITIES, Pair
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import active_pairs, rules_of
from crmsync_desktop.engine.activities import begin_again, count_past
from crmsync_desktop.engine.metadata import schemas_of
from crmsync_desktop.engine.metered import Metered
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.store import Store

EVER = "1970-01-01"
DOUBLES: Final = (
    "What both systems hold already without being linked here (made by HubSpot's own Salesforce integration, or by hand) "
    "can't be told from what is missing: each of these would be there twice. If there are any, read only what came since: --since."
)


class ActivityWork:
    """The facade's methods on activities (app/facade.py says what each promises)."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        budget: Metered,
        systems: Callable[[], Awaitable[Systems]],
        emit: Callable[[Event], None],
    ) -> None:
        self._past_in, self._past_at, self._spent = store, clock, budget
        self._systems_with_past, self._past_told = systems, emit

    async def backfill_activities(self, pair: str, since: str, begin: bool) -> BackfillView:
        settings = self._past_in.settings()
        kind = _kind(pair)
        if kind not in active_pairs(settings):
            raise SetupError(f"{kind.label} don't sync.", "", f"Turn them on first: pairs on {pair}")
        moment = f"{_day(since) if since else EVER}T00:00:00Z"
        rules, crms = rules_of(settings, kind), (await self._systems_with_past()).crms
        await schemas_of([kind], self._past_in, crms, self._past_at)
        past = await count_past(crms, kind, rules, moment)
        if begin:
            begin_again(self._past_in, crms, kind, rules, moment)
            self._past_told(Changed(("status",)))
        usage = self._spent.usage(Side.SALESFORCE)
        left = None if usage.allocation is None else max(usage.allocation - usage.used, 0)
        warning = DOUBLES if any(past.records.values()) else ""
        return BackfillView(pair, since, past.records, past.calls, left, begin, warning)


def _kind(name: str) -> Pair:
    kinds = {pair.name: pair for pair in ACTIVITIES}
    if name not in kinds:
        raise SetupError(f"“{name}” isn't a kind of activity.", "", f"Kinds are: {', '.join(kinds)}.")
    return kinds[name]


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise SetupError(f"“{text}” isn't a day.", "", "Write it as YYYY-MM-DD: 2026-01-31.") from None
