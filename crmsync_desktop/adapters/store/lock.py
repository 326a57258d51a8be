"""One engine at a time works on a connection."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from crmsync_desktop.domain.errors import SetupError


class ConnectionLock:
    """A lock between processes, held by `acquire` until `release` or the end of the process, however it ends.

    Besides the lock itself (`path`) a note with the holder's process number is kept (`path` + ".pid"): a locked file
    can't be read on Windows. The note may be stale; only the lock counts.
    """

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(str(path), mode=0o600)
        self._note = path.with_name(path.name + ".pid")

    def acquire(self) -> None:
        """Raises SetupError where another holds it."""
        self._note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise SetupError(
                f"This connection is already being synchronised by another window or command{self._holder()}.",
                hint="Use that one, or close it first.",
            ) from error
        self._note.touch(mode=0o600)
        self._note.write_text(str(os.getpid()), encoding="ascii")

    def _holder(self) -> str:
        try:
            return f" (process {int(self._note.read_text(encoding='ascii'))})"
        except (OSError, ValueError):  # it has the lock, but hasn't written its note yet
            return ""

    def release(self) -> None:
        self._lock.release()

    def __enter__(self) -> ConnectionLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
