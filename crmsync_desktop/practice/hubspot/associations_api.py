"""Handlers of batches of associations between two object types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmsync_desktop.practice.hubspot.association_types import AssociationType
from crmsync_desktop.practice.hubspot.associations import Associations, Link, missing_end, parse_pair, types_of
from crmsync_desktop.practice.hubspot.batches import batch_answer, inputs_of
from crmsync_desktop.practice.hubspot.bodies import read
from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.records import numeric_id
from crmsync_desktop.practice.hubspot.refusals import invalid, missing_objects
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry

MAX_CREATE, MAX_READ, MAX_ARCHIVE = 2_000, 1_000, 100
READ_PAGE = 100


def _pair(portal: HubSpotPortal, ask: Ask) -> tuple[ObjectType, ObjectType]:
    return parse_pair(portal, ask.path["from"], ask.path["to"])


def _end(each: dict[str, Any], name: str) -> int:
    end = read(each.get(name) or {}, {"id": "text"})
    number = numeric_id(end.get("id"))
    if number is None:
        raise invalid(f"{name}.id must be a record id.")
    return number


def described(each: AssociationType) -> dict[str, Any]:
    return {"category": each.category, "typeId": each.id, "label": each.label}


def create_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, target = _pair(portal, ask)
    inputs = inputs_of(ask.object_body({"inputs"}), {"from", "to", "types"}, limit=MAX_CREATE)
    wanted = [types_of(portal, source, target, each.get("types")) for each in inputs]
    results: list[dict[str, Any]] = []
    pairs, errors = _joined(portal, source, target, inputs)
    for types, pair in zip(wanted, pairs, strict=True):
        if pair is not None:
            results.append(labels_between(source, pair[0], target, pair[1], types))
    made = [(pair[0], Link(target, pair[1], types)) for types, pair in zip(wanted, pairs, strict=True) if pair]
    Associations(portal).add_all(source, made)
    return batch_answer(portal, results, errors, created=True)


def create_default_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    """Both directions of each are among the results."""
    source, target = _pair(portal, ask)
    inputs = inputs_of(ask.object_body({"inputs"}), {"from", "to"}, limit=MAX_CREATE)
    default = portal.association_types.between(source.name, target.name)[0]
    pairs, errors = _joined(portal, source, target, inputs)
    Associations(portal).add_all(source, [(pair[0], Link(target, pair[1], (default,))) for pair in pairs if pair])
    results = [each for pair in pairs if pair for each in default_results(default, *pair)]
    return batch_answer(portal, results, errors)


def default_results(kind: AssociationType, from_id: int, to_id: int) -> list[dict[str, Any]]:
    return [
        {
            "from": {"id": str(one)},
            "to": {"id": str(other)},
            "associationSpec": {"associationCategory": kind.category, "associationTypeId": number},
        }
        for one, other, number in ((from_id, to_id, kind.id), (to_id, from_id, kind.inverse))
    ]


def labels_between(
    source: ObjectType, from_id: int, target: ObjectType, to_id: int, types: Sequence[AssociationType]
) -> dict[str, Any]:
    """The ids are numbers, as recorded, though HubSpot's own models have text."""
    return {
        "fromObjectTypeId": source.type_id,
        "fromObjectId": from_id,
        "toObjectTypeId": target.type_id,
        "toObjectId": to_id,
        "labels": [kind.label for kind in types if kind.label],
    }


def _joined(
    portal: HubSpotPortal, source: ObjectType, target: ObjectType, inputs: list[dict[str, Any]]
) -> tuple[list[tuple[int, int] | None], list[dict[str, Any]]]:
    """The live ends of each input, None where one is missing, with the errors that say so."""
    associations = Associations(portal)
    from_ids = associations.existing(source, [_end(each, "from") for each in inputs])
    to_ids = associations.existing(target, [_end(each, "to") for each in inputs])
    pairs: list[tuple[int, int] | None] = []
    errors: list[dict[str, Any]] = []
    for each in inputs:
        from_id, to_id = _end(each, "from"), _end(each, "to")
        if from_id in from_ids and to_id in to_ids:
            pairs.append((from_ids[from_id], to_ids[to_id]))
            continue
        kind, reference = (source, from_id) if from_id not in from_ids else (target, to_id)
        errors.append(missing_end(kind, reference).item({"fromObjectId": [str(from_id)], "toObjectId": [str(to_id)]}))
        pairs.append(None)
    return pairs, errors


def read_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    """Up to 1,000 records at once; each answers its first ends, with a cursor if there are more."""
    source, target = _pair(portal, ask)
    inputs = inputs_of(ask.object_body({"inputs"}), {"id", "after"}, limit=MAX_READ)
    wanted: dict[int, int] = {}
    for each in inputs:
        number = numeric_id(each.get("id"))
        if number is None:
            raise invalid("id must be a record id.")
        after = numeric_id(each.get("after") or 0)
        if after is None:
            raise invalid("after must be the cursor of an earlier page.")
        wanted[number] = after
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
                {"toObjectId": to_id, "associationTypes": [described(each) for each in types]}
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
    source, target = _pair(portal, ask)
    inputs = inputs_of(ask.object_body({"inputs"}), {"from", "to", "types"}, limit=MAX_CREATE)
    if len({_end(each, "from") for each in inputs}) > MAX_ARCHIVE:
        raise invalid(f"At most {MAX_ARCHIVE} records can lose associations in one request.")
    gone = []
    for each in inputs:
        to = each.get("to")
        for end in to if isinstance(to, list) else [to]:
            gone.append((_end(each, "from"), Link(target, _end({"to": end}, "to"), ())))
    Associations(portal).remove_all(source, gone)
    return 204, None


def archive_labels(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, target = _pair(portal, ask)
    inputs = inputs_of(ask.object_body({"inputs"}), {"from", "to", "types"}, limit=MAX_CREATE)
    gone = [
        (_end(each, "from"), Link(target, _end(each, "to"), types_of(portal, source, target, each.get("types"))))
        for each in inputs
    ]
    Associations(portal).remove_all(source, gone)
    return 204, None


ENTRIES = [
    Entry("POST", "associations", "/{from}/{to}/batch/create", create_batch),
    Entry("POST", "associations", "/{from}/{to}/batch/associate/default", create_default_batch),
    Entry("POST", "associations", "/{from}/{to}/batch/read", read_batch),
    Entry("POST", "associations", "/{from}/{to}/batch/archive", archive_batch),
    Entry("POST", "associations", "/{from}/{to}/batch/labels/archive", archive_labels),
]
