"""`composite` (up to 25 requests that may refer to each other, one call) and `composite/batch` (25, each a call)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote

from .asks import Answer, Ask
from .errors import ApiError, json_error, not_found

MOST = 25
MOST_QUERIES = 5
_REFERENCE = re.compile(r"@\{([^}]+)\}")
_STEP = re.compile(r"\.([A-Za-z]\w*)|\[(\d+)\]")
_NAME = re.compile(r"[A-Za-z0-9_]+")
_ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."

Handle = Callable[[Ask], Answer]


class _RolledBackError(Exception):
    """Undoes a composite with allOrNone."""


class _NoValueError(Exception):
    """A reference to an earlier answer that isn't there."""


def composite(ask: Ask, handle: Handle) -> Answer:
    body = ask.json_object()
    requests = _requests(body, "compositeRequest")
    all_or_none = body.get("allOrNone", False) is True
    names: list[str] = []
    for request in requests:
        name = request.get("referenceId")
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name in names:
            raise ApiError(400, "INVALID_INPUT", f"Provided referenceId is missing, invalid or used twice: {name}")
        names.append(name)
    if sum(_is_costly(str(request.get("url", ""))) for request in requests) > MOST_QUERIES:
        message = f"Cannot have more than {MOST_QUERIES} query or sObject collection operations in a composite request"
        raise ApiError(400, "INVALID_INPUT", message)
    answers: dict[str, Answer] = {}
    try:
        with ask.org.store.atomic():
            for name, request in zip(names, requests, strict=True):
                answers[name] = _one(ask, request, answers, handle)
                if answers[name].failed and all_or_none:
                    raise _RolledBackError
    except _RolledBackError:
        halted = ApiError(400, "PROCESSING_HALTED", _ROLLED_BACK)
        failed = next(name for name, answer in answers.items() if answer.failed)
        answers = {name: answers[name] if name == failed else Answer(400, halted.body()) for name in names}
    shown = [
        {
            "body": answer.body,
            "httpHeaders": answer.headers,
            "httpStatusCode": answer.status,
            "referenceId": name,
        }
        for name, answer in answers.items()
    ]
    return Answer(200, {"compositeResponse": shown})


def batch(ask: Ask, handle: Handle) -> Answer:
    body = ask.json_object()
    requests = _requests(body, "batchRequests")
    halt = body.get("haltOnError", False) is True
    results: list[dict[str, Any]] = []
    failed = False
    for request in requests:
        if failed and halt:
            stopped = ApiError(412, "BATCH_PROCESSING_HALTED", "Batch processing halted per request")
            results.append({"statusCode": 412, "result": stopped.body()})
            continue
        url = str(request.get("url", "")).lstrip("/").removeprefix("services/data/")
        inner = _inner(ask, request, f"/services/data/{url}", request.get("richInput"), {})
        answer = Answer(404, not_found().body()) if inner is None else handle(inner)
        failed = failed or answer.failed
        results.append({"statusCode": answer.status, "result": answer.body})
    return Answer(200, {"hasErrors": failed, "results": results}, cost=max(1, len(requests)))


def _requests(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    requests = body.get(name)
    if not isinstance(requests, list) or not requests or not all(isinstance(entry, dict) for entry in requests):
        raise json_error(f"{name} is a required list of requests at [line:1, column:1]")
    if len(requests) > MOST:
        message = f"The number of subrequests is {len(requests)}, and the limit is {MOST}"
        raise ApiError(400, "LIMIT_EXCEEDED", message)
    return requests


def _is_costly(url: str) -> bool:
    """Queries and collections: a composite takes only five of them."""
    path = url.partition("?")[0].strip("/").split("/")[3:]
    return path[:1] in (["query"], ["queryAll"]) or path[:2] == ["composite", "sobjects"]


def _one(ask: Ask, request: dict[str, Any], answers: dict[str, Answer], handle: Handle) -> Answer:
    try:
        url = str(_filled(request.get("url", ""), answers))
        body = _filled(request.get("body"), answers)
    except _NoValueError as error:
        halted = ApiError(400, "PROCESSING_HALTED", f"Invalid reference specified. No value for {error} found")
        return Answer(400, halted.body())
    headers = request.get("httpHeaders") or {}
    inner = _inner(ask, request, url, body, headers if isinstance(headers, dict) else {})
    return Answer(404, not_found().body()) if inner is None else handle(inner)


def _inner(ask: Ask, request: dict[str, Any], url: str, body: Any, headers: dict[str, Any]) -> Ask | None:
    """The subrequest, or None for an address outside this version of the API."""
    path, _, query = url.partition("?")
    segments = [unquote(part) for part in path.strip("/").split("/")]
    if segments[:3] != ["services", "data", ask.version]:
        return None
    return Ask(
        org=ask.org,
        user_id=ask.user_id,
        version=ask.version,
        method=str(request.get("method", "")).upper(),
        path=segments[3:],
        params=dict(parse_qsl(query, keep_blank_values=True)),
        headers={str(name).lower(): str(value) for name, value in headers.items()},
        body=b"" if body is None else body,
        inside=True,
    )


def _filled(value: Any, answers: dict[str, Answer]) -> Any:
    """`value` with every `@{reference.field}` replaced; alone in a string it keeps the referred value's type."""
    if isinstance(value, dict):
        return {name: _filled(entry, answers) for name, entry in value.items()}
    if isinstance(value, list):
        return [_filled(entry, answers) for entry in value]
    if not isinstance(value, str) or "@{" not in value:
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return _referred(whole[1], answers)
    return _REFERENCE.sub(lambda match: str(_referred(match[1], answers)), value)


def _referred(text: str, answers: dict[str, Answer]) -> Any:
    name = re.split(r"[.\[]", text, maxsplit=1)[0]
    answer = answers.get(name)
    if answer is None or answer.failed:
        raise _NoValueError(text)
    found = answer.body
    rest = text[len(name) :]
    while rest:
        step = _STEP.match(rest)
        if step is None:
            raise _NoValueError(text)
        try:
            found = found[step[1]] if step[1] else found[int(step[2])]
        except (KeyError, IndexError, TypeError):
            raise _NoValueError(text) from None
        rest = rest[step.end() :]
    return found
