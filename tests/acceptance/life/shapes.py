"""A field of the org's own on every object that syncs, mapped to a property of the portal's own on its counterpart."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.domain.mapping import Rule
from tests.acceptance.life.kinds import ALL, Kind
from tests.acceptance.life.world import World

OBJECTS = tuple(kind.sobject for kind in ALL)
TYPES = ("contacts", "companies", "deals", "tickets")
HUBSPOT_TYPES = {
    "string": {"type": "string", "fieldType": "text"},
    "double": {"type": "number", "fieldType": "number"},
    "picklist": {"type": "enumeration", "fieldType": "select"},
}


class Shape:
    """Field `Name__c`, property `name`, of Salesforce's type `type`; `values` for a picklist, the same on both sides."""

    def __init__(self, here: World, type: str, values: tuple[str, ...] = ()) -> None:
        self.here, number = here, here.number()
        self.field, self.property = f"Life{number}__c", f"life{number}"
        self.in_salesforce(type, values)
        self.in_hubspot(type, values)
        self.read_again()
        here.sync()
        for pair in TYPES:
            objects = {kind.sobject: self.field for kind in ALL if kind.pair == pair}
            here.run(here.service.add_mapping(pair, self.property, objects, Rule.TWO_WAY))

    def in_salesforce(self, type: str | None, values: tuple[str, ...] = ()) -> None:
        """Make the field, or make it another one; None removes it."""
        setup = self.here.admin.get("/salesforce/setup").get("custom_fields", [])
        others = [field for field in setup if field["name"] != self.field]
        more: dict[str, Any] = {}
        if values:
            more = {"restricted": True, "values": [{"value": value, "label": value} for value in values]}
        own = [{"object": name, "name": self.field, "label": self.field, "type": type, **more} for name in OBJECTS]
        self.here.admin.post("/salesforce/setup", custom_fields=[*others, *(own if type else [])])

    def in_hubspot(self, type: str, values: tuple[str, ...] = ()) -> None:
        options = [{"label": value, "value": value, "displayOrder": n} for n, value in enumerate(values)]
        for name in TYPES:
            group = self._ask("GET", name, "/groups")["results"][0]["name"]
            body = {"name": self.property, "label": self.property, "groupName": group, "options": options}
            self._ask("POST", name, "", {**body, **HUBSPOT_TYPES[type]})

    def out_of_hubspot(self) -> None:
        for name in TYPES:
            self._ask("DELETE", name, f"/{self.property}")

    def options_in_hubspot(self, values: tuple[str, ...]) -> None:
        options = [{"label": value, "value": value, "displayOrder": n} for n, value in enumerate(values)]
        for name in TYPES:
            self._ask("PATCH", name, f"/{self.property}", {"options": options})

    def read_again(self) -> None:
        """The next pass reads the schemas, as it does once a day."""
        self.here.store.save_document("schemas_outdated", True)

    def gone(self) -> None:
        """Leave the org as it was."""
        for pair in TYPES:
            self.here.run(self.here.service.remove_mapping(pair, self.property))
        self.in_salesforce(None)
        self.read_again()

    def _ask(self, method: str, type: str, path: str, body: object = None) -> Any:
        url = f"{self.here.orgs.announced['hubspot']['url']}/crm/properties/2026-03/{type}{path}"
        answer = self.here.hubspot.session.request(method, url, json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def values_of(self, kind: Kind, id: str, other: str) -> tuple[str | None, str | None]:
        """Both sides' values, each None where it has none, or no such field any more."""
        ours = self.here.record("salesforce", kind.sobject, id).get(self.field)
        return ours, self.here.record("hubspot", kind.type, other).get(self.property)
