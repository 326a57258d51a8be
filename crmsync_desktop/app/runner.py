"""Runs passes: one at a time, on demand or on schedule, to be paused and stopped by a person."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.app.preparing import prepare
from crmsync_desktop.app.reports import pass_view
from crmsync_desktop.app.views import Changed, Event, Notice, PassFinished, PassProgress, PassView, ProgressView
from crmsync_desktop.domain.errors import BugError, Cancelled, CrmSyncError, LimitReached, SetupError
from crmsync_desktop.domain.mapping import Pair
from crmsync_desktop.domain.pacing import LONGEST, SHORTEST, next_wait
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import Settings
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.auto_retry import seconds_to_next, stage_due
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.cycle import run_pass
from crmsync_desktop.engine.guarding import approval_of, kept_plan
from crmsync_desktop.engine.kept_plans import drop_unkept, keep_plan
from crmsync_desktop.engine.metadata import OUTDATED
from crmsync_desktop.engine.metered import Metered
from crmsync_desktop.engine.recover import close_crashed_passes
from crmsync_desktop.ports.actions import Happenings
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.crm import ContactLists, Crm, Properties
from crmsync_desktop.ports.objects import OrgObjects, PortalObjects
from crmsync_desktop.ports.selecting import Selecting
from crmsync_desktop.ports.store import PassRow, PassState, Store

Work = Callable[[list[Context], dict[Side, int]], Awaitable[PassRow]]
"""A pass over these contexts; the calls counted so far, by side, go on counting."""
RATE_SECONDS = 5.0
PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Systems:
    """Both CRMs, signed in."""

    crms: dict[Side, Crm]
    lists: ContactLists
    properties: Properties
    happenings: Happenings | None = None
    org_objects: OrgObjects | None = None
    portal_objects: PortalObjects | None = None
    selecting: Selecting | None = None


class AsIf(msgspec.Struct, frozen=True):
    """What a preview takes for saved, though it isn't: other settings, and the backfill of a mapping (pair, property)."""

    settings: Settings | None = None
    backfill: tuple[str, str] | None = None


