"""OAuth 2.0 of the practice org: web-server flow with PKCE, refresh tokens that rotate, client credentials, revoke,
userinfo. There is no login page: `authorize` sends a person straight back with a code, as the org's admin.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from .org import SalesforceOrg
from .stamps import seconds
from .tokens import challenge_of

_SCOPE = "refresh_token openid api"


class OAuth:
    """`client_secret` makes the client-credentials flow work; without it the app is a public client, which must not
    send a secret at all."""

    def __init__(self, org: SalesforceOrg, *, client_id: str, client_secret: str | None, rotate: bool) -> None:
        self._org = org
        self._client_id = client_id
        self._client_secret = client_secret
        self._rotate = rotate

    def grant(self) -> dict[str, Any]:
        org = self._org
        return {
            "user_id": org.admin_id,
            "organization_id": org.organization_id,
            "client_id": self._client_id,
            "scope": _SCOPE,
        }

    def new_refresh_token(self) -> str:
        """A refresh token as if the admin had just agreed to the app, for tests and for the practice server."""
        with self._org.lock:
            return self._org.tokens.new_refresh(self.grant())

    async def authorize(self, request: Request) -> Response:
        asked = request.query_params
        redirect = asked.get("redirect_uri", "")
        if asked.get("client_id") != self._client_id:
            return _error("invalid_client_id", "client identifier invalid")
        if not redirect.startswith(("http://localhost", "http://127.0.0.1", "https://")):
            return _error("redirect_uri_mismatch", "redirect_uri must match configuration")
        back = {"state": asked["state"]} if "state" in asked else {}
        if asked.get("response_type") != "code":
            back |= {"error": "unsupported_response_type", "error_description": "response type not supported"}
        elif asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            back |= {"error": "invalid_request", "error_description": "missing required code challenge"}
        else:
            grant = {**self.grant(), "redirect_uri": redirect, "challenge": asked["code_challenge"]}
            with self._org.lock:
                back["code"] = self._org.tokens.new_code(grant)
        return RedirectResponse(f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(back)}", 302)

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        form |= _basic(request)
        flows: dict[str, Callable[[dict[str, str], str], Response]] = {
            "authorization_code": self._code,
            "refresh_token": self._refresh,
            "client_credentials": self._client_credentials,
        }
        flow = flows.get(form.get("grant_type", ""))
        if flow is None:
            return _error("unsupported_grant_type", "grant type not supported")
        if form.get("client_id") != self._client_id:
            return _error("invalid_client_id", "client identifier invalid")
        with self._org.lock:
            return flow(form, f"{request.url.scheme}://{request.headers.get('host', '')}")

    def _code(self, form: dict[str, str], base: str) -> Response:
        if not self._secret_fits(form):
            return _error("invalid_client", "invalid client credentials")
        body = self._org.tokens.take_code(form.get("code", ""))
        if body is None:
            return _error("invalid_grant", "expired authorization code")
        if body["redirect_uri"] != form.get("redirect_uri"):
            return _error("redirect_uri_mismatch", "redirect_uri must match configuration")
        if not hmac.compare_digest(body["challenge"], challenge_of(form.get("code_verifier", ""))):
            return _error("invalid_grant", "invalid code verifier")
        grant = self.grant()
        refresh = self._org.tokens.new_refresh(grant)
        return self._tokens(grant, base, refresh)

    def _refresh(self, form: dict[str, str], base: str) -> Response:
        if not self._secret_fits(form):
            return _error("invalid_client", "invalid client credentials")
        given = form.get("refresh_token", "")
        body = self._org.tokens.refresh_grant(given)
        if body is None:
            return _error("invalid_grant", "expired access/refresh token")
        grant = {name: body[name] for name in (*self.grant(), "grant")}
        return self._tokens(grant, base, self._org.tokens.rotate(given, grant) if self._rotate else None)

    def _client_credentials(self, form: dict[str, str], base: str) -> Response:
        if self._client_secret is None:
            return _error("invalid_grant", "no client credentials user enabled")
        if not self._secret_fits(form):
            return _error("invalid_client", "invalid client credentials")
        return self._tokens(self.grant(), base, None)

    def _secret_fits(self, form: dict[str, str]) -> bool:
        given = form.get("client_secret")
        if self._client_secret is None:
            return given is None
        return given is not None and hmac.compare_digest(given, self._client_secret)

    def _tokens(self, grant: dict[str, Any], base: str, refresh: str | None) -> Response:
        issued = str(int(self._org.clock.now() * 1000))
        identity = f"{base}/id/{grant['organization_id']}/{grant['user_id']}"
        key = (self._client_secret or self._client_id).encode()
        signature = base64.b64encode(hmac.new(key, (identity + issued).encode(), hashlib.sha256).digest()).decode()
        body = {
            "access_token": self._org.tokens.new_access(grant),
            "signature": signature,
            "scope": grant["scope"],
            "instance_url": base,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued,
        }
        if refresh is not None:
            body["refresh_token"] = refresh
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    async def revoke(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        token = form.get("token") or request.query_params.get("token", "")
        with self._org.lock:
            known = self._org.tokens.forget(token)
        return (
            Response(status_code=200) if known else _error("unsupported_token_type", "this token type is not supported")
        )

    async def userinfo(self, request: Request) -> Response:
        with self._org.lock:
            session = self._org.tokens.session(bearer(request.headers.get("authorization", "")))
            user = self._org.get(session["user_id"]) if session else None
        if session is None or user is None:
            return PlainTextResponse("Bad_OAuth_Token", 403)
        base = f"{request.url.scheme}://{request.headers.get('host', '')}"
        body = {
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
            "urls": {
                "rest": f"{base}/services/data/v{{version}}/",
                "sobjects": f"{base}/services/data/v{{version}}/sobjects/",
                "query": f"{base}/services/data/v{{version}}/query/",
                "custom_domain": base,
            },
        }
        return JSONResponse(body)


def bearer(header: str) -> str:
    """The token of an Authorization header (Salesforce takes Bearer and OAuth), or an empty text."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "oauth") else ""


def _basic(request: Request) -> dict[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": name, "client_secret": secret}


def _error(code: str, description: str) -> Response:
    return JSONResponse({"error": code, "error_description": description}, 400, headers={"Cache-Control": "no-store"})
