"""What a contract suite needs of the side that it runs on, and the words in which its scenarios are told."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from crmsync_desktop.domain.records import Observed
from crmsync_desktop.ports.crm import Crm, Page, Want
from tests.adapters.doubles import MemoryBudget

HOSTILE = (
    "o'brien@example.com",
    "x' OR Name != '",
    "back\\slash",
    "\\",
    "'",
    '"quoted"',
    "line\nbreak",
    "50%",
    "under_score",
    "@{part0.records[0].Id}",
    "ñandú@例え.jp",
    "a;b,c(d)",
    "",
    "   ",
    "x" * 5_000,
)
"""Values that must find what equals them and nothing else, and break nothing."""


class Workbench(Protocol):
    """One side for one test. What is not `crm` is done behind the adapter's back, as people in that system do it."""

    crm: Crm
    budget: MemoryBudget
    object: str
    text_field: str
    """A free text field that a create may have and that may be blanked."""
    email_field: str
    missing_id: str
    """Of the right form, and nobody's."""
    bad_values: Mapping[str, str]
    """Field values that this system refuses for the record that has them."""

    def fresh(self) -> dict[str, str]:
        """Values for a create that the system accepts, e-mail included, other ones at each call."""
        ...

    def insert(self, values: Mapping[str, str]) -> str: ...

    def edit(self, record_id: str, values: Mapping[str, str]) -> None: ...

    def delete(self, record_id: str) -> None: ...

    def keep_history(self) -> None:
        """From now on the system notes who edits `text_field`, where it doesn't always."""
        ...

    def stored(self, record_id: str) -> Mapping[str, Any] | None:
        """A live record's fields as the system holds them, None when it is deleted."""
        ...

    def count(self) -> int:
        """Live records of `object`."""
        ...

    def pass_time(self, seconds: float) -> None:
        """Move the system's clock, and the adapter's."""
        ...

    def now(self) -> float:
        """The system's clock, in seconds since the epoch."""
        ...

    def calls(self) -> int:
        """Requests that the system itself counted."""
        ...

    def lose_next_write_reply(self) -> None:
        """The next write is stored, and its answer never arrives."""
        ...

    def stranger(self) -> Crm:
        """The same system with a token it doesn't accept."""
        ...


class HasCrm(Protocol):
    crm: Crm


B = TypeVar("B", bound=HasCrm)


def scenario(test: Callable[[Any, B], Awaitable[None]]) -> Callable[[Any, B], None]:
    """Run an async test in a loop of its own and close the adapter in it."""

    @functools.wraps(test)
    def run(self: Any, bench: B) -> None:
        async def body() -> None:
            try:
                await test(self, bench)
            finally:
                await bench.crm.close()

        asyncio.run(body())

    return run


async def pages(crm: Crm, *wants: Want) -> list[Page]:
    return [page async for page in crm.changes(wants)]


def records(found: list[Page]) -> dict[str, Observed]:
    """The last word on each record."""
    return {record.id: record for page in found for record in page.records}


def cursor(found: list[Page], object_name: str) -> str:
    return [page.cursor for page in found if page.object == object_name][-1]
