"""Query jobs of Bulk API 2.0: which queries they take, and their rows as CSV in pieces of the org's database.

Facts: "Understanding Bulk API 2.0 Query" of the Bulk API 2.0 guide (no GROUP BY, OFFSET, TYPEOF, aggregates, compound
fields or children).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from .bulk_csv import DELIMITERS, LINE_ENDINGS, line
from .bulk_store import BulkStore, Job
from .errors import ApiError
from .queries import Queries
from .schema import Field, SObject
from .soql import Path, Query, parse

_PIECE = 10_000
_VERSION = "v67.0"
Record = dict[str, Any]


def check(schema: dict[str, SObject], soql: str) -> str:
    """The name of the object that a query is on. Raises ApiError 400 for a query that a job doesn't take.

    Unverified: a query that Bulk API 2.0 doesn't take is refused when the job is made, with errorCode API_ERROR.
    """
    query = parse(soql)
    kinds = {type(entry) for entry in query.select}
    if Query in kinds:
        raise _refused("Aggregate Relationships not supported in Bulk Query")
    if query.group or query.offset or len(query.sources) > 1 or not query.select or kinds != {Path}:
        raise _refused("Only plain fields can be selected in a Bulk Query, without GROUP BY and OFFSET")
    sobject = _sobject(schema, query)
    for entry in query.select:
        item = _field(schema, sobject, _parts(query, entry))
        if item is not None and not item.stored:
            raise _refused("Selecting compound data not supported in Bulk Query")
    return sobject.name


def _sobject(schema: dict[str, SObject], query: Query) -> SObject:
    for name, found in schema.items():
        if name.lower() == query.sobject.lower():
            return found
    raise ApiError(400, "INVALIDENTITY", f"Entity '{query.sobject}' is not supported by the Bulk API.")


def columns(schema: dict[str, SObject], soql: str) -> list[str]:
    """The header of the results: the selected paths in the API's own spelling."""
    query = parse(soql)
    sobject = _sobject(schema, query)
    return [".".join(_spelled(schema, sobject, _parts(query, entry))) for entry in query.select]


def fill(queries: Queries, schema: dict[str, SObject], store: BulkStore, job: Job) -> None:
    """Run the query of a job and keep its rows. Raises ApiError for one that doesn't hold."""
    soql = str(job.asked["query"])
    names = columns(schema, soql)
    paths = [name.split(".") for name in names]
    kinds = [_type(schema, job.sobject, path) for path in paths]
    picks = [_pick(path, kind) for path, kind in zip(paths, kinds, strict=True)]
    quote, end = f'"{DELIMITERS[job.delimiter]}"', f'"{LINE_ENDINGS[job.line_ending]}'
    piece: list[str] = []
    first = 0
    for record in _records(queries, soql, with_deleted=job.operation == "queryAll"):
        piece.append(line([pick(record) for pick in picks], quote, end))
        if len(piece) == _PIECE:
            store.put(job.id, "page", orjson.dumps(piece), first)
            first, piece = first + len(piece), []
    if piece:
        store.put(job.id, "page", orjson.dumps(piece), first)
    job.header, job.processed = names, first + len(piece)


def page(store: BulkStore, job: Job, first: int, most: int) -> tuple[str, int]:
    """The rows from number `first` on, at most `most`, under their header, and how many they are."""
    rows: list[str] = []
    for start, content in store.parts(job.id, "page", first):
        rows += orjson.loads(content)[max(0, first - start) :]
        if len(rows) >= most:
            break
    quote, end = f'"{DELIMITERS[job.delimiter]}"', f'"{LINE_ENDINGS[job.line_ending]}'
    shown = rows[:most]
    return line(job.header, quote, end) + "".join(shown), len(shown)


def _refused(message: str) -> ApiError:
    return ApiError(400, "API_ERROR", message)


def _records(queries: Queries, soql: str, *, with_deleted: bool) -> Iterator[Record]:
    answer = queries.run(soql, _VERSION, with_deleted=with_deleted)
    yield from answer["records"]
    while not answer["done"]:
        answer = queries.more(answer["nextRecordsUrl"].rpartition("/")[2], _VERSION)
        yield from answer["records"]


def _parts(query: Query, entry: Any) -> tuple[str, ...]:
    parts: tuple[str, ...] = entry.parts
    first = (query.alias or query.sobject).lower()
    return parts[1:] if len(parts) > 1 and parts[0].lower() == first else parts


def _walk(schema: dict[str, SObject], sobject: SObject, parts: tuple[str, ...]) -> tuple[SObject, list[str]] | None:
    """The object that the last part is a field of, with the relationships spelled; None where a step is unknown. Of
    several objects that a lookup may hold, one that has the next part."""
    names = []
    for part, following in itertools.pairwise(parts):
        item = sobject.by_relationship.get(part.lower())
        targets = [schema[name] for name in item.reference_to if name in schema] if item is not None else []
        if item is None or not targets:
            return None
        names.append(item.relationship or part)
        known = (found for found in targets if following.lower() in {**found.by_name, **found.by_relationship})
        sobject = next(known, targets[-1])
    return sobject, names


def _field(schema: dict[str, SObject], sobject: SObject, parts: tuple[str, ...]) -> Field | None:
    found = _walk(schema, sobject, parts)
    return found[0].by_name.get(parts[-1].lower()) if found is not None else None


def _spelled(schema: dict[str, SObject], sobject: SObject, parts: tuple[str, ...]) -> list[str]:
    found = _walk(schema, sobject, parts)
    item = found[0].by_name.get(parts[-1].lower()) if found is not None else None
    return [*found[1], item.name] if found is not None and item is not None else list(parts)


def _type(schema: dict[str, SObject], sobject: str, path: list[str]) -> str:
    item = _field(schema, schema[sobject], tuple(path))
    return item.type if item is not None else "string"


def _pick(path: list[str], kind: str) -> Callable[[Record], str]:
    """A function from a record to the text of one column.

    Unverified: a date and time in the CSV of a query job ends in Z, where the REST API writes +0000.
    """

    def pick(record: Record) -> str:
        value: Any = record
        for name in path:
            value = value.get(name) if value is not None else None
        if value is None:
            return ""
        if kind == "datetime":
            return str(value).replace("+0000", "Z")
        if value is True or value is False:
            return "true" if value else "false"
        return str(value)

    return pick
