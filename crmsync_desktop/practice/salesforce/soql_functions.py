"""SOQL's functions in SQL: parts of dates, aggregates, labels of picklist values.

Dates are UTC and fiscal years begin in January, as in a new org, so that the fiscal parts are the calendar's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .errors import ApiError
from .schema import NUMBER_TYPES, Field
from .soql_scope import Column, Scope
from .soql_tree import Call, Expression, Path

_YEAR = "CAST(substr({0}, 1, 4) AS INTEGER)"
_MONTH = "CAST(substr({0}, 6, 2) AS INTEGER)"
_DAY = "CAST(substr({0}, 9, 2) AS INTEGER)"
_OF_YEAR = "CAST(strftime('%j', substr({0}, 1, 10)) AS INTEGER)"
DATE_PARTS = {
    "CALENDAR_YEAR": _YEAR,
    "CALENDAR_QUARTER": f"(({_MONTH} + 2) / 3)",
    "CALENDAR_MONTH": _MONTH,
    "FISCAL_YEAR": _YEAR,
    "FISCAL_QUARTER": f"(({_MONTH} + 2) / 3)",
    "FISCAL_MONTH": _MONTH,
    "DAY_IN_MONTH": _DAY,
    "DAY_IN_WEEK": "(CAST(strftime('%w', substr({0}, 1, 10)) AS INTEGER) + 1)",
    "DAY_IN_YEAR": _OF_YEAR,
    "DAY_ONLY": "substr({0}, 1, 10)",
    "HOUR_IN_DAY": "CAST(substr({0}, 12, 2) AS INTEGER)",
    "WEEK_IN_MONTH": f"(({_DAY} + 6) / 7)",
    "WEEK_IN_YEAR": f"(({_OF_YEAR} + 6) / 7)",
}
_OF_DATETIMES = ("DAY_ONLY", "HOUR_IN_DAY")
AGGREGATES = {
    "COUNT": "count({0})",
    "COUNT_DISTINCT": "count(DISTINCT {0})",
    "MIN": "min({0})",
    "MAX": "max({0})",
    "SUM": "sum({0})",
    "AVG": "avg({0})",
}


class Functions:
    """Columns of paths and calls within one scope. Raises ApiError 400."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def stored(self, path: Path) -> Column:
        """A field that can be compared, ordered or counted: any but an address."""
        column = self._scope.column(path)
        if not column.item.stored:
            message = f"field '{column.item.name}' can not be filtered in a query call"
            raise self._scope.error("INVALID_FIELD", path.position, message)
        return column

    def column(self, expression: Expression) -> Column:
        """A field, or what a function makes of the field of each record."""
        if isinstance(expression, Path):
            return self.stored(expression)
        if expression.name in DATE_PARTS:
            return self._date_part(expression)
        if expression.name == "TOLABEL":
            return self.label(expression)
        raise self.unexpected(expression)

    def unexpected(self, call: Call) -> ApiError:
        """Unverified: a function where it can't be is answered as an unexpected token."""
        return self._scope.error("MALFORMED_QUERY", call.position, f"unexpected token: '{call.name}'")

    def aggregate(self, call: Call) -> Column:
        """COUNT, SUM … of a field."""
        if call.name not in AGGREGATES or not isinstance(call.argument, Path):
            raise self.unexpected(call)
        column = self._scope.column(call.argument)
        item = column.item
        numeric = call.name in ("SUM", "AVG")
        if (numeric and item.type not in NUMBER_TYPES) or not item.flags["aggregatable"]:
            message = f"field {item.name} does not support aggregate operator {call.name}"
            raise self._scope.error("MALFORMED_QUERY", call.position, message)
        sql = AGGREGATES[call.name].format(column.sql)
        if call.name in ("MIN", "MAX"):
            return Column(_nillable(item), sql)
        kind = "double" if numeric else "int"
        return Column(replace(_nillable(item), type=kind, values=()), sql)

    def label(self, call: Call) -> Column:
        """toLabel: a picklist value's label, which is the value itself where it has none of its own."""
        if not isinstance(call.argument, Path):
            raise self.unexpected(call)
        column = self.stored(call.argument)
        if column.item.type not in ("picklist", "combobox", "multipicklist"):
            message = f"cannot use toLabel() on field '{column.item.name}'"
            raise self._scope.error("INVALID_FIELD", call.position, message)
        other = [option for option in column.item.values if option[0] != option[1]]
        if not other:
            return column
        cases = " ".join(f"WHEN {_text(value)} THEN {_text(label)}" for value, label, *_ in other)
        return Column(column.item, f"(CASE {column.sql} {cases} ELSE {column.sql} END) COLLATE NOCASE")

    def _date_part(self, call: Call) -> Column:
        argument = call.argument
        if isinstance(argument, Call) and argument.name == "CONVERTTIMEZONE":
            # The user's time zone is UTC too.
            argument = argument.argument
        if not isinstance(argument, Path):
            raise self.unexpected(call)
        column = self.stored(argument)
        item = column.item
        if item.type != "datetime" and (item.type != "date" or call.name in _OF_DATETIMES):
            message = f"field {item.name} does not support function {call.name}"
            raise self._scope.error("MALFORMED_QUERY", call.position, message)
        kind = "date" if call.name == "DAY_ONLY" else "int"
        flags = {**item.flags, "groupable": True, "filterable": True, "sortable": True}
        return Column(replace(item, type=kind, flags=flags), DATE_PARTS[call.name].format(column.sql))


def _nillable(item: Field) -> Field:
    return replace(item, flags={**item.flags, "nillable": True, "filterable": True, "sortable": True})


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def formatter(item: Field) -> Callable[[object], str | None]:
    """FORMAT() in the locale en_US.

    Unverified: FORMAT() writes 1/31/2027, 8:00 AM for dates with times and USD 1,234.50 for amounts.
    """

    def shown(value: object) -> str | None:
        if value is None:
            return None
        text = str(value)
        if item.type in ("date", "datetime"):
            day = f"{int(text[5:7])}/{int(text[8:10])}/{text[:4]}"
            hour = int(text[11:13] or 0) if item.type == "datetime" else 0
            half = "AM" if hour < 12 else "PM"
            return day if item.type == "date" else f"{day}, {hour % 12 or 12}:{text[14:16]} {half}"
        if isinstance(value, (int, float)):
            places = item.flags["scale"] or (2 if item.type == "currency" else 0)
            number = f"{value:,.{places}f}"
            return f"USD {number}" if item.type == "currency" else number
        return text

    return shown
