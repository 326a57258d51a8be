"""The same storms with a workflow action: each occasion is done once, and what it made never comes to HubSpot as a to-do.
`SIMULATION_RULE_SEEDS=n` lives through n of these worlds."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation import lives
from tests.simulation.lives import batches
from tests.simulation.rule_world import RuleVerdict, RuleWorld

SEEDS = int(os.environ.get("SIMULATION_RULE_SEEDS", 12))
BATCHES = batches("rule_seeds.txt", SEEDS, 4)
EXPECTED = ("people promote", "a rule fired", "an occasion waits", "crash", "create reply lost", "made tasks")


@pytest.mark.parametrize("seeds", BATCHES, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_each_occasion_of_a_rule_is_done_once_or_waits_and_says_so(
    seeds: list[int], folder: Path, seen: Counter[str]
) -> None:
    findings = [finding for seed in seeds for finding in lives.lived(RuleWorld, RuleVerdict, seed, folder, seen)[0]]
    assert not findings, "\n".join(findings[:20])


def test_every_kind_of_event_was_met(seen: Counter[str]) -> None:
    assert seen, "no world was lived through in this run"
    assert [kind for kind in EXPECTED if not seen[kind]] == []
