"""kill -9 of the real engine process at random moments of a first pass of 10,000 over HTTP: nothing lost, nothing doubled."""

from __future__ import annotations

import random
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.acceptance.desk import Desk, desk
from tests.bench.figure import Figure

LIMIT_SECONDS = 290
PEOPLE = 10_000
KILLS = 10
SEED = 20261124


def bench() -> list[Figure]:
    moments = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder, desk(Path(folder), contacts=PEOPLE) as opened:
        for _ in range(KILLS):
            process = opened.start("sync", "--practice", "--json")
            time.sleep(moments.uniform(1.2, 6.0))
            process.send_signal(signal.SIGKILL)
            process.communicate()
        opened.sync()
        last = opened.sync()
        return [
            _none("records doubled in HubSpot", _doubled_in_hubspot(opened)),
            _none("records doubled in Salesforce", _doubled_in_salesforce(opened)),
            _none("records left out without an error that says why", _left_out(opened)),
            _none("writes of the pass after", last.writes()),
        ]


def _none(what: str, count: int) -> Figure:
    return Figure(f"{KILLS} kills in a first pass of {PEOPLE:,}: {what}", count, "", "0", "", None, count == 0)


def _doubled_in_hubspot(opened: Desk) -> int:
    assert opened.hubspot is not None
    names = ("salesforcecontactid", "salesforceleadid")
    found = Counter(
        each["properties"][name] for each in opened.hubspot.all(*names) for name in names if each["properties"][name]
    )
    return sum(count - 1 for count in found.values())


def _doubled_in_salesforce(opened: Desk) -> int:
    assert opened.salesforce is not None
    field = "CRMSync_HubSpot_Id__c"
    found = Counter(
        record[field]
        for sobject in ("Contact", "Lead")
        for record in opened.salesforce.query(f"SELECT {field} FROM {sobject} WHERE {field} != null")
    )
    return sum(count - 1 for count in found.values())


def _left_out(opened: Desk) -> int:
    """Records of either side that are neither linked nor named by an error or notice."""
    assert opened.salesforce is not None
    assert opened.hubspot is not None
    linked = sum(opened.run("status", "--practice", "--json").json["links"].values())
    groups = opened.run("errors", "--practice", "--json").json
    excused = sum(group["count"] for group in groups)
    salesforce = sum(len(opened.salesforce.query(f"SELECT Id FROM {each}")) for each in ("Contact", "Lead"))
    hubspot = len(opened.hubspot.all("email"))
    return max(salesforce + hubspot - 2 * linked - excused, 0)
