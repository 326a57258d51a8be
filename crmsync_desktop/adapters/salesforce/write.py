"""Writing in collections of 200, each record with its own answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from crmsync_desktop.adapters.salesforce import roles, soql, variants
from crmsync_desktop.adapters.salesforce.calls import Calls, server_time, stamp
from crmsync_desktop.adapters.salesforce.catalog import Catalog
from crmsync_desktop.adapters.salesforce.codes import activity_fault, category_of, fault_of
from crmsync_desktop.adapters.salesforce.errors import CallFailed, nonsense
from crmsync_desktop.adapters.salesforce.external_ids import EXTERNAL_ID, external_id_of, origin_of
from crmsync_desktop.adapters.salesforce.ids import is_id, to_18
from crmsync_desktop.adapters.salesforce.payload import fields_of
from crmsync_desktop.adapters.salesforce.role_writes import write_roles
from crmsync_desktop.domain.errors import CrmSyncError, LimitReached, SignInNeeded, Unreachable
from crmsync_desktop.domain.mapping import plain_object
from crmsync_desktop.domain.records import Category, Fault, Op, Outcome, Write, Written
from crmsync_desktop.domain.schema import Schema

BATCH = 200
"""Records of one collections call (apis.md 4.3)."""
_RUNS = 10
"""Runs of consecutive records of one type that one call may hold."""
_LOCK_TRIES = 3
_GRAIN = timedelta(seconds=5)
"""By how much the clock of the Date header may be ahead of the one that stamps records (whole seconds, many servers)."""
_HEADERS = {"Sforce-Auto-Assign": "FALSE"}
"""Leads and cases stay with the owner they are given (assignment rules off)."""


def _upserts(schema: Schema) -> bool:
    """Whether creates go out as upserts. Not where they set what can't be set again: a second upsert would be refused for
    that. Their external id keeps them from being made twice all the same."""
    if external_id_of(schema) is None:
        return False
    return not any(field.default is not None and not field.updateable for field in schema.fields.values())


class _Request:
    """Writes that go out in one HTTP request, and how."""

    __slots__ = ("external", "op", "writes")

    def __init__(self, op: Op, external: str | None, writes: list[Write]) -> None:
        self.op = op
        self.external = external
        self.writes = writes

    @property
    def repeatable(self) -> bool:
        """Whether a second time does no harm."""
        return self.op is not Op.CREATE or self.external is not None

    def part(self, writes: list[Write]) -> _Request:
        return _Request(self.op, self.external, writes)


class Writer:
    """`write` never raises for what Salesforce or the network does."""

    def __init__(self, calls: Calls, catalog: Catalog, pair_of: Callable[[str], str]) -> None:
        self._calls = calls
        self._catalog = catalog
        self._pair_of = pair_of
        self._data = calls.transport.data

    async def write(self, writes: Sequence[Write]) -> list[Written]:
        answers = {
            write.key: _no_id(write) for write in writes if write.op is not Op.CREATE and not is_id(write.id or "")
        }
        writable = [write for write in writes if write.key not in answers]
        try:
            schemas = await self._catalog.get(write.object for write in writable if write.op is not Op.DELETE)
        except (CallFailed, CrmSyncError) as error:
            return [answers.get(write.key) or _not_sent(write, _reason(error)) for write in writes]
        with_roles = [write for write in writable if write.op is not Op.DELETE and roles.FIELD in write.values]
        plain, only_roles = _without_roles(writable)
        stopped: Fault | None = None
        for request in _requests(plain, schemas):
            if stopped is None:
                stopped = await self._with_locks(request, schemas, answers)
            else:
                answers.update((write.key, _not_sent(write, stopped)) for write in request.writes)
        if stopped is not None:
            answers.update((write.key, _not_sent(write, stopped)) for write in only_roles)
        else:
            answers.update((write.key, Written(write.key, Outcome.DONE, write.id)) for write in only_roles)
        await self._roles(with_roles, answers, stopped)
        return [answers[write.key] for write in writes]

    async def complete(self, creates: Sequence[Write], found: Sequence[Written]) -> list[Written]:
        """Creates whose answer was lost and that are there after all: their contact roles may not be."""
        answers = {written.key: written for written in found}
        await self._roles([write for write in creates if roles.FIELD in write.values], answers, None)
        return [answers[write.key] for write in creates]

    async def _roles(self, writes: Sequence[Write], answers: dict[str, Written], stopped: Fault | None) -> None:
        """The contact roles of opportunities that are stored by now. One that was created stays DONE whatever becomes of
        its roles, since it must not be created again; its faults then name the roles as what isn't stored. (A lost
        answer of an update's roles is no doubt about them either: the next try looks first.)"""
        stored = [
            (write, id)
            for write in writes
            if answers[write.key].outcome is Outcome.DONE and (id := answers[write.key].id)
        ]
        if not stored:
            return
        reason = stopped
        faults: dict[str, tuple[Fault, ...]] = {}
        if reason is None:
            try:
                known = (await self._catalog.get([roles.PARENT]))[roles.PARENT].fields.get(roles.FIELD)
                options = known.options if known is not None else ()
                faults = await write_roles(self._calls, stored, options, self._pair_of)
            except (CallFailed, CrmSyncError) as error:
                reason = _reason(error)
        for write, _ in stored:
            told = faults.get(write.key, ())
            if reason is not None:
                told = (msgspec.structs.replace(reason, fields=(roles.FIELD,)),)
            if not told:
                continue
            if write.op is Op.CREATE:
                answers[write.key] = msgspec.structs.replace(answers[write.key], faults=told)
            else:
                outcome = Outcome.FAILED if reason is None else Outcome.NOT_SENT
                answers[write.key] = Written(write.key, outcome, write.id, faults=told)

    async def _with_locks(
        self, request: _Request, schemas: dict[str, Schema], answers: dict[str, Written]
    ) -> Fault | None:
        """Send, and again for the rows that were locked. Returns why nothing more may be sent, or None."""
        waiting = request
        for attempt in range(1, _LOCK_TRIES + 2):
            stopped = await self._divided(waiting, schemas, answers)
            locked = [write for write in waiting.writes if _locked(answers[write.key])]
            if stopped is not None or not locked or attempt > _LOCK_TRIES:
                return stopped
            waiting = request.part(locked)
            await self._calls.backoff(attempt)
        return None

    async def _divided(
        self, request: _Request, schemas: dict[str, Schema], answers: dict[str, Written]
    ) -> Fault | None:
        """Send; where the whole request is refused for what one record holds, send its halves."""
        try:
            answered = await self._send(request, schemas)
        except CrmSyncError as error:
            reason = _reason(error)
            answers.update((write.key, _not_sent(write, reason)) for write in request.writes)
            return reason
        except CallFailed as failed:
            return await self._failed(request, failed, schemas, answers)
        answers.update((written.key, written) for written in answered)
        return None

    async def _failed(
        self, request: _Request, failed: CallFailed, schemas: dict[str, Schema], answers: dict[str, Written]
    ) -> Fault | None:
        reason = _reason(failed)
        if failed.stored:
            answers.update((write.key, _unknown(write, reason)) for write in request.writes)
            return reason
        if failed.status not in (400, 404) or failed.temporary:
            answers.update((write.key, _not_sent(write, reason)) for write in request.writes)
            return reason
        if failed.status == 404:
            # The object or the external-id field itself is gone: true of every record, and of the schema.
            self._catalog.forget({write.object for write in request.writes})
        if failed.status == 404 or len(request.writes) == 1:
            for write in request.writes:
                faults = tuple(_fault(entry, write) for entry in failed.entries) or (reason,)
                answers[write.key] = Written(write.key, Outcome.FAILED, faults=faults)
            return None
        middle = len(request.writes) // 2
        stopped: Fault | None = None
        for half in (request.writes[:middle], request.writes[middle:]):
            if stopped is None:
                stopped = await self._divided(request.part(half), schemas, answers)
            else:
                answers.update((write.key, _not_sent(write, stopped)) for write in half)
        return stopped

    async def _send(self, request: _Request, schemas: dict[str, Schema]) -> list[Written]:
        """One request and the answer to each of its records."""
        writes = request.writes
        method, path, body = self._wire(request, schemas)
        began = self._calls.now()
        answer = await self._calls.send(
            method,
            path,
            body,
            purpose="write",
            pair=self._pair_of(writes[0].object),
            repeatable=request.repeatable,
            headers=_HEADERS,
        )
        if not isinstance(answer.body, list) or len(answer.body) != len(writes):
            raise nonsense("A collections answer doesn't have one result for each record.")
        ended = self._calls.now()
        version = stamp(server_time(answer.headers, ended) - (ended - began) - _GRAIN)
        return [_written(write, result, version) for write, result in zip(writes, answer.body, strict=True)]

    def _wire(self, request: _Request, schemas: dict[str, Schema]) -> tuple[str, str, Any]:
        path = f"{self._data}/composite/sobjects"
        if request.op is Op.DELETE:
            ids = ",".join(write.id or "" for write in request.writes)
            return "DELETE", f"{path}?ids={ids}&allOrNone=false", None
        records = [_record(write, schemas[write.object]) for write in request.writes]
        body = {"allOrNone": False, "records": records}
        if request.external is not None:
            return "PATCH", f"{path}/{soql.name(plain_object(request.writes[0].object))}/{request.external}", body
        return ("POST" if request.op is Op.CREATE else "PATCH"), path, body


