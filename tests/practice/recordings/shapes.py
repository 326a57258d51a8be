"""Whether an answer of ours looks like a recorded one: the same keys and JSON types everywhere, whatever the values.

A list's entries are taken together: what the recorded entries have between them is what ours may have.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Shape:
    """What was seen in one place: JSON kinds, the keys of objects (`always`: in each of them) and a list's entries."""

    kinds: set[str] = field(default_factory=set)
    keys: dict[str, Shape] = field(default_factory=dict)
    always: set[str] | None = None
    entries: Shape | None = None

    def see(self, value: Any) -> Shape:
        """Take one more value into account."""
        self.kinds.add(kind(value))
        if isinstance(value, dict):
            self.always = set(value) if self.always is None else self.always & set(value)
            for name, inner in value.items():
                self.keys.setdefault(name, Shape()).see(inner)
        elif isinstance(value, list):
            self.entries = self.entries or Shape()
            for inner in value:
                self.entries.see(inner)
        return self


def kind(value: Any) -> str:
    """A number is a number: a whole one may be written either way."""
    if value is None:
        return "null"
    names = {bool: "true or false", int: "number", float: "number", str: "text", dict: "object", list: "list"}
    return names[type(value)]


def differences(recorded: Shape, ours: Any, where: str = "$") -> list[str]:
    """What is not as recorded, a sentence each; empty where ours fits."""
    if not recorded.kinds:
        return []  # an empty list was recorded: nothing is known of its entries
    if kind(ours) not in recorded.kinds:
        return [f"{where}: {kind(ours)} instead of {' or '.join(sorted(recorded.kinds))}"]
    found: list[str] = []
    if isinstance(ours, dict) and recorded.keys:  # an object that was always empty tells nothing of what may be in it
        found += [f"{where}: {name} is missing" for name in sorted((recorded.always or set()) - set(ours))]
        found += [f"{where}: {name} was not recorded" for name in sorted(set(ours) - set(recorded.keys))]
        for name in sorted(set(ours) & set(recorded.keys)):
            found += differences(recorded.keys[name], ours[name], f"{where}.{name}")
    elif isinstance(ours, list) and recorded.entries is not None:
        for entry in ours:
            found += [each for each in differences(recorded.entries, entry, f"{where}[]") if each not in found]
    return found
