"""Object types and their properties: what ships with the portal, and what was created in it since."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from crmsync_desktop.practice.hubspot.database import Database
from crmsync_desktop.practice.hubspot.refusals import Refusal, ValueProblem, invalid, not_found
from crmsync_desktop.practice.hubspot.values import PropertyDefinition, iso

LINK_PROPERTY = "crmsync_salesforce_id"
FIELD_TYPES = {
    "string": {"text", "textarea", "phonenumber", "html", "file"},
    "number": {"number", "calculation_equation"},
    "date": {"date"},
    "datetime": {"date"},
    "bool": {"booleancheckbox"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
}
CREATED_KEYS = {
    "name", "label", "type", "fieldType", "groupName", "description", "options", "displayOrder", "hasUniqueValue",
    "hidden", "formField", "calculationFormula", "externalOptions", "referencedObjectType",
}  # fmt: skip
MAX_UNIQUE = 10


@dataclass(frozen=True, slots=True)
class ObjectType:
    """`name` is the plural in paths, `type_id` HubSpot's number for it, `defaults` what a read answers unasked."""

    name: str
    type_id: str
    singular: str
    created: str
    modified: str
    defaults: tuple[str, ...]
    searched: tuple[str, ...]


OBJECT_TYPES = {
    kind.name: kind
    for kind in (
        ObjectType(
            "contacts", "0-1", "contact", "createdate", "lastmodifieddate",
            ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
            ("firstname", "lastname", "email", "phone", "company", "hs_additional_emails"),
        ),
        ObjectType(
            "companies", "0-2", "company", "createdate", "hs_lastmodifieddate",
            ("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"), ("name", "domain", "phone", "website"),
        ),
        ObjectType(
            "deals", "0-3", "deal", "createdate", "hs_lastmodifieddate",
            ("amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate", "hs_object_id", "pipeline"),
            ("dealname", "pipeline", "dealstage", "description", "dealtype"),
        ),
        ObjectType(
            "tickets", "0-5", "ticket", "createdate", "hs_lastmodifieddate",
            ("content", "createdate", "hs_lastmodifieddate", "hs_object_id", "hs_pipeline", "hs_pipeline_stage",
             "hs_ticket_priority", "subject"),
            ("subject", "content", "hs_pipeline_stage"),
        ),
        ObjectType(
            "tasks", "0-27", "task", "hs_createdate", "hs_lastmodifieddate",
            ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"), ("hs_task_subject", "hs_task_body"),
        ),
    )
}  # fmt: skip
ALIASES = {alias: kind for kind in OBJECT_TYPES.values() for alias in (kind.name, kind.singular, kind.type_id)}


def object_type(name: str) -> ObjectType:
    """The object type that a path names: plural, singular or number, in any case. Raises a 400 Refusal."""
    kind = ALIASES.get(name.lower())
    if kind is None:
        raise invalid(f"Unable to infer object type from: {name}")
    return kind


