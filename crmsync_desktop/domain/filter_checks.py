"""Whether a filter fits an object, with every problem in words; and the same filter in canonical form (I1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.filter_values import Span, expected, piece_of, span_of, value_of
from crmsync_desktop.domain.filters import (
    DEEPEST,
    MOST_CONDITIONS,
    PIECES,
    Condition,
    Filter,
    Group,
    Joined,
    Not,
    Operator,
    conditions_of,
    depth_of,
    operators_of,
    value_counts,
)
from crmsync_desktop.domain.schema import Field, Kind, Schema

_NEAR: Final = 3
_LIKE_ENOUGH: Final = 72.0
_ENDS: Final = {
    Operator.LESS: 0,
    Operator.AT_LEAST: 0,
    Operator.GREATER: 1,
    Operator.AT_MOST: 1,
}
"""Which end of a day counts."""


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a filter. `place`: the number of the condition, as `conditions_of` counts from 0; None for the
    filter as a whole."""

    place: int | None
    field: str
    title: str
    hint: str


def problems_of(filter: Filter, schema: Schema) -> list[Problem]:
    """Everything that keeps it from being run against the object; in the order of its conditions."""
    whole = _of_the_whole(filter)
    if whole:
        return whole
    found = []
    for place, condition in enumerate(conditions_of(filter)):
        title, hint = _wrong(condition, schema)
        if title:
            found.append(Problem(place, condition.field, title, hint))
    return found


def checked(filter: Filter, schema: Schema, zone: str = "UTC") -> Filter:
    """In canonical form: names in the schema's spelling, values in canonical text, days of times spelt out as spans in
    `zone` (the connected user's: Identity.time_zone). Checking what was checked changes nothing. Raises SetupError that
    names the first problem and lists all."""
    _refuse(problems_of(filter, schema))
    found = _canonical(filter, schema, zone)
    _refuse(_of_the_whole(found))  # days in lists become conditions of their own
    return found


def find_field(schema: Schema, name: str) -> Field | None:
    """By its API name, with or without the right case."""
    found = schema.fields.get(name)
    if found is not None:
        return found
    wanted = name.strip().lower()
    return next((field for field in schema.fields.values() if field.name.lower() == wanted), None)


def near_fields(schema: Schema, name: str) -> list[str]:
    """API names of fields that may have been meant: by name or label, the likeliest first."""
    labels = {field.name: f"{field.name} {field.label}" for field in schema.fields.values()}
    by_name = _near(name, labels)
    by_label = process.extract(
        name, labels, scorer=fuzz.partial_token_set_ratio, processor=default_process, score_cutoff=90.0, limit=_NEAR
    )
    return list(dict.fromkeys([*by_name, *(key for _, _, key in by_label)]))[:_NEAR]


def _refuse(problems: list[Problem]) -> None:
    if problems:
        first, *others = problems
        raise SetupError(first.title, " ".join(problem.title for problem in others), first.hint)


def _of_the_whole(filter: Filter) -> list[Problem]:
    if depth_of(filter) > DEEPEST:
        return [Problem(None, "", f"The filter has more than {DEEPEST} levels of groups.", "Take some of them apart.")]
    count = sum(1 for _ in conditions_of(filter))
    if count > MOST_CONDITIONS:
        return [
            Problem(None, "", f"The filter has {count} conditions.", f"It may have {MOST_CONDITIONS}: leave some out.")
        ]
    if _has_empty_group(filter):
        return [Problem(None, "", "A group of the filter is empty.", "Put a condition into it, or remove it.")]
    return []


def _has_empty_group(filter: Filter) -> bool:
    if isinstance(filter, Not):
        return _has_empty_group(filter.part)
    return isinstance(filter, Group) and (not filter.parts or any(map(_has_empty_group, filter.parts)))


