"""Requests as the rest of the adapter makes them: paid for, off the event loop, tried again within bounds."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from crmsync_desktop.adapters.salesforce.errors import CallFailed, nonsense, translate
from crmsync_desktop.adapters.salesforce.transport import Answer, Transport
from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Allowance
from crmsync_desktop.ports.budget import Budget
from crmsync_desktop.ports.clock import Clock

WORKERS = 4
TRIES = 4
_BACKOFF = (1.0, 4.0, 10.0)
"""Seconds before the second, third and fourth try, each times a random 0.5 to 1.5."""
PARTS = 25
"""Parts of one composite call."""
QUERIES = 5
"""Parts of one composite call that may be queries (REST guide, Composite)."""

# `api-usage=10018/100000; api-bursts=1/750; per-app-api-usage=17/250(appName=…)`
_USAGE = re.compile(r"(?<![\w-])api-usage=(\d+)/(\d+)")

Usage = Callable[[int, int], None]
Part = tuple[str, str, Any]
"""Method, path and body (None for none) of one request in a composite call."""


class Calls:
    """The door to the network. One of them per connection; `close` ends its threads."""

    def __init__(self, transport: Transport, budget: Budget, clock: Clock, on_usage: Usage | None = None) -> None:
        self.transport = transport
        self._budget = budget
        self._clock = clock
        self._on_usage = on_usage
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="salesforce")
        self._running: set[Future[Answer]] = set()
        self._allowance: Allowance | None = None
        self._random = random.Random()
        self._behind = timedelta()
        self._ahead = timedelta()

    def last_allowance(self) -> Allowance | None:
        """What the last answer's Sforce-Limit-Info said."""
        return self._allowance

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)

    def server_now(self) -> datetime:
        """Salesforce's clock, as far as an answer has told it; else ours."""
        return self.now() - self._behind + self._ahead

    def earliest_there(self, moment: datetime) -> datetime:
        """The earliest that Salesforce's clock may have shown at `moment` of ours: that is off, or it was put right since."""
        return moment - self._behind

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        purpose: str,
        pair: str = "",
        repeatable: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One answer, each try spent first. A `repeatable` request is tried up to TRIES times; another one only where
        nothing can have been stored. Raises CallFailed; AllocationReached where there is no room for the first try."""
        lost = False
        for attempt in range(TRIES):
            if attempt:
                await self._clock.sleep(_BACKOFF[attempt - 1] * self._random.uniform(0.5, 1.5))
            try:
                await self._budget.spend(Side.SALESFORCE, purpose, 1, pair)
            except CrmSyncError as error:
                if lost:  # an earlier try may have been stored: that must not be forgotten
                    raise CallFailed(error, stored=True, temporary=False) from None
                raise
            try:
                return await self._in_thread(method, path, body, headers)
            except CallFailed as failed:
                lost = lost or failed.stored
                failed.stored = lost
                last = attempt == TRIES - 1
                if last or not failed.temporary or (failed.stored and not repeatable):
                    raise
        raise AssertionError("unreachable")  # pragma: no cover

    async def composite(
        self, parts: Sequence[str | Part], *, purpose: str, pair: str = "", repeatable: bool = True
    ) -> tuple[list[tuple[int, Any]], Mapping[str, str]]:
        """Several requests in one call, GETs by their path alone: (status, body) of each in order, and the answer's
        headers."""
        requests = [("GET", part, None) if isinstance(part, str) else part for part in parts]
        request = {
            "allOrNone": False,
            "compositeRequest": [
                {"method": method, "url": path, "referenceId": f"part{number}"}
                | ({} if body is None else {"body": body})
                for number, (method, path, body) in enumerate(requests)
            ],
        }
        path = f"{self.transport.data}/composite"
        answer = await self.send("POST", path, request, purpose=purpose, pair=pair, repeatable=repeatable)
        try:
            found = {part["referenceId"]: part for part in answer.body["compositeResponse"]}
            ordered = [found[f"part{number}"] for number in range(len(parts))]
            return [(int(part["httpStatusCode"]), part["body"]) for part in ordered], answer.headers
        except (KeyError, TypeError, ValueError):
            raise nonsense("A composite answer doesn't have the parts that were asked for.") from None

    async def backoff(self, attempt: int) -> None:
        """Wait before try number `attempt` (from 1) of something that `send` doesn't see, such as one locked row."""
        await self._clock.sleep(_BACKOFF[min(attempt, len(_BACKOFF)) - 1] * self._random.uniform(0.5, 1.5))

    async def pause(self, seconds: float) -> None:
        """Wait for something that Salesforce works at."""
        await self._clock.sleep(seconds)

    async def _in_thread(self, method: str, path: str, body: Any, headers: Mapping[str, str] | None) -> Answer:
        seen: dict[str, str] = {}

        def work() -> Answer:
            try:
                return self.transport.send(method, path, body, headers)
            finally:
                seen.update(self.transport.seen_headers())

        future = self._threads.submit(work)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        try:
            return await asyncio.wrap_future(future)
        except Exception as error:
            failed = translate(error)
        finally:
            self._note_usage(seen)
        # Raised out here, so that no vendor exception (whose request holds the token) hangs on to it as context.
        raise failed

    def _note_usage(self, headers: Mapping[str, str]) -> None:
        if headers:
            now = self.now()
            told = server_time(headers, now)
            self._behind, self._ahead = max(now - told, timedelta()), max(told - now, timedelta())
        for name, value in headers.items():
            if name.lower() == "sforce-limit-info" and (match := _USAGE.search(value)):
                used, limit = int(match[1]), int(match[2])
                self._allowance = Allowance(Side.SALESFORCE, limit, used, stamp(self.now()))
                if self._on_usage is not None:
                    self._on_usage(used, limit)

    async def close(self) -> None:
        """Wait for the requests under way (time-outs bound them) and end the threads."""
        running = [asyncio.wrap_future(future) for future in self._running if not future.done()]
        await asyncio.gather(*running, return_exceptions=True)
        self._threads.shutdown(wait=True, cancel_futures=True)
        self.transport.close()


def server_time(headers: Mapping[str, str], otherwise: datetime) -> datetime:
    """The Date header of an answer, in UTC."""
    try:
        date = next((value for name, value in headers.items() if name.lower() == "date"), "")
        return parsedate_to_datetime(date).astimezone(UTC)
    except (TypeError, ValueError):
        return otherwise


def stamp(moment: datetime) -> str:
    """ISO 8601 UTC to the second, with Z: the form of cursors and of SOQL's datetime literals."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
