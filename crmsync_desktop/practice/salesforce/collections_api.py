"""`composite/sobjects`: up to 200 records in one call, each with its own result, in the order of the request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from . import parent_keys
from .asks import Answer, Ask
from .errors import ApiError, RowError, json_error, rolled_back
from .ids import normal
from .records import Outcome, row_id
from .routing import only_keys
from .rows import external_key
from .schema import Field, SObject
from .values import Decoded

MOST = 200
MOST_RETRIEVED = 2000
MOST_CHUNKS = 10

Result = dict[str, Any]
Typed = tuple[SObject, Decoded | RowError]


class _RolledBackError(Exception):
    """Undoes an allOrNone call."""


def create(ask: Ask) -> Answer:
    records, all_or_none = _records(ask)
    typed = [_typed(ask, record) for record in records]

    def work() -> Iterable[Result]:
        for sobject, chunk in _chunks(typed):
            for outcome in ask.org.records.create_many(sobject, chunk, ask.user_id, options=ask.options):
                yield _result(outcome)

    return _run(ask, work, all_or_none)


def update(ask: Ask) -> Answer:
    records, all_or_none = _records(ask)
    typed = [_typed(ask, record) for record in records]

    def work() -> Iterable[Result]:
        for sobject, chunk in _chunks(typed):
            targets = [_target(sobject, fields) for fields in chunk]
            good = [target for target in targets if not isinstance(target, RowError)]
            done = iter(ask.org.records.update_many(sobject, good, ask.user_id, options=ask.options))
            for target in targets:
                yield _result(target) if isinstance(target, RowError) else _result(next(done), target[0])

    return _run(ask, work, all_or_none)


def upsert(ask: Ask) -> Answer:
    """Unverified: a record of another type than the address of an upsert names refuses the whole call."""
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
    return _run(ask, lambda: _upserted(ask, sobject, key, decoded), all_or_none)


def delete(ask: Ask) -> Answer:
    ids = [part.strip() for part in ask.params.get("ids", "").split(",") if part.strip()]
    if not ids:
        raise ApiError(400, "MISSING_ARGUMENT", "The ids parameter is required")
    if ask.params.get("allOrNone", "false").lower() not in ("true", "false"):
        # Unverified: an allOrNone that is neither true nor false refuses the whole deletion.
        raise ApiError(400, "INVALID_QUERY_PARAMETER", "The parameter 'allOrNone' is true or false")
    all_or_none = ask.flag("allOrNone")
    _check_size(len(ids), MOST)
    _check_chunks([given[:3] for given in ids])

    def one(given: str) -> Result:
        sobject = ask.org.records.sobject_of(given)
        if sobject is None:
            return _result(RowError("MALFORMED_ID", f"bad id {given}"))
        try:
            id18 = row_id(sobject, given)
        except RowError as error:
            return _result(error)
        try:
            ask.org.records.delete(sobject, id18, ask.user_id)
        except RowError as error:
            return _result(error, id18)
        return _result(id18)

    return _run(ask, lambda: [one(given) for given in ids], all_or_none)


def retrieve(ask: Ask) -> Answer:
    """Up to 2,000 records by id (POST, or GET with `ids` and `fields`), null for what isn't there."""
    sobject = ask.sobject()
    if ask.method == "GET":
        body: dict[str, Any] = {name: ask.params.get(name, "").split(",") for name in ("ids", "fields")}
    else:
        body = ask.json_object()
        only_keys(body, ("ids", "fields"), "sObject collection")
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


def _upserted(ask: Ask, sobject: SObject, key: Field, decoded: list[Decoded | RowError]) -> list[Result]:
    """Creates first, then updates; an external id that stands twice refuses every record that has it.

    Unverified: an Id beside the external id of an upsert is refused as a field that can not be written.
    """
    times = Counter(_key_of(fields, key) for fields in decoded)
    found = _found(ask, sobject, key, decoded)
    results: list[Result] = [{} for _ in decoded]
    creates: list[tuple[int, Decoded]] = []
    updates: list[tuple[int, str, Decoded]] = []
    for index, given in enumerate(decoded):
        try:
            fields = dict(_good(given))
            target = _upsert_target(key, fields, times, found)
            if target is None:
                creates.append((index, fields))
            else:
                updates.append((index, row_id(sobject, target), fields))
        except RowError as error:
            results[index] = _result(error)
    records = ask.org.records
    if creates:
        made = records.create_many(sobject, [fields for _, fields in creates], ask.user_id, options=ask.options)
        for (index, _), outcome in zip(creates, made, strict=True):
            results[index] = _result(outcome) | ({} if isinstance(outcome, RowError) else {"created": True})
    if updates:
        changes = [(id18, fields) for _, id18, fields in updates]
        done = records.update_many(sobject, changes, ask.user_id, options=ask.options)
        for (index, id18, _), outcome in zip(updates, done, strict=True):
            results[index] = _result(outcome, id18) | ({} if isinstance(outcome, RowError) else {"created": False})
    return results


