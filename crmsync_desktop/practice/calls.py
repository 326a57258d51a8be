"""What was asked of the practice orgs: every request is counted here, by the server, so that no client grades itself."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Literal

System = Literal["salesforce", "hubspot"]


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request as it was answered. `cost` is what it took from the daily limit (a composite batch costs more
    than one; a refused login costs none); `at` is in seconds since the epoch on the practice clock."""

    system: System
    method: str
    path: str
    endpoint: str
    status: int
    cost: int
    at: float
    bytes_in: int
    bytes_out: int


class CallLog:
    """Keeps the last calls whole and counts all of them."""

    def __init__(self, keep: int = 20_000) -> None:
        self._calls: deque[Call] = deque(maxlen=keep)
        self._totals: Counter[str] = Counter()
        self._costs: Counter[str] = Counter()
        self._endpoints: Counter[str] = Counter()

    def add(self, call: Call) -> None:
        self._calls.append(call)
        self._totals[call.system] += 1
        self._costs[call.system] += call.cost
        self._endpoints[f"{call.system} {call.method} {call.endpoint}"] += 1

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

    def recent(self, limit: int = 200) -> list[dict[str, object]]:
        return [asdict(call) for call in list(self._calls)[-limit:]]
