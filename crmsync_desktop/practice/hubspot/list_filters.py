"""A dynamic list's filter branch as a condition: nested AND and OR branches of property filters.

Source: the lists API's published models. Other filter types and time operations are refused with a 400 that names them,
rather than answered with the wrong members.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.filters import Condition, expression_of
from crmsync_desktop.practice.hubspot.refusals import invalid
from crmsync_desktop.practice.hubspot.values import PropertyDefinition, as_text, fold

MAX_DEPTH = 8
COMPARED = {
    "IS_EQUAL_TO": "=",
    "IS_NOT_EQUAL_TO": "<>",
    "IS_GREATER_THAN": ">",
    "IS_GREATER_THAN_OR_EQUAL_TO": ">=",
    "IS_LESS_THAN": "<",
    "IS_LESS_THAN_OR_EQUAL_TO": "<=",
}
NEGATIVE = {"IS_NOT_EQUAL_TO": "IS_EQUAL_TO", "DOES_NOT_CONTAIN": "CONTAINS", "IS_NONE_OF": "IS_ANY_OF"}
SPELLINGS: dict[str, Callable[[str], str]] = {
    "CONTAINS": lambda text: f"%{text}%",
    "STARTS_WITH": lambda text: f"{text}%",
    "ENDS_WITH": lambda text: f"%{text}",
}


def branch_condition(
    kind: ObjectType, known: Mapping[str, PropertyDefinition], branch: object, depth: int = 0
) -> Condition:
    """Raises a 400 Refusal for a branch that is malformed or uses what this portal doesn't know."""
    if not isinstance(branch, dict) or branch.get("filterBranchType") not in ("AND", "OR") or depth > MAX_DEPTH:
        raise invalid("A filter branch is of type AND or OR, with filterBranches and filters.")
    parts = [branch_condition(kind, known, each, depth + 1) for each in branch.get("filterBranches") or []]
    parts += [_property_filter(kind, known, each) for each in branch.get("filters") or []]
    if not parts:
        return Condition("1")
    return Condition.all(parts) if branch["filterBranchType"] == "AND" else Condition.any(parts)


def _property_filter(kind: ObjectType, known: Mapping[str, PropertyDefinition], given: object) -> Condition:
    if not isinstance(given, dict) or given.get("filterType") != "PROPERTY":
        named = given.get("filterType") if isinstance(given, dict) else given
        raise invalid(f"Filters of type {named} are not known to the practice portal.")
    definition = known.get(str(given.get("property")))
    operation = given.get("operation")
    if definition is None or not isinstance(operation, dict):
        raise invalid(f"A filter needs a property that exists and an operation: {given.get('property')}")
    operator = str(operation.get("operator"))
    condition = _operation(kind, definition, operation, NEGATIVE.get(operator, operator))
    if operator in NEGATIVE:
        condition = Condition(f"NOT ifnull(({condition.sql}), 0)", condition.values)
    expression, _ = expression_of(kind, definition)
    if operation.get("includeObjectsWithNoValueSet"):
        return Condition(f"({condition.sql}) OR {expression} IS NULL", condition.values)
    if operator in NEGATIVE:
        return Condition(f"({condition.sql}) AND {expression} IS NOT NULL", condition.values)
    return condition


def _operation(
    kind: ObjectType, definition: PropertyDefinition, operation: Mapping[str, Any], operator: str
) -> Condition:
    expression, _ = expression_of(kind, definition)
    of_type = operation.get("operationType")
    if operator in ("IS_KNOWN", "IS_UNKNOWN"):
        return Condition(f"{expression} IS {'NOT ' if operator == 'IS_KNOWN' else ''}NULL")
    if of_type in ("MULTISTRING", "STRING"):
        values = operation.get("values") if of_type == "MULTISTRING" else [operation.get("value")]
        return Condition.any([_text(expression, operator, value) for value in values or []])
    if of_type == "ENUMERATION" and operator == "IS_ANY_OF":
        pieces = f"(';' || {expression} || ';')"
        wanted = operation.get("values") or []
        return Condition.any([Condition(f"instr({pieces}, ?) > 0", (f";{as_text(each)};",)) for each in wanted])
    if of_type == "BOOL" and operator == "IS_EQUAL_TO":
        return Condition(f"{expression} = ?", (as_text(operation.get("value")).lower(),))
    if of_type == "NUMBER" and operator in COMPARED:
        return Condition(f"{expression} {COMPARED[operator]} ?", (_number(operation.get("value")),))
    if of_type == "NUMBER_RANGED" and operator == "IS_BETWEEN":
        bounds = (_number(operation.get("lowerBound")), _number(operation.get("upperBound")))
        return Condition(f"{expression} BETWEEN ? AND ?", bounds)
    raise invalid(f"{of_type} {operator} is not known to the practice portal.")


def _text(expression: str, operator: str, value: object) -> Condition:
    text = fold(as_text(value))
    if operator == "IS_EQUAL_TO":
        return Condition(f"{expression} = ?", (text,))
    if spelling := SPELLINGS.get(operator):
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return Condition(f"{expression} LIKE ? ESCAPE '\\'", (spelling(escaped),))
    raise invalid(f"{operator} is not an operator for text.")


def _number(value: object) -> float:
    try:
        return float(as_text(value))
    except ValueError:
        raise invalid(f"{value!r} is not a number.") from None
