"""Handlers of associations: batches between two object types, labels, and the associations of one record."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.practice.hubspot.associations import (
    CATEGORY,
    Associations,
    AssociationType,
    Link,
    missing_end,
    parse_pair,
    types_between,
    types_of,
)
from crmsync_desktop.practice.hubspot.batches import batch_answer, inputs_of
from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.records import numeric_id
from crmsync_desktop.practice.hubspot.refusals import invalid, missing_objects
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry

MAX_CREATE, MAX_READ, MAX_ARCHIVE = 2_000, 1_000, 100
READ_PAGE = 100


def _pair(ask: Ask) -> tuple[ObjectType, ObjectType]:
    return parse_pair(ask.path["from"], ask.path["to"])


def _end(each: dict[str, Any], name: str) -> int:
    number = numeric_id((each.get(name) or {}).get("id"))
    if number is None:
        raise invalid(f"{name}.id must be a record id.")
    return number


def _described(each: AssociationType) -> dict[str, Any]:
    return {"category": CATEGORY, "typeId": each.id, "label": each.label}


def create_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, target = _pair(ask)
    return _associate(portal, ask, source, target, None)


def create_default_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, target = _pair(ask)
    return _associate(portal, ask, source, target, types_between(source, target)[0])


def _associate(
    portal: HubSpotPortal, ask: Ask, source: ObjectType, target: ObjectType, default: AssociationType | None
) -> Answer:
    inputs = inputs_of(ask.object_body({"inputs"}), {"from", "to", "types"}, limit=MAX_CREATE)
    associations = Associations(portal)
    from_ids = associations.existing(source, [_end(each, "from") for each in inputs])
    to_ids = associations.existing(target, [_end(each, "to") for each in inputs])
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for each in inputs:
        from_id, to_id = _end(each, "from"), _end(each, "to")
        types = (default,) if default else types_of(source, target, each.get("types") or [])
        if from_id not in from_ids or to_id not in to_ids:
            kind, reference = (source, from_id) if from_id not in from_ids else (target, to_id)
            context = {"fromObjectId": [str(from_id)], "toObjectId": [str(to_id)]}
            errors.append(missing_end(kind, reference).item(context))
            continue
        associations.add(source, from_ids[from_id], Link(target, to_ids[to_id], types))
        results.append(
            {
                "fromObjectTypeId": source.type_id,
                "fromObjectId": from_ids[from_id],
                "toObjectTypeId": target.type_id,
                "toObjectId": to_ids[to_id],
                "labels": [kind.label for kind in types if kind.label],
            }
        )
    return batch_answer(portal, results, errors, created=True)


def read_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    """Up to 1,000 records at once; each answers its first ends, with a cursor if there are more."""
    source, target = _pair(ask)
    inputs = inputs_of(ask.object_body({"inputs"}), {"id", "after"}, limit=MAX_READ)
    wanted: dict[int, int] = {}
    for each in inputs:
        number = numeric_id(each.get("id"))
        if number is None:
            raise invalid("id must be a record id.")
        wanted[number] = numeric_id(each.get("after") or 0) or 0
    associations = Associations(portal)
    existing = associations.existing(source, wanted)
    linked = associations.of(source, list(set(existing.values())), target)
    results: list[dict[str, Any]] = []
    missing = []
    for asked, after in wanted.items():
        ends = [(to_id, types) for to_id, types in linked.get(existing.get(asked, -1), {}).items() if to_id >= after]
        if not ends:
            missing.append(str(asked))
            continue
        result: dict[str, Any] = {
            "from": {"id": str(asked)},
            "to": [
                {"toObjectId": to_id, "associationTypes": [_described(each) for each in types]}
                for to_id, types in ends[:READ_PAGE]
            ],
        }
        if len(ends) > READ_PAGE:
            cursor = str(ends[READ_PAGE][0])
            result["paging"] = {"next": {"after": cursor, "link": f"?after={cursor}"}}
        results.append(result)
    return batch_answer(portal, results, [_none_found(source, target, missing)] if missing else [])


def _none_found(source: ObjectType, target: ObjectType, ids: list[str]) -> dict[str, Any]:
    """HubSpot reports a record without associations among the errors of a 207."""
    refusal = missing_objects(source.singular.upper(), ids)
    item = refusal.item({"fromObjectId": ids})
    item["subCategory"] = "crm.associations.NO_ASSOCIATIONS_FOUND"
    item["message"] = f"No {target.singular} is associated with {source.singular} {', '.join(ids)}."
    return item


def archive_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, target = _pair(ask)
    inputs = inputs_of(ask.object_body({"inputs"}), {"from", "to", "types"}, limit=MAX_CREATE)
    if len({_end(each, "from") for each in inputs}) > MAX_ARCHIVE:
        raise invalid(f"At most {MAX_ARCHIVE} records can lose associations in one request.")
    associations = Associations(portal)
    for each in inputs:
        to = each.get("to")
        for end in to if isinstance(to, list) else [to]:
            associations.remove(source, _end(each, "from"), Link(target, _end({"to": end}, "to"), ()))
    return 204, None


def archive_labels(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, target = _pair(ask)
    inputs = inputs_of(ask.object_body({"inputs"}), {"from", "to", "types"}, limit=MAX_CREATE)
    for each in inputs:
        types = types_of(source, target, each.get("types") or [])
        Associations(portal).remove(source, _end(each, "from"), Link(target, _end(each, "to"), types))
    return 204, None


def labels(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, target = _pair(ask)
    return 200, {"results": [_described(each) for each in types_between(source, target)]}


def of_record(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, target = parse_pair(ask.path["type"], ask.path["to"])
    record = portal.find(source, ask.path["id"], None)
    ends = Associations(portal).of(source, [record.id], target).get(record.id, {})
    limit, after = ask.whole("limit", 500, most=500), numeric_id(ask.query.get("after", "0")) or 0
    rest = [(to_id, types) for to_id, types in ends.items() if to_id >= after]
    body: dict[str, Any] = {
        "results": [
            {"toObjectId": to_id, "associationTypes": [_described(each) for each in types]}
            for to_id, types in rest[:limit]
        ]
    }
    if len(rest) > limit:
        body["paging"] = {"next": {"after": str(rest[limit][0]), "link": f"?after={rest[limit][0]}"}}
    return 200, body


def put_default(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, target = parse_pair(ask.path["type"], ask.path["to"])
    one, other = portal.find(source, ask.path["id"], None), portal.find(target, ask.path["to_id"], None)
    kind = types_between(source, target)[0]
    Associations(portal).add(source, one.id, Link(target, other.id, (kind,)))
    ends = [
        (source, one.id, target, other.id, kind.id),
        (target, other.id, source, one.id, kind.inverse),
    ]
    results = [
        {
            "from": {"id": str(from_id)},
            "to": {"id": str(to_id)},
            "associationSpec": {"associationCategory": CATEGORY, "associationTypeId": number},
        }
        for _, from_id, _, to_id, number in ends
    ]
    return batch_answer(portal, results, [])


def delete_all(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, target = parse_pair(ask.path["type"], ask.path["to"])
    one, other = portal.find(source, ask.path["id"], None), portal.find(target, ask.path["to_id"], None)
    Associations(portal).remove(source, one.id, Link(target, other.id, ()))
    return 204, None


ENTRIES = [
    Entry("POST", "associations", "/{from}/{to}/batch/create", create_batch),
    Entry("POST", "associations", "/{from}/{to}/batch/associate/default", create_default_batch),
    Entry("POST", "associations", "/{from}/{to}/batch/read", read_batch),
    Entry("POST", "associations", "/{from}/{to}/batch/archive", archive_batch),
    Entry("POST", "associations", "/{from}/{to}/batch/labels/archive", archive_labels),
    Entry("GET", "associations", "/{from}/{to}/labels", labels),
    Entry("GET", "object-associations", "/{type}/{id}/associations/{to}", of_record, "limit after"),
    Entry("PUT", "object-associations", "/{type}/{id}/associations/default/{to}/{to_id}", put_default),
    Entry("DELETE", "object-associations", "/{type}/{id}/associations/{to}/{to_id}", delete_all),
]
