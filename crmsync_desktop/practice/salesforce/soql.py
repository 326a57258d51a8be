"""SOQL text into a tree, with the errors in Salesforce's form (the text, a caret, and the row and column)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from .errors import ApiError
from .schema import resource_folder

LONGEST = 100_000
LARGEST_LIMIT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Path:
    parts: tuple[str, ...]
    position: int

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Aggregate:
    function: str
    path: Path | None
    alias: str | None
    position: int


@dataclass(frozen=True, slots=True)
class Literal:
    """`kind` is STRING, DATETIME, DATE, NUMBER, BOOLEAN, NULL or DATE_LITERAL; `text` as written."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Compare:
    path: Path
    operator: str
    value: Literal


@dataclass(frozen=True, slots=True)
class Within:
    path: Path
    negated: bool
    values: tuple[Literal, ...] | Query


@dataclass(frozen=True, slots=True)
class Junction:
    word: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = Compare | Within | Junction | Not


@dataclass(frozen=True, slots=True)
class Ordering:
    path: Path
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    select: tuple[Path | Aggregate | Query, ...]
    sobject: str
    sobject_position: int
    alias: str | None
    where: Condition | None
    group: tuple[Path, ...]
    order: tuple[Ordering, ...]
    limit: int | None
    offset: int


def soql_error(code: str, soql: str, position: int, message: str) -> ApiError:
    """A 400 that points at a place in the query, as recorded: text, caret, row and column, then the message."""
    before = soql[:position]
    row, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    line = soql.splitlines()[row - 1] if soql.strip() else soql
    # A long line is shown around the place only (unverified how much of it).
    start = max(0, column - 1 - 60)
    shown = line[start : column - 1 + 60]
    caret = " " * (column - 1 - start) + "^"
    return ApiError(400, code, f"\n{shown}\n{caret}\nERROR at Row:{row}:Column:{column}\n{message}")


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark((resource_folder() / "soql.lark").read_text("utf-8"), parser="lalr", lexer="contextual")


def parse(soql: str) -> Query:
    """Raises ApiError 400 MALFORMED_QUERY. Children of a record are queries among what is selected."""
    if len(soql) > LONGEST:
        raise ApiError(400, "MALFORMED_QUERY", f"SOQL statements cannot be longer than {LONGEST} characters.")
    try:
        tree = _parser().parse(soql)
    except UnexpectedInput as error:
        raise _malformed(soql, error) from error
    return _query(tree.children[0])


def _malformed(soql: str, error: UnexpectedInput) -> ApiError:
    position = error.pos_in_stream or 0
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        found = str(error.token)
    elif isinstance(error, UnexpectedCharacters):
        found = soql[position : position + 1]
    else:
        found, position = "<EOF>", len(soql)
    return soql_error("MALFORMED_QUERY", soql, position, f"unexpected token: '{found}'")


Branch = Tree[Token]


def _path(tree: Branch) -> Path:
    tokens = [str(child) for child in tree.children]
    return Path(tuple(tokens), _position(tree.children[0]))


def _position(node: Branch | Token) -> int:
    return (node.start_pos or 0) if isinstance(node, Token) else _position(node.children[0])


def _aggregate(tree: Branch) -> Aggregate:
    name, *rest = tree.children
    path = next((_path(child) for child in rest if isinstance(child, Tree)), None)
    alias = next((str(child) for child in rest if isinstance(child, Token)), None)
    return Aggregate(str(name).upper(), path, alias, _position(name))


def _literal(token: Branch | Token) -> Literal:
    assert isinstance(token, Token)
    return Literal(token.type, str(token))


def _condition(node: Branch | Token) -> Condition:
    assert isinstance(node, Tree)
    match node.data:
        case "compare":
            path, operator, value = node.children
            return Compare(_path(path), "!=" if operator == "<>" else str(operator), _literal(value))  # type: ignore[arg-type]
        case "like":
            return Compare(_path(node.children[0]), "LIKE", _literal(node.children[1]))  # type: ignore[arg-type]
        case "within" | "not_within":
            path, listed = node.children
            assert isinstance(path, Tree)
            assert isinstance(listed, Tree)
            values = _query(listed.children[0]) if listed.data == "subquery" else tuple(map(_literal, listed.children))
            return Within(_path(path), node.data == "not_within", values)
        case "negation":
            return Not(_condition(node.children[0]))
        case _:
            word = "AND" if node.data == "conjunction" else "OR"
            return Junction(word, tuple(map(_condition, node.children)))


def _ordering(tree: Branch) -> Ordering:
    words = [str(child).lower() for child in tree.children[1:]]
    return Ordering(_path(tree.children[0]), "desc" in words, any(word.endswith("last") for word in words))  # type: ignore[arg-type]


def _branches(children: Sequence[Branch | Token]) -> list[Branch]:
    return [child for child in children if isinstance(child, Tree)]


def _selected(tree: Branch) -> Path | Aggregate | Query:
    if tree.data == "path":
        return _path(tree)
    return _aggregate(tree) if tree.data == "aggregate" else _query(tree.children[0])


def _query(tree: Branch | Token) -> Query:
    assert isinstance(tree, Tree)
    parts = {str(child.data): child.children for child in _branches(tree.children)}
    names = [child for child in tree.children if isinstance(child, Token)]
    select = tuple(_selected(child) for child in _branches(parts["select_list"]))
    return Query(
        select=select,
        sobject=str(names[0]),
        sobject_position=_position(names[0]),
        alias=str(names[1]).lower() if len(names) > 1 else None,
        where=_condition(parts["where"][0]) if "where" in parts else None,
        group=tuple(map(_path, _branches(parts.get("group", [])))),
        order=tuple(map(_ordering, _branches(parts.get("order", [])))),
        limit=min(int(str(parts["limit"][0])), LARGEST_LIMIT) if "limit" in parts else None,
        offset=int(str(parts["offset"][0])) if "offset" in parts else 0,
    )
