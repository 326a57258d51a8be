"""The client app as an admin has registered it in the org: who it is, where it may send people back to, what it may ask."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

REDIRECTS = tuple(f"http://localhost:{port}/OauthRedirect" for port in (1717, 1718, 1719))
"""The callback addresses that the app is registered with when nobody says: 1717 is the Salesforce command line's."""
SCOPES = ("refresh_token", "openid", "api")


@dataclass(frozen=True, slots=True)
class ConnectedApp:
    """`secret` None makes it a public client, which must not send one. `rotate`: a refresh gives a new refresh token
    and ends the old one, as external client apps do that are used in several orgs."""

    client_id: str
    secret: str | None
    redirects: tuple[str, ...]
    rotate: bool
    scopes: tuple[str, ...] = SCOPES

    def secret_fits(self, given: str | None) -> bool:
        if self.secret is None:
            return given is None
        return given is not None and hmac.compare_digest(given.encode(), self.secret.encode())

    def scope(self, asked: str) -> str | None:
        """The scopes that a person agrees to: those asked for, all of the app's if none are; None for a foreign one."""
        wanted = asked.split() or list(self.scopes)
        known = {*self.scopes, "id"} | ({"offline_access"} if "refresh_token" in self.scopes else set())
        return " ".join(wanted) if known.issuperset(wanted) else None

    @staticmethod
    def refreshes(scope: str) -> bool:
        return bool({"refresh_token", "offline_access"} & set(scope.split()))