def _upsert_target(key: Field, fields: Decoded, times: Counter[str | None], found: dict[str, list[str]]) -> str | None:
    """The id to update, None for a new record. Raises RowError where there isn't one answer."""
    value = fields.get(key.name)
    if key.type == "id":
        fields.pop("Id", None)
        return None if value is None else str(value)
    if value is None:
        raise RowError("MISSING_ARGUMENT", f"{key.name} not specified", [key.name])
    if times[_folded(value)] > 1:
        raise RowError("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", [key.name])
    ids = found.get(_folded(value), [])
    if len(ids) > 1:
        message = f"More than one record found for external id field: {key.name}: {', '.join(ids)}"
        raise RowError("DUPLICATE_EXTERNAL_ID", message, [key.name])
    return ids[0] if ids else None


def _found(ask: Ask, sobject: SObject, key: Field, decoded: list[Decoded | RowError]) -> dict[str, list[str]]:
    """The live records that have one of the keys, by key, with one query."""
    if key.type == "id":
        return {}
    values = [fields[key.name] for fields in decoded if not isinstance(fields, RowError) and fields.get(key.name)]
    found: dict[str, list[str]] = {}
    for value, id18 in ask.org.store.holders(sobject, key.name, values) if values else ():
        found.setdefault(_folded(value), []).append(id18)
    return found


def _folded(value: Any) -> str:
    return str(value).lower()


def _key_of(fields: Decoded | RowError, key: Field) -> str | None:
    value = None if isinstance(fields, RowError) else fields.get(key.name)
    return None if value is None else _folded(value)


def _target(sobject: SObject, given: Decoded | RowError) -> tuple[str, Decoded] | RowError:
    """Which record to update, and what with."""
    if isinstance(given, RowError):
        return given
    fields = dict(given)
    try:
        id18 = fields.pop("Id", None)
        if id18 is None:
            return RowError("MISSING_ARGUMENT", "Id not specified in an update call")
        return row_id(sobject, id18), fields
    except RowError as error:
        return error


def _chunks(typed: list[Typed]) -> Iterable[tuple[SObject, list[Decoded | RowError]]]:
    """Consecutive records of one object, which are saved together."""
    for _, group in groupby(typed, key=lambda pair: pair[0].name):
        members = list(group)
        yield members[0][0], [fields for _, fields in members]


def _run(ask: Ask, work: Callable[[], Iterable[Result]], all_or_none: bool) -> Answer:
    results: list[Result] = []
    try:
        with ask.org.store.atomic():
            results = list(work())
            if (all_or_none or ask.all_or_none) and not all(result["success"] for result in results):
                raise _RolledBackError
    except _RolledBackError:
        results = [result if not result["success"] else _result(rolled_back()) for result in results]
    return Answer(200, results)


def _result(outcome: Outcome, id18: str | None = None) -> Result:
    """`id18`: the record that a refusal is about, if it is known."""
    if isinstance(outcome, RowError):
        known = {} if id18 is None else {"id": id18}
        return {**known, "success": False, "errors": outcome.entries()}
    return {"id": outcome, "success": True, "errors": []}


def _good(decoded: Decoded | RowError) -> Decoded:
    if isinstance(decoded, RowError):
        raise decoded
    return decoded


def _typed(ask: Ask, record: dict[str, Any]) -> Typed:
    """Unverified: a record of a collection without a type, or of an unknown one, refuses the whole call."""
    kind = record.get("attributes", {}).get("type") if isinstance(record.get("attributes"), dict) else None
    sobject = ask.org.schema.get(str(kind))
    if sobject is None:
        raise ApiError(400, "INVALID_TYPE", f"sObject type '{kind}' is not supported.")
    return sobject, parent_keys.decoded(ask, sobject, record)


def _records(ask: Ask) -> tuple[list[dict[str, Any]], bool]:
    body = ask.json_object()
    records, all_or_none = body.get("records"), body.get("allOrNone", False)
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise json_error("Cannot deserialize instance of list of sObjects at [line:1, column:1]")
    if not isinstance(all_or_none, bool):
        raise json_error("Cannot deserialize instance of boolean from the given JSON at [line:1, column:1]")
    only_keys(body, ("records", "allOrNone"), "sObject collection")
    _check_size(len(records), MOST)
    kinds = [record["attributes"].get("type") for record in records if isinstance(record.get("attributes"), dict)]
    _check_chunks(kinds)
    return records, all_or_none


def _check_size(size: int, most: int) -> None:
    if size > most:
        message = f"record limit reached. cannot submit more than {most} records into this call"
        raise ApiError(400, "EXCEEDED_ID_LIMIT", message)


def _check_chunks(kinds: list[Any]) -> None:
    """Consecutive records of one type make a chunk, and a call has at most ten.

    Unverified: a call with more than ten chunks is refused whole, with the code INVALID_BATCH_OPERATION.
    """
    if sum(1 for _ in groupby(kinds)) > MOST_CHUNKS:
        message = "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking."
        raise ApiError(400, "INVALID_BATCH_OPERATION", message)
