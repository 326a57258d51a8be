"""Filters as text, for the command line: `Industry = "Banking" and (AnnualRevenue > 1000000 or CreatedDate = TODAY)`.

NOT binds closer than AND, AND closer than OR. Texts stand in quotes, of either sort, with a backslash before a quote or
a backslash of their own; numbers, dates, ids and true/false may stand without. A text becomes a tree, never a query.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.filters import (
    DEEPEST,
    Condition,
    Filter,
    Group,
    Joined,
    Not,
    Operator,
    depth_of,
)
from crmsync_desktop.domain.record_ids import IdFault, read_id
from crmsync_desktop.domain.relative_dates import relative_date

LONGEST: Final = 10_000
"""Characters of a filter's text."""
_SHOWN: Final = 60
"""Characters to either side of a mistake."""

_GRAMMAR: Final = r"""
?start: _either
_either: _both | disjunction
disjunction: _both (_OR _both)+
_both: _one | conjunction
conjunction: _one (_AND _one)+
_one: negation | "(" _either ")" | _condition
negation: _NOT _one

_condition: comparison | within | not_within | piece | between | blank | not_blank | choice
comparison: FIELD COMPARED value
within: FIELD _IN _values
not_within: FIELD _NOT _IN _values
piece: FIELD PIECE value
between: FIELD _BETWEEN value _AND value
blank: FIELD _IS _BLANK
not_blank: FIELD _IS _NOT _BLANK
choice: FIELD CHOICE (value | _values)
_values: "(" value ("," value)* ")"
value: QUOTED | BARE

_AND.2: /and\b/i
_OR.2: /or\b/i
_NOT.2: /not\b/i
_IN.2: /in\b/i
_IS.2: /is\b/i
_BLANK.2: /(blank|null)\b/i
_BETWEEN.2: /between\b/i
PIECE.2: /contains\b|starts\s+with\b|ends\s+with\b/i
CHOICE.2: /(includes|excludes)\b/i
COMPARED: /<=|>=|<>|!=|=|<|>/
FIELD: /[A-Za-z][A-Za-z0-9_]*/
QUOTED: /"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/s
BARE: /[A-Za-z0-9_.:+-]+/
%ignore /\s+/
"""
_COMPARED: Final = {
    "=": Operator.EQUALS,
    "!=": Operator.NOT_EQUALS,
    "<>": Operator.NOT_EQUALS,
    "<": Operator.LESS,
    "<=": Operator.AT_MOST,
    ">": Operator.GREATER,
    ">=": Operator.AT_LEAST,
}
_SIGNS: Final = {operator: sign for sign, operator in _COMPARED.items() if sign != "<>"}
_WORDS: Final = {
    "FIELD": "a field name",
    "COMPARED": "= != < <= > >=",
    "_NOT": "not",
    "_IN": "in",
    "PIECE": "contains, starts with, ends with",
    "_BETWEEN": "between",
    "_IS": "is",
    "CHOICE": "includes, excludes",
    "_BLANK": "blank",
    "QUOTED": "a text in quotes",
    "BARE": "a number, date, id, true or false",
    "LPAR": "(",
    "RPAR": ")",
    "COMMA": ",",
    "_AND": "and",
    "_OR": "or",
    "$END": "the end",
}
_BARE: Final = re.compile(r"[+-]?\d[\w.:+-]*|true|false|yes|no", re.ASCII | re.IGNORECASE)
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:+-]+")
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_QUOTES: Final = re.compile(r'(["\\])')


class _Place(Exception):
    """A mistake at a place that the grammar lets pass."""

    def __init__(self, position: int, hint: str) -> None:
        super().__init__(hint)
        self.position = position
        self.hint = hint


