"""Practice orgs that are made difficult for one test, and made plain and empty again for the next.

Commands run in this process, so that the waits between tries, which are up to ten seconds, can be left out.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.adapters.limits import SystemClock
from crmsync_desktop.cli import run
from tests.acceptance.desk import Desk, HubSpot, Ran, Salesforce, desk

SHORT = 0.005
"""Seconds that a wait of the product takes at most."""
PLAIN_SALESFORCE: dict[str, Any] = {
    "state_country": "off", "record_types": False, "multi_currency": False, "hidden_fields": [], "read_only_fields": [],
    "hidden_objects": [], "read_only_objects": [], "hidden_records": [], "read_only_records": [], "custom_fields": [],
    "picklists": [], "validation_rules": [], "duplicate_rules": [], "triggers": [], "tracked_fields": [],
}  # fmt: skip
PLAIN_HUBSPOT: dict[str, Any] = {
    "tier": "professional", "search_lag_seconds": 0.0, "search_lag_jitter": 0.0, "stale_rows": 0.0,
    "index_stopped": False, "ordered_batches": False, "bare_errors": False, "locked_until": 0.0, "migrating_until": 0.0,
    "automations": [],
}  # fmt: skip
ROOMY: dict[str, Any] = {"searches": 1_000, "burst": 10_000}


class Difficult:
    """A pair of orgs, and the commands of the admin who syncs them. `waited` adds up what the product would have waited."""

    def __init__(self, orgs: Desk, output: pytest.CaptureFixture[str]) -> None:
        assert orgs.salesforce is not None
        assert orgs.hubspot is not None
        self.desk = orgs
        self.admin = orgs.admin
        self.salesforce: Salesforce = orgs.salesforce
        self.hubspot: HubSpot = orgs.hubspot
        self.waited = 0.0
        self.on_wait: Callable[[float], None] = lambda seconds: None
        self._output = output
        self._patch = pytest.MonkeyPatch()
        self._patch.setenv("CRMSYNC_DATA_DIR", str(orgs.folder))

        async def soon(clock: SystemClock, seconds: float) -> None:
            self.waited += seconds
            self.on_wait(seconds)
            await asyncio.sleep(min(seconds, SHORT))

        self._patch.setattr(SystemClock, "sleep", soon)

    def run(self, *arguments: str) -> Ran:
        self._output.readouterr()
        self._patch.setattr("sys.argv", ["crmsync-desktop", *arguments])
        status = run()
        said = self._output.readouterr()
        assert "Traceback" not in said.err, said.err
        assert "Something went wrong" not in said.err, said.err
        return Ran(status, said.out, said.err)

    def sync(self) -> Ran:
        """A pass that comes to its end, whatever single records did."""
        ran = self.run("sync", "--practice", "--json")
        assert ran.status in (0, 1), ran.err
        return ran

    def stopped(self) -> str:
        """A pass that can't come to its end; what it says."""
        ran = self.run("sync", "--practice", "--json")
        assert ran.status == 2, ran.out
        assert len(ran.err.strip().splitlines()) == 1, ran.err
        return ran.err.strip()

    def settled(self, passes: int = 3) -> None:
        """Sync until nothing is written any more, within so many passes."""
        assert any(self.sync().writes() == 0 for _ in range(passes)), "it never comes to rest"

    def quiet(self) -> dict[str, int]:
        """The calls of a pass that writes nothing."""
        self.admin.reset_calls()
        assert self.sync().writes() == 0
        calls: dict[str, int] = self.admin.calls()
        return calls

    def errors(self) -> list[tuple[str, str, int]]:
        """(card, code, records) of each group."""
        groups = json.loads(self.run("errors", "--practice", "--json").out)
        return [(group["category"], group["code"], group["count"]) for group in groups]

    def remedies(self) -> list[str]:
        return [group["hint"] for group in json.loads(self.run("errors", "--practice", "--json").out)]

    def rule(self, property: str, rule: str) -> None:
        assert self.run("mappings", "rule", "--practice", "contacts", property, rule).status == 0

    def describe_again(self) -> None:
        """The next pass reads the schemas, as it does once a day."""
        with closing(sqlite3.connect(self.desk.connection / "memory.sqlite")) as memory, memory:
            memory.execute(
                "INSERT INTO document (name, value, at) VALUES ('schemas_outdated', 'true', '') "
                "ON CONFLICT (name) DO UPDATE SET value = 'true'"
            )

    def person(self, **fields: object) -> str:
        """A new Salesforce contact; gives its id."""
        return self.salesforce.create("Contact", **{"LastName": "Moe", "Email": "moe@example.com", **fields})

    def contacts(self, *fields: str, sobject: str = "Contact") -> list[tuple[Any, ...]]:
        """These fields of all Salesforce contacts, sorted."""
        rows = self.salesforce.query(f"SELECT {', '.join(fields)} FROM {sobject}")
        return sorted((tuple(row[name] for name in fields) for row in rows), key=str)

    def people(self, *properties: str) -> list[tuple[Any, ...]]:
        """These properties of all HubSpot contacts, sorted."""
        rows = [each["properties"] for each in self.hubspot.all(*properties)]
        return sorted((tuple(row[name] for name in properties) for row in rows), key=str)

    def only(self) -> str:
        """The id of the one HubSpot contact."""
        (found,) = self.hubspot.all("email")
        return str(found["id"])

    def make_plain(self) -> None:
        self._patch.undo()
        self.admin.clear_faults()
        self.admin.post("/salesforce/dials", commit_lag_seconds=0.0, commits_held=False)
        self.admin.post("/salesforce/storage", full=False)
        self.admin.post("/clock", salesforce_skew_seconds=0, hubspot_skew_seconds=0)
        self.admin.post("/salesforce/setup", **PLAIN_SALESFORCE)
        self.admin.post("/hubspot/setup", **PLAIN_HUBSPOT)
        self.admin.post("/hubspot/limits", **ROOMY)
        for sobject in ("Contact", "Lead"):
            ids = [row["Id"] for row in self.salesforce.query(f"SELECT Id FROM {sobject}")]
            self.admin.post("/salesforce/delete", ids=ids)
        people = [each["id"] for each in self.hubspot.all("email")]
        self.admin.post("/practice/delete", system="hubspot", type="contacts", ids=people)
        shutil.rmtree(self.desk.connection, ignore_errors=True)


@contextmanager
def difficult(folder: Path, **options: object) -> Iterator[Desk]:
    """An empty pair of orgs with room for any number of calls."""
    with desk(folder, contacts=0, **options) as opened:
        opened.admin.post("/hubspot/limits", **ROOMY)
        yield opened
