"""Who may use the org's API at all: the org's own switch, each user's permission, and the client app's installation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .errors import ApiError


@dataclass
class Access:
    """The dials. `api_enabled`: the edition has the API. `users_without_api`: ids of users who lack the permission "API
    Enabled". `app_installed`: an admin has installed the client app (since September 2025 other users can't approve one
    that isn't)."""

    api_enabled: bool = True
    app_installed: bool = True
    users_without_api: set[str] = field(default_factory=set)

    def check(self, session: dict[str, Any]) -> None:
        """Raises ApiError 401 or 403 for a valid token that opens nothing here.

        Unverified: a user without the permission "API Enabled" gets 403 API_CURRENTLY_DISABLED.
        Unverified: a token without the scope api is refused as a session that is not valid for the REST API.
        """
        if not self.api_enabled:
            raise ApiError(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.")
        if session["user_id"] in self.users_without_api:
            raise ApiError(403, "API_CURRENTLY_DISABLED", "API is disabled for this User")
        if not {"api", "full"} & set(session["scope"].split()):
            raise ApiError(401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API")
