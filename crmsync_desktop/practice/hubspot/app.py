"""The portal over HTTP: the gate that every request passes (token, limits, headers, count), and the routes behind it."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import MutableMapping
from email.utils import format_datetime
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crmsync_desktop.practice.calls import Call, CallLog
from crmsync_desktop.practice.hubspot import associations_api, lists_api, objects_api, schema_api
from crmsync_desktop.practice.hubspot.limits import Meter, RateLimits
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.refusals import Refusal, unauthenticated
from crmsync_desktop.practice.hubspot.routing import ENDPOINT, json_answer, mount

GZIP_FROM = 2_000


def create_hubspot_app(
    portal: HubSpotPortal, calls: CallLog, *, access_token: str, limits: RateLimits | None = None
) -> Starlette:
    """The portal's API. `access_token` is the one Bearer token it takes; every request is added to `calls`."""
    portal.meter = Meter(portal.database, portal.time_zone, limits or RateLimits())
    entries = [*associations_api.ENTRIES, *lists_api.ENTRIES, *schema_api.ENTRIES, *objects_api.ENTRIES]
    return Starlette(
        routes=mount(portal, entries),
        middleware=[
            Middleware(Gate, portal=portal, calls=calls, access_token=access_token),
            Middleware(GZipMiddleware, minimum_size=GZIP_FROM, compresslevel=1),
        ],
        exception_handlers={HTTPException: _refused_by_router},
    )


async def _refused_by_router(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = "The method is not allowed here." if error.status_code == 405 else "No such path in this API."
    return json_answer(error.status_code, Refusal(error.status_code, "OBJECT_NOT_FOUND", message).body())


class Gate:
    """Checks the token, holds the limits, puts HubSpot's headers on the answer and counts the request."""

    def __init__(self, app: ASGIApp, portal: HubSpotPortal, calls: CallLog, access_token: str) -> None:
        self._app = app
        self._portal = portal
        self._calls = calls
        self._token = f"Bearer {access_token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        search = scope["path"].endswith("/search") and "/objects/" in scope["path"]
        seen = _Seen()

        async def count_in() -> Message:
            message = await receive()
            seen.bytes_in += len(message.get("body", b""))
            return message

        async def stamp(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                message["headers"] = [*message["headers"], *self._headers(search=search)]
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
            if not hmac.compare_digest(headers.get(b"authorization", b""), self._token):
                raise unauthenticated()
            self._portal.meter.admit(self._portal.clock.now(), search=search)
            cost = 1
            await self._app(scope, count_in, stamp)
        except Refusal as refusal:
            await json_answer(refusal.status, refusal.body())(scope, receive, stamp)
        finally:
            log()

    def _headers(self, *, search: bool) -> list[tuple[bytes, bytes]]:
        date = format_datetime(self._portal.moment(), usegmt=True)
        return [
            (b"date", date.encode()),
            (b"x-hubspot-correlation-id", str(uuid.uuid4()).encode()),
            *self._portal.meter.headers(search=search),
        ]

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
