"""Imports that end half-way, by kill -9, Ctrl+C or a limit, and go on: nothing is doubled, nothing is lost."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from tests.acceptance.conditions import Difficult

RUN = ("import", "run", "Contact", "--yes", "--practice", "--json")


def fill(here: Difficult, count: int) -> None:
    """So many contacts, two of whom have one address."""
    for n in range(count):
        here.admin.post(
            "/practice/create",
            system="salesforce",
            type="Contact",
            values={"LastName": f"Moe {n}", "Email": f"moe{max(n, 1)}@x.example"},
        )


def ended(here: Difficult, how: signal.Signals, when: Callable[[], bool]) -> None:
    """Begin the import in a process of its own, and end that once it is so far."""
    with here.desk.start(*RUN) as process:
        try:
            until = time.monotonic() + 60
            while not when():
                assert process.poll() is None, process.communicate(timeout=30)
                assert time.monotonic() < until
                time.sleep(0.02)
            process.send_signal(how)
        except BaseException:
            process.kill()
            raise
        finally:
            process.communicate(timeout=60)


def written(here: Difficult) -> int:
    """What the journal says is done."""
    file = here.desk.connection / "memory.sqlite"
    if not file.exists():
        return 0
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as memory:
        try:
            return int(memory.execute("SELECT count(*) FROM journal WHERE state = 2").fetchone()[0])
        except sqlite3.OperationalError:  # it is only being made
            return 0


def listed(here: Difficult) -> Any:
    return here.run("import", "list", "--practice", "--json").json[0]


def resumed(here: Difficult) -> dict[str, int]:
    ran = here.run("import", "resume", str(listed(here)["number"]), "--practice", "--json")
    assert ran.status in (0, 1), ran.err
    imported = json.loads(ran.out)["import"]["imported"]
    assert imported["state"] == "done"
    return {outcome: count for outcome, count in imported["counts"].items() if count}


def everybody_once(here: Difficult, counts: dict[str, int]) -> None:
    """What the report says is what HubSpot has, and the next pass has nothing to add to it."""
    chosen = {row["Id"] for row in here.salesforce.query("SELECT Id FROM Contact")}
    carried = Counter(each["properties"]["salesforcecontactid"] for each in here.hubspot.all("salesforcecontactid"))
    assert set(carried.values()) == {1}
    assert carried.keys() <= chosen
    assert counts["created"] == len(carried)
    assert counts["created"] + counts.get("skipped", 0) == len(chosen)
    assert len(carried) == len(chosen) - 1, "two have one address"


def test_killed_while_it_writes(here: Difficult) -> None:
    """Its first batch is done, its second is under way."""
    fill(here, 120)
    here.admin.fault("hubspot", path="batch/create", nth=2, latency_ms=600)
    ended(here, signal.SIGKILL, lambda: written(here) == 100)
    found = listed(here)
    assert (found["state"], found["message"]) == ("stopped", "The program ended while it ran.")
    assert found["counts"]["created"] == 100
    everybody_once(here, resumed(here))


@pytest.mark.parametrize(("how", "state"), [(signal.SIGKILL, "stopped"), (signal.SIGINT, "cancelled")])
def test_ended_while_it_reads(here: Difficult, how: signal.Signals, state: str) -> None:
    """HubSpot's side has been looked at; the answer with the records is still to come."""
    fill(here, 20)
    here.admin.fault("salesforce", path="query", nth=2, latency_ms=600)
    ended(here, how, lambda: any(fault["seen"] == 2 for fault in here.admin.get("/faults")))
    assert listed(here)["state"] == state
    everybody_once(here, resumed(here))
