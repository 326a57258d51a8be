"""The facade's methods, each as a request. Types are spelled out so that the answer is decoded strictly into them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import NoneType
from typing import Any, TypeVar

from crmsync_desktop.app.action_views import ActionRuleView, ActionTrialView, FiringView
from crmsync_desktop.app.activity_views import BackfillView
from crmsync_desktop.app.configuration_views import ConfigurationDiffView
from crmsync_desktop.app.error_views import ErrorLineView, PagesView
from crmsync_desktop.app.import_views import (
    ImportCountView,
    ImportDoneView,
    ImportItemView,
    ImportSource,
    ImportView,
    ListCheckView,
)
from crmsync_desktop.app.match_views import OwnersView, StagesView
from crmsync_desktop.app.object_views import ObjectProposalView, ObjectRequest, ObjectsView
from crmsync_desktop.app.plan_views import ApplyView, PlanView, UndoView
from crmsync_desktop.app.views import (
    ChangeView,
    ConflictView,
    ConnectionView,
    DuplicatesView,
    ErrorGroupView,
    FieldView,
    MappingView,
    NewPropertyView,
    PairView,
    PassView,
    SettingView,
    SettledView,
    StatusView,
)
from crmsync_desktop.app.why_views import WhyView
from crmsync_desktop.domain.action_rules import ActionRule
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Category, Side
from crmsync_desktop.domain.settlements import Use
from crmsync_desktop.ports.practice import Place, PracticePage, PracticeRecord, PracticeType

T = TypeVar("T")


class RemoteFacade(ABC):
    """See app/facade.py for what each method promises."""

    @abstractmethod
    async def _ask(self, kind: type[T], method: str, *args: Any) -> T: ...

    async def connections(self) -> list[ConnectionView]:
        return await self._ask(list[ConnectionView], "connections")

    async def status(self) -> StatusView:
        return await self._ask(StatusView, "status")

    async def errors(
        self, category: Category, pair: str = "", ignored: bool = False, shown: int = 50
    ) -> list[ErrorGroupView]:
        return await self._ask(list[ErrorGroupView], "errors", category, pair, ignored, shown)

    async def error_lines(
        self, category: Category | None, pair: str, ignored: bool, after: int, limit: int
    ) -> list[ErrorLineView]:
        return await self._ask(list[ErrorLineView], "error_lines", category, pair, ignored, after, limit)

    async def retry_errors(self, category: Category | None, ids: list[int] | None, pair: str = "") -> int:
        return await self._ask(int, "retry_errors", category, ids, pair)

    async def ignore_errors(
        self, reason: str, category: Category | None, ids: list[int] | None, pair: str = "", code: str = ""
    ) -> int:
        return await self._ask(int, "ignore_errors", reason, category, ids, pair, code)

    async def unignore_errors(
        self, category: Category | None, ids: list[int] | None, pair: str = "", code: str = ""
    ) -> int:
        return await self._ask(int, "unignore_errors", category, ids, pair, code)

    async def error_pages(self, error: int) -> PagesView:
        return await self._ask(PagesView, "error_pages", error)

    async def approve(self, plan: int) -> PassView:
        return await self._ask(PassView, "approve", plan)

    async def conflicts(self, limit: int, after: int) -> list[ConflictView]:
        return await self._ask(list[ConflictView], "conflicts", limit, after)

    async def settle_conflicts(self, ids: list[str], use: Use, value: str | None, property: str | None) -> SettledView:
        return await self._ask(SettledView, "settle_conflicts", ids, use, value, property)

    async def settings(self, section: str) -> list[SettingView]:
        return await self._ask(list[SettingView], "settings", section)

    async def set_setting(self, key: str, value: str) -> list[SettingView]:
        return await self._ask(list[SettingView], "set_setting", key, value)

    async def set_allocation(self, calls: int) -> StatusView:
        return await self._ask(StatusView, "set_allocation", calls)

    async def inclusion_lists(self) -> list[tuple[str, str]]:
        return await self._ask(list[tuple[str, str]], "inclusion_lists")

    async def pairs(self) -> list[PairView]:
        return await self._ask(list[PairView], "pairs")

    async def backfill_activities(self, pair: str, since: str, begin: bool) -> BackfillView:
        return await self._ask(BackfillView, "backfill_activities", pair, since, begin)

    async def preview_setting(self, key: str, value: str) -> PassView:
        return await self._ask(PassView, "preview_setting", key, value)

    async def unmapped_fields(self, pair: str) -> list[FieldView]:
        return await self._ask(list[FieldView], "unmapped_fields", pair)

    async def set_values(self, pair: str, property: str, values: list[tuple[str, str]]) -> list[MappingView]:
        return await self._ask(list[MappingView], "set_values", pair, property, values)

    async def mappings(self, pair: str) -> list[MappingView]:
        return await self._ask(list[MappingView], "mappings", pair)

    async def set_rule(self, pair: str, property: str, rule: Rule) -> list[MappingView]:
        return await self._ask(list[MappingView], "set_rule", pair, property, rule)

    async def add_mapping(self, pair: str, property: str, salesforce: dict[str, str], rule: Rule) -> list[MappingView]:
        return await self._ask(list[MappingView], "add_mapping", pair, property, salesforce, rule)

    async def remove_mapping(self, pair: str, property: str) -> list[MappingView]:
        return await self._ask(list[MappingView], "remove_mapping", pair, property)

    async def backfill(self, pair: str, property: str, preview: bool) -> PassView:
        return await self._ask(PassView, "backfill", pair, property, preview)

    async def new_property(self, pair: str, salesforce: dict[str, str], name: str) -> NewPropertyView:
        return await self._ask(NewPropertyView, "new_property", pair, salesforce, name)

    async def make_property(self, pair: str, salesforce: dict[str, str], name: str, rule: Rule) -> list[MappingView]:
        return await self._ask(list[MappingView], "make_property", pair, salesforce, name, rule)

    async def mappable_fields(self, pair: str) -> list[FieldView]:
        return await self._ask(list[FieldView], "mappable_fields", pair)

    async def check_mapping(self, pair: str, property: str, salesforce: dict[str, str]) -> tuple[str, str]:
        return await self._ask(tuple[str, str], "check_mapping", pair, property, salesforce)

    async def custom_objects(self) -> ObjectsView:
        return await self._ask(ObjectsView, "custom_objects")

    async def propose_object(self, name: str, request: ObjectRequest) -> ObjectProposalView:
        return await self._ask(ObjectProposalView, "propose_object", name, request)

    async def add_object(self, name: str, request: ObjectRequest) -> ObjectProposalView:
        return await self._ask(ObjectProposalView, "add_object", name, request)

    async def update_object(self, name: str, request: ObjectRequest) -> ObjectProposalView:
        return await self._ask(ObjectProposalView, "update_object", name, request)

    async def remove_object(self, name: str) -> None:
        await self._ask(NoneType, "remove_object", name)

    async def stages(self, pair: str, anew: bool) -> StagesView:
        return await self._ask(StagesView, "stages", pair, anew)

    async def choose_stage(self, pair: str, hubspot: str, salesforce: str, only: Side | None) -> StagesView:
        return await self._ask(StagesView, "choose_stage", pair, hubspot, salesforce, only)

    async def reset_stages(self, pair: str) -> StagesView:
        return await self._ask(StagesView, "reset_stages", pair)

    async def owners(self) -> OwnersView:
        return await self._ask(OwnersView, "owners")

    async def pair_owner(self, salesforce: str, hubspot: str) -> OwnersView:
        return await self._ask(OwnersView, "pair_owner", salesforce, hubspot)

    async def part_owner(self, salesforce: str | None) -> OwnersView:
        return await self._ask(OwnersView, "part_owner", salesforce)

    async def export_configuration(self) -> str:
        return await self._ask(str, "export_configuration")

    async def preview_configuration(self, text: str) -> ConfigurationDiffView:
        return await self._ask(ConfigurationDiffView, "preview_configuration", text)

    async def import_configuration(self, text: str) -> ConfigurationDiffView:
        return await self._ask(ConfigurationDiffView, "import_configuration", text)

    async def sync(self, preview: bool) -> PassView:
        return await self._ask(PassView, "sync", preview)

    async def cancel(self) -> None:
        await self._ask(type(None), "cancel")

    async def pause(self) -> StatusView:
        return await self._ask(StatusView, "pause")

    async def resume(self) -> StatusView:
        return await self._ask(StatusView, "resume")

    async def passes(self, limit: int) -> list[PassView]:
        return await self._ask(list[PassView], "passes", limit)

    async def changes(self, pass_id: int, after_row: int, limit: int) -> list[ChangeView]:
        return await self._ask(list[ChangeView], "changes", pass_id, after_row, limit)

    async def plans(self) -> list[PlanView]:
        return await self._ask(list[PlanView], "plans")

    async def apply(self, number: int) -> ApplyView:
        return await self._ask(ApplyView, "apply", number)

    async def undo(self, pass_id: int, record: str | None, preview: bool, approved: bool) -> UndoView:
        return await self._ask(UndoView, "undo", pass_id, record, preview, approved)

    async def why(self, record: str, property: str | None) -> WhyView:
        return await self._ask(WhyView, "why", record, property)

    async def actions(self) -> list[ActionRuleView]:
        return await self._ask(list[ActionRuleView], "actions")

    async def save_action(self, rule: ActionRule, replaces: str | None) -> ActionRuleView:
        return await self._ask(ActionRuleView, "save_action", rule, replaces)

    async def switch_action(self, name: str, on: bool) -> ActionRuleView:
        return await self._ask(ActionRuleView, "switch_action", name, on)

    async def remove_action(self, name: str) -> list[ActionRuleView]:
        return await self._ask(list[ActionRuleView], "remove_action", name)

    async def try_action(self, name: str, days: int) -> ActionTrialView:
        return await self._ask(ActionTrialView, "try_action", name, days)

    async def firings(
        self, rule: str | None, record: str | None, state: str | None, limit: int, before: int | None
    ) -> list[FiringView]:
        return await self._ask(list[FiringView], "firings", rule, record, state, limit, before)

    async def retry_firings(self, rule: str | None, numbers: list[int] | None) -> int:
        return await self._ask(int, "retry_firings", rule, numbers)

    async def undo_firing(self, number: int) -> FiringView:
        return await self._ask(FiringView, "undo_firing", number)

    async def duplicates(self, pair: str, limit: int) -> DuplicatesView:
        return await self._ask(DuplicatesView, "duplicates", pair, limit)

    async def import_count(self, source: ImportSource) -> ImportCountView:
        return await self._ask(ImportCountView, "import_count", source)

    async def check_list(self, source: ImportSource) -> ListCheckView:
        return await self._ask(ListCheckView, "check_list", source)

    async def import_preview(self, source: ImportSource, only: tuple[str, ...]) -> ImportDoneView:
        return await self._ask(ImportDoneView, "import_preview", source, only)

    async def import_run(self, source: ImportSource, only: tuple[str, ...], approved: bool) -> ImportDoneView:
        return await self._ask(ImportDoneView, "import_run", source, only, approved)

    async def import_resume(self, number: int, approved: bool) -> ImportDoneView:
        return await self._ask(ImportDoneView, "import_resume", number, approved)

    async def import_cancel(self, number: int | None) -> ImportView:
        return await self._ask(ImportView, "import_cancel", number)

    async def imports(self, limit: int) -> list[ImportView]:
        return await self._ask(list[ImportView], "imports", limit)

    async def import_items(self, number: int, outcome: str | None, after_row: int, limit: int) -> list[ImportItemView]:
        return await self._ask(list[ImportItemView], "import_items", number, outcome, after_row, limit)

    async def import_report(self, number: int, path: str) -> int:
        return await self._ask(int, "import_report", number, path)

    async def practice_types(self) -> list[PracticeType]:
        return await self._ask(list[PracticeType], "practice_types")

    async def practice_page(
        self, system: Place, type: str, search: str, deleted: bool, offset: int, limit: int
    ) -> PracticePage:
        return await self._ask(PracticePage, "practice_page", system, type, search, deleted, offset, limit)

    async def practice_record(self, system: Place, type: str, id: str) -> PracticeRecord:
        return await self._ask(PracticeRecord, "practice_record", system, type, id)

    async def practice_create(self, system: Place, type: str, values: dict[str, str]) -> PracticeRecord:
        return await self._ask(PracticeRecord, "practice_create", system, type, values)

    async def practice_change(self, system: Place, type: str, id: str, values: dict[str, str]) -> PracticeRecord:
        return await self._ask(PracticeRecord, "practice_change", system, type, id, values)

    async def practice_delete(self, system: Place, type: str, ids: list[str]) -> None:
        await self._ask(NoneType, "practice_delete", system, type, ids)

    async def practice_undelete(self, system: Place, type: str, ids: list[str]) -> None:
        await self._ask(NoneType, "practice_undelete", system, type, ids)

    async def practice_merge(self, system: Place, type: str, master: str, losers: list[str]) -> str:
        return await self._ask(str, "practice_merge", system, type, master, losers)

    async def practice_convert(self, lead: str, opportunity: str) -> dict[str, str]:
        return await self._ask(dict[str, str], "practice_convert", lead, opportunity)