class _Null(str):
    """The bare word null: where a value may stand, no value."""


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Called from the inside out while the text is read, so that no depth of it can overflow the stack."""

    def disjunction(self, *parts: Filter) -> Filter:
        return Group(Joined.OR, parts)

    def conjunction(self, *parts: Filter) -> Filter:
        return Group(Joined.AND, parts)

    def negation(self, part: Filter) -> Filter:
        return Not(part)

    def comparison(self, field: Token, sign: Token, value: str) -> Filter:
        operator = _COMPARED[sign]
        if isinstance(value, _Null):
            if operator not in (Operator.EQUALS, Operator.NOT_EQUALS):
                raise _Place(_at(sign), "Nothing is less or more than null.")
            return Condition(str(field), Operator.BLANK if operator is Operator.EQUALS else Operator.NOT_BLANK)
        return Condition(str(field), operator, (value,))

    def within(self, field: Token, *values: str) -> Filter:
        return Condition(str(field), Operator.IN, _real(field, values))

    def not_within(self, field: Token, *values: str) -> Filter:
        return Condition(str(field), Operator.NOT_IN, _real(field, values))

    def piece(self, field: Token, word: Token, value: str) -> Filter:
        return Condition(str(field), Operator("_".join(word.lower().split())), _real(field, (value,)))

    def between(self, field: Token, low: str, high: str) -> Filter:
        return Condition(str(field), Operator.BETWEEN, _real(field, (low, high)))

    def blank(self, field: Token) -> Filter:
        return Condition(str(field), Operator.BLANK)

    def not_blank(self, field: Token) -> Filter:
        return Condition(str(field), Operator.NOT_BLANK)

    def choice(self, field: Token, word: Token, *values: str) -> Filter:
        return Condition(str(field), Operator(word.lower()), _real(field, values))

    def value(self, token: Token) -> str:
        if token.type == "QUOTED":
            return _ESCAPE.sub(r"\1", token[1:-1])
        text = str(token)
        if text.lower() == "null":
            return _Null()
        if not _stands_bare(text):
            raise _Place(_at(token), f'Put texts in quotes: "{text}".')
        return relative_date(text) or text


def parse_filter(text: str) -> Filter:
    """Raises SetupError that shows the place of a mistake. Whether it fits an object, filter_checks says."""
    if len(text) > LONGEST:
        raise SetupError(f"The filter is longer than {LONGEST} characters.", "", "Import by a list of ids instead.")
    try:
        found: Filter = _parser().parse(text)  # type: ignore[assignment]  # the transformer makes it one
    except _Place as mistake:
        raise _unreadable(text, mistake.position, mistake.hint) from None
    except UnexpectedInput as error:
        raise _unreadable(text, _position(text, error), _expected(text, error)) from None
    if depth_of(found) > DEEPEST:
        raise SetupError(f"The filter has more than {DEEPEST} levels of groups.", "", "Take some of them apart.")
    return found


def write_filter(filter: Filter) -> str:
    """The text that `parse_filter` reads as this filter."""
    return _written(filter, "")


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", transformer=_Builder())


def _written(filter: Filter, within: str) -> str:
    """`within`: the word that joins it with others, "" where it stands alone."""
    if isinstance(filter, Condition):
        return _condition(filter)
    if isinstance(filter, Not):
        return f"not {_written(filter.part, 'not')}"
    word = filter.joined.value
    text = f" {word} ".join(_written(part, word) for part in filter.parts)
    return f"({text})" if within and not (within == "or" and word == "and") else text


def _condition(condition: Condition) -> str:
    operator, values = condition.operator, [_value(value) for value in condition.values]
    listed = f"({', '.join(values)})"
    match operator:
        case Operator.BLANK:
            rest = "is blank"
        case Operator.NOT_BLANK:
            rest = "is not blank"
        case Operator.BETWEEN:
            rest = f"between {' and '.join(values)}"
        case Operator.IN | Operator.NOT_IN | Operator.INCLUDES | Operator.EXCLUDES:
            rest = f"{operator.value.replace('_', ' ')} {listed}"
        case _:
            rest = f"{_SIGNS.get(operator) or operator.value.replace('_', ' ')} {''.join(values)}"
    return f"{condition.field} {rest}"


def _value(value: str) -> str:
    bare = _stands_bare(value) and _PLAIN.fullmatch(value) and (relative_date(value) or value) == value
    return value if bare else '"' + _QUOTES.sub(r"\\\1", value) + '"'


def _stands_bare(text: str) -> bool:
    if _BARE.fullmatch(text) or relative_date(text):
        return True
    return not isinstance(read_id(text), IdFault)


def _real(field: Token, values: tuple[str, ...]) -> tuple[str, ...]:
    if any(isinstance(value, _Null) for value in values):
        raise _Place(_at(field), f"Ask for blanks apart: {field} is blank.")
    return values


def _at(token: Token) -> int:
    return token.start_pos or 0


def _position(text: str, error: UnexpectedInput) -> int:
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    return len(text) if ended else max(error.pos_in_stream or 0, 0)


def _expected(text: str, error: UnexpectedInput) -> str:
    if isinstance(error, UnexpectedCharacters) and text[_position(text, error)] in "\"'":
        return "A text that begins with a quote ends with one."
    names = error.allowed if isinstance(error, UnexpectedCharacters) else getattr(error, "accepts", None) or set()
    words = [word for name, word in _WORDS.items() if name in (names or ())]
    return f"Expected here: {'; '.join(words)}."


def _unreadable(text: str, position: int, hint: str) -> SetupError:
    """With the line of the mistake and a caret below it."""
    start = text.rfind("\n", 0, position) + 1
    line = text[start:].partition("\n")[0]
    column = position - start
    first = max(0, column - _SHOWN)
    shown = line[first : column + _SHOWN].replace("\t", " ")
    caret = " " * (column - first) + "^"
    return SetupError("The filter can't be read.", f"At character {position + 1}:\n{shown}\n{caret}", hint)
