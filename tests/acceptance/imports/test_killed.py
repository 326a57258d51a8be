"""Imports that end half-way, by kill -9, Ctrl+C or a limit, and go on: nothing is doubled, nothing is lost."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.desk import Desk, desk


@pytest.fixture
def opened(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    with desk(tmp_path, contacts=getattr(request, "param", 60), only="salesforce") as opened:
        yield opened


def ended(opened: Desk, when: Callable[[], bool], how: signal.Signals, *arguments: str) -> None:
    """Begin a command, and end it so once it is so far."""
    with opened.start(*arguments, "--practice", "--json") as process:
        end = time.monotonic() + 60
        while not when():
            assert process.poll() is None, process.communicate(timeout=30)
            assert time.monotonic() < end
            time.sleep(0.02)
        process.send_signal(how)
        process.communicate(timeout=60)


def sent(opened: Desk, path: str, times: int) -> Callable[[], bool]:
    return lambda: str(opened.admin.get("/calls/recent", limit=100)).count(path) >= times


def written(opened: Desk) -> int:
    """What the journal says is done."""
    file = opened.connection / "memory.sqlite"
    if not file.exists():
        return 0
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as memory:
        try:
            return int(memory.execute("SELECT count(*) FROM journal WHERE state = 2").fetchone()[0])
        except sqlite3.OperationalError:  # it is only being made
            return 0


def listed(opened: Desk) -> Any:
    return json.loads(opened.run("import", "list", "--practice", "--json").out)[0]


def resumed(opened: Desk) -> dict[str, int]:
    ran = opened.run("import", "resume", "1", "--practice", "--json")
    assert ran.status in (0, 1), ran.err
    imported = json.loads(ran.out)["import"]["imported"]
    assert imported["state"] == "done"
    return {outcome: count for outcome, count in imported["counts"].items() if count}


def everybody_once(opened: Desk, counts: dict[str, int]) -> None:
    """What the report says is what HubSpot has, and the next pass has nothing to add to it."""
    assert opened.salesforce is not None
    assert opened.hubspot is not None
    chosen = {row["Id"] for row in opened.salesforce.query("SELECT Id FROM Contact")}
    carried = Counter(each["properties"]["salesforcecontactid"] for each in opened.hubspot.all("salesforcecontactid"))
    assert set(carried.values()) == {1}
    assert carried.keys() <= chosen
    assert counts["created"] == len(carried)
    assert counts["created"] + counts.get("skipped", 0) == len(chosen)


@pytest.mark.parametrize("opened", [240], indirect=True)
def test_killed_while_it_writes(opened: Desk) -> None:
    """Its first batch is done, its second is under way."""
    opened.admin.fault("hubspot", path="batch/create", nth=2, latency_ms=1_500)
    ended(opened, lambda: written(opened) == 100, signal.SIGKILL, "import", "run", "Contact", "--yes")
    assert listed(opened)["state"] == "stopped"
    assert listed(opened)["message"] == "The program ended while it ran."
    assert listed(opened)["counts"]["created"] == 100
    everybody_once(opened, resumed(opened))


@pytest.mark.parametrize(("how", "state"), [(signal.SIGKILL, "stopped"), (signal.SIGINT, "cancelled")])
def test_ended_while_it_reads(opened: Desk, how: signal.Signals, state: str) -> None:
    """HubSpot's side has been looked at; the answer with the records is still to come."""
    opened.admin.fault("salesforce", path="query", nth=2, latency_ms=1_500)
    ended(opened, sent(opened, "contacts/search", 1), how, "import", "run", "Contact", "--yes")
    assert listed(opened)["state"] == state
    everybody_once(opened, resumed(opened))
