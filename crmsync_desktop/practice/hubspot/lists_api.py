"""Handlers of lists: the lists themselves, their members, and the lists that a record is in."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.practice.hubspot.catalog import object_type
from crmsync_desktop.practice.hubspot.lists import Lists, RecordList
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.records import numeric_id
from crmsync_desktop.practice.hubspot.refusals import invalid
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry
from crmsync_desktop.practice.hubspot.values import iso

MAX_PAGE = 250
CREATE_KEYS = {"name", "objectTypeId", "processingType", "filterBranch", "customProperties", "listFolderId",
               "listPermissions", "membershipSettings"}  # fmt: skip
SEARCH_KEYS = {"query", "listIds", "offset", "count", "processingTypes", "additionalProperties",
               "additionalFilterProperties", "objectTypeId", "sort"}  # fmt: skip
LAST = (2**62, 2**62)


def _list(portal: HubSpotPortal, ask: Ask) -> RecordList:
    return Lists(portal).get(ask.path["id"])


def _shown(portal: HubSpotPortal, found: RecordList, ask: Ask) -> dict[str, Any]:
    return found.shown(size=Lists(portal).size(found), filters=ask.flag("includeFilters"))


def create_list(portal: HubSpotPortal, ask: Ask) -> Answer:
    made = Lists(portal).create(ask.object_body(CREATE_KEYS))
    return 200, {"list": made.shown(size=Lists(portal).size(made), filters=True)}


def get_list(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, {"list": _shown(portal, _list(portal, ask), ask)}


def get_lists(portal: HubSpotPortal, ask: Ask) -> Answer:
    """Those of `listIds` that exist; the others are left out."""
    wanted = set(ask.names("listIds"))
    return 200, {"lists": [_shown(portal, each, ask) for each in Lists(portal).all() if str(each.id) in wanted]}


def get_by_name(portal: HubSpotPortal, ask: Ask) -> Answer:
    found = Lists(portal).named(object_type(ask.path["object_type"]), ask.path["name"])
    return 200, {"list": _shown(portal, found, ask)}


def search_lists(portal: HubSpotPortal, ask: Ask) -> Answer:
    body = ask.object_body(SEARCH_KEYS)
    offset, count = numeric_id(body.get("offset") or 0), numeric_id(body.get("count") or 20)
    if offset is None or count is None or not 1 <= count <= 500:
        raise invalid("offset must be a number, and count one between 1 and 500.")
    words, wanted = str(body.get("query") or "").lower(), {str(each) for each in body.get("listIds") or []}
    kinds = set(body.get("processingTypes") or [])
    of_type = object_type(str(body["objectTypeId"])).name if body.get("objectTypeId") else None
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
        {**each.shown(), "additionalProperties": {"hs_list_size": str(lists.size(each))}}
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
    branch = ask.object_body({"filterBranch"}).get("filterBranch")
    return 200, {"updatedList": _shown(portal, Lists(portal).refilter(_list(portal, ask), branch), ask)}


def delete_list(portal: HubSpotPortal, ask: Ask) -> Answer:
    Lists(portal).delete(_list(portal, ask))
    return 204, None


def restore_list(portal: HubSpotPortal, ask: Ask) -> Answer:
    Lists(portal).restore(Lists(portal).get(ask.path["id"], deleted=True))
    return 204, None


def memberships(portal: HubSpotPortal, ask: Ask) -> Answer:
    limit, after = ask.whole("limit", 100, most=MAX_PAGE), numeric_id(ask.query.get("after", "0"))
    if after is None:
        raise invalid("after must be the cursor of an earlier page.")
    found = _list(portal, ask)
    rows = Lists(portal).page(found, after, limit + 1)
    body: dict[str, Any] = {"total": Lists(portal).size(found), "results": _members(rows[:limit])}
    if len(rows) > limit:
        body["paging"] = {"next": {"after": str(rows[limit][0]), "link": f"?after={rows[limit][0]}"}}
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


def _ids(body: object) -> list[object]:
    if not isinstance(body, list):
        raise invalid("The body must be a list of record ids.")
    return body


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


def lists_of_record(portal: HubSpotPortal, ask: Ask) -> Answer:
    kind = object_type(ask.path["object_type"])
    record = portal.find(kind, ask.path["record"], None)
    results = [
        {
            "listId": str(found.id),
            "listVersion": found.version,
            "firstAddedTimestamp": iso(joined),
            "lastAddedTimestamp": iso(joined),
        }
        for found, joined in Lists(portal).of_record(record.id)
    ]
    return 200, {"total": len(results), "results": results}


ENTRIES = [
    Entry("POST", "lists", "", create_list),
    Entry("POST", "lists", "/", create_list),
    Entry("GET", "lists", "", get_lists, "listIds includeFilters"),
    Entry("GET", "lists", "/", get_lists, "listIds includeFilters"),
    Entry("POST", "lists", "/search", search_lists),
    Entry("GET", "lists", "/object-type-id/{object_type}/name/{name}", get_by_name, "includeFilters"),
    Entry("GET", "lists", "/records/{object_type}/{record}/memberships", lists_of_record),
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
