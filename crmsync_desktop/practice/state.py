"""The folder that a pair of practice orgs lives in: its lock, its tokens, its clock, and who is serving it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout

TOKENS = ("salesforce_token", "salesforce_client_id", "hubspot_token", "hubspot_client_id", "hubspot_client_secret",
          "admin_token")  # fmt: skip


class AlreadyServing(OSError):
    """Another process serves the practice orgs of this folder."""


class StateFolder:
    """Files: salesforce.db, hubspot.db, seeded.json (what was put in), tokens.json, clock.json, ports.json, serving.json."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = FileLock(folder / "serving.lock")

    @property
    def salesforce(self) -> Path:
        return self.folder / "salesforce.db"

    @property
    def hubspot(self) -> Path:
        return self.folder / "hubspot.db"

    def take(self) -> None:
        """Make the folder and lock it for this process. Raises AlreadyServing, or OSError if it can't be written."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._lock.acquire(timeout=1)  # `serving` holds it for a moment
        except Timeout:
            holder = (self._read("serving.json") or {}).get("pid", "unknown")
            message = f"The practice orgs in {self.folder} are already being served (process {holder})."
            raise AlreadyServing(message) from None

    def release(self) -> None:
        (self.folder / "serving.json").unlink(missing_ok=True)
        self._lock.release()

    def seeded(self) -> dict[str, Any] | None:
        """What was put in on the first start; None before that, or if the first start didn't come to its end."""
        return self._read("seeded.json")

    def set_seeded(self, what: dict[str, Any]) -> None:
        self._write("seeded.json", what)

    def empty_databases(self) -> None:
        """Two empty files, for the owner's eyes only; what an interrupted first start has left is removed."""
        for path in self.folder.glob("*.db*"):
            path.unlink()
        for path in (self.salesforce, self.hubspot):
            path.touch(mode=0o600)

    def tokens(self) -> dict[str, str]:
        """Random ones, made once, so that whoever is connected stays connected across restarts."""
        kept = self._read("tokens.json") or {}
        if missing := [name for name in TOKENS if name not in kept]:
            kept |= {name: secrets.token_urlsafe(24) for name in missing}
            self._write("tokens.json", kept)
        return kept

    def clock(self) -> dict[str, Any]:
        """As the clock's `to_json` told it last, empty before that."""
        return self._read("clock.json") or {}

    def set_clock(self, told: dict[str, float]) -> None:
        self._write("clock.json", told)

    def ports(self) -> dict[str, int]:
        """Where the orgs listened last, by the announcement's names; empty before the first time."""
        return {name: port for name, port in (self._read("ports.json") or {}).items() if isinstance(port, int)}

    def set_ports(self, ports: dict[str, int]) -> None:
        self._write("ports.json", ports)

    def set_serving(self, announcement: dict[str, Any]) -> None:
        self._write("serving.json", {**announcement, "pid": os.getpid()})

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            found = orjson.loads((self.folder / name).read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return None
        return found if isinstance(found, dict) else None

    def _write(self, name: str, content: dict[str, Any]) -> None:
        """Readable by the owner only, and never half written."""
        waiting = self.folder / f"{name}.new"
        waiting.unlink(missing_ok=True)
        with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
        waiting.replace(self.folder / name)


def serving(folder: Path) -> dict[str, Any] | None:
    """The announcement of the server that serves this folder (with its pid), None if there is none."""
    found = StateFolder(folder)._read("serving.json")
    if found is None:
        return None
    lock = FileLock(folder / "serving.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return found
    lock.release()
    return None
