"""A line of the admin API's table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crmsync_desktop.practice.admin.given import Given
from crmsync_desktop.practice.reach import Practice

Act = Callable[[Practice, Given], object]


@dataclass(frozen=True, slots=True)
class Line:
    """`allowed`: the names that the query or the body may have, None where whoever acts knows them itself."""

    verb: str
    path: str
    act: Act
    allowed: frozenset[str] | None


def line(verb: str, path: str, act: Act, *allowed: str) -> Line:
    return Line(verb, path, act, frozenset(allowed))


def open_line(verb: str, path: str, act: Act) -> Line:
    """One whose body is checked by what it sets."""
    return Line(verb, path, act, None)
