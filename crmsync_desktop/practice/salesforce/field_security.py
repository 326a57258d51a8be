"""What the API's users see of an org: objects, fields and records that they are not allowed to see are not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from .schema import Child, Field, SObject

if TYPE_CHECKING:
    from .setup import OrgSetup


_OPEN = frozenset({"IsDeleted", "Name", "OwnerId", "SystemModstamp", "CreatedDate", "LastModifiedDate"})
_WRITING = ("createable", "deletable", "mergeable", "undeletable", "updateable")


def visible_part(schema: Mapping[str, SObject], setup: OrgSetup) -> dict[str, SObject]:
    """The objects as the API's users know them. Raises ValueError for an object that the org doesn't have or a field
    that nobody can be kept from."""
    for name in (*setup.hidden_objects, *setup.read_only_objects):
        if name not in schema:
            raise ValueError(f"The org has no object {name}.")
    hidden, read_only = _by_object(setup.hidden_fields), _by_object(setup.read_only_fields)
    visible = {}
    for name, sobject in schema.items():
        if name in setup.hidden_objects:
            continue
        ids = frozenset(id18 for id18 in setup.hidden_records if id18.startswith(sobject.prefix))
        if name in hidden or name in read_only or ids:
            fields = tuple(_secured(sobject, hidden.get(name, set()), read_only.get(name, set())))
            sobject = replace(sobject, fields=fields, hidden_ids=ids)
        if name in setup.read_only_objects:
            sobject = replace(sobject, flags={**sobject.flags, **dict.fromkeys(_WRITING, False)})
        visible[name] = sobject
    if setup.hidden_objects or setup.hidden_fields:
        for name, sobject in visible.items():
            visible[name] = replace(sobject, children=tuple(_seen(visible, sobject)))
    return visible


def _seen(visible: Mapping[str, SObject], sobject: SObject) -> Iterable[Child]:
    """The lookups to the object that are seen themselves."""
    for child in sobject.children:
        if child.sobject in visible and child.field.lower() in visible[child.sobject].by_name:
            yield child


def _secured(sobject: SObject, hidden: set[str], read_only: set[str]) -> Iterable[Field]:
    for item in sobject.fields:
        if item.name not in hidden | read_only:
            yield item
        elif item.required or item.type in ("id", "address") or item.name in _OPEN:
            raise ValueError(f"Nobody can be kept from {sobject.name}.{item.name}.")
        elif item.name not in hidden:
            yield replace(item, flags={**item.flags, "createable": False, "updateable": False})


def _by_object(names: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for full in names:
        name, _, field = full.partition(".")
        found.setdefault(name, set()).add(field)
    return found
