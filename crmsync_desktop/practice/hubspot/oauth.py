"""OAuth of the portal: the page that asks a person, and the endpoints that give, describe and revoke tokens.

Sources: HubSpot's OAuth guide of 2026-03 (form bodies, no secrets in the query; introspect; revoke), the answers' models
in HubSpot's SDK, and the statuses of the older API as client libraries quote them. `/oauth/v1/token` answers, too, so
that the call log can show that nobody asks it.
Unverified: an error of the 2026-03 token endpoint carries RFC 6749's `error` beside the older `status` and `message`.
Unverified: a refresh answers with the refresh token that was sent, and introspecting an unknown token is a 400.
Unverified: a redirect to plain http is refused for every host but localhost, 127.0.0.1 among them.
Unverified: a JSON body is refused with 415 at the token endpoints.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from crmsync_desktop.practice.hubspot.routing import ENDPOINT, json_answer
from crmsync_desktop.practice.hubspot.scopes import KNOWN
from crmsync_desktop.practice.hubspot.tokens import ACCESS_SECONDS, CODE_SECONDS, OAuthToken

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

APP_ID, USER_ID = 31_337, 9_586_504
VERSIONS = ("2026-03", "v1")
ASKED = ("client_id", "redirect_uri", "scope", "optional_scope", "state", "response_type", "code_challenge",
         "code_challenge_method")  # fmt: skip
FORM = "application/x-www-form-urlencoded"
TOKEN_KEYS = {
    "grant_type",
    "client_id",
    "client_secret",
    "redirect_uri",
    "code",
    "code_verifier",
    "refresh_token",
    "scope",
}
QUERY_KEYS = {"client_id", "client_secret", "token", "token_type_hint"}


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """The app that people may let in. `redirect_uris`: those it has registered, () for any that HubSpot would take.

    `required_scopes` must be among those that are asked for. `marketplace`: whether the marketplace's limits apply.
    """

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...] = ()
    required_scopes: frozenset[str] = frozenset()
    marketplace: bool = True


class OAuth:
    """Handlers; `app` None is a portal that knows no OAuth app, so every client id is unknown to it."""

    def __init__(self, portal: HubSpotPortal, app: OAuthApp | None) -> None:
        self._portal = portal
        self._app = app

    def routes(self) -> list[Route]:
        tokens: dict[str, Callable[[dict[str, str]], Response]] = {
            "token": self._token, "token/introspect": self._introspect, "token/revoke": self._revoke,
        }  # fmt: skip
        routes = [Route(path, self._authorize, methods=["GET", "POST"]) for path in ("/oauth/authorize",)]
        for version in VERSIONS:
            for name, answer in tokens.items() if version != "v1" else [("token", self._token)]:
                path = f"/oauth/{version}/{name}"
                keys = TOKEN_KEYS if name == "token" else QUERY_KEYS
                routes.append(Route(path, _form_endpoint(path.lstrip("/"), keys, answer), methods=["POST"]))
        return routes

    # The person ---------------------------------------------------------------------------------------------------

    async def _authorize(self, request: Request) -> Response:
        request.scope[ENDPOINT] = "oauth/authorize"
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"))) if request.method == "POST" else {}
        asked = form if request.method == "POST" else dict(request.query_params)
        if problem := self._problem(asked):
            return HTMLResponse(_page("Couldn't complete the connection", f"<p>{html.escape(problem)}</p>"), 400)
        consent = self._portal.setup.consent
        decision = form.get("decision") or (consent if consent != "page" else "")
        if not decision:
            return HTMLResponse(_page("Connect to HubSpot", _consent_form(asked)))
        back = {"state": asked["state"]} if "state" in asked else {}
        if decision == "allow":
            self._portal.change_setup(app_installed=True)
            back = {"code": self._code_for(asked), **back}
        else:
            back = {"error": "access_denied", "error_description": "The user denied the request.", **back}
        target = asked["redirect_uri"]
        return RedirectResponse(f"{target}{'&' if '?' in target else '?'}{urlencode(back)}", 302)

    def _problem(self, asked: dict[str, str]) -> str | None:
        """Why the person isn't asked at all."""
        app = self._app
        try:
            target = urlsplit(asked.get("redirect_uri", ""))
        except ValueError:
            return "Authorization failed because the redirect URL is not one."
        if app is None or asked.get("client_id") != app.client_id:
            return "Authorization failed because the client ID is missing or unknown."
        if not (target.scheme == "https" or (target.scheme == "http" and target.hostname == "localhost")):
            return "Authorization failed because the redirect URL must use https (http is for localhost only)."
        if app.redirect_uris and asked["redirect_uri"] not in app.redirect_uris:
            return "Authorization failed because the redirect URL doesn't match the registered redirect URL."
        scopes = set(asked.get("scope", "").split())
        if not scopes or not app.required_scopes <= scopes:
            return "Authorization failed because the provided scopes are insufficient."
        if scopes - KNOWN:
            return "Authorization failed because the app doesn't have permission to request this set of scopes."
        if asked.get("response_type", "code") != "code" or asked.get("code_challenge_method", "S256") != "S256":
            return "Authorization failed because the request is not one for an authorization code."
        return None

    def _code_for(self, asked: dict[str, str]) -> str:
        assert self._app is not None
        optional = set(asked.get("optional_scope", "").split()) & KNOWN
        granted = {
            "client_id": self._app.client_id,
            "scopes": sorted({"oauth", *asked["scope"].split(), *optional}),
            "marketplace": self._app.marketplace,
            "user_level": self._portal.setup.user_level_oauth,
            "user_id": USER_ID,
            "redirect_uri": asked["redirect_uri"],
            "challenge": asked.get("code_challenge", ""),
        }
        return self._portal.tokens.issue("code", granted, self._portal.now_ms() + CODE_SECONDS * 1000)

    # The app ------------------------------------------------------------------------------------------------------

    def _token(self, form: dict[str, str]) -> Response:
        if refused := self._refuse_client(form):
            return refused
        grant = form.get("grant_type")
        if grant == "authorization_code":
            return self._exchange(form)
        if grant == "refresh_token":
            found = self._portal.tokens.find(form.get("refresh_token", ""), "refresh")
            if found is None or not self._portal.setup.app_installed:
                return _refused("invalid_grant", "BAD_REFRESH_TOKEN", "missing or invalid refresh token")
            return self._issue(found.granted, found.token)
        return _refused("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unknown grant type")

    def _exchange(self, form: dict[str, str]) -> Response:
        tokens = self._portal.tokens
        code = tokens.find(form.get("code", ""), "code")
        if code is None:
            return _refused("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code")
        tokens.forget(code.token)
        if code.expires_ms <= self._portal.now_ms():
            return _refused("invalid_grant", "EXPIRED_AUTH_CODE", "the auth code has expired")
        if code.granted["redirect_uri"] != form.get("redirect_uri"):
            message = "redirect_uri does not match the one that the auth code was issued for"
            return _refused("invalid_grant", "MISMATCH_REDIRECT_URI_AUTH_CODE", message)
        if code.granted["challenge"] and not _verified(code.granted["challenge"], form.get("code_verifier", "")):
            return _refused("invalid_grant", "BAD_CODE_VERIFIER", "missing or invalid code verifier")
        return self._issue(code.granted, tokens.issue("refresh", code.granted))

    def _issue(self, granted: dict[str, Any], refresh: str) -> Response:
        expires = self._portal.now_ms() + ACCESS_SECONDS * 1000
        body = {
            "token_type": "bearer",
            "token_use": "access_token",
            "refresh_token": refresh,
            "access_token": self._portal.tokens.issue("access", {**granted, "refresh": refresh}, expires),
            "hub_id": self._portal.portal_id,
            "scopes": granted["scopes"],
            "expires_in": ACCESS_SECONDS,
            "user_id": granted["user_id"],
        }
        return json_answer(200, body)

    def _introspect(self, form: dict[str, str]) -> Response:
        if refused := self._refuse_client(form):
            return refused
        found = self._portal.tokens.find(form.get("token", ""), "access", "refresh")
        if found is None:
            return _refused("invalid_request", "BAD_TOKEN", "missing or unknown token")
        return json_answer(200, self._described(found))

    def _revoke(self, form: dict[str, str]) -> Response:
        """A token that there isn't is no error (RFC 7009)."""
        if refused := self._refuse_client(form):
            return refused
        self._portal.tokens.forget(form.get("token", ""))
        return Response(status_code=200)

    def _refuse_client(self, form: dict[str, str]) -> Response | None:
        app = self._app
        if app is None or form.get("client_id") != app.client_id:
            return _refused("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id")
        if not hmac.compare_digest(form.get("client_secret", "").encode(), app.client_secret.encode()):
            return _refused("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret")
        return None

    def _described(self, found: OAuthToken) -> dict[str, Any]:
        granted, hub, now = found.granted, self._portal.portal_id, self._portal.now_ms()
        active = self._portal.setup.app_installed and found.expires_ms > now
        told: dict[str, Any] = {
            "token": found.token, "active": active, "token_type": "bearer", "token_use": f"{found.kind}_token",
            "client_id": granted["client_id"], "app_id": APP_ID, "hub_id": hub, "user_id": granted["user_id"],
            "scopes": granted["scopes"], "hub_domain": "practice.example", "user": "ada.admin@practice.example",
        }  # fmt: skip
        if found.kind == "access":
            private, scopes = not granted["marketplace"], ",".join(granted["scopes"])
            told |= {"expires_in": max(0, found.expires_ms - now) // 1000, "is_private_distribution": private}
            told["signed_access_token"] = {
                "appId": APP_ID, "expiresAt": found.expires_ms, "hubId": hub, "hublet": "eu1",
                "installingUserId": granted["user_id"], "isPrivateDistribution": private, "isServiceAccount": False,
                "isUserLevel": granted["user_level"], "newSignature": "", "scopes": scopes,
                "scopeToScopeGroupPks": "", "signature": "", "trialScopes": "", "trialScopeToScopeGroupPks": "",
                "userId": granted["user_id"],
            }  # fmt: skip
        return told


def _form_endpoint(name: str, keys: set[str], answer: Callable[[dict[str, str]], Response]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        request.scope[ENDPOINT] = name
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != FORM:
            return _refused("invalid_request", "UNSUPPORTED_MEDIA_TYPE", f"send {FORM}", 415)
        pairs = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        form = dict(pairs)
        if len(form) != len(pairs) or set(form) - keys or request.query_params:
            message = f"parameters belong in the body, once each: {', '.join(sorted(keys))}"
            return _refused("invalid_request", "BAD_REQUEST", message)
        return answer(form)

    return endpoint


def _refused(error: str, status: str, message: str, code: int = 400) -> Response:
    body = {"error": error, "error_description": message, "status": status, "message": message}
    return json_answer(code, {**body, "correlationId": str(uuid.uuid4())})


def _verified(challenge: str, verifier: str) -> bool:
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(digest.encode(), challenge.encode())


def _page(title: str, body: str) -> str:
    return f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>'


def _consent_form(asked: dict[str, str]) -> str:
    """What is asked for, and the two buttons; every parameter comes back with the decision."""
    scopes = "".join(f"<li>{html.escape(scope)}</li>" for scope in asked["scope"].split())
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(asked[name])}">' for name in ASKED if name in asked
    )
    buttons = "".join(
        f'<button name="decision" value="{decision}">{label}</button>'
        for decision, label in (("allow", "Connect app"), ("deny", "Cancel"))
    )
    return f'<p>This app asks for:</p><ul>{scopes}</ul><form method="post">{hidden}{buttons}</form>'
