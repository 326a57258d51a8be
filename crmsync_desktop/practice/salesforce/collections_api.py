"""`composite/sobjects`: up to 200 records in one call, written in order, each with its own result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from .asks import Answer, Ask
from .errors import ApiError, RowError, json_error, rolled_back
from .ids import normal
from .records import row_id
from .rows import external_key
from .schema import Field, SObject
from .values import Decoded, decode_record

MOST = 200
MOST_RETRIEVED = 2000
MOST_CHUNKS = 10

Result = dict[str, Any]
Work = Callable[[], Result]


class _RolledBackError(Exception):
    """Undoes an allOrNone call."""


def create(ask: Ask) -> Answer:
    records, all_or_none = _records(ask)

    def work(sobject: SObject, decoded: Decoded | RowError) -> Work:
        return lambda: _done(ask.org.records.create(sobject, _good(decoded), ask.user_id))

    return _run(ask, [work(*_typed(ask, record)) for record in records], all_or_none)


def update(ask: Ask) -> Answer:
    records, all_or_none = _records(ask)

    def work(sobject: SObject, decoded: Decoded | RowError) -> Work:
        def one() -> Result:
            fields = dict(_good(decoded))
            given = fields.pop("Id", None)
            if given is None:
                raise RowError("MISSING_ARGUMENT", "Id not specified in an update call")
            id18 = row_id(sobject, given)
            with_id(lambda: ask.org.records.update(sobject, id18, fields, ask.user_id), id18)
            return _done(id18)

        return one

    return _run(ask, [work(*_typed(ask, record)) for record in records], all_or_none)


def upsert(ask: Ask) -> Answer:
    sobject = ask.sobject()
    key = external_key(sobject, ask.names["field"])
    records, all_or_none = _records(ask)
    decoded = []
    for record in records:
        kind, fields = _typed(ask, record)
        if kind is not sobject:
            message = f"The record type {kind.name} does not match the type {sobject.name} of the request"
            raise ApiError(400, "INVALID_INPUT", message)
        decoded.append(fields)
    keys = Counter(_key_of(fields, key) for fields in decoded)

    def work(fields: Decoded | RowError) -> Work:
        def one() -> Result:
            good = dict(_good(fields))
            if keys[_key_of(good, key)] > 1 and good.get(key.name) is not None:
                raise RowError("DUPLICATE_VALUE", f"Duplicate external id specified: {good[key.name]}", [key.name])
            return _upsert(ask, sobject, key, good)

        return one

    return _run(ask, [work(fields) for fields in decoded], all_or_none)


def delete(ask: Ask) -> Answer:
    ids = [part.strip() for part in ask.params.get("ids", "").split(",") if part.strip()]
    if not ids:
        raise ApiError(400, "MISSING_ARGUMENT", "The ids parameter is required")
    _check_size(len(ids), MOST)
    _check_chunks([given[:3] for given in ids])

    def work(given: str) -> Work:
        def one() -> Result:
            sobject = ask.org.records.sobject_of(given)
            if sobject is None:
                raise RowError("MALFORMED_ID", f"bad id {given}")
            id18 = row_id(sobject, given)
            with_id(lambda: ask.org.records.delete(sobject, id18, ask.user_id), id18)
            return _done(id18)

        return one

    return _run(ask, [work(given) for given in ids], ask.flag("allOrNone"))


def retrieve(ask: Ask) -> Answer:
    """Up to 2,000 records by id (POST, or GET with `ids` and `fields`), null for what isn't there."""
    sobject = ask.sobject()
    if ask.method == "GET":
        body: dict[str, Any] = {name: ask.params.get(name, "").split(",") for name in ("ids", "fields")}
    else:
        body = ask.json_object()
    ids, names = body.get("ids"), body.get("fields")
    for listed in (ids, names):
        if not isinstance(listed, list) or not listed or not all(isinstance(entry, str) and entry for entry in listed):
            raise json_error("ids and fields are required lists of strings")
    assert ids is not None
    assert names is not None
    _check_size(len(ids), MOST_RETRIEVED)
    for name in names:
        if name.lower() not in sobject.by_name:
            raise ApiError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
    wanted = []
    for given in ids:
        id18 = normal(given)
        if id18 is None or not id18.startswith(sobject.prefix):
            raise ApiError(400, "MALFORMED_ID", f"bad id {given}")
        wanted.append(id18)
    return Answer(200, ask.org.queries.records(sobject, ["Id", *names], wanted, ask.version))


