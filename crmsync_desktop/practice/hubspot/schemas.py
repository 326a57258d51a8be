"""Custom objects: their schemas, and what follows from one for the rest of the portal.

Sources: HubSpot's guide to custom objects (Enterprise accounts only; ten of them; names, labels and fully qualified names;
required, searchable and displayed properties; a schema can only go when no record of it is left) and the models of its SDK.
Unverified: an account without Enterprise answers 403 to a new custom object, and shows those it has.
Unverified: the first custom object of an account is 2- and a number of its own, counted on from there.
Unverified: an archived schema comes back only by being purged and made anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from crmsync_desktop.practice.hubspot import property_definitions
from crmsync_desktop.practice.hubspot.association_types import AssociationType
from crmsync_desktop.practice.hubspot.bodies import Shape, read, shape_of
from crmsync_desktop.practice.hubspot.catalog import LINK_PROPERTY, OBJECT_TYPES, resources
from crmsync_desktop.practice.hubspot.object_types import STAMPS, ObjectType
from crmsync_desktop.practice.hubspot.refusals import Refusal, invalid, invalid_json, not_found
from crmsync_desktop.practice.hubspot.sources import PERSON_USER_ID
from crmsync_desktop.practice.hubspot.values import iso

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

MOST, MAX_SEARCHABLE = 10, 20
FIRST_TYPE = 3_401_001
DISPLAYED: Shape = {
    "requiredProperties": "texts",
    "searchableProperties": "texts",
    "secondaryDisplayProperties": "texts",
}
CREATED = shape_of(
    "name description primaryDisplayProperty",
    flags="allowsSensitiveProperties",
    others={"labels": "object", "properties": "objects", "associatedObjects": "texts", **DISPLAYED},
)
UPDATED = shape_of(
    "description primaryDisplayProperty",
    flags="clearDescription restorable allowsSensitiveProperties",
    others={"labels": "object", **DISPLAYED},
)
LABELS = shape_of("singular plural")
ASSOCIATION = shape_of("fromObjectTypeId toObjectTypeId name")
SYSTEM = (*STAMPS, "hs_object_source", "hs_object_source_id", "hs_object_source_label", "hs_all_owner_ids",
          "hs_user_ids_of_all_owners", "hubspot_owner_assigneddate", "hubspot_owner_id", "hs_merged_object_ids")  # fmt: skip
PIPELINE = (("hs_pipeline", "Pipeline"), ("hs_pipeline_stage", "Pipeline stage"))
Schema = dict[str, Any]


class Schemas:
    """The custom objects of one portal. Those that write hold the transaction."""

    def __init__(self, portal: HubSpotPortal) -> None:
        self._portal = portal

    def open(self) -> None:
        """Take in those that the database holds."""
        query = "SELECT definition FROM object_schema WHERE archived_ms IS NULL ORDER BY id"
        for (text,) in self._portal.connection.execute(query).fetchall():
            schema = orjson.loads(text)
            self._portal.catalog.add_custom(_type_of(schema), _system_properties(_type_of(schema)))

    def all(self, *, archived: bool = False) -> list[Schema]:
        state = "IS NOT NULL" if archived else "IS NULL"
        query = f"SELECT definition FROM object_schema WHERE archived_ms {state} ORDER BY id"  # noqa: S608
        return [orjson.loads(row[0]) for row in self._portal.connection.execute(query)]

    def get(self, name: str, *, archived: bool = False) -> Schema:
        """By type id, full name or short name. Raises a 404 Refusal."""
        wanted = name.lower()
        for schema in self.all(archived=archived):
            names = (schema["objectTypeId"], schema["fullyQualifiedName"], schema["name"], f"p_{schema['name']}")
            if wanted in names:
                return schema
        raise not_found(f"Unable to infer object type from: {name}")

    def shown(self, schema: Schema, *, audit: bool = False) -> Schema:
        """With its properties and associations; `audit`: and with who made it."""
        kind = _type_of(schema)
        if audit:
            schema = {**schema, "createdByUserId": PERSON_USER_ID, "updatedByUserId": PERSON_USER_ID}
        archived = kind.name not in {each.name for each in self._portal.catalog.types}
        properties = [] if archived else [each.json for each in self._portal.catalog.properties(kind.name).values()]
        return {**schema, "properties": properties, "associations": [] if archived else self._associations(kind)}

    def create(self, given: Mapping[str, Any]) -> Schema:
        """Raises a Refusal: 403 outside Enterprise, 400 for a body, 409 for a name that is taken."""
        portal = self._portal
        if portal.setup.tier != "enterprise":
            raise Refusal(403, "FORBIDDEN", "Custom objects need an Enterprise subscription.")
        if missing := [key for key in ("name", "labels", "requiredProperties", "properties") if key not in given]:
            raise invalid_json(f"Some required fields were not set: [{', '.join(missing)}]")
        name = given["name"].lower()
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,49}", name):
            raise invalid(
                f"{given['name']} is not a name for an object: it starts with a letter, and holds letters, digits and _."
            )
        if any(each["name"] == name for archived in (False, True) for each in self.all(archived=archived)):
            raise Refusal(409, "OBJECT_ALREADY_EXISTS", f"A schema named '{name}' already exists.")
        if len(self.all()) >= MOST:
            raise invalid(f"An account can have at most {MOST} custom objects.")
        others = [portal.catalog.types.get(each) for each in given.get("associatedObjects", [])]
        number = int(portal.database.meta("next_object_type", FIRST_TYPE))
        now = portal.now_ms()
        schema: Schema = {
            "id": str(number),
            "objectTypeId": f"2-{number}",
            "fullyQualifiedName": f"p{portal.portal_id}_{name}",
            "name": name,
            "labels": _labels(given["labels"]),
            "allowsSensitiveProperties": given.get("allowsSensitiveProperties", False),
            "archived": False,
            "createdAt": iso(now),
            "updatedAt": iso(now),
        }
        if given.get("description"):
            schema["description"] = given["description"]
        kind = _type_of({**schema, "requiredProperties": [], "searchableProperties": []})
        own = [property_definitions.created(each, now, group=kind.group) for each in _properties(given)]
        names = [each["name"] for each in own]
        if len(set(names)) < len(names) or set(names) & {each["name"] for each in _system_properties(kind)}:
            raise invalid("The properties of a schema have names of their own, each once.")
        schema |= _displayed(given, names)
        portal.database.set_meta("next_object_type", number + 1)
        self._keep(schema)
        kind = _type_of(schema)
        portal.catalog.add_custom(kind, _system_properties(kind))
        for definition in own:
            portal.catalog.keep(kind.name, definition)
        portal.association_types.join_custom(kind, others)
        return schema

    def update(self, schema: Schema, given: Mapping[str, Any]) -> Schema:
        """Raises a 400 Refusal."""
        kind = _type_of(schema)
        changed = {**schema, "updatedAt": iso(self._portal.now_ms())}
        if "labels" in given:
            changed["labels"] = _labels(given["labels"])
        if given.get("clearDescription"):
            changed.pop("description", None)
        elif "description" in given:
            changed["description"] = given["description"]
        if "allowsSensitiveProperties" in given:
            changed["allowsSensitiveProperties"] = given["allowsSensitiveProperties"]
        changed |= _displayed({**schema, **given}, list(self._portal.catalog.properties(kind.name)))
        self._keep(changed)
        self._portal.catalog.types.add(_type_of(changed))
        return changed

    def archive(self, schema: Schema) -> None:
        """Raises a 400 Refusal while a record of it is left."""
        kind = _type_of(schema)
        if self._portal.count(kind.name):
            raise invalid(f"There are still records of the type {schema['name']}: delete them first.")
        now = self._portal.now_ms()
        gone = {**schema, "archived": True, "updatedAt": iso(now)}
        update = "UPDATE object_schema SET archived_ms = ?, definition = ? WHERE id = ?"
        self._portal.connection.execute(update, (now, orjson.dumps(gone).decode(), int(schema["id"])))
        self._portal.association_types.forget(kind.name)
        self._portal.catalog.drop_custom(kind)

    def purge(self, schema: Schema) -> None:
        """An archived one goes for good, and its name is free."""
        self._portal.connection.execute("DELETE FROM object_schema WHERE id = ?", (int(schema["id"]),))

    def associate(self, schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new type of association from this object. Raises a Refusal: 400 for the ends, 409 for one there is."""
        if missing := [key for key in ("fromObjectTypeId", "toObjectTypeId") if not given.get(key)]:
            raise invalid_json(f"Some required fields were not set: [{', '.join(missing)}]")
        types = self._portal.catalog.types
        source, target = types.get(given["fromObjectTypeId"]), types.get(given["toObjectTypeId"])
        if _type_of(schema).name not in (source.name, target.name):
            raise invalid("One end of the association must be this object.")
        if self._portal.association_types.between(source.name, target.name):
            raise Refusal(409, "OBJECT_ALREADY_EXISTS", f"{source.name} and {target.name} can be associated already.")
        made = self._portal.association_types.create_plain(source, target, given.get("name") or None)[0]
        return self._association(made, schema)

    def dissociate(self, schema: Schema, number: str) -> None:
        """Raises a 404 Refusal for a type that this object doesn't have."""
        for each in self._types(_type_of(schema)):
            if str(each.id) == number:
                self._portal.association_types.delete(each)
                return
        raise not_found(f"Association {number} does not exist")

    def _types(self, kind: ObjectType) -> list[AssociationType]:
        return [
            each
            for other in self._portal.catalog.types
            for pair in dict.fromkeys(((kind.name, other.name), (other.name, kind.name)))
            for each in self._portal.association_types.between(*pair)
        ]

    def _associations(self, kind: ObjectType) -> list[dict[str, Any]]:
        return [self._association(each, None) for each in self._types(kind)]

    def _association(self, each: AssociationType, schema: Schema | None) -> dict[str, Any]:
        types = self._portal.catalog.types
        found: dict[str, Any] = {
            "id": str(each.id),
            "fromObjectTypeId": types[each.source].type_id,
            "toObjectTypeId": types[each.target].type_id,
            "name": each.name,
        }
        if schema is not None:
            stamp = iso(self._portal.now_ms())
            found |= {"createdAt": stamp, "updatedAt": stamp}
        return found

    def _keep(self, schema: Schema) -> None:
        insert = "INSERT OR REPLACE INTO object_schema (id, definition, archived_ms) VALUES (?, ?, NULL)"
        self._portal.connection.execute(insert, (int(schema["id"]), orjson.dumps(schema).decode()))


