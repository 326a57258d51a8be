"""The same storms over tasks, calls and notes beside the families that they belong to. `SIMULATION_ACTIVITY_SEEDS=n` lives
through n of these worlds."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation import lives
from tests.simulation.activity_verdict import ActivityVerdict
from tests.simulation.activity_world import ActivityWorld
from tests.simulation.lives import batches

SEEDS = int(os.environ.get("SIMULATION_ACTIVITY_SEEDS", 30))
BATCHES = batches("activity_seeds.txt", SEEDS, 6)
EXPECTED = """
crash
create reply lost
update reply lost
late commit
the index lags
people plan task
people log call
people write note
people edit activity
people edit task in both
people complete task
people associate activity
people name another
people drop activity
people bring task back
people merge hubspot
people merge salesforce
people convert lead
a task went with its contact
activities switched on later
past activities asked for
made Task
made Task.Call
made Task.Note
made tasks
made calls
at the end: tasks: placed
at the end: tasks: places wait
at the end: tasks: settled
at the end: tasks: no WhatId beside a lead
at the end: tasks: older than the switch
at the end: tasks: alone for NOT_PLACED
at the end: tasks: alone for PLACE_NOT_LINKED
at the end: calls: placed
at the end: calls: settled
at the end: calls: edited in Salesforce, which isn't read
at the end: notes: placed
at the end: notes: settled
at the end: notes: alone for PLACE_NOT_LINKED
an association was taken away
preview compared with run
""".strip().splitlines()


def lived(seed: int, folder: Path, seen: Counter[str] | None = None) -> tuple[list[str], str]:
    return lives.lived(ActivityWorld, ActivityVerdict, seed, folder, seen)


@pytest.mark.parametrize("seeds", BATCHES, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_activities_come_to_rest_where_they_belong_and_none_is_doubled_or_comes_back(
    seeds: list[int], folder: Path, seen: Counter[str]
) -> None:
    findings = [finding for seed in seeds for finding in lived(seed, folder, seen)[0]]
    assert not findings, "\n".join(findings[:20])


def test_every_kind_of_event_and_end_was_met(seen: Counter[str]) -> None:
    assert seen, "no world was lived through in this run"
    assert [kind for kind in EXPECTED if not seen[kind]] == []


def test_the_same_seed_gives_the_same_calls_and_the_same_end(folder: Path) -> None:
    """E1."""
    assert lived(3, folder)[1] == lived(3, folder)[1]
