"""The portal over HTTP: the gate that every request passes (token, limits, headers, count), and the routes behind it."""

from __future__ import annotations

import html
import uuid
from collections.abc import Collection, MutableMapping
from email.utils import format_datetime
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crmsync_desktop.practice.calls import Call, CallLog
from crmsync_desktop.practice.hubspot import (
    account,
    association_labels_api,
    associations_api,
    forms_api,
    limits_api,
    lists_api,
    objects_api,
    owners_api,
    pipelines_api,
    properties_api,
    record_associations_api,
    schemas_api,
)
from crmsync_desktop.practice.hubspot.limits import RateLimits
from crmsync_desktop.practice.hubspot.oauth import OAuth, OAuthApp
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.refusals import Refusal, migrating
from crmsync_desktop.practice.hubspot.routing import ENDPOINT, IDENTITY, json_answer, mount
from crmsync_desktop.practice.hubspot.tokens import Identity

GZIP_FROM = 2_000
NOT_FOUND_PAGE = """<html>
<head><meta http-equiv="Content-Type" content="text/html;charset=utf-8"/><title>Error 404 Not Found</title></head>
<body><h2>HTTP ERROR 404</h2><p>Problem accessing {path}. Reason:<pre>    Not Found</pre></p></body>
</html>
"""


def create_hubspot_app(
    portal: HubSpotPortal,
    calls: CallLog,
    *,
    access_token: str,
    scopes: Collection[str] | None = None,
    oauth: OAuthApp | None = None,
    limits: RateLimits | None = None,
) -> Starlette:
    """The portal's API. `access_token` is the Bearer token of a service key with `scopes` (None: all there are).

    More keys are added with `portal.tokens.add_service_key`. `oauth`: the app that people may let in, None for none.
    `limits` take the place of the account's. Every request is added to `calls`.
    """
    portal.tokens.add_service_key(access_token, scopes=scopes)
    if limits is not None:
        portal.meter.limits = limits
    entries = [
        *associations_api.ENTRIES,
        *association_labels_api.ENTRIES,
        *record_associations_api.ENTRIES,
        *schemas_api.ENTRIES,
        *lists_api.ENTRIES,
        *forms_api.ENTRIES,
        *properties_api.ENTRIES,
        *pipelines_api.ENTRIES,
        *owners_api.ENTRIES,
        *account.ENTRIES,
        *limits_api.ENTRIES,
        *objects_api.ENTRIES,
    ]
    app = Starlette(
        routes=[*OAuth(portal, oauth).routes(), *mount(portal, entries)],
        middleware=[
            Middleware(Gate, portal=portal, calls=calls),
            Middleware(GZipMiddleware, minimum_size=GZIP_FROM, compresslevel=1),
        ],
        exception_handlers={HTTPException: _refused_by_router},
    )
    app.router.redirect_slashes = False
    return app


async def _refused_by_router(request: Request, error: Exception) -> Response:
    """Unknown paths and methods.

    Unverified: a path that the API doesn't have answers 404 with an HTML page, as HubSpot's older servers do.
    Unverified: a method that a path doesn't take answers 405 without a body, with the methods it takes in Allow.
    """
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return Response(status_code=405, headers=error.headers)
    return HTMLResponse(NOT_FOUND_PAGE.format(path=html.escape(request.url.path)), 404)


class Gate:
    """Finds out who asks, holds the limits, puts HubSpot's headers on the answer and counts the request.

    Unverified: a slash at the end of a path makes no difference.
    """

    def __init__(self, app: ASGIApp, portal: HubSpotPortal, calls: CallLog) -> None:
        self._app = app
        self._portal = portal
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"].endswith("/") and len(scope["path"]) > 1:
            scope = {**scope, "path": scope["path"][:-1]}
        search = scope["method"] == "POST" and scope["path"].endswith("/search") and "/objects/" in scope["path"]
        seen = _Seen()
        identity: Identity | None = None

        async def count_in() -> Message:
            message = await receive()
            seen.bytes_in += len(message.get("body", b""))
            return message

        async def stamp(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                message["headers"] = [*message["headers"], *self._headers(identity, search=search)]
            else:
                seen.bytes_out += len(message.get("body", b""))
                if not message.get("more_body"):
                    log()  # before the answer is out, so that whoever has it finds it counted
            await send(message)

        def log() -> None:
            if not seen.logged:
                seen.logged = True
                self._calls.add(self._call(scope, seen, cost))

        cost = 0
        try:
            if scope["path"].startswith("/oauth/"):
                await self._app(scope, count_in, stamp)
                return
            identity = self._identify(dict(scope["headers"]).get(b"authorization", b""))
            scope[IDENTITY] = identity
            if (waiting := self._portal.setup.migrating_until - self._portal.clock.now()) > 0:
                raise migrating(waiting)
            self._portal.meter.admit(self._portal.clock.now(), identity, search=search)
            cost = 1
            await self._app(scope, count_in, stamp)
        except Refusal as refusal:
            answer = json_answer(refusal.status, refusal.body())
            answer.headers.update(refusal.headers)
            await answer(scope, receive, stamp)
        finally:
            log()

    def _identify(self, authorization: bytes) -> Identity:
        setup = self._portal.setup
        installed, edits = setup.app_installed, setup.edit_associations
        now = self._portal.now_ms()
        return self._portal.tokens.identify(authorization, now, installed=installed, edits_associations=edits)

    def _headers(self, identity: Identity | None, *, search: bool) -> list[tuple[bytes, bytes]]:
        date = format_datetime(self._portal.moment(), usegmt=True)
        limits = [] if identity is None else self._portal.meter.headers(identity, search=search)
        return [(b"date", date.encode()), (b"x-hubspot-correlation-id", str(uuid.uuid4()).encode()), *limits]

    def _call(self, scope: MutableMapping[str, Any], seen: _Seen, cost: int) -> Call:
        path: str = scope["path"]
        return Call(
            system="hubspot",
            method=scope["method"],
            path=path,
            endpoint=scope.get(ENDPOINT, "unknown" if cost else "refused"),
            status=seen.status,
            cost=cost,
            at=self._portal.clock.now(),
            bytes_in=seen.bytes_in,
            bytes_out=seen.bytes_out,
        )


class _Seen:
    """What has gone through the gate for one request."""

    def __init__(self) -> None:
        self.status = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.logged = False
