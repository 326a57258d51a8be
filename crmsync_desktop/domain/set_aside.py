"""A record that is refused for some of its fields: which ones to leave out, so that the others travel all the same."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from crmsync_desktop.domain.companions import FIELDS
from crmsync_desktop.domain.planner import FieldChange
from crmsync_desktop.domain.records import Category, Fault

_OF_A_FIELD: Final = frozenset(
    {
        Category.PROPERTY_VALUES,
        Category.FIELD_MAPPING,
        Category.PERMISSIONS,
        Category.OWNERS,
        Category.ASSOCIATIONS,
    }
)
"""Cards whose refusals are about the fields that they name. A validation rule only says where to show its message."""
_UNNAMED: Final = {Category.OWNERS: ("OwnerId", "hubspot_owner_id")}
"""What a refusal is about that doesn't say so: of an inactive owner, Salesforce names the user alone."""
_PLACE: Final = re.compile(r"(.*?)(?:state|country)(?:code)?", re.IGNORECASE)


def set_aside(
    changes: Sequence[FieldChange], faults: Sequence[Fault], required: Collection[str] = ()
) -> dict[int, Fault]:
    """The places that a refused write can do without, each with the fault that stands against it. Empty where a fault is
    about the whole record, where a `required` field (by name) is refused, or where nothing would be left to write."""
    found: dict[int, Fault] = {}
    for fault in faults:
        groups = {group_of(name) for name in fault.fields or _UNNAMED.get(fault.category, ())}
        places = [change.place for change in changes if group_of(change.field) in groups]
        if fault.category not in _OF_A_FIELD or not places:
            return {}
        for place in places:
            found.setdefault(place, fault)
    if len(found) == len(changes) or any(change.place in found and change.field in required for change in changes):
        return {}
    return found


def group_of(name: str) -> str:
    """Fields that stand and fall together: a state is nothing without its country, an amount nothing without its currency."""
    if name in FIELDS:
        return FIELDS[name]
    place = _PLACE.fullmatch(name)
    return f"{place[1].lower()} place" if place else name
