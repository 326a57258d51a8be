"""Which records of a Salesforce object are meant (I1): a tree of conditions, kept with the import as JSON.

A blank value meets no condition but BLANK, and so meets the opposite of each: NOT_EQUALS, NOT_IN, EXCLUDES and NOT find
blanks too. That is as a person reads it, and each adapter has to make it so, whatever its own system does with blanks.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import msgspec

from crmsync_desktop.domain.errors import BugError
from crmsync_desktop.domain.schema import Field, Kind

MOST_CONDITIONS: Final = 200
MOST_VALUES: Final = 500
"""Values of one condition; longer lists of ids or e-mails are a source of their own, not a filter."""
LONGEST_VALUE: Final = 1_000
"""Characters. A string in a query may have 4,000 (help.salesforce.com 000386264), each of ours up to four when escaped."""
DEEPEST: Final = 20
"""Groups within groups."""


class Operator(StrEnum):
    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    LESS = "less"
    AT_MOST = "at_most"
    GREATER = "greater"
    AT_LEAST = "at_least"
    BETWEEN = "between"
    """Both ends included."""
    INCLUDES = "includes"
    """A multi-select picklist has one of the values; "A;B" as a value means both of them."""
    EXCLUDES = "excludes"
    BLANK = "blank"
    NOT_BLANK = "not_blank"


class Joined(StrEnum):
    AND = "and"
    OR = "or"


class Condition(msgspec.Struct, frozen=True, tag="condition", omit_defaults=True):
    """`values` as a person writes them, or in canonical text once checked (filter_checks): texts, plain decimals,
    2026-01-31, 2026-01-31T12:00:00Z, true, ids, and for dates and times the relative ones (LAST_N_DAYS:30)."""

    field: str
    operator: Operator
    values: tuple[str, ...] = ()


class Group(msgspec.Struct, frozen=True, tag="group"):
    joined: Joined
    parts: tuple[Filter, ...]


class Not(msgspec.Struct, frozen=True, tag="not"):
    part: Filter


Filter = Condition | Group | Not

_EQUALITY: Final = (Operator.EQUALS, Operator.NOT_EQUALS, Operator.IN, Operator.NOT_IN)
_BLANKNESS: Final = (Operator.BLANK, Operator.NOT_BLANK)
_PIECES: Final = (Operator.CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH)
_ORDER: Final = (Operator.LESS, Operator.AT_MOST, Operator.GREATER, Operator.AT_LEAST, Operator.BETWEEN)
_TEXTUAL: Final = (*_EQUALITY, *_PIECES, *_BLANKNESS)
_MEASURED: Final = (*_EQUALITY, *_ORDER, *_BLANKNESS)
_IDENTITIES: Final = (*_EQUALITY, *_BLANKNESS)
_OPERATORS: Final[dict[Kind, tuple[Operator, ...]]] = {
    Kind.TEXT: _TEXTUAL,
    Kind.LONG_TEXT: _TEXTUAL,
    Kind.HTML: _TEXTUAL,
    Kind.EMAIL: _TEXTUAL,
    Kind.PHONE: _TEXTUAL,
    Kind.URL: _TEXTUAL,
    Kind.PICKLIST: _TEXTUAL,
    Kind.MULTIPICKLIST: (Operator.INCLUDES, Operator.EXCLUDES, *_BLANKNESS),
    Kind.NUMBER: _MEASURED,
    Kind.DATE: _MEASURED,
    Kind.DATETIME: _MEASURED,
    Kind.BOOL: (Operator.EQUALS, Operator.NOT_EQUALS),
    Kind.OWNER: _IDENTITIES,
    Kind.REFERENCE: _IDENTITIES,
    Kind.ID: _EQUALITY,
}
_COUNTS: Final[dict[Operator, tuple[int, int]]] = {
    Operator.BLANK: (0, 0),
    Operator.NOT_BLANK: (0, 0),
    Operator.BETWEEN: (2, 2),
    Operator.IN: (1, MOST_VALUES),
    Operator.NOT_IN: (1, MOST_VALUES),
    Operator.INCLUDES: (1, MOST_VALUES),
    Operator.EXCLUDES: (1, MOST_VALUES),
}
PIECES: Final = frozenset(_PIECES)


def operators_of(field: Field) -> tuple[Operator, ...]:
    """What a field can be asked, in the order in which it is offered; nothing for one that can't be filtered by."""
    if not field.filterable:
        return ()
    found = _OPERATORS.get(field.kind, ())
    # A record type stands as a picklist here and holds an id there.
    return tuple(each for each in found if each not in PIECES) if field.native_type == "reference" else found


def value_counts(operator: Operator) -> tuple[int, int]:
    """How few and how many values it takes."""
    return _COUNTS.get(operator, (1, 1))


def conditions_of(filter: Filter) -> Iterator[Condition]:
    """Every condition, from left to right."""
    waiting: list[Filter] = [filter]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Condition):
            yield part
        elif isinstance(part, Not):
            waiting.append(part.part)
        else:
            waiting += reversed(part.parts)


def depth_of(filter: Filter) -> int:
    """1 for a condition, one more for each group or NOT around it."""
    deepest = 0
    waiting = [(filter, 1)]
    while waiting:
        part, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = (part.part,) if isinstance(part, Not) else part.parts if isinstance(part, Group) else ()
        waiting += [(each, depth + 1) for each in inner]
    return deepest


def dump(filter: Filter | None) -> str:
    """As JSON, to be kept. None (every record) is null."""
    return msgspec.json.encode(filter).decode()


def load(text: str | bytes) -> Filter | None:
    """Raises BugError for what `dump` didn't make; whether it fits a schema, filter_checks says."""
    try:
        found: Filter | None = msgspec.json.decode(text, type=Filter | None)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BugError("A stored filter can't be read.", str(error)) from None
    return found
