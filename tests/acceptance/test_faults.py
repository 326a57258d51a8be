"""Every kind of fault at every kind of request of a pass: the pass ends in a known state and says so in one line; once the
fault is over, the next passes converge, with nothing doubled and nothing lost.

The commands run in this process, so that the waits between tries, which are up to ten seconds, can be left out.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.adapters.limits import SystemClock
from crmsync_desktop.cli import run
from tests.acceptance.desk import Desk, Ran, desk

KINDS: dict[str, dict[str, Any]] = {
    "401": {"status": 401},
    "limit": {
        "status": 403,
        "body": '[{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]',
    },
    "423": {"status": 423},
    "burst": {"status": 429, "body": '{"message": "Too many.", "policyName": "TEN_SECONDLY_ROLLING"}'},
    "second": {"status": 429, "body": '{"message": "Too many.", "policyName": "SECONDLY"}'},
    "day": {"status": 429, "body": '{"message": "You have reached your daily limit.", "policyName": "DAILY"}'},
    "477": {"status": 477, "headers": {"Retry-After": "80000"}},
    "500": {"status": 500},
    "html": {"status": 502, "body": "<html>Bad gateway</html>", "content_type": "text/html"},
    "503": {"status": 503},
    "portal": {"status": 200, "body": "<html>Log in to this network</html>", "content_type": "text/html"},
    "truncated": {"status": 200, "body": '{"results": [{"id": "1", "prop'},
    "empty": {"status": 200, "body": "{}"},
    "before": {"drop_before": True},
    "after": {"drop_after_commit": True},
}
HUBSPOT = ("401", "423", "burst", "day", "477", "500", "portal", "truncated", "empty", "after")
SALESFORCE = ("401", "limit", "500", "html", "truncated", "empty", "after")
FEW = ("401", "empty", "html", "before")
AIMS = [
    # (system, path, which of the requests that fit is hit first, kind)
    *[("hubspot", "contacts/search", 1, kind) for kind in ("second", "503", "empty", "before")],
    *[("hubspot", "batch/create", 1, kind) for kind in (*HUBSPOT, "before")],
    *[("hubspot", "batch/update", 1, kind) for kind in HUBSPOT],
    *[("hubspot", path, 1, kind) for path in ("batch/read", "/properties/", "/owners") for kind in FEW],
    *[("salesforce", "CRMSync_HubSpot_Id__c", 1, kind) for kind in (*SALESFORCE, "before")],
    *[("salesforce", "composite/sobjects", 1, kind) for kind in FEW],
    # Schemas, users and changes: each is one composite.
    *[("salesforce", "composite", nth, kind) for nth, kind in zip((1, 2, 3, 3, 3), (*FEW, "limit"), strict=True)],
]
NAMES = "lastname", "email", "jobtitle", "mobilephone"
FIELDS = "LastName", "Email", "Title", "MobilePhone"
_numbers = itertools.count()


@pytest.fixture(scope="module")
def orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("desk"), contacts=0) as opened:
        opened.admin.post("/hubspot/limits", searches=1_000, burst=10_000)
        yield opened


class Command:
    """Runs commands in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self._patch, self._output = monkeypatch, capsys
        monkeypatch.setenv("CRMSYNC_DATA_DIR", str(folder))

        async def soon(self: SystemClock, seconds: float) -> None:
            await asyncio.sleep(min(seconds, 0.005))

        monkeypatch.setattr(SystemClock, "sleep", soon)

    def __call__(self, *arguments: str) -> Ran:
        self._patch.setattr("sys.argv", ["crmsync-desktop", *arguments])
        status = run()
        said = self._output.readouterr()
        return Ran(status, said.out, said.err)


@pytest.fixture
def command(orgs: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys, orgs.folder)