def _without_roles(writes: Sequence[Write]) -> tuple[list[Write], list[Write]]:
    """The writes without their contact roles, which aren't a field of the record; and those that have nothing else."""
    plain: list[Write] = []
    only_roles: list[Write] = []
    for write in writes:
        if write.op is Op.DELETE or roles.FIELD not in write.values:
            plain.append(write)
        elif write.op is Op.UPDATE and len(write.values) == 1:
            only_roles.append(write)
        else:
            plain.append(without_roles(write))
    return plain, only_roles


def without_roles(write: Write) -> Write:
    if roles.FIELD not in write.values:
        return write
    return msgspec.structs.replace(write, values={n: v for n, v in write.values.items() if n != roles.FIELD})


def _requests(writes: Sequence[Write], schemas: dict[str, Schema]) -> Iterator[_Request]:
    """The least number of requests: mixed objects together, sorted into few runs; upserts by object, as they must be."""
    groups: dict[tuple[Op, str], list[Write]] = {}
    upserting = {
        object for object in {write.object for write in writes if write.op is Op.CREATE} if _upserts(schemas[object])
    }
    for write in writes:
        upsert = write.op is Op.CREATE and write.object in upserting and write.origin_id is not None
        groups.setdefault((write.op, plain_object(write.object) if upsert else ""), []).append(write)
    for (op, upserted), group in groups.items():
        group.sort(key=lambda write: write.object)
        part: list[Write] = []
        for write in group:
            kinds = {plain_object(other.object) for other in (*part, write)}
            if len(part) == BATCH or len(kinds) > _RUNS:
                yield _Request(op, EXTERNAL_ID if upserted else None, part)
                part = []
            part.append(write)
        yield _Request(op, EXTERNAL_ID if upserted else None, part)


