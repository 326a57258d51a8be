"""Frozen dataclasses to JSON and back, strictly: what a setup file gets wrong is said in one sentence."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Struct = TypeVar("Struct")


def to_json(value: Any) -> Any:
    """A dataclass as a JSON object; fields that keep their default are left out, so that a file stays short."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            item.name: to_json(getattr(value, item.name))
            for item in dataclasses.fields(value)
            if item.default is dataclasses.MISSING or getattr(value, item.name) != item.default
        }
    if isinstance(value, (tuple, list)):
        return [to_json(entry) for entry in value]
    return value


def from_json(struct: type[Struct], given: object, where: str = "The setup") -> Struct:
    """The dataclass that a JSON object describes. Raises ValueError: unknown keys, wrong types or choices, keys
    missing; the sentence begins with `where`."""
    if not isinstance(given, Mapping):
        raise ValueError(f"{where} must be a JSON object.")
    hints = get_type_hints(struct)
    known = {item.name: item for item in dataclasses.fields(struct)}  # type: ignore[arg-type]
    for key in given:
        if key not in known:
            raise ValueError(f"{where} knows no {key}; it has {', '.join(known)}.")
    for name, item in known.items():
        if item.default is dataclasses.MISSING and name not in given:
            raise ValueError(f"{where} lacks {name}.")
    return struct(**{name: _value(hints[name], value, f"{where}'s {name}") for name, value in given.items()})


def _value(hint: Any, given: Any, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        if given not in arguments or isinstance(given, bool):
            raise ValueError(f"{where} must be one of {', '.join(map(str, arguments))}, not {given!r}.")
        return given
    if origin is tuple:
        if not isinstance(given, (list, tuple)):
            raise ValueError(f"{where} must be a list.")
        return tuple(_value(arguments[0], entry, f"{where}[{index}]") for index, entry in enumerate(given))
    if origin in (Union, UnionType):
        if given is None and type(None) in arguments:
            return None
        plain = [choice for choice in arguments if choice is not type(None)]
        if type(given) in plain:
            return given
        return _value(float if type(given) is int and float in plain else plain[0], given, where)
    if dataclasses.is_dataclass(hint):
        return given if isinstance(given, hint) else from_json(hint, given, where)  # type: ignore[arg-type]
    if hint is float and type(given) is int:
        return float(given)
    if type(given) is not hint:
        kinds = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}
        raise ValueError(f"{where} must be {kinds[hint]}, not {given!r}.")
    return given
