"""Which address and method leads to which answer, below `/services/data/vNN.0/`."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import collections_api, composite, describe, rows
from .asks import Answer, Ask
from .errors import ApiError, RowError, method_not_allowed, not_found
from .queries import LARGEST_PAGE

VERSIONS = {
    "59.0": "Winter '24",
    "60.0": "Spring '24",
    "61.0": "Summer '24",
    "62.0": "Winter '25",
    "63.0": "Spring '25",
    "64.0": "Summer '25",
    "65.0": "Winter '26",
    "66.0": "Spring '26",
    "67.0": "Summer '26",
}
_ROOT = ("composite", "limits", "query", "queryAll", "sobjects")

Handler = Callable[[Ask], Answer]


def versions() -> list[dict[str, str]]:
    return [
        {"label": label, "url": f"/services/data/v{version}", "version": version} for version, label in VERSIONS.items()
    ]


def handle(ask: Ask) -> Answer:
    """Answer a request; a refusal becomes an answer with its error body. Never raises ApiError or RowError."""
    endpoint = "unknown"
    try:
        pattern, handlers, names = _find(ask.path)
        endpoint = "/".join(pattern) or "versions/{version}"
        handler = handlers.get(ask.method)
        if handler is None:
            raise method_not_allowed(ask.method, list(handlers))
        ask.names = names
        answer = handler(ask)
    except RowError as error:
        refused = error.as_api_error()
        answer = Answer(refused.status, refused.body())
    except ApiError as error:
        answer = Answer(error.status, error.body())
    answer.endpoint = endpoint
    return answer


def _find(path: list[str]) -> tuple[tuple[str, ...], dict[str, Handler], dict[str, str]]:
    segments = [segment for segment in path if segment]
    for pattern, handlers in _TABLE.items():
        if len(pattern) != len(segments):
            continue
        names = {}
        for expected, segment in zip(pattern, segments, strict=True):
            if expected.startswith("{"):
                names[expected.strip("{}")] = segment
            elif expected != segment:
                break
        else:
            return pattern, handlers, names
    raise not_found()


def _root(ask: Ask) -> Answer:
    return Answer(200, {name: f"{ask.base}/{name}" for name in _ROOT})


def _query(ask: Ask) -> Answer:
    soql = ask.params.get("q")
    if soql is None:
        raise ApiError(400, "MALFORMED_QUERY", "The query parameter 'q' is required")
    with_deleted = ask.path[0] == "queryAll"
    return Answer(200, ask.org.queries.run(soql, ask.version, with_deleted=with_deleted, batch=_batch(ask)))


def _query_more(ask: Ask) -> Answer:
    return Answer(200, ask.org.queries.more(ask.names["locator"], ask.version, _batch(ask)))


def _batch(ask: Ask) -> int:
    found = re.search(r"batchSize\s*=\s*(\d+)", ask.headers.get("sforce-query-options", ""))
    return int(found[1]) if found else LARGEST_PAGE


def _limits(ask: Ask) -> Answer:
    usage = ask.org.usage
    # This very call is counted already in the answer of a real org, give or take its own lag (unverified).
    remaining = max(0, usage.limit - usage.used() - 1)
    return Answer(200, {"DailyApiRequests": {"Max": usage.limit, "Remaining": remaining}})


def _record_count(ask: Ask) -> Answer:
    """Counts by object; objects without records and unknown ones are left out when none are asked for by name."""
    wanted = [name.strip() for name in ask.params.get("sObjects", "").split(",") if name.strip()]
    names = [name for name in wanted or sorted(ask.org.schema) if name in ask.org.schema]
    counts = [{"count": ask.org.count(name), "name": name} for name in names]
    return Answer(200, {"sObjects": counts})


def _composite(ask: Ask) -> Answer:
    return composite.composite(ask, _inner)


def _batch_of(ask: Ask) -> Answer:
    return composite.batch(ask, _inner)


def _inner(ask: Ask) -> Answer:
    """A subrequest: composites don't hold composites."""
    if ask.path[:1] == ["composite"] and ask.path[1:2] != ["sobjects"]:
        return Answer(404, not_found().body())
    return handle(ask)


_TABLE: dict[tuple[str, ...], dict[str, Handler]] = {
    (): {"GET": _root},
    ("limits",): {"GET": _limits},
    ("limits", "recordCount"): {"GET": _record_count},
    ("query",): {"GET": _query},
    ("queryAll",): {"GET": _query},
    ("query", "{locator}"): {"GET": _query_more},
    ("queryAll", "{locator}"): {"GET": _query_more},
    ("sobjects",): {"GET": describe.answer_global},
    ("sobjects", "{sobject}"): {"GET": describe.answer_basic, "POST": rows.create},
    ("sobjects", "{sobject}", "describe"): {"GET": describe.answer_describe},
    ("sobjects", "{sobject}", "updated"): {"GET": rows.updated},
    ("sobjects", "{sobject}", "deleted"): {"GET": rows.deleted},
    ("sobjects", "{sobject}", "{id}"): {"GET": rows.read, "PATCH": rows.update, "DELETE": rows.delete},
    ("sobjects", "{sobject}", "{field}", "{value}"): {
        "GET": rows.read_by_key,
        "PATCH": rows.upsert,
        "DELETE": rows.delete_by_key,
    },
    ("composite",): {"POST": _composite},
    ("composite", "batch"): {"POST": _batch_of},
    ("composite", "sobjects"): {
        "POST": collections_api.create,
        "PATCH": collections_api.update,
        "DELETE": collections_api.delete,
    },
    ("composite", "sobjects", "{sobject}"): {"POST": collections_api.retrieve, "GET": collections_api.retrieve},
    ("composite", "sobjects", "{sobject}", "{field}"): {"PATCH": collections_api.upsert},
}
