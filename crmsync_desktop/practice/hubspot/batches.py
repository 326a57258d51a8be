"""The batch endpoints: up to 100 inputs, answered together, or as a 207 that names what failed.

Batch create is all or nothing unless every input has its own objectWriteTraceId (apis: HubSpot's multi-status guide).
Results come in no particular order: clients may not count on that of the inputs, so it isn't kept (PortalSetup).
Unverified: a wrong value refuses a whole batch update or upsert unless every input has a trace id of its own.
Unverified: trace ids don't take an upsert by the e-mail of contacts apart: one wrong input refuses all of it.
Unverified: a record or a unique value that occurs twice in a batch is a 400.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from zlib import crc32

from crmsync_desktop.practice.hubspot import records
from crmsync_desktop.practice.hubspot.associations import Associations, inline_associations
from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.records import Record, answer, numeric_id
from crmsync_desktop.practice.hubspot.refusals import (
    Refusal,
    invalid,
    invalid_json,
    missing_objects,
    required_fields,
    wrong_shape,
)
from crmsync_desktop.practice.hubspot.requirements import enforce
from crmsync_desktop.practice.hubspot.values import iso

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

MAX_INPUTS, MAX_INPUTS_WITH_HISTORY = 100, 50
Answer = tuple[int, dict[str, Any]]


def inputs_of(body: dict[str, Any], allowed: set[str], *, limit: int = MAX_INPUTS) -> list[dict[str, Any]]:
    """The inputs of a batch request. Raises a 400 Refusal if they aren't a list of objects with known keys."""
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(each, dict) for each in inputs):
        raise required_fields(["inputs"]) if inputs is None else wrong_shape("a list of inputs", inputs)
    if not inputs:
        raise invalid("The list of inputs must not be empty.")
    if len(inputs) > limit:
        raise invalid(f"The maximum number of inputs supported in a batch request for this operation is {limit}.")
    for each in inputs:
        if not each.keys() <= allowed:
            raise invalid_json(f'Unrecognized field "{min(set(each) - allowed)}", not marked as ignorable')
        if "id" in allowed and (each.get("id") is None or not isinstance(each["id"], (str, int))):
            raise required_fields(["id"])
        for name in ("objectWriteTraceId", "idProperty"):
            if each.get(name) is not None and not isinstance(each[name], str):
                raise wrong_shape("a text", each[name])
        if "objectWriteTraceId" in allowed:
            properties_of(each)
    return inputs


def properties_of(given: Mapping[str, Any]) -> dict[str, object]:
    """The properties that a write gives, each a text, a number or a truth value. Raises a 400 Refusal."""
    properties = given.get("properties")
    if not isinstance(properties, dict):
        raise required_fields(["properties"]) if properties is None else wrong_shape("an object", properties)
    for value in properties.values():
        if isinstance(value, (dict, list)):
            raise wrong_shape("a text", value)
    return properties


def batch_answer(
    portal: HubSpotPortal, results: list[Any], errors: list[dict[str, Any]], *, created: bool = False
) -> Answer:
    """(status, body): 207 as soon as there is an error."""
    stamp = iso(portal.now_ms())
    body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": stamp, "completedAt": stamp}
    if errors:
        return 207, {**body, "numErrors": len(errors), "errors": errors}
    return (201 if created else 200), body


def written(kind: ObjectType, record: Record, touched: dict[str, Any] | None) -> dict[str, Any]:
    """The answer to a write: all that a new record holds, or what was written to an old one."""
    return answer(kind, record, record.properties if touched is None else touched)


def known_names(portal: HubSpotPortal, kind: ObjectType, names: object) -> list[str] | None:
    """The properties that are asked for and that there are; None if none are asked for. Raises a 400 Refusal.

    Unverified: a property that is asked for and doesn't exist is left out of the answer without a word.
    """
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise wrong_shape("a list of property names", names)
    known = portal.catalog.properties(kind.name)
    return [name for name in names if name in known] if names else None


