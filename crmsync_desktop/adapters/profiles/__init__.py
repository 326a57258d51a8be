"""The connections as small files, one folder each, readable by their owner only. Secrets are never among them."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.ports.profiles import Profile

FILE = "connection.json"


class FolderProfiles:
    """Implements ports.profiles.Profiles in `root`: root/NAME/connection.json beside that connection's databases."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def folder(self, name: str) -> Path:
        return self._root / name

    def all(self) -> list[Profile]:
        if not self._root.is_dir():
            return []
        found = (self.get(path.name) for path in sorted(self._root.iterdir()) if path.is_dir())
        return [profile for profile in found if profile is not None]

    def get(self, name: str) -> Profile | None:
        """Raises SetupError for a file that can't be read."""
        path = self.folder(name) / FILE
        try:
            return msgspec.json.decode(path.read_bytes(), type=Profile)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise SetupError(
                f"The connection “{name}” can't be read.",
                f"{path}: {error}",
                "Move the folder away, or put the file back from a copy; then connect it again.",
            ) from error

    def save(self, profile: Profile) -> None:
        folder = self.folder(profile.name)
        waiting = folder / f"{FILE}.new"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            waiting.unlink(missing_ok=True)
            with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(profile)))
            waiting.replace(folder / FILE)
        except OSError as error:
            raise SetupError(
                f"The connection “{profile.name}” can't be saved.", str(error), "Is the disk full or read-only?"
            ) from error
