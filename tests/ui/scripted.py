"""A scripted engine: a test double with realistic data, for screens alone. It syncs nothing.

`now` stands still at NOW; a test moves things by calling `tell` or changing the fields.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from crmsync_desktop.app import words
from crmsync_desktop.app.configuration_views import ConfigurationDiffView
from crmsync_desktop.app.error_views import ErrorLineView, PagesView
from crmsync_desktop.app.practice import PracticeWork
from crmsync_desktop.app.views import (
    Changed,
    ChangeView,
    ConflictView,
    ConnectionView,
    ErrorCardView,
    ErrorGroupView,
    Event,
    FieldView,
    HubSpotMeterView,
    MappingView,
    MeterView,
    NewPropertyView,
    PairView,
    PassFinished,
    PassProgress,
    PassView,
    ProgressView,
    SettingView,
    SettledView,
    StatusView,
)
from crmsync_desktop.domain.errors import CrmSyncError, SetupError
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Category
from crmsync_desktop.domain.settings import Settings, active_pairs
from crmsync_desktop.domain.settlements import Use
from crmsync_desktop.ports.practice import PracticeRecords
from tests.ui import scripted_data as data
from tests.ui import scripted_settings as settings

NOW = datetime(2026, 3, 10, 13, 2, 23, tzinfo=UTC)


def iso(seconds: float) -> str:
    """That many seconds from NOW."""
    return (NOW + timedelta(seconds=seconds)).isoformat()


class ScriptedEngine(PracticeWork):
    """`hands`: a port to practice orgs, for the methods that only a practice connection has."""

    def __init__(self, hands: PracticeRecords | None = None) -> None:
        super().__init__(hands)
        self.on_death: Callable[[CrmSyncError], None] | None = None
        self.listeners: list[Callable[[Event], None]] = []
        self.asked: list[tuple[object, ...]] = []
        self.refusal: CrmSyncError | None = None
        self.restarts = 0
        self.closed = False
        self.hold: asyncio.Event | None = None
        """While set and not released, a sync stays under way."""
        self.cards: tuple[ErrorCardView, ...] = data.CARDS
        self.groups: dict[Category, list[ErrorGroupView]] = data.groups(iso)
        self.setting_views: list[SettingView] = list(settings.SETTINGS)
        self.saved = Settings()
        self.pair_views = settings.pair_views(self.saved)
        self.connection_views: list[SettingView] = list(settings.CONNECTION)
        self.mapping_views: list[MappingView] = list(data.MAPPINGS)
        self.pass_views: list[PassView] = data.passes(iso)
        self.paused = False
        self.running: ProgressView | None = None
        self.meter = MeterView(
            2_480, 10_000, 7_520, 115_000, 5_204, "At this pace the allocation lasts past midnight.", None
        )
        self.connection = ConnectionView(
            "Acme",
            True,
            "http://127.0.0.1:40501",
            "http://127.0.0.1:40502",
            "acme.my.salesforce.com",
            "12345678",
            "ready",
        )
        self.notice = ""

    def tell(self, event: Event) -> None:
        for listener in tuple(self.listeners):
            listener(event)

    async def ready(self) -> None:
        if self.refusal is not None:
            raise self.refusal

    async def restart(self) -> None:
        self.restarts += 1
        await self.ready()

    async def close(self) -> None:
        self.closed = True
        self.end_practice_work()

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    async def connections(self) -> list[ConnectionView]:
        return [self.connection]

    async def status(self) -> StatusView:
        self.asked.append(("status",))
        errors = sum(card.errors for card in self.cards)
        headline, tone = (
            ("Paused", "quiet") if self.paused else ("Syncing", "busy") if self.running else ("In sync", "good")
        )
        if errors and tone == "good":
            headline, tone = "In sync, but for some records", "attention"
        return StatusView(
            connection=self.connection,
            headline=headline,
            tone=tone,  # type: ignore[arg-type]
            links={pair.name: 41_207 if self.pass_views else 0 for pair in active_pairs(self.saved)},
            salesforce=self.meter,
            hubspot=HubSpotMeterView(8_112, 62, 190, 8_112, 625_000),
            hours=data.hours(iso),
            cards=self.cards,
            conflicts=2,
            paused=self.paused,
            running=self.running,
            last_pass=self.pass_views[0] if self.pass_views else None,
            next_pass_at=iso(48),
            notice=self.notice,
        )

    async def errors(
        self, category: Category, pair: str = "", ignored: bool = False, shown: int = 50
    ) -> list[ErrorGroupView]:
        self.asked.append(("errors", category))
        return self.groups.get(category, [])

    async def retry_errors(self, category: Category | None, ids: list[int] | None, pair: str = "") -> int:
        self.asked.append(("retry_errors", category, ids))
        return len(ids) if ids is not None else sum(g.count for g in self.groups.get(category or Category.OTHER, []))

    async def error_lines(
        self, category: Category | None, pair: str, ignored: bool, after: int, limit: int
    ) -> list[ErrorLineView]:
        return []

    async def ignore_errors(
        self, reason: str, category: Category | None, ids: list[int] | None, pair: str = "", code: str = ""
    ) -> int:
        return len(ids or [])

    async def unignore_errors(
        self, category: Category | None, ids: list[int] | None, pair: str = "", code: str = ""
    ) -> int:
        return len(ids or [])

    async def error_pages(self, error: int) -> PagesView:
        return PagesView(error, "", ())

    async def approve(self, plan: int) -> PassView:
        self.asked.append(("approve", plan))
        return await self.sync(False)

    async def conflicts(self, limit: int, after: int) -> list[ConflictView]:
        return []

    async def settle_conflicts(self, ids: list[str], use: Use, value: str | None, property: str | None) -> SettledView:
        self.asked.append(("settle_conflicts", ids, use, value, property))
        return SettledView(tuple(ids), "")

    async def settings(self, section: str) -> list[SettingView]:
        if section in self.pair_views:
            return self.pair_views[section]
        return self.setting_views if section == "contacts" else self.connection_views

    async def pairs(self) -> list[PairView]:
        return []

    async def preview_setting(self, key: str, value: str) -> PassView:
        self.asked.append(("preview_setting", key, value))
        result = data.preview_pass(iso)
        self.pass_views = [result, *self.pass_views]
        return result

    async def unmapped_fields(self, pair: str) -> list[FieldView]:
        return []

    async def set_values(self, pair: str, property: str, values: list[tuple[str, str]]) -> list[MappingView]:
        self.asked.append(("set_values", property, values))
        return self.mapping_views

    async def new_property(self, pair: str, salesforce: dict[str, str], name: str) -> NewPropertyView:
        return NewPropertyView(pair, name, name, "string/text", "contactinformation", ())

    async def make_property(self, pair: str, salesforce: dict[str, str], name: str, rule: Rule) -> list[MappingView]:
        self.asked.append(("make_property", pair, salesforce, name, rule))
        return self.mapping_views

    async def backfill(self, pair: str, property: str, preview: bool) -> PassView:
        self.asked.append(("backfill", pair, property, preview))
        return await self.sync(preview)

    async def set_setting(self, key: str, value: str) -> list[SettingView]:
        self.asked.append(("set_setting", key, value))
        if value == "refused":
            raise SetupError("This list is not an active list", "", "Choose an active list.")
        section = key.partition(".")[0]
        if section in self.pair_views:
            parsed = words.changed(self.saved, key, value)
            self.saved = parsed
            self.pair_views = settings.pair_views(parsed)
            self.tell(Changed(("settings", "status")))
            return self.pair_views[section]
        if not key.startswith("contacts."):
            self.connection_views = [
                msgspec.structs.replace(view, value=value) if view.key == key else view
                for view in self.connection_views
            ]
            return self.connection_views
        warning = settings.LEAD_WARNING if value == "lead" else ""
        self.setting_views = [
            msgspec.structs.replace(view, value=value, warning=warning) if view.key == key else view
            for view in self.setting_views
        ]
        return self.setting_views

    async def set_allocation(self, calls: int) -> StatusView:
        self.asked.append(("set_allocation", calls))
        if calls == 1:
            raise SetupError("1 call a day is too few", "", "Choose at least 100.")
        self.meter = msgspec.structs.replace(self.meter, allocation=calls, left=calls - self.meter.used)
        return await self.status()

    async def inclusion_lists(self) -> list[tuple[str, str]]:
        return [("12", "Newsletter subscribers"), ("31", "Customers in the Nordics")]

    async def mappings(self, pair: str) -> list[MappingView]:
        return self.mapping_views if pair == "contacts" else data.defaults(pair)

    async def set_rule(self, pair: str, property: str, rule: Rule) -> list[MappingView]:
        self.asked.append(("set_rule", property, rule))
        self.mapping_views = [
            msgspec.structs.replace(view, rule=rule) if view.property == property else view
            for view in self.mapping_views
        ]
        return self.mapping_views

    async def add_mapping(self, pair: str, property: str, salesforce: dict[str, str], rule: Rule) -> list[MappingView]:
        self.asked.append(("add_mapping", property, salesforce, rule))
        self.mapping_views = [
            *self.mapping_views,
            data.mapping(property, property, "text", salesforce, "text", rule, False),
        ]
        return self.mapping_views

    async def remove_mapping(self, pair: str, property: str) -> list[MappingView]:
        self.asked.append(("remove_mapping", property))
        self.mapping_views = [view for view in self.mapping_views if view.property != property]
        return self.mapping_views

    async def mappable_fields(self, pair: str) -> list[FieldView]:
        return list(data.FIELDS)

    async def check_mapping(self, pair: str, property: str, salesforce: dict[str, str]) -> tuple[str, str]:
        self.asked.append(("check_mapping", property, salesforce))
        if property == "annualrevenue" and "Title" in salesforce.values():
            return ("A number can't be paired with Text(128).", "")
        return ("", "Longer than 40 characters is cut off in Salesforce." if property == "favourite_colour" else "")

    async def export_configuration(self) -> str:
        return "format = 1\n"

    async def preview_configuration(self, text: str) -> ConfigurationDiffView:
        return ConfigurationDiffView(())

    async def import_configuration(self, text: str) -> ConfigurationDiffView:
        return ConfigurationDiffView(())

    async def sync(self, preview: bool) -> PassView:
        self.asked.append(("sync", preview))
        if self.hold is not None:
            self.running = ProgressView(9, preview, "writing", 12_400, 41_207, 830.0, 34.0, "contacts")
            self.tell(PassProgress(self.running))
            self.tell(Changed(("status",)))
            await self.hold.wait()
            self.running = None
        result = (
            data.preview_pass(iso)
            if preview
            else msgspec.structs.replace(self.pass_views[0], id=self.pass_views[0].id + 1)
        )
        self.pass_views = [result, *self.pass_views]
        self.tell(PassFinished(result))
        self.tell(Changed(("status", "passes", "errors")))
        return result

    async def cancel(self) -> None:
        self.asked.append(("cancel",))
        if self.hold is not None:
            self.hold.set()

    async def pause(self) -> StatusView:
        self.paused = True
        return await self.status()

    async def resume(self) -> StatusView:
        self.paused = False
        return await self.status()

    async def passes(self, limit: int) -> list[PassView]:
        return self.pass_views[:limit]

    async def changes(self, pass_id: int, after_row: int, limit: int) -> list[ChangeView]:
        self.asked.append(("changes", pass_id, after_row))
        planned = any(view.id == pass_id and view.preview for view in self.pass_views)
        return [c for c in data.changes(planned) if c.row > after_row][:limit]
