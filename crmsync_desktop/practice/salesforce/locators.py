"""Query locators: what a query found, in order, for the pages after the first.

A locator keeps the numbers of the records; their values are read when a page is fetched. The numbers are listed when the
second page is asked for, or before anything is written, whichever comes first: until then a large result costs no more
than its first page and its count. It lives two days, and of one
user ten at a time: the eleventh closes the oldest (SOAP API Developer Guide, QueryLocator).

Unverified: what is written between two pages neither adds records to the result nor takes any away, but the pages show
the new values.

Unverified: a locator doesn't outlive a restart of the server.

Unverified: a locator of another user is answered as an unknown one.
"""

from __future__ import annotations

import re
import secrets
from array import array
from collections.abc import Callable
from dataclasses import dataclass

from .errors import ApiError
from .ids import DIGITS
from .soql_compiler import Compiled

LIFE_SECONDS = 2 * 86_400
OPEN_PER_USER = 10
_PREFIX = "0r8"
"""As in the help article "INVALID_QUERY_LOCATOR Salesforce Error" (000384958)."""


Lister = Callable[[], "array[int]"]


@dataclass
class Locator:
    """`listed` is empty until `numbers` was called, which lists `total` numbers."""

    name: str
    user_id: str
    compiled: Compiled
    total: int
    made: float
    lister: Lister
    listed: array[int] | None = None

    def numbers(self) -> array[int]:
        if self.listed is None:
            self.listed = self.lister()
        return self.listed


class Locators:
    """`now` gives seconds since the epoch."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._open: dict[str, Locator] = {}

    def settle(self) -> None:
        """List what was found by those that haven't yet: something is about to be written."""
        for locator in self._open.values():
            locator.numbers()

    def open(self, user_id: str, compiled: Compiled, total: int, lister: Lister) -> Locator:
        # By chance, since a name must not come again after a restart, when another query would answer to it.
        name = _PREFIX + "".join(secrets.choice(DIGITS) for _ in range(15))
        made = Locator(name, user_id, compiled, total, self._now(), lister)
        # The one that was used longest ago comes first.
        mine = [name for name, other in self._open.items() if other.user_id == user_id]
        for name in mine[: max(0, len(mine) - OPEN_PER_USER + 1)]:
            del self._open[name]
        self._open[made.name] = made
        return made

    def find(self, text: str, user_id: str) -> tuple[Locator, int]:
        """The locator and where its next page begins, of `NAME-START`. Raises ApiError 400 INVALID_QUERY_LOCATOR."""
        name, _, start = text.rpartition("-")
        found = self._open.get(name)
        if found is not None and self._now() - found.made > LIFE_SECONDS:
            del self._open[name]
            found = None
        known = found is not None and re.fullmatch(r"[0-9]{1,18}", start) is not None
        if found is None or not known or found.user_id != user_id or int(start) >= found.total:
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return found, int(start)
