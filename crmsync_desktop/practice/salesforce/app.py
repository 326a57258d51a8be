"""The practice org over HTTP: a starlette app that checks the token and the daily limit, and writes the call log.

Run it with uvicorn's own Date and Server headers off (`date_header=False, server_header=False`), since Date comes from
the practice clock, and with `h11_max_incomplete_event_size=65536`, so that long addresses reach the 414 below.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, unquote

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crmsync_desktop.practice.calls import Call, CallLog

from .asks import Answer, Ask
from .errors import ApiError, json_error, not_found
from .oauth import OAuth, bearer
from .org import SalesforceOrg
from .resources import VERSIONS, handle, versions
from .stamps import http_date

LONGEST_ADDRESS = 16_384
"""Bytes of the address and the headers together; more is 414."""
_LARGEST_BODY = 50_000_000
_WORTH_ZIPPING = 1024
Endpoint = Callable[[Request], Awaitable[Response]]
_METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"]


def create_salesforce_app(
    org: SalesforceOrg,
    calls: CallLog,
    *,
    access_token: str,
    client_id: str,
    client_secret: str | None = None,
    rotate_refresh_tokens: bool = True,
) -> Starlette:
    """The app; `access_token` belongs to the org's admin and never expires. `app.state.oauth` is the OAuth side."""
    oauth = OAuth(org, client_id=client_id, client_secret=client_secret, rotate=rotate_refresh_tokens)
    org.tokens.keep(access_token, oauth.grant())
    front = _Front(org, calls)
    app = Starlette(
        routes=[
            Route("/services/oauth2/authorize", front.logged("oauth2/authorize", oauth.authorize), methods=["GET"]),
            Route("/services/oauth2/token", front.logged("oauth2/token", oauth.token), methods=["POST"]),
            Route("/services/oauth2/revoke", front.logged("oauth2/revoke", oauth.revoke), methods=["POST", "GET"]),
            Route(
                "/services/oauth2/userinfo", front.logged("oauth2/userinfo", oauth.userinfo), methods=["GET", "POST"]
            ),
            Route("/{path:path}", front.rest, methods=_METHODS),
        ]
    )
    app.state.oauth = oauth
    return app


class _Front:
    def __init__(self, org: SalesforceOrg, calls: CallLog) -> None:
        self._org = org
        self._calls = calls

    def logged(self, endpoint: str, inner: Endpoint) -> Endpoint:
        """An OAuth endpoint with the practice clock's Date and a line in the call log; it costs no API call."""

        async def answer(request: Request) -> Response:
            response = await inner(request)
            response.headers["Date"] = http_date(self._org.clock.now())
            self._log(request, endpoint, response.status_code, 0, len(await request.body()), len(response.body))
            return response

        return answer

    async def rest(self, request: Request) -> Response:
        raw = await request.body()
        with self._org.lock:
            answer, body = self._answer(request, raw)
        headers = {**answer.headers, "Date": http_date(self._org.clock.now())}
        if body:
            headers["Content-Type"] = "application/json;charset=UTF-8"
        if len(body) > _WORTH_ZIPPING and "gzip" in request.headers.get("accept-encoding", ""):
            zipper = zlib.compressobj(1, zlib.DEFLATED, 31)
            body = zipper.compress(body) + zipper.flush()
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        self._log(request, answer.endpoint, answer.status, answer.cost, len(raw), len(body))
        return Response(body, answer.status, headers)

    def _answer(self, request: Request, raw: bytes) -> tuple[Answer, bytes]:
        try:
            answer = self._checked(request, raw)
        except ApiError as error:
            answer = Answer(error.status, error.body(), cost=0)
        if answer.cost:
            # Answered in full before it is counted: a request that used the last call still sees itself in the header.
            self._org.usage.add(answer.cost)
            answer.headers["Sforce-Limit-Info"] = self._org.usage.header()
        return answer, b"" if answer.body is None else orjson.dumps(answer.body)

    def _checked(self, request: Request, raw: bytes) -> Answer:
        scope = request.scope
        size = (
            len(scope["raw_path"]) + len(scope["query_string"]) + sum(len(n) + len(v) + 4 for n, v in scope["headers"])
        )
        if size > LONGEST_ADDRESS:
            raise ApiError(414, "URI_TOO_LONG", "URI Too Long")
        segments = [unquote(part) for part in scope["raw_path"].decode("latin-1").split("/")[1:]]
        if segments[:2] != ["services", "data"]:
            raise not_found()
        if segments[2:] in ([], [""]):
            return Answer(200, versions(), endpoint="versions", cost=0)
        if not segments[2].startswith("v") or segments[2][1:] not in VERSIONS:
            raise not_found()
        session = self._org.tokens.session(bearer(request.headers.get("authorization", "")))
        if session is None:
            raise ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if self._org.usage.used() >= self._org.usage.limit:
            refused = ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
            return Answer(
                403, refused.body(), {"Sforce-Limit-Info": self._org.usage.header()}, "over the limit", cost=0
            )
        self._org.purge()
        ask = Ask(
            org=self._org,
            user_id=session["user_id"],
            version=segments[2],
            method="GET" if request.method == "HEAD" else request.method,
            path=segments[3:],
            params=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            headers=dict(request.headers),
            body=_unzipped(raw, request.headers.get("content-encoding", "")),
        )
        return handle(ask)

    def _log(self, request: Request, endpoint: str, status: int, cost: int, bytes_in: int, bytes_out: int) -> None:
        call = Call(
            system="salesforce",
            method=request.method,
            path=request.url.path,
            endpoint=endpoint or "unknown",
            status=status,
            cost=cost,
            at=self._org.clock.now(),
            bytes_in=bytes_in,
            bytes_out=bytes_out,
        )
        self._calls.add(call)


def _unzipped(raw: bytes, encoding: str) -> bytes:
    if encoding.lower() != "gzip" or not raw:
        return raw
    unzip = zlib.decompressobj(31)
    try:
        body = unzip.decompress(raw, _LARGEST_BODY)
    except zlib.error as error:
        raise json_error("The request body is not valid gzip") from error
    if not unzip.eof:
        raise ApiError(413, "REQUEST_TOO_LARGE", "The request body is too large")
    return body
