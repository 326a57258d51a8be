"""Parents that a record names by a key of theirs: `{"LastName": "Doe", "ReportsTo": {"Email": "boss@firma.example"}}`.

Facts: "Insert or Update (Upsert) a Record Using an External ID" of the REST guide, Relating by External ID; the words of
a key that nobody has as clients of real orgs have reported them.
"""

from __future__ import annotations

from typing import Any

from .asks import Ask
from .errors import RowError
from .ids import normal
from .schema import Field, SObject
from .values import Decoded, decode_record


def decoded(ask: Ask, sobject: SObject, record: dict[str, Any]) -> Decoded | RowError:
    """A record of a request in stored form, with the ids of the parents that it names. Raises ApiError as `decode` does."""
    found = with_parents(ask, sobject, record)
    return found if isinstance(found, RowError) else decode_record(sobject, found)


def with_parents(ask: Ask, sobject: SObject, record: dict[str, Any]) -> dict[str, Any] | RowError:
    """The record with ids in its lookups instead; the record itself where it names no parent.

    Unverified: a parent that is named by no key, by several or by what is no external id refuses the record with INVALID_FIELD.
    """
    named = [name for name, value in record.items() if type(value) is dict and name.lower() in sobject.by_relationship]
    if not named:
        return record
    found = {name: value for name, value in record.items() if name not in named}
    for name in named:
        lookup = sobject.by_relationship[name.lower()]
        try:
            found[lookup.name] = _id(ask, lookup, record[name])
        except RowError as error:
            return error
    return found


def _id(ask: Ask, lookup: Field, given: dict[str, Any]) -> str:
    attributes = given.get("attributes")
    kind = attributes.get("type") if isinstance(attributes, dict) else None
    targets = [name for name in lookup.reference_to if name in ask.org.schema and kind in (None, name)]
    keys = [name for name in given if name != "attributes"]
    parent = ask.org.schema[targets[0]] if len(targets) == 1 else None
    key = parent.by_name.get(keys[0].lower()) if parent is not None and len(keys) == 1 else None
    if parent is None or key is None or not (key.flags["externalId"] or key.flags["idLookup"]):
        message = f"{lookup.relationship} must be named by one external ID of one object that it can refer to"
        raise RowError("INVALID_FIELD", message)
    value = given[keys[0]]
    wanted = normal(value) if isinstance(value, str) and key.type == "id" else value
    ids = ask.org.store.find(parent, key.name, wanted) if isinstance(wanted, str) else []
    if len(ids) > 1:
        message = f"More than one record found for external id field: {key.name}: {', '.join(ids)}"
        raise RowError("DUPLICATE_EXTERNAL_ID", message, [key.name])
    if not ids:
        message = f"Foreign key external ID: {value} not found for field {key.name} in entity {parent.name}"
        raise RowError("INVALID_FIELD", message)
    return ids[0]
