"""Writes: up to 100 records a request, and an answer of its own for each.

Creates use batch/create, not batch/upsert by our unique property: an upsert would quietly overwrite a record that holds
the same Salesforce id already, where the person has to be told of a duplicate. Every input carries its write's key as
objectWriteTraceId: then one bad record doesn't refuse the batch (207), and 2026-03 answers with the trace id. Where the
account has the unique link property, a create whose answer was lost is looked up by it and sent again only if it isn't
there; HubSpot itself refuses a second record with the same value, so nothing is ever doubled.

An update of an id that was merged away is carried out on the survivor; it is reported as RECORD_GONE with the new id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.batches import results_of
from crmsync_desktop.adapters.hubspot.catalog import Catalog
from crmsync_desktop.adapters.hubspot.decoding import echo_of
from crmsync_desktop.adapters.hubspot.engagements import completed
from crmsync_desktop.adapters.hubspot.errors import Refused, ReplyLost, ScopeMissing, faults_of, subjects_of
from crmsync_desktop.adapters.hubspot.matching import TRACE, Joiner
from crmsync_desktop.adapters.hubspot.properties import link_property
from crmsync_desktop.adapters.hubspot.recovering import created_since, found_by_link
from crmsync_desktop.adapters.hubspot.relating import blamed, inline, relate, stored, without
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.domain.errors import CrmSyncError, LimitReached, PassError, SetupError, SignInNeeded
from crmsync_desktop.domain.records import Category, Fault, Op, Outcome, Write, Written
from crmsync_desktop.domain.schema import Schema

_SEPARABLE: Final = frozenset({400, 404, 409, 413, 414})
"""Statuses that may be about one record of a batch."""


class Writer:
    """Writes for one connection."""

    def __init__(self, transport: Transport, catalog: Catalog) -> None:
        self._transport = transport
        self._catalog = catalog

    async def write(self, writes: Sequence[Write]) -> list[Written]:
        """One answer per write, in order. Raises nothing that a record or the network did."""
        answers: dict[str, Written] = {}
        stopped: CrmSyncError | None = None
        for part in _alike(writes):
            if stopped is None:
                stopped = await self._write_alike(part, answers)
            else:
                answers.update(not_sent(part, stopped))
        return [answers[each.key] for each in writes]

    async def _write_alike(self, writes: list[Write], answers: dict[str, Written]) -> CrmSyncError | None:
        """Writes of one object and op; gives back what kept the rest from being sent."""
        try:
            schema = await self._catalog.schema(writes[0].object)
        except CrmSyncError as stop:
            answers.update(not_sent(writes, stop))
            return stop
        waiting: list[tuple[list[Write], bool]] = [(writes, False)]
        while waiting:
            part, again = waiting.pop()
            try:
                answers.update(await self._request(part, schema, again))
                if left := [each for each in part if each.key not in answers]:
                    waiting.extend((smaller, again) for smaller in _halves(left))
            except Refused as refused:
                waiting.extend((smaller, again) for smaller in _taken_apart(part, refused, answers))
            except ScopeMissing as missing:
                fault = Fault(Category.PERMISSIONS, "MISSING_SCOPES", str(missing))
                answers.update(failed(part, (fault,)))
            except ReplyLost as lost:
                rest = None if again else await self._looked_up(part, schema, answers)
                if rest is None:
                    answers.update(unknown(part, lost))
                    answers.update(
                        {key: each for smaller, _ in waiting for key, each in not_sent(smaller, lost).items()}
                    )
                    return lost
                if rest:
                    waiting.append((rest, True))
            except (PassError, SetupError) as stop:
                for smaller, _ in [(part, again), *waiting]:
                    answers.update(not_sent(smaller, stop))
                return stop
        return None

    async def _request(self, writes: list[Write], schema: Schema, again: bool) -> dict[str, Written]:
        op = writes[0].op
        if op is Op.CREATE:
            answers = await self._create(writes, schema)
            return await self._ours_after_all(writes, schema, answers) if again else answers
        if op is Op.UPDATE:
            return await self._related(writes, await self._update(writes, schema), schema)
        body = {"inputs": [{"id": each.id} for each in writes]}
        await self._send(paths.BATCH_ARCHIVE, writes[0].object, body, repeatable=True)
        return {each.key: Written(each.key, Outcome.DONE, each.id) for each in writes}

    async def _create(self, writes: list[Write], schema: Schema) -> dict[str, Written]:
        link = link_property(schema)
        inputs = []
        for each in writes:
            properties = completed(each.object, _texts(without(each)), schema)
            if link is not None and each.origin_id is not None:
                properties[link] = each.origin_id
            inputs.append({"properties": properties, "associations": inline(each, schema), TRACE: each.key})
        data = await self._send(paths.BATCH_CREATE, writes[0].object, {"inputs": inputs}, repeatable=False)
        joiner = Joiner(writes)
        answers, unnamed = _refused_ones(writes, data)
        results = results_of(data)
        for write, record in joiner.created([each for each in writes if each.key not in answers], results, link):
            answers[write.key] = done(write, record, schema, created=True)
        return _completed(writes, answers, unnamed)

    async def _update(self, writes: list[Write], schema: Schema) -> dict[str, Written]:
        answers: dict[str, Written] = {}
        for each in writes:
            if each.values and not without(each).values:  # associations only: no property to send
                answers[each.key] = Written(each.key, Outcome.DONE, each.id, echo=stored(each, schema))
        writes = [each for each in writes if each.key not in answers]
        return answers | (await self._update_properties(writes, schema) if writes else {})

    async def _related(self, writes: list[Write], answers: dict[str, Written], schema: Schema) -> dict[str, Written]:
        """The associations of updated records. Those that HubSpot refuses fail, though their properties are stored: the
        next pass finds these equal."""
        due = [(each, each.id) for each in writes if each.id and each.key in answers and _is_done(answers[each.key])]
        faults = await relate(self._transport, due, schema)
        return answers | {
            key: Written(key, Outcome.FAILED, answers[key].id, faults=told) for key, told in faults.items()
        }

    async def _update_properties(self, writes: list[Write], schema: Schema) -> dict[str, Written]:
        inputs = [{"id": each.id, "properties": _texts(without(each)), TRACE: each.key} for each in writes]
        data = await self._send(paths.BATCH_UPDATE, writes[0].object, {"inputs": inputs}, repeatable=True)
        answers, unnamed = _refused_ones(writes, data)
        left = [each for each in writes if each.key not in answers]
        for write, record in Joiner(writes).updated(left, results_of(data)):
            if record["id"] == write.id:
                answers[write.key] = done(write, record, schema, created=False)
            else:
                moved = Fault(
                    Category.RECORD_GONE, "MERGED", f"The record was merged into {record['id']}.", (), record["id"]
                )
                answers[write.key] = Written(write.key, Outcome.FAILED, write.id, faults=(moved,))
        return _completed(writes, answers, unnamed)

    async def _looked_up(self, writes: list[Write], schema: Schema, answers: dict[str, Written]) -> list[Write] | None:
        """After a lost create: answers for those that are there, and back those that may be sent again; None where that
        can't be told (no link property, or HubSpot still can't be reached)."""
        if writes[0].op is not Op.CREATE or any(each.origin_id is None for each in writes):
            return None
        try:
            found = await found_by_link(self._transport, schema, writes)
        except CrmSyncError:
            return None
        if found is None:
            return None
        for each in writes:
            record = found.get(each.origin_id or "")
            if record is not None and await created_since(self._transport, record, each.journaled_at):
                answers[each.key] = done(each, record, schema, created=True)
        return [each for each in writes if each.key not in answers]

    async def _ours_after_all(
        self, writes: list[Write], schema: Schema, answers: dict[str, Written]
    ) -> dict[str, Written]:
        """A second try that met duplicates: the first one may have been stored after it was looked for."""
        met = [each for each in writes if each.key in answers and _duplicate(answers[each.key])]
        try:
            found = (await found_by_link(self._transport, schema, met) if met else None) or {}
        except CrmSyncError as error:
            return {**answers, **unknown(met, error)}
        for each in met:
            record = found.get(each.origin_id or "")
            if record is not None and await created_since(self._transport, record, each.journaled_at):
                answers[each.key] = done(each, record, schema, created=True)
        return answers

    async def _send(
        self, endpoint: paths.Endpoint, object_name: str, body: dict[str, Any], *, repeatable: bool
    ) -> dict[str, Any]:
        answer = await self._transport.send(
            endpoint, "write", places={"object": object_name}, body=body, repeatable=repeatable
        )
        return answer.data


def done(write: Write, record: dict[str, Any], schema: Schema, *, created: bool) -> Written:
    echo = echo_of(record, tuple(write.values), schema) | stored(write, schema)
    return Written(write.key, Outcome.DONE, str(record["id"]), created, record.get("updatedAt"), echo)


def failed(writes: Sequence[Write], faults: tuple[Fault, ...]) -> dict[str, Written]:
    return {each.key: Written(each.key, Outcome.FAILED, each.id, faults=blamed(each, faults)) for each in writes}


def unknown(writes: Sequence[Write], lost: CrmSyncError) -> dict[str, Written]:
    fault = Fault(Category.TEMPORARY, "REPLY_LOST", str(lost))
    return {each.key: Written(each.key, Outcome.UNKNOWN, each.id, faults=(fault,)) for each in writes}


def not_sent(writes: Sequence[Write], stop: CrmSyncError) -> dict[str, Written]:
    if isinstance(stop, LimitReached):
        fault = Fault(Category.LIMITS, "LIMIT_REACHED", str(stop))
    elif isinstance(stop, SignInNeeded):
        fault = Fault(Category.CONNECTION, "SIGN_IN_NEEDED", str(stop))
    elif isinstance(stop, SetupError):
        fault = Fault(Category.CONNECTION, "SETUP", str(stop))
    else:
        fault = Fault(Category.TEMPORARY, "NOT_REACHED", str(stop))
    return {each.key: Written(each.key, Outcome.NOT_SENT, each.id, faults=(fault,)) for each in writes}


def _taken_apart(part: list[Write], refused: Refused, answers: dict[str, Written]) -> list[list[Write]]:
    """What to send instead of a batch that was refused as a whole. Records that can't be parted get the refusal."""
    if len(part) == 1 or refused.status not in _SEPARABLE:
        answers.update(failed(part, refused.faults))
        return []
    unmapped = {name for fault in refused.faults if fault.category is Category.FIELD_MAPPING for name in fault.fields}
    touched = [each for each in part if unmapped & each.values.keys()]
    if touched:  # a property that is gone or read-only refuses every record that writes it: no need to ask for each
        faults = tuple(fault for fault in refused.faults if fault.category is Category.FIELD_MAPPING)
        answers.update(failed(touched, faults))
        rest = [each for each in part if each.key not in answers]
        return [rest] if rest else []
    return _halves(part)


