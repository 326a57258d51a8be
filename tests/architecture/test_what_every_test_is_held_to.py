"""tests/conftest.py fails a test for an unexpected warning in the log, and for what it leaves running."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def outcome(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    """Runs pytest in another process on a module with `source`, under our conftest.py."""
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "conftest.py")
    (folder / "test_it.py").write_text("import logging, subprocess, sys, threading, time\nimport pytest\n" + source)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:pytest-qt", "-ra"]
    env = {**os.environ, "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=100)


SLEEP = "[sys.executable, '-c', 'import time; time.sleep(30)']"

ACCEPTED = {
    "a record below WARNING": "def test_it(): logging.getLogger('a').info('x')",
    "a warning that is expected": """
def test_it(caplog):
    with caplog.at_level(logging.WARNING):
        logging.getLogger('a').warning('x')
""",
    "a thread that ends soon": "def test_it(): threading.Thread(target=time.sleep, args=(0.1,)).start()",
    "a daemon thread": "def test_it(): threading.Thread(target=time.sleep, args=(30,), daemon=True).start()",
    "a process that has ended": "def test_it(): subprocess.run([sys.executable, '-c', ''])",
    "a process that a wider fixture ends": f"""
@pytest.fixture(scope='module')
def server():
    process = subprocess.Popen({SLEEP})
    yield
    process.kill()
    process.wait()
def test_it(server): pass
def test_again(server): pass
""",
}

REFUSED = {
    "a warning": ("def test_it(): logging.getLogger('a').warning('so %s', 1)", "WARNING a: so 1"),
    "an error where a warning is expected": (
        "def test_it(caplog):\n    with caplog.at_level(logging.WARNING):\n        logging.getLogger('a').error('x')",
        "ERROR a: x",
    ),
    "a warning after the expected one": (
        "def test_it(caplog):\n    with caplog.at_level(logging.WARNING): pass\n    logging.getLogger('a').warning('x')",
        "WARNING a: x",
    ),
    "a warning in a fixture": (
        "@pytest.fixture\ndef f(): logging.getLogger('a').warning('x')\ndef test_it(f): pass",
        "WARNING a: x",
    ),
    "a thread": (
        "def test_it(): threading.Thread(target=time.sleep, args=(4,), name='t1').start()",
        "left running by the test: thread 't1'",
    ),
    "a process": (f"def test_it(): globals().update(p=subprocess.Popen({SLEEP}))", "left running by the test: process"),
    "a fixture's process": (
        f"@pytest.fixture(scope='module')\ndef f(): return subprocess.Popen({SLEEP})\ndef test_it(f): pass",
        "left running by a fixture: process",
    ),
}


@pytest.mark.parametrize("source", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(tmp_path: Path, source: str) -> None:
    done = outcome(tmp_path, source)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("source", "words"), REFUSED.values(), ids=REFUSED)
def test_refused(tmp_path: Path, source: str, words: str) -> None:
    done = outcome(tmp_path, source)
    assert done.returncode == 1
    assert words in done.stdout + done.stderr
