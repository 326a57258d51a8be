"""Handlers of the associations of one record, on the paths of today and on the older one that names the type in words."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.practice.hubspot.associations import Associations, Link, parse_pair, types_of
from crmsync_desktop.practice.hubspot.associations_api import default_results, described, labels_between
from crmsync_desktop.practice.hubspot.batches import batch_answer
from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.records import Record, answer, numeric_id
from crmsync_desktop.practice.hubspot.refusals import invalid
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry

MAX_PAGE = 500


def _ends(portal: HubSpotPortal, ask: Ask) -> tuple[ObjectType, Record, ObjectType, Record]:
    """Raises a Refusal: 400 for the types, 404 for a record that isn't there."""
    source, target = parse_pair(portal, ask.path["type"], ask.path["to"])
    return source, portal.find(source, ask.path["id"], None), target, portal.find(target, ask.path["to_id"], None)


def of_record(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, target = parse_pair(portal, ask.path["type"], ask.path["to"])
    limit, after = ask.whole("limit", MAX_PAGE, most=MAX_PAGE), numeric_id(ask.query.get("after", "0"))
    if after is None:
        raise invalid("after must be the cursor of an earlier page.")
    record = portal.find(source, ask.path["id"], None)
    ends = Associations(portal).of(source, [record.id], target).get(record.id, {})
    rest = [(to_id, types) for to_id, types in ends.items() if to_id >= after]
    body: dict[str, Any] = {
        "results": [
            {"toObjectId": to_id, "associationTypes": [described(each) for each in types]}
            for to_id, types in rest[:limit]
        ]
    }
    if len(rest) > limit:
        body["paging"] = {"next": {"after": str(rest[limit][0]), "link": f"?after={rest[limit][0]}"}}
    return 200, body


def put_default(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, one, target, other = _ends(portal, ask)
    kind = portal.association_types.between(source.name, target.name)[0]
    Associations(portal).add(source, one.id, Link(target, other.id, (kind,)))
    return batch_answer(portal, default_results(kind, one.id, other.id), [])


def put_labels(portal: HubSpotPortal, ask: Ask) -> Answer:
    """Associate under the types that the body lists.

    Unverified: an association that is put with labels answers 201.
    """
    source, one, target, other = _ends(portal, ask)
    types = types_of(portal, source, target, ask.body)
    Associations(portal).add(source, one.id, Link(target, other.id, types))
    return 201, labels_between(source, one.id, target, other.id, types)


def delete_all(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, one, target, other = _ends(portal, ask)
    Associations(portal).remove(source, one.id, Link(target, other.id, ()))
    return 204, None


def put_named(portal: HubSpotPortal, ask: Ask) -> Answer:
    """The older path: the type by its name or number. Answers the record with its associations, as recorded."""
    source, one, target, other = _ends(portal, ask)
    kind = portal.association_types.named(source.name, target.name, ask.path["association"])
    Associations(portal).add(source, one.id, Link(target, other.id, (kind,)))
    ends = _named(portal, source, one, target)
    return 200, {**answer(source, one, None), "associations": {target.name: {"results": ends}}}


def delete_named(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, one, target, other = _ends(portal, ask)
    kind = portal.association_types.named(source.name, target.name, ask.path["association"])
    Associations(portal).remove(source, one.id, Link(target, other.id, (kind,)))
    return 204, None


def list_named(portal: HubSpotPortal, ask: Ask) -> Answer:
    source, target = parse_pair(portal, ask.path["type"], ask.path["to"])
    return 200, {"results": _named(portal, source, portal.find(source, ask.path["id"], None), target)}


def _named(portal: HubSpotPortal, source: ObjectType, record: Record, target: ObjectType) -> list[dict[str, str]]:
    ends = Associations(portal).of(source, [record.id], target).get(record.id, {})
    return [{"id": str(to_id), "type": each.name} for to_id, types in ends.items() for each in types]


RECORD = "/{type}/{id}/associations"
ENTRIES = [
    Entry("GET", "object-associations", f"{RECORD}/{{to}}", of_record, "limit after"),
    Entry("PUT", "object-associations", f"{RECORD}/default/{{to}}/{{to_id}}", put_default),
    Entry("PUT", "object-associations", f"{RECORD}/{{to}}/{{to_id}}", put_labels),
    Entry("DELETE", "object-associations", f"{RECORD}/{{to}}/{{to_id}}", delete_all),
    Entry("GET", "legacy-associations", f"{RECORD}/{{to}}", list_named),
    Entry("PUT", "legacy-associations", f"{RECORD}/{{to}}/{{to_id}}/{{association}}", put_named),
    Entry("DELETE", "legacy-associations", f"{RECORD}/{{to}}/{{to_id}}/{{association}}", delete_named),
]
