"""What docs/practice.md shows can be done as it is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.practice.servers import practice_orgs
from tests.practice.unverified import PAGE


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    """The file of dials in the guide."""
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "bad-day.toml"
    path.write_text(block, "utf-8")
    return path


def test_the_dials_of_the_guide_can_be_set(shown: Path, tmp_path: Path) -> None:
    with practice_orgs(tmp_path / "practice", contacts=5, faults=shown) as orgs:
        faults = orgs.admin.get("/faults")
        assert [(each["system"], each["path"]) for each in faults] == [
            ("salesforce", "composite/sobjects"),
            ("hubspot", "/search"),
        ]
        assert orgs.admin.get("/salesforce/setup")["state_country"] == "customised"
        assert orgs.admin.get("/hubspot/setup")["tier"] == "starter"
        assert 1_769_903_940 <= orgs.admin.get("/clock")["now"] < 1_769_904_000


def test_the_documents_named_by_the_guide_are_there() -> None:
    root = PAGE.parents[1]
    named = re.findall(r"`((?:tests|crmsync_desktop)/[\w./]+)`", PAGE.read_text("utf-8"))
    assert len(named) >= 4
    assert [each for each in named if not (root / each).exists()] == []
