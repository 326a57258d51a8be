"""What holds for every test: no window on a screen, no unexpected warning in the log, nothing left running.

Fixtures belong into the conftest.py of the folder that uses them.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.judges import plugin as judges

# Before anything imports Qt. A developer who wants to see the windows sets it to the platform's own plugin.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

hypothesis.settings.register_profile("default", deadline=None)
# The same examples on every run, so that a change is never refused for what another one did.
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")

GRACE_SECONDS = 2.0
"""How long a thread or process may still need to end after the test that started it."""


class Unexpected(logging.Handler):
    """Collects records of WARNING and worse that the running test doesn't expect.

    A test expects them with `with caplog.at_level(logging.WARNING)`: records up to that level pass while the block lasts,
    worse ones still don't.
    """

    def __init__(self, item: pytest.Item) -> None:
        super().__init__(logging.WARNING)
        self.item = item
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        caplog = getattr(self.item, "funcargs", {}).get("caplog")
        if caplog is None or record.levelno > caplog.handler.level:
            self.found.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    return (yield from watch_log(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    item.stash[STARTED_BEFORE] = Running.now()
    return (yield from watch_log(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    result = yield from watch_log(item)
    before = item.stash.get(STARTED_BEFORE, None)
    if before is not None:  # otherwise the test was skipped, or its setup failed
        left = before.strays()
        if left:
            end_processes(left.processes)
            pytest.fail(f"left running by the test: {left}", pytrace=False)
    return result


def watch_log(item: pytest.Item) -> Generator[None, None, None]:
    handler = Unexpected(item)
    logging.getLogger().addHandler(handler)
    try:
        result = yield
    finally:
        logging.getLogger().removeHandler(handler)
    if handler.found:
        pytest.fail("unexpected in the log:\n" + "\n".join(handler.found), pytrace=False)
    return result


class Running:
    """The non-daemon threads and the child processes of this process at one moment."""

    def __init__(self, threads: set[threading.Thread], processes: dict[int, str]) -> None:
        self.threads = threads
        self.processes = processes

    @classmethod
    def now(cls) -> Running:
        # anyio's worker threads belong to an event loop that a fixture may keep, and end with it.
        threads = {t for t in threading.enumerate() if not t.daemon and t.name != "AnyIO worker thread"}
        return cls(threads - {threading.main_thread()}, child_processes())

    def __bool__(self) -> bool:
        return bool(self.threads or self.processes)

    def __str__(self) -> str:
        parts = [f"thread {t.name!r}" for t in self.threads]
        return ", ".join(sorted(parts) + [f"process {pid} ({name})" for pid, name in sorted(self.processes.items())])

    def strays(self) -> Running:
        """What runs now and didn't then, once it has had GRACE_SECONDS to end."""
        deadline = time.monotonic() + GRACE_SECONDS
        while True:
            now = Running.now()
            left = Running(
                now.threads - self.threads, {p: n for p, n in now.processes.items() if p not in self.processes}
            )
            if not left or time.monotonic() > deadline:
                return left
            time.sleep(0.02)


STARTED_BEFORE = pytest.StashKey[Running]()


def child_processes() -> dict[int, str]:
    """Running children by process id: on Linux all of them, elsewhere those of multiprocessing.

    Multiprocessing's own resource tracker, which it keeps for as long as the interpreter lives, isn't among them.
    """
    if not sys.platform.startswith("linux"):
        return {p.pid: p.name for p in multiprocessing.active_children() if p.pid is not None}
    found = {}
    for entry in Path("/proc/self/task").iterdir():
        try:
            children = (entry / "children").read_text().split()
        except (FileNotFoundError, ProcessLookupError):  # this thread has ended since
            continue
        for pid in children:
            try:
                state = Path("/proc", pid, "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
                command = Path("/proc", pid, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError):  # ended since
                continue
            if state != "Z" and "multiprocessing.resource_tracker" not in command:  # Z: ended, not yet waited for
                found[int(pid)] = command.strip()[:120]
    return found


def end_processes(processes: dict[int, str]) -> None:
    for pid in processes:
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            continue


STARTED_BEFORE_ALL = pytest.StashKey[Running]()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(judges)


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.stash[STARTED_BEFORE_ALL] = Running.now()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """What a fixture started has to have ended with it; a thread left over would keep the interpreter from ending."""
    before = config.stash.get(STARTED_BEFORE_ALL, None)
    left = before.strays() if before is not None else None
    if left:
        end_processes(left.processes)
        print(f"\nleft running by a fixture: {left}", file=sys.stderr, flush=True)
        sys.stdout.flush()
        os._exit(1)
