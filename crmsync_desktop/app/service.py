"""The facade's implementation: one connection's engine, its memory and its settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Mapping as Table

import msgspec

from crmsync_desktop.app import reports, words
from crmsync_desktop.app.action_work import ActionWork
from crmsync_desktop.app.activity_work import ActivityWork
from crmsync_desktop.app.address_words import with_picklists
from crmsync_desktop.app.all_mappings import AllMappings
from crmsync_desktop.app.configuration import ConfigurationFile
from crmsync_desktop.app.configuration_around import Surroundings
from crmsync_desktop.app.configuration_views import ConfigurationDiffView
from crmsync_desktop.app.decisions import Decisions
from crmsync_desktop.app.duplicates import Duplicates
from crmsync_desktop.app.error_work import ErrorWork
from crmsync_desktop.app.import_work import ImportWork
from crmsync_desktop.app.mapping_work import MappingWork
from crmsync_desktop.app.match_work import MatchWork
from crmsync_desktop.app.object_work import ObjectWork
from crmsync_desktop.app.pair_work import PairWork
from crmsync_desktop.app.plan_work import PlanWork, addresses_of
from crmsync_desktop.app.practice import PracticeWork
from crmsync_desktop.app.runner import PAUSED, Runner, Systems
from crmsync_desktop.app.setting_views import whole_number
from crmsync_desktop.app.status import Gauge, connection_view, status_view
from crmsync_desktop.app.touched import Touched
from crmsync_desktop.app.two_way import check_two_way, newly_two_way
from crmsync_desktop.app.views import (
    CallMade,
    Changed,
    ChangeView,
    ConnectionView,
    DuplicatesView,
    Event,
    PassView,
    SettingView,
    StatusView,
)
from crmsync_desktop.domain.errors import CrmSyncError, SetupError
from crmsync_desktop.domain.mapping import CONTACTS, Mapping, Pair
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.engine.metadata import kept_schemas, schemas_of
from crmsync_desktop.engine.metered import Metered
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.practice import PracticeRecords
from crmsync_desktop.ports.profiles import Profile, Profiles
from crmsync_desktop.ports.sheets import Sheets
from crmsync_desktop.ports.store import JournalState, Store

SignIn = Callable[[Metered, Gauge], Awaitable[Systems]]
"""Builds both CRM clients of this connection; raises SetupError where that can't be done now."""


