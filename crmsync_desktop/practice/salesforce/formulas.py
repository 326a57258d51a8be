"""Formula fields: Salesforce's formula language, as much as a practice org needs of it, compiled to SQL.

A formula is worked out when it is read, so that it follows the records that it looks at (also those above: `Account.Name`)
and never moves the stamps of its own record. Known are texts, numbers, fields, `+ - * / & = == != <> < <= > >= && ||` and
the functions of `_FUNCTIONS`. A blank number counts as 0, and a blank text as an empty one.

Unverified: a division by zero in a formula field comes out of the API as null.
"""

# ruff: noqa: S608  (identifiers come from our own schema, texts are quoted)

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from .schema import NUMBER_TYPES, Field, SObject

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'"""
    r"""|(?P<name>[A-Za-z][\w.]*)|(?P<sign><>|<=|>=|==|!=|&&|\|\||[-+*/&=<>(),!]))"""
)
_LEVELS = (("||",), ("&&",), ("=", "==", "<>", "!=", "<", "<=", ">", ">="), ("+", "-", "&"), ("*", "/"))
_SQL = {"||": "OR", "&&": "AND", "==": "=", "!=": "<>", "&": "||"}


class Part(NamedTuple):
    """A piece of SQL and what it gives: text, number, boolean, date or datetime."""

    sql: str
    kind: str


class FormulaError(ValueError):
    """A formula that can't be read; the text is a sentence without its end."""


def compiled(formula: str, sobject: SObject, schema: Mapping[str, SObject], wanted: str) -> str:
    """The formula in SQL, with `{t}` for the alias of `sobject`'s table. Raises FormulaError; `wanted` is the type of
    the formula field."""
    part = _Parser(formula, sobject, schema).parse()
    kind = _kind(wanted)
    if part.kind != kind:
        raise FormulaError(f"it gives a {part.kind}, not a {kind}")
    return f"nullif({part.sql}, '')" if kind == "text" else part.sql


def _kind(type_name: str) -> str:
    if type_name in NUMBER_TYPES:
        return "number"
    return type_name if type_name in ("boolean", "date", "datetime") else "text"


class _Parser:
    def __init__(self, text: str, sobject: SObject, schema: Mapping[str, SObject]) -> None:
        self._schema = schema
        self._sobject = sobject
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                raise FormulaError(f"{text[at:].strip()[:20]} can't be read")
            kind = str(match.lastgroup)
            self._tokens.append((kind, match[kind]))
            at = match.end()
        self._at = 0

    def parse(self) -> Part:
        part = self._binary(0)
        if self._at < len(self._tokens):
            raise FormulaError(f"{self._tokens[self._at][1]} is not expected")
        return part

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) and self._tokens[self._at][0] == "sign" else ""

    def _take(self, sign: str) -> None:
        if self._peek() != sign:
            raise FormulaError(f"{sign} is missing")
        self._at += 1

    def _binary(self, level: int) -> Part:
        if level == len(_LEVELS):
            return self._single()
        left = self._binary(level + 1)
        while (sign := self._peek()) in _LEVELS[level]:
            self._at += 1
            left = _joined(sign, left, self._binary(level + 1))
        return left

    def _single(self) -> Part:
        if self._peek() in ("-", "!", "("):
            sign = self._peek()
            self._at += 1
            part = self._binary(0) if sign == "(" else self._single()
            if sign == "(":
                self._take(")")
                return part
            kind = "number" if sign == "-" else "boolean"
            return Part(f"({'-' if sign == '-' else 'NOT '}{_of(part, kind).sql})", kind)
        if self._at >= len(self._tokens):
            raise FormulaError("something is missing at its end")
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "number":
            return Part(text, "number")
        if kind in ("double", "single"):
            plain = re.sub(r"\\(.)", r"\1", text).replace("'", "''").replace("{t}", "{ t}")
            return Part(f"'{plain}'", "text")
        if kind == "name":
            return self._call(text.upper()) if self._peek() == "(" else self._named(text)
        raise FormulaError(f"{text} is not expected")

    def _call(self, name: str) -> Part:
        function = _FUNCTIONS.get(name)
        if function is None:
            raise FormulaError(f"there is no function {name}")
        self._take("(")
        parts: list[Part] = []
        while self._peek() != ")":
            if parts:
                self._take(",")
            parts.append(self._binary(0))
        self._take(")")
        try:
            return function(parts)
        except TypeError:
            raise FormulaError(f"{name} has {len(parts)} arguments") from None

    def _named(self, path: str) -> Part:
        if path.upper() in ("TRUE", "FALSE"):
            return Part(str(int(path.upper() == "TRUE")), "boolean")
        *parents, name = path.split(".")
        sobject, record = self._sobject, ""
        for depth, parent in enumerate(parents, 1):
            lookup = sobject.by_relationship.get(parent.lower())
            target = next((found for found in lookup.reference_to if found in self._schema), None) if lookup else None
            if lookup is None or target is None:
                raise FormulaError(f"{sobject.name} has no relationship {parent}")
            alias = "{t}" if depth == 1 else f"up{depth - 1}"
            record = _read(sobject, lookup, alias, record)
            sobject = self._schema[target]
        item = sobject.by_name.get(name.lower())
        if item is None or not item.stored:
            raise FormulaError(f"{sobject.name} has no field {name}")
        return _filled(_read(sobject, item, f"up{len(parents)}" if parents else "{t}", record), item)


