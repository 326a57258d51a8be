"""Filters as conditions of SOQL: names from the schema, values as literals of their field's type, nothing as it was typed.

SOQL's own words on blanks differ from operator to operator and from source to source, so each condition says itself what
it does with them: only what is asked for blank finds one, and the opposite of each condition finds them too. NOT is
carried down to the conditions, where the operators have opposites of their own.
"""

from __future__ import annotations

from typing import Final

from crmsync_desktop.adapters.salesforce import soql
from crmsync_desktop.domain.errors import BugError, SetupError
from crmsync_desktop.domain.filters import Condition, Filter, Group, Joined, Not, Operator
from crmsync_desktop.domain.relative_dates import relative_date
from crmsync_desktop.domain.schema import Field, Kind, Schema

LONGEST: Final = 100_000
"""Characters of one query (help.salesforce.com 000386264)."""
_OPPOSITES: Final = {
    Operator.NOT_EQUALS: Operator.EQUALS,
    Operator.NOT_IN: Operator.IN,
    Operator.EXCLUDES: Operator.INCLUDES,
    Operator.NOT_BLANK: Operator.BLANK,
}
_SIGNS: Final = {
    Operator.EQUALS: ("=", "!="),
    Operator.LESS: ("<", ">="),
    Operator.AT_MOST: ("<=", ">"),
    Operator.GREATER: (">", "<="),
    Operator.AT_LEAST: (">=", "<"),
}
"""Each with its opposite."""
_PATTERNS: Final = {Operator.CONTAINS: ("%", "%"), Operator.STARTS_WITH: ("", "%"), Operator.ENDS_WITH: ("%", "")}
_DATES: Final = frozenset({Kind.DATE, Kind.DATETIME})


def condition_of(filter: Filter | None, schema: Schema) -> str:
    """What WHERE has to say for a filter that was checked against this schema; "" for none. Raises BugError for one that
    wasn't."""
    return "" if filter is None else _sql(filter, schema, negated=False)


def bounded(query: str) -> str:
    """A query, if it isn't longer than Salesforce takes; else SetupError."""
    if len(query) > LONGEST:
        raise SetupError(
            "The filter is too long for Salesforce.",
            f"The query has {len(query)} characters of {LONGEST}.",
            "Use fewer values or fewer fields, or import by a list of ids.",
        )
    return query


def _sql(filter: Filter, schema: Schema, *, negated: bool) -> str:
    if isinstance(filter, Not):
        return _sql(filter.part, schema, negated=not negated)
    if isinstance(filter, Group):
        joined_by_and = (filter.joined is Joined.AND) is not negated
        parts = [_sql(part, schema, negated=negated) for part in filter.parts]
        if not parts:
            raise BugError("An empty group got into a query.")
        return parts[0] if len(parts) == 1 else f"({(' AND ' if joined_by_and else ' OR ').join(parts)})"
    field = schema.fields.get(filter.field)
    if field is None:
        raise BugError("A filter that wasn't checked got into a query.", filter.field)
    operator = filter.operator
    if operator in _OPPOSITES:
        operator, negated = _OPPOSITES[operator], not negated
    found = _condition(soql.name(field.name), field, operator, filter, negated=negated)
    finds_blanks = negated and operator is not Operator.BLANK and field.nillable and field.kind is not Kind.BOOL
    return f"({found} OR {soql.name(field.name)} = null)" if finds_blanks else found


def _condition(name: str, field: Field, operator: Operator, condition: Condition, *, negated: bool) -> str:
    """What holds for records that have a value, but for BLANK."""
    values = condition.values
    if operator is Operator.BLANK:
        return f"{name} {'!=' if negated else '='} null"
    if operator in _SIGNS:
        (value,) = values
        return f"{name} {_SIGNS[operator][negated]} {_literal(field, value)}"
    if operator is Operator.BETWEEN:
        low, high = (_literal(field, value) for value in values)
        return f"({name} < {low} OR {name} > {high})" if negated else f"({name} >= {low} AND {name} <= {high})"
    if operator in _PATTERNS:
        (value,) = values
        like = f"{name} LIKE {soql.pattern(value, *_PATTERNS[operator])}"
        return f"(NOT {like})" if negated else like
    listed = f"({','.join(_literal(field, value) for value in values)})"
    if operator is Operator.INCLUDES:
        # What EXCLUDES does with "A;B" isn't documented.
        return f"(NOT {name} INCLUDES {listed})" if negated else f"{name} INCLUDES {listed}"
    return f"{name} {'NOT IN' if negated else 'IN'} {listed}"


def _literal(field: Field, value: str) -> str:
    if field.kind in _DATES and relative_date(value) == value:
        return value
    found = soql.literal(field, value)
    if found is None:
        raise BugError("A value that wasn't checked got into a query.", field.name)
    return found
