"""Fields that somebody's automation changes back each time that they are written (semantics 3: flapping).

A rule with a master puts its value back whatever the other side holds; where a trigger or workflow over there does the same,
the two would go on for ever. So they would with a two-way field whose systems each insist on a value of their own. Either
way the same value is written to the same field again and again, and nothing else in between: after a few times in short
order the field is left alone and reported. The journal is the memory of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from crmsync_desktop.domain.records import Category, Cell, Fault, Side, Value

MOST: Final = 3
"""How often the same value is written to a field before the field is left alone."""
SECONDS: Final = 3_600.0
"""Within which time."""


class Stroke(msgspec.Struct, frozen=True, array_like=True):
    """A value that was written to a field of a link's record on one side, and the one that it replaced."""

    link: int
    side: Side
    property: str
    value: Value
    old: Cell = None


class Flaps:
    """`lately`: what was written within SECONDS, oldest first. `links`: those that have a field that may be frozen."""

    def __init__(self, lately: Iterable[Stroke] = ()) -> None:
        self._in_a_row: dict[tuple[int, Side, str], tuple[Value, int]] = {}
        self._replaced: dict[tuple[int, Side, str], set[Cell]] = {}
        for stroke in lately:
            field = (stroke.link, stroke.side, stroke.property)
            value, times = self._in_a_row.get(field, (stroke.value, 0))
            self._in_a_row[field] = (stroke.value, times + 1 if value == stroke.value else 1)
            self._replaced.setdefault(field, set()).add(stroke.old)
        self.links = {link for (link, _, _), (_, times) in self._in_a_row.items() if times >= MOST}
        self._mended: set[tuple[int, Side, str]] = set()

    def frozen(self, link: int, side: Side, property: str, value: Value) -> bool:
        """Whether this value was written to the field often enough, and stayed as little each time."""
        field = (link, side, property)
        written, times = self._in_a_row.get(field, (None, 0))
        return times >= MOST and written == value and field not in self._mended

    def edited_by_person(self, link: int, side: Side, property: str, value: Cell) -> None:
        """A person set the field to `value` since. If it isn't what was replaced each time, they may have made an end of it."""
        field = (link, side, property)
        if value not in self._replaced.get(field, ()):
            self._mended.add(field)


def fault_of(side: Side, property: str, label: str, wanted: Value, found: Cell) -> Fault:
    """What a person is told of a field that is left alone."""
    message = (
        f"{label} was set to {_shown(wanted)} {MOST} times within an hour, and {side.label} made {_shown(found)} of it "
        "each time. It is left alone."
    )
    return Fault(Category.CUSTOM_CODE, "FLAPPING", message, (property,))


def _shown(value: Cell) -> str:
    return f"“{value}”" if value else "blank"
