"""The admin API over HTTP: one table of routes behind one Bearer token."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crmsync_desktop.practice.admin import dials, records, traffic
from crmsync_desktop.practice.admin.given import Given
from crmsync_desktop.practice.admin.routes import Line
from crmsync_desktop.practice.hands import refusal_of
from crmsync_desktop.practice.hubspot.refusals import Refusal
from crmsync_desktop.practice.reach import Practice
from crmsync_desktop.practice.salesforce import ApiError, RowError

TABLE: tuple[Line, ...] = (*traffic.LINES, *dials.LINES, *records.LINES)


def create_admin_app(practice: Practice, *, token: str) -> Starlette:
    """Bearer `token`; JSON in and out; a request that makes no sense, and one that an org refuses, is a 400 with one
    sentence in `error`, the org's own `code` and the `fields` that it names."""
    expected = f"Bearer {token}".encode()
    verbs: dict[str, dict[str, Line]] = {}
    for line in TABLE:
        verbs.setdefault(line.path, {})[line.verb] = line
    return Starlette(
        routes=[
            Route(path, _endpoint(practice, expected, lines), methods=list(lines)) for path, lines in verbs.items()
        ],
        exception_handlers={HTTPException: _refused_by_router},
    )


async def _refused_by_router(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = "The method is not allowed here." if error.status_code == 405 else "The admin API has no such path."
    return _json(error.status_code, {"error": message})


def _endpoint(practice: Practice, expected: bytes, lines: dict[str, Line]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            return _json(401, {"error": "The admin token is missing or wrong."})
        line = lines["GET" if request.method == "HEAD" else request.method]
        raw = await request.body()
        try:
            values = orjson.loads(raw) if raw else dict(request.query_params)
            if not isinstance(values, dict):
                raise ValueError("The body must be a JSON object.")
            return _json(200, line.act(practice, Given(values, line.allowed)))
        except (Refusal, RowError, ApiError) as error:
            return _json(400, refusal_of(error))
        except ValueError as error:
            return _json(400, {"error": str(error)})

    return endpoint


def _json(status: int, body: object) -> Response:
    return Response(orjson.dumps(body), status_code=status, media_type="application/json")
