"""JSON objects of a request, read as strictly as the API reads them: known keys, each of its type.

Unverified: a number or a truth value where a text belongs is taken as that text, as HubSpot's JSON reader does by default.
Unverified: an object or a list where a text belongs is a 400 of the JSON reader for the whole request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from crmsync_desktop.practice.hubspot.refusals import invalid_json, wrong_shape
from crmsync_desktop.practice.hubspot.values import as_text

Kind: TypeAlias = Literal["text", "flag", "whole", "texts", "object", "objects", "any"]
Shape: TypeAlias = Mapping[str, Kind]
"""What each key of an object may hold."""
MOST_NESTED = 100
"""How deep what is kept as it came may go; the JSON reader takes more, and its writer less."""


def read(given: object, shape: Shape) -> dict[str, Any]:
    """The object with its values by key, texts as text, and without those that are null. Raises a 400 Refusal."""
    if not isinstance(given, dict):
        raise wrong_shape("an object", given)
    if unknown := sorted(set(given) - set(shape)):
        known = ", ".join(f'"{name}"' for name in sorted(shape))
        raise invalid_json(f'Unrecognized field "{unknown[0]}", not marked as ignorable (known: {known})')
    values = {}
    for name, value in given.items():
        if value is None:
            continue
        fits, words = _FITTING[shape[name]]
        if not fits(value):
            raise invalid_json(f"{name} must be {words}")
        if shape[name] in ("object", "objects", "any"):
            _refuse_deep(value, MOST_NESTED)
        kind = shape[name]
        values[name] = (
            as_text(value) if kind == "text" else [as_text(each) for each in value] if kind == "texts" else value
        )
    return values


def shape_of(texts: str = "", *, flags: str = "", others: Shape | None = None) -> dict[str, Kind]:
    """A shape from the names of its texts and flags, with spaces between them."""
    shape: dict[str, Kind] = dict.fromkeys(texts.split(), "text")
    shape |= dict.fromkeys(flags.split(), "flag")
    return {**shape, **(others or {})}


def text(value: object) -> str:
    """Raises a 400 Refusal for an object or a list."""
    if isinstance(value, (dict, list)):
        raise wrong_shape("a text", value)
    return as_text(value)


def texts(value: object) -> list[str]:
    """Raises a 400 Refusal for anything but a list of texts."""
    if not isinstance(value, list) or None in value:
        raise wrong_shape("a list of texts", value)
    return [text(each) for each in value]


def _scalar(value: object) -> bool:
    return not isinstance(value, (dict, list))


def _list_of(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(fits, value))


def _refuse_deep(value: object, left: int) -> None:
    if left == 0:
        raise invalid_json("Document nesting depth exceeds the maximum allowed")
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_deep(each, left - 1)


_FITTING: dict[Kind, tuple[Callable[[object], bool], str]] = {
    "text": (_scalar, "a text"),
    "flag": (lambda value: isinstance(value, bool), "true or false"),
    "whole": (lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number"),
    "texts": (_list_of(lambda value: value is not None and _scalar(value)), "a list of texts"),
    "object": (lambda value: isinstance(value, dict), "an object"),
    "objects": (_list_of(lambda value: isinstance(value, dict)), "a list of objects"),
    "any": (lambda value: True, "anything"),
}
