"""Handlers of lists: the lists themselves, their members, and the lists that a record is in."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.practice.hubspot.batches import batch_answer, inputs_of
from crmsync_desktop.practice.hubspot.bodies import Shape, read, text, texts
from crmsync_desktop.practice.hubspot.lists import PROCESSING, Lists, RecordList
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.records import numeric_id, resolve
from crmsync_desktop.practice.hubspot.refusals import invalid, missing_objects
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry
from crmsync_desktop.practice.hubspot.values import iso

MAX_PAGE = 250
CREATED: Shape = {"name": "text", "objectTypeId": "text", "processingType": "text", "filterBranch": "object",
                  "customProperties": "object", "listFolderId": "whole", "listPermissions": "object",
                  "membershipSettings": "object"}  # fmt: skip
SEARCHED: Shape = {"query": "text", "listIds": "texts", "offset": "whole", "count": "whole", "processingTypes": "texts",
                   "additionalProperties": "texts", "additionalFilterProperties": "any", "objectTypeId": "text",
                   "sort": "text"}  # fmt: skip
LAST = (2**62, 2**62)


def _list(portal: HubSpotPortal, ask: Ask) -> RecordList:
    return Lists(portal).get(ask.path["id"])


def _shown(portal: HubSpotPortal, found: RecordList, ask: Ask) -> dict[str, Any]:
    lists = Lists(portal)
    return found.shown(lists.kind(found).type_id, size=lists.size(found), filters=ask.flag("includeFilters"))


def create_list(portal: HubSpotPortal, ask: Ask) -> Answer:
    lists = Lists(portal)
    made = lists.create(read(ask.body, CREATED))
    return 200, {"list": made.shown(lists.kind(made).type_id, size=lists.size(made), filters=True)}


def get_list(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, {"list": _shown(portal, _list(portal, ask), ask)}


def get_lists(portal: HubSpotPortal, ask: Ask) -> Answer:
    """Those of `listIds` that exist; the others are left out."""
    wanted = set(ask.names("listIds"))
    return 200, {"lists": [_shown(portal, each, ask) for each in Lists(portal).all() if str(each.id) in wanted]}


def get_by_name(portal: HubSpotPortal, ask: Ask) -> Answer:
    found = Lists(portal).named(portal.catalog.types.get(ask.path["object_type"]), ask.path["name"])
    return 200, {"list": _shown(portal, found, ask)}


def search_lists(portal: HubSpotPortal, ask: Ask) -> Answer:
    body = read(ask.body, SEARCHED)
    offset, count = body.get("offset", 0), body.get("count", 20)
    if offset < 0 or not 1 <= count <= 500:
        raise invalid("offset must be a number, and count one between 1 and 500.")
    words, wanted = body.get("query", "").lower(), set(body.get("listIds", []))
    kinds = set(body.get("processingTypes", []))
    if kinds - set(PROCESSING):
        raise invalid(f"processingTypes are out of {', '.join(PROCESSING)}.")
    of_type = portal.catalog.types.get(body["objectTypeId"]).name if body.get("objectTypeId") else None
    lists = Lists(portal)
    found = [
        each
        for each in lists.all()
        if words in each.name.lower()
        and (not wanted or str(each.id) in wanted)
        and (not kinds or each.processing in kinds)
        and of_type in (None, each.type)
    ]
    page = [
        {**each.shown(lists.kind(each).type_id), "additionalProperties": {"hs_list_size": str(lists.size(each))}}
        for each in found[offset : offset + count]
    ]
    end = offset + len(page)
    return 200, {"lists": page, "hasMore": end < len(found), "offset": end, "total": len(found)}


def rename_list(portal: HubSpotPortal, ask: Ask) -> Answer:
    name = ask.query.get("listName", "")
    if not name:
        raise invalid("listName is missing.")
    return 200, {"updatedList": _shown(portal, Lists(portal).rename(_list(portal, ask), name), ask)}


def refilter_list(portal: HubSpotPortal, ask: Ask) -> Answer:
    branch = read(ask.body, {"filterBranch": "object"}).get("filterBranch")
    return 200, {"updatedList": _shown(portal, Lists(portal).refilter(_list(portal, ask), branch), ask)}


def delete_list(portal: HubSpotPortal, ask: Ask) -> Answer:
    Lists(portal).delete(_list(portal, ask))
    return 204, None


def restore_list(portal: HubSpotPortal, ask: Ask) -> Answer:
    Lists(portal).restore(Lists(portal).get(ask.path["id"], deleted=True))
    return 204, None


def memberships(portal: HubSpotPortal, ask: Ask) -> Answer:
    """In order of the record id with `after` or neither cursor, the last first with `before` alone."""
    limit, before = ask.whole("limit", 100, most=MAX_PAGE), ask.query.get("before")
    backwards = before is not None and "after" not in ask.query
    start = numeric_id((before or LAST[0]) if backwards else ask.query.get("after") or 0)
    if start is None:
        raise invalid("after and before take the cursor of an earlier page.")
    found = _list(portal, ask)
    rows = Lists(portal).page(found, start, limit + 1, backwards=backwards)
    body: dict[str, Any] = {"total": Lists(portal).size(found), "results": _members(rows[:limit])}
    if len(rows) > limit:
        name, way, cursor = ("before", "prev", rows[limit - 1][0]) if backwards else ("after", "next", rows[limit][0])
        body["paging"] = {way: {name: str(cursor), "link": f"?{name}={cursor}"}}
    return 200, body


def join_order(portal: HubSpotPortal, ask: Ask) -> Answer:
    """In order of joining with `after` or neither cursor, last joined first with `before` alone."""
    limit, before = ask.whole("limit", 100, most=MAX_PAGE), ask.query.get("before")
    backwards = before is not None and "after" not in ask.query
    start = _cursor(before, LAST) if backwards else _cursor(ask.query.get("after"), (-1, -1))
    rows = Lists(portal).joined(_list(portal, ask), start, limit + 1, backwards=backwards)
    body: dict[str, Any] = {"results": _members(rows[:limit])}
    if len(rows) > limit:
        record_id, joined = rows[limit - 1]
        cursor = f"{joined}-{record_id}"
        name, way = ("before", "prev") if backwards else ("after", "next")
        body["paging"] = {way: {name: cursor, "link": f"?{name}={cursor}"}}
    return 200, body


def _cursor(text: str | None, default: tuple[int, int]) -> tuple[int, int]:
    if not text:
        return default
    joined, _, record_id = text.partition("-")
    numbers = numeric_id(joined), numeric_id(record_id)
    if numbers[0] is None or numbers[1] is None:
        raise invalid("after and before take the cursor of an earlier page.")
    return numbers[0], numbers[1]


def _members(rows: list[tuple[int, int]]) -> list[dict[str, str]]:
    return [{"recordId": str(record_id), "membershipTimestamp": iso(joined)} for record_id, joined in rows]


def _ids(body: object) -> list[str]:
    if not isinstance(body, list):
        raise invalid("The body must be a list of record ids.")
    ids = texts(body)
    if wrong := [each for each in ids if numeric_id(each) is None]:
        raise invalid(f"{wrong[0][:100]!r} is not a record id.")
    return ids


def add_members(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, Lists(portal).update_members(_list(portal, ask), _ids(ask.body), [])


def remove_members(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, Lists(portal).update_members(_list(portal, ask), [], _ids(ask.body))


def change_members(portal: HubSpotPortal, ask: Ask) -> Answer:
    body = ask.object_body({"recordIdsToAdd", "recordIdsToRemove"})
    add, remove = _ids(body.get("recordIdsToAdd") or []), _ids(body.get("recordIdsToRemove") or [])
    return 200, Lists(portal).update_members(_list(portal, ask), add, remove)


def remove_everybody(portal: HubSpotPortal, ask: Ask) -> Answer:
    Lists(portal).empty(_list(portal, ask))
    return 204, None


def add_from(portal: HubSpotPortal, ask: Ask) -> Answer:
    lists = Lists(portal)
    lists.add_from(_list(portal, ask), lists.get(ask.path["source"]))
    return 204, None


def _memberships_of(portal: HubSpotPortal, kind: str, record_id: int) -> list[dict[str, Any]]:
    return [
        {
            "listId": str(found.id),
            "listVersion": found.version,
            "firstAddedTimestamp": iso(joined),
            "lastAddedTimestamp": iso(joined),
            "isPublicList": True,
        }
        for found, joined in Lists(portal).of_record(kind, record_id)
    ]


def lists_of_record(portal: HubSpotPortal, ask: Ask) -> Answer:
    kind = portal.catalog.types.get(ask.path["object_type"])
    record = portal.find(kind, ask.path["record"], None)
    results = _memberships_of(portal, kind.name, record.id)
    return 200, {"total": len(results), "results": results}


def lists_of_records(portal: HubSpotPortal, ask: Ask) -> Answer:
    """Of several records at once; those that there aren't are errors of a 207."""
    results, missing = [], []
    for each in inputs_of(ask.object_body({"inputs"}), {"objectTypeId", "recordId"}):
        kind, number = portal.catalog.types.get(text(each.get("objectTypeId"))), numeric_id(text(each.get("recordId")))
        found = {} if number is None else resolve(portal.connection, kind.name, [number])
        if number is None or number not in found:
            missing.append(str(each.get("recordId")))
            continue
        told = _memberships_of(portal, kind.name, found[number].id)
        results.append({"objectTypeId": kind.type_id, "recordId": str(number), "recordListMemberships": told})
    return batch_answer(portal, results, [missing_objects("RECORD", missing).item({})] if missing else [])


