"""The recorded traffic, read from beside the project: what was asked and what the real system answered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "recordings"
WHERE_ABSENT = f"no recordings of real answers at {FOLDER}"


@dataclass(frozen=True)
class Tape:
    """One request and its answer. `path` is as recorded, with its query; `body` and `answer` are decoded JSON (or text)."""

    name: str
    method: str
    path: str
    body: Any
    status: int
    answer: Any
    headers: dict[str, str]

    def __str__(self) -> str:
        return self.name


@cache
def salesforce() -> tuple[Tape, ...]:
    """In the order of their names; none where the recordings are absent."""
    return tuple(_salesforce(path) for path in sorted((FOLDER / "salesforce").glob("*.json")))


@cache
def hubspot() -> tuple[Tape, ...]:
    return tuple(_hubspot(path) for path in sorted((FOLDER / "hubspot").glob("*.json")))


def _salesforce(path: Path) -> Tape:
    raw = json.loads(path.read_text("utf-8").replace("/vxx.0", "/v60.0"))  # the recordings' own mask for the version
    request, response = raw["request"], raw["response"]
    status, answer = response["status"]["code"], response["body"]
    return Tape(path.stem, request["method"], request["uri"], request.get("body"), status, answer, {})


def _hubspot(path: Path) -> Tape:
    raw = json.loads(path.read_text("utf-8"))
    place = raw["path"] + (f"?{raw['query']}" if raw["query"] else "")
    headers = {name.lower(): value for name, value in raw["headers"].items()}
    return Tape(path.stem, raw["method"], place, raw["request"], raw["status"], raw["response"], headers)
