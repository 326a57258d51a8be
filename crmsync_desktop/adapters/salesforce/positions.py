"""Where a read of chosen records stands: opaque to the engine, JSON inside."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from crmsync_desktop.adapters.salesforce.ids import is_id
from crmsync_desktop.domain.errors import BugError
from crmsync_desktop.domain.selection import Way

_LOCATOR: Final = re.compile(r"[\w.=+/-]{0,1000}", re.ASCII)


class Position(msgspec.Struct, omit_defaults=True):
    """`given`: records given out so far. By pages: `after` is the id of the last one. By a job: its id, whether it is
    `done`, how many rows its results have, the page that is being given out (`locator`, of `size` rows asked for), how many
    of its rows were given out (`row`), and how many jobs died before it (`died`)."""

    way: Way
    given: int = 0
    after: str = ""
    job: str = ""
    done: bool = False
    rows: int = 0
    locator: str = ""
    size: int = 0
    row: int = 0
    died: int = 0

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


class ListPosition(msgspec.Struct):
    """`next`: the number of the first entry, of `length`, that hasn't been asked for."""

    next: int
    length: int

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


def load(text: str) -> Position:
    """Raises BugError for a text that isn't one of ours."""
    try:
        found = msgspec.json.decode(text, type=Position)
    except msgspec.MsgspecError as error:
        raise _unreadable(f"{text!r}: {error}") from None
    ids = [each for each in (found.after, found.job) if each]
    if not all(map(is_id, ids)) or not _LOCATOR.fullmatch(found.locator):
        raise _unreadable(repr(text))
    return found


def load_list(text: str | None, length: int) -> ListPosition:
    """As `load`; None begins. `length`: of the list that is read, which must be the one that the position is of."""
    try:
        found = ListPosition(0, length) if text is None else msgspec.json.decode(text, type=ListPosition)
    except msgspec.MsgspecError as error:
        raise _unreadable(f"{text!r}: {error}") from None
    if found.length != length or not 0 <= found.next <= length:
        raise _unreadable(f"{text!r} of a list of {length}")
    return found


def _unreadable(detail: str) -> BugError:
    return BugError("A stored position in a read of Salesforce can't be read.", detail)
