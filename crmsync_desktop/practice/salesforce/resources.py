"""Which address and method leads to which answer, below `/services/data/vNN.0/`."""

from __future__ import annotations

from . import bulk_api, collections_api, composite, describe, graph, limits, related, rows, tree
from .asks import Answer, Ask
from .errors import ApiError, RowError, json_error, not_found
from .queries import page_size
from .routing import CSV, FORM, JSON, Route, checked, get, send

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
_ROOT = ("composite", "jobs", "limits", "query", "queryAll", "sobjects")


def versions() -> list[dict[str, str]]:
    return [
        {"label": label, "url": f"/services/data/v{version}", "version": version} for version, label in VERSIONS.items()
    ]


def handle(ask: Ask) -> Answer:
    """Answer a request; a refusal becomes an answer with its error body. Never raises ApiError or RowError.

    Unverified: JSON that is nested hundreds of levels deep is refused with 400 JSON_PARSER_ERROR.
    """
    endpoint = "unknown"
    try:
        pattern, routes, names = _find(ask.path)
        endpoint = "/".join(pattern) or "versions/{version}"
        route = checked(ask, routes)
        ask.names = names
        answer = route.handler(ask)
    except RowError as error:
        refused = error.as_api_error()
        answer = Answer(refused.status, refused.body())
    except ApiError as error:
        answer = Answer(error.status, error.body())
    except RecursionError:
        refused = json_error("The request is nested too deeply")
        answer = Answer(refused.status, refused.body())
    answer.endpoint = endpoint
    return answer


def _find(path: list[str]) -> tuple[tuple[str, ...], dict[str, Route], dict[str, str]]:
    """One slash may follow at the end; two in a row are an unknown address, as clients of real orgs have found."""
    segments = path[:-1] if path[-1:] == [""] else path
    for pattern, routes in _BY_LENGTH.get(len(segments), ()):
        names = {}
        for expected, segment in zip(pattern, segments, strict=True):
            if expected.startswith("{") and segment:
                names[expected.strip("{}")] = segment
            elif expected != segment:
                break
        else:
            return pattern, routes, names
    raise not_found()


def endpoint_of(path: list[str]) -> str:
    """The name of the endpoint that a path below the version leads to, "" for none."""
    try:
        return "/".join(_find(path)[0]) or "versions/{version}"
    except ApiError:
        return ""


def _root(ask: Ask) -> Answer:
    return Answer(200, {name: f"{ask.base}/{name}" for name in _ROOT})


def _query(ask: Ask) -> Answer:
    soql = ask.params.get("q")
    if soql is None:
        raise ApiError(400, "MALFORMED_QUERY", "The query parameter 'q' is required")
    with_deleted = ask.path[0] == "queryAll"
    batch = page_size(ask.headers.get("sforce-query-options", ""))
    queries = ask.org.queries
    answer = queries.run(
        soql, ask.version, with_deleted=with_deleted, batch=batch, user_id=ask.user_id, written=not ask.inside
    )
    return Answer(200, answer)


def _query_more(ask: Ask) -> Answer:
    batch = page_size(ask.headers.get("sforce-query-options", ""))
    answer = ask.org.queries.more(ask.names["locator"], ask.version, batch, ask.user_id, written=not ask.inside)
    return Answer(200, answer)


def _composite(ask: Ask) -> Answer:
    return composite.composite(ask, _inner)


def _batch_of(ask: Ask) -> Answer:
    return composite.batch(ask, _inner)


def _graph(ask: Ask) -> Answer:
    return graph.graphs(ask, handle)


def _inner(ask: Ask) -> Answer:
    """A subrequest: composites don't hold composites, nor graphs or Bulk jobs."""
    if (ask.path[:1] == ["composite"] and ask.path[1:2] not in (["sobjects"], ["tree"])) or ask.path[:1] == ["jobs"]:
        return Answer(404, not_found().body())
    return handle(ask)


