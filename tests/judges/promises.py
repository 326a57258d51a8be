"""What HubSpot's SDK promises of every route of the 2026-03 paths, read from the SDK's own source.

Each method of its resources names a path, the model that it casts the answer to, and the parameters of body and query.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any

import hubspot_sdk.resources.account
import hubspot_sdk.resources.crm

VERSION = "2026-03"
_VERBS = {"_get": "GET", "_get_api_list": "GET", "_post": "POST", "_put": "PUT", "_patch": "PATCH", "_delete": "DELETE"}
_OLDER = (
    (re.compile(r"^/crm/(objects|associations|properties|owners|pipelines|lists|object-schemas)/2026-09"), r"/crm/\1/2026-03"),
    (re.compile(r"^/crm/v3/(objects|properties|owners|pipelines|lists)"), r"/crm/\1/2026-03"),
    (re.compile(r"^/crm/v4/(objects|associations)"), r"/crm/\1/2026-03"),
    (re.compile(r"^/crm/v3/schemas"), "/crm/object-schemas/2026-03"),
    (re.compile(r"^/account-info/(v3|2026-09)"), "/account-info/2026-03"),
)  # fmt: skip


@dataclass(frozen=True)
class Promise:
    """`answer`: the type of a 2xx body, None for none. `body` and `query`: TypedDicts, with the names used of each."""

    method: str
    template: str
    answer: Any
    body: Any = None
    body_names: tuple[str, ...] = ()
    query: Any = None
    query_names: tuple[str, ...] = ()
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        parts = re.split(r"\{\w+\}", self.template)
        object.__setattr__(self, "pattern", re.compile("[^/]+".join(re.escape(part) for part in parts)))


@cache
def promises() -> tuple[Promise, ...]:
    """Those with the fewest parameters in their path first, so that a literal route wins over one with a parameter."""
    found = {}
    for package in (hubspot_sdk.resources.crm, hubspot_sdk.resources.account):
        for module in _modules(package):
            for promise in _of(module):
                found[promise.method, promise.template] = promise
    return tuple(sorted(found.values(), key=lambda each: (each.template.count("{"), each.template)))


@cache
def promise_for(method: str, path: str) -> Promise | None:
    """What is promised of a request; numbered and newer paths are held to the same as 2026-03."""
    for older, newer in _OLDER:
        path = older.sub(newer, path)
    return next((each for each in promises() if each.method == method and each.pattern.fullmatch(path)), None)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(info.name)


def _of(module: ModuleType) -> Iterator[Promise]:
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("Async") and node.name.endswith("Resource"):
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _VERBS:
                    yield _promise(module, call, _VERBS[call.func.attr])


def _promise(module: ModuleType, call: ast.Call, method: str) -> Promise:
    named = {each.arg: each.value for each in call.keywords if each.arg}
    path = call.args[0]
    if isinstance(path, ast.Call):
        path = path.args[0]
    assert isinstance(path, ast.Constant)
    answer = _value(module, named.get("page") or named["cast_to"])
    body, body_names = _parameters(module, named.get("body"))
    options = named.get("options")
    inner = {each.arg: each.value for each in options.keywords} if isinstance(options, ast.Call) else {}
    query, query_names = _parameters(module, inner.get("query"))
    given = None if answer is type(None) else answer
    return Promise(method, str(path.value), given, body, body_names, query, query_names)


def _parameters(module: ModuleType, node: ast.expr | None) -> tuple[Any, tuple[str, ...]]:
    """The type and the names of `maybe_transform({"name": …}, params.Params)`; of a plain body, its type alone."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "maybe_transform":
        return None, ()
    names: tuple[str, ...] = ()
    if isinstance(node.args[0], ast.Dict):
        names = tuple(key.value for key in node.args[0].keys if isinstance(key, ast.Constant))  # type: ignore[misc]
    return _value(module, node.args[1]), names


def _value(module: ModuleType, node: ast.expr) -> Any:
    """What a type expression of the SDK's source stands for. `cast(Any, X)` is X."""
    if isinstance(node, ast.Call):
        return _value(module, node.args[-1])
    return eval(compile(ast.Expression(node), module.__name__, "eval"), dict(vars(module)))
