"""Handlers of properties, owners, pipelines and account info."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.practice.hubspot.batches import batch_answer, inputs_of
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.refusals import invalid
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry


def list_properties(portal: HubSpotPortal, ask: Ask) -> Answer:
    """No property of the practice portal is ever archived, so archived=true is an empty list."""
    known = [] if ask.flag("archived") else portal.catalog.properties(ask.kind.name).values()
    return 200, {"results": [each.json for each in known]}


def get_property(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, portal.catalog.definition(ask.kind.name, ask.path["name"])


def create_property(portal: HubSpotPortal, ask: Ask) -> Answer:
    if not isinstance(ask.body, dict):
        raise invalid("A property definition must be an object.")
    return 201, portal.catalog.create(ask.kind.name, ask.body, portal.now_ms())


def read_properties(portal: HubSpotPortal, ask: Ask) -> Answer:
    body = ask.object_body({"inputs", "archived", "dataSensitivity"})
    known = portal.catalog.properties(ask.kind.name)
    names = [str(each.get("name")) for each in inputs_of(body, {"name"})]
    return batch_answer(portal, [known[name].json for name in names if name in known], [])


def list_owners(portal: HubSpotPortal, ask: Ask) -> Answer:
    """Pages by id; `email` narrows to one."""
    limit = ask.whole("limit", 100, most=500)
    owners = portal.directory.owners(archived=ask.flag("archived"), email=ask.query.get("email"))
    rest = [owner for owner in owners if owner["id"] >= ask.query.get("after", "")]
    body: dict[str, Any] = {"results": rest[:limit]}
    if len(rest) > limit:
        body["paging"] = {"next": {"after": rest[limit]["id"], "link": f"?after={rest[limit]['id']}"}}
    return 200, body


def get_owner(portal: HubSpotPortal, ask: Ask) -> Answer:
    id_property = ask.query.get("idProperty", "id")
    return 200, portal.directory.owner(ask.path["id"], id_property, archived=ask.flag("archived"))


def list_pipelines(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, {"results": portal.pipelines.all(ask.kind.name)}


def get_pipeline(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, portal.pipelines.get(ask.kind.name, ask.path["id"])


def list_stages(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, {"results": portal.pipelines.get(ask.kind.name, ask.path["id"])["stages"]}


ENTRIES = [
    Entry("GET", "properties", "/{type}", list_properties, "archived dataSensitivity properties"),
    Entry("POST", "properties", "/{type}", create_property),
    Entry("POST", "properties", "/{type}/batch/read", read_properties),
    Entry("GET", "properties", "/{type}/{name}", get_property, "archived dataSensitivity properties"),
    Entry("GET", "owners", "", list_owners, "email after limit archived"),
    Entry("GET", "owners", "/", list_owners, "email after limit archived"),
    Entry("GET", "owners", "/{id}", get_owner, "idProperty archived"),
    Entry("GET", "pipelines", "/{type}", list_pipelines),
    Entry("GET", "pipelines", "/{type}/{id}", get_pipeline),
    Entry("GET", "pipelines", "/{type}/{id}/stages", list_stages),
]
