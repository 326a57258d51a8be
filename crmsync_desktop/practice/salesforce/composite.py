"""`composite` (up to 25 requests that may refer to each other, one call) and `composite/batch` (25, each a call)."""

from __future__ import annotations

from typing import Any

from .asks import Answer, Ask
from .errors import ApiError, json_error, not_found
from .routing import only_keys
from .subrequests import METHODS, Handle, Part, inner, listed, named, run_all, shown

MOST = 25
MOST_QUERIES = 5
_OLDEST_IN_BATCH = 34


def composite(ask: Ask, handle: Handle) -> Answer:
    """Every part's answer, in order; status 200 whatever the parts say.

    Unverified: more than five queries and collections in a composite are refused with 400 INVALID_INPUT.
    Unverified: limits may be asked for within a composite, though the guide's list of its resources doesn't name them.
    Unverified: a part for another version of the API than the composite's own is answered with 404.
    """
    body = ask.json_object()
    only_keys(body, {"allOrNone", "collateSubrequests", "compositeRequest"}, "composite request")
    all_or_none = _flag(body, "allOrNone")
    # Collating is only about how the server groups independent writes; nobody sees it in the answers.
    _flag(body, "collateSubrequests")
    found = listed(body, "compositeRequest")
    if len(found) > MOST:
        return _too_many()
    parts = named(found)
    if sum(_is_costly(part["url"]) for part in parts.values()) > MOST_QUERIES:
        message = f"Cannot have more than {MOST_QUERIES} query or sObject collection operations in a composite request"
        raise ApiError(400, "INVALID_INPUT", message)
    answers, _ = run_all(ask, parts, handle, all_or_none=all_or_none)
    return Answer(200, {"compositeResponse": shown(answers)})


def _too_many() -> Answer:
    """As an integration's log shows a real org's answer: one result, of no part.

    Unverified: a composite of more than 25 parts is answered with the status 400 around that one result.
    """
    refused = ApiError(400, "LIMIT_EXCEEDED", f"The request can\u2019t contain more than {MOST} operations.")
    result = {"body": refused.body(), "httpHeaders": {}, "httpStatusCode": 400, "referenceId": None}
    return Answer(400, {"compositeResponse": [result]})


def batch(ask: Ask, handle: Handle) -> Answer:
    """Every part's answer; each part counts as a call. Parts are independent, and may be for an older API version.

    Unverified: a part of a batch that says more than method, url and richInput is refused with 400.
    """
    body = ask.json_object()
    only_keys(body, {"batchRequests", "haltOnError"}, "batch request")
    parts = listed(body, "batchRequests", MOST)
    halt = _flag(body, "haltOnError")
    for part in parts:
        only_keys(part, {"method", "url", "richInput"}, "batch subrequest")
        if part.get("method") not in METHODS:
            raise ApiError(400, "INVALID_INPUT", f"Provided method is missing or invalid: {part.get('method')}")
    versions = tuple(f"v{number}.0" for number in range(_OLDEST_IN_BATCH, int(float(ask.version[1:])) + 1))
    results: list[dict[str, Any]] = []
    failed = False
    for part in parts:
        if failed and halt:
            stopped = ApiError(412, "BATCH_PROCESSING_HALTED", "Batch processing halted per request")
            results.append({"statusCode": 412, "result": stopped.body()})
            continue
        answer = _of_batch(ask, part, handle, versions)
        failed = failed or answer.failed
        results.append({"statusCode": answer.status, "result": answer.body})
    return Answer(200, {"hasErrors": failed, "results": results}, cost=len(parts))


def _of_batch(ask: Ask, part: Part, handle: Handle, versions: tuple[str, ...]) -> Answer:
    url = str(part.get("url", "")).lstrip("/").removeprefix("services/data/")
    found = inner(ask, part["method"], f"/services/data/{url}", part.get("richInput"), {}, versions)
    return Answer(404, not_found().body()) if found is None else handle(found)


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise json_error(f"{name} must be true or false at [line:1, column:1]")
    return value


def _is_costly(url: str) -> bool:
    """Queries and collections: a composite takes only five of them."""
    path = url.partition("?")[0].strip("/").split("/")[3:]
    return path[:1] in (["query"], ["queryAll"]) or path[:2] == ["composite", "sobjects"]