class _IdentifiedError(RowError):
    """A refusal whose record is known, so that the result carries its id."""

    id18 = ""


def with_id(write: Callable[[], None], id18: str) -> None:
    try:
        write()
    except RowError as error:
        known = _IdentifiedError(error.code, error.message, error.fields)
        known.id18 = id18
        raise known from error


def _upsert(ask: Ask, sobject: SObject, key: Field, fields: Decoded) -> Result:
    records = ask.org.records
    value = fields.get(key.name)
    if key.type == "id":
        fields.pop("Id", None)
        if value is None:
            return {**_done(records.create(sobject, fields, ask.user_id)), "created": True}
        found = [row_id(sobject, value)]
    elif value is None:
        raise RowError("MISSING_ARGUMENT", f"{key.name} not specified", [key.name])
    else:
        found = ask.org.store.find(sobject, key.name, value)
    if len(found) > 1:
        message = f"More than one record found for external id field: {key.name}: {', '.join(found)}"
        raise RowError("DUPLICATE_EXTERNAL_ID", message, [key.name])
    if not found:
        return {**_done(records.create(sobject, fields, ask.user_id)), "created": True}
    with_id(lambda: records.update(sobject, found[0], fields, ask.user_id), found[0])
    return {**_done(found[0]), "created": False}


def _key_of(fields: Decoded | RowError, key: Field) -> str | None:
    value = None if isinstance(fields, RowError) else fields.get(key.name)
    return None if value is None else str(value).lower()


def _run(ask: Ask, works: Sequence[Work], all_or_none: bool) -> Answer:
    store = ask.org.store
    results: list[Result] = []
    failed = False
    try:
        with store.atomic():
            for work in works:
                try:
                    with store.atomic():
                        results.append(work())
                except RowError as error:
                    failed = True
                    results.append(_failed(error))
            if failed and all_or_none:
                raise _RolledBackError
    except _RolledBackError:
        results = [result if not result["success"] else _failed(rolled_back()) for result in results]
    return Answer(200, results)


def _done(id18: str) -> Result:
    return {"id": id18, "success": True, "errors": []}


def _failed(error: RowError) -> Result:
    known = {"id": error.id18} if isinstance(error, _IdentifiedError) else {}
    return {**known, "success": False, "errors": [error.entry()]}


def _good(decoded: Decoded | RowError) -> Decoded:
    if isinstance(decoded, RowError):
        raise decoded
    return decoded


def _typed(ask: Ask, record: dict[str, Any]) -> tuple[SObject, Decoded | RowError]:
    kind = record.get("attributes", {}).get("type") if isinstance(record.get("attributes"), dict) else None
    sobject = ask.org.schema.get(str(kind))
    if sobject is None:
        # Unverified: whether an unknown type fails the call or the record.
        raise ApiError(400, "INVALID_TYPE", f"sObject type '{kind}' is not supported.")
    return sobject, decode_record(sobject, record)


def _records(ask: Ask) -> tuple[list[dict[str, Any]], bool]:
    body = ask.json_object()
    records, all_or_none = body.get("records"), body.get("allOrNone", False)
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise json_error("Cannot deserialize instance of list of sObjects at [line:1, column:1]")
    if not isinstance(all_or_none, bool) or body.keys() - {"records", "allOrNone"}:
        raise json_error("Unrecognized field or value in the collection at [line:1, column:1]")
    _check_size(len(records), MOST)
    kinds = [record["attributes"].get("type") for record in records if isinstance(record.get("attributes"), dict)]
    _check_chunks(kinds)
    return records, all_or_none


def _check_size(size: int, most: int) -> None:
    if size > most:
        message = f"record limit reached. cannot submit more than {most} records into this call"
        raise ApiError(400, "EXCEEDED_ID_LIMIT", message)


def _check_chunks(kinds: list[Any]) -> None:
    """Consecutive records of one type make a chunk, and a call has at most ten (the code is unverified)."""
    if sum(1 for _ in groupby(kinds)) > MOST_CHUNKS:
        message = "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking."
        raise ApiError(400, "INVALID_BATCH_OPERATION", message)
