"""A portal's settings: read from JSON, refused when wrong, kept across restarts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.hubspot import HubSpotPortal
from crmsync_desktop.practice.hubspot.setup import Automation, ConditionalRule, PortalSetup

FULL = PortalSetup(
    tier="enterprise",
    limit_increases=2,
    required_properties={"contacts": ("email",)},
    conditional_required={"deals": (ConditionalRule("dealstage", ("closedwon",), ("amount",)),)},
    search_lag_seconds=3.0,
    search_lag_by_type={"deals": 9.0},
    search_lag_jitter=0.5,
    stale_rows=0.25,
    index_stopped=True,
    ordered_batches=True,
    bare_errors=True,
    consent="allow",
    app_installed=False,
    user_level_oauth=True,
    edit_associations=False,
    locked_until=2.0,
    migrating_until=3.0,
    automations=(Automation("contacts", {"lifecyclestage": "lead"}, on="create", changed="email", after_seconds=1.0),),
)


def test_a_setup_survives_json() -> None:
    assert PortalSetup.from_json(orjson.loads(orjson.dumps(FULL.to_json()))) == FULL


@pytest.mark.parametrize(
    "given",
    [
        {"teir": "free"},
        {"tier": "gold"},
        {"tier": 1},
        {"consent": "maybe"},
        {"locked_until": -1},
        {"limit_increases": 3},
        {"limit_increases": True},
        {"search_lag_seconds": -1},
        {"search_lag_seconds": "3"},
        {"search_lag_jitter": -0.1},
        {"index_stopped": 1},
        {"stale_rows": 2},
        {"search_lag_by_type": [1]},
        {"required_properties": 5},
        {"conditional_required": {"deals": [{"property": "dealstage"}]}},
        {"automations": [{"nonsense": 1}]},
        {"ordered_batches": "yes"},
    ],
)
def test_a_setting_that_makes_no_sense_is_a_value_error(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(given))):
        PortalSetup.from_json(given)


def test_a_portal_keeps_its_setup_across_restarts(tmp_path: Path) -> None:
    portal = HubSpotPortal(tmp_path / "hubspot.db", PracticeClock(), setup=FULL)
    portal.change_setup(stale_rows=0.5)
    portal.close()
    again = HubSpotPortal(tmp_path / "hubspot.db", PracticeClock())
    assert again.setup.stale_rows == 0.5
    assert again.setup.tier == "enterprise"
    assert again.search_lag_seconds == 3.0
    again.close()
