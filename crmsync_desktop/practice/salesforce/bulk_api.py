"""`jobs/ingest` and `jobs/query`: Bulk API 2.0 over HTTP (shapes as in Salesforce's Bulk API 2.0 guide).

Unverified: the bodies of Bulk API 2.0 follow the guide, since no recording of them exists.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from . import bulk_query
from .asks import Answer, Ask
from .bulk_csv import DELIMITERS, LINE_ENDINGS
from .bulk_jobs import read_locator, shown_locator
from .bulk_store import Job, Kind
from .errors import ApiError, json_error
from .routing import only_keys
from .stamps import stamp

LARGEST_UPLOAD = 150_000_000
LARGEST_INLINE = 100_000
"""Characters of data that may come along with the job in one multipart request."""
_PAGE = 1000
_INGEST = ("insert", "update", "upsert", "delete", "hardDelete")
_INGEST_KEYS = frozenset(
    {"object", "operation", "externalIdFieldName", "contentType", "columnDelimiter", "lineEnding", "assignmentRuleId"}
)
_QUERY_KEYS = frozenset({"query", "operation", "contentType", "columnDelimiter", "lineEnding"})


def create_ingest(ask: Ask) -> Answer:
    """A new job; with multipart/form-data its data come along, and the job is closed at once.

    Unverified: a Bulk job that names an assignment rule which the org doesn't have is refused with 400 INVALIDJOB.
    """
    data: bytes | None = None
    if ask.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        given, data = _parts(ask)
    else:
        given = ask.json_object()
    only_keys(given, _INGEST_KEYS, "bulk ingest job")
    operation = _one_of(given, "operation", _INGEST, None)
    sobject = ask.org.schema.get(str(given.get("object")))
    if sobject is None:
        message = f"Entity '{given.get('object')}' is not supported by the Bulk API."
        raise ApiError(400, "INVALIDENTITY", message)
    if given.get("assignmentRuleId"):
        raise ApiError(400, "INVALIDJOB", f"The org has no assignment rule {given['assignmentRuleId']}")
    asked = {**given, **_format(given)}
    if operation == "upsert":
        item = sobject.by_name.get(str(given.get("externalIdFieldName", "")).lower())
        if item is None or not (item.flags["externalId"] or item.flags["idLookup"]):
            message = (
                f"The externalIdFieldName '{given.get('externalIdFieldName')}' is no external id of {sobject.name}"
            )
            raise ApiError(400, "INVALIDJOB", message)
        asked["externalIdFieldName"] = item.name
    elif "externalIdFieldName" in given:
        raise ApiError(400, "INVALIDJOB", f"externalIdFieldName is not allowed for the operation {operation}")
    bulk = ask.org.bulk
    with ask.org.store.atomic():
        job = bulk.create("ingest", operation, sobject.name, ask.user_id, float(ask.version[1:]), asked)
        if data is not None:
            bulk.upload(job, data)
            bulk.close(job)
    body = _shown(job)
    if data is None:
        body["contentUrl"] = f"services/data/{ask.version}/jobs/ingest/{job.id}/batches"
    return Answer(200, body)


def upload(ask: Ask) -> Answer:
    """201 without a body. Raises ApiError 413 above 150 MB.

    Unverified: data above 150 MB are refused with 413 REQUEST_TOO_LARGE.
    """
    if len(ask.body) > LARGEST_UPLOAD:
        raise ApiError(413, "REQUEST_TOO_LARGE", f"The data of a job can not be larger than {LARGEST_UPLOAD} bytes")
    if ask.headers.get("content-encoding"):
        raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", "The data of a job can not be compressed")
    with ask.org.store.atomic():
        ask.org.bulk.upload(_job(ask, "ingest"), ask.body)
    return Answer(201)


def change_ingest(ask: Ask) -> Answer:
    return _change(ask, "ingest", ("UploadComplete", "Aborted"))


def change_query(ask: Ask) -> Answer:
    return _change(ask, "query", ("Aborted",))


def read_ingest(ask: Ask) -> Answer:
    return Answer(200, _details(ask.org.bulk.look("ingest", ask.names["job"])))


def read_query(ask: Ask) -> Answer:
    return Answer(200, _details(ask.org.bulk.look("query", ask.names["job"])))


def list_ingest(ask: Ask) -> Answer:
    return _list(ask, "ingest")


def list_query(ask: Ask) -> Answer:
    return _list(ask, "query")


def delete_ingest(ask: Ask) -> Answer:
    ask.org.bulk.delete(_job(ask, "ingest"))
    return Answer(204)


def delete_query(ask: Ask) -> Answer:
    ask.org.bulk.delete(_job(ask, "query"))
    return Answer(204)


def successful(ask: Ask) -> Answer:
    return _csv(ask.org.bulk.results(_job(ask, "ingest"), "successful"))


def failed(ask: Ask) -> Answer:
    return _csv(ask.org.bulk.results(_job(ask, "ingest"), "failed"))


def unprocessed(ask: Ask) -> Answer:
    return _csv(ask.org.bulk.unprocessed(_job(ask, "ingest")))


def create_query(ask: Ask) -> Answer:
    """A query job, which begins to run at once."""
    given = ask.json_object()
    only_keys(given, _QUERY_KEYS, "bulk query job")
    operation = _one_of(given, "operation", ("query", "queryAll"), None)
    soql = given.get("query")
    if not isinstance(soql, str) or not soql.strip():
        raise ApiError(400, "INVALIDJOB", "The query of a query job is required")
    sobject = bulk_query.check(ask.org.schema, soql)
    asked = {"query": soql, **_format(given)}
    bulk = ask.org.bulk
    with ask.org.store.atomic():
        job = bulk.create("query", operation, sobject, ask.user_id, float(ask.version[1:]), asked)
        bulk.start(job)
    return Answer(200, _shown(job))


def results(ask: Ask) -> Answer:
    """A page of rows as CSV. `Sforce-Locator` is "null" on the last page. "Use the same API version to get query results that
    you used to create the query. Otherwise, the call returns a 409 error" (guide, Get Results for a Query Job).

    Unverified: results asked for in another API version than the query job's are refused with errorCode VERSIONMISMATCH.
    """
    job = _job(ask, "query")
    if float(ask.version[1:]) != job.version:
        raise ApiError(409, "VERSIONMISMATCH", f"The job was created with API version {job.version}")
    most = ask.params.get("maxRecords", str(ask.org.bulk.pace.page_rows))
    if not re.fullmatch(r"[1-9]\d{0,8}", most):
        raise ApiError(400, "INVALID_QUERY_PARAMETER", f"maxRecords must be a positive whole number: {most}")
    first = read_locator(ask.params["locator"]) if ask.params.get("locator") else 0
    text, count, following = ask.org.bulk.page(job, first, int(most))
    answer = _csv(text)
    answer.headers["Sforce-NumberOfRecords"] = str(count)
    answer.headers["Sforce-Locator"] = "null" if following is None else shown_locator(following)
    return answer


def _csv(text: str) -> Answer:
    return Answer(200, content=text.encode(), media_type="text/csv")


def _job(ask: Ask, kind: Kind) -> Job:
    return ask.org.bulk.find(kind, ask.names["job"])


def _change(ask: Ask, kind: Kind, states: tuple[str, ...]) -> Answer:
    given = ask.json_object()
    only_keys(given, {"state"}, "bulk job")
    state = _one_of(given, "state", states, None)
    job = _job(ask, kind)
    with ask.org.store.atomic():
        if state == "UploadComplete":
            ask.org.bulk.close(job)
        else:
            ask.org.bulk.abort(job)
    return Answer(200, _shown(job))


def _list(ask: Ask, kind: Kind) -> Answer:
    """The newest first, a thousand to a page.

    Unverified: the filters of the list of jobs take exactly the values that the jobs show, and others are refused.
    """
    params = ask.params
    wanted = {"ingest": "V2Ingest", "query": "V2Query"}[kind]
    if params.get("jobType", wanted) not in ("V2Ingest", "V2Query", "Classic", "BigObjectIngest"):
        raise ApiError(400, "INVALID_QUERY_PARAMETER", f"Unknown jobType: {params['jobType']}")
    if params.get("isPkChunkingEnabled", "false") not in ("true", "false"):
        raise ApiError(400, "INVALID_QUERY_PARAMETER", "isPkChunkingEnabled must be true or false")
    if params.get("concurrencyMode", "parallel").lower() not in ("parallel", "serial"):
        raise ApiError(400, "INVALID_QUERY_PARAMETER", f"Unknown concurrencyMode: {params['concurrencyMode']}")
    fits = (
        params.get("jobType", wanted) == wanted
        and params.get("isPkChunkingEnabled", "false") == "false"
        and params.get("concurrencyMode", "parallel").lower() == "parallel"
    )
    after = read_locator(params["queryLocator"]) if params.get("queryLocator") else 0
    found = ask.org.bulk.store.page(kind, after, _PAGE + 1) if fits else []
    more = len(found) > _PAGE
    url = f"{ask.base}/jobs/{kind}?queryLocator={shown_locator(found[_PAGE - 1][0])}" if more else None
    records = [{**_shown(job), "jobType": wanted} for _, job in found[:_PAGE]]
    return Answer(200, {"done": not more, "records": records, "nextRecordsUrl": url})


def _one_of(given: dict[str, Any], name: str, allowed: tuple[str, ...], default: str | None) -> str:
    value = given.get(name, default)
    if not isinstance(value, str) or value not in allowed:
        shown = "missing" if value is None else f"'{value}'"
        raise ApiError(400, "INVALIDJOB", f"{name} is {shown}; it must be one of {', '.join(allowed)}")
    return value


def _format(given: dict[str, Any]) -> dict[str, str]:
    return {
        "contentType": _one_of(given, "contentType", ("CSV",), "CSV"),
        "columnDelimiter": _one_of(given, "columnDelimiter", tuple(DELIMITERS), "COMMA"),
        "lineEnding": _one_of(given, "lineEnding", tuple(LINE_ENDINGS), "LF"),
    }


def _shown(job: Job) -> dict[str, Any]:
    """A job as the answers that make or change it, and lists, show it."""
    body = {
        "id": job.id,
        "operation": job.operation,
        "object": job.sobject,
        "createdById": job.user_id,
        "createdDate": stamp(int(job.created)),
        "systemModstamp": stamp(int(job.changed)),
        "state": job.state,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": job.version,
        "lineEnding": job.line_ending,
        "columnDelimiter": job.delimiter,
    }
    if job.asked.get("externalIdFieldName"):
        body["externalIdFieldName"] = job.asked["externalIdFieldName"]
    return body


def _details(job: Job) -> dict[str, Any]:
    """A job as the one who asks for it alone sees it.

    Unverified: a query job that failed tells why in errorMessage, as one for data does.
    """
    counts: dict[str, Any] = {
        "jobType": "V2Ingest" if job.kind == "ingest" else "V2Query",
        "numberRecordsProcessed": job.processed,
        "retries": 0,
        "totalProcessingTime": job.milliseconds,
    }
    if job.error is not None:
        counts["errorMessage"] = job.error
    if job.kind == "query":
        return {**_shown(job), **counts, "isPkChunkingSupported": True}
    counts |= {"numberRecordsFailed": job.failed, "apiActiveProcessingTime": job.milliseconds, "apexProcessingTime": 0}
    return {**_shown(job), **counts}


def _parts(ask: Ask) -> tuple[dict[str, Any], bytes]:
    """The job and its data out of multipart/form-data. Raises ApiError 400."""
    found = re.search(r"boundary=\"?([^\";,]+)\"?", ask.headers["content-type"])
    pieces: dict[str, bytes] = {}
    for piece in ask.body.split(b"--" + found[1].encode())[1:] if found else []:
        head, *rest = re.split(rb"\r?\n\r?\n", piece, maxsplit=1)
        name = re.search(rb'name="([^"]*)"', head)
        if rest and name:
            content = rest[0]
            pieces[name[1].decode("latin-1")] = content.removesuffix(b"\n").removesuffix(b"\r")
    if pieces.keys() != {"job", "content"}:
        raise ApiError(400, "INVALIDJOB", "A multipart request has two parts, named job and content")
    if len(pieces["content"].decode("utf-8", "replace")) > LARGEST_INLINE:
        message = f"The data of a multipart request can not be longer than {LARGEST_INLINE} characters"
        raise ApiError(400, "INVALIDJOB", message)
    try:
        job = orjson.loads(pieces["job"])
    except orjson.JSONDecodeError as error:
        raise json_error(f"{error.msg} at [line:{error.lineno}, column:{error.colno}]") from error
    if not isinstance(job, dict):
        raise json_error("Cannot deserialize instance of object from the given JSON at [line:1, column:1]")
    return job, pieces["content"]
