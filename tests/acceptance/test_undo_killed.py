"""kill -9 in the middle of an undo: the next pass finds out what was done, and another undo finishes it."""

from __future__ import annotations

import json
import time
from pathlib import Path

from tests.acceptance.desk import Desk, desk

PEOPLE = 140


def archiving(opened: Desk) -> bool:
    """Whether the second batch of archives is under way."""
    return str(opened.admin.get("/calls/recent", limit=50)).count("batch/archive") >= 2


def test_a_killed_undo_has_done_what_it_did_and_is_finished_by_another_one(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=PEOPLE, only="salesforce") as opened:
        assert opened.hubspot is not None
        assert opened.salesforce is not None
        first = opened.sync().json["pass"]["id"]
        people = len(opened.hubspot.all())
        before = opened.salesforce.query("SELECT Id FROM Contact")
        assert people > 110
        opened.admin.fault("hubspot", path="batch/archive", nth=2, latency_ms=1_500)
        with opened.start("undo", str(first), "--practice", "--approve", "--json") as process:
            end = time.monotonic() + 40
            while not archiving(opened):
                assert time.monotonic() < end
                time.sleep(0.02)
            process.kill()
            process.communicate(timeout=30)
        assert 0 < len(opened.hubspot.all()) < people
        assert opened.sync().writes() == 0
        ran = opened.run("undo", str(first), "--practice", "--approve", "--json")
        done = json.loads(ran.out)["undo"]
        assert (ran.status, done["result"]["state"], done["left"]) == (0, "done", []), ran.err
        assert opened.hubspot.all() == []
        assert opened.sync().writes() == 0
        assert opened.salesforce.query("SELECT Id FROM Contact") == before
        rows = json.loads(opened.run("history", "--practice", "--json").out)
        assert [row["state"] for row in rows if row["reason"].startswith("undo")] == ["done", "crashed"]
