"""What a HubSpot account is set up to do by itself, and how much it lets us ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conditions import Difficult
from tests.acceptance.desk import desk


def workflow(here: Difficult, **how: Any) -> None:
    here.admin.post("/hubspot/setup", automations=[{"type": "contacts", **how}])


@pytest.mark.parametrize("seconds", [0.0, 10.0])
@pytest.mark.parametrize("rule", ["prefer_salesforce", "two_way", "always_salesforce"])
def test_a_workflow_that_changes_what_we_write_is_followed_or_left_alone_and_never_fought(
    here: Difficult, rule: str, seconds: float
) -> None:
    here.rule("jobtitle", rule)
    workflow(here, sets={"jobtitle": "Set by a workflow"}, after_seconds=seconds)
    here.person(Title="Boss", Phone="+47 1")
    writes = []
    for _ in range(7):
        writes.append(here.sync().writes())
        here.admin.advance(20)
    assert writes[-2:] == [0, 0]
    assert sum(writes) <= 4
    assert here.quiet() == {"salesforce": 1, "hubspot": 1}
    assert here.people("jobtitle", "phone") == [("Set by a workflow", "+47 1")]
    if rule == "two_way":
        assert here.contacts("Title") == [("Set by a workflow",)]
        assert here.errors() == []
    else:
        assert here.contacts("Title") == [("Boss",)]
        assert here.errors() == [("custom_code", "FLAPPING", 1)]


def test_a_first_sync_keeps_within_the_limits_that_a_small_account_names_and_draws_no_refusal(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=400) as opened:
        opened.admin.post("/hubspot/setup", tier="starter")
        opened.admin.post("/hubspot/limits", burst=10, interval=1.0)
        opened.admin.reset_calls()
        opened.sync()
        assert opened.sync().writes() == 0
        assert opened.admin.get("/calls/recent", system="hubspot", status=429) == []
        assert opened.admin.calls()["hubspot"] > 20