def people_arrive(opened: Desk) -> str:
    """One each of: new in Salesforce and in HubSpot, with and without an address; in both, with a field to write on each
    side. Gives what their names begin with."""
    assert opened.salesforce is not None
    assert opened.hubspot is not None
    tag = f"T{next(_numbers)}"
    opened.salesforce.create("Contact", LastName=f"{tag} S", Email=f"{tag}s@example.com")
    opened.salesforce.create("Contact", LastName=f"{tag} S bare")
    opened.hubspot.create(lastname=f"{tag} H", email=f"{tag}h@example.com")
    opened.hubspot.create(lastname=f"{tag} H bare")
    opened.salesforce.create("Contact", LastName=f"{tag} B", Email=f"{tag}b@example.com", Title="Right")
    opened.hubspot.create(lastname=f"{tag} B", email=f"{tag}b@example.com", jobtitle="Wrong", mobilephone="123")
    return tag


def seen_of(opened: Desk, tag: str) -> tuple[list[tuple[str | None, ...]], list[tuple[str | None, ...]]]:
    """What Salesforce and HubSpot say of these people, sorted, addresses in lower case."""
    assert opened.salesforce is not None
    assert opened.hubspot is not None
    query = f"SELECT {', '.join(FIELDS)} FROM Contact WHERE LastName LIKE '{tag} %'"
    salesforce = [tuple(each[name] for name in FIELDS) for each in opened.salesforce.query(query)]
    properties = [each["properties"] for each in opened.hubspot.all(*NAMES)]
    hubspot = [tuple(each[name] for name in NAMES) for each in properties if each["lastname"].startswith(f"{tag} ")]
    return sorted(map(_plain, salesforce)), sorted(map(_plain, hubspot))


def _plain(person: tuple[str | None, ...]) -> tuple[str, ...]:
    return tuple((value or "").lower() for value in person)


@pytest.mark.parametrize(("system", "path", "nth", "kind"), AIMS)
def test_a_fault_ends_the_pass_in_one_line_and_the_next_ones_converge(
    orgs: Desk, command: Command, system: str, path: str, nth: int, kind: str
) -> None:
    shutil.rmtree(orgs.connection, ignore_errors=True)  # so that schemas and owners are read, too
    tag = people_arrive(orgs)
    orgs.admin.fault(system, path=path, nth=nth, count=0, **KINDS[kind])
    hit = command("sync", "--practice", "--json")
    orgs.admin.clear_faults()
    if hit.status == 0:
        assert kind == "after", "only a lost answer can be found again within the pass"
        assert json.loads(hit.out)["pass"]["state"] == "done"
    else:
        assert hit.status == 2
        assert len(hit.err.strip().splitlines()) == 1, hit.err
        assert "Traceback" not in hit.err
        assert "Something went wrong" not in hit.err
    for _ in range(2):
        after = command("sync", "--practice", "--json")
        assert (after.status, after.err) == (0, "")
    assert after.writes() == 0
    salesforce, hubspot = seen_of(orgs, tag)
    assert salesforce == hubspot
    assert len(salesforce) == 5
    assert salesforce[0] == (f"{tag} b".lower(), f"{tag}b@example.com".lower(), "right", "123")


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("path", ["batch/create", "batch/update"])
def test_s5_writes_refused_without_a_way_out_are_errors_that_cost_no_more_calls_until_they_are_retried(
    orgs: Desk, command: Command, path: str, status: int
) -> None:
    shutil.rmtree(orgs.connection, ignore_errors=True)
    tag = people_arrive(orgs)
    orgs.admin.fault("hubspot", path=path, status=status, count=0)
    assert command("sync", "--practice", "--json").status == 1
    command("sync", "--practice", "--json")
    orgs.admin.reset_calls()
    quiet = command("sync", "--practice", "--json")
    assert (quiet.status, quiet.writes()) == (1, 0)
    contacts = orgs.admin.get("/counts")["hubspot"]["contacts"]
    assert orgs.admin.calls() == {
        "salesforce": 1,
        "hubspot": ceil(contacts / 200),
    }  # all in the overlap window, and no more
    orgs.admin.clear_faults()
    assert command("retry", "--practice").status == 0
    command("sync", "--practice", "--json")
    after = command("sync", "--practice", "--json")
    assert (after.status, after.writes()) == (0, 0)
    salesforce, hubspot = seen_of(orgs, tag)
    assert salesforce == hubspot
    assert len(salesforce) == 5