def _read(sobject: SObject, item: Field, alias: str, record: str) -> str:
    """The SQL of a field of the record whose id `record` gives, or of the row itself."""
    column = item.column(alias)
    return f'(SELECT {column} FROM "{sobject.name}" {alias} WHERE {alias}.Id = {record})' if record else column


def _filled(sql: str, item: Field) -> Part:
    kind = _kind(item.type)
    blank = {"text": "''", "number": "0", "boolean": "0"}.get(kind)
    return Part(sql if blank is None else f"coalesce({sql}, {blank})", kind)


def _of(part: Part, kind: str) -> Part:
    if part.kind != kind:
        raise FormulaError(f"a {kind} is needed where there is a {part.kind}")
    return part


def _joined(sign: str, left: Part, right: Part) -> Part:
    if sign in ("&&", "||"):
        return Part(f"({_of(left, 'boolean').sql} {_SQL[sign]} {_of(right, 'boolean').sql})", "boolean")
    if sign == "&" or (sign == "+" and left.kind == "text"):
        return Part(f"({_of(left, 'text').sql} || {_of(right, 'text').sql})", "text")
    if sign in _LEVELS[2]:
        return Part(f"coalesce({left.sql} {_SQL.get(sign, sign)} {_of(right, left.kind).sql}, 0)", "boolean")
    if left.kind == "date" and sign in ("+", "-"):
        if sign == "-" and right.kind == "date":
            return Part(f"(julianday({left.sql}) - julianday({right.sql}))", "number")
        return Part(f"date({left.sql}, ({sign}{_of(right, 'number').sql}) || ' days')", "date")
    # Salesforce divides exactly; SQLite would divide two whole numbers to a whole number.
    whole = " * 1.0" if sign == "/" else ""
    return Part(f"({_of(left, 'number').sql}{whole} {sign} {_of(right, 'number').sql})", "number")


def _if(parts: list[Part]) -> Part:
    if len(parts) != 3:
        raise TypeError
    test, yes, no = parts
    return Part(f"CASE WHEN {_of(test, 'boolean').sql} THEN {yes.sql} ELSE {_of(no, yes.kind).sql} END", yes.kind)


def _all(word: str) -> Callable[[list[Part]], Part]:
    return lambda parts: Part(f"({f' {word} '.join(_of(part, 'boolean').sql for part in parts)})", "boolean")


def _plain(template: str, takes: str, gives: str) -> Callable[[list[Part]], Part]:
    count = len(set(re.findall(r"\{(\d)\}", template)))

    def call(parts: list[Part]) -> Part:
        if len(parts) != count:
            raise TypeError
        texts = [
            _of(part, kind).sql if kind != "any" else part.sql for part, kind in zip(parts, takes.split(), strict=True)
        ]
        found = template
        for index, text in enumerate(texts):
            found = found.replace(f"{{{index}}}", text)
        return Part(found, gives)

    return call


_FUNCTIONS: dict[str, Callable[[list[Part]], Part]] = {
    "IF": _if,
    "AND": _all("AND"),
    "OR": _all("OR"),
    "NOT": _plain("(NOT {0})", "boolean", "boolean"),
    "ISBLANK": _plain("(nullif({0}, '') IS NULL)", "any", "boolean"),
    "ISPICKVAL": _plain("({0} = {1})", "text text", "boolean"),
    "BLANKVALUE": _plain("coalesce(nullif({0}, ''), {1})", "text text", "text"),
    "TEXT": _plain("CAST({0} AS TEXT)", "any", "text"),
    "UPPER": _plain("upper({0})", "text", "text"),
    "LOWER": _plain("lower({0})", "text", "text"),
    "LEN": _plain("length({0})", "text", "number"),
    "LEFT": _plain("substr({0}, 1, {1})", "text number", "text"),
    "ROUND": _plain("round({0}, {1})", "number number", "number"),
    "YEAR": _plain("CAST(substr({0}, 1, 4) AS INTEGER)", "date", "number"),
    "MONTH": _plain("CAST(substr({0}, 6, 2) AS INTEGER)", "date", "number"),
    "DATEVALUE": _plain("substr({0}, 1, 10)", "datetime", "date"),
    "TODAY": lambda parts: Part("practice_today()", "date"),
}
