"""`sobjects/X/…`: one record by id or by external id, and the lists of what was updated or deleted."""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

from typing import Any

from .asks import Answer, Ask
from .commits import as_committed
from .conditions import TAGGED, check_unmodified, etag, unchanged
from .deletion import deleted_between
from .errors import ApiError, RowError, not_found
from .ids import normal
from .parent_keys import decoded
from .schema import Field, SObject
from .soql_scope import hidden
from .stamps import parse_datetime, stamp
from .store import Row, quoted

_UPDATED_DAYS = 30
_DELETED_DAYS = 15


def create(ask: Ask) -> Answer:
    sobject = ask.sobject()
    with ask.org.store.atomic():
        new_id = ask.org.records.create(
            sobject, _decoded(ask, sobject, ask.json_object()), ask.user_id, options=ask.options
        )
    return _created(ask, sobject, new_id)


@as_committed
def read(ask: Ask) -> Answer:
    sobject = ask.sobject()
    id18 = _existing(ask, sobject)
    return _read(ask, sobject, id18)


def update(ask: Ask) -> Answer:
    sobject = ask.sobject()
    id18 = _existing(ask, sobject)
    record = ask.json_object()
    if any(name.lower() == "id" for name in record):
        raise ApiError(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    check_unmodified(ask, sobject, ask.org.store.get(sobject, id18) or {})
    with ask.org.store.atomic():
        ask.org.records.update(sobject, id18, _decoded(ask, sobject, record), ask.user_id, options=ask.options)
    return Answer(204)


def delete(ask: Ask) -> Answer:
    sobject = ask.sobject()
    id18 = _existing(ask, sobject)
    with ask.org.store.atomic():
        ask.org.records.delete(sobject, id18, ask.user_id)
    return Answer(204)


@as_committed
def read_by_key(ask: Ask) -> Answer:
    sobject = ask.sobject()
    found = _by_key(ask, sobject, external_key(sobject, ask.names["field"]))
    if not found:
        raise not_found()
    return _several(ask, sobject, found) if len(found) > 1 else _read(ask, sobject, found[0])


def upsert(ask: Ask) -> Answer:
    """201 with the new id, or 200 with `created` false (since API 46 an update answers with a body)."""
    sobject = ask.sobject()
    key = external_key(sobject, ask.names["field"])
    record = ask.json_object()
    if any(name.lower() == key.name.lower() for name in record):
        raise ApiError(400, "INVALID_FIELD", f"The {key.name} field should not be specified in the sobject data.")
    if key.type == "id":
        return update(Ask(**{**ask.__dict__, "names": {**ask.names, "id": ask.names["value"]}}))
    found = _by_key(ask, sobject, key)
    if len(found) > 1:
        return _several(ask, sobject, found)
    if not found and ask.flag("updateOnly"):
        raise not_found()
    with ask.org.store.atomic():
        if found:
            check_unmodified(ask, sobject, ask.org.store.get(sobject, found[0]) or {})
            ask.org.records.update(sobject, found[0], _decoded(ask, sobject, record), ask.user_id, options=ask.options)
            return Answer(200, {"id": found[0], "success": True, "errors": [], "created": False})
        fields = _decoded(ask, sobject, {**record, key.name: ask.names["value"]})
        new_id = ask.org.records.create(sobject, fields, ask.user_id, options=ask.options)
    answer = _created(ask, sobject, new_id)
    answer.body["created"] = True
    return answer


def delete_by_key(ask: Ask) -> Answer:
    sobject = ask.sobject()
    found = _by_key(ask, sobject, external_key(sobject, ask.names["field"]))
    if not found:
        raise not_found()
    if len(found) > 1:
        return _several(ask, sobject, found)
    with ask.org.store.atomic():
        ask.org.records.delete(sobject, found[0], ask.user_id)
    return Answer(204)


@as_committed
def updated(ask: Ask) -> Answer:
    """Ids changed in a span of at most 30 days back, deleted ones left out; seconds of the span are ignored."""
    sobject = ask.sobject()
    start, end = _span(ask, sobject, _UPDATED_DAYS)
    live = " AND IsDeleted = 0" if sobject.soft_deletes else ""
    seen = hidden(sobject, quoted(sobject.name))
    sql = f"SELECT Id FROM {quoted(sobject.name)} WHERE SystemModstamp >= ? AND SystemModstamp < ?{live}{seen} ORDER BY Id"
    ids = [found for (found,) in ask.org.store.db.execute(sql, (start, end))]
    _check_number(ask, len(ids))
    return Answer(200, {"ids": ids, "latestDateCovered": min(end, ask.org.latest_covered())})


@as_committed
def deleted(ask: Ask) -> Answer:
    """Ids deleted in a span of at most 15 days back, also of what has left the recycle bin."""
    sobject = ask.sobject()
    start, end = _span(ask, sobject, _DELETED_DAYS)
    found = deleted_between(ask.org.store, sobject, start, end)
    _check_number(ask, len(found))
    now = int(ask.org.clock.now())
    body = {
        "deletedRecords": [{"deletedDate": when, "id": id18} for id18, when in found],
        "earliestDateAvailable": stamp(max(now - _DELETED_DAYS * 86_400, int(ask.org.created_at))),
        "latestDateCovered": min(end, ask.org.latest_covered()),
    }
    return Answer(200, body)


def external_key(sobject: SObject, name: str) -> Field:
    """The field to upsert by. Raises ApiError 404 for one that can't identify a record."""
    item = sobject.by_name.get(name.lower())
    if item is None or not (item.flags["externalId"] or item.flags["idLookup"]):
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise ApiError(404, "NOT_FOUND", message)
    return item


def _decoded(ask: Ask, sobject: SObject, record: dict[str, Any]) -> Row:
    found = decoded(ask, sobject, record)
    if isinstance(found, RowError):
        raise found
    return found


def _created(ask: Ask, sobject: SObject, new_id: str) -> Answer:
    headers = {"Location": f"{ask.base}/sobjects/{sobject.name}/{new_id}"}
    return Answer(201, {"id": new_id, "success": True, "errors": []}, headers)


def _existing(ask: Ask, sobject: SObject) -> str:
    """The id in the path. Raises ApiError 404 for none of this object's, and for one in the recycle bin.

    Unverified: a record in the recycle bin is answered with 404 ENTITY_IS_DELETED when it is read by its id.
    """
    given = ask.names["id"]
    id18 = normal(given)
    if id18 is None or not id18.startswith(sobject.prefix):
        message = f"Provided external ID field does not exist or is not accessible: {given}"
        raise ApiError(404, "NOT_FOUND", message)
    row = ask.org.store.get(sobject, id18)
    if row is None:
        raise not_found()
    if row.get("IsDeleted"):
        raise ApiError(404, "ENTITY_IS_DELETED", "entity is deleted", [])
    return id18


def _by_key(ask: Ask, sobject: SObject, key: Field) -> list[str]:
    value = ask.names["value"]
    if key.type == "id":
        value = normal(value) or value
    return ask.org.store.find(sobject, key.name, value)


def _several(ask: Ask, sobject: SObject, found: list[str]) -> Answer:
    return Answer(300, [f"{ask.base}/sobjects/{sobject.name}/{id18}" for id18 in found])


def _read(ask: Ask, sobject: SObject, id18: str) -> Answer:
    if id18 in sobject.hidden_ids:
        raise not_found()
    row = ask.org.store.get(sobject, id18) or {}
    headers = {"ETag": etag(sobject, row)} if sobject.name in TAGGED else {}
    if unchanged(ask, sobject, row):
        return Answer(304, headers=headers)
    names = [name.strip() for name in ask.params.get("fields", "").split(",") if name.strip()]
    for name in names:
        if name.lower() not in sobject.by_name:
            message = f"No such column '{name}' on sobject of type {sobject.name}"
            raise ApiError(400, "INVALID_FIELD", message)
    names = ["Id", *names] if names else [item.name for item in sobject.fields]
    return Answer(200, ask.org.queries.records(sobject, names, [id18], ask.version)[0], headers)


def _span(ask: Ask, sobject: SObject, days: int) -> tuple[str, str]:
    """Start and end in whole minutes. Raises ApiError 400.

    Unverified: a span without a start or an end is refused with 400 MALFORMED_QUERY.
    Unverified: an object that can't be replicated is refused with 400 INVALID_TYPE.
    """
    if not sobject.flags["replicateable"]:
        raise ApiError(400, "INVALID_TYPE", f"sObject type {sobject.name} is not replicateable")
    start, end = (parse_datetime(ask.params.get(name, "").replace(" ", "+")) for name in ("start", "end"))
    if start is None or end is None:
        raise ApiError(400, "MALFORMED_QUERY", "start and end are required as ISO 8601 dates and times")
    start, end = f"{start[:16]}:00.000+0000", f"{end[:16]}:00.000+0000"
    oldest = stamp(int(ask.org.clock.now()) - days * 86_400)
    if start >= end:
        raise ApiError(400, "INVALID_REPLICATION_DATE", "startDate must be at least one minute before endDate")
    if start < f"{oldest[:16]}:00.000+0000":
        raise ApiError(400, "INVALID_REPLICATION_DATE", f"startDate cannot be more than {days} days ago")
    return start, end


def _check_number(ask: Ask, found: int) -> None:
    """Unverified: too many ids in the span are refused with 400 EXCEEDED_ID_LIMIT."""
    if found > ask.org.most_replicated:
        message = f"The span holds more than {ask.org.most_replicated} records: ask for a shorter one"
        raise ApiError(400, "EXCEEDED_ID_LIMIT", message)
