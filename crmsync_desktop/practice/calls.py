"""What was asked of the practice orgs: every request is counted here, by the server, so that no client grades itself."""

from __future__ import annotations

import logging
import logging.handlers
import zlib
from collections import Counter, deque
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import orjson

from crmsync_desktop.practice.redaction import plain_body, plain_path, plain_query

System = Literal["salesforce", "hubspot"]
MOST_OF_A_BODY = 65_536
BODIES_KEPT = 500
"""Of how many of the last requests the bodies are kept, where they are kept at all."""
LOG_BYTES = 10_000_000
LOG_FILES = 5


@dataclass(slots=True)
class Exchange:
    """What is known of a request outside of the app that answers it: filled in while the answer goes out.

    `seconds`: from the first byte asked to the last answered, by the machine's clock. Bodies are None where they aren't
    kept, else at most 64 KiB, unzipped and without secrets.
    """

    path: str = ""
    query: str = ""
    seconds: float = 0.0
    asked: str | None = None
    answered: str | None = None


CURRENT: ContextVar[Exchange | None] = ContextVar("practice_exchange", default=None)
"""The exchange that the running request belongs to."""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request as it was answered. `cost` is what it took from the daily limit (a composite batch costs more
    than one; a refused login costs none); `at` is in seconds since the epoch on the practice clock. `number` counts the
    calls since the server started."""

    system: System
    method: str
    path: str
    endpoint: str
    status: int
    cost: int
    at: float
    bytes_in: int
    bytes_out: int
    number: int = 0
    exchange: Exchange = field(default_factory=Exchange)

    def shown(self) -> dict[str, Any]:
        """For the admin API: flat, bodies only where they are kept."""
        told = asdict(self)
        exchange = told.pop("exchange")
        del exchange["path"]
        return {**told, **{name: value for name, value in exchange.items() if value is not None}}


class CallLog:
    """Keeps the last calls whole and counts all of them. `keep_bodies`: whether what was said is kept too."""

    def __init__(self, keep: int = 20_000) -> None:
        self.keep_bodies = False
        self._calls: deque[Call] = deque(maxlen=keep)
        self._with_bodies: deque[Exchange] = deque()
        self._totals: Counter[str] = Counter()
        self._costs: Counter[str] = Counter()
        self._endpoints: Counter[str] = Counter()
        self._last = 0
        self._file: logging.Logger | None = None

    def write_to(self, file: Path) -> None:
        """Write every call into a file as well, one JSON object a line; full files are numbered, the oldest goes.
        Raises OSError."""
        handler = logging.handlers.RotatingFileHandler(file, maxBytes=LOG_BYTES, backupCount=LOG_FILES, delay=True)
        file.touch(mode=0o600)
        self._file = logging.Logger("practice calls", logging.INFO)
        self._file.addHandler(handler)

    def close(self) -> None:
        for handler in self._file.handlers if self._file else ():
            handler.close()
        self._file = None

    def add(self, call: Call) -> None:
        self._last += 1
        exchange = CURRENT.get()
        kept = replace(call, path=plain_path(call.path), number=self._last, exchange=exchange or Exchange())
        self._calls.append(kept)
        self._totals[call.system] += 1
        self._costs[call.system] += call.cost
        self._endpoints[f"{call.system} {call.method} {call.endpoint}"] += 1

    def begun(self, path: str, query: bytes) -> Exchange:
        """What a request is, before it is answered; to be put into CURRENT."""
        return Exchange(path, plain_query(query.decode("latin-1")) if query else "")

    def ended(self, exchange: Exchange, seconds: float, asked: Body | None, answered: Body | None) -> None:
        """The answer is out, or the connection cut. Bodies: None for those that nobody caught."""
        exchange.seconds = round(seconds, 6)
        if asked is not None and answered is not None:
            exchange.asked, exchange.answered = asked.plain(exchange.path), answered.plain(exchange.path)
            self._with_bodies.append(exchange)
            if len(self._with_bodies) > BODIES_KEPT:
                oldest = self._with_bodies.popleft()
                oldest.asked = oldest.answered = None
        if self._file is not None:
            for call in reversed(self._calls):
                if call.exchange is exchange:
                    self._file.info(orjson.dumps(call.shown()).decode())
                    break

    def reset(self) -> None:
        self._calls.clear()
        self._totals.clear()
        self._costs.clear()
        self._endpoints.clear()

    def summary(self) -> dict[str, object]:
        """Totals by system and by endpoint since the last reset, for the admin API."""
        return {
            "calls": dict(self._totals),
            "cost": dict(self._costs),
            "endpoints": dict(sorted(self._endpoints.items())),
        }

    def recent(
        self, limit: int = 200, *, system: str = "", endpoint: str = "", status: int = 0, after: int = 0
    ) -> list[dict[str, object]]:
        """The last calls that fit, oldest first. `endpoint`: a part of its name; `after`: a call's number."""
        found: list[dict[str, object]] = []
        for call in reversed(self._calls):
            if call.number <= after or len(found) >= limit:
                break
            if system in ("", call.system) and endpoint in call.endpoint and status in (0, call.status):
                found.append(call.shown())
        return found[::-1]


class Body:
    """The beginning of a body as it goes by."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self.zipped = False

    def add(self, part: bytes) -> None:
        if len(self._bytes) < MOST_OF_A_BODY:
            self._bytes += part[: MOST_OF_A_BODY - len(self._bytes)]

    def plain(self, path: str) -> str:
        content = bytes(self._bytes)
        if self.zipped:
            try:
                content = zlib.decompressobj(31).decompress(content, MOST_OF_A_BODY)
            except zlib.error:
                return "(not readable)"
        return plain_body(path, content.decode("utf-8", "replace"))