def resources() -> Path:
    """The folder with the portal's own files: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    for folder in (package / "_resources", package.parent / "resources"):
        if (found := folder / "practice" / "hubspot").is_dir():
            return found
    raise FileNotFoundError("the practice portal's resource files are not where the application is installed")


class Catalog:
    """Property definitions by object type and name."""

    def __init__(self, database: Database, *, link_property: bool) -> None:
        self._database = database
        self._properties: dict[str, dict[str, PropertyDefinition]] = {}
        for name in OBJECT_TYPES:
            shipped = orjson.loads((resources() / f"{name}.json").read_bytes())["results"]
            self._properties[name] = {each["name"]: PropertyDefinition.from_json(each) for each in shipped}
        if not link_property:
            self._properties["contacts"].pop(LINK_PROPERTY, None)
        for kind, definition in database.connection.execute("SELECT type, definition FROM property"):
            made = PropertyDefinition.from_json(orjson.loads(definition))
            self._properties[kind][made.name] = made

    def properties(self, kind: str) -> dict[str, PropertyDefinition]:
        return self._properties[kind]

    def definition(self, kind: str, name: str) -> PropertyDefinition:
        """Raises a 404 Refusal."""
        try:
            return self._properties[kind][name]
        except KeyError:
            raise not_found(f'Property "{name}" does not exist') from None

    def unique_names(self, kind: str) -> tuple[str, ...]:
        return tuple(name for name, each in self._properties[kind].items() if each.unique)

    def identifying(self, kind: str, name: str) -> PropertyDefinition:
        """The unique property that a caller wants to find records by. Raises a 400 Refusal."""
        found = self._properties[kind].get(name)
        if found is None or not found.unique:
            raise invalid(f"Property {name} is not a unique identifier property of {kind}")
        return found

    def create(self, kind: str, requested: dict[str, Any], now_ms: int) -> dict[str, Any]:
        """Add a property, as `POST /crm/properties/…/{type}` does; the caller holds the transaction."""
        definition = _checked_definition(requested, now_ms)
        if definition["name"] in self._properties[kind]:
            raise Refusal(409, "OBJECT_ALREADY_EXISTS", f'Property "{definition["name"]}" already exists.')
        if definition["hasUniqueValue"] and len(self.unique_names(kind)) >= MAX_UNIQUE + (
            "email" in self._properties[kind]
        ):
            raise invalid(f"An object can have at most {MAX_UNIQUE} unique properties.")
        self._database.connection.execute(
            "INSERT INTO property (type, name, definition) VALUES (?, ?, ?)",
            (kind, definition["name"], orjson.dumps(definition).decode()),
        )
        self._properties[kind][definition["name"]] = PropertyDefinition.from_json(definition)
        return definition


def problems_of(names: Iterable[str], known: dict[str, PropertyDefinition]) -> list[ValueProblem]:
    """Why these names can't be written: they don't exist, or HubSpot itself keeps them."""
    problems = []
    for name in names:
        definition = known.get(name)
        if definition is None:
            problems.append(ValueProblem(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'))
        elif definition.read_only:
            message = f'"{name}" is a read only property; its value cannot be set.'
            problems.append(ValueProblem(name, "READ_ONLY_VALUE", message))
    return problems


def _checked_definition(requested: dict[str, Any], now_ms: int) -> dict[str, Any]:
    if unknown := sorted(set(requested) - CREATED_KEYS):
        raise invalid(f"Unknown fields in a property definition: {', '.join(unknown)}")
    missing = [key for key in ("name", "label", "type", "fieldType", "groupName") if not requested.get(key)]
    if missing:
        raise invalid(f"Some required fields were not set: [{', '.join(missing)}]")
    name = str(requested["name"])
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,99}", name):
        raise invalid(f'"{name}" is not a valid property name: lower-case letters, digits and underscores only.')
    if requested["fieldType"] not in FIELD_TYPES.get(str(requested["type"]), set()):
        raise invalid(f"A property of type {requested['type']} can't have the field type {requested['fieldType']}.")
    options = requested.get("options") or []
    if requested["type"] == "enumeration" and not options and not requested.get("externalOptions"):
        raise invalid("An enumeration property needs options.")
    stamp = iso(now_ms)
    return {
        "updatedAt": stamp,
        "createdAt": stamp,
        "name": name,
        "label": requested["label"],
        "type": requested["type"],
        "fieldType": requested["fieldType"],
        "description": requested.get("description", ""),
        "groupName": requested["groupName"],
        "options": [
            {"label": each["label"], "value": each["value"], "displayOrder": place, "hidden": bool(each.get("hidden"))}
            for place, each in enumerate(options)
        ],
        "displayOrder": requested.get("displayOrder", -1),
        "calculated": False,
        "externalOptions": bool(requested.get("externalOptions")),
        "archived": False,
        "hasUniqueValue": bool(requested.get("hasUniqueValue")),
        "hidden": bool(requested.get("hidden")),
        "modificationMetadata": {"archivable": True, "readOnlyDefinition": False, "readOnlyValue": False},
        "formField": bool(requested.get("formField")),
        "hubspotDefined": False,
    }
