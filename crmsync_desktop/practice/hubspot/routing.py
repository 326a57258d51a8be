"""How a handler is asked and where it is mounted: one table of routes, every route under each path of its area."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crmsync_desktop.practice.hubspot.catalog import ObjectType, object_type
from crmsync_desktop.practice.hubspot.paths import AREAS
from crmsync_desktop.practice.hubspot.records import numeric_id
from crmsync_desktop.practice.hubspot.refusals import Refusal, invalid, invalid_json

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

Answer: TypeAlias = tuple[int, Any]
"""(status, body to be written as JSON, None for no body)."""
ENDPOINT = "practice.endpoint"
MAX_BODY = 20_000_000


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: what its path names, its query, its JSON body ({} for none) and the body's length in bytes."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    lists: Mapping[str, list[str]]
    body: Any
    size: int

    @property
    def kind(self) -> ObjectType:
        return object_type(self.path["type"])

    def flag(self, name: str) -> bool:
        return self.query.get(name, "false").lower() == "true"

    def names(self, name: str) -> list[str]:
        """A list in the query, given with commas or by repeating the parameter."""
        return [part for value in self.lists.get(name, []) for part in value.split(",") if part]

    def whole(self, name: str, default: int, *, most: int) -> int:
        """A number in the query. Raises a 400 Refusal."""
        number = numeric_id(self.query.get(name, default))
        if number is None or not 1 <= number <= most:
            raise invalid(f"{name} must be a number between 1 and {most}.")
        return number

    def object_body(self, allowed: set[str]) -> dict[str, Any]:
        """The body as an object with known keys. Raises a 400 Refusal."""
        if not isinstance(self.body, dict):
            raise invalid_json("expected an object")
        if unknown := sorted(set(self.body) - allowed):
            raise invalid_json(f"unknown fields {', '.join(unknown)}")
        return self.body


Handler: TypeAlias = "Callable[[HubSpotPortal, Ask], Answer]"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table: `template` is what follows the area's path."""

    method: str
    area: str
    template: str
    handler: Handler


def mount(portal: HubSpotPortal, entries: Iterable[Entry]) -> list[Route]:
    """Routes for every path of every entry, in the order given (literal templates before those with parameters)."""
    return [
        Route(prefix + entry.template, _endpoint(portal, entry), methods=[entry.method])
        for entry in entries
        for prefix in AREAS[entry.area]
    ]


def json_answer(status: int, body: Any) -> Response:
    if body is None:
        return Response(status_code=status)
    return Response(orjson.dumps(body), status_code=status, media_type="application/json;charset=utf-8")


def _endpoint(portal: HubSpotPortal, entry: Entry) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        shown = entry.template
        if "type" in request.path_params:
            shown = shown.replace("{type}", request.path_params["type"].lower())
        request.scope[ENDPOINT] = entry.area + shown
        try:
            ask = await _read(request)
            with portal.database.transaction():
                status, body = entry.handler(portal, ask)
        except Refusal as refusal:
            status, body = refusal.status, refusal.body()
        return json_answer(status, body)

    return endpoint


async def _read(request: Request) -> Ask:
    raw = b"" if request.method == "GET" else await request.body()
    body: Any = {}
    if raw:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refusal(415, "VALIDATION_ERROR", f"Unsupported media type: {kind or 'none'}; send application/json.")
        if len(raw) > MAX_BODY:
            raise Refusal(413, "VALIDATION_ERROR", "The request is too large.")
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise invalid_json(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    lists: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        lists.setdefault(name, []).append(value)
    return Ask(request.path_params, request.query_params, lists, body, len(raw))
