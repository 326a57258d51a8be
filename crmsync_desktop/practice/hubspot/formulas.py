"""Formulas of calculated properties: arithmetic, comparisons, text and the functions that HubSpot's guide lists first.

Source: the calculation property syntax in HubSpot's properties guide (operators + - * / and comparisons; and, or, not;
`if … then … else …`; max, min, round, concatenate, upper, lower, is_known).
Unverified: a formula over a property without a value has no value itself.
Unverified: a formula that can't be read is refused with 400 when the property is defined.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crmsync_desktop.practice.hubspot.refusals import invalid

_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "max": max, "min": min, "round": round, "upper": str.upper, "lower": str.lower,
    "concatenate": lambda *parts: "".join(_text(part) for part in parts),
}  # fmt: skip
_CONDITIONAL = re.compile(r"^\s*if\s+(.+?)\s+then\s+(.+?)\s+else\s+(.+?)(?:\s+endif)?\s*$", re.DOTALL)


class _Unset(Exception):
    """A property that the formula needs has no value."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read. `names`: the properties it uses."""

    tree: ast.expr
    names: frozenset[str]

    @classmethod
    @lru_cache(maxsize=512)
    def parse(cls, text: str) -> Formula:
        """Raises a 400 Refusal."""
        written = text
        if conditional := _CONDITIONAL.match(written):
            written = "({1}) if ({0}) else ({2})".format(*conditional.groups())
        written = re.sub(r"(?<![<>!=])=(?!=)", "==", written)
        try:
            tree = ast.parse(written.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError):
            raise invalid(f"The calculation formula can't be read: {text}") from None
        names = frozenset(_names(tree, text))
        return cls(tree, names)

    def value(self, held: Mapping[str, str], types: Mapping[str, str]) -> str:
        """What the formula makes of a record's values, "" for nothing. `types`: the property types by name."""
        try:
            return _text(_evaluate(self.tree, held, types))
        except (_Unset, ZeroDivisionError, TypeError, ValueError, OverflowError):
            return ""


def _names(tree: ast.expr, text: str) -> set[str]:
    functions = {
        node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    allowed = (
        ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.IfExp, ast.Name, ast.Constant, ast.Load, ast.And,
        ast.Or, ast.Not, ast.USub, *_BINARY,
    )  # fmt: skip
    if functions - set(_FUNCTIONS) - {"is_known"} or any(not isinstance(node, allowed) for node in ast.walk(tree)):
        raise invalid(f"The calculation formula can't be read: {text}")
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - functions - {"true", "false"}


def _evaluate(node: ast.expr, held: Mapping[str, str], types: Mapping[str, str]) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return _property(node.id, held, types)
    if isinstance(node, ast.IfExp):
        chosen = node.body if _evaluate(node.test, held, types) else node.orelse
        return _evaluate(chosen, held, types)
    if isinstance(node, ast.UnaryOp):
        value = _evaluate(node.operand, held, types)
        return not value if isinstance(node.op, ast.Not) else -value
    if isinstance(node, ast.BoolOp):
        values = (_evaluate(each, held, types) for each in node.values)
        return all(values) if isinstance(node.op, ast.And) else any(values)
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)](_evaluate(node.left, held, types), _evaluate(node.right, held, types))
    if isinstance(node, ast.Compare):
        left, right = _evaluate(node.left, held, types), _evaluate(node.comparators[0], held, types)
        return _BINARY[type(node.ops[0])](left, right)
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    if node.func.id == "is_known":
        return all(isinstance(each, ast.Name) and bool(held.get(each.id)) for each in node.args)
    return _FUNCTIONS[node.func.id](*(_evaluate(each, held, types) for each in node.args))


def _property(name: str, held: Mapping[str, str], types: Mapping[str, str]) -> Any:
    if name in ("true", "false"):
        return name == "true"
    text = held.get(name, "")
    if not text:
        raise _Unset
    return float(text) if types.get(name) == "number" else text == "true" if types.get(name) == "bool" else text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
