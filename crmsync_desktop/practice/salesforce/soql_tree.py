"""A parsed SOQL query, and the errors that point at a place in its text."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import ApiError

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Path:
    parts: tuple[str, ...]
    position: int

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Call:
    """A function on a field or on another function's result; `name` in upper case; COUNT() has no argument."""

    name: str
    argument: Expression | None
    position: int


Expression = Path | Call


@dataclass(frozen=True, slots=True)
class Item:
    """What is selected with an alias or by a function."""

    expression: Expression
    alias: str | None


@dataclass(frozen=True, slots=True)
class Typeof:
    """What to select of a polymorphic parent: by the parent's object, and for every other object."""

    path: Path
    choices: tuple[tuple[str, tuple[Path, ...]], ...]
    otherwise: tuple[Path, ...] | None


@dataclass(frozen=True, slots=True)
class Literal:
    """`kind` is STRING, DATETIME, DATE, NUMBER, BOOLEAN, NULL or DATE_LITERAL; `text` as written."""

    kind: str
    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Compare:
    left: Expression
    operator: str
    value: Literal


@dataclass(frozen=True, slots=True)
class Within:
    left: Expression
    negated: bool
    values: tuple[Literal, ...] | Query


@dataclass(frozen=True, slots=True)
class Includes:
    """INCLUDES, or negated EXCLUDES, of a field that holds several picklist values."""

    left: Expression
    negated: bool
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Junction:
    word: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = Compare | Within | Includes | Junction | Not


@dataclass(frozen=True, slots=True)
class Ordering:
    expression: Expression
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Source:
    path: Path
    alias: str | None


@dataclass(frozen=True, slots=True)
class Query:
    """`sources` holds the queried object first, then parents that were given an alias of their own; `scope` and
    `purposes` (VIEW, REFERENCE, UPDATE) are in upper case. A plain field is selected as its path."""

    select: tuple[Path | Item | Typeof | Query, ...]
    sources: tuple[Source, ...]
    scope: str | None
    where: Condition | None
    group: tuple[Expression, ...]
    having: Condition | None
    order: tuple[Ordering, ...]
    limit: int | None
    offset: int
    purposes: tuple[str, ...]

    @property
    def sobject(self) -> str:
        return str(self.sources[0].path)

    @property
    def alias(self) -> str | None:
        return self.sources[0].alias

    @property
    def position(self) -> int:
        return self.sources[0].path.position


def soql_error(code: str, soql: str, position: int, message: str) -> ApiError:
    """A 400 that points at a place in the query, as recorded: text, caret, row and column, then the message.

    Unverified: of a long line the error shows 60 characters to either side of the place.
    """
    before = soql[:position]
    row, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    line = soql.splitlines()[row - 1] if soql.strip() else soql
    start = max(0, column - 1 - _SHOWN)
    shown = line[start : column - 1 + _SHOWN]
    caret = " " * (column - 1 - start) + "^"
    return ApiError(400, code, f"\n{shown}\n{caret}\nERROR at Row:{row}:Column:{column}\n{message}")
