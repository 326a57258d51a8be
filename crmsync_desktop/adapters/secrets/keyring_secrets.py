"""ports.secrets.Secrets on the operating system's keyring (K2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from keyring.backend import KeyringBackend

from crmsync_desktop.adapters.secrets.backends import (
    KeyringState,
    choose,
    look,
    no_answer,
    refuse_unsafe,
    translated,
)
from crmsync_desktop.adapters.secrets.pieces import PiecedSecret
from crmsync_desktop.adapters.secrets.worker import Worker
from crmsync_desktop.domain.errors import SetupError

T = TypeVar("T")
SECONDS: Final = 10.0


class KeyringSecrets:
    """Everything runs in one thread of its own, each call within `seconds`. All methods raise SetupError with what to do
    where there is no usable keyring, it is locked, it doesn't answer, or it is one that we refuse.

    `backend`: instead of the system's own; refused with SetupError at the first use unless it is one of the systems' own.
    """

    def __init__(
        self, service: str = "crmsync-desktop", backend: KeyringBackend | None = None, seconds: float = SECONDS
    ) -> None:
        self._service = service
        self._given = backend
        self._chosen: KeyringBackend | None = None
        self._seconds = seconds
        self._worker = Worker("keyring")

    async def get(self, connection: str, name: str) -> str | None:
        return await self._run(lambda: self._secret(connection, name).get())

    async def put(self, connection: str, name: str, secret: str) -> None:
        """A put that runs out of time may still take effect, once the keyring answers."""
        await self._run(lambda: self._secret(connection, name).put(secret))

    async def forget(self, connection: str, name: str) -> None:
        """Does nothing where there is none."""
        await self._run(lambda: self._secret(connection, name).forget())

    async def state(self) -> KeyringState:
        """Without asking a person for anything. ABSENT too where the keyring is refused."""

        def ask() -> KeyringState:
            try:
                backend = self._backend()
            except SetupError:
                return KeyringState.ABSENT
            return look(backend)

        return await self._run(ask)

    def _backend(self) -> KeyringBackend:
        # Kept once found; looked for again until then, so that a keyring that is installed or started meanwhile counts.
        if self._chosen is None:
            if self._given is not None:
                refuse_unsafe(self._given)
            self._chosen = self._given or choose()
        return self._chosen

    def _secret(self, connection: str, name: str) -> PiecedSecret:
        return PiecedSecret(self._backend(), self._service, connection, name)

    async def _run(self, call: Callable[[], T]) -> T:
        try:
            return await self._worker.run(call, self._seconds)
        except TimeoutError as error:
            raise no_answer(self._seconds) from error
        except Exception as error:
            ours = translated(error)
            if ours is error:
                raise
            raise ours from error

    def close(self) -> None:
        self._worker.close()