def _wrong(condition: Condition, schema: Schema) -> tuple[str, str]:
    """What is wrong with one condition, and what to do; ("", "") for nothing."""
    field = find_field(schema, condition.field)
    if field is None:
        near = near_fields(schema, condition.field)
        return f"{schema.object} has no field {condition.field} that the connected user can see.", _instead(near)
    offered = operators_of(field)
    if not offered:
        return f"Salesforce can't filter by {field.name}.", f"It is of the type {field.native_type}: use another field."
    if condition.operator not in offered:
        words = ", ".join(spoken(each) for each in offered)
        return f"{field.name} can't be asked “{spoken(condition.operator)}”.", f"It can be asked: {words}."
    fewest, most = value_counts(condition.operator)
    if not fewest <= len(condition.values) <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        title = f"{field.name}: “{spoken(condition.operator)}” has {len(condition.values)} values."
        return title, f"It takes {wanted}."
    for value in condition.values:
        if not _fits(field, condition.operator, value, schema):
            return f"“{_shown(value)}” is no value for {field.name}.", _value_hint(field, schema)
    return "", ""


def _fits(field: Field, operator: Operator, value: str, schema: Schema) -> bool:
    if operator in PIECES:
        return piece_of(value) is not None
    return span_of(field, value, "UTC", schema.key_prefix) is not None


def _value_hint(field: Field, schema: Schema) -> str:
    if field.kind is Kind.ID and schema.key_prefix:
        return f"The ids of {schema.object} have 15 or 18 characters and begin with {schema.key_prefix}."
    return expected(field)


def spoken(operator: Operator) -> str:
    return operator.value.replace("_", " ")


def _shown(value: str) -> str:
    text = value.encode("utf-8", "replace").decode()
    return text if len(text) <= 60 else text[:59] + "…"


def _near(wanted: str, among: Iterable[str]) -> list[str]:
    names = list(among)
    found = process.extract(
        wanted, names, scorer=fuzz.WRatio, processor=default_process, score_cutoff=_LIKE_ENOUGH, limit=_NEAR
    )
    return [name for name, _, _ in found]


def _instead(near: list[str]) -> str:
    return f"Did you mean {' or '.join(near)}?" if near else "Choose one of the object's own."


def _canonical(filter: Filter, schema: Schema, zone: str) -> Filter:
    if isinstance(filter, Not):
        return Not(_canonical(filter.part, schema, zone))
    if isinstance(filter, Group):
        return Group(filter.joined, tuple(_canonical(part, schema, zone) for part in filter.parts))
    field = find_field(schema, filter.field)
    assert field is not None
    if field.kind in (Kind.DATE, Kind.DATETIME) and filter.values:
        spans = [span for value in filter.values if (span := span_of(field, value, zone)) is not None]
        return _in_time(field.name, filter.operator, spans)
    if filter.operator in PIECES:
        values = tuple(found for value in filter.values if (found := piece_of(value)) is not None)
    else:
        read = (value_of(field, value, schema.key_prefix) for value in filter.values)
        values = tuple(found for found in read if found is not None)
    return Condition(field.name, filter.operator, values if filter.operator is Operator.BETWEEN else _once(values))


def _once(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _in_time(name: str, operator: Operator, spans: list[Span]) -> Filter:
    """Conditions on dates and times, whose values may be relative (which no list can hold) or days (spans of times)."""
    if operator in (Operator.NOT_EQUALS, Operator.NOT_IN):
        if all(_is_one_moment(span) for span in spans):
            return Condition(name, operator, tuple(first for first, _ in spans))
        opposite = Operator.EQUALS if operator is Operator.NOT_EQUALS else Operator.IN
        return Not(_in_time(name, opposite, spans))
    if operator is Operator.BETWEEN:
        return Condition(name, operator, (spans[0][0], spans[1][1]))
    if operator in _ENDS:
        return Condition(name, operator, (spans[0][_ENDS[operator]],))
    if operator is Operator.IN and all(_is_one_moment(span) for span in spans):
        return Condition(name, operator, _once(tuple(first for first, _ in spans)))
    choices = [
        Condition(name, Operator.EQUALS, (first,))
        if first == last
        else Condition(name, Operator.BETWEEN, (first, last))
        for first, last in spans
    ]
    return choices[0] if len(choices) == 1 else Group(Joined.OR, tuple(choices))


def _is_one_moment(span: Span) -> bool:
    return span[0] == span[1] and span[0][0].isdigit()
