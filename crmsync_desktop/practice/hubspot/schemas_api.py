"""Handlers of the schemas of custom objects."""

from __future__ import annotations

from crmsync_desktop.practice.hubspot.bodies import read, shape_of
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.refusals import required_fields
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry
from crmsync_desktop.practice.hubspot.schemas import ASSOCIATION, CREATED, UPDATED

BATCH = shape_of(
    flags="includePropertyDefinitions includeAssociationDefinitions includeAuditMetadata", others={"inputs": "texts"}
)
INCLUDES = "includePropertyDefinitions includeAssociationDefinitions includeAuditMetadata"


def list_schemas(portal: HubSpotPortal, ask: Ask) -> Answer:
    found = portal.schemas.all(archived=ask.flag("archived"))
    audit = ask.flag("includeAuditMetadata")
    return 200, {"results": [portal.schemas.shown(each, audit=audit) for each in found]}


def create_schema(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 201, portal.schemas.shown(portal.schemas.create(read(ask.body, CREATED)))


def get_schema(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, portal.schemas.shown(portal.schemas.get(ask.path["schema"]), audit=ask.flag("includeAuditMetadata"))


def update_schema(portal: HubSpotPortal, ask: Ask) -> Answer:
    """The answer has neither properties nor associations, as HubSpot's models have it."""
    schema = portal.schemas.get(ask.path["schema"])
    return 200, portal.schemas.update(schema, read(ask.body, UPDATED))


def delete_schema(portal: HubSpotPortal, ask: Ask) -> Answer:
    """With `archived=true`, one that was archived before goes for good."""
    if ask.flag("archived"):
        portal.schemas.purge(portal.schemas.get(ask.path["schema"], archived=True))
    else:
        portal.schemas.archive(portal.schemas.get(ask.path["schema"]))
    return 204, None


def read_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    """The inputs are ids themselves.

    Unverified: ids of no schema are left out of the answer to a batch read of schemas.
    """
    inputs = read(ask.body, BATCH).get("inputs")
    if inputs is None:
        raise required_fields(["inputs"])
    wanted = {each.lower() for each in inputs}
    found = [each for each in portal.schemas.all() if wanted & {each["objectTypeId"], each["fullyQualifiedName"]}]
    return 200, {"results": [portal.schemas.shown(each) for each in found]}


def create_association(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 201, portal.schemas.associate(portal.schemas.get(ask.path["schema"]), read(ask.body, ASSOCIATION))


def delete_association(portal: HubSpotPortal, ask: Ask) -> Answer:
    portal.schemas.dissociate(portal.schemas.get(ask.path["schema"]), ask.path["number"])
    return 204, None


ENTRIES = [
    Entry("GET", "schemas", "", list_schemas, f"archived {INCLUDES}"),
    Entry("POST", "schemas", "", create_schema),
    Entry("POST", "schemas", "/batch/read", read_batch),
    Entry("GET", "schemas", "/{schema}", get_schema, INCLUDES),
    Entry("PATCH", "schemas", "/{schema}", update_schema),
    Entry("DELETE", "schemas", "/{schema}", delete_schema, "archived"),
    Entry("POST", "schemas", "/{schema}/associations", create_association),
    Entry("DELETE", "schemas", "/{schema}/associations/{number}", delete_association),
]