ENTRIES = [
    Entry("POST", "lists", "", create_list),
    Entry("GET", "lists", "", get_lists, "listIds includeFilters"),
    Entry("POST", "lists", "/search", search_lists),
    Entry("GET", "lists", "/object-type-id/{object_type}/name/{name}", get_by_name, "includeFilters"),
    Entry("POST", "lists", "/records/memberships/batch/read", lists_of_records),
    Entry("GET", "lists", "/records/{object_type}/{record}/memberships", lists_of_record),
    Entry("PUT", "lists", "/{id}/memberships/add-from/{source}", add_from),
    Entry("GET", "lists", "/{id}/memberships/join-order", join_order, "limit after before"),
    Entry("PUT", "lists", "/{id}/memberships/add-and-remove", change_members),
    Entry("PUT", "lists", "/{id}/memberships/add", add_members),
    Entry("PUT", "lists", "/{id}/memberships/remove", remove_members),
    Entry("GET", "lists", "/{id}/memberships", memberships, "limit after before"),
    Entry("DELETE", "lists", "/{id}/memberships", remove_everybody),
    Entry("PUT", "lists", "/{id}/restore", restore_list),
    Entry("PUT", "lists", "/{id}/update-list-name", rename_list, "listName includeFilters"),
    Entry("PUT", "lists", "/{id}/update-list-filters", refilter_list, "enrollObjectsInWorkflows"),
    Entry("GET", "lists", "/{id}", get_list, "includeFilters"),
    Entry("DELETE", "lists", "/{id}", delete_list),
]
