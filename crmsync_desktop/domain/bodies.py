"""A text that HubSpot holds as rich text and Salesforce as plain text: the bodies of activities, and any such property (A1);
and the plain texts of activities, of which HubSpot takes more than Salesforce. Pure.

Salesforce's text is what HubSpot's reads as; the formatting stays where it is for as long as nobody edits the text in
Salesforce. A body that is too long for Salesforce is cut off there, and says so; the whole stays in HubSpot, and what is
edited in the cut text doesn't come back. Whatever the rule, HubSpot's edits of it travel: Salesforce has nothing of its own there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Side
from crmsync_desktop.domain.rich_text import enriched, reduced, same_text

CUT_OFF: Final = "… (cut off; the whole text is in HubSpot)"
MORE: Final = "…"
"""Ends a subject that was cut off: it has no room for more."""
EDITED_WHERE_CUT: Final = "TEXT_CUT_OFF"


class Body(msgspec.Struct, frozen=True):
    """Implements translation.BesideTranslation for the column at `place`. `limit`: characters after which Salesforce's text
    is cut off; None where it isn't, and a longer text is refused instead."""

    place: int
    limit: int | None = None

    @property
    def waits(self) -> bool:
        return False

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        """The plain text; the target's own where that says the same."""
        text = self._text(cell)
        current = target[self.place] or "" if target else ""
        return (current if same_text(current, text) else text) or None

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        """HTML; the target's own where that reads the same. UNSEEN for the rest of a text that was cut off."""
        current = target[self.place] or "" if target else ""
        if same_text(cell, self._text(current)):
            return current or None
        if cell and current and (cell.endswith(CUT_OFF) or self._text(current).endswith(CUT_OFF)):
            return UNSEEN
        return enriched(cell) or None

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        return same_text(salesforce[self.place] or "", self._text(hubspot[self.place] or ""))

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        return _stays_cut()

    def _text(self, rich: str) -> str:
        text = reduced(rich) if rich else ""
        return text if self.limit is None else cut(text, self.limit)


class Line(msgspec.Struct, frozen=True):
    """Implements translation.BesideTranslation for the column at `place`: a plain text of an activity (a subject, a place), of
    which Salesforce takes `limit` characters. A longer one is cut off there; it is better than none."""

    place: int
    limit: int

    @property
    def waits(self) -> bool:
        return False

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        return self._shortened(cell) or None

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        """The text; the target's own where that begins so. UNSEEN for the rest of a text that was cut off."""
        current = target[self.place] or "" if target else ""
        if cell == self._shortened(current):
            return current or None
        if cell and current and (self._is_cut(cell) or not _fits(current, self.limit)):
            return UNSEEN
        return cell or None

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        return (salesforce[self.place] or "") == self._shortened(hubspot[self.place] or "")

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        return _stays_cut()

    def _shortened(self, text: str) -> str:
        if _fits(text, self.limit):
            return text
        return _head(text, self.limit - len(MORE)) + MORE

    def _is_cut(self, cell: str) -> bool:
        return cell.endswith(MORE) and _length(cell) >= self.limit - 1


def is_cut_where_it_came(translation: Any, there: Cell) -> bool:
    """Whether a Salesforce text is what is left of one of HubSpot's. `there`: as the column reads it."""
    return there is UNSEEN and isinstance(translation, (Body, Line))


def _stays_cut() -> Fault:
    message = (
        "The text is too long for Salesforce, which has its beginning; an edit of that doesn't come to HubSpot, where "
        "the whole text stays as it is. Edit it there."
    )
    return Fault(Category.PROPERTY_VALUES, EDITED_WHERE_CUT, message)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters of a text, as Salesforce counts them (UTF-16): cut between two words, with a last line that
    says so."""
    if _fits(text, limit):
        return text
    room = limit - len(CUT_OFF) - 1
    head = _head(text, room)
    if not text[len(head)].isspace():
        words = head.rsplit(maxsplit=1)
        head = words[0] if len(words) > 1 else head
    return f"{head.rstrip()}\n{CUT_OFF}"


def _head(text: str, room: int) -> str:
    """The first `room` characters, as Salesforce counts them, without half a pair of surrogates."""
    return text.encode("utf-16-le", "surrogatepass")[: room * 2].decode("utf-16-le", "ignore")


def _fits(text: str, limit: int) -> bool:
    return 2 * len(text) <= limit or _length(text) <= limit


def _length(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
