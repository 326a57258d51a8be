"""Working by hand in the practice orgs: the part of the facade that only the practice connection has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.ports.practice import Place, PracticePage, PracticeRecord, PracticeRecords, PracticeType

T = TypeVar("T")

MOST_ROWS = 500
"""Records of a page at most, however many are asked for."""


class PracticeWork:
    """The facade's `practice_…` methods (app/facade.py says what each promises), over the port.

    The port blocks for a request each, so its calls run in a thread, one after the other: a person's edits arrive in the
    order in which they were made. `records` None: the connection is to real systems, and every method raises SetupError.
    """

    def __init__(self, records: PracticeRecords | None) -> None:
        self._records = records
        self._thread = ThreadPoolExecutor(1, "practice records")

    async def practice_types(self) -> list[PracticeType]:
        return list(await self._run(lambda records: records.types()))

    async def practice_page(
        self, system: Place, type: str, search: str, deleted: bool, offset: int, limit: int
    ) -> PracticePage:
        return await self._run(
            lambda records: records.page(
                system, type, search=search, deleted=deleted, offset=max(offset, 0), limit=min(max(limit, 1), MOST_ROWS)
            )
        )

    async def practice_record(self, system: Place, type: str, id: str) -> PracticeRecord:
        return await self._run(lambda records: records.get(system, type, id))

    async def practice_create(self, system: Place, type: str, values: dict[str, str]) -> PracticeRecord:
        return await self._run(lambda records: records.create(system, type, values))

    async def practice_change(self, system: Place, type: str, id: str, values: dict[str, str]) -> PracticeRecord:
        return await self._run(lambda records: records.change(system, type, id, values))

    async def practice_delete(self, system: Place, type: str, ids: list[str]) -> None:
        await self._run(lambda records: records.delete(system, type, ids))

    async def practice_undelete(self, system: Place, type: str, ids: list[str]) -> None:
        await self._run(lambda records: records.undelete(system, type, ids))

    async def practice_merge(self, system: Place, type: str, master: str, losers: list[str]) -> str:
        return await self._run(lambda records: records.merge(system, type, master, losers))

    async def practice_convert(self, lead: str, opportunity: str) -> dict[str, str]:
        return await self._run(lambda records: records.convert(lead, opportunity))

    def end_practice_work(self) -> None:
        """Take on nothing more; what hasn't been sent is dropped."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[PracticeRecords], T]) -> T:
        records = self._records
        if records is None:
            raise SetupError(
                "This connection isn't to the practice orgs.",
                "",
                "Records of real systems are edited in those systems.",
            )
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, records)
