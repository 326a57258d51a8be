"""The portal's data model: object types, their properties and the groups these stand in, shipped and made since.

Unverified: a property created under the name of an archived one takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from crmsync_desktop.practice.hubspot import property_definitions
from crmsync_desktop.practice.hubspot.database import Database
from crmsync_desktop.practice.hubspot.formulas import Formula
from crmsync_desktop.practice.hubspot.object_types import OBJECT_TYPES, ObjectType, ObjectTypes, object_type
from crmsync_desktop.practice.hubspot.refusals import Refusal, ValueProblem, invalid, not_found
from crmsync_desktop.practice.hubspot.values import PropertyDefinition, iso

__all__ = ["OBJECT_TYPES", "Catalog", "ObjectType", "object_type", "problems_of", "resources"]
LINK_PROPERTY = "crmsync_salesforce_id"
MAX_UNIQUE = 10


def resources() -> Path:
    """The folder with the portal's own files: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    for folder in (package / "_resources", package.parent / "resources"):
        if (found := folder / "practice" / "hubspot").is_dir():
            return found
    raise FileNotFoundError("the practice portal's resource files are not where the application is installed")


class Catalog:
    """Property definitions by object type and name; `types`: the object types. Writers hold the transaction."""

    def __init__(self, database: Database, *, link_property: bool) -> None:
        self._database = database
        self.types = ObjectTypes()
        self._properties: dict[str, dict[str, PropertyDefinition]] = {}
        self._archived: dict[str, dict[str, dict[str, Any]]] = {}
        self._groups: dict[str, dict[str, dict[str, Any]]] = {}
        self._formulas: dict[str, dict[str, Formula]] = {}
        self._unique: dict[str, tuple[str, ...]] = {}
        for kind in OBJECT_TYPES.values():
            shipped = orjson.loads((resources() / f"{kind.name}.json").read_bytes())["results"]
            self._add_type(kind, [each for each in shipped if link_property or each["name"] != LINK_PROPERTY])
        self._read_made()

    def add_custom(self, kind: ObjectType, definitions: list[dict[str, Any]]) -> None:
        """A custom object type with the properties that it starts with; those made since come from the database."""
        self.types.add(kind)
        self._add_type(kind, definitions)
        self._read_made(kind.name)

    def drop_custom(self, kind: ObjectType) -> None:
        self.types.remove(kind)
        for held in (self._properties, self._archived, self._groups, self._unique):
            held.pop(kind.name, None)
        self._database.connection.execute("DELETE FROM property WHERE type = ?", (kind.name,))
        self._database.connection.execute("DELETE FROM property_group WHERE type = ?", (kind.name,))

    # Properties --------------------------------------------------------------------------------------------------

    def properties(self, kind: str) -> dict[str, PropertyDefinition]:
        """The live ones by name."""
        return self._properties[kind]

    def archived(self, kind: str) -> list[dict[str, Any]]:
        return list(self._archived[kind].values())

    def definition(self, kind: str, name: str, *, archived: bool = False) -> dict[str, Any]:
        """As the API answers it. Raises a 404 Refusal."""
        found = self._archived[kind].get(name) if archived else self._properties[kind].get(name)
        if found is None:
            raise not_found(f"Property {name} does not exist")
        return found if isinstance(found, dict) else found.json

    def unique_names(self, kind: str) -> tuple[str, ...]:
        if kind not in self._unique:
            self._unique[kind] = tuple(name for name, each in self._properties[kind].items() if each.unique)
        return self._unique[kind]

    def identifying(self, kind: str, name: str) -> PropertyDefinition:
        """The unique property that a caller wants to find records by. Raises a 400 Refusal."""
        found = self._properties[kind].get(name)
        if found is None or not found.unique:
            raise invalid(f"Property {name} is not a unique identifier property of {kind}")
        return found

    def create(
        self, kind: str, requested: dict[str, Any], now_ms: int, *, enterprise: bool = True, hubspot: bool = False
    ) -> dict[str, Any]:
        """Add a property, as `POST /crm/properties/…/{type}` does. Raises a Refusal: 400 for a body, 409 for a name.

        `hubspot`: one of HubSpot's own, which its description says.
        """
        definition = property_definitions.created(requested, now_ms, enterprise=enterprise)
        name = definition["name"]
        if name in self._properties[kind]:
            extra: dict[str, object] = {"subCategory": "Properties.PROPERTY_EXISTS"}
            raise Refusal(409, "OBJECT_ALREADY_EXISTS", f"A property named '{name}' already exists.", extra=extra)
        self.refuse_unknown_group(kind, definition["groupName"])
        own = len(self.unique_names(kind)) - ("email" in self._properties[kind])
        if definition["hasUniqueValue"] and own >= MAX_UNIQUE:
            raise invalid(f"An object type can have at most {MAX_UNIQUE} properties with unique values.")
        definition["hubspotDefined"] = hubspot
        self._archived[kind].pop(name, None)
        self.keep(kind, definition)
        return definition

    def update(self, kind: str, name: str, requested: dict[str, Any], now_ms: int) -> dict[str, Any]:
        """Raises a Refusal: 404 for an unknown property, 400 for a definition that is HubSpot's, or a bad body."""
        before = self.definition(kind, name)
        if before["modificationMetadata"]["readOnlyDefinition"] and set(requested) - {"options", "label", "groupName"}:
            raise invalid(f"The definition of the property {name} is read only.")
        changed = property_definitions.updated(before, requested, now_ms)
        self.refuse_unknown_group(kind, changed["groupName"])
        self.keep(kind, changed)
        return changed

    def archive(self, kind: str, name: str, now_ms: int) -> None:
        """Its values are no longer seen. Raises a Refusal: 404 for an unknown property, 400 for one of HubSpot's own."""
        before = self.definition(kind, name)
        if not before["modificationMetadata"]["archivable"]:
            raise invalid(f"The property {name} can't be archived: HubSpot defined it.")
        del self._properties[kind][name]
        self.keep(kind, {**before, "archived": True, "archivedAt": iso(now_ms), "updatedAt": iso(now_ms)})

    def formulas(self, kind: str) -> dict[str, Formula]:
        """Of the calculated properties made in this portal."""
        return self._formulas.get(kind, {})

    # Groups ------------------------------------------------------------------------------------------------------

    def groups(self, kind: str) -> list[dict[str, Any]]:
        return sorted(self._groups[kind].values(), key=lambda group: (group["displayOrder"], group["label"]))

    def group(self, kind: str, name: str) -> dict[str, Any]:
        """Raises a 404 Refusal."""
        if name not in self._groups[kind]:
            raise not_found(f"Property group {name} does not exist")
        return self._groups[kind][name]

    def refuse_unknown_group(self, kind: str, name: str) -> None:
        """Unverified: a property in a group that doesn't exist is refused with 400."""
        if name not in self._groups[kind]:
            raise invalid(f"Property group {name} does not exist")

    def keep_group(self, kind: str, group: dict[str, Any]) -> dict[str, Any]:
        self._groups[kind][group["name"]] = group
        insert = "INSERT OR REPLACE INTO property_group (type, name, definition) VALUES (?, ?, ?)"
        self._database.connection.execute(insert, (kind, group["name"], orjson.dumps(group).decode()))
        return group

    def archive_group(self, kind: str, name: str) -> None:
        """Raises a Refusal: 404 for an unknown group, 400 for one that still has properties.

        Unverified: a property group that still has properties can't be archived.
        """
        group = self.group(kind, name)
        if holding := [each.name for each in self._properties[kind].values() if each.json["groupName"] == name]:
            raise invalid(f"Property group {name} still has properties: {', '.join(holding[:5])}")
        self.keep_group(kind, {**group, "archived": True})
        del self._groups[kind][name]

    # Inside ------------------------------------------------------------------------------------------------------

    def _add_type(self, kind: ObjectType, definitions: Iterable[dict[str, Any]]) -> None:
        live = {each["name"]: PropertyDefinition.from_json(each) for each in definitions}
        self._properties[kind.name], self._archived[kind.name] = live, {}
        self._unique.pop(kind.name, None)
        names = dict.fromkeys((kind.group, *(each.json["groupName"] for each in live.values())))
        self._groups[kind.name] = {
            name: {"name": name, "label": _spelled(name), "displayOrder": place, "archived": False}
            for place, name in enumerate(names)
        }

    def _read_made(self, only: str | None = None) -> None:
        connection = self._database.connection
        for kind, text in connection.execute("SELECT type, definition FROM property").fetchall():
            if kind in self._properties and only in (None, kind):
                self._place(kind, orjson.loads(text))
        for kind, text in connection.execute("SELECT type, definition FROM property_group").fetchall():
            if kind in self._groups and only in (None, kind):
                group = orjson.loads(text)
                self._groups[kind].pop(group["name"], None)
                if not group["archived"]:
                    self._groups[kind][group["name"]] = group

    def keep(self, kind: str, definition: dict[str, Any]) -> None:
        """Put a definition that was checked in the place of any of its name."""
        insert = "INSERT OR REPLACE INTO property (type, name, definition) VALUES (?, ?, ?)"
        self._database.connection.execute(insert, (kind, definition["name"], orjson.dumps(definition).decode()))
        self._place(kind, definition)

    def _place(self, kind: str, definition: dict[str, Any]) -> None:
        self._unique.pop(kind, None)
        formulas = self._formulas.setdefault(kind, {})
        formulas.pop(definition["name"], None)
        if definition["fieldType"] == "calculation_equation" and not definition["archived"]:
            formulas[definition["name"]] = Formula.parse(definition["calculationFormula"])
        if definition["archived"]:
            self._properties[kind].pop(definition["name"], None)
            self._archived[kind][definition["name"]] = definition
        else:
            self._properties[kind][definition["name"]] = PropertyDefinition.from_json(definition)


def problems_of(names: Iterable[str], known: dict[str, PropertyDefinition]) -> list[ValueProblem]:
    """Why these names can't be written: they don't exist, or HubSpot itself keeps them.

    The wording for calculated properties is quoted by users of the API.
    """
    problems = []
    for name in names:
        definition = known.get(name)
        if definition is None:
            problems.append(ValueProblem(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'))
        elif definition.read_only:
            what = "calculated" if definition.json["calculated"] else "read only"
            problems.append(
                ValueProblem(name, "READ_ONLY_VALUE", f'"{name}" is a {what} property; its value cannot be set.')
            )
    return problems


def _spelled(name: str) -> str:
    return name.replace("_", " ").capitalize()
