"""Record types: which of them a record may have, and which picklist values they let it have.

The shipped ones are those of resources/practice/salesforce/record_types.json.

Unverified: the API holds a record to its record type's values only in restricted picklists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import orjson

from .errors import RowError
from .ids import record_id
from .schema import Field, RecordType, SObject, make_field, resource_folder
from .store import Row

MASTER = "012000000000000AAA"


@cache
def _shipped() -> dict[str, tuple[RecordType, ...]]:
    raw = orjson.loads((resource_folder() / "record_types.json").read_bytes())
    found: dict[str, tuple[RecordType, ...]] = {}
    number = 0
    for sobject, entries in raw.items():
        types = []
        for entry in entries:
            number += 1
            types.append(
                RecordType(
                    id18=record_id("012", number),
                    name=entry["name"],
                    developer_name=entry["developerName"],
                    active=entry.get("active", True),
                    default=entry.get("default", False),
                    picklists={name: frozenset(values) for name, values in entry.get("picklists", {}).items()},
                )
            )
        found[sobject] = tuple(types)
    return found


def with_record_types(schema: dict[str, SObject]) -> None:
    """Give the objects their record types, the field for it, and the rule that watches over both."""
    lookup = make_field(
        name="RecordTypeId",
        type="reference",
        label="Record Type ID",
        length=18,
        referenceTo=["RecordType"],
        relationshipName="RecordType",
        updateable=True,
    )
    for name, types in _shipped().items():
        sobject = schema[name]
        fields = sobject.fields
        if "recordtypeid" not in sobject.by_name:
            at = next(index for index, item in enumerate(fields) if item.name == "OwnerId")
            fields = (*fields[:at], lookup, *fields[at:])
        rule = _Rule(types, {item.name: item for item in fields})
        schema[name] = replace(
            sobject, fields=fields, record_types=types, value_rules=(rule.check, *sobject.value_rules)
        )


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """The RecordType table, in the order of the ids, to be loaded once."""
    for sobject, types in _shipped().items():
        for entry in types:
            yield (
                "RecordType",
                {
                    "Name": entry.name,
                    "DeveloperName": entry.developer_name,
                    "SobjectType": sobject,
                    "IsActive": entry.active,
                },
            )


@dataclass(frozen=True, slots=True)
class _Rule:
    types: tuple[RecordType, ...]
    fields: dict[str, Field]

    def check(self, before: Row | None, given: dict[str, Any]) -> None:
        """Fill in the default record type of a new record. Raises RowError for a record type that isn't one of this
        object's active ones, or a restricted picklist's value that the record type doesn't have."""
        wanted = given.get("RecordTypeId")
        if wanted == MASTER:
            given["RecordTypeId"] = wanted = None
        elif wanted is None and before is None and "RecordTypeId" not in given:
            wanted = given["RecordTypeId"] = next((entry.id18 for entry in self.types if entry.default), None)
        elif wanted is None and before is not None and "RecordTypeId" not in given:
            wanted = before["RecordTypeId"]
        kind = next((entry for entry in self.types if entry.id18 == wanted), None)
        if wanted is not None and (kind is None or not kind.active) and (before or {}).get("RecordTypeId") != wanted:
            message = f"Record Type ID: this ID value isn't valid for the user: {wanted}"
            raise RowError("INVALID_CROSS_REFERENCE_KEY", message, ["RecordTypeId"])
        for name, allowed in (kind.picklists if kind else {}).items():
            value, item = given.get(name), self.fields.get(name)
            if item is not None and value is not None and value not in allowed and item.flags["restrictedPicklist"]:
                message = f"{item.label}: bad value for restricted picklist field: {value}"
                raise RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, [name])
