"""Practice orgs for a module, and the command line in front of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crmsync_desktop.cli import run
from tests.practice.servers import Orgs, practice_orgs

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Orgs]]:
    folder = tmp_path_factory.mktemp("home")
    with practice_orgs(folder / "practice", contacts=40) as orgs:
        yield folder, orgs


@pytest.fixture
def command(home: tuple[Path, Orgs], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Run `practice …` and give its exit status and what it said on both streams."""
    monkeypatch.setenv("CRMSYNC_DATA_DIR", str(home[0]))
    monkeypatch.setenv("COLUMNS", "160")

    def ran(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["crmsync-desktop", "practice", *arguments])
        status = run()
        out, err = capfd.readouterr()
        return status, out, err

    return ran
