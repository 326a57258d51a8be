"""The practice org over HTTP: a starlette app that checks the token and the limits, and writes the call log.

Run it with uvicorn's own Date and Server headers off (`date_header=False, server_header=False`), since Date comes from
the practice clock, and with `h11_max_incomplete_event_size=65536`, so that long addresses reach the 414 below.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import parse_qsl, unquote

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from crmsync_desktop.practice.calls import Call, CallLog

from .asks import Answer, Ask
from .errors import ApiError, json_error, method_not_allowed, not_found, unknown_parameter
from .oauth import OAuth, bearer
from .oauth_app import REDIRECTS, ConnectedApp
from .org import SalesforceOrg
from .resources import VERSIONS, handle, versions
from .stamps import http_date
from .tokens import Body

LONGEST_ADDRESS = 16_384
"""Bytes of the address, more is 414; and of the address and the headers together, more is 431 (app limits cheat sheet)."""
LARGEST_BODY = 50_000_000
"""Bytes of a request, as sent and unzipped, except for the data of a Bulk job."""
_WORTH_ZIPPING = 1024
_RETIRED = 30
"""Versions up to this one answer 410 (Salesforce's API end-of-life policy)."""
Endpoint = Callable[[Request], Awaitable[Response]]


def create_salesforce_app(
    org: SalesforceOrg,
    calls: CallLog,
    *,
    access_token: str,
    client_id: str,
    client_secret: str | None = None,
    rotate_refresh_tokens: bool = True,
    redirect_uris: Sequence[str] = REDIRECTS,
) -> Starlette:
    """The app; `access_token` belongs to the org's admin and never expires. `app.state.oauth` is the OAuth side."""
    client = ConnectedApp(client_id, client_secret, tuple(redirect_uris), rotate=rotate_refresh_tokens)
    oauth = OAuth(org, client)
    org.tokens.keep(access_token, oauth.grant(org.admin_id))
    front = _Front(org, calls)
    app = Starlette(
        routes=[
            *(
                Route(path, front.logged(path.removeprefix("/services/"), endpoint), methods=methods)
                for path, endpoint, methods in oauth.endpoints()
            ),
            Route("/{path:path}", front),
        ]
    )
    app.state.oauth = oauth
    return app


class _Front:
    """An app, so that it is asked whatever the method is called: only then has every refusal the org's own shape."""

    def __init__(self, org: SalesforceOrg, calls: CallLog) -> None:
        self._org = org
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.rest(Request(scope, receive))
        await response(scope, receive, send)

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
            headers["Content-Type"] = f"{answer.media_type};charset=UTF-8"
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
        if answer.content is not None:
            return answer, answer.content
        pretty = orjson.OPT_INDENT_2 if request.headers.get("x-prettyprint") == "1" else None
        return answer, b"" if answer.body is None else orjson.dumps(answer.body, option=pretty)

    def _checked(self, request: Request, raw: bytes) -> Answer:
        """Raises ApiError for what is refused before it is known what it asks for."""
        scope = request.scope
        if (refused := _too_long(scope)) is not None:
            return refused
        segments = [unquote(part) for part in scope["raw_path"].decode("latin-1").split("/")[1:]]
        if segments[:2] != ["services", "data"]:
            raise not_found()
        if segments[2:] in ([], [""]):
            return self._versions(request)
        _check_version(segments[2])
        self._org.access.check(session := self._session(request))
        if (refused := self._over_limit()) is not None:
            return refused
        self._org.purge()
        self._org.bulk.tick()
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        params = dict(pairs)
        repeated = tuple(name for name, _ in pairs) if len(params) < len(pairs) else ()
        ask = Ask(
            org=self._org,
            user_id=session["user_id"],
            version=segments[2],
            method=_method(request, params),
            path=segments[3:],
            params=params,
            headers=dict(request.headers),
            body=_body(raw, segments, request.headers.get("content-encoding", "")),
            repeated=repeated,
        )
        return handle(ask)

    def _session(self, request: Request) -> Body:
        """Raises ApiError 401, in the words that clients of real orgs have reported for a header without a token.

        Unverified: a request without an Authorization header is refused like one whose header holds no token.
        """
        token = bearer(request.headers.get("authorization", ""))
        if not token:
            raise ApiError(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
        session = self._org.tokens.session(token)
        if session is None:
            raise ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
        return session

    def _versions(self, request: Request) -> Answer:
        if request.method not in ("GET", "HEAD"):
            raise method_not_allowed(request.method, ["GET"])
        if request.url.query:
            raise unknown_parameter(next(iter(request.query_params)))
        return Answer(200, versions(), endpoint="versions", cost=0)

    def _over_limit(self) -> Answer | None:
        """What a request is told when the org has no room for it.

        Unverified: both limits refuse with 403 and a body whose message tells them apart (TotalRequests, ConcurrentRequests).
        """
        org = self._org
        if org.usage.used() >= org.usage.limit:
            message = "TotalRequests Limit exceeded."
        elif not org.long_running.admits():
            message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
        else:
            return None
        refused = ApiError(403, "REQUEST_LIMIT_EXCEEDED", message)
        return Answer(403, refused.body(), {"Sforce-Limit-Info": org.usage.header()}, "over the limit", cost=0)

    def _log(self, request: Request, endpoint: str, status: int, cost: int, bytes_in: int, bytes_out: int) -> None:
        call = Call(
            system="salesforce",
            method=request.method,
            path=request.scope["path"],
            endpoint=endpoint or "unknown",
            status=status,
            cost=cost,
            at=self._org.clock.now(),
            bytes_in=bytes_in,
            bytes_out=bytes_out,
        )
        self._calls.add(call)


def _too_long(scope: Scope) -> Answer | None:
    """The bare page with which a real org's web server refuses, as clients of it have reported word for word."""
    address = len(scope["raw_path"]) + len(scope["query_string"])
    if address > LONGEST_ADDRESS:
        status, reason = 414, "URI Too Long"
    elif address + sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > LONGEST_ADDRESS:
        status, reason = 431, "Request Header Fields Too Large"
    else:
        return None
    page = f"<h1>Bad Message {status}</h1><pre>reason: {reason}</pre>"
    return Answer(status, endpoint="too long", cost=0, content=page.encode(), media_type="text/html")


def _method(request: Request, params: dict[str, str]) -> str:
    """A POST may be meant as a PATCH or DELETE: "_HttpMethod" (REST guide, sObject Rows), for clients that know no others.
    Takes it out of `params`."""
    if request.method == "POST" and params.get("_HttpMethod") in ("DELETE", "PATCH"):
        return params.pop("_HttpMethod")
    return "GET" if request.method == "HEAD" else request.method


def _check_version(segment: str) -> None:
    """Raises ApiError 410 for a retired version of the API and 404 for one that isn't served.

    Unverified: a retired version of the API answers 410 with the error code UNSUPPORTED_API_VERSION.
    """
    found = re.fullmatch(r"v(\d{1,3})\.0", segment)
    if found and int(found[1]) <= _RETIRED:
        raise ApiError(410, "UNSUPPORTED_API_VERSION", f"API version {found[1]}.0 is retired and no longer supported")
    if found is None or segment[1:] not in VERSIONS:
        raise not_found()


def _body(raw: bytes, segments: list[str], encoding: str) -> bytes:
    """The request's body, unzipped. Raises ApiError 400 and 413.

    The data of a Bulk job are left as they came: their own resource has its own limit.
    """
    if segments[3:5] == ["jobs", "ingest"] and segments[6:] == ["batches"]:
        return raw
    if encoding.lower() == "gzip" and raw:
        raw = _unzipped(raw)
    if len(raw) > LARGEST_BODY:
        raise ApiError(413, "REQUEST_TOO_LARGE", "The request body is too large")
    return raw


def _unzipped(raw: bytes) -> bytes:
    unzip = zlib.decompressobj(31)
    try:
        body = unzip.decompress(raw, LARGEST_BODY + 1)
    except zlib.error as error:
        raise json_error("The request body is not valid gzip") from error
    if not unzip.eof and len(body) <= LARGEST_BODY:
        raise json_error("The request body is not valid gzip")
    return body
