"""Holds one exchange with the practice portal against what HubSpot's SDK promises."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pydantic

from .promises import Promise, promise_for
from .typed import faults, fields

ERROR_KEYS = {
    "status", "message", "correlationId", "category", "subCategory", "errors", "context", "links", "requestId",
    "errorType", "policyName", "error", "error_description", "groupsErrorCode",
}  # fmt: skip
"""What HubSpot's error handling guide, its 429 and the OAuth errors of RFC 6749 name."""


def judge(method: str, path: str, query: str, asked: bytes, status: int, answered: bytes) -> list[str] | None:
    """Complaints about a request and its answer; None for a route of which nothing is promised.

    Questions are judged only where they were accepted: a refused one has been judged by the portal.
    """
    promise = promise_for(method, path)
    if promise is None:
        return None
    found = []
    if status < 300:
        found += [f"question: {each}" for each in _question(promise, query, asked)]
        found += [f"answer: {each}" for each in _answer(promise, status, answered)]
    elif status < 500 and answered:
        found += [f"refusal: {each}" for each in _refusal(answered)]
    return found


def _question(promise: Promise, query: str, asked: bytes) -> list[str]:
    known = {alias for alias, (name, _, _) in fields(promise.query).items() if name in promise.query_names}
    found = [f"parameter {name} is unknown" for name, _ in parse_qsl(query) if name not in known]
    if promise.body is not None and asked:
        found += faults(orjson.loads(asked), promise.body, only=promise.body_names)
    return found


def _answer(promise: Promise, status: int, answered: bytes) -> list[str]:
    if not answered:
        return [] if promise.answer is None or status == 204 else ["there is no body"]
    if promise.answer is None:
        return []
    told = _without_unset(orjson.loads(answered))
    try:
        model = _adapter(promise.answer).validate_json(orjson.dumps(told), strict=True)
    except pydantic.ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:5]]
    return sorted(set(_extra(model)))[:5]


def _without_unset(told: Any) -> Any:
    """Without the nulls among `properties`: a property that was asked for and isn't set is null in real answers."""
    if isinstance(told, dict):
        for record in (told, *(each for each in told.get("results") or () if isinstance(each, dict))):
            if isinstance(record.get("properties"), dict):
                set_ones = {name: value for name, value in record["properties"].items() if value is not None}
                record["properties"] = set_ones
    return told


@cache
def _adapter(kind: Any) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(kind)


def _extra(value: Any, where: str = "$") -> list[str]:
    """Keys that the models don't know; they let them pass, so that newer answers don't break older clients."""
    if isinstance(value, pydantic.BaseModel):
        found = [f"{where}.{name} is unknown" for name in value.model_extra or ()]
        for name in type(value).model_fields:
            found += _extra(getattr(value, name, None), f"{where}.{name}")
        return found
    if isinstance(value, list):
        return [each for item in value for each in _extra(item, f"{where}[]")]
    return []


def _refusal(answered: bytes) -> list[str]:
    try:
        told = orjson.loads(answered)
    except orjson.JSONDecodeError:
        return ["a refusal that isn't JSON"]
    if not isinstance(told, dict):
        return ["a refusal that isn't an object"]
    found = [f"{name} is no key of an error" for name in sorted(told.keys() - ERROR_KEYS)]
    found += [f"{name} is missing" for name in ("status", "message") if name not in told]
    return found
