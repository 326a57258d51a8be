"""The JavaScript clients, installed from their lock file into the source tree; npm checks every package's hash."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from filelock import FileLock

FOLDER = Path(__file__).parent / "node"
OLDEST_NODE = 18


class Unavailable(Exception):
    """Why the JavaScript clients can't be run here."""


def installed() -> str:
    """The Node program, with node_modules beside the scripts. Raises Unavailable for a machine without Node or npm, and
    RuntimeError with npm's own words where the packages can't be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Unavailable(f"Node {OLDEST_NODE} or newer and npm are needed, and aren't installed")
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    if int(told.lstrip("v").partition(".")[0]) < OLDEST_NODE:
        raise Unavailable(f"Node {OLDEST_NODE} or newer is needed, this is {told}")
    wanted = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    stamp = FOLDER / "node_modules" / ".installed"
    with FileLock(FOLDER / ".node_modules.lock"):
        if not stamp.exists() or stamp.read_text() != wanted:
            command = [npm, "ci", "--omit=optional", "--no-progress"]
            done = subprocess.run(
                command, cwd=FOLDER, capture_output=True, text=True, timeout=300, env={**os.environ, "CI": "true"}
            )
            if done.returncode:
                raise RuntimeError(f"npm could not install the packages: {done.stderr.strip() or done.stdout.strip()}")
            stamp.write_text(wanted)
    return node
