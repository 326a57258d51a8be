"""Where tokens live: the operating system's keyring and nowhere else (K2)."""

from __future__ import annotations

from typing import Protocol


class Secrets(Protocol):
    """All three run off the event loop's thread and within a time limit. Raise SetupError with what to do where there is
    no usable keyring, it is locked, or the backend is one that we refuse."""

    async def get(self, connection: str, name: str) -> str | None: ...

    async def put(self, connection: str, name: str, secret: str) -> None: ...

    async def forget(self, connection: str, name: str) -> None: ...