_TABLE: dict[tuple[str, ...], dict[str, Route]] = {
    (): {"GET": get(_root)},
    ("limits",): {"GET": get(limits.limits)},
    ("limits", "recordCount"): {"GET": get(limits.record_count, "sObjects")},
    ("query",): {"GET": get(_query, "q")},
    ("queryAll",): {"GET": get(_query, "q")},
    ("query", "{locator}"): {"GET": get(_query_more)},
    ("queryAll", "{locator}"): {"GET": get(_query_more)},
    ("sobjects",): {"GET": get(describe.answer_global)},
    ("sobjects", "{sobject}"): {"GET": get(describe.answer_basic), "POST": send(rows.create)},
    ("sobjects", "{sobject}", "describe"): {"GET": get(describe.answer_describe)},
    ("sobjects", "{sobject}", "updated"): {"GET": get(rows.updated, "start", "end")},
    ("sobjects", "{sobject}", "deleted"): {"GET": get(rows.deleted, "start", "end")},
    ("sobjects", "{sobject}", "{id}"): {
        "GET": get(rows.read, "fields"),
        "PATCH": send(rows.update),
        "DELETE": get(rows.delete),
    },
    ("sobjects", "{sobject}", "{field}", "{value}"): {
        "GET": get(related.read_related, "fields"),
        "PATCH": send(rows.upsert, "updateOnly"),
        "DELETE": get(rows.delete_by_key),
    },
    ("composite",): {"POST": send(_composite)},
    ("composite", "batch"): {"POST": send(_batch_of)},
    ("composite", "graph"): {"POST": send(_graph)},
    ("composite", "tree", "{sobject}"): {"POST": send(tree.create)},
    ("composite", "sobjects"): {
        "POST": send(collections_api.create),
        "PATCH": send(collections_api.update),
        "DELETE": get(collections_api.delete, "ids", "allOrNone"),
    },
    ("composite", "sobjects", "{sobject}"): {
        "POST": send(collections_api.retrieve),
        "GET": get(collections_api.retrieve, "ids", "fields"),
    },
    ("composite", "sobjects", "{sobject}", "{field}"): {"PATCH": send(collections_api.upsert)},
    ("jobs", "ingest"): {
        "GET": get(bulk_api.list_ingest, "isPkChunkingEnabled", "jobType", "queryLocator"),
        "POST": send(bulk_api.create_ingest, takes=(*JSON, *FORM)),
    },
    ("jobs", "ingest", "{job}"): {
        "GET": get(bulk_api.read_ingest),
        "PATCH": send(bulk_api.change_ingest),
        "DELETE": get(bulk_api.delete_ingest),
    },
    ("jobs", "ingest", "{job}", "batches"): {"PUT": send(bulk_api.upload, takes=CSV)},
    ("jobs", "ingest", "{job}", "successfulResults"): {"GET": get(bulk_api.successful)},
    ("jobs", "ingest", "{job}", "failedResults"): {"GET": get(bulk_api.failed)},
    ("jobs", "ingest", "{job}", "unprocessedrecords"): {"GET": get(bulk_api.unprocessed)},
    # The guide writes it small; simple-salesforce asks for it like this, and real orgs answer.
    ("jobs", "ingest", "{job}", "unprocessedRecords"): {"GET": get(bulk_api.unprocessed)},
    ("jobs", "query"): {
        "GET": get(bulk_api.list_query, "isPkChunkingEnabled", "jobType", "concurrencyMode", "queryLocator"),
        "POST": send(bulk_api.create_query),
    },
    ("jobs", "query", "{job}"): {
        "GET": get(bulk_api.read_query),
        "PATCH": send(bulk_api.change_query),
        "DELETE": get(bulk_api.delete_query),
    },
    ("jobs", "query", "{job}", "results"): {"GET": get(bulk_api.results, "maxRecords", "locator")},
}
_BY_LENGTH: dict[int, list[tuple[tuple[str, ...], dict[str, Route]]]] = {}
for _pattern, _routes in _TABLE.items():
    _BY_LENGTH.setdefault(len(_pattern), []).append((_pattern, _routes))
