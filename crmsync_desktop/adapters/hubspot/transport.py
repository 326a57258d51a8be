"""Requests to HubSpot: paced, paid for, sent on few connections, tried again within bounds, never as the client's models.

The client's pooled `ApiClient` is kept for the adapter's life (each property-chain access of the client opens a new
connection) and asked for raw answers, which orjson reads (its models cost 13 to 18 ms per 100 records).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hubspot.crm.objects import ApiClient, Configuration

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.connections import Connections
from crmsync_desktop.adapters.hubspot.exchange import Answer, Failure, failure_of, read_limited
from crmsync_desktop.adapters.hubspot.pace import HubSpotPace
from crmsync_desktop.adapters.hubspot.paths import Endpoint
from crmsync_desktop.domain.errors import BugError, LimitReached
from crmsync_desktop.domain.mapping import pair_of_object
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Allowance
from crmsync_desktop.ports.budget import Budget
from crmsync_desktop.ports.clock import Clock

TIMEOUTS: Final = (5.0, 60.0)
"""Seconds to connect, and between two pieces of an answer."""
WORKERS: Final = 6
PARALLEL: Final = 4
"""Requests of one call under way at once."""
MAX_RETRIES: Final = 4
_FAR: Final = 12 * 3600.0
"""Seconds between two clocks of which one must be wrong."""
GRACE: Final = 1.0
"""Seconds that closing leaves to requests under way."""
_HEADER: Final = "X-HubSpot-RateLimit-"

T = TypeVar("T")


class Transport:
    """Sends requests for one connection. To be used from one event loop; `close` leaves no thread and no connection."""

    def __init__(
        self,
        *,
        base_url: str,
        access_token: str,
        budget: Budget,
        clock: Clock,
        on_usage: Callable[[Allowance], None] | None = None,
        pair_of: Callable[[str], str] = pair_of_object,
    ) -> None:
        """`pair_of`: the name of the pair that calls for an object are booked under."""
        configuration = Configuration(host=base_url)
        configuration.access_token = access_token
        configuration.connection_pool_maxsize = WORKERS
        configuration.retries = False  # also keeps redirects from being followed with the token
        self._client: Any = ApiClient(configuration)
        self._client.user_agent = "CRMSync-Desktop"
        # Our bodies, headers and queries are plain dicts, lists and texts: the client's walk over each value, in search of
        # its models and dates, would only cost a tenth of a write's CPU.
        self._client.sanitize_for_serialization = _as_it_is
        self._connections = Connections()
        self._connections.watch(self._client.rest_client.pool_manager)
        self._budget, self._pair_of = budget, pair_of
        self._clock = clock
        self._pace = HubSpotPace(clock)
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="hubspot")
        self._on_usage = on_usage
        self._offset = 0.0
        self._told_time = False
        self._closed = False
        self.time_zone: str | None = None
        """The account's, once it is known: HubSpot's day ends at its midnight."""
        self.allowance: Allowance | None = None
        """From the daily headers of the last answer that had them (OAuth tokens get none)."""

    def server_now(self) -> float:
        """HubSpot's clock (seconds since the epoch), as far as its Date headers told; to about a second."""
        return self._clock.now() + self._offset

    async def now_there(self, purpose: str = "schema", ask: bool = False) -> float:
        """As `server_now`, for certain: one call if `ask`, and where no answer has told HubSpot's time yet."""
        if ask or not self._told_time:
            await self.send(paths.ACCOUNT, purpose)
        return self.server_now()

    async def earliest_there(self, moment: float) -> float:
        """The earliest that HubSpot's clock may have shown at `moment` of ours: that is off, or it was put right since."""
        await self.now_there("recover")
        return moment + min(self._offset, 0.0)

    def passed_since(self, moment: float) -> float:
        """Seconds since `moment` of our clock: by HubSpot's, which its index goes by, unless that is far from ours."""
        return (self._clock.now() if abs(self._offset) > _FAR else self.server_now()) - moment

    async def send(
        self,
        endpoint: Endpoint,
        purpose: str,
        *,
        places: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: dict[str, Any] | None = None,
        repeatable: bool = True,
    ) -> Answer:
        """One request, tried again where that can do no harm: at most four times more, and when the answer was lost
        (reset, time-out, 5xx, unreadable) only if `repeatable`. Raises a domain error: Refused, ReplyLost, Unreachable,
        LimitReached, SignInNeeded or SetupError."""
        places = places or {}
        path = endpoint.path.format_map({name: quote(value, safe="") for name, value in places.items()})
        pair = self._pair_of(places.get("object") or places.get("from", ""))
        for attempt in range(MAX_RETRIES + 1):
            outcome = await self._once(endpoint, path, purpose, pair, dict(query or {}), body)
            if isinstance(outcome, Answer):
                return outcome
            again = outcome.wait is not None and (repeatable or outcome.surely_undone)
            if not again or attempt == MAX_RETRIES or self._closed:
                raise outcome.error
            await self._clock.sleep((outcome.wait or 0.0) * (2**attempt if outcome.grows else 1))
        raise BugError("A request ended without an answer.", endpoint.path)

    async def together(self, calls: Sequence[Callable[[], Coroutine[Any, Any, T]]]) -> list[T]:
        """The results of several calls, a few at a time. The first error ends them all and is raised."""
        gate = asyncio.Semaphore(PARALLEL)

        async def one(call: Callable[[], Coroutine[Any, Any, T]]) -> T:
            async with gate:
                return await call()

        tasks = [asyncio.ensure_future(one(call)) for call in calls]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Give requests that are under way a moment to end, cut the rest, then stop threads and connections."""
        if self._closed:
            return
        self._closed = True
        loop = asyncio.get_running_loop()
        stopped = loop.create_future()

        def stop() -> None:
            self._workers.shutdown(wait=True, cancel_futures=True)
            loop.call_soon_threadsafe(stopped.set_result, None)

        thread = threading.Thread(target=stop, name="hubspot-close")
        thread.start()
        done, _ = await asyncio.wait([stopped], timeout=GRACE)
        if not done:
            self._connections.cut()
            await stopped
        thread.join()
        self._client.rest_client.pool_manager.clear()
        self._client.close()

    async def _once(
        self, endpoint: Endpoint, path: str, purpose: str, pair: str, query: dict[str, str], body: dict[str, Any] | None
    ) -> Answer | Failure:
        if self._closed:
            raise BugError("The connection to HubSpot was closed before this request.", endpoint.path)
        async with self._pace.slot(endpoint.bucket):
            await self._budget.spend(Side.HUBSPOT, purpose, 1, pair)
            outcome = await asyncio.get_running_loop().run_in_executor(
                self._workers, self._exchange, endpoint.method, path, query, body
            )
        if outcome.headers:
            self._learn(outcome.headers)
        if isinstance(outcome, Answer):
            outcome.server_time = iso(self.server_now())
        elif isinstance(outcome.error, LimitReached) and outcome.error.resume_at is None and self.time_zone:
            outcome.error.resume_at = next_midnight(self.server_now(), self.time_zone)
        return outcome

    def _exchange(self, method: str, path: str, query: dict[str, str], body: dict[str, Any] | None) -> Answer | Failure:
        """In a worker thread: send, read the whole answer (or its connection isn't given back), parse it."""
        try:
            response = self._client.call_api(
                path,
                method,
                query_params=query,
                header_params={"Content-Type": "application/json", "Accept-Encoding": "gzip"},
                body=body,
                auth_settings=["oauth2"],
                response_types_map={},
                _preload_content=False,
                _request_timeout=TIMEOUTS,
            )
            return read_limited(response)
        except Exception as error:  # whatever the client raises is translated here, and nowhere else
            return failure_of(error, self.server_now())

    def _learn(self, headers: Mapping[str, str]) -> None:
        if (moment := _moment(headers.get("Date"))) is not None:
            self._offset, self._told_time = moment - self._clock.now(), True
        limit, remaining = _number(headers, "Max"), _number(headers, "Remaining")
        window = _number(headers, "Interval-Milliseconds")
        if limit is not None and remaining is not None and window is not None:
            self._pace.learn(limit, window / 1000, remaining)
        daily, left = _number(headers, "Daily"), _number(headers, "Daily-Remaining")
        if daily is not None and left is not None:
            self.allowance = Allowance(Side.HUBSPOT, daily, max(0, daily - left), iso(self.server_now()))
            if self._on_usage is not None:
                self._on_usage(self.allowance)


def _as_it_is(value: T) -> T:
    return value


def next_midnight(now: float, zone: str) -> str | None:
    """When the day of `now` ends in `zone`, as ISO 8601 UTC; None for a zone that this machine doesn't know."""
    try:
        here = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
    tomorrow = datetime.fromtimestamp(now, here).date() + timedelta(days=1)
    return iso(datetime.combine(tomorrow, time(), here).timestamp())


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(_HEADER + name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None


def _moment(date: str | None) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except ValueError:
        return None


def iso(seconds: float) -> str:
    """ISO 8601 UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
