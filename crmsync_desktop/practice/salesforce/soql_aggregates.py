"""Queries that count, add up or group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .soql_functions import AGGREGATES, DATE_PARTS, Functions, formatter
from .soql_scope import Column, Scope
from .soql_tree import Call, Expression, Item, Path, Query, Typeof


@dataclass(frozen=True)
class Output:
    """One value of a result row; `shown` makes what is sent from what SQLite gives."""

    name: str
    sql: str
    shown: Callable[[Any], Any]


@dataclass
class Grouped:
    scope: Scope
    functions: Functions
    group: list[str]
    outputs: list[Output]
    counts_only: bool = False

    def in_having(self, expression: Expression) -> Column:
        return self._grouped(expression, "Field must be grouped or aggregated")

    def in_order(self, expression: Expression) -> Column:
        return self._grouped(expression, "Ordered field must be grouped or aggregated")

    def _grouped(self, expression: Expression, complaint: str) -> Column:
        if isinstance(expression, Call) and expression.name in AGGREGATES:
            return self.functions.aggregate(expression)
        column = self.functions.column(expression)
        if column.sql not in self.group:
            name = expression if isinstance(expression, Path) else expression.argument
            raise self.scope.error("MALFORMED_QUERY", expression.position, f"{complaint}: {name}")
        return column


def is_aggregated(select: Sequence[Item | Typeof | Query]) -> bool:
    """Whether anything selected is a function of several records, or needs a GROUP BY."""
    names = [item.expression.name for item in select if isinstance(item, Item) and isinstance(item.expression, Call)]
    return any(name in AGGREGATES or name in DATE_PARTS for name in names) or any(map(_formats_aggregate, select))


def aggregated(scope: Scope, functions: Functions, query: Query, select: Sequence[Item | Typeof | Query]) -> Grouped:
    """Raises ApiError 400 for a combination that doesn't hold.

    COUNT() stands alone, with LIMIT at most (SOQL reference, COUNT()).

    Unverified: what COUNT() can't be combined with, child queries and TYPEOF in a query with aggregates are malformed.
    """
    grouped = Grouped(scope, functions, [_group(scope, functions, expression) for expression in query.group], [])
    for item in select:
        call = item.expression if isinstance(item, Item) else None
        if isinstance(call, Call) and call.name == "COUNT" and call.argument is None:
            if len(select) > 1 or query.group or query.having or query.order or (isinstance(item, Item) and item.alias):
                message = "COUNT() must be the only element in the SELECT list, without GROUP BY and ORDER BY"
                raise scope.error("MALFORMED_QUERY", call.position, message)
            grouped.counts_only = True
            return grouped
    if not query.group and query.having is not None:
        raise scope.error("MALFORMED_QUERY", query.position, "unexpected token: 'HAVING'")
    if not query.group and (query.limit is not None or query.offset):
        word = "LIMIT" if query.limit is not None else "OFFSET"
        message = f"Non-grouped query that uses overall aggregate functions cannot also use {word}"
        raise scope.error("MALFORMED_QUERY", query.position, message)
    for item in select:
        if not isinstance(item, Item):
            position = item.position if isinstance(item, Query) else item.path.position
            message = "a query with aggregates can not have child queries or TYPEOF"
            raise scope.error("MALFORMED_QUERY", position, message)
        output = _output(grouped, item)
        if output.name.lower() in [other.name.lower() for other in grouped.outputs]:
            raise scope.error("MALFORMED_QUERY", item.expression.position, f"duplicate alias: {output.name}")
        grouped.outputs.append(output)
    return grouped


def _formats_aggregate(item: Item | Typeof | Query) -> bool:
    call = item.expression if isinstance(item, Item) else None
    inner = call.argument if isinstance(call, Call) and call.name == "FORMAT" else None
    return isinstance(inner, Call) and inner.name in AGGREGATES


def _group(scope: Scope, functions: Functions, expression: Expression) -> str:
    column = scope.column(expression) if isinstance(expression, Path) else functions.column(expression)
    if not column.item.flags["groupable"]:
        message = f"field '{column.item.name}' can not be grouped in a query call"
        raise scope.error("MALFORMED_QUERY", expression.position, message)
    return column.sql


def _output(grouped: Grouped, item: Item) -> Output:
    """A result without a name of its own is called expr0, expr1 … in turn."""
    expression = item.expression
    formatted = isinstance(expression, Call) and expression.name == "FORMAT" and expression.argument is not None
    if formatted and isinstance(expression, Call) and expression.argument is not None:
        expression = expression.argument
    column = grouped.in_having(expression)
    unnamed = sum(1 for output in grouped.outputs if output.name.startswith("expr"))
    own = column.item.name if isinstance(expression, Path) else f"expr{unnamed}"
    shown: Callable[[Any], Any] = formatter(column.item) if formatted else _plain
    if column.item.type == "boolean" and not formatted:
        shown = _truth
    return Output(item.alias or own, column.sql, shown)


def _plain(value: Any) -> Any:
    return value


def _truth(value: Any) -> bool | None:
    return None if value is None else bool(value)
