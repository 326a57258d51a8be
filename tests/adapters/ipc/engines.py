"""Small engines for a process of their own: the whole facade, with a memory of a few values."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from crmsync_desktop.adapters.ipc import serve
from crmsync_desktop.app.configuration_views import ConfigurationChangeView, ConfigurationDiffView
from crmsync_desktop.app.error_views import ErrorLineView, PagesView, PageView
from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.practice import PracticeWork
from crmsync_desktop.app.views import (
    CallMade,
    Changed,
    ChangeView,
    ConnectionView,
    ErrorGroupView,
    Event,
    FieldView,
    HubSpotMeterView,
    MappingView,
    MeterView,
    Notice,
    PassFinished,
    PassProgress,
    PassView,
    ProgressView,
    SettingView,
    StatusView,
)
from crmsync_desktop.domain.errors import AllocationReached, ItemError, SetupError
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Category, Fault, Side
from crmsync_desktop.ports.practice import Place, PracticeField, PracticePage, PracticeRecord, PracticeType

LINE = ErrorLineView(
    id=7, category=Category.OTHER, title="Other", pair="contacts", side=Side.HUBSPOT, object="contacts", record_id="1",
    label="Ωmega", field="", code="ODD", message="odd", hint="do", notice=False, first_at="a", last_at="b", count=2,
    ignored_at="c", ignored_why="known", url="",
)  # fmt: skip


class SmallHands:
    """A practice org of one contact, as its port."""

    kept = PracticeRecord(
        "hubspot", "contacts", "1", "Ω <b>x</b>", {"email": "a@b.example", "phone": None}, "sync", 1.5
    )

    def types(self) -> tuple[PracticeType, ...]:
        field = PracticeField("email", "Email", "string", True, (("a", "A"),))
        return (PracticeType("hubspot", "contacts", "Contact", "Contacts", 1, ("email",), (field,)),)

    def page(self, system: Place, type: str, *, search: str, deleted: bool, offset: int, limit: int) -> PracticePage:
        return PracticePage(offset + limit, () if deleted else (self.kept,))

    def get(self, system: Place, type: str, id: str) -> PracticeRecord:
        return self.kept

    def create(self, system: Place, type: str, values: dict[str, str]) -> PracticeRecord:
        return self.change(system, type, "2", values)

    def change(self, system: Place, type: str, id: str, values: dict[str, str]) -> PracticeRecord:
        if "email" in values:
            raise SetupError("Email is taken", "(CONFLICT: email)")
        return msgspec.structs.replace(self.kept, id=id, values={**self.kept.values, **values}, changed_by="person")

    def delete(self, system: Place, type: str, ids: Sequence[str]) -> None:
        return None

    def undelete(self, system: Place, type: str, ids: Sequence[str]) -> None:
        return None

    def merge(self, system: Place, type: str, master: str, losers: Sequence[str]) -> str:
        return "+".join((master, *losers))

    def convert(self, lead: str, opportunity: str = "") -> dict[str, str]:
        return {"contact": lead, "opportunity": opportunity}

    def submit_form(self, form: str, values: dict[str, str], page: str = "") -> PracticeRecord:
        return self.change("hubspot", "contacts", "2", values)


class SmallEngine(PracticeWork):
    def __init__(self, name: str) -> None:
        super().__init__(SmallHands())
        self.name = name
        self.paused = False
        self.allocation = 10_000
        self.listeners: list[Callable[[Event], None]] = []
        self.running: asyncio.Event | None = None

    def tell(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)

    async def connections(self) -> list[ConnectionView]:
        return [ConnectionView(self.name, True, "http://s", "http://h", "org", "portal", "ready")]

    async def status(self) -> StatusView:
        return StatusView(
            connection=(await self.connections())[0],
            headline="Paused" if self.paused else "In sync",
            tone="good",
            links={"contacts": os.getpid()},
            salesforce=MeterView(1, self.allocation, self.allocation - 1, 15_000, 3, "", None),
            hubspot=HubSpotMeterView(1, 0, 190, None, None),
            hours=(),
            cards=(),
            conflicts=0,
            paused=self.paused,
            running=None,
            last_pass=None,
            next_pass_at=None,
        )

    async def errors(
        self, category: Category, pair: str = "", ignored: bool = False, shown: int = 50
    ) -> list[ErrorGroupView]:
        return [ErrorGroupView(category, "CODE", "Ωmega <b>x</b>\0", "do", 1, ())]

    async def retry_errors(self, category: Category | None, ids: list[int] | None, pair: str = "") -> int:
        return len(ids or [])

    async def error_lines(
        self, category: Category | None, pair: str, ignored: bool, after: int, limit: int
    ) -> list[ErrorLineView]:
        return [LINE] * limit if category is None and (pair, ignored, after) == ("contacts", True, 4) else []

    async def ignore_errors(
        self, reason: str, category: Category | None, ids: list[int] | None, pair: str = "", code: str = ""
    ) -> int:
        return len(ids or [])

    async def unignore_errors(
        self, category: Category | None, ids: list[int] | None, pair: str = "", code: str = ""
    ) -> int:
        return len(ids or [])

    async def error_pages(self, error: int) -> PagesView:
        return PagesView(error, "Kari", (PageView(Side.HUBSPOT, "contacts", "1", "https://app.hubspot.com/x", ""),))

    async def settings(self, section: str) -> list[SettingView]:
        raise ValueError(f"no section {section}")

    async def set_setting(self, key: str, value: str) -> list[SettingView]:
        raise ItemError(Fault(Category.DUPLICATES, "DUPLICATES_DETECTED", "there is one", ("Email",), "003A"), "merge")

    async def set_allocation(self, calls: int) -> StatusView:
        if calls < 1:
            raise SetupError("At least one call is needed", f"{calls} was asked for", "Choose 1 or more.")
        self.allocation = calls
        return await self.status()

    async def inclusion_lists(self) -> list[tuple[str, str]]:
        await asyncio.sleep(0.3)
        return [("7", "Newsletter")]

    async def mappings(self, pair: str) -> list[MappingView]:
        return [
            MappingView(
                "email", "Email", "text", {"Contact": "Email"}, "Email", "email", Rule.TWO_WAY, tuple(Rule), True
            )
            for _ in range(1_000)
        ]

    async def set_rule(self, pair: str, property: str, rule: Rule) -> list[MappingView]:
        raise AllocationReached("No calls left", resume_at="2026-01-01T00:00:00Z")

    async def add_mapping(self, pair: str, property: str, salesforce: dict[str, str], rule: Rule) -> list[MappingView]:
        return []

    async def remove_mapping(self, pair: str, property: str) -> list[MappingView]:
        return []

    async def mappable_fields(self, pair: str) -> list[FieldView]:
        return []

    async def check_mapping(self, pair: str, property: str, salesforce: dict[str, str]) -> tuple[str, str]:
        return (property, ",".join(f"{k}.{v}" for k, v in salesforce.items()))

    async def export_configuration(self) -> str:
        return "format = 1\n# Ω\n"

    async def preview_configuration(self, text: str) -> ConfigurationDiffView:
        return ConfigurationDiffView((ConfigurationChangeView("rule", "contacts.email", "Email", "Two-way", text, 7),))

    async def import_configuration(self, text: str) -> ConfigurationDiffView:
        return ConfigurationDiffView(())

    async def sync(self, preview: bool) -> PassView:
        """Runs until cancelled; in a preview, floods the window with events first."""
        if preview:
            await self.flood(5_000)
        else:
            self.running = asyncio.Event()
            await self.running.wait()
        return PassView(1, preview, "done", "asked", "2026-01-01T00:00:00Z", None, (), {"salesforce": 5_000})

    async def flood(self, number: int) -> None:
        for i in range(1, number + 1):
            self.tell(CallMade(Side.SALESFORCE, used=i, left=number - i))
            self.tell(CallMade(Side.HUBSPOT, used=i, left=None))
            self.tell(PassProgress(ProgressView(1, True, "reading", i, number, 10.0, None)))
            self.tell(Changed((("status", "errors", "passes")[i % 3],)))
            if i % 1_000 == 0:
                self.tell(Notice("info", f"{i} done"))
                await asyncio.sleep(0.06)
        self.tell(PassFinished(PassView(1, True, "done", "asked", "2026-01-01T00:00:00Z", None, (), {})))

    async def cancel(self) -> None:
        if self.running is not None:
            self.running.set()

    async def pause(self) -> StatusView:
        self.paused = True
        return await self.status()

    async def resume(self) -> StatusView:
        os._exit(9)  # the one request that an engine doesn't live through

    async def passes(self, limit: int) -> list[PassView]:
        return []

    async def changes(self, pass_id: int, after_row: int, limit: int) -> list[ChangeView]:
        return []

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    async def close(self) -> None:
        """Leaves a mark where the name is a file: it was closed in order, with nothing of it running."""
        self.end_practice_work()
        await self.cancel()
        if self.name.endswith(".closed"):
            Path(self.name).write_text("settled")


def run_small(pipe: Connection, name: str) -> None:
    async def make() -> Facade:
        return SmallEngine(name)

    serve(pipe, make)


def run_refusing(pipe: Connection, name: str) -> None:
    async def make() -> Facade:
        raise SetupError("The keyring is locked", "", "Unlock it.")

    serve(pipe, make)


def run_stubborn(pipe: Connection, name: str) -> None:
    class Stubborn(SmallEngine):
        async def close(self) -> None:
            await asyncio.sleep(3_600)

    async def make() -> Facade:
        return Stubborn(name)

    serve(pipe, make)
