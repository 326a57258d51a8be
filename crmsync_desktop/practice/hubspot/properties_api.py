"""Handlers of property definitions and of the groups they stand in.

Unverified: names of a batch read or archive that there aren't are an OBJECT_NOT_FOUND error of a 207, or passed over when archived.
Unverified: a calculated property that is made or changed has its values on every record at once.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from crmsync_desktop.practice.hubspot.batches import batch_answer, inputs_of
from crmsync_desktop.practice.hubspot.bodies import read, shape_of, text
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.property_definitions import CREATED_KEYS, SENSITIVITIES
from crmsync_desktop.practice.hubspot.records import set_values
from crmsync_desktop.practice.hubspot.refusals import (
    Refusal,
    invalid,
    invalid_json,
    missing_objects,
    not_found,
    required_fields,
)
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry

GROUP = shape_of("name label", others={"displayOrder": "whole"})
GROUP_CHANGE = shape_of("label", others={"displayOrder": "whole"})


def _sensitivity(given: object) -> str:
    if given not in SENSITIVITIES:
        raise invalid(f"dataSensitivity must be one of {', '.join(SENSITIVITIES)}.")
    return str(given)


def _asked_sensitivity(ask: Ask) -> str:
    return _sensitivity(ask.query.get("dataSensitivity", "non_sensitive"))


def list_properties(portal: HubSpotPortal, ask: Ask) -> Answer:
    """The live ones, or the archived ones; sensitive ones only if asked for."""
    kind, sensitivity = ask.kind.name, _asked_sensitivity(ask)
    if ask.flag("archived"):
        found = portal.catalog.archived(kind)
    else:
        found = [each.json for each in portal.catalog.properties(kind).values()]
    return 200, {"results": [each for each in found if each.get("dataSensitivity", "non_sensitive") == sensitivity]}


def get_property(portal: HubSpotPortal, ask: Ask) -> Answer:
    found = portal.catalog.definition(ask.kind.name, ask.path["name"], archived=ask.flag("archived"))
    if found.get("dataSensitivity", "non_sensitive") != _asked_sensitivity(ask):
        raise not_found(f"Property {ask.path['name']} does not exist")
    return 200, found


def _create(portal: HubSpotPortal, kind: str, requested: dict[str, Any]) -> dict[str, Any]:
    enterprise = portal.setup.tier == "enterprise"
    made = portal.catalog.create(kind, requested, portal.now_ms(), enterprise=enterprise)
    _recalculate(portal, kind, made["name"])
    return made


def _recalculate(portal: HubSpotPortal, kind: str, name: str) -> None:
    formula = portal.catalog.formulas(kind).get(name)
    if formula is None:
        return
    changed = []
    for record_id, kept in portal.connection.execute("SELECT id, properties FROM record WHERE type = ?", (kind,)):
        held = orjson.loads(kept)
        set_values(held, portal.derivation.computed(kind, held, {name: formula}))
        changed.append((orjson.dumps(held).decode(), record_id))
    portal.connection.executemany("UPDATE record SET properties = ? WHERE id = ?", changed)


def create_property(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 201, _create(portal, ask.kind.name, ask.object_body(CREATED_KEYS))


def update_property(portal: HubSpotPortal, ask: Ask) -> Answer:
    kind, name = ask.kind.name, ask.path["name"]
    changed = portal.catalog.update(kind, name, ask.object_body(CREATED_KEYS), portal.now_ms())
    _recalculate(portal, kind, name)
    return 200, changed


def archive_property(portal: HubSpotPortal, ask: Ask) -> Answer:
    portal.catalog.archive(ask.kind.name, ask.path["name"], portal.now_ms())
    return 204, None


def read_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    body = ask.object_body({"inputs", "archived", "dataSensitivity"})
    kind, archived = ask.kind.name, body.get("archived", False)
    sensitivity = _sensitivity(body.get("dataSensitivity", "non_sensitive"))
    if not isinstance(archived, bool):
        raise invalid_json("archived must be true or false")
    listed = (
        portal.catalog.archived(kind) if archived else [each.json for each in portal.catalog.properties(kind).values()]
    )
    known = {each["name"]: each for each in listed if each.get("dataSensitivity", "non_sensitive") == sensitivity}
    names = list(dict.fromkeys(_named(body)))
    missing = [name for name in names if name not in known]
    errors = [missing_objects("PROPERTY", missing).item({"name": missing})] if missing else []
    return batch_answer(portal, [known[name] for name in names if name in known], errors)


def _named(body: dict[str, Any]) -> list[str]:
    inputs = inputs_of(body, {"name"})
    if any(each.get("name") is None for each in inputs):
        raise required_fields(["name"])
    return [text(each["name"]) for each in inputs]


def create_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    results, errors = [], []
    for each in inputs_of(ask.object_body({"inputs"}), CREATED_KEYS):
        try:
            results.append(_create(portal, ask.kind.name, each))
        except Refusal as refusal:
            errors.append(refusal.item({"name": [str(each.get("name"))]}))
    return batch_answer(portal, results, errors, created=True)


def archive_batch(portal: HubSpotPortal, ask: Ask) -> Answer:
    """All or none: nothing is archived if one of them may not be."""
    kind = ask.kind.name
    known = portal.catalog.properties(kind)
    names = _named(ask.object_body({"inputs"}))
    for name in (each for each in names if each in known):
        if not known[name].json["modificationMetadata"]["archivable"]:
            raise invalid(f"The property {name} can't be archived: HubSpot defined it.")
    for name in dict.fromkeys(names):
        if name in known:
            portal.catalog.archive(kind, name, portal.now_ms())
    return 204, None


# Groups ----------------------------------------------------------------------------------------------------------


def list_groups(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, {"results": portal.catalog.groups(ask.kind.name)}


def get_group(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, portal.catalog.group(ask.kind.name, ask.path["name"])


def create_group(portal: HubSpotPortal, ask: Ask) -> Answer:
    """Unverified: a second property group of one name is refused with 409."""
    kind, body = ask.kind.name, read(ask.body, GROUP)
    if missing := [key for key in ("name", "label") if not body.get(key)]:
        raise invalid_json(f"Some required fields were not set: [{', '.join(missing)}]")
    name: str = body["name"]
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,99}", name):
        raise invalid(f"Property group names are lower-case letters, digits and underscores: {name}")
    if any(group["name"] == name for group in portal.catalog.groups(kind)):
        raise Refusal(409, "OBJECT_ALREADY_EXISTS", f"A property group named '{name}' already exists.")
    group = {"name": name, "label": body["label"], "displayOrder": body.get("displayOrder", -1), "archived": False}
    return 201, portal.catalog.keep_group(kind, group)


def update_group(portal: HubSpotPortal, ask: Ask) -> Answer:
    kind, body = ask.kind.name, read(ask.body, GROUP_CHANGE)
    before = portal.catalog.group(kind, ask.path["name"])
    label = body.get("label") or before["label"]
    return 200, portal.catalog.keep_group(kind, {**before, **body, "label": label})


def archive_group(portal: HubSpotPortal, ask: Ask) -> Answer:
    portal.catalog.archive_group(ask.kind.name, ask.path["name"])
    return 204, None


ENTRIES = [
    Entry("GET", "properties", "/{type}/groups", list_groups, "locale"),
    Entry("POST", "properties", "/{type}/groups", create_group),
    Entry("GET", "properties", "/{type}/groups/{name}", get_group, "locale"),
    Entry("PATCH", "properties", "/{type}/groups/{name}", update_group),
    Entry("DELETE", "properties", "/{type}/groups/{name}", archive_group),
    Entry("POST", "properties", "/{type}/batch/read", read_batch),
    Entry("POST", "properties", "/{type}/batch/create", create_batch),
    Entry("POST", "properties", "/{type}/batch/archive", archive_batch),
    Entry("GET", "properties", "/{type}", list_properties, "archived dataSensitivity properties locale"),
    Entry("POST", "properties", "/{type}", create_property),
    Entry("GET", "properties", "/{type}/{name}", get_property, "archived dataSensitivity properties locale"),
    Entry("PATCH", "properties", "/{type}/{name}", update_property),
    Entry("DELETE", "properties", "/{type}/{name}", archive_property),
]
