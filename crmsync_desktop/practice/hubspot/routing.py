"""How a handler is asked and where it is mounted: one table of routes, every route under each path of its area."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crmsync_desktop.practice.hubspot import scopes
from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.paths import AREAS
from crmsync_desktop.practice.hubspot.records import numeric_id
from crmsync_desktop.practice.hubspot.refusals import (
    Refusal,
    invalid,
    invalid_json,
    locked,
    too_large,
    unknown_parameter,
    unsupported_media_type,
    wrong_shape,
)

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

Answer: TypeAlias = tuple[int, Any]
"""(status, body to be written as JSON, None for no body)."""
ENDPOINT = "practice.endpoint"
IDENTITY = "practice.identity"
MAX_BODY = 20_000_000


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: what its path names, its query, its JSON body ({} for none), the body's length in bytes.

    `types` finds object types by name, `url` is the whole address. `version` is the API's: `2026-03`, `2026-09`, or `v3` and `v4` of the numbered paths.
    """

    path: Mapping[str, str]
    query: Mapping[str, str]
    lists: Mapping[str, list[str]]
    body: Any
    size: int
    version: str
    types: scopes.Types
    url: URL

    @property
    def kind(self) -> ObjectType:
        return self.types(self.path["type"])

    def flag(self, name: str) -> bool:
        """A boolean in the query. Raises a 400 Refusal for anything but true and false."""
        given = self.query.get(name, "false").lower()
        if given not in ("true", "false"):
            raise invalid(f"{name} must be true or false, not {self.query[name]!r}.")
        return given == "true"

    def names(self, name: str) -> list[str]:
        """A list in the query, given with commas or by repeating the parameter."""
        return [part for value in self.lists.get(name, []) for part in value.split(",") if part]

    def whole(self, name: str, default: int, *, most: int) -> int:
        """A number in the query. Raises a 400 Refusal."""
        number = numeric_id(self.query.get(name, default))
        if number is None or not 1 <= number <= most:
            raise invalid(f"{name} must be a number between 1 and {most}.")
        return number

    def next_page(self, after: str) -> dict[str, dict[str, str]]:
        """`paging` as recorded: the cursor, and the whole address of the next page."""
        return {"next": {"after": after, "link": str(self.url.include_query_params(after=after))}}

    def object_body(self, allowed: set[str]) -> dict[str, Any]:
        """The body as an object with known keys. Raises a 400 Refusal.

        Unverified: a key that the API doesn't know is a 400 wherever a JSON body is read.
        """
        if not isinstance(self.body, dict):
            raise wrong_shape("an object", self.body)
        if unknown := sorted(set(self.body) - allowed):
            known = ", ".join(f'"{name}"' for name in sorted(allowed))
            raise invalid_json(f'Unrecognized field "{unknown[0]}", not marked as ignorable (known: {known})')
        return self.body


Handler: TypeAlias = "Callable[[HubSpotPortal, Ask], Answer]"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table: `template` is what follows the area's path, `query` the parameters that it knows, with
    spaces between them."""

    method: str
    area: str
    template: str
    handler: Handler
    query: str = ""


def mount(portal: HubSpotPortal, entries: Iterable[Entry]) -> list[Route]:
    """Routes for every path of every entry, in the order given (literal templates before those with parameters)."""
    return [
        Route(prefix + entry.template, _endpoint(portal, entry, _version(prefix)), methods=[entry.method])
        for entry in entries
        for prefix in AREAS[entry.area]
    ]


def json_answer(status: int, body: Any) -> Response:
    if body is None:
        return Response(status_code=status)
    return Response(orjson.dumps(body), status_code=status, media_type="application/json;charset=utf-8")


def _version(prefix: str) -> str:
    return next(part for part in prefix.split("/") if (part[:1] == "v" and part[1:].isdigit()) or part[:2] == "20")


def _endpoint(portal: HubSpotPortal, entry: Entry, version: str) -> Callable[[Request], Awaitable[Response]]:
    types = portal.catalog.types.get
    known, writes = frozenset(entry.query.split()), scopes.writes(entry.method, entry.template)

    async def endpoint(request: Request) -> Response:
        shown = entry.template
        if "type" in request.path_params:
            shown = shown.replace("{type}", request.path_params["type"].lower())
        request.scope[ENDPOINT] = entry.area + shown
        try:
            scopes.check(
                request.scope[IDENTITY], types, entry.area, entry.method, entry.template, request.path_params, version
            )
            ask = await _read(request, known, version, types)
            if writes and portal.clock.now() < portal.setup.locked_until:
                raise locked()
            with portal.database.transaction():
                portal.run_due()
                status, body = entry.handler(portal, ask)
        except Refusal as refusal:
            status, body = refusal.status, refusal.body()
        return json_answer(status, body)

    return endpoint


async def _read(request: Request, known: frozenset[str], version: str, types: scopes.Types) -> Ask:
    raw = b"" if request.method == "GET" else await request.body()
    body: Any = {}
    if raw:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise unsupported_media_type()
        if len(raw) > MAX_BODY:
            raise too_large()
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise invalid_json(error.msg, line=error.lineno, column=error.colno) from None
    lists: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise unknown_parameter(name)
        lists.setdefault(name, []).append(value)
    return Ask(request.path_params, request.query_params, lists, body, len(raw), version, types, request.url)
