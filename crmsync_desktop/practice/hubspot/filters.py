"""One filter of a search or of a list, as an SQL condition over a record's columns and properties.

Rules: HubSpot's search guide of 2026-03: values compare without case, but an enumeration's with it, and those of IN and
NOT_IN for a text must be in lower case to find anything. Wordings: real answers, where client libraries quote them.
Unverified: NEQ, NOT_IN and NOT_CONTAINS_TOKEN also find records without a value.
Unverified: a property with several checkboxes is found by any one of its options.
Unverified: CONTAINS_TOKEN is refused for numbers, dates and booleans, and comparing by size for booleans.
Unverified: a filter on a property that the object type doesn't have is a 400 that names it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from crmsync_desktop.practice.hubspot.bodies import text
from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.records import numeric_id
from crmsync_desktop.practice.hubspot.refusals import invalid, invalid_json, wrong_shape
from crmsync_desktop.practice.hubspot.values import DIGITS, NUMBER, PropertyDefinition, epoch_ms, fold

COMPARISONS = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
RANGES = {"LT", "LTE", "GT", "GTE", "BETWEEN"}
TOKENS = {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}
LISTS = {"IN", "NOT_IN"}
PRESENCE = {"HAS_PROPERTY", "NOT_HAS_PROPERTY"}
OPERATORS = ("IN", "NOT_HAS_PROPERTY", "LT", "EQ", "GT", "NOT_IN", "GTE", "CONTAINS_TOKEN", "HAS_PROPERTY", "LTE",
             "NOT_CONTAINS_TOKEN", "BETWEEN", "NEQ")  # fmt: skip
MOST_BESIDE = 100
KEYS = {"propertyName", "operator", "value", "values", "highValue"}
NOT_SEARCHED = {"hs_body_preview_html": "", "hs_email_html": "emails", "hs_body_preview": "emails"}
"""Properties that the guide excludes from filters, and the one object type that they are excluded for ("" for all)."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL and the values of its placeholders."""

    sql: str
    values: tuple[object, ...] = ()
    named: bool = False
    """Whether it names the few ids that can fit, so that no other row need be looked at."""

    @classmethod
    def all(cls, conditions: Sequence[Condition]) -> Condition:
        return replace(cls._join(conditions, " AND ", "1"), named=any(each.named for each in conditions))

    @classmethod
    def any(cls, conditions: Sequence[Condition]) -> Condition:
        named = len(conditions) == 1 and conditions[0].named
        return replace(cls._join(conditions, " OR ", "0"), named=named)

    @classmethod
    def _join(cls, conditions: Sequence[Condition], word: str, nothing: str) -> Condition:
        pieces = [f"({each.sql})" for each in conditions] or [nothing]
        while len(pieces) > MOST_BESIDE:  # SQLite takes no more than a thousand in a row, but many within each other
            groups = range(0, len(pieces), MOST_BESIDE)
            pieces = [f"({word.join(pieces[start : start + MOST_BESIDE])})" for start in groups]
        return cls(word.join(pieces), tuple(value for each in conditions for value in each.values))


def install_functions(connection: sqlite3.Connection) -> None:
    """The functions that conditions use; text is compared as the portal does, not as SQLite would."""

    def value_of(properties: str, name: str) -> str | None:
        found = orjson.loads(properties).get(name)
        return found if isinstance(found, str) and found else None

    def milliseconds(text: str | None) -> int | None:
        try:
            return None if text is None else epoch_ms(text)
        except (ValueError, OverflowError):
            return None

    connection.create_function("property_value", 2, value_of, deterministic=True)
    connection.create_function("epoch_ms", 1, milliseconds, deterministic=True)
    connection.create_function("fold", 1, lambda text: None if text is None else fold(text), deterministic=True)


def column_of(kind: ObjectType, name: str) -> str | None:
    """The column that holds this property, if it is one of the stamps or the id."""
    return {kind.created: "created_ms", kind.modified: "modified_ms", "hs_object_id": "id"}.get(name)


