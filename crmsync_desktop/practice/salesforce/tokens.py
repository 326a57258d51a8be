"""Access tokens, refresh tokens and authorization codes of the practice org, kept across restarts."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from typing import Any, Literal

import orjson

from .store import Store

SESSION_SECONDS = 2 * 3600.0
"""An access token ends after two hours without use (the default session timeout of an org)."""
CODE_SECONDS = 600

Kind = Literal["access", "refresh", "code", "spent"]
Body = dict[str, Any]


class Tokens:
    """`session_seconds` is a dial: how long an access token lives without use."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now
        self.session_seconds = SESSION_SECONDS
        self._fixed: dict[str, Body] = {}
        self._last_use: dict[str, float] = {}

    def keep(self, access_token: str, body: Body) -> None:
        """An access token that never expires (the one that the practice server prints when it starts)."""
        self._fixed[access_token] = body

    def session(self, access_token: str) -> Body | None:
        """What a valid access token stands for (`user_id`, `client_id`, `scope`), or None. Using it keeps it alive."""
        if access_token in self._fixed:
            return self._fixed[access_token]
        body = self._read(access_token, "access")
        if body is None:
            return None
        used: float = self._last_use.get(access_token) or body["issued"]
        if self._now() - used > self.session_seconds:
            return None
        self._last_use[access_token] = self._now()
        return body

    def new_access(self, grant: Body) -> str:
        return self._write("access", grant, f"{grant['organization_id'][:15]}!")

    def new_refresh(self, grant: Body) -> str:
        return self._write("refresh", grant, "5Aep861")

    def new_code(self, grant: Body) -> str:
        return self._write("code", grant, "aPrx")

    def take_code(self, code: str) -> Body | None:
        """What a code stands for; it works once and for ten minutes."""
        body = self._read(code, "code")
        if body is not None:
            self._delete(code)
        return body if body is not None and self._now() - body["issued"] <= CODE_SECONDS else None

    def refresh_grant(self, refresh_token: str) -> Body | None:
        """What a refresh token stands for. One that was rotated away ends every token of its family: somebody else has
        a copy of it.

        Unverified: using a rotated refresh token again ends the newest refresh token and all access tokens of the same consent.
        """
        body = self._read(refresh_token, "refresh")
        if body is None and (spent := self._read(refresh_token, "spent")) is not None:
            self._store.db.execute("DELETE FROM _tokens WHERE json_extract(body, '$.grant') = ?", (spent["grant"],))
        return body

    def forget(self, token: str) -> bool:
        """Revoke; True if there was such a token. With a refresh token goes every access token of its grant."""
        body = self._read(token, "refresh")
        if body is not None:
            self._store.db.execute("DELETE FROM _tokens WHERE json_extract(body, '$.grant') = ?", (body["grant"],))
            return True
        known = self._fixed.pop(token, None) is not None or self._read(token, "access") is not None
        if known:
            self._delete(token)
        return known

    def rotate(self, refresh_token: str, grant: Body) -> str:
        """A new refresh token for an old one, which ends; access tokens stay."""
        self._store.db.execute("UPDATE _tokens SET kind = 'spent' WHERE token = ?", (refresh_token,))
        return self.new_refresh(grant)

    def _delete(self, token: str) -> None:
        self._store.db.execute("DELETE FROM _tokens WHERE token = ?", (token,))

    def _write(self, kind: Kind, grant: Body, prefix: str) -> str:
        token = prefix + secrets.token_urlsafe(48)
        body = {**grant, "issued": self._now()}
        body.setdefault("grant", secrets.token_hex(8))
        grant["grant"] = body["grant"]
        self._store.db.execute("INSERT INTO _tokens VALUES (?, ?, ?)", (token, kind, orjson.dumps(body).decode()))
        return token

    def _read(self, token: str, kind: Kind) -> Body | None:
        sql = "SELECT body FROM _tokens WHERE token = ? AND kind = ?"
        found = self._store.db.execute(sql, (token, kind)).fetchone()
        return None if found is None else orjson.loads(found[0])


def challenge_of(verifier: str) -> str:
    """The S256 code challenge of a PKCE verifier (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