def _type_of(schema: Schema) -> ObjectType:
    shown = tuple(
        dict.fromkeys(
            (
                *STAMPS,
                *schema["requiredProperties"],
                *([schema["primaryDisplayProperty"]] if schema.get("primaryDisplayProperty") else []),
            )
        )
    )
    return ObjectType(
        schema["fullyQualifiedName"], schema["objectTypeId"], schema["name"], "hs_createdate", "hs_lastmodifieddate", shown,
        tuple(schema["searchableProperties"]), tuple(schema["requiredProperties"]), ("hs_pipeline", "hs_pipeline_stage"),
        f"{schema['name']}_information", custom=True,
    )  # fmt: skip


def _system_properties(kind: ObjectType) -> list[dict[str, Any]]:
    """What every custom object has: as other objects have it, in a group of its own."""
    known = {
        each["name"]: each
        for name in (*OBJECT_TYPES,)
        for each in orjson.loads((resources() / f"{name}.json").read_bytes())["results"]
        if each["name"] != LINK_PROPERTY
    }
    names = (*SYSTEM, *(name for name, _ in PIPELINE))
    return [{**known[name], "groupName": kind.group} for name in names]


def _labels(given: object) -> dict[str, str]:
    labels = read(given, LABELS)
    if not all(labels.get(key) for key in LABELS):
        raise invalid_json("labels must have a singular and a plural")
    return labels


def _properties(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    properties: list[dict[str, Any]] = given["properties"]
    if not properties:
        raise invalid_json("properties must be a list of at least one property")
    return properties


def _displayed(given: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """Required, searchable and displayed properties, all of which there must be."""
    told: dict[str, Any] = {name: list(given.get(name, [])) for name in DISPLAYED}
    if len(told["searchableProperties"]) > MAX_SEARCHABLE:
        raise invalid(f"At most {MAX_SEARCHABLE} properties can be searchable.")
    if given.get("primaryDisplayProperty"):
        told["primaryDisplayProperty"] = given["primaryDisplayProperty"]
    used = [each for value in told.values() for each in ([value] if isinstance(value, str) else value)]
    if unknown := sorted(set(used) - set(names)):
        raise invalid(f"Properties that the schema doesn't define: {', '.join(unknown)}")
    return told
