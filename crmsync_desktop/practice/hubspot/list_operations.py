"""What a list's property filter asks of one property, as a condition: texts, numbers, options, booleans, and times.

Source: the operations in HubSpot's guide to list filters and the models of its SDK of 2026. An operation that is not among
these (calendar units, comparisons of update times) is refused with a 400 that names it, rather than answered wrongly.
Unverified: an operation or an operator that a list filter doesn't know is refused with 400.
Unverified: texts in list filters compare without case, options with it.
Unverified: a negative operator passes over records without a value unless includeObjectsWithNoValueSet is true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crmsync_desktop.practice.hubspot.bodies import read, shape_of, text
from crmsync_desktop.practice.hubspot.filters import Condition, expression_of
from crmsync_desktop.practice.hubspot.list_times import DAY_MS, POINT, Moments, refuse_unknown
from crmsync_desktop.practice.hubspot.object_types import ObjectType
from crmsync_desktop.practice.hubspot.refusals import invalid
from crmsync_desktop.practice.hubspot.values import NUMBER, PropertyDefinition, fold

OPERATION = shape_of(
    "operationType operator propertyParser type comparisonPropertyName defaultComparisonValue endpointBehavior "
    "lowerBoundEndpointBehavior upperBoundEndpointBehavior timeUnit",
    flags="includeObjectsWithNoValueSet requiresTimeZoneConversion useFiscalYear",
    others=dict.fromkeys(("value", "values", "day", "month", "year", "timestamp", "fiscalYearStart", "timePoint", "lowerBound", "lowerBoundTimePoint", "numberOfDays", "timeUnitCount", "upperBound", "upperBoundTimePoint"), "any"),
)  # fmt: skip
"""What an operation may hold, of whichever type it is (the models of HubSpot's SDK of 2026)."""
TIMELESS = {
    "STRING",
    "MULTISTRING",
    "ENUMERATION",
    "BOOL",
    "NUMBER",
    "NUMBER_RANGED",
    "DATE",
    "DATETIME",
    "RANGED_DATE",
}
MOST, MOST_DAYS = 10.0**17, 3_000_000
Match = Callable[[str], Condition]
"""A condition on the SQL expression of a value."""
COMPARED = {
    "IS_EQUAL_TO": "=",
    "IS_GREATER_THAN": ">",
    "IS_GREATER_THAN_OR_EQUAL_TO": ">=",
    "IS_LESS_THAN": "<",
    "IS_LESS_THAN_OR_EQUAL_TO": "<=",
}
NEGATIVE = {
    "IS_NOT_EQUAL_TO": "IS_EQUAL_TO", "DOES_NOT_CONTAIN": "CONTAINS", "IS_NONE_OF": "IS_ANY_OF", "IS_NOT_EXACTLY": "IS_EXACTLY",
    "DOES_NOT_CONTAIN_ALL": "CONTAINS_ALL", "IS_NOT_BETWEEN": "IS_BETWEEN", "HAS_NEVER_BEEN_EQUAL_TO": "HAS_EVER_BEEN_EQUAL_TO",
    "HAS_NEVER_CONTAINED": "HAS_EVER_CONTAINED", "HAS_NEVER_BEEN_ANY_OF": "HAS_EVER_BEEN_ANY_OF",
    "HAS_NEVER_BEEN_EXACTLY": "HAS_EVER_BEEN_EXACTLY", "HAS_NEVER_CONTAINED_ALL": "HAS_EVER_CONTAINED_ALL",
    "IS_NOT_UPDATED_IN_LAST_X_DAYS": "IS_UPDATED_IN_LAST_X_DAYS",
}  # fmt: skip
EVER = {
    "HAS_EVER_BEEN_EQUAL_TO": "IS_EQUAL_TO", "HAS_EVER_CONTAINED": "CONTAINS", "HAS_EVER_BEEN_ANY_OF": "IS_ANY_OF",
    "HAS_EVER_BEEN_EXACTLY": "IS_EXACTLY", "HAS_EVER_CONTAINED_ALL": "CONTAINS_ALL",
}  # fmt: skip
SPELLINGS: dict[str, Callable[[str], str]] = {
    "CONTAINS": lambda text: f"%{text}%",
    "STARTS_WITH": lambda text: f"{text}%",
    "ENDS_WITH": lambda text: f"%{text}",
}
ROLLING = {
    "IS_LESS_THAN_X_DAYS_AGO": (-1, 0),
    "IS_LESS_THAN_X_DAYS_FROM_NOW": (0, 1),
    "IS_MORE_THAN_X_DAYS_AGO": (None, -1),
    "IS_MORE_THAN_X_DAYS_FROM_NOW": (1, None),
}
"""From and to, in units of numberOfDays from now."""
UPDATED = "(SELECT max(at_ms) FROM history WHERE history.id = record.id AND json_extract(changes, '$.{0}') IS NOT NULL)"


def timed(operation: Mapping[str, Any]) -> bool:
    """Whether what an operation finds may be another as time goes by."""
    return str(operation.get("operationType")) not in TIMELESS


class PropertyOperations:
    """Operations on the properties of one object type, at one moment."""

    def __init__(self, kind: ObjectType, known: Mapping[str, PropertyDefinition], moments: Moments) -> None:
        self._kind = kind
        self._known = known
        self._moments = moments

    def condition(self, definition: PropertyDefinition, operation: Mapping[str, Any]) -> Condition:
        """Raises a 400 Refusal."""
        operation = read(operation, OPERATION)
        operator = str(operation.get("operator"))
        expression, _ = expression_of(self._kind, definition)
        if operator in ("IS_KNOWN", "IS_UNKNOWN"):
            return Condition(f"{expression} IS {'NOT ' if operator == 'IS_KNOWN' else ''}NULL")
        positive = NEGATIVE.get(operator, operator)
        condition = self._positive(definition, operation, positive)
        if operator in NEGATIVE:
            condition = Condition(f"NOT ifnull(({condition.sql}), 0)", condition.values)
        if operation.get("includeObjectsWithNoValueSet") is True:
            return Condition(f"({condition.sql}) OR {expression} IS NULL", condition.values)
        if operator in NEGATIVE:
            return Condition(f"({condition.sql}) AND {expression} IS NOT NULL", condition.values)
        return condition

    def _positive(self, definition: PropertyDefinition, operation: Mapping[str, Any], operator: str) -> Condition:
        of_type = operation.get("operationType")
        expression, _ = expression_of(self._kind, definition)
        plain = EVER.get(operator, operator)
        if of_type in ("STRING", "MULTISTRING"):
            match = self._text(operation, of_type, plain)
        elif of_type == "ENUMERATION":
            match = self._options(operation, plain)
        elif of_type == "BOOL" and plain == "IS_EQUAL_TO":
            wanted = text(operation.get("value")).lower()
            match = lambda value: Condition(f"{value} = ?", (wanted,))  # noqa: E731
        elif of_type == "NUMBER" and plain in COMPARED:
            number, sign = _number(operation.get("value")), COMPARED[plain]
            match = lambda value: Condition(f"CAST({value} AS REAL) {sign} ?", (number,))  # noqa: E731
        elif of_type == "NUMBER_RANGED" and operator == "IS_BETWEEN":
            bounds = (_number(operation.get("lowerBound")), _number(operation.get("upperBound")))
            match = lambda value: Condition(f"{value} BETWEEN ? AND ?", bounds)  # noqa: E731
        else:
            return self._time(definition, operation, operator)
        if operator in EVER:
            return _ever(definition.name, expression, match)
        return match(expression)

    @staticmethod
    def _text(operation: Mapping[str, Any], of_type: str, operator: str) -> Match:
        values = operation.get("values") if of_type == "MULTISTRING" else [operation.get("value")]
        if not isinstance(values, list):
            raise invalid("A MULTISTRING operation needs values.")
        if operator != "IS_EQUAL_TO" and operator not in SPELLINGS:
            raise _unknown(of_type, operator)
        wanted = [fold(text(each)) for each in values]

        def match(value: str) -> Condition:
            if operator == "IS_EQUAL_TO":
                return Condition.any([Condition(f"fold({value}) = ?", (each,)) for each in wanted])
            patterns = [SPELLINGS[operator](_escaped(each)) for each in wanted]
            return Condition.any([Condition(f"fold({value}) LIKE ? ESCAPE '\\'", (each,)) for each in patterns])

        return match

    @staticmethod
    def _options(operation: Mapping[str, Any], operator: str) -> Match:
        values = operation.get("values")
        if not isinstance(values, list) or not values:
            raise invalid("An ENUMERATION operation needs values.")
        wanted = [text(each) for each in values]

        def match(value: str) -> Condition:
            held = [Condition(f"instr(';' || {value} || ';', ?) > 0", (f";{each};",)) for each in wanted]
            if operator == "IS_ANY_OF":
                return Condition.any(held)
            number = f"length({value}) - length(replace({value}, ';', '')) + 1"
            return Condition.all(
                [*held, *([Condition(f"{number} = {len(wanted)}")] if operator == "IS_EXACTLY" else [])]
            )

        if operator not in ("IS_ANY_OF", "CONTAINS_ALL", "IS_EXACTLY"):
            raise _unknown("ENUMERATION", operator)
        return match

    def _time(self, definition: PropertyDefinition, operation: Mapping[str, Any], operator: str) -> Condition:
        of_type, moments = operation.get("operationType"), self._moments
        value = self._moment_of(definition, operation)
        if of_type == "TIME_POINT" and operator in ("IS_BEFORE", "IS_AFTER"):
            return _beside(value, operator, self._point(operation.get("timePoint")), operation.get("endpointBehavior"))
        if of_type == "TIME_RANGED" and operator == "IS_BETWEEN":
            low = self._point(operation.get("lowerBoundTimePoint"))
            high = self._point(operation.get("upperBoundTimePoint"))
            return Condition.all([
                _beside(value, "IS_AFTER", low, operation.get("lowerBoundEndpointBehavior")),
                _beside(value, "IS_BEFORE", high, operation.get("upperBoundEndpointBehavior")),
            ])  # fmt: skip
        if of_type in ("DATE", "DATETIME") and operator in ("IS_EQUAL_TO", "IS_BEFORE", "IS_AFTER"):
            start = moments.day(operation) if of_type == "DATE" else int(_number(operation.get("timestamp")))
            length = DAY_MS if of_type == "DATE" else 1
            if operator == "IS_EQUAL_TO":
                return Condition(f"{value} >= ? AND {value} < ?", (start, start + length))
            return (
                Condition(f"{value} < ?", (start,))
                if operator == "IS_BEFORE"
                else Condition(f"{value} >= ?", (start + length,))
            )
        if of_type == "RANGED_DATE" and operator == "IS_BETWEEN":
            bounds = (int(_number(operation.get("lowerBound"))), int(_number(operation.get("upperBound"))))
            return Condition(f"{value} BETWEEN ? AND ?", bounds)
        if of_type == "ROLLING_DATE_RANGE" and operator in ROLLING:
            span = _days(operation.get("numberOfDays")) * DAY_MS
            first, last = ROLLING[operator]
            parts = [Condition(f"{value} > ?", (moments.now_ms + first * span,))] if first is not None else []
            parts += [Condition(f"{value} < ?", (moments.now_ms + last * span,))] if last is not None else []
            return Condition.all(parts)
        if of_type == "ROLLING_PROPERTY_UPDATED" and operator == "IS_UPDATED_IN_LAST_X_DAYS":
            since = moments.now_ms - _days(operation.get("numberOfDays")) * DAY_MS
            changed = f"ifnull({UPDATED.format(definition.name)}, created_ms)"
            expression, _ = expression_of(self._kind, definition)
            return Condition(f"{changed} >= ? AND {expression} IS NOT NULL", (since,))
        if of_type == "COMPARATIVE_DATE" and operator in ("IS_BEFORE", "IS_AFTER"):
            other = self._known.get(str(operation.get("comparisonPropertyName")))
            if other is None:
                raise invalid(f"There is no property {operation.get('comparisonPropertyName')} to compare with.")
            return Condition(f"{value} {'<' if operator == 'IS_BEFORE' else '>'} {self._moment_expression(other)}")
        raise _unknown(of_type, operator)

    def _point(self, given: object) -> Condition:
        """A moment as an SQL expression."""
        if isinstance(given, dict) and given.get("timeType") == "PROPERTY_REFERENCED":
            refuse_unknown(given, {*POINT, "property", "referenceType"})
            other = self._known.get(str(given.get("property")))
            if other is None:
                raise invalid(f"There is no property {given.get('property')} to compare with.")
            if given.get("referenceType") == "UPDATED_AT":
                return Condition(UPDATED.format(other.name))
            return Condition(self._moment_expression(other))
        return Condition("?", (self._moments.point(given),))

    def _moment_of(self, definition: PropertyDefinition, operation: Mapping[str, Any]) -> str:
        if operation.get("propertyParser") == "UPDATED_AT":
            return f"ifnull({UPDATED.format(definition.name)}, created_ms)"
        return self._moment_expression(definition)

    def _moment_expression(self, definition: PropertyDefinition) -> str:
        expression, numeric = expression_of(self._kind, definition)
        return expression if numeric else f"epoch_ms({expression})"


def _beside(value: str, operator: str, point: Condition, behavior: object) -> Condition:
    sign = {"IS_BEFORE": "<", "IS_AFTER": ">"}[operator] + ("=" if behavior == "INCLUSIVE" else "")
    return Condition(f"{value} {sign} {point.sql}", point.values)


def _ever(name: str, expression: str, match: Match) -> Condition:
    """Now, or in any version that the history holds."""
    now = match(expression)
    before, after = (match(f"json_extract(history.changes, '$.{name}[{place}]')") for place in (0, 1))
    sql = (
        f"({now.sql}) OR EXISTS (SELECT 1 FROM history WHERE history.id = record.id "  # noqa: S608
        f"AND (({before.sql}) OR ({after.sql})))"
    )
    return Condition(sql, (*now.values, *before.values, *after.values))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _number(value: object) -> float:
    given = text(value)
    if not NUMBER.fullmatch(given) or not -MOST < float(given) < MOST:
        raise invalid(f"{given!r} is not a number that can be compared with.")
    return float(given)


def _days(value: object) -> int:
    if not -MOST_DAYS <= (days := _number(value)) <= MOST_DAYS:
        raise invalid(f"{value!r} is more days than a calendar has.")
    return int(days)


def _unknown(of_type: object, operator: str) -> Exception:
    return invalid(f"The operator {operator} of a {of_type} operation is not known.")
