"""The facade's methods for imports (I1): app/facade.py says what each promises."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from crmsync_desktop.app.duplicates import MOST_AT_ONCE
from crmsync_desktop.app.import_counts import ImportCounts, refuse_without_room
from crmsync_desktop.app.import_sources import Wish, wish_of
from crmsync_desktop.app.import_views import (
    ImportCountView,
    ImportDoneView,
    ImportItemView,
    ImportSource,
    ImportView,
    ListCheckView,
    ListEntryView,
)
from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.app.runner import Runner, Systems
from crmsync_desktop.app.views import Changed, DuplicateView, Event
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import Pair, Rule
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import all_pairs
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.import_results import conclude
from crmsync_desktop.engine.importing import run_import
from crmsync_desktop.engine.metered import Metered
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.crm import Want
from crmsync_desktop.ports.imports import ImportItem, ImportRow, ImportState, Outcome
from crmsync_desktop.ports.selecting import Selecting
from crmsync_desktop.ports.sheets import Sheets
from crmsync_desktop.ports.store import PassRow, Store

MOST_SHOWN: Final = 100
SHOWN_DUPLICATES: Final = 50
PAGE: Final = 2_000
HEADINGS: Final = ("outcome", "object", "Salesforce id", "HubSpot id", "name", "reason")
_CHANGED: Final = Changed(("imports", "status"))
_OUTCOMES: Final = tuple(outcome.value for outcome in Outcome)


class ImportWork:
    """Implements its part of app.facade.Facade."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        budget: Metered,
        runner: Runner,
        mappings: Callable[[str], Mappings],
        schemas: Callable[[str], Awaitable[dict[str, Schema]]],
        systems: Callable[[], Awaitable[Systems]],
        sheets: Sheets,
        likely: Callable[[str, Collection[int], int], Awaitable[tuple[int, tuple[DuplicateView, ...]]]],
        emit: Callable[[Event], None],
    ) -> None:
        self.__store, self.__clock, self.__runner = store, clock, runner
        self.__counts = ImportCounts(store, budget, mappings)
        self.__mappings, self.__schemas, self.__systems = mappings, schemas, systems
        self.__sheets, self.__likely, self.__tell = sheets, likely, emit
        self.__running: int | None = None
        _end_killed(store)

    async def import_count(self, source: ImportSource) -> ImportCountView:
        wish = await self.__wish(source)
        return await self.__counts.counted(wish, await self.__selecting())

    async def check_list(self, source: ImportSource) -> ListCheckView:
        wish = await self.__wish(source)
        if not wish.source.listed:
            raise SetupError("There is no list to check.", "", "Name a file, ids or e-mail addresses.")
        selecting = await self.__selecting()
        want = Want(wish.object, ("Id",))
        pages = (
            selecting.select_by(want, wish.source.field, wish.listed)
            if wish.source.field
            else selecting.select_ids(want, wish.listed)
        )
        found, missing = 0, [ListEntryView(item.record_id, item.reason) for item in wish.refused]
        async for page in pages:
            found += len(page.records)
            why = f"No {wish.object} that the connected user can see has it."
            missing += [ListEntryView(each, why) for each in page.missing]
        entries = len(wish.listed) + len(wish.refused)
        return ListCheckView(wish.object, entries, found, tuple(missing), wish.repeated, wish.column, wish.notice)

    async def import_preview(self, source: ImportSource, only: tuple[str, ...]) -> ImportDoneView:
        wish = await self.__wish(source)
        row = await self.__begun(wish, only, ImportState.PREVIEWED)
        return await self.__run(row, wish.pair, wish.refused, preview=True, approved=False, notice=wish.notice)

    async def import_run(self, source: ImportSource, only: tuple[str, ...], approved: bool) -> ImportDoneView:
        wish = await self.__wish(source)
        row = await self.__begun(wish, only, ImportState.RUNNING)
        return await self.__run(row, wish.pair, wish.refused, preview=False, approved=approved, notice=wish.notice)

    async def import_resume(self, number: int, approved: bool) -> ImportDoneView:
        self.__check_free()
        row = self.__row(number)
        if row.state is ImportState.DONE:
            raise SetupError(f"Import {number} is done.", "", f"See what became of its records: import report {number}")
        pairs = all_pairs(self.__store.settings())
        if row.pair not in pairs:
            raise SetupError(f"The pair {row.pair} isn't there any more.", "", "Make it again, then resume.")
        refused: list[ImportItem] = []
        if row.state is ImportState.PREVIEWED:  # what was read for it may have changed since
            row.position, row.read, row.passes = None, False, ()
            items = self.__store.import_items(number, 0, 1_000_000, Outcome.SKIPPED)
            refused = [item for item in items if item.known is None]
            self.__store.clear_import_items(number)
        return await self.__run(row, pairs[row.pair], refused, preview=False, approved=approved)

    async def import_cancel(self, number: int | None) -> ImportView:
        running = self.__running
        if running is not None and number in (None, running):
            self.__runner.cancel()
            return self.__view(self.__row(running))
        rows = self.__store.imports(1) if number is None else [self.__row(number)]
        if not rows:
            raise SetupError("No import runs.", "", "See which there were: import list")
        row = rows[0]
        if row.state is not ImportState.STOPPED:
            raise SetupError(
                f"Import {row.number} doesn't run; it is {row.state.value}.", "", "There is nothing to stop."
            )
        if row.position is not None and not row.read and not row.source.listed:
            await (await self.__selecting()).release(row.position)
        row.state, row.message, row.changed_at = ImportState.CANCELLED, "", stamp(self.__clock.now())
        self.__store.save_import(row)
        self.__tell(_CHANGED)
        return self.__view(row)

    async def imports(self, limit: int) -> list[ImportView]:
        return [self.__view(row) for row in self.__store.imports(limit)]

    async def import_items(self, number: int, outcome: str | None, after_row: int, limit: int) -> list[ImportItemView]:
        wanted = None if outcome is None else _outcome(outcome)
        self.__row(number)
        return [_item(item) for item in self.__store.import_items(number, after_row, min(limit, 10_000), wanted)]

    async def import_report(self, number: int, path: str) -> int:
        row = self.__row(number)
        pair = all_pairs(self.__store.settings()).get(row.pair)
        ended = row.state in (ImportState.DONE, ImportState.PREVIEWED)
        if not ended and self.__running != number and pair is not None:
            conclude(
                self.__store, row, pair, row.passes, preview=False, ended=False
            )  # it may have ended without a word
        loop = asyncio.get_running_loop()

        def rows() -> Iterator[list[str]]:
            """In the writer's thread; the memory is read on the loop's."""
            after = 0
            while items := asyncio.run_coroutine_threadsafe(self.__page(number, after), loop).result():
                after = items[-1].row
                for item in items:
                    yield [item.outcome.value, row.object, item.record_id, item.hubspot_id, item.label, item.reason]

        return await asyncio.to_thread(self.__sheets.write_table, Path(path), HEADINGS, rows())

    # running

    async def __run(
        self,
        row: ImportRow,
        pair: Pair,
        refused: Sequence[ImportItem],
        *,
        preview: bool,
        approved: bool,
        notice: str = "",
    ) -> ImportDoneView:
        self.__check_free()
        self.__running = row.number
        self.__tell(_CHANGED)
        try:
            selecting = await self.__selecting()

            async def work(contexts: list[Context], calls: dict[Side, int]) -> PassRow:
                return await run_import(contexts, row, pair, selecting, refused, approved, calls)

            result = await self.__runner.alone(preview, work, [pair])
        finally:
            self.__running = None
            self.__end_unrun(row.number)
            self.__tell(_CHANGED)
        skipped = self.__store.import_items(row.number, 0, MOST_SHOWN, Outcome.SKIPPED)
        cost = self.__counts.of_run(row) if preview else {}
        likely, shown = await self.__duplicates_in(row) if preview else (0, ())
        return ImportDoneView(
            self.__view(row),
            result,
            tuple(_item(item) for item in skipped),
            cost,
            shown,
            likely,
            notice,
        )

    async def __duplicates_in(self, row: ImportRow) -> tuple[int, tuple[DuplicateView, ...]]:
        rows: set[int] = set()
        for outcome in (Outcome.CREATED, Outcome.SKIPPED):
            items = self.__store.import_items(row.number, 0, MOST_AT_ONCE, outcome)
            rows.update(item.known for item in items if item.known is not None)
        return await self.__likely(row.pair, rows, SHOWN_DUPLICATES)

    def __end_unrun(self, number: int) -> None:
        """One that ended before its pass began."""
        row = self.__row(number)
        if row.state is ImportState.RUNNING:
            row.state = ImportState.STOPPED
            self.__store.save_import(row)

    def __check_free(self) -> None:
        if self.__running is not None:
            raise SetupError(f"Import {self.__running} is running.", "", "Wait for its end, or stop it: import cancel")

    async def __begun(self, wish: Wish, only: Sequence[str], state: ImportState) -> ImportRow:
        """A new import, once it is sure that its calls can be had. Raises LimitReached where they can't, and SetupError for a
        property that isn't mapped."""
        self.__check_free()
        properties = self.__narrowed(wish, only)
        counted = await self.__counts.counted(wish, await self.__selecting())
        refuse_without_room(counted)
        now = stamp(self.__clock.now())
        row = ImportRow(0, wish.object, wish.pair.name, wish.source, properties, state, now, now, total=counted.records)
        row.number = self.__store.add_import(row, wish.listed)
        return row

    def __narrowed(self, wish: Wish, only: Sequence[str]) -> tuple[str, ...]:
        mapped = [
            each.property
            for each in self.__mappings(wish.pair.name).all()
            if each.rule is not Rule.DONT_SYNC and wish.object in each.salesforce
        ]
        if not mapped:
            raise SetupError(
                f"No field of {wish.object} is mapped.", "", f"Map what to import first: mappings add {wish.pair.name}"
            )
        if unknown := [name for name in only if name not in mapped]:
            raise SetupError(
                f"{', '.join(unknown)} of {wish.pair.hubspot} isn't mapped to a field of {wish.object}.",
                f"Mapped are {', '.join(sorted(mapped))}.",
                f"Map it first: mappings add {wish.pair.name} {unknown[0]} {wish.object}.FIELD",
            )
        return tuple(dict.fromkeys(only))

    # small things

    async def __wish(self, source: ImportSource) -> Wish:
        return await wish_of(source, self.__store.settings(), self.__sheets, self.__schemas, self.__zone)

    async def __zone(self) -> str:
        return (await (await self.__systems()).crms[Side.SALESFORCE].identity()).time_zone or "UTC"

    async def __selecting(self) -> Selecting:
        selecting = (await self.__systems()).selecting
        assert selecting is not None
        return selecting

    async def __page(self, number: int, after: int) -> list[ImportItem]:
        return self.__store.import_items(number, after, PAGE)

    def __row(self, number: int) -> ImportRow:
        row = self.__store.import_row(number) if 0 < number < 2**63 else None
        if row is None:
            raise SetupError(f"There is no import {number}.", "", "See which there are: import list")
        return row

    def __view(self, row: ImportRow) -> ImportView:
        counts = self.__store.import_counts(row.number)
        return ImportView(
            row.number,
            row.object,
            row.pair,
            row.source.shown,
            row.only,
            row.state.value,
            row.begun_at,
            row.changed_at,
            row.total,
            {outcome.value: counts.get(outcome, 0) for outcome in Outcome},
            row.passes,
            row.message,
        )


def _end_killed(store: Store) -> None:
    """An import that was running when the program ended, and what it had done until then."""
    pairs = all_pairs(store.settings())
    for row in store.imports(100):
        if row.state is ImportState.RUNNING:
            if row.pair in pairs:
                conclude(store, row, pairs[row.pair], row.passes, preview=False, ended=False)
            row.state, row.message = ImportState.STOPPED, "The program ended while it ran."
            store.save_import(row)


def _outcome(name: str) -> Outcome:
    if name not in _OUTCOMES:
        raise SetupError(f"There is no outcome “{name}”.", "", f"There are: {', '.join(_OUTCOMES)}.")
    return Outcome(name)


def _item(item: ImportItem) -> ImportItemView:
    return ImportItemView(item.row, item.outcome.value, item.record_id, item.hubspot_id, item.label, item.reason)
