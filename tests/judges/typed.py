"""Whether decoded JSON is what a type of the SDK's request parameters says: TypedDicts with aliases, unions, lists."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, ForwardRef, Literal, Required, Union, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict


def faults(value: Any, hint: Any, where: str = "$", only: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with `value`, a sentence each. `only`: the fields of the outermost TypedDict that belong to it."""
    hint, _ = _plain(_named(hint))
    origin = get_origin(hint)
    if is_typeddict(hint):
        return _object(value, hint, where, only)
    if origin in (Union, UnionType):
        return _any_of(value, get_args(hint), where)
    if origin is Literal:
        return [] if value in get_args(hint) else [f"{where}: {value!r} is none of {get_args(hint)}"]
    if origin in (list, Iterable, Sequence) or getattr(origin, "__name__", "") == "SequenceNotStr":
        if not isinstance(value, list):
            return [f"{where}: {type(value).__name__} instead of a list"]
        return [each for item in value for each in faults(item, get_args(hint)[0], f"{where}[]")]
    if origin in (dict, Mapping):
        if not isinstance(value, dict):
            return [f"{where}: {type(value).__name__} instead of an object"]
        return [each for name, item in value.items() for each in faults(item, get_args(hint)[1], f"{where}.{name}")]
    return [] if _is(value, hint) else [f"{where}: {type(value).__name__} instead of {getattr(hint, '__name__', hint)}"]


def _named(hint: Any) -> Any:
    """A model of the CRM that another names before it is there (filter branches hold filter branches)."""
    hint = getattr(hint, "__value__", hint)
    if not isinstance(hint, (str, ForwardRef)):
        return hint
    name = hint if isinstance(hint, str) else hint.__forward_arg__
    place = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    return getattr(import_module(f"hubspot_sdk.types.crm.{place}"), name)


def _is(value: Any, hint: Any) -> bool:
    if hint is object or hint is Any:
        return True
    if hint in (datetime, date):
        return isinstance(value, (str, int))
    if hint is NoneType:
        return value is None
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _any_of(value: Any, kinds: tuple[Any, ...], where: str) -> list[str]:
    tried = [faults(value, kind, where) for kind in kinds if kind is not NoneType or value is None]
    return min(tried, key=len) if tried else [f"{where}: nothing fits"]


def _object(value: Any, hint: Any, where: str, only: tuple[str, ...]) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {type(value).__name__} instead of an object"]
    known = {alias: kind for alias, (name, kind, _) in fields(hint).items() if not only or name in only}
    needed = [alias for alias, (name, _, must) in fields(hint).items() if must and (not only or name in only)]
    found = [f"{where}: {name} is missing" for name in needed if name not in value]
    found += [f"{where}: {name} is unknown" for name in value if name not in known]
    for name, item in value.items():
        if name in known:
            found += faults(item, known[name], f"{where}.{name}")
    return found


@cache
def fields(hint: Any) -> dict[str, tuple[str, Any, bool]]:
    """By the name on the wire: the name in Python, the type, and whether it must be there. None has no fields."""
    described: dict[str, tuple[str, Any, bool]] = {}
    if hint is None:
        return described
    for name, kind in get_type_hints(hint, vars(sys.modules[hint.__module__]), include_extras=True).items():
        required = get_origin(kind) is Required or name in hint.__required_keys__
        plain, alias = _plain(kind)
        described[alias or name] = (name, plain, required)
    return described


def _plain(hint: Any) -> tuple[Any, str | None]:
    """A type without Required and Annotated, and the alias that these carried."""
    alias = None
    while True:
        if get_origin(hint) is Required:
            hint = get_args(hint)[0]
        elif hasattr(hint, "__metadata__"):
            alias = next((each.alias for each in hint.__metadata__ if getattr(each, "alias", None)), alias)
            hint = hint.__origin__
        else:
            return hint, alias