def batch_read(portal: HubSpotPortal, kind: ObjectType, body: dict[str, Any], *, archived: bool) -> Answer:
    if body.get("idProperty") is not None and not isinstance(body["idProperty"], str):
        raise wrong_shape("a text", body["idProperty"])
    history = known_names(portal, kind, body.get("propertiesWithHistory") or [])
    inputs = inputs_of(body, {"id"}, limit=MAX_INPUTS_WITH_HISTORY if history else MAX_INPUTS)
    references = list(dict.fromkeys(str(each.get("id")) for each in inputs))
    ids = _ids(portal, kind, references, body.get("idProperty"))
    found = records.resolve(portal.connection, kind.name, set(ids.values()))
    names = known_names(portal, kind, body.get("properties") or [])
    shown: dict[int, Record] = {}
    missing = []
    for reference in references:
        record = found.get(ids[reference]) if reference in ids else None
        if record is None or (record.archived_ms is not None) != archived:
            missing.append(reference)
        else:
            shown[record.id] = record
    results = [answer(kind, record, names) for record in shown.values()]
    if history:
        told = records.histories(portal.connection, list(shown.values()), history)
        for result in results:
            result["propertiesWithHistory"] = told[int(result["id"])]
    bare = portal.setup.bare_errors
    errors = [missing_objects(kind.singular.upper(), missing).item({}, bare=bare)] if missing else []
    return batch_answer(portal, _unordered(portal, results), errors)


def batch_create(portal: HubSpotPortal, kind: ObjectType, body: dict[str, Any], version: str) -> Answer:
    inputs = inputs_of(body, {"properties", "associations", "objectWriteTraceId"})
    if not _traced(inputs):
        emails = [each["properties"]["email"] for each in inputs if each["properties"].get("email")]
        _refuse_repeated([str(email).strip().lower() for email in emails], "e-mail addresses")
    associations = Associations(portal)

    def create(each: dict[str, Any]) -> dict[str, Any]:
        links = inline_associations(portal, kind, each.get("associations"))
        properties = each["properties"]
        enforce(portal.setup, version, kind, properties, None)
        record = portal.create(kind, properties)
        associations.add_inline(kind, record.id, links)
        return written(kind, record, None)

    return _write_all(portal, inputs, create, created=True, traced=_traced(inputs))


def batch_update(portal: HubSpotPortal, kind: ObjectType, body: dict[str, Any], version: str) -> Answer:
    inputs = inputs_of(body, {"id", "idProperty", "properties", "objectWriteTraceId"})
    _refuse_repeated([str(each.get("id")) for each in inputs], "IDs")
    found = _targets(portal, kind, inputs)

    def update(each: dict[str, Any]) -> dict[str, Any]:
        record = found.get(str(each.get("id")))
        if record is None:
            raise missing_objects(kind.singular.upper(), [str(each.get("id"))])
        touched = each["properties"]
        enforce(portal.setup, version, kind, touched, record)
        return written(kind, portal.update(kind, record, touched), touched)

    return _write_all(portal, inputs, update, created=False, traced=_traced(inputs))


def batch_upsert(portal: HubSpotPortal, kind: ObjectType, body: dict[str, Any], version: str) -> Answer:
    inputs = inputs_of(body, {"id", "idProperty", "properties", "objectWriteTraceId"})
    _refuse_repeated([str(each["id"]).strip().lower() for each in inputs], "IDs")
    found = _targets(portal, kind, inputs)

    def upsert(each: dict[str, Any]) -> dict[str, Any]:
        reference, id_property = str(each["id"]), str(each.get("idProperty") or "hs_object_id")
        touched = each["properties"]
        record = found.get(reference)
        enforce(portal.setup, version, kind, touched if record else {id_property: reference, **touched}, record)
        if record is not None:
            return {**written(kind, portal.update(kind, record, touched), touched), "new": False}
        if id_property == "hs_object_id":
            raise missing_objects(kind.singular.upper(), [reference])
        made = portal.create(kind, {id_property: reference, **touched})
        return {**written(kind, made, None), "new": True}

    by_email = any(each.get("idProperty") == "email" for each in inputs)
    return _write_all(portal, inputs, upsert, created=False, traced=not by_email and _traced(inputs))


