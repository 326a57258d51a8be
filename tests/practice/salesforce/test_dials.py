"""The dials of a running org, through the admin API and through a file of dials."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from crmsync_desktop.practice.dial_file import read_dials
from crmsync_desktop.practice.salesforce import SalesforceOrg
from crmsync_desktop.practice.salesforce.dials import DIALS, shown, turn
from tests.practice.servers import practice_orgs

TURNED = {
    "bulk_polls": 3,
    "bulk_seconds": 1.5,
    "bulk_batch_rows": 10,
    "bulk_page_rows": 20,
    "bulk_daily_batches": 30,
    "bulk_daily_query_jobs": 40,
    "bulk_hard_delete": True,
    "long_running_limit": 5,
    "most_replicated": 50,
    "session_seconds": 60.0,
    "api_enabled": False,
    "app_installed": False,
    "commit_lag_seconds": 2.5,
    "commits_held": True,
    "users_without_api": ["005Pr0000000002IAA"],
}


def test_every_dial_can_be_turned_and_seen(org: SalesforceOrg) -> None:
    assert TURNED.keys() == DIALS.keys()
    before = shown(org)
    assert all(before[name] != value for name, value in TURNED.items())
    turn(org, TURNED)
    assert shown(org) == TURNED
    turn(org, {"bulk_seconds": 2})
    assert shown(org) == {**TURNED, "bulk_seconds": 2.0}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"nope": 1}, "nope is no dial"),
        ({"bulk_polls": 1.5}, "bulk_polls must be a whole number, 0 or more."),
        ({"bulk_batch_rows": 0}, "bulk_batch_rows must be a whole number, 1 or more."),
        ({"session_seconds": True}, "session_seconds must be a number, 0 or more."),
        ({"api_enabled": 1}, "api_enabled must be true or false."),
        ({"users_without_api": "x"}, "users_without_api must be a list of texts."),
    ],
)
def test_a_wrong_value_changes_nothing(org: SalesforceOrg, given: dict[str, object], says: str) -> None:
    before = shown(org)
    with pytest.raises(ValueError, match=says):
        turn(org, {"bulk_polls": 9, **given})
    assert shown(org) == before


def test_a_file_of_dials_may_have_a_section_for_them() -> None:
    assert read_dials("[salesforce.dials]\nbulk_polls = 1\n", "dials.toml").salesforce_dials == {"bulk_polls": 1}
    with pytest.raises(ValueError, match=r"dials.toml, line 1: \[salesforce.nope\]"):
        read_dials("[salesforce.nope]\nx = 1\n", "dials.toml")


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    with practice_orgs(tmp_path, contacts=1) as orgs:
        told = orgs.announced["admin"]
        yield told["url"], {"Authorization": f"Bearer {told['token']}"}


def test_the_admin_api_turns_them(admin: tuple[str, dict[str, str]]) -> None:
    url, headers = admin
    turned = requests.post(f"{url}/salesforce/dials", json={"bulk_polls": 7}, headers=headers, timeout=20)
    assert turned.json()["bulk_polls"] == 7
    assert requests.get(f"{url}/salesforce/dials", headers=headers, timeout=20).json() == turned.json()
    refused = requests.post(f"{url}/salesforce/dials", json={"bulk_polls": "x"}, headers=headers, timeout=20)
    assert (refused.status_code, refused.json()["error"]) == (400, "bulk_polls must be a whole number, 0 or more.")