def _halves(part: list[Write]) -> list[list[Write]]:
    """The first to be sent comes last."""
    middle = len(part) // 2
    return [part[middle:], part[:middle]]


def _is_done(answer: Written) -> bool:
    return answer.outcome is Outcome.DONE


def _duplicate(answer: Written) -> bool:
    return any(fault.category is Category.DUPLICATES for fault in answer.faults)


def _alike(writes: Sequence[Write]) -> list[list[Write]]:
    parts: dict[tuple[str, Op], list[Write]] = {}
    for each in writes:
        parts.setdefault((each.object, each.op), []).append(each)
    return list(parts.values())


def _texts(write: Write) -> dict[str, str]:
    """HubSpot's properties are texts; an empty one clears."""
    return {name: "" if value is None else value for name, value in write.values.items()}


def _status(error: dict[str, Any]) -> int:
    return 404 if error.get("category") == "OBJECT_NOT_FOUND" else 400


def _refused_ones(writes: Sequence[Write], data: dict[str, Any]) -> tuple[dict[str, Written], list[tuple[Fault, ...]]]:
    """The answers in a 207's errors, which name records by trace id or by id; and the faults that name none."""
    by_name = {each.key: each for each in writes} | {each.id: each for each in writes if each.id is not None}
    answers: dict[str, Written] = {}
    unnamed: list[tuple[Fault, ...]] = []
    for error in data.get("errors") or ():
        if not isinstance(error, dict):
            continue
        faults = faults_of(error, _status(error))
        named = [by_name[name] for name in (*subjects_of(error, TRACE), *subjects_of(error, "ids")) if name in by_name]
        answers.update(failed(named, faults))
        if not named:
            unnamed.append(faults)
    return answers, unnamed


def _completed(
    writes: Sequence[Write], answers: dict[str, Written], unnamed: Sequence[tuple[Fault, ...]]
) -> dict[str, Written]:
    """Answers for writes that HubSpot's answer doesn't mention. Where errors that name no record account for them, one
    gets the error, and several are left without an answer, to be sent again apart (they surely weren't stored, or are
    updates, which may be sent twice). Otherwise it can't be told what became of them."""
    silent = [each for each in writes if each.key not in answers]
    if not silent:
        return answers
    if unnamed and (len(silent) == len(unnamed) or silent[0].op is Op.UPDATE):
        return {**answers, **failed(silent, unnamed[0])} if len(silent) == 1 else answers
    fault = Fault(Category.TEMPORARY, "NO_ANSWER", "HubSpot's answer doesn't mention this record.")
    return {**answers, **{each.key: Written(each.key, Outcome.UNKNOWN, each.id, faults=(fault,)) for each in silent}}