def batch_archive(portal: HubSpotPortal, kind: ObjectType, body: dict[str, Any]) -> None:
    """Ids that stand for nothing are passed over, as HubSpot does: archiving twice is no error."""
    inputs = inputs_of(body, {"id"})
    ids = [number for each in inputs if (number := numeric_id(each.get("id"))) is not None]
    live = {record.id: record for record in records.resolve(portal.connection, kind.name, ids).values()}
    for record in live.values():
        if record.archived_ms is None:
            portal.archive(record)


def _traced(inputs: list[dict[str, Any]]) -> bool:
    traces = {each.get("objectWriteTraceId") for each in inputs}
    return None not in traces and len(traces) == len(inputs)


def _write_all(
    portal: HubSpotPortal,
    inputs: list[dict[str, Any]],
    write: Callable[[dict[str, Any]], dict[str, Any]],
    *,
    created: bool,
    traced: bool,
) -> Answer:
    """Write input by input; every rule is checked before an input's first row is touched, so none is left half done.

    Without trace ids a Refusal other than "no such record" ends the batch (the caller's transaction rolls it all back).
    """
    bare = portal.setup.bare_errors
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    missing: list[str] = []
    for each in inputs:
        try:
            result = write(each)
        except Refusal as refusal:
            if traced:
                errors.append(refusal.item({"objectWriteTraceId": [each["objectWriteTraceId"]]}, bare=bare))
            elif refusal.status == 404 and refusal.context and not created:
                missing.extend(refusal.context.get("ids", []))
                label = refusal.message
            else:
                raise
        else:
            if each.get("objectWriteTraceId") is not None:
                result["objectWriteTraceId"] = each["objectWriteTraceId"]
            results.append(result)
    if missing:
        errors.append(Refusal(404, "OBJECT_NOT_FOUND", label, context={"ids": missing}).item({}, bare=bare))
    return batch_answer(portal, _unordered(portal, results), errors, created=created)


def _unordered(portal: HubSpotPortal, results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same on every run, and unlike the order of the inputs."""
    if portal.setup.ordered_batches:
        return results
    return sorted(results, key=lambda result: crc32(result["id"].encode()))


def _refuse_repeated(references: list[str], what: str) -> None:
    repeated = sorted(each for each, times in Counter(references).items() if times > 1)
    if repeated:
        raise invalid(f"Duplicate {what} found in batch input: [{', '.join(repeated)}]. They must be unique.")


def _ids(portal: HubSpotPortal, kind: ObjectType, references: list[str], id_property: str | None) -> dict[str, int]:
    if id_property in (None, "", "hs_object_id"):
        return {each: number for each in references if (number := numeric_id(each)) is not None}
    return portal.unique.holders(kind, str(id_property), references)


def _targets(portal: HubSpotPortal, kind: ObjectType, inputs: list[dict[str, Any]]) -> dict[str, Record]:
    """The live records that the inputs mean, by the reference that each gave. Raises a 400 Refusal if two mean one."""
    ways = {each.get("idProperty") for each in inputs}
    ids: dict[str, int] = {}
    for way in ways:
        ids.update(_ids(portal, kind, [str(each.get("id")) for each in inputs if each.get("idProperty") == way], way))
    found = records.resolve(portal.connection, kind.name, set(ids.values()))
    targets = {reference: found[number] for reference, number in ids.items() if number in found}
    live = {reference: record for reference, record in targets.items() if record.archived_ms is None}
    _refuse_repeated([str(record.id) for record in live.values()], "IDs")
    return live
