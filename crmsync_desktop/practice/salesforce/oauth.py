"""OAuth 2.0 of the practice org: web-server flow with PKCE, refresh tokens that rotate, client credentials, revoke.

A browser gets a page on which a person allows or denies the app; whoever doesn't take HTML is sent straight back with a
code, as the org's admin. Parameters that are not known are ignored, as RFC 6749 says.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from .identity import Identity, bearer
from .oauth_app import ConnectedApp
from .oauth_pages import allow_page, error_page, wants_page
from .org import SalesforceOrg
from .tokens import challenge_of

__all__ = ["OAuth", "bearer"]
_DECIDE = "/setup/secur/RemoteAccessAuthorizationPage.apexp"
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_KEPT = ("client_id", "redirect_uri", "response_type", "code_challenge", "code_challenge_method", "scope", "state")
Endpoint = Callable[[Request], Awaitable[Response]]
Form = dict[str, str]


class OAuth:
    def __init__(self, org: SalesforceOrg, app: ConnectedApp) -> None:
        self._org = org
        self._app = app
        self._identity = Identity(org)

    def endpoints(self) -> list[tuple[str, Endpoint, list[str]]]:
        """Address, endpoint and methods; userinfo and the identity address belong to it."""
        return [
            ("/services/oauth2/authorize", self.authorize, ["GET", "POST"]),
            (_DECIDE, self.decide, ["POST"]),
            ("/services/oauth2/token", self.token, ["GET", "POST"]),
            ("/services/oauth2/revoke", self.revoke, ["GET", "POST"]),
            ("/services/oauth2/userinfo", self._identity.userinfo, ["GET", "POST"]),
            ("/id/{organization}/{user}", self._identity.identity, ["GET", "POST"]),
        ]

    def grant(self, user_id: str, scope: str | None = None) -> dict[str, Any]:
        """What a token of that user stands for."""
        return {
            "user_id": user_id,
            "organization_id": self._org.organization_id,
            "client_id": self._app.client_id,
            "scope": scope or " ".join(self._app.scopes),
        }

    def new_refresh_token(self, user_id: str | None = None) -> str:
        """A refresh token as if that user (the admin) had just agreed to the app, for tests and the practice server."""
        with self._org.lock:
            return self._org.tokens.new_refresh(self.grant(user_id or self._org.admin_id))

    def new_access_token(self, user_id: str | None = None) -> str:
        """An access token of that user (the admin), which expires like any other."""
        with self._org.lock:
            return self._org.tokens.new_access(self.grant(user_id or self._org.admin_id))

    async def authorize(self, request: Request) -> Response:
        asked = _latest(request.query_params.multi_items()) if request.method == "GET" else await _form(request)
        page = wants_page(request.headers.get("accept", ""))
        refused = self._refused(asked)
        if refused is not None:
            return error_page(*refused) if page else _error(*refused)
        back = self._back(asked)
        if back is not None:
            return _redirect(asked, back)
        if page:
            hidden = {name: asked[name] for name in _KEPT if name in asked}
            with self._org.lock:
                people = [(user["Id"], user["Name"]) for user in self._org.users() if user["IsActive"]]
            return allow_page(_DECIDE, hidden, people, self._app.scope(asked.get("scope", "")) or "")
        return self._allowed(asked, self._org.admin_id)

    async def decide(self, request: Request) -> Response:
        """What a person pressed on the page."""
        form = await _form(request)
        refused = self._refused(form)
        if refused is not None:
            return error_page(*refused)
        back = self._back(form)
        if back is not None:
            return _redirect(form, back)
        if form.get("decision") != "allow":
            denied = {"error": "access_denied", "error_description": "end-user denied authorization"}
            return _redirect(form, denied)
        with self._org.lock:
            active = {user["Id"] for user in self._org.users() if user["IsActive"]}
        if form.get("user") not in active:
            return error_page("invalid_request", "no such active user")
        return self._allowed(form, form["user"])

    async def token(self, request: Request) -> Response:
        """Unverified: a token request that isn't form-encoded is refused with 400 unsupported_grant_type.
        Unverified: a token request by GET is refused with 400 invalid_request, since it must use POST.
        """
        if request.method != "POST":
            return _error("invalid_request", "must use HTTP POST")
        form = await _form(request) | _basic(request)
        flows: dict[str, Callable[[Form, str], Response]] = {
            "authorization_code": self._code,
            "refresh_token": self._refresh,
            "client_credentials": self._client_credentials,
        }
        flow = flows.get(form.get("grant_type", ""))
        if flow is None:
            return _error("unsupported_grant_type", "grant type not supported")
        if form.get("client_id") != self._app.client_id:
            return _error("invalid_client_id", "client identifier invalid")
        if not self._app.secret_fits(form.get("client_secret")) and (
            self._app.secret is not None or flow != self._client_credentials
        ):
            return _error("invalid_client", "invalid client credentials")
        # All at once: a refresh token that is spent while its successor isn't kept would lock the app out.
        with self._org.lock, self._org.store.atomic():
            return flow(form, f"{request.url.scheme}://{request.headers.get('host', '')}")

    async def revoke(self, request: Request) -> Response:
        token = request.query_params.get("token", "")
        if request.method == "POST":
            token = (await _form(request)).get("token") or token
        with self._org.lock:
            known = self._org.tokens.forget(token)
        if known:
            return Response(status_code=200)
        return _error("unsupported_token_type", "this token type is not supported")

    def _refused(self, asked: Mapping[str, str]) -> tuple[str, str] | None:
        """Why nobody can be sent back: the app or the address is not known, or the app isn't installed.

        Unverified: an app that no admin has installed shows OAUTH_APPROVAL_ERROR_GENERIC on a page, without a way back.
        """
        if asked.get("client_id") != self._app.client_id:
            return "invalid_client_id", "client identifier invalid"
        if asked.get("redirect_uri") not in self._app.redirects:
            return "redirect_uri_mismatch", "redirect_uri must match configuration"
        if not self._org.access.app_installed:
            return (
                "OAUTH_APPROVAL_ERROR_GENERIC",
                "An unexpected error has occured during authentication. Please try again.",
            )
        return None

    def _back(self, asked: Mapping[str, str]) -> dict[str, str] | None:
        """What the app is told that asked for something it can't have.

        Unverified: a missing code challenge is sent back as invalid_request, and a scope that the app lacks as invalid_scope.
        """
        challenge = asked.get("code_challenge", "")
        if asked.get("response_type") != "code":
            return {"error": "unsupported_response_type", "error_description": "response type not supported"}
        if asked.get("code_challenge_method") != "S256" or not re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge):
            return {"error": "invalid_request", "error_description": "missing required code challenge"}
        if self._app.scope(asked.get("scope", "")) is None:
            return {"error": "invalid_scope", "error_description": "the requested scope is not allowed"}
        return None

    def _allowed(self, asked: Mapping[str, str], user_id: str) -> Response:
        scope = self._app.scope(asked.get("scope", ""))
        grant = self.grant(user_id, scope)
        grant |= {"redirect_uri": asked["redirect_uri"], "challenge": asked["code_challenge"]}
        with self._org.lock:
            code = self._org.tokens.new_code(grant)
        return _redirect(asked, {"code": code})

    def _code(self, form: Form, base: str) -> Response:
        body = self._org.tokens.take_code(form.get("code", ""))
        if body is None:
            return _error("invalid_grant", "expired authorization code")
        if body["redirect_uri"] != form.get("redirect_uri"):
            return _error("redirect_uri_mismatch", "redirect_uri must match configuration")
        verifier = form.get("code_verifier", "")
        if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(body["challenge"], challenge_of(verifier)):
            return _error("invalid_grant", "invalid code verifier")
        grant = self.grant(body["user_id"], body["scope"])
        refreshes = self._app.refreshes(grant["scope"])
        return self._tokens(grant, base, self._org.tokens.new_refresh(grant) if refreshes else None)

    def _refresh(self, form: Form, base: str) -> Response:
        given = form.get("refresh_token", "")
        body = self._org.tokens.refresh_grant(given)
        if body is None:
            return _error("invalid_grant", "expired access/refresh token")
        user = self._org.get(body["user_id"])
        if user is None or not user["IsActive"]:
            return _error("invalid_grant", "inactive user")
        grant = self.grant(body["user_id"], body["scope"]) | {"grant": body["grant"]}
        return self._tokens(grant, base, self._org.tokens.rotate(given, grant) if self._app.rotate else None)

    def _client_credentials(self, form: Form, base: str) -> Response:
        if self._app.secret is None:
            return _error("invalid_grant", "no client credentials user enabled")
        return self._tokens(self.grant(self._org.admin_id), base, None)

    def _tokens(self, grant: dict[str, Any], base: str, refresh: str | None) -> Response:
        issued = str(int(self._org.clock.now() * 1000))
        identity = f"{base}/id/{grant['organization_id']}/{grant['user_id']}"
        key = (self._app.secret or self._app.client_id).encode()
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


def _redirect(asked: Mapping[str, str], told: dict[str, str]) -> Response:
    back = told | ({"state": asked["state"]} if "state" in asked else {})
    address = asked["redirect_uri"]
    return RedirectResponse(f"{address}{'&' if '?' in address else '?'}{urlencode(back)}", 302)


async def _form(request: Request) -> Form:
    return _latest(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


def _latest(pairs: list[tuple[str, str]]) -> Form:
    return dict(pairs)


def _basic(request: Request) -> Form:
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
