"""The process is killed while Salesforce works on what a rule sent: every occasion counts once all the same."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.acceptance.conditions import Difficult

PEOPLE = 12


def killed(here: Difficult, asks: str) -> None:
    """A pass that dies while its request with this text is under way."""
    here.admin.fault("salesforce", method="POST", path="composite/sobjects", asks=asks, latency_ms=600, count=1)
    with here.desk.start("sync", "--practice", "--json") as process:
        try:
            until = time.monotonic() + 60
            while not any(fault["seen"] for fault in here.admin.get("/faults")):
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < until
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
        finally:
            process.kill()
            process.communicate()
    here.admin.clear_faults()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_a_process_that_is_killed_while_it_sends_does_nothing_twice(here: Difficult, tmp_path: Path) -> None:
    name = f"Killed fair of {tmp_path.name}"
    campaign = here.salesforce.create("Campaign", Name=name, IsActive=True)
    people = [here.hubspot.create(email=f"k{n}@example.com", lastname=f"Kill {n}") for n in range(PEOPLE)]
    here.settled()
    add = ("actions", "add", "--practice", "--object", "contacts", "--property", "message", "--is", "go")
    assert here.run(*add, "Task", "--task", "Call").status == 0
    assert here.run(*add, "Campaign", "--campaign", name).status == 0
    here.admin.advance(3)
    for person in people:
        here.hubspot.edit(person, message="go")
    killed(here, "CRMSync Desktop, rule")
    killed(here, campaign)
    here.sync()
    here.sync()
    ids = [row["Id"] for row in here.salesforce.query("SELECT Id FROM Contact")]
    tasks = here.salesforce.query("SELECT WhoId FROM Task WHERE WhoId != null AND Subject = 'Call'")
    assert sorted(task["WhoId"] for task in tasks if task["WhoId"] in ids) == sorted(ids)
    members = here.salesforce.query(f"SELECT ContactId FROM CampaignMember WHERE CampaignId = '{campaign}'")
    assert sorted(member["ContactId"] for member in members) == sorted(ids)
    states = {each["state"] for each in here.run("actions", "history", "--practice", "--json").json}
    assert states == {"done"}