class Service(
    PracticeWork,
    MappingWork,
    MatchWork,
    PairWork,
    Decisions,
    PlanWork,
    ActionWork,
    ActivityWork,
    ErrorWork,
    ObjectWork,
    ImportWork,
):
    """Implements app.facade.Facade. Everything it is given is closed by `close`, through `on_close`."""

    def __init__(
        self,
        profile: Profile,
        profiles: Profiles,
        store: Store,
        budget: Metered,
        clock: Clock,
        sign_in: SignIn,
        defaults: Table[str, Sequence[Mapping]],
        notice: str = "",
        on_close: Callable[[], Awaitable[None]] | None = None,
        practice: PracticeRecords | None = None,
        *,
        sheets: Sheets,
    ) -> None:
        PracticeWork.__init__(self, practice)
        self._profile, self._profiles = profile, profiles
        self._store, self._budget, self._clock = store, budget, clock
        self._sign_in, self._on_close = sign_in, on_close
        self._notice = notice
        self._gauge = Gauge()
        self._listeners: list[Callable[[Event], None]] = []
        self._ready: Systems | None = None
        self._mappings = AllMappings(store, defaults)
        if store.document(PAUSED) is None and not profile.practice:
            # A new connection writes nothing by itself before somebody has looked at a preview and resumed it.
            store.save_document(PAUSED, True)
        self._runner = Runner(store, clock, budget, self._mappings, self._systems, self._emit)
        MappingWork.__init__(self, store, self._mappings, self._schemas, self._systems, self._runner, self._emit)
        MatchWork.__init__(self, store, clock, self._systems, self._emit)
        self._duplicates = Duplicates(store, lambda settings: self._runner.preview_with(settings, "duplicates"))
        ImportWork.__init__(
            self,
            store,
            clock,
            budget,
            self._runner,
            self._mappings.__getitem__,
            self._schemas,
            self._systems,
            sheets,
            self._duplicates.about,
            self._emit,
        )
        PairWork.__init__(self, store, self._mappings, self._runner)
        ActivityWork.__init__(self, store, clock, budget, self._systems, self._emit)
        ObjectWork.__init__(self, store, clock, self._mappings, self._systems, self._emit)
        ErrorWork.__init__(self, store, clock, profile, self._emit)
        Decisions.__init__(self, store, clock, self._runner, self._emit)
        PlanWork.__init__(self, store, self._runner, self._mappings, lambda: addresses_of(self._profile))
        ActionWork.__init__(self, store, clock, self._systems, lambda: addresses_of(self._profile), self._emit)
        touched = Touched(store, clock, self._systems)
        around = Surroundings(
            self._schemas,
            self.inclusion_lists,
            self._org_limit,
            touched.records,
            self._resolved_action,
            self._hubspot_time,
            self.portal_objects,
            self._schemas_for,
            lambda own, mappings, schemas: check_two_way(own, mappings, self._systems, schemas),
        )
        self._configuration = ConfigurationFile(store, clock, profile, self._mappings, around)
        budget.on_call = self._called
        budget.set_allocation(Side.SALESFORCE, store.settings().allocation)

    def start_schedule(self) -> None:
        """Sync by itself from now on (the window does; a single command doesn't)."""
        self._runner.start_schedule()

    # what is there

    async def connections(self) -> list[ConnectionView]:
        return [connection_view(profile, paused=False) for profile in self._profiles.all()]

    async def status(self) -> StatusView:
        passes = self._store.passes(5)
        return status_view(
            profile=self._profile,
            store=self._store,
            budget=self._budget,
            gauge=self._gauge,
            now=self._clock.now(),
            paused=self._runner.paused,
            progress=self._runner.progress,
            last=next((row for row in passes if not row.preview and row.finished_at), None),
            next_at=self._runner.next_at,
            notice=self._notice,
        )

    # settings

    async def settings(self, section: str) -> list[SettingView]:
        hubspot = None if self._profile.practice else self._profile.hubspot
        views = words.setting_views(self._store.settings(), section, hubspot.account_id if hubspot else "")
        return with_picklists(views, kept_schemas(CONTACTS, self._store))

    async def set_setting(self, key: str, value: str) -> list[SettingView]:
        if key == "allocation" and whole_number(value.strip()):
            await self.set_allocation(int(value))
        else:
            now = self._store.settings()
            wanted = words.changed(now, key, value)
            if wanted.contacts.inclusion_list not in (None, now.contacts.inclusion_list):
                await self._check_list(str(wanted.contacts.inclusion_list))
            for own in newly_two_way(now, wanted):
                schemas = await self._schemas(own.name)
                await check_two_way(own, self._mappings[own.name].syncing(schemas), self._systems, schemas)
            self._store.save_settings(words.changed(self._store.settings(), key, value))
        self._emit(Changed(("settings", "status")))
        return await self.settings(words.section_of(key))

    async def set_allocation(self, calls: int) -> StatusView:
        limit = await self._org_limit()
        if calls < 1 or (limit is not None and calls > limit):
            most = f" to {limit:,}, which is the org's own limit" if limit is not None else ""
            raise SetupError(f"{calls:,} calls can't be allocated.", "", f"It takes a whole number from 1{most}.")
        self._store.save_settings(msgspec.structs.replace(self._store.settings(), allocation=calls))
        self._budget.set_allocation(Side.SALESFORCE, calls)
        self._emit(Changed(("settings", "status")))
        return await self.status()

    async def inclusion_lists(self) -> list[tuple[str, str]]:
        systems = await self._systems()
        return [(each.id, each.name) for each in await systems.lists.lists() if each.active]

    async def _check_list(self, id: str) -> None:
        """A list that isn't there would stop every pass. Raises SetupError with those there are.

        Where HubSpot can't be asked now, or doesn't let its key see lists, the next pass says so.
        """
        try:
            lists = await self.inclusion_lists()
        except CrmSyncError:
            return
        if id not in dict(lists):
            there = ", ".join(f"{each} ({name})" for each, name in lists[:10]) or "none"
            raise SetupError(f"HubSpot has no active list “{id}”.", "", f"Active lists are: {there}.")

    # the whole configuration

    async def export_configuration(self) -> str:
        return self._configuration.text()

    async def preview_configuration(self, text: str) -> ConfigurationDiffView:
        return await self._configuration.preview(text)

    async def import_configuration(self, text: str) -> ConfigurationDiffView:
        done = await self._configuration.apply(text)
        if done.changes:
            self._budget.set_allocation(Side.SALESFORCE, self._store.settings().allocation)
            self._emit(Changed(("settings", "mappings", "status")))
        return done

    # passes

    async def sync(self, preview: bool) -> PassView:
        return await self._runner.sync(preview, "preview" if preview else "asked for")

    async def duplicates(self, pair: str, limit: int) -> DuplicatesView:
        return await self._duplicates.report(pair, limit)

    async def cancel(self) -> None:
        self._runner.cancel()

    async def pause(self) -> StatusView:
        self._runner.set_paused(True)
        return await self.status()

    async def resume(self) -> StatusView:
        self._runner.set_paused(False)
        return await self.status()

    async def passes(self, limit: int) -> list[PassView]:
        return [reports.pass_view(row) for row in self._store.passes(limit)]

    async def changes(self, pass_id: int, after_row: int, limit: int) -> list[ChangeView]:
        entries = self._store.entries(pass_id, list(JournalState), None, None, after_row, limit)
        return [reports.change_view(entry) for entry in entries]

    # events and the end

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def close(self) -> None:
        self.end_practice_work()
        await self._runner.close()
        if self._ready is not None:
            for crm in self._ready.crms.values():
                await crm.close()
        self._store.close()
        if self._on_close is not None:
            await self._on_close()

    def _emit(self, event: Event) -> None:
        for listener in list(self._listeners):
            listener(event)

    def _called(self, side: Side) -> None:
        if not self._listeners:
            return
        usage = self._budget.usage(side)
        left = None if usage.allocation is None else max(usage.allocation - usage.used, 0)
        window = self._budget.in_window() if side is Side.HUBSPOT else None
        self._emit(CallMade(side, usage.used, left, window))

    async def _systems(self) -> Systems:
        if self._ready is None:
            self._ready = await self._sign_in(self._budget, self._gauge)
        return self._ready

    async def _schemas(self, pair: str) -> dict[str, Schema]:
        """Of a pair. From the memory if it has them; else they are read, which costs a call each."""
        return await self._schemas_for(self._mappings[pair].pair)

    async def _schemas_for(self, of: Pair) -> dict[str, Schema]:
        kept = kept_schemas(of, self._store)
        if len(kept) == 1 + len(of.salesforce):
            return kept
        systems = await self._systems()
        return await schemas_of([of], self._store, systems.crms, self._clock)

    async def _org_limit(self) -> int | None:
        """The org's daily limit, asked for only when no answer has told it yet. None when it can't be had now."""
        if self._gauge.salesforce is None:
            try:
                systems = await self._systems()
                self._gauge.salesforce = await systems.crms[Side.SALESFORCE].allowance()
            except CrmSyncError:
                return None
        return self._gauge.salesforce.limit
