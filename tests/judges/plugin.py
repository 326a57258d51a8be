"""Every exchange with a practice org, in every test, is held against the published schemas; a complaint fails the test."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsync_desktop.practice.watching import WATCHER

from .deviations import DEVIATIONS
from .salesforce import FOLDER, described
from .watch import COMPLAINTS, save

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
_READ = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """The environment tells the practice orgs in processes of their own, whichever test starts them."""
    config.stash[_FOLDER] = tempfile.TemporaryDirectory(prefix="judges-", ignore_cleanup_errors=True)
    config.stash[_READ] = 0
    os.environ[COMPLAINTS] = str(Path(config.stash[_FOLDER].name, "complaints"))
    os.environ[WATCHER] = "tests.judges.watch:watched"
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    result = yield
    found = complaints(item.config)
    if found:
        pytest.fail("the published schemas don't know what was said:\n" + found, pytrace=False)
    return result


def complaints(config: pytest.Config) -> str:
    """What the judges have written since the last time."""
    try:
        with Path(os.environ[COMPLAINTS]).open() as file:
            file.seek(config.stash[_READ])
            found = file.read()
            config.stash[_READ] = file.tell()
    except FileNotFoundError:
        return ""
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How much was judged; nothing where no test asked a practice org anything."""
    save()
    counts: Counter[tuple[str, str]] = Counter()
    judged = Path(os.environ[COMPLAINTS]).with_suffix(".judged")
    for line in judged.read_text().splitlines() if judged.exists() else ():
        system, what, number = line.split()
        counts[system, what] += int(number)
    for system in sorted({system for system, _ in counts}):
        terminalreporter.write_line(
            f"{system}: {counts[system, 'judged']:,} exchanges held against the published schemas, "
            f"{counts[system, 'unpromised']:,} of which these say nothing, {len(DEVIATIONS[system])} known deviations"
        )
    if counts and not described():
        terminalreporter.write_line(f"salesforce: not judged, there is no description at {FOLDER}")


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = config.stash.get(_FOLDER, None)
    if folder is not None:
        folder.cleanup()
