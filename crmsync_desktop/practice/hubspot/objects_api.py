"""Handlers of the objects area: one record, pages of records, batches, search, merge and erasure."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.practice.hubspot import batches, records
from crmsync_desktop.practice.hubspot.associations import Associations, inline_associations
from crmsync_desktop.practice.hubspot.bodies import read
from crmsync_desktop.practice.hubspot.catalog import OBJECT_TYPES, ObjectType
from crmsync_desktop.practice.hubspot.merging import merge
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.records import COLUMNS, Record, answer, numeric_id
from crmsync_desktop.practice.hubspot.refusals import invalid, not_found, required_fields
from crmsync_desktop.practice.hubspot.requirements import enforce
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry
from crmsync_desktop.practice.hubspot.search import MAX_BODY, search

LIST_LIMIT, LIST_LIMIT_WITH_HISTORY = 100, 50
"""Unverified: a page of records with histories holds at most 50, as a batch read with them does, and 400 answers a higher limit."""
BATCH_KEYS = {"inputs"}
READ_KEYS = {"inputs", "idProperty", "properties", "propertiesWithHistory"}


def list_records(portal: HubSpotPortal, ask: Ask) -> Answer:
    kind = ask.kind
    limit = ask.whole("limit", 10, most=LIST_LIMIT_WITH_HISTORY if ask.names("propertiesWithHistory") else LIST_LIMIT)
    after = numeric_id(ask.query.get("after", "0"))
    if after is None:
        raise invalid("after must be the cursor of an earlier page.")
    state = "archived_ms IS NOT NULL" if ask.flag("archived") else "archived_ms IS NULL AND merged_into IS NULL"
    query = f"SELECT {COLUMNS} FROM record WHERE type = ? AND {state} AND id >= ? ORDER BY id LIMIT ?"  # noqa: S608
    rows = [Record.of(row) for row in portal.connection.execute(query, (kind.name, after, limit + 1))]
    body: dict[str, Any] = {"results": _shown(portal, kind, ask, rows[:limit])}
    if len(rows) > limit:
        body["paging"] = ask.next_page(str(rows[limit - 1].id + 1))  # as recorded: one more than the last id
    return 200, body


def get_record(portal: HubSpotPortal, ask: Ask) -> Answer:
    record = portal.find(ask.kind, ask.path["id"], ask.query.get("idProperty"), archived=ask.flag("archived"))
    return 200, _shown(portal, ask.kind, ask, [record])[0]


def create_record(portal: HubSpotPortal, ask: Ask) -> Answer:
    body = ask.object_body({"properties", "associations", "objectWriteTraceId"})
    links = inline_associations(portal, ask.kind, body.get("associations"))
    properties = batches.properties_of(body)
    enforce(portal.setup, ask.version, ask.kind, properties, None)
    record = portal.create(ask.kind, properties)
    Associations(portal).add_inline(ask.kind, record.id, links)
    return 201, batches.written(ask.kind, record, None)


def update_record(portal: HubSpotPortal, ask: Ask) -> Answer:
    touched = batches.properties_of(ask.object_body({"properties", "objectWriteTraceId"}))
    record = portal.find(ask.kind, ask.path["id"], ask.query.get("idProperty"))
    enforce(portal.setup, ask.version, ask.kind, touched, record)
    return 200, batches.written(ask.kind, portal.update(ask.kind, record, touched), touched)


def archive_record(portal: HubSpotPortal, ask: Ask) -> Answer:
    """204 whether or not there was one, as HubSpot answers."""
    number = numeric_id(ask.path["id"])
    found = records.resolve(portal.connection, ask.kind.name, [] if number is None else [number])
    for record in found.values():
        if record.archived_ms is None:
            portal.archive(record)
    return 204, None


def read_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    return batches.batch_read(portal, ask.kind, ask.object_body(READ_KEYS), archived=ask.flag("archived"))


def create_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    return batches.batch_create(portal, ask.kind, ask.object_body(BATCH_KEYS), ask.version)


def update_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    return batches.batch_update(portal, ask.kind, ask.object_body(BATCH_KEYS), ask.version)


def upsert_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    return batches.batch_upsert(portal, ask.kind, ask.object_body(BATCH_KEYS), ask.version)


def archive_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    batches.batch_archive(portal, ask.kind, ask.object_body(BATCH_KEYS))
    return 204, None


def search_records(portal: HubSpotPortal, ask: Ask) -> Answer:
    if ask.size > MAX_BODY:
        raise invalid(f"The body of a search must not be longer than {MAX_BODY} characters.")
    found = search(portal, ask.kind, ask.body)
    names = batches.known_names(portal, ask.kind, ask.body.get("properties") or [])
    body: dict[str, Any] = {"total": found.total, "results": [answer(ask.kind, record, names) for record in found.page]}
    if found.after is not None:
        body["paging"] = {"next": {"after": found.after}}
    return 200, body


def merge_records(portal: HubSpotPortal, ask: Ask) -> Answer:
    body = read(ask.body, {"primaryObjectId": "text", "objectIdToMerge": "text"})
    if missing := [name for name in ("objectIdToMerge", "primaryObjectId") if name not in body]:
        raise required_fields(missing)
    primary = portal.find(ask.kind, body["primaryObjectId"], None)
    other = portal.find(ask.kind, body["objectIdToMerge"], None)
    return 200, answer(ask.kind, merge(portal, ask.kind, primary, other), None)


def erase_contact(portal: HubSpotPortal, ask: Ask) -> Answer:
    """GDPR delete: by id, or by e-mail, which is kept from coming back even if no contact has it."""
    kind = OBJECT_TYPES["contacts"]
    body = read(ask.body, {"objectId": "text", "idProperty": "text"})
    if "objectId" not in body:
        raise required_fields(["objectId"])
    reference, id_property = body["objectId"], body.get("idProperty", "hs_object_id")
    if id_property not in ("email", "hs_object_id"):
        raise invalid(f"idProperty must be email or left out, not {id_property}.")
    if id_property == "email":
        block = "INSERT OR IGNORE INTO blocked_email (email) VALUES (?)"
        portal.connection.execute(block, (reference.strip().lower(),))
        found = portal.unique.holders(kind, "email", [reference]).get(reference)
    else:
        found = numeric_id(reference)
    record = None if found is None else records.resolve(portal.connection, kind.name, [found]).get(found)
    if record is None and id_property != "email":
        raise not_found()
    if record is not None:
        portal.erase(record)
    return 204, None


def _shown(portal: HubSpotPortal, kind: ObjectType, ask: Ask, found: list[Record]) -> list[dict[str, Any]]:
    """Records with the properties, histories and associations that the query asks for."""
    names = batches.known_names(portal, kind, ask.names("properties"))
    history = batches.known_names(portal, kind, ask.names("propertiesWithHistory"))
    results = [answer(kind, record, names) for record in found]
    if history:
        told = records.histories(portal.connection, found, history)
        for result in results:
            result["propertiesWithHistory"] = told[int(result["id"])]
    for target in map(portal.catalog.types.get, ask.names("associations")):
        linked = Associations(portal).of(kind, [record.id for record in found], target)
        for result in results:
            ends = [
                {"id": str(to_id), "type": each.name}
                for to_id, types in linked.get(int(result["id"]), {}).items()
                for each in types
            ]
            if ends:
                result.setdefault("associations", {})[target.name] = {"results": ends}
    return results


ENTRIES = [
    Entry("POST", "objects", "/{type}/batch/read", read_batch, "archived"),
    Entry("POST", "objects", "/{type}/batch/create", create_batch),
    Entry("POST", "objects", "/{type}/batch/update", update_batch),
    Entry("POST", "objects", "/{type}/batch/upsert", upsert_batch),
    Entry("POST", "objects", "/{type}/batch/archive", archive_batch),
    Entry("POST", "objects", "/{type}/search", search_records),
    Entry("POST", "objects", "/contacts/gdpr-delete", erase_contact),
    Entry("POST", "objects", "/{type}/merge", merge_records),
    Entry(
        "GET", "objects", "/{type}", list_records, "limit after properties propertiesWithHistory associations archived"
    ),
    Entry("POST", "objects", "/{type}", create_record),
    Entry(
        "GET",
        "objects",
        "/{type}/{id}",
        get_record,
        "properties propertiesWithHistory associations archived idProperty",
    ),
    Entry("PATCH", "objects", "/{type}/{id}", update_record, "idProperty"),
    Entry("DELETE", "objects", "/{type}/{id}", archive_record),
]