def _record(write: Write, schema: Schema) -> dict[str, Any]:
    record: dict[str, Any] = {"attributes": {"type": plain_object(write.object)}}
    if write.op is Op.UPDATE:
        record["id"] = write.id
        return record | fields_of(write.values, schema)
    record |= fields_of(variants.completed(write, schema), schema)
    external = external_id_of(schema)
    if external is not None and write.origin_id is not None:
        record[external] = origin_of(write, schema)
    return record


def _written(write: Write, result: Any, version: str) -> Written:
    """`version`: for an update, a moment that its new SystemModstamp, which the answer doesn't tell, can't be before."""
    try:
        if result["success"]:
            created = write.op is Op.CREATE and bool(result.get("created", True))
            told = version if write.op is Op.UPDATE else None
            return Written(write.key, Outcome.DONE, to_18(result["id"]), created, told)
        faults = tuple(_fault(entry, write) for entry in result["errors"])
    except (KeyError, TypeError, AttributeError):
        raise nonsense("A collections answer has a result without success or errors.") from None
    if write.op is Op.DELETE and any(fault.code == "ENTITY_IS_DELETED" for fault in faults):
        return Written(
            write.key, Outcome.DONE, write.id
        )  # as asked; by a try whose answer was lost, or by someone else
    return Written(write.key, Outcome.FAILED, faults=faults)


def _fault(entry: Mapping[str, Any], write: Write) -> Fault:
    fault = fault_of(entry)
    return activity_fault(fault, write) if variants.is_activity(write.object) else fault


def _locked(written: Written) -> bool:
    return written.outcome is Outcome.FAILED and any(fault.category is Category.TEMPORARY for fault in written.faults)


def _not_sent(write: Write, reason: Fault) -> Written:
    return Written(write.key, Outcome.NOT_SENT, faults=(reason,))


def _unknown(write: Write, reason: Fault) -> Written:
    return Written(write.key, Outcome.UNKNOWN, faults=(reason,))


def _no_id(write: Write) -> Written:
    fault = Fault(Category.RECORD_GONE, "MALFORMED_ID", f"{write.id!r} is not the id of a Salesforce record.", ("Id",))
    return Written(write.key, Outcome.FAILED, faults=(fault,))


def _reason(error: CallFailed | CrmSyncError) -> Fault:
    """Why a request didn't come through, as a fault of each of its records."""
    told = error.error if isinstance(error, CallFailed) else error
    code = (error.code if isinstance(error, CallFailed) else "") or type(told).__name__
    category = category_of(code, told.detail)
    if isinstance(told, LimitReached):
        category = Category.LIMITS
    elif isinstance(told, SignInNeeded):
        category = Category.CONNECTION
    elif isinstance(told, Unreachable):
        category = Category.TEMPORARY
    return Fault(category, code, " ".join(part for part in (told.title, told.detail) if part))
