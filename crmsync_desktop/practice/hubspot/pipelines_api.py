"""Handlers of pipelines and their stages."""

from __future__ import annotations

from crmsync_desktop.practice.hubspot.bodies import read
from crmsync_desktop.practice.hubspot.object_types import ObjectType
from crmsync_desktop.practice.hubspot.pipelines import CHANGED, CHANGED_STAGE, CREATED, NEW_STAGE, PIPELINE, STAGE
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.refusals import invalid
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry

CHECKS = "validateReferencesBeforeDelete validateDealStageUsagesBeforeDelete"
SHOWN_USERS = 25


def _kind(ask: Ask) -> ObjectType:
    """Raises a 400 Refusal for a type without pipelines."""
    kind = ask.kind
    if kind.pipeline is None:
        raise invalid(f"Objects of the type {kind.name} have no pipelines.")
    return kind


def list_pipelines(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, {"results": portal.pipelines.all(_kind(ask).name)}


def create_pipeline(portal: HubSpotPortal, ask: Ask) -> Answer:
    body = read(ask.body, CREATED)
    return 201, portal.pipelines.create(_kind(ask).name, body, portal.setup.tier)


def get_pipeline(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, portal.pipelines.get(_kind(ask).name, ask.path["id"])


def update_pipeline(portal: HubSpotPortal, ask: Ask) -> Answer:
    body = read(ask.body, CHANGED)
    return 200, portal.pipelines.update(_kind(ask).name, ask.path["id"], body)


def replace_pipeline(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, portal.pipelines.replace(_kind(ask).name, ask.path["id"], read(ask.body, PIPELINE))


def archive_pipeline(portal: HubSpotPortal, ask: Ask) -> Answer:
    portal.pipelines.archive(_kind(ask).name, ask.path["id"], _users(portal, ask, 0, ask.path["id"]))
    return 204, None


def pipeline_audit(portal: HubSpotPortal, ask: Ask) -> Answer:
    kind = _kind(ask).name
    portal.pipelines.get(kind, ask.path["id"])
    return 200, {"results": portal.pipelines.audit(kind, ask.path["id"])}


def list_stages(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, {"results": portal.pipelines.stages(_kind(ask).name, ask.path["id"])}


def create_stage(portal: HubSpotPortal, ask: Ask) -> Answer:
    body = read(ask.body, NEW_STAGE)
    return 201, portal.pipelines.create_stage(_kind(ask).name, ask.path["id"], body)


def get_stage(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, portal.pipelines.stage(_kind(ask).name, ask.path["id"], ask.path["stage"])


def update_stage(portal: HubSpotPortal, ask: Ask) -> Answer:
    body = read(ask.body, CHANGED_STAGE)
    changed = portal.pipelines.change_stage(_kind(ask).name, ask.path["id"], ask.path["stage"], body, whole=False)
    return 200, changed


def replace_stage(portal: HubSpotPortal, ask: Ask) -> Answer:
    body = read(ask.body, STAGE)
    return 200, portal.pipelines.change_stage(_kind(ask).name, ask.path["id"], ask.path["stage"], body, whole=True)


def archive_stage(portal: HubSpotPortal, ask: Ask) -> Answer:
    users = _users(portal, ask, 1, ask.path["stage"])
    portal.pipelines.archive_stage(_kind(ask).name, ask.path["id"], ask.path["stage"], users)
    return 204, None


def stage_audit(portal: HubSpotPortal, ask: Ask) -> Answer:
    kind = _kind(ask).name
    portal.pipelines.stage(kind, ask.path["id"], ask.path["stage"])
    return 200, {"results": portal.pipelines.audit(kind, ask.path["stage"])}


def _users(portal: HubSpotPortal, ask: Ask, place: int, wanted: str) -> list[str]:
    """Ids of the live records that are in this pipeline (place 0) or stage (1), if the request asks to look for them."""
    kind = _kind(ask)
    if kind.pipeline is None or not any(ask.flag(name) for name in CHECKS.split()):
        return []
    query = (
        "SELECT id FROM record WHERE type = ? AND archived_ms IS NULL AND merged_into IS NULL "
        "AND property_value(properties, ?) = ? ORDER BY id LIMIT ?"
    )
    rows = portal.connection.execute(query, (kind.name, kind.pipeline[place], wanted, SHOWN_USERS))
    return [str(row[0]) for row in rows]


ENTRIES = [
    Entry("GET", "pipelines", "/{type}", list_pipelines),
    Entry("POST", "pipelines", "/{type}", create_pipeline),
    Entry("GET", "pipelines", "/{type}/{id}", get_pipeline),
    Entry("PATCH", "pipelines", "/{type}/{id}", update_pipeline, CHECKS),
    Entry("PUT", "pipelines", "/{type}/{id}", replace_pipeline, CHECKS),
    Entry("DELETE", "pipelines", "/{type}/{id}", archive_pipeline, CHECKS),
    Entry("GET", "pipelines", "/{type}/{id}/audit", pipeline_audit),
    Entry("GET", "pipelines", "/{type}/{id}/stages", list_stages),
    Entry("POST", "pipelines", "/{type}/{id}/stages", create_stage),
    Entry("GET", "pipelines", "/{type}/{id}/stages/{stage}", get_stage),
    Entry("PATCH", "pipelines", "/{type}/{id}/stages/{stage}", update_stage),
    Entry("PUT", "pipelines", "/{type}/{id}/stages/{stage}", replace_stage),
    Entry("DELETE", "pipelines", "/{type}/{id}/stages/{stage}", archive_stage, CHECKS),
    Entry("GET", "pipelines", "/{type}/{id}/stages/{stage}/audit", stage_audit),
]
