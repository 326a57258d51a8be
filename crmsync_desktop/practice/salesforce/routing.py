"""What a request may look like: its method, its parameters, what it sends and what it wants back.

Everything else is refused before any work is done, whole requests and parts of a composite alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from .asks import Answer, Ask
from .errors import ApiError, json_error, method_not_allowed, unknown_parameter

Handler = Callable[[Ask], Answer]
JSON = ("application/json",)
CSV = ("text/csv",)
FORM = ("multipart/form-data",)


@dataclass(frozen=True, slots=True)
class Route:
    """`params` are the names that may stand in the query; `takes` the media types of the body, none for no body;
    `keys` the names that the JSON object of the body may have (None: the handler knows)."""

    handler: Handler
    params: frozenset[str] = frozenset()
    takes: tuple[str, ...] = ()
    keys: frozenset[str] | None = None


def get(handler: Handler, *params: str) -> Route:
    return Route(handler, frozenset(params))


def send(handler: Handler, *params: str, takes: tuple[str, ...] = JSON, keys: Collection[str] | None = None) -> Route:
    return Route(handler, frozenset(params), takes, None if keys is None else frozenset(keys))


def checked(ask: Ask, routes: dict[str, Route]) -> Route:
    """The route of a request. Raises ApiError 405, 400, 406, 413 or 415.

    Unverified: a parameter that a resource doesn't know, or one that is given twice, is refused with 400 INVALID_QUERY_PARAMETER.
    Unverified: a body without a Content-Type is read as JSON.
    Unverified: a request that takes nothing but XML back is 406 NOT_ACCEPTABLE (a real org speaks XML).
    """
    route = routes.get(ask.method)
    if route is None:
        raise method_not_allowed(ask.method, list(routes))
    for name in ask.params:
        if name not in route.params:
            raise unknown_parameter(name)
    if ask.repeated:
        raise ApiError(400, "INVALID_QUERY_PARAMETER", f"The parameter '{ask.repeated[0]}' is given more than once")
    if ask.inside:
        return route
    _check_accept(ask.headers.get("accept", ""))
    kind = ask.headers.get("content-type", "").partition(";")[0].strip().lower()
    if ask.body and route.takes and kind and kind not in route.takes:
        # The words as a client of a real org has reported them.
        raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", f"MediaType of '{kind}' is not supported by this resource")
    if not ask.body and route.takes:
        raise json_error("The HTTP entity body is required, but this request has no entity body.")
    return route


def only_keys(body: dict[str, Any], known: Collection[str], where: str) -> None:
    """Raises ApiError 400 JSON_PARSER_ERROR for a key that the resource doesn't know.

    Unverified: an unknown key in a body is refused with 400 JSON_PARSER_ERROR, in the words of the JSON reader.
    """
    for name in body:
        if name not in known:
            raise json_error(f'Unrecognized field "{name}" ({where}), not marked as ignorable at [line:1, column:1]')


def _check_accept(accept: str) -> None:
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",") if part.strip()]
    if kinds and all(kind in ("application/xml", "text/xml") for kind in kinds):
        raise ApiError(406, "NOT_ACCEPTABLE", "This org answers in JSON only")
