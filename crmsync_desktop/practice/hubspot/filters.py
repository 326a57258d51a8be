"""One filter of a search or of a list, as an SQL condition over a record's columns and properties."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from crmsync_desktop.practice.hubspot.catalog import ObjectType, object_type
from crmsync_desktop.practice.hubspot.records import numeric_id
from crmsync_desktop.practice.hubspot.refusals import invalid
from crmsync_desktop.practice.hubspot.values import PropertyDefinition, as_text, epoch_ms, fold

COMPARISONS = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
KEYS = {"propertyName", "operator", "value", "values", "highValue"}


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL and the values of its placeholders."""

    sql: str
    values: tuple[object, ...] = ()

    @classmethod
    def all(cls, conditions: Sequence[Condition]) -> Condition:
        return cls._join(conditions, " AND ", "1")

    @classmethod
    def any(cls, conditions: Sequence[Condition]) -> Condition:
        return cls._join(conditions, " OR ", "0")

    @classmethod
    def _join(cls, conditions: Sequence[Condition], word: str, nothing: str) -> Condition:
        sql = word.join(f"({each.sql})" for each in conditions) or nothing
        return cls(sql, tuple(value for each in conditions for value in each.values))


def install_functions(connection: sqlite3.Connection) -> None:
    """The functions that conditions use; text is compared as the portal does, not as SQLite would."""

    def value_of(properties: str, name: str) -> str | None:
        found = orjson.loads(properties).get(name)
        return found if isinstance(found, str) else None

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


def filter_condition(kind: ObjectType, known: Mapping[str, PropertyDefinition], given: object) -> Condition:
    """Raises a 400 Refusal for a filter that isn't one, an unknown property or operator, or a value of the wrong type."""
    if not isinstance(given, dict) or set(given) - KEYS:
        raise invalid("A filter has propertyName, operator, and value, values or highValue.")
    name, operator = str(given.get("propertyName")), str(given.get("operator"))
    if name.startswith("associations."):
        return _associated(name, operator, given)
    definition = known.get(name)
    if definition is None:
        raise invalid(f'There was a problem with the request: property "{name}" does not exist.')
    expression, numeric = expression_of(kind, definition)
    if operator == "HAS_PROPERTY":
        return Condition(f"{expression} IS NOT NULL")
    if operator == "NOT_HAS_PROPERTY":
        return Condition(f"{expression} IS NULL")
    if operator == "BETWEEN":
        low, high = _value(definition, given, "value", numeric), _value(definition, given, "highValue", numeric)
        return Condition(f"{expression} BETWEEN ? AND ?", (low, high))
    if operator in ("IN", "NOT_IN"):
        values = given.get("values")
        if not isinstance(values, list) or not values:
            raise invalid(f"{operator} needs a list of values.")
        wanted = tuple(_converted(definition, each, numeric) for each in values)
        return _in(kind, definition, expression, operator, wanted, values)
    if operator in COMPARISONS:
        value = _value(definition, given, "value", numeric)
        if operator == "EQ":
            return _in(kind, definition, expression, "IN", (value,), [given["value"]])
        condition = f"{expression} {COMPARISONS[operator]} ?"
        return Condition(f"{expression} IS NULL OR {condition}" if operator == "NEQ" else condition, (value,))
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return _token(expression, operator, str(_value(definition, given, "value", numeric=False)))
    raise invalid(f"{operator} is not an operator of the search API.")


def expression_of(kind: ObjectType, definition: PropertyDefinition) -> tuple[str, bool]:
    """The SQL expression of a property, and whether it compares as a number."""
    if column := column_of(kind, definition.name):
        return column, True
    raw = f"property_value(properties, '{definition.name}')"
    if definition.type == "number":
        return f"CAST({raw} AS REAL)", True
    if definition.type in ("date", "datetime"):
        return f"epoch_ms({raw})", True
    return f"fold({raw})", False


def _value(definition: PropertyDefinition, given: Mapping[str, Any], key: str, numeric: bool) -> object:
    if given.get(key) is None:
        raise invalid(f"{given.get('operator')} on {definition.name} needs a {key}.")
    return _converted(definition, given[key], numeric)


def _converted(definition: PropertyDefinition, value: object, numeric: bool) -> object:
    text = as_text(value)
    if not numeric:
        return fold(text)
    try:
        if definition.type in ("date", "datetime"):
            return epoch_ms(text)
        return int(text) if text.isdigit() else float(text)
    except (ValueError, OverflowError):
        raise invalid(f"{text!r} can't be compared with {definition.name}, a {definition.type}.") from None


def _in(
    kind: ObjectType,
    definition: PropertyDefinition,
    expression: str,
    operator: str,
    wanted: tuple[object, ...],
    given: Sequence[object],
) -> Condition:
    marks = ",".join("?" * len(wanted))
    if operator == "NOT_IN":
        return Condition(f"{expression} IS NULL OR {expression} NOT IN ({marks})", wanted)
    condition = Condition(f"{expression} IN ({marks})", wanted)
    if not definition.unique:
        return condition
    # The register of unique values finds the few records that can match; the expression tells what search sees of them.
    is_email = definition.name == "email"
    texts = [as_text(each).strip().lower() if is_email else as_text(each) for each in given]
    held = f"id IN (SELECT id FROM unique_value WHERE type = ? AND property = ? AND value IN ({marks}))"  # noqa: S608
    narrowed = Condition(f"{held} OR id IN (SELECT id FROM lagging)", (kind.name, definition.name, *texts))  # noqa: S608
    return Condition.all([narrowed, condition])


def _token(expression: str, operator: str, value: str) -> Condition:
    """Whole words, `*` stands for any piece of one; GLOB's own signs mean themselves."""
    escaped = "".join(f"[{sign}]" if sign in "?[" else sign for sign in value)
    words = f"' ' || replace(replace({expression}, '@', ' '), '.', ' ') || ' '"
    whole = f"{expression} = ? OR {expression} GLOB ? OR {words} GLOB ?"
    values = (value, escaped, f"* {escaped} *")
    if operator == "NOT_CONTAINS_TOKEN":
        return Condition(f"{expression} IS NULL OR NOT ({whole})", values)
    return Condition(whole, values)


def _associated(name: str, operator: str, given: Mapping[str, Any]) -> Condition:
    """The pseudo-property `associations.contact`, seen in recorded traffic with EQ."""
    target = object_type(name.removeprefix("associations."))
    values = given.get("values") if operator == "IN" else [given.get("value")]
    ids = [numeric_id(each) for each in values or []]
    if operator not in ("EQ", "IN") or not ids or None in ids:
        raise invalid(f"{name} takes EQ with a record id, or IN with several.")
    marks = ",".join("?" * len(ids))
    found = "SELECT from_id FROM association WHERE to_type = ? AND to_id IN"
    return Condition(f"id IN ({found} ({marks}))", (target.name, *ids))
