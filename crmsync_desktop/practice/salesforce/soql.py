"""SOQL text into a tree. The grammar is resources/practice/salesforce/soql.lark.

Left out, and refused as an unexpected token: GROUP BY ROLLUP and CUBE, DISTANCE and GEOLOCATION, data categories, amounts
with a currency code, UPDATE TRACKING and UPDATE VIEWSTAT.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from .errors import ApiError
from .schema import resource_folder
from .soql_tree import (
    Call,
    Compare,
    Condition,
    Expression,
    Includes,
    Item,
    Junction,
    Literal,
    Not,
    Ordering,
    Path,
    Query,
    Source,
    Typeof,
    Within,
    soql_error,
)

LONGEST = 100_000
LONGEST_TEXT = 4_000
LARGEST_LIMIT = 2**31 - 1
__all__ = ["LONGEST", "LONGEST_TEXT", "Path", "Query", "parse"]

Branch = Tree[Token]


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark((resource_folder() / "soql.lark").read_text("utf-8"), parser="lalr", lexer="contextual")


def parse(soql: str) -> Query:
    """Raises ApiError 400 MALFORMED_QUERY. Children of a record are queries among what is selected.

    Unverified: a text in a condition that is longer than 4,000 characters is answered with MALFORMED_QUERY.
    """
    if len(soql) > LONGEST:
        raise ApiError(400, "MALFORMED_QUERY", f"SOQL statements cannot be longer than {LONGEST} characters.")
    try:
        tree = _parser().parse(soql)
    except UnexpectedInput as error:
        raise _malformed(soql, error) from error
    for token in tree.scan_values(lambda value: isinstance(value, Token)):
        if token.type == "BIND":
            raise soql_error("MALFORMED_QUERY", soql, _position(token), "Bind variables only allowed in Apex code")
        if token.type == "STRING" and len(token) - 2 > LONGEST_TEXT:
            message = f"string literals cannot be longer than {LONGEST_TEXT} characters"
            raise soql_error("MALFORMED_QUERY", soql, _position(token), message)
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


def _query(tree: Branch | Token) -> Query:
    assert isinstance(tree, Tree)
    parts = {str(child.data): child.children for child in _branches(tree.children)}
    children = _branches(tree.children)
    return Query(
        select=tuple(map(_selected, _branches(parts["select_list"]))),
        sources=tuple(_source(child) for child in children if child.data == "source"),
        scope=str(parts["scope"][0]).upper() if "scope" in parts else None,
        where=_condition(parts["where"][0]) if "where" in parts else None,
        group=tuple(map(_expression, _branches(parts.get("group", [])))),
        having=_condition(parts["having"][0]) if "having" in parts else None,
        order=tuple(map(_ordering, _branches(parts.get("order", [])))),
        limit=min(int(str(parts["limit"][0])), LARGEST_LIMIT) if "limit" in parts else None,
        offset=int(str(parts["offset"][0])) if "offset" in parts else 0,
        purposes=tuple(str(child.children[0]).upper() for child in children if child.data == "purpose"),
    )


def _branches(children: Sequence[Branch | Token]) -> list[Branch]:
    return [child for child in children if isinstance(child, Tree)]


def _position(node: Branch | Token) -> int:
    return (node.start_pos or 0) if isinstance(node, Token) else _position(node.children[0])


def _path(node: Branch | Token) -> Path:
    assert isinstance(node, Tree)
    return Path(tuple(str(child) for child in node.children), _position(node.children[0]))


def _expression(node: Branch | Token) -> Expression:
    assert isinstance(node, Tree)
    if node.data == "path":
        return _path(node)
    name, *rest = node.children
    return Call(str(name).upper(), _expression(rest[0]) if rest else None, _position(name))


def _source(tree: Branch) -> Source:
    path, *alias = tree.children
    return Source(_path(path), str(alias[0]).lower() if alias else None)


def _selected(tree: Branch) -> Path | Item | Typeof | Query:
    if tree.data == "subquery":
        return _query(tree.children[0])
    if tree.data == "typeof":
        return _typeof(tree)
    expression, *alias = tree.children
    found = _expression(expression)
    return found if isinstance(found, Path) and not alias else Item(found, str(alias[0]) if alias else None)


def _typeof(tree: Branch) -> Typeof:
    path, *branches = _branches(tree.children)
    choices = tuple(
        (str(branch.children[0]), tuple(map(_path, branch.children[1:])))
        for branch in branches
        if branch.data == "when"
    )
    otherwise = [tuple(map(_path, branch.children)) for branch in branches if branch.data == "otherwise"]
    return Typeof(_path(path), choices, otherwise[0] if otherwise else None)


def _literal(token: Branch | Token) -> Literal:
    assert isinstance(token, Token)
    return Literal(token.type, str(token), token.start_pos or 0)


def _condition(node: Branch | Token) -> Condition:
    assert isinstance(node, Tree)
    match node.data:
        case "compare":
            left, operator, value = node.children
            return Compare(_expression(left), "!=" if operator == "<>" else str(operator), _literal(value))
        case "like":
            return Compare(_expression(node.children[0]), "LIKE", _literal(node.children[1]))
        case "within" | "not_within":
            left, listed = node.children
            assert isinstance(listed, Tree)
            values = _query(listed.children[0]) if listed.data == "subquery" else tuple(map(_literal, listed.children))
            return Within(_expression(left), node.data == "not_within", values)
        case "includes" | "excludes":
            left, listed = node.children
            assert isinstance(listed, Tree)
            return Includes(_expression(left), node.data == "excludes", tuple(map(_literal, listed.children)))
        case "negation":
            return Not(_condition(node.children[0]))
        case _:
            word = "AND" if node.data == "conjunction" else "OR"
            return Junction(word, tuple(map(_condition, node.children)))


def _ordering(tree: Branch) -> Ordering:
    words = [str(child).lower() for child in tree.children[1:]]
    return Ordering(_expression(tree.children[0]), "desc" in words, any(word.endswith("last") for word in words))
