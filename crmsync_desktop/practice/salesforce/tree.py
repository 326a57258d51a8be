"""`composite/tree/X`: records with their children in one call, all or none.

Facts: "sObject Tree" of the REST guide: at most 200 records, five types and five levels; 201 with an id for each
reference id, or 400 with the errors of the records that were refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .asks import Answer, Ask
from .errors import ApiError, RowError, json_error
from .parent_keys import decoded
from .routing import only_keys
from .schema import Child, SObject

MOST = 200
MOST_TYPES = 5
DEEPEST = 5


class _RefusedError(Exception):
    """Undoes a tree in which a record was refused."""


@dataclass(slots=True)
class _Node:
    sobject: SObject
    reference: str
    fields: dict[str, Any]
    level: int
    parent: _Node | None = None
    lookup: str = ""
    id18: str = ""


def create(ask: Ask) -> Answer:
    """Unverified: a tree beyond one of its limits is refused as a whole with 400 LIMIT_EXCEEDED."""
    body = ask.json_object()
    only_keys(body, {"records"}, "sObject tree")
    nodes = list(_nodes(ask, ask.sobject(), body.get("records"), 1))
    _check(nodes)
    errors: list[dict[str, Any]] = []
    try:
        with ask.org.store.atomic():
            for level in range(1, DEEPEST + 1):
                for node in nodes:
                    if node.level == level and not errors:
                        errors += _save(ask, node)
                if errors:
                    raise _RefusedError
    except _RefusedError:
        return Answer(400, {"hasErrors": True, "results": errors})
    results = [{"referenceId": node.reference, "id": node.id18} for node in nodes]
    return Answer(201, {"hasErrors": False, "results": results})


def _nodes(ask: Ask, sobject: SObject, records: Any, level: int) -> Iterator[_Node]:
    """Unverified: records of a tree without a type or a reference id are refused with 400 INVALID_INPUT."""
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise json_error("records is a required list of records at [line:1, column:1]")
    lookups = {child.relationship: child for child in sobject.children if child.relationship}
    for record in records:
        attributes = record.get("attributes")
        reference = attributes.get("referenceId") if isinstance(attributes, dict) else None
        if not isinstance(reference, str) or not reference or attributes.get("type") != sobject.name:
            message = f"Every record of a tree needs a referenceId and the type {sobject.name} among its attributes"
            raise ApiError(400, "INVALID_INPUT", message)
        inner = {name: value for name, value in record.items() if name in lookups and isinstance(value, dict)}
        node = _Node(sobject, reference, {name: value for name, value in record.items() if name not in inner}, level)
        yield node
        for name, value in inner.items():
            yield from _children(ask, node, lookups[name], value)


def _children(ask: Ask, parent: _Node, child: Child, value: dict[str, Any]) -> Iterator[_Node]:
    sobject = ask.org.schema.get(child.sobject)
    if sobject is None:
        raise ApiError(400, "INVALID_TYPE", f"sObject type '{child.sobject}' is not supported.")
    only_keys(value, {"records"}, "children of a record")
    for node in _nodes(ask, sobject, value.get("records"), parent.level + 1):
        if node.parent is None:
            node.parent, node.lookup = parent, child.field
        yield node


def _check(nodes: list[_Node]) -> None:
    for what, found, most in (
        ("records", len(nodes), MOST),
        ("types", len({node.sobject.name for node in nodes}), MOST_TYPES),
        ("levels", max((node.level for node in nodes), default=0), DEEPEST),
    ):
        if found > most:
            raise ApiError(400, "LIMIT_EXCEEDED", f"The number of {what} is {found}, and the limit is {most}")
    references = [node.reference for node in nodes]
    for reference in references:
        if references.count(reference) > 1:
            raise ApiError(400, "INVALID_INPUT", f"Duplicate ReferenceId provided in the request: {reference}")


def _save(ask: Ask, node: _Node) -> list[dict[str, Any]]:
    """Create the record, and give what was wrong with it if anything was."""
    given = {**node.fields, **({node.lookup: node.parent.id18} if node.parent is not None else {})}
    fields = decoded(ask, node.sobject, given)
    try:
        if isinstance(fields, RowError):
            raise fields
        node.id18 = ask.org.records.create(node.sobject, fields, ask.user_id, options=ask.options)
    except RowError as error:
        return [{"referenceId": node.reference, "errors": error.entries()}]
    return []
