"""Which scopes a request needs: one table by area of the API and by object type, read apart from write.

Source: HubSpot's list of scopes; the 403 body is that of real answers (any one of `requiredGranularScopes` is enough).
Unverified: writing an association needs the write scope of both ends, and reading one the read scope of the first.
Unverified: every read of e-mail engagements needs sales-email-read, not only one that asks for their bodies.
Unverified: reading lists, pipelines and property definitions is refused without their scopes before anything else is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.refusals import missing_permission, missing_scopes
from crmsync_desktop.practice.hubspot.tokens import Identity

Types = Callable[[str], ObjectType]
"""Finds an object type by the name in a path, or raises a 400 Refusal."""
Group = tuple[str, ...]
"""Scopes of which one is enough."""
OWN: Final = {"contacts", "companies", "deals"}
ACTIVITIES: Final = {"tasks", "calls", "emails", "meetings", "notes", "communications", "postal_mail"}
NO_SCOPE: Final = {"account-info"}
ANY_RECORDS: Final = ("tickets", *(f"crm.objects.{name}.read" for name in ("contacts", "companies", "deals", "custom")))
FIXED: Final[dict[str, tuple[str, str]]] = {
    "owners": ("crm.objects.owners.read", "crm.objects.owners.read"),
    "lists": ("crm.lists.read", "crm.lists.write"),
    "forms": ("forms", "forms"),
    "submissions": ("forms", "forms"),
    "schemas": ("crm.schemas.custom.read", "crm.schemas.custom.write"),
}
READS: Final = ("/batch/read", "/search")
KNOWN: Final = frozenset(
    {
        "oauth", "tickets", "forms", "e-commerce", "sales-email-read", "crm.lists.read", "crm.lists.write",
        "crm.objects.owners.read", "crm.pipelines.orders.read",
        *(f"crm.{level}.{name}.{way}" for level in ("objects", "schemas")
          for name in ("contacts", "companies", "deals", "custom", "line_items", "leads", "quotes") for way in ("read", "write")),
    }
)  # fmt: skip


def check(
    identity: Identity, types: Types, area: str, method: str, template: str, path: Mapping[str, str], version: str
) -> None:
    """Raises a 403 Refusal, or the 400 of an object type that there isn't (which HubSpot answers first)."""
    groups = required(types, area, method, template, path)
    if identity.scopes is not None:
        for group in groups:
            if not identity.scopes.intersection(group):
                raise missing_scopes(group)
    if version == "2026-09" and writes(method, template) and "associations" in area and not identity.edits_associations:
        raise missing_permission("Edit Associations")


def writes(method: str, template: str) -> bool:
    """Whether a request changes anything: POST also reads batches and searches."""
    return method != "GET" and not template.endswith(READS)


def required(types: Types, area: str, method: str, template: str, path: Mapping[str, str]) -> list[Group]:
    """Groups of scopes, of each of which a token needs one. Raises a 400 Refusal for an unknown object type."""
    writing = writes(method, template)
    way = "write" if writing else "read"
    kinds = [types(path[name]) for name in ("type", "from", "to") if name in path]
    if area in NO_SCOPE:
        return []
    if area == "limits":
        return [ANY_RECORDS]
    if area in FIXED:
        return [(FIXED[area][writing],)]
    if area == "properties":
        return [_definitions(kinds[0], way)]
    if area == "pipelines":
        return [(*_definitions(kinds[0], way), *_records(kinds[0], way)[0])]
    if writing and template.endswith("/gdpr-delete"):
        return [("crm.objects.contacts.write",)]
    if area in ("associations", "object-associations"):
        return [group for kind in (kinds if writing else kinds[:1]) for group in _records(kind, way)]
    return _records(kinds[0], way)


def _records(kind: ObjectType, way: str) -> list[Group]:
    if kind.name in OWN:
        return [(f"crm.objects.{kind.name}.{way}",)]
    if kind.name == "tickets":
        return [("tickets",)]
    if kind.name == "emails" and way == "read":
        return [("crm.objects.contacts.read",), ("sales-email-read",)]
    if kind.name in ACTIVITIES:
        return [(f"crm.objects.contacts.{way}",)]
    return [(f"crm.objects.custom.{way}",)]


def _definitions(kind: ObjectType, way: str) -> Group:
    """Definitions may be read with the scope of the records, too."""
    if kind.name == "tickets":
        return ("tickets",)
    name = kind.name if kind.name in OWN else "contacts" if kind.name in ACTIVITIES else "custom"
    schema = f"crm.schemas.{name}.{way}"
    return (schema,) if way == "write" else (schema, f"crm.objects.{name}.read")
