"""WHERE conditions of SOQL as parameterised SQL with SOQL's two-valued logic: a blank equals null, and differs from
everything else, so `!=`, NOT IN and NOT also find blanks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .errors import ApiError
from .ids import normal
from .schema import NUMBER_TYPES, TEXT_TYPES, Field
from .soql import Compare, Condition, Junction, Literal, Not, Path, Query, Within, soql_error
from .soql_dates import day_range
from .stamps import parse_date, parse_datetime

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}

Column = Callable[[Path], tuple[Field, str]]
Subselect = Callable[[Query, Path], str]


def unescaped(text: str, *, pattern: bool = False) -> str:
    """The value of a quoted literal; with `pattern`, \\% and \\_ keep their backslash for LIKE."""

    def one(match: re.Match[str]) -> str:
        mark = match[1]
        if pattern and mark in "%_\\":
            return "\\" + mark
        return chr(int(mark[1:], 16)) if len(mark) == 5 else _ESCAPES.get(mark, mark)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", one, text[1:-1], flags=re.DOTALL)


class Filters:
    """Compiles one query's conditions. `column` finds a field and its SQL, `subselect` compiles a semi-join; values go
    to `params` in the order of their question marks."""

    def __init__(self, soql: str, now: float, column: Column, subselect: Subselect, params: list[Any]) -> None:
        self._soql = soql
        self._now = now
        self._column = column
        self._subselect = subselect
        self._params = params

    def sql(self, condition: Condition) -> str:
        if isinstance(condition, Junction):
            return _balanced(condition.word, [self.sql(part) for part in condition.parts])
        if isinstance(condition, Not):
            return f"NOT coalesce({self.sql(condition.part)}, 0)"
        item, column = self._column(condition.path)
        if not item.flags["filterable"]:
            message = f"field '{item.name}' can not be filtered in a query call"
            raise self._error(condition.path, message)
        if isinstance(condition, Within):
            return self._within(condition, item, column)
        return self._compare(condition, item, column)

    def _error(self, path: Path, message: str, code: str = "INVALID_FIELD") -> ApiError:
        return soql_error(code, self._soql, path.position, message)

    def _compare(self, node: Compare, item: Field, column: str) -> str:
        if node.operator == "LIKE":
            return self._like(node, item, column)
        if node.value.kind == "DATE_LITERAL":
            return self._relative(node, item, column)
        value = self._value(node.path, item, node.value)
        if node.operator in ("=", "!="):
            left, right = self._equal_sides(item, column, value)
            return f"{left} {'IS' if node.operator == '=' else 'IS NOT'} {right}"
        if value is None or item.type == "boolean":
            message = f"operator '{node.operator}' can not be used with field '{item.name}' and this value"
            raise self._error(node.path, message, "INVALID_QUERY_FILTER_OPERATOR")
        self._params.append(value)
        return f"{column} {node.operator} ?"

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
            message = f"invalid operator on {item.type} field"
            raise self._error(node.path, message, "INVALID_QUERY_FILTER_OPERATOR")
        pattern = unescaped(node.value.text, pattern=True)
        if pattern.isascii():
            return f"{column} LIKE {self._mark(pattern)} ESCAPE '\\'"
        return f"folded({column}) LIKE {self._mark(pattern.casefold())} ESCAPE '\\'"

    def _within(self, node: Within, item: Field, column: str) -> str:
        if isinstance(node.values, Query):
            found = f"{column} IN ({self._subselect(node.values, node.path)})"
            return f"NOT coalesce({found}, 0)" if node.negated else found
        values = [self._value(node.path, item, value) for value in node.values]
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
        found = "(" + " OR ".join(choices) + ")"
        return f"NOT coalesce({found}, 0)" if node.negated else found

    def _is_plain(self, item: Field, value: Any) -> bool:
        return not (isinstance(value, str) and item.type in TEXT_TYPES and not value.isascii())

    def _relative(self, node: Compare, item: Field, column: str) -> str:
        if item.type not in ("date", "datetime"):
            raise self._type_error(node.path, item)
        first, after = (day.isoformat() for day in day_range(node.value.text, self._now))
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

    def _type_error(self, path: Path, item: Field) -> ApiError:
        kind = {"datetime": "dateTime", "reference": "ID", "id": "ID"}.get(item.type, item.type)
        kind, quoting = ("string", "should be") if item.type in TEXT_TYPES else (kind, "should not be")
        if item.type in ("id", "reference"):
            quoting = "should be"
        message = (
            f"value of filter criterion for field '{item.name}' must be of type {kind} and {quoting} enclosed in quotes"
        )
        return self._error(path, message)

    def _value(self, path: Path, item: Field, literal: Literal) -> Any:
        kind, text = literal.kind, literal.text
        if kind == "NULL":
            return None
        if item.type in TEXT_TYPES and kind == "STRING":
            return unescaped(text) or None
        if item.type in ("id", "reference") and kind == "STRING":
            raw = unescaped(text)
            if not raw:
                return None
            found = normal(raw)
            if found is None:
                raise self._error(path, f"invalid ID field: {raw}", "INVALID_QUERY_FILTER_OPERATOR")
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
            raise self._type_error(path, item)
        return parsed


def _balanced(word: str, parts: list[str]) -> str:
    """The parts joined in halves: SQLite refuses expressions that are more than 1,000 levels deep."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return f"({_balanced(word, parts[:middle])} {word} {_balanced(word, parts[middle:])})"
