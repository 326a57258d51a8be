"""Custom objects in the practice portal, as a person makes them there."""

from __future__ import annotations

from typing import Any

from tests.acceptance.life.world import World


def base(here: World) -> str:
    return f"{here.orgs.announced['hubspot']['url']}/crm-object-schemas/2026-03/schemas"


def schemas(here: World) -> list[dict[str, Any]]:
    answer = here.hubspot.session.get(base(here), timeout=30)
    answer.raise_for_status()
    return list(answer.json()["results"])


def made_by_hand(here: World, name: str, *properties: dict[str, Any]) -> str:
    """A custom object that a person made in HubSpot; gives its type id."""
    own = {"name": "title", "label": "Title", "type": "string", "fieldType": "text"}
    body = {
        "name": name,
        "labels": {"singular": name.capitalize(), "plural": f"{name.capitalize()}s"},
        "primaryDisplayProperty": "title",
        "requiredProperties": ["title"],
        "searchableProperties": [],
        "secondaryDisplayProperties": [],
        "properties": [own, *properties],
        "associatedObjects": ["CONTACT"],
        "allowsSensitiveProperties": False,
    }
    answer = here.hubspot.session.post(base(here), json=body, timeout=30)
    answer.raise_for_status()
    return str(answer.json()["objectTypeId"])


def clear(here: World) -> None:
    """No custom object is synced any more, and the portal has none; nor has the org a subscription."""
    for own in here.store.settings().custom_objects:
        here.run(here.service.remove_object(own.name))
    here.admin.post("/hubspot/setup", tier="enterprise")
    here.admin.post("/hubspot/limits", burst=10**9, searches=10**9)
    gone = here.hubspot.session.get(f"{base(here)}?archived=true", timeout=30).json()["results"]
    for kind in gone:
        here.hubspot.session.delete(f"{base(here)}/{kind['objectTypeId']}?archived=true", timeout=30).raise_for_status()
    for kind in schemas(here):
        while records := here.named("hubspot", kind["objectTypeId"], ""):
            here.delete("hubspot", kind["objectTypeId"], *records)
        for query in ("", "?archived=true"):
            here.hubspot.session.delete(f"{base(here)}/{kind['objectTypeId']}{query}", timeout=30).raise_for_status()
    for row in here.salesforce.query("SELECT Id FROM Subscription__c"):
        here.delete("salesforce", "Subscription__c", row["Id"])
