"""The tokens that open the portal: service keys, and the codes, access and refresh tokens of an OAuth app.

Sources: HubSpot's OAuth guide (access tokens live for 30 minutes), 401 bodies as quoted by client libraries.
Unverified: an authorization code can be exchanged once, within ten minutes.
Unverified: revoking a refresh token leaves the access tokens that it has given alone until they expire.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from crmsync_desktop.practice.hubspot.database import Database
from crmsync_desktop.practice.hubspot.refusals import expired_token, unauthenticated
from crmsync_desktop.practice.hubspot.values import iso

ACCESS_SECONDS = 1_800
CODE_SECONDS = 600
FOREVER = 2**62
Kind = Literal["code", "access", "refresh"]
TABLE = """CREATE TABLE IF NOT EXISTS oauth_token (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, expires_ms INTEGER NOT NULL, granted TEXT NOT NULL) WITHOUT ROWID"""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: the app whose burst limit a request uses, and what it may do.

    `scopes`: None for all there are. `marketplace`: the limits of an OAuth app of the marketplace apply.
    `edits_associations`: False for the token of a user without the right to.
    """

    app: str
    scopes: frozenset[str] | None = None
    marketplace: bool = False
    edits_associations: bool = True


@dataclass(frozen=True, slots=True)
class OAuthToken:
    """A token that OAuth has handed out: what was granted with it (JSON), and when it ends."""

    token: str
    kind: Kind
    expires_ms: int
    granted: dict[str, Any]


class Tokens:
    """Service keys are held in memory, as the app is given them; OAuth's outlive the process, in the portal's database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys: dict[bytes, Identity] = {}
        database.connection.execute(TABLE)

    def add_service_key(self, token: str, *, app: str = "service-key", scopes: Collection[str] | None = None) -> None:
        """Let in whoever sends `token`. Keys of one `app` share its burst limit; `scopes`: None for all."""
        self._keys[f"Bearer {token}".encode()] = Identity(app, None if scopes is None else frozenset(scopes))

    def identify(self, authorization: bytes, now_ms: int, *, installed: bool, edits_associations: bool) -> Identity:
        """Whose request it is, by its Authorization header. Raises a 401 Refusal."""
        if (known := self._keys.get(authorization)) is not None:
            return known
        found = self.find(authorization.removeprefix(b"Bearer ").decode("latin-1"), "access")
        if found is None or not installed or not authorization.startswith(b"Bearer "):
            raise unauthenticated()
        if found.expires_ms <= now_ms:
            raise expired_token(iso(found.expires_ms), (now_ms - found.expires_ms) // 1000)
        granted = found.granted
        return Identity(
            f"oauth-{granted['client_id']}",
            frozenset(granted["scopes"]),
            marketplace=bool(granted["marketplace"]),
            edits_associations=edits_associations or not granted["user_level"],
        )

    def issue(self, kind: Kind, granted: dict[str, Any], expires_ms: int = FOREVER) -> str:
        """A new token. `granted`: client_id, scopes, marketplace, user_level and user_id; a code's also redirect_uri."""
        token = secrets.token_urlsafe(24)
        with self._database.transaction() as connection:
            row = (token, kind, expires_ms, orjson.dumps(granted).decode())
            connection.execute("INSERT INTO oauth_token (token, kind, expires_ms, granted) VALUES (?, ?, ?, ?)", row)
        return token

    def find(self, token: str, *kinds: Kind) -> OAuthToken | None:
        """The token, expired or not, if it is one of `kinds`."""
        query = "SELECT token, kind, expires_ms, granted FROM oauth_token WHERE token = ?"
        row = self._database.connection.execute(query, (token,)).fetchone()
        if row is None or row[1] not in kinds:
            return None
        return OAuthToken(row[0], row[1], row[2], orjson.loads(row[3]))

    def forget(self, token: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM oauth_token WHERE token = ?", (token,))
