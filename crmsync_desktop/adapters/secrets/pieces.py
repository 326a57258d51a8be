"""One secret in several keyring entries, since Windows takes at most 1,280 UTF-16 units in one.

A secret has a manifest entry, which names a generation ("a" or "b"), the number of pieces and a checksum of the whole, and
the pieces of that generation. A new value is written as the other generation's pieces first, then the manifest, and only
then are the old pieces deleted: whoever is killed in between leaves the old value or the new one, never a mixture.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec
from keyring.backend import KeyringBackend

from crmsync_desktop.domain.errors import SetupError

PIECE: Final = 1_000
"""UTF-16 units in an entry (CRED_MAX_CREDENTIAL_BLOB_SIZE is 2,560 bytes)."""
_TRIES: Final = 3


class _Manifest(msgspec.Struct, frozen=True, array_like=True):
    generation: str
    pieces: int
    checksum: str


class PiecedSecret:
    """The secret `name` of `connection`. Methods block; they raise what the backend raises."""

    def __init__(self, backend: KeyringBackend, service: str, connection: str, name: str) -> None:
        self._backend = backend
        # Each entry is a service of its own: the Windows vault keeps one user to a service.
        self._service = f"{service}/{connection}/{name}"
        self._user = connection

    def get(self) -> str | None:
        """None where there is none. Raises SetupError where pieces are missing or altered."""
        for _ in range(_TRIES):  # another process may be writing a new generation
            manifest = self._manifest()
            if manifest is None:
                return None
            pieces = [self._read(manifest.generation, number) for number in range(manifest.pieces)]
            secret = "".join(piece for piece in pieces if piece is not None)
            if None not in pieces and _checksum(secret) == manifest.checksum:
                return secret
        raise SetupError(
            "A token in the keyring is damaged.", f"{self._service}: its pieces don't fit together.", "Sign in again."
        )

    def put(self, secret: str) -> None:
        manifest = self._manifest()
        generation = "a" if manifest is None or manifest.generation == "b" else "b"
        pieces = split(secret)
        for number, piece in enumerate(pieces):
            self._backend.set_password(self._entry(generation, number), self._user, piece)
        new = _Manifest(generation, len(pieces), _checksum(secret))
        self._backend.set_password(self._service, self._user, msgspec.json.encode(new).decode())
        # What a longer attempt of this generation left when it was killed, and the old generation.
        self._delete_from(generation, len(pieces))
        self._delete_from("b" if generation == "a" else "a", 0)

    def forget(self) -> None:
        if self._manifest() is not None:
            self._backend.delete_password(self._service, self._user)
        self._delete_from("a", 0)
        self._delete_from("b", 0)

    def _manifest(self) -> _Manifest | None:
        stored = self._backend.get_password(self._service, self._user)
        if stored is None:
            return None
        try:
            return msgspec.json.decode(stored, type=_Manifest)
        except msgspec.DecodeError:
            # Not ours; the next put replaces it.
            return _Manifest("b", 0, "")

    def _entry(self, generation: str, number: int) -> str:
        return f"{self._service}#{generation}{number}"

    def _read(self, generation: str, number: int) -> str | None:
        return self._backend.get_password(self._entry(generation, number), self._user)

    def _delete_from(self, generation: str, number: int) -> None:
        while self._read(generation, number) is not None:
            self._backend.delete_password(self._entry(generation, number), self._user)
            number += 1


def split(secret: str) -> list[str]:
    """Pieces of at most PIECE UTF-16 units; no character is torn apart."""
    data = secret.encode("utf-16-le")
    pieces, start = [], 0
    while start < len(data):
        end = start + 2 * PIECE
        if end < len(data) and 0xDC00 <= int.from_bytes(data[end : end + 2], "little") <= 0xDFFF:
            end -= 2  # the second half of a character
        pieces.append(data[start:end].decode("utf-16-le"))
        start = end
    return pieces


def _checksum(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
