"""The practice orgs as a process of our own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crmsync_desktop.domain.errors import SetupError

STOP_SECONDS = 60.0


@contextmanager
def served(folder: Path) -> Iterator[dict[str, Any]]:
    """Serve the practice orgs of a folder while the block runs; gives what they announce. Raises SetupError with their
    own words where they don't start."""
    command = [sys.executable, "-m", "crmsync_desktop.practice.serve", "--state-dir", str(folder), "--stop-with-stdin"]
    pipe = subprocess.PIPE
    # In a session of its own: Ctrl+C in a terminal would end it while a pass still settles. It ends with its input.
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)  # noqa: S603
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise SetupError("The practice orgs did not start.", process.stderr.read().decode(errors="replace").strip())
        yield json.loads(line)
    finally:
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()
