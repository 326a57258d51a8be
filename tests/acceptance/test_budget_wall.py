"""S2: the allocation reached at every point of a first pass: never a call more, one line, and nothing lost or doubled when
it is raised."""

from __future__ import annotations

import shutil

import pytest

from tests.acceptance.desk import Desk
from tests.acceptance.test_faults import Command, command, orgs, people_arrive, seen_of

__all__ = ["command", "orgs"]  # fixtures


@pytest.mark.parametrize("allocation", range(1, 10))
def test_the_wall_holds_wherever_it_is_met(orgs: Desk, command: Command, allocation: int) -> None:
    shutil.rmtree(orgs.connection, ignore_errors=True)
    tag = people_arrive(orgs)
    orgs.admin.reset_calls()
    assert command("settings", "set", "--practice", "allocation", str(allocation)).status == 0
    tries = [command("sync", "--practice", "--json") for _ in range(3)]
    assert orgs.admin.calls()["salesforce"] <= allocation
    for ran in tries:
        assert ran.status in (0, 2)
        assert len(ran.err.strip().splitlines()) == (1 if ran.status else 0)
    assert tries[-1].status == 2, "nine calls are enough for less than three passes"
    used = orgs.admin.calls()
    command("sync", "--practice", "--json")
    assert orgs.admin.calls()["salesforce"] == used["salesforce"]
    assert command("settings", "set", "--practice", "allocation", "10000").status == 0
    for _ in range(2):
        after = command("sync", "--practice", "--json")
        assert (after.status, after.err) == (0, "")
    assert after.writes() == 0
    salesforce, hubspot = seen_of(orgs, tag)
    assert salesforce == hubspot
    assert len(salesforce) == 5
