"""Conditions of SOQL as parameterised SQL with SOQL's two-valued logic: a blank equals null, and differs from everything
else, so `!=`, NOT IN and NOT also find blanks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .errors import ApiError
from .ids import normal
from .schema import NUMBER_TYPES, TEXT_TYPES, Field
from .soql_dates import day_range
from .soql_scope import Column
from .soql_tree import Compare, Condition, Expression, Includes, Junction, Literal, Not, Query, Within, soql_error
from .stamps import parse_date, parse_datetime

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_MOST_SEMI_JOINS = 2

Resolve = Callable[[Expression], Column]
Subselect = Callable[[Query, Expression, Field], str]


def unescaped(text: str, *, pattern: bool = False) -> str:
    """The value of a quoted literal; with `pattern`, \\% and \\_ keep their backslash for LIKE."""

    def one(match: re.Match[str]) -> str:
        mark = match[1]
        if pattern and mark in "%_\\":
            return "\\" + mark
        return chr(int(mark[1:], 16)) if len(mark) == 5 else _ESCAPES.get(mark, mark)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", one, text[1:-1], flags=re.DOTALL)


class Filters:
    """Compiles one query's conditions. `resolve` finds a column, `subselect` compiles a semi-join (None where there can be
    none); values go to `params` in the order of their question marks."""

    def __init__(self, soql: str, now: float, resolve: Resolve, subselect: Subselect | None, params: list[Any]) -> None:
        self._soql = soql
        self._now = now
        self._resolve = resolve
        self._subselect = subselect
        self._params = params
        self._semi_joins = 0

    def sql(self, condition: Condition, place: str = "") -> str:
        """`place` is "" at the top and below AND, "OR" right below an OR, "nested" anywhere deeper."""
        if isinstance(condition, Junction):
            inner = "nested" if place else "OR" if condition.word == "OR" else ""
            return _balanced(condition.word, [self.sql(part, inner) for part in condition.parts])
        if isinstance(condition, Not):
            return f"NOT coalesce({self.sql(condition.part, 'nested')}, 0)"
        column = self._resolve(condition.left)
        if not column.item.flags["filterable"]:
            message = f"field '{column.item.name}' can not be filtered in a query call"
            raise self._error(condition.left, message)
        if column.item.type == "boolean" and len(getattr(condition.left, "parts", ())) > 1:
            # "Boolean fields on outer-joined objects are treated as false when no records match the query."
            column = Column(column.item, f"coalesce({column.sql}, 0)")
        if isinstance(condition, Includes):
            return self._includes(condition, column)
        if isinstance(condition, Within):
            if isinstance(condition.values, Query):
                return self._semi_join(condition.values, condition, column, place)
            return self._within(condition, condition.values, column.item, column.sql)
        return self._compare(condition, column.item, column.sql)

    def _error(self, at: Expression | Literal, message: str, code: str = "INVALID_FIELD") -> ApiError:
        return soql_error(code, self._soql, at.position, message)

    def _wrong_operator(self, at: Expression, item: Field) -> ApiError:
        return self._error(at, f"invalid operator on {item.type} field", "INVALID_QUERY_FILTER_OPERATOR")

    def _compare(self, node: Compare, item: Field, column: str) -> str:
        if node.operator == "LIKE":
            return self._like(node, item, column)
        if node.value.kind == "DATE_LITERAL":
            return self._relative(node, item, column)
        value = self._value(node.left, item, node.value)
        if node.operator in ("=", "!="):
            left, right = self._equal_sides(item, column, value)
            return f"{left} {'IS' if node.operator == '=' else 'IS NOT'} {right}"
        if value is None or item.type in ("boolean", "multipicklist"):
            # Unverified: comparing with null by < or > is refused as an invalid operator.
            raise self._wrong_operator(node.left, item)
        return f"{column} {node.operator} {self._mark(value)}"

    def _equal_sides(self, item: Field, column: str, value: Any) -> tuple[str, str]:
        """Both sides of an equality; beyond ASCII, letters are folded by Python, since SQLite's NOCASE isn't enough."""
        if self._is_plain(item, value):
            return column, self._mark(value)
        return f"folded({column})", self._mark(value.casefold())

    def _mark(self, value: Any) -> str:
        self._params.append(value)
        return "?"

    def _like(self, node: Compare, item: Field, column: str) -> str:
        if item.type not in TEXT_TYPES:
            raise self._wrong_operator(node.left, item)
        pattern = unescaped(node.value.text, pattern=True)
        if pattern.isascii():
            return f"{column} LIKE {self._mark(pattern)} ESCAPE '\\'"
        return f"folded({column}) LIKE {self._mark(pattern.casefold())} ESCAPE '\\'"

    def _within(self, node: Within, listed: tuple[Literal, ...], item: Field, column: str) -> str:
        values = [self._value(node.left, item, value) for value in listed]
        plain = [value for value in values if value is not None and self._is_plain(item, value)]
        choices = []
        if plain:
            self._params.extend(plain)
            choices.append(f"{column} IN ({', '.join('?' * len(plain))})")
        for value in values:
            if value is None:
                choices.append(f"{column} IS NULL")
            elif not self._is_plain(item, value):
                choices.append(f"folded({column}) = {self._mark(value.casefold())}")
        return _negated(node.negated, _balanced("OR", choices))

    def _semi_join(self, query: Query, node: Within, column: Column, place: str) -> str:
        """Messages as real orgs word them, found in public reports of them."""
        if self._subselect is None:
            raise self._error(node.left, "Nesting of semi join sub-selects is not supported", "MALFORMED_QUERY")
        if place:
            message = (
                "Semi join sub-selects are not allowed with the 'OR' operator"
                if place == "OR"
                else "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE "
                "expressions."
            )
            raise self._error(node.left, message, "MALFORMED_QUERY")
        self._semi_joins += 1
        if self._semi_joins > _MOST_SEMI_JOINS:
            message = f"Maximum {_MOST_SEMI_JOINS} semi join sub-selects are allowed"
            raise self._error(node.left, message, "MALFORMED_QUERY")
        return _negated(node.negated, f"{column.sql} IN ({self._subselect(query, node.left, column.item)})")

    def _includes(self, node: Includes, column: Column) -> str:
        if column.item.type != "multipicklist":
            raise self._wrong_operator(node.left, column.item)
        choices = []
        for literal in node.values:
            value = self._value(node.left, column.item, literal)
            wanted = [part.strip() for part in (value or "").split(";") if part.strip()]
            held = f"instr(';' || folded({column.sql}) || ';', ?) > 0"
            self._params.extend(f";{part.casefold()};" for part in wanted)
            choices.append(_balanced("AND", [held] * len(wanted)) if wanted else f"{column.sql} IS NULL")
        return _negated(node.negated, _balanced("OR", choices))

    def _is_plain(self, item: Field, value: Any) -> bool:
        return not (isinstance(value, str) and item.type in TEXT_TYPES and not value.isascii())

    def _relative(self, node: Compare, item: Field, column: str) -> str:
        if item.type not in ("date", "datetime"):
            raise self._type_error(node.left, item)
        span = day_range(node.value.text, self._now)
        if span is None:
            # Unverified: a relative date beyond the calendar is refused as an invalid value.
            message = f"invalid date literal: {node.value.text}"
            raise self._error(node.value, message, "INVALID_QUERY_FILTER_OPERATOR")
        first, after = (day.isoformat() for day in span)
        if item.type == "datetime":
            first, after = f"{first}T00:00:00.000+0000", f"{after}T00:00:00.000+0000"
        match node.operator:
            case "<":
                return f"{column} < {self._mark(first)}"
            case ">=":
                return f"{column} >= {self._mark(first)}"
            case ">":
                return f"{column} >= {self._mark(after)}"
            case "<=":
                return f"{column} < {self._mark(after)}"
        inside = f"({column} >= {self._mark(first)} AND {column} < {self._mark(after)})"
        return inside if node.operator == "=" else f"NOT coalesce({inside}, 0)"

    def _type_error(self, at: Expression, item: Field) -> ApiError:
        kind = {"datetime": "dateTime", "reference": "ID", "id": "ID"}.get(item.type, item.type)
        kind, quoting = ("string", "should be") if item.type in TEXT_TYPES else (kind, "should not be")
        if item.type in ("id", "reference"):
            quoting = "should be"
        message = (
            f"value of filter criterion for field '{item.name}' must be of type {kind} and {quoting} enclosed in quotes"
        )
        return self._error(at, message)

    def _value(self, at: Expression, item: Field, literal: Literal) -> Any:
        kind, text = literal.kind, literal.text
        if kind == "NULL":
            # A checkbox is never null: "WHERE Test_c = null is equivalent to WHERE Test_c = false" (SOQL reference).
            return 0 if item.type == "boolean" else None
        if item.type in TEXT_TYPES and kind == "STRING":
            return unescaped(text) or None
        if item.type in ("id", "reference") and kind == "STRING":
            raw = unescaped(text)
            if not raw:
                return None
            found = normal(raw)
            if found is None:
                raise self._error(at, f"invalid ID field: {raw}", "INVALID_QUERY_FILTER_OPERATOR")
            return found
        if item.type == "boolean" and kind == "BOOLEAN":
            return int(text.lower() == "true")
        if item.type in NUMBER_TYPES and kind == "NUMBER":
            return float(text)
        parsed = None
        if item.type == "datetime" and kind == "DATETIME":
            parsed = parse_datetime(text, offset_required=True)
        elif item.type == "date" and kind == "DATE":
            parsed = parse_date(text)
        if parsed is None:
            raise self._type_error(at, item)
        return parsed


def _negated(negated: bool, found: str) -> str:
    return f"NOT coalesce({found}, 0)" if negated else found


def _balanced(word: str, parts: list[str]) -> str:
    """The parts joined in halves: SQLite refuses expressions that are more than 1,000 levels deep."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return f"({_balanced(word, parts[:middle])} {word} {_balanced(word, parts[middle:])})"