def query_condition(kind: ObjectType, query: str) -> Condition:
    """Every word of `query` must occur in one of the object type's searched properties."""
    pieces = " || ' ' || ".join(f"ifnull(property_value(properties, '{name}'), '')" for name in kind.searched)
    return Condition.all([Condition(f"instr(fold({pieces}), ?) > 0", (word,)) for word in fold(query).split()])


def filter_condition(
    kind: ObjectType,
    known: Mapping[str, PropertyDefinition],
    given: object,
    types: Callable[[str], ObjectType],
) -> Condition:
    """Raises a 400 Refusal for a filter that isn't one, an unknown property or operator, or a value of the wrong type."""
    if not isinstance(given, dict):
        raise wrong_shape("a filter", given)
    if unknown := sorted(set(given) - KEYS):
        raise invalid_json(f'Unrecognized field "{unknown[0]}", not marked as ignorable')
    if missing := [key for key in ("propertyName", "operator") if not given.get(key)]:
        raise invalid_json(f"Cannot build Filter, some of required attributes are not set [{', '.join(missing)}]")
    name, operator = text(given["propertyName"]), text(given["operator"])
    if operator not in OPERATORS:
        raise invalid_json(
            f'Cannot deserialize value of type Operator from String "{operator}": not one of the values accepted for '
            f"Enum class: [{', '.join(OPERATORS)}]"
        )
    for key in ("value", "highValue"):
        if key in given and not text(given[key]).strip():
            raise invalid_json(f"{key} must be non-empty and non-blank, if specified {{propertyName: '{name}'}}")
    if name.startswith("associations."):
        return _associated(types(name.removeprefix("associations.")), name, operator, given)
    definition = known.get(name)
    if definition is None:
        raise invalid(f'There was a problem with the request: property "{name}" does not exist.')
    if name in NOT_SEARCHED and NOT_SEARCHED[name] in ("", kind.name):
        raise invalid(f"Property {name} can't be used in a filter of {kind.name}.")
    return _compared(kind, definition, operator, given)


def _compared(kind: ObjectType, definition: PropertyDefinition, operator: str, given: Mapping[str, Any]) -> Condition:
    expression, numeric = expression_of(kind, definition)
    if operator in PRESENCE:
        return Condition(f"{expression} IS {'NOT ' if operator == 'HAS_PROPERTY' else ''}NULL")
    if (operator in TOKENS and (numeric or definition.type == "bool")) or (
        operator in RANGES and definition.type == "bool"
    ):
        raise invalid(f"{operator} can't be used with {definition.name}, which is of type {definition.type}.")
    if operator in LISTS:
        values = given.get("values")
        if not isinstance(values, list) or not values:
            raise invalid(f"operator {operator} requires values {{propertyName: '{definition.name}'}}")
        exact = definition.type == "string" and not numeric  # the guide: these must be sent in lower case
        wanted = tuple(text(each) if exact else _converted(definition, each, numeric) for each in values)
        return _in(kind, definition, expression, operator, wanted)
    if operator == "BETWEEN":
        low, high = _value(definition, given, "value", numeric), _value(definition, given, "highValue", numeric)
        return Condition(f"{expression} BETWEEN ? AND ?", (low, high))
    value = _value(definition, given, "value", numeric)
    if operator in TOKENS:
        return _token(expression, operator, str(value))
    if operator in ("EQ", "NEQ"):
        return _in(kind, definition, expression, "IN" if operator == "EQ" else "NOT_IN", (value,))
    return Condition(f"{expression} {COMPARISONS[operator]} ?", (value,))