class Runner:
    """`mappings` by pair. `systems` signs in when it is first needed; it may raise SetupError, which the caller hears."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        budget: Metered,
        mappings: Mapping[str, Mappings],
        systems: Callable[[], Awaitable[Systems]],
        emit: Callable[[Event], None],
    ) -> None:
        self._store, self._clock, self._budget = store, clock, budget
        self._mappings, self._systems, self._emit = mappings, systems, emit
        self._running: asyncio.Task[PassView] | None = None
        self._asked: tuple[bool, AsIf | None, int | None] | None = None
        self._closed = False
        self._stop = asyncio.Event()
        self._wake = asyncio.Event()
        self._schedule: asyncio.Task[None] | None = None
        self._marks: deque[tuple[float, int]] = deque()
        self.progress: ProgressView | None = None
        self.next_at: float | None = None
        close_crashed_passes(store, stamp(clock.now()))

    @property
    def paused(self) -> bool:
        return bool(self._store.document(PAUSED))

    def set_paused(self, paused: bool) -> None:
        self._store.save_document(PAUSED, paused)
        if paused:
            self._stop.set()
        self._wake.set()
        self._emit(Changed(("status",)))

    def cancel(self) -> None:
        self._stop.set()

    def start_schedule(self) -> None:
        self._schedule = asyncio.ensure_future(self._keep_going())

    async def close(self) -> None:
        """Stop the pass after its batch, let it settle, end the schedule. No further pass begins."""
        self._closed = True
        self._stop.set()
        if self._schedule is not None:
            self._schedule.cancel()
            await asyncio.gather(self._schedule, return_exceptions=True)
        if self._running is not None:
            await asyncio.gather(self._running, return_exceptions=True)

    async def sync(self, preview: bool, reason: str) -> PassView:
        """Run a pass, or join the one that runs; a preview and a run wait for each other. Raises Cancelled once closed."""
        return await self._pass((preview, None, None), reason)

    async def preview_with(self, settings: Settings, reason: str) -> PassView:
        """A preview as it would be with these settings, which aren't saved. As `sync` otherwise."""
        return await self._pass((True, AsIf(settings), None), reason)

    async def preview_backfill(self, pair: str, property: str) -> PassView:
        """A preview as it would be if this mapping were to be backfilled, which isn't saved. As `sync` otherwise."""
        return await self._pass((True, AsIf(backfill=(pair, property)), None), f"backfill of {pair}.{property}")

    async def approve(self, plan: int) -> PassView:
        """Carry out the plan that waits for a person's word, and nothing beyond it. Raises SetupError if it doesn't wait."""
        return await self._pass((False, None, plan), f"plan {plan}, approved")

    async def _pass(self, asked: tuple[bool, AsIf | None, int | None], reason: str) -> PassView:
        while self._running is not None and not self._running.done() and self._asked != asked:
            await asyncio.wait([self._running])
        if self._closed:
            raise Cancelled("The connection is being closed.", "No further pass begins.")
        if self._running is None or self._running.done():
            self._stop = asyncio.Event()
            self._asked = asked
            self._running = asyncio.ensure_future(self._run(*asked, reason))
        return await asyncio.shield(self._running)

    async def alone(self, preview: bool, work: Work, beside: Sequence[Pair] = ()) -> PassView:
        """Run a pass of another kind (an undo, a kept plan, an import) once none runs; nobody joins it. `beside`: pairs that
        take part although they may be off. Raises Cancelled once closed."""
        while self._running is not None and not self._running.done():
            await asyncio.wait([self._running])
        if self._closed:
            raise Cancelled("The connection is being closed.", "No further pass begins.")
        self._stop = asyncio.Event()
        self._asked = None
        running = self._with_contexts(preview, self._store.settings(), work, beside=beside)
        self._running = asyncio.ensure_future(self._told(running))
        return await asyncio.shield(self._running)

    async def _run(self, preview: bool, as_if: AsIf | None, plan: int | None, reason: str) -> PassView:
        return await self._told(self._run_pass(preview, as_if, plan, reason))

    async def _told(self, running: Coroutine[Any, Any, PassRow]) -> PassView:
        try:
            row = await running
        except CrmSyncError as error:
            self._emit(Notice("error", error.title, error.detail, error.hint))
            raise
        except Exception as error:
            raise BugError(
                "Something went wrong in CRMSync Desktop itself.",
                f"{type(error).__name__}: {error}",
                "Nothing is lost; the next pass goes on where this one stopped. Please report it.",
            ) from error
        finally:
            self.progress = None
            self._emit(Changed(("status", "errors", "passes")))
        result = pass_view(row)
        self._emit(PassFinished(result))
        return result

    async def _run_pass(self, preview: bool, as_if: AsIf | None, plan: int | None, reason: str) -> PassRow:
        store = self._store
        begun = {pair: mappings.all() for pair, mappings in self._mappings.items()}
        approval = None if plan is None else approval_of(store, plan)

        async def work(contexts: list[Context], calls: dict[Side, int]) -> PassRow:
            for context in contexts:
                context.only, context.announce = approval, self._announce
            row = await run_pass(contexts, reason, calls)
            if preview and as_if is None and row.state is PassState.DONE:
                keep_plan(store, row.id)
            if not preview and approval is None and row.state is PassState.DONE:
                for context in contexts:
                    self._mappings[context.pair.name].synced(begun[context.pair.name])
            if approval is not None and row.state is PassState.DONE and (moved := len(approval.moved())):
                row.message = f"{moved:,} of the planned writes had moved since; the next pass decides about them anew."
            return row

        settings = as_if.settings if as_if is not None else None
        return await self._with_contexts(preview, settings or store.settings(), work, as_if)

    async def _with_contexts(
        self, preview: bool, settings: Settings, work: Work, as_if: AsIf | None = None, beside: Sequence[Pair] = ()
    ) -> PassRow:
        store, mappings = self._store, dict(self._mappings)
        if as_if is not None and as_if.backfill is not None:
            pair, property = as_if.backfill
            mappings[pair] = mappings[pair].as_if_backfilled(property)
        self._budget.set_allocation(Side.SALESFORCE, settings.allocation)
        systems = await self._systems()
        before = dict(self._budget.calls)
        contexts = await prepare(
            store=store,
            settings=settings,
            mappings=mappings,
            crms=systems.crms,
            lists=systems.lists,
            clock=self._clock,
            report=self._report,
            preview=preview,
            as_if=as_if is not None,
            beside=beside,
            stop=self._stop,
        )
        for context in contexts:
            context.happenings = systems.happenings
        drop_unkept(store)
        self._marks.clear()
        try:
            row = await work(contexts, self._budget.calls)
        finally:
            if any(context.outdated for context in contexts):
                store.save_document(OUTDATED, True)
        row.calls = {side.value: self._budget.calls[side] - before[side] for side in Side}
        return row

    def _announce(self, text: str) -> None:
        self._emit(Notice("info", text))

    def _report(self, phase: str, done: int, total: int) -> None:
        now = time.monotonic()
        if self.progress is None or self.progress.phase != phase:
            self._marks.clear()
        self._marks.append((now, done))
        while len(self._marks) > 1 and now - self._marks[0][0] > RATE_SECONDS:
            self._marks.popleft()
        (began, first), elapsed = self._marks[0], now - self._marks[0][0]
        rate = (done - first) / elapsed if elapsed > 0.2 and began < now else 0.0
        left = (total - done) / rate if rate > 0 and total else None
        self.progress = ProgressView(0, False, phase, done, total, rate, left)
        self._emit(PassProgress(self.progress))

    async def _keep_going(self) -> None:
        """The schedule: a pass, then a wait that adapts to what happened."""
        wait = SHORTEST
        while not self._closed:
            self._wake.clear()
            try:
                if self.paused:
                    self.next_at = None
                    await self._wake.wait()
                    continue
                if kept_plan(self._store) is not None:
                    self.next_at = None  # the next pass would only stop at the same place
                    await self._rest(SHORTEST)
                    continue
                stage_due(self._store, self._budget.usage(Side.SALESFORCE), self._clock.now())
                result = await self.sync(False, "schedule")
                wait = next_wait(
                    wait, changed=_did_something(result), at_most=self._longest(), share_left=self._share_left()
                )
                soon = seconds_to_next(self._store, self._budget.usage(Side.SALESFORCE), self._clock.now())
                wait = wait if soon is None else min(wait, max(soon, SHORTEST))
            except CrmSyncError as error:  # also where the memory can't be read just now: the schedule outlives that
                wait = self._after(error)
            self.next_at = self._clock.now() + wait
            self._emit(Changed(("status",)))
            await self._rest(wait)

    async def _rest(self, seconds: float) -> None:
        waiting = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait([waiting], timeout=seconds)
        finally:
            waiting.cancel()

    def _after(self, error: CrmSyncError) -> float:
        if isinstance(error, LimitReached):
            room = None
            with contextlib.suppress(CrmSyncError):
                room = self._budget.usage(Side.SALESFORCE).room_at
            return max(SHORTEST, min((room or 0) - self._clock.now(), LONGEST))
        return LONGEST if isinstance(error, SetupError) else SHORTEST * 4

    def _longest(self) -> float:
        return float(self._store.settings().poll_seconds)

    def _share_left(self) -> float:
        usage = self._budget.usage(Side.SALESFORCE)
        return 1.0 if not usage.allocation else max(usage.allocation - usage.used, 0) / usage.allocation


def _did_something(result: PassView) -> bool:
    return any(tally.created or tally.updated or tally.deleted or tally.linked for tally in result.tallies)
