"""Texts with placeholders, which a HubSpot record's values fill in: “Call {firstname} {lastname}”. Pure.

A brace that is meant is written twice. Beside the record's properties there are {record.url}, {record.id} and {record.name}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter
from typing import Final

from crmsync_desktop.domain.errors import SetupError

OF_RECORD: Final = ("record.url", "record.id", "record.name")
_PROPERTY: Final = re.compile(r"[a-z][a-z0-9_]*")
_HINT: Final = (
    "A placeholder is a HubSpot property's internal name in braces: {firstname}. For a brace, write it twice: {{."
)
LONGEST_SUBJECT: Final = 255
"""Characters of a Salesforce task's subject (object reference, Task)."""
LONGEST_DESCRIPTION: Final = 32_000
"""Characters of a Salesforce task's comments (object reference, Task)."""


def placeholders(text: str) -> tuple[str, ...]:
    """Their names, each once. Raises SetupError for a text that can't be read."""
    return tuple(dict.fromkeys(name for _, name in _parts(text) if name))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with these values; a placeholder without one is blank. Raises SetupError as `placeholders` does."""
    return "".join(f"{literal}{values.get(name, '') if name else ''}" for literal, name in _parts(text))


def one_line(text: str, longest: int = LONGEST_SUBJECT) -> str:
    """A text without line ends and doubled spaces, cut off with an ellipsis where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def with_marker(text: str, marker: str, longest: int = LONGEST_DESCRIPTION) -> str:
    """The text with the marker as its last line, cut off where both are too long."""
    body = text.strip()
    room = longest - len(marker) - 3
    body = body if len(body) <= room else f"{body[:room].rstrip()}…"
    return f"{body}\n\n{marker}" if body else marker


def _parts(text: str) -> list[tuple[str, str]]:
    """(literal, name of the placeholder behind it or "")."""
    try:
        found = list(Formatter().parse(text))
    except ValueError as error:
        raise SetupError("A brace in this text has no counterpart.", str(error), _HINT) from None
    parts: list[tuple[str, str]] = []
    for literal, name, form, conversion in found:
        if name is not None and (form or conversion or not (name in OF_RECORD or _PROPERTY.fullmatch(name))):
            raise SetupError(f"“{{{name}}}” isn't a placeholder.", "", _HINT)
        parts.append((literal, name or ""))
    return parts