def expression_of(kind: ObjectType, definition: PropertyDefinition) -> tuple[str, bool]:
    """The SQL expression of a property, and whether it compares as a number."""
    if column := column_of(kind, definition.name):
        return column, True
    raw = f"property_value(properties, '{definition.name}')"
    if definition.type == "number":
        return f"CAST({raw} AS REAL)", True
    if definition.type in ("date", "datetime"):
        return f"epoch_ms({raw})", True
    return raw if definition.type == "enumeration" else f"fold({raw})", False


def _value(definition: PropertyDefinition, given: Mapping[str, Any], key: str, numeric: bool) -> object:
    if given.get(key) is None:
        raise invalid(f"operator {given['operator']} requires {key} {{propertyName: '{definition.name}'}}")
    return _converted(definition, given[key], numeric)


def _converted(definition: PropertyDefinition, value: object, numeric: bool) -> object:
    given = text(value)
    if not numeric:
        return given if definition.type == "enumeration" else fold(given)
    try:
        if definition.type in ("date", "datetime"):
            return epoch_ms(given)
        if not NUMBER.fullmatch(given):
            raise ValueError(given)
        return int(given) if DIGITS.fullmatch(given) else float(given)
    except (ValueError, OverflowError):
        raise invalid(f"{given!r} can't be compared with {definition.name}, a {definition.type}.") from None


def _in(
    kind: ObjectType, definition: PropertyDefinition, expression: str, operator: str, wanted: tuple[object, ...]
) -> Condition:
    marks = ",".join("?" * len(wanted))
    if definition.field_type == "checkbox":
        pieces = f"instr(';' || {expression} || ';', ?) > 0"
        found = Condition.any([Condition(pieces, (f";{each};",)) for each in wanted])
        return Condition(f"NOT ifnull(({found.sql}), 0)", found.values) if operator == "NOT_IN" else found
    if operator == "NOT_IN":
        return Condition(f"{expression} IS NULL OR {expression} NOT IN ({marks})", wanted)
    condition = Condition(f"{expression} IN ({marks})", wanted)
    if not definition.unique or not all(isinstance(each, str) and each.isascii() for each in wanted):
        return condition
    # The register of unique values finds the few records that can match; the expression tells what search sees of them.
    value = "value" if definition.name == "email" else "lower(value)"
    held = f"SELECT id FROM unique_value WHERE type = ? AND property = '{definition.name}' AND {value} IN ({marks})"  # noqa: S608
    narrowed = f"id IN ({held} UNION ALL SELECT id FROM unindexed)"  # noqa: S608
    return Condition.all([Condition(narrowed, (kind.name, *wanted), named=True), condition])


def _token(expression: str, operator: str, value: str) -> Condition:
    """Whole words, `*` stands for any piece of one; GLOB's own signs mean themselves."""
    escaped = "".join(f"[{sign}]" if sign in "?[" else sign for sign in value)
    words = f"' ' || replace(replace({expression}, '@', ' '), '.', ' ') || ' '"
    whole = f"{expression} = ? OR {expression} GLOB ? OR {words} GLOB ?"
    values = (value, escaped, f"* {escaped} *")
    if operator == "NOT_CONTAINS_TOKEN":
        return Condition(f"{expression} IS NULL OR NOT ({whole})", values)
    return Condition(whole, values)


def _associated(target: ObjectType, name: str, operator: str, given: Mapping[str, Any]) -> Condition:
    """The pseudo-property `associations.contact`, seen in recorded traffic with EQ; custom objects have none (guide)."""
    if target.type_id.startswith("2-"):
        raise invalid(f"{name} can't be searched through: custom objects aren't supported.")
    values = given.get("values") if operator == "IN" else [given.get("value")]
    ids = [numeric_id(each) for each in values] if isinstance(values, list) else []
    if operator not in ("EQ", "IN") or not ids or None in ids:
        raise invalid(f"{name} takes EQ with a record id, or IN with several.")
    marks = ",".join("?" * len(ids))
    found = "SELECT from_id FROM association WHERE to_type = ? AND to_id IN"
    return Condition(f"id IN ({found} ({marks}))", (target.name, *ids))
