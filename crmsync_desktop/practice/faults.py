"""Faults on order: which requests are hit, and what happens to them. Doing it is interference.py's."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, get_args, get_type_hints

from crmsync_desktop.practice.calls import System

LONGEST_WAIT_MS = 3_600_000
LARGEST_BOMB = 100_000_000
"""Bytes that a bomb may unpack to: far more than an honest answer has, and not enough to bring this machine down."""
_COUNTED = ("seen", "hits", "draw")


@dataclass(slots=True)
class Fault:
    """What happens to which requests.

    It is aimed at a `system`, optionally a `method`, a `path` (a part of the address without the query), an `endpoint`
    (a part of the name that the log of calls gives it) and `asks` (a part of the request's body). The first `nth - 1`
    requests that fit are let through; of the rest each `every`-th is hit, with a `chance` (0 to 1, drawn from `seed`),
    until `count` were (0: for ever).

    `latency_ms` waits first, and does only that if nothing else is asked for. Then one of: `status` answers without
    doing the work, with the body and headers that the system plausibly sends with it, or those given (`body`,
    `content_type`, `headers`); `redirect_to` answers 302 to that address; `drop_before` cuts the connection instead of
    answering; `drop_after_commit` cuts it once the work is done and the answer is ready; `stale_seconds` answers a read
    as the same request was answered at least so long ago (seconds of the practice clock, 0: the time before; truly, if
    it wasn't answered since this fault was ordered).

    What was answered then goes out spoilt: `html` puts a page in its place, `garbage` breaks its JSON, `truncate_to`
    cuts the connection after so many bytes of the body, `content_type` says it is something else, `headers` are added,
    `duplicate_header` sends the header of that name a second time, `bomb_bytes` replaces the body by gzip that unpacks to
    so many bytes, `trickle_ms` sends the body in twenty parts with a pause before each.
    """

    system: System
    method: str = ""
    path: str = ""
    endpoint: str = ""
    asks: str = ""
    nth: int = 1
    every: int = 1
    count: int = 1
    chance: float = 1.0
    seed: int = 0
    latency_ms: int = 0
    status: int = 0
    redirect_to: str = ""
    drop_before: bool = False
    drop_after_commit: bool = False
    stale_seconds: float = -1.0
    body: str = ""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    html: bool = False
    garbage: bool = False
    truncate_to: int = -1
    duplicate_header: str = ""
    bomb_bytes: int = 0
    trickle_ms: int = 0
    seen: int = 0
    hits: int = 0
    draw: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError for a number out of its range, a fault without an effect, or with two that don't go
        together."""
        if self.system not in get_args(System):
            raise ValueError("system must be salesforce or hubspot")
        ranges = {
            "nth": (1, 2**31), "every": (1, 2**31), "count": (0, 2**31), "chance": (0, 1), "truncate_to": (-1, 2**31),
            "latency_ms": (0, LONGEST_WAIT_MS), "trickle_ms": (0, LONGEST_WAIT_MS), "bomb_bytes": (0, LARGEST_BOMB),
        }  # fmt: skip
        for name, (least, most) in ranges.items():
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} must be between {least} and {most}")
        if self.duplicate_header.lower() in ("content-length", "transfer-encoding"):
            raise ValueError("duplicate_header can't be one that says how long the body is")
        if self.status and not 200 <= self.status <= 599:
            raise ValueError("status must be between 200 and 599")
        chosen = [
            name for name in ("status", "redirect_to", "drop_before", "drop_after_commit") if getattr(self, name)
        ] + (["stale_seconds"] if self.stale_seconds >= 0 else [])
        if len(chosen) > 1:
            raise ValueError(f"only one of {' and '.join(chosen)} can happen to a request")
        if not (chosen or self.latency_ms or self.spoils):
            raise ValueError("a fault needs an effect, such as status, latency_ms or drop_before")
        self.draw.seed(self.seed)

    @property
    def spoils(self) -> bool:
        """Whether the answer that goes out isn't the one that was given."""
        return bool(
            self.body or self.content_type or self.headers or self.html or self.garbage or self.truncate_to >= 0
            or self.duplicate_header or self.bomb_bytes or self.trickle_ms
        )  # fmt: skip

    def strikes(self, request: Aim) -> bool:
        """Whether this request is hit; counts it if it fits."""
        if request.system != self.system or self.path not in request.path or self.method not in ("", request.method):
            return False
        if self.asks and self.asks.encode() not in request.body:
            return False
        if self.endpoint and self.endpoint not in request.endpoint():
            return False
        self.seen += 1
        if self.seen < self.nth or (self.seen - self.nth) % self.every or (self.count and self.hits >= self.count):
            return False
        if self.chance < 1 and self.draw.random() >= self.chance:
            return False
        self.hits += 1
        return True

    def shown(self) -> dict[str, Any]:
        """As it was ordered, with how often it was met and hit."""
        told = asdict(self)
        del told["draw"]
        return told


@dataclass(frozen=True, slots=True)
class Aim:
    """What a fault looks at. `endpoint` finds the endpoint's name, which costs a little."""

    system: System
    method: str
    path: str
    endpoint: Callable[[], str]
    body: bytes = b""


class Faults:
    """The faults on order, in the order they were given; the first that strikes a request decides."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.stopping = asyncio.Event()  # set when the server stops: requests that are held up are cut off

    def order(self, given: dict[str, Any]) -> Fault:
        """Add a fault from its JSON form. Raises ValueError for a field that is unknown, of the wrong type or out of
        range."""
        fault = fault_of(given)
        self._faults.append(fault)
        return fault

    def replace(self, faults: list[Fault]) -> None:
        """Put these in the place of all that were on order."""
        self._faults = list(faults)

    def clear(self) -> None:
        self._faults.clear()

    def shown(self) -> list[dict[str, Any]]:
        return [fault.shown() for fault in self._faults]

    def any_for(self, system: System) -> bool:
        return any(fault.system == system for fault in self._faults)

    def reads_bodies_of(self, system: System) -> bool:
        """Whether what a request says has to be known before it is let through."""
        return any(fault.system == system and (fault.asks or fault.stale_seconds >= 0) for fault in self._faults)

    def remembers(self, system: System) -> bool:
        """Whether a former answer may be asked for."""
        return any(fault.system == system and fault.stale_seconds >= 0 for fault in self._faults)

    def striking(self, request: Aim) -> Fault | None:
        return next((fault for fault in self._faults if fault.strikes(request)), None)


def fault_of(given: dict[str, Any]) -> Fault:
    """A fault from its JSON form. Raises ValueError, beginning with the field's name where one is wrong."""
    kinds = {item.name: get_type_hints(Fault)[item.name] for item in fields(Fault) if item.name not in _COUNTED}
    for name, value in given.items():
        if name not in kinds:
            raise ValueError(f"{name} is not a field of a fault; it has {', '.join(kinds)}")
        if not _fits(kinds[name], value):
            raise ValueError(f"{name} has the wrong type")
    if "system" not in given:
        raise ValueError("system is missing: salesforce or hubspot")
    return Fault(**given)


def _fits(kind: Any, value: object) -> bool:
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is bool or kind is str:
        return isinstance(value, kind)
    if kind == dict[str, str]:
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    return isinstance(value, str)
