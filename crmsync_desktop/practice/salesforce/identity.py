"""Whose token it is: `services/oauth2/userinfo` and the identity address `/id/ORG/USER` of every token answer."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from .ids import normal
from .org import SalesforceOrg
from .stamps import seconds


class Identity:
    """Errors are plain texts, as in "Identity URLs" of Salesforce's help; asking costs no API call."""

    def __init__(self, org: SalesforceOrg) -> None:
        self._org = org

    async def userinfo(self, request: Request) -> Response:
        with self._org.lock:
            session = self._session(request)
            user = self._org.get(session["user_id"]) if isinstance(session, dict) else None
        if isinstance(session, Response):
            return session
        assert user is not None
        return JSONResponse(self._userinfo(user, _base(request)))

    async def identity(self, request: Request) -> Response:
        """Unverified: an admin may read the identity of other users of the org, and nobody else may."""
        with self._org.lock:
            session = self._session(request)
            if isinstance(session, Response):
                return session
            if normal(request.path_params["organization"]) != self._org.organization_id:
                return PlainTextResponse("Wrong_Org", 403)
            wanted = normal(request.path_params["user"])
            user = self._org.get(wanted) if wanted is not None and wanted.startswith("005") else None
        if user is None:
            return PlainTextResponse("Bad_Id", 404)
        if not user["IsActive"]:
            return PlainTextResponse("Inactive", 404)
        if session["user_id"] not in (user["Id"], self._org.admin_id):
            return PlainTextResponse("No_Access", 404)
        return JSONResponse(self._identity(user, _base(request)))

    def _session(self, request: Request) -> dict[str, Any] | Response:
        token = bearer(request.headers.get("authorization", ""))
        if not token:
            return PlainTextResponse("Missing_OAuth_Token", 403)
        session = self._org.tokens.session(token)
        return PlainTextResponse("Bad_OAuth_Token", 403) if session is None else session

    def _userinfo(self, user: dict[str, Any], base: str) -> dict[str, Any]:
        return {
            "sub": f"{base}/id/{self._org.organization_id}/{user['Id']}",
            "user_id": user["Id"],
            "organization_id": self._org.organization_id,
            "preferred_username": user["Username"],
            "nickname": user["CommunityNickname"],
            "name": user["Name"],
            "email": user["Email"],
            "email_verified": True,
            "given_name": user["FirstName"],
            "family_name": user["LastName"],
            "zoneinfo": user["TimeZoneSidKey"],
            "locale": user["LocaleSidKey"],
            "language": user["LanguageLocaleKey"],
            "active": user["IsActive"],
            "user_type": "STANDARD",
            "utcOffset": 0,
            "updated_at": seconds(user["LastModifiedDate"]),
            "urls": _urls(base),
        }

    def _identity(self, user: dict[str, Any], base: str) -> dict[str, Any]:
        return {
            "id": f"{base}/id/{self._org.organization_id}/{user['Id']}",
            "asserted_user": True,
            "user_id": user["Id"],
            "organization_id": self._org.organization_id,
            "username": user["Username"],
            "nick_name": user["CommunityNickname"],
            "display_name": user["Name"],
            "email": user["Email"],
            "email_verified": True,
            "first_name": user["FirstName"],
            "last_name": user["LastName"],
            "timezone": user["TimeZoneSidKey"],
            "active": user["IsActive"],
            "user_type": "STANDARD",
            "language": user["LanguageLocaleKey"],
            "locale": user["LocaleSidKey"],
            "utcOffset": 0,
            "last_modified_date": user["LastModifiedDate"],
            "urls": _urls(base),
        }


def bearer(header: str) -> str:
    """The token of an Authorization header (Salesforce takes Bearer and OAuth), or an empty text."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "oauth") else ""


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def _urls(base: str) -> dict[str, str]:
    return {
        "rest": f"{base}/services/data/v{{version}}/",
        "sobjects": f"{base}/services/data/v{{version}}/sobjects/",
        "query": f"{base}/services/data/v{{version}}/query/",
        "custom_domain": base,
    }
