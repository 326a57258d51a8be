"""What a person can ask for. The command line calls it in its own process; the window calls it across a pipe to the
engine's process (adapters/ipc). Every answer is a view (app/views.py); every failure a CrmSyncError."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

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
from crmsync_desktop.app.object_facade import ObjectFacade
from crmsync_desktop.app.plan_views import ApplyView, PlanView, UndoView
from crmsync_desktop.app.views import (
    ChangeView,
    ConflictView,
    ConnectionView,
    DuplicatesView,
    ErrorGroupView,
    Event,
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


class Facade(ObjectFacade, Protocol):
    """One connection's engine. Methods answer within a few milliseconds unless said otherwise."""

    async def connections(self) -> list[ConnectionView]: ...

    async def status(self) -> StatusView: ...

    async def errors(
        self, category: Category, pair: str = "", ignored: bool = False, shown: int = 50
    ) -> list[ErrorGroupView]:
        """Errors and notices of a card by root cause, with the first `shown` records of each; of one pair, unless it is "".
        `ignored`: those that are ignored, instead of the others. Half a second for 100,000 errors. Raises SetupError for a
        pair that there isn't."""
        ...

    async def error_lines(
        self, category: Category | None, pair: str, ignored: bool, after: int, limit: int
    ) -> list[ErrorLineView]:
        """The same one by one, in order of id, beginning after the id `after`, with all that is known of each (S5)."""
        ...

    async def retry_errors(self, category: Category | None, ids: list[int] | None, pair: str = "") -> int:
        """Stage the records of these errors for the next pass: those named, else all of a category and pair, as far as they
        aren't ignored. Gives how many weren't staged already. Raises SetupError, and stages none, for an id that there isn't."""
        ...

    async def ignore_errors(
        self, reason: str, category: Category | None, ids: list[int] | None, pair: str = "", code: str = ""
    ) -> int:
        """Don't count these errors any more, nor show them (S5), as long as record, field and cause are the same; they clear
        like any other. Gives how many. Raises SetupError without a reason, and where there is no such error."""
        ...

    async def unignore_errors(
        self, category: Category | None, ids: list[int] | None, pair: str = "", code: str = ""
    ) -> int:
        """Count and show them again. Gives how many. Raises SetupError where there is no such error."""
        ...

    async def error_pages(self, error: int) -> PagesView:
        """Where the record of an error, and its counterpart, are shown in their CRMs: only ever on the connection's own
        hosts. Raises SetupError for an error that there isn't, or that isn't about a record."""
        ...

    async def approve(self, plan: int) -> PassView:
        """Carry out the plan that a guard rail stopped (P7), and nothing beyond it; takes as long as a pass. Raises SetupError
        if that plan doesn't wait."""
        ...

    async def conflicts(self, limit: int, after: int) -> list[ConflictView]:
        """P4. Held conflicts of the next `limit` links after the link `after` (the number before the dot of an id)."""
        ...

    async def settle_conflicts(self, ids: list[str], use: Use, value: str | None, property: str | None) -> SettledView:
        """Decide held conflicts: these, those of a link whose number is given, or all if none are named; only those of
        `property`, if one is. `value` goes with Use.VALUE alone. The next pass writes it. Raises SetupError for an id under
        which nothing is held, and where nothing is held at all."""
        ...

    async def settings(self, section: str) -> list[SettingView]:
        """`section`: a pair's name, or "connection"."""
        ...

    async def set_setting(self, key: str, value: str) -> list[SettingView]:
        """Save one setting and give its section anew. Raises SetupError with what would be accepted."""
        ...

    async def set_allocation(self, calls: int) -> StatusView:
        """S1. Raises SetupError for less than 1 or more than the org's own limit."""
        ...

    async def inclusion_lists(self) -> list[tuple[str, str]]:
        """(id, name) of HubSpot's active lists. Costs calls; takes as long as HubSpot does."""
        ...

    async def pairs(self) -> list[PairView]:
        """All pairs, parents first, with their switches. Costs no call."""
        ...

    async def backfill_activities(self, pair: str, since: str, begin: bool) -> BackfillView:
        """How many past activities of a kind, changed since that day (YYYY-MM-DD; "" = ever), there are to be read, and what
        that costs; with `begin`, the next pass reads them. One call for each object that is counted. Raises SetupError for a
        pair that is no activity or whose switch is off, and for a day that can't be."""
        ...

    async def preview_setting(self, key: str, value: str) -> PassView:
        """A preview of the next pass as it would be with this setting, which isn't saved (O4). Takes and costs what a
        preview does."""
        ...

    async def mappings(self, pair: str) -> list[MappingView]: ...

    async def unmapped_fields(self, pair: str) -> list[FieldView]:
        """Salesforce fields without which a new record is refused, and that no mapping fills."""
        ...

    async def set_values(self, pair: str, property: str, values: list[tuple[str, str]]) -> list[MappingView]:
        """(HubSpot's value, Salesforce's) of a mapping; none takes the pairs away. Raises SetupError for a value that
        isn't in its side's list, or is paired twice."""
        ...

    async def set_rule(self, pair: str, property: str, rule: Rule) -> list[MappingView]: ...

    async def add_mapping(self, pair: str, property: str, salesforce: dict[str, str], rule: Rule) -> list[MappingView]:
        """Raises SetupError with the reason where the types don't fit or a field is taken."""
        ...

    async def remove_mapping(self, pair: str, property: str) -> list[MappingView]:
        """Raises SetupError for a default mapping: it can only be set to Don't sync."""
        ...

    async def backfill(self, pair: str, property: str, preview: bool) -> PassView:
        """Let what both sides hold already travel by this mapping's rule, as on the first link: runs a pass (M4). A new
        mapping by itself moves only what is edited from then on. Raises SetupError for one that doesn't sync."""
        ...

    async def new_property(self, pair: str, salesforce: dict[str, str], name: str) -> NewPropertyView:
        """The HubSpot property that would be made for these fields (object → field), called as the first of them is where
        `name` is "". Raises SetupError where there can't be one, or one of that name is there. Makes nothing."""
        ...

    async def make_property(self, pair: str, salesforce: dict[str, str], name: str, rule: Rule) -> list[MappingView]:
        """Make that property in HubSpot, and map it (M5). Costs two calls. Raises SetupError where HubSpot refuses."""
        ...

    async def mappable_fields(self, pair: str) -> list[FieldView]: ...

    async def check_mapping(self, pair: str, property: str, salesforce: dict[str, str]) -> tuple[str, str]:
        """(problem, warning), both "" where the two fit."""
        ...

    async def stages(self, pair: str, anew: bool) -> StagesView:
        """Which pipelines and stages of deals or tickets are each other's (O3). Costs calls where they aren't known, are
        older than a day, or `anew`."""
        ...

    async def choose_stage(self, pair: str, hubspot: str, salesforce: str, only: Side | None) -> StagesView:
        """Pair two stages ("Sales Pipeline/Contract Sent", "New Business/Negotiation"), or a pipeline and a record type,
        for records that come to either side, or `only` to one. Raises SetupError for what isn't there."""
        ...

    async def reset_stages(self, pair: str) -> StagesView:
        """Back to what is learnt."""
        ...

    async def owners(self) -> OwnersView:
        """Which users and owners are each other's (C10)."""
        ...

    async def pair_owner(self, salesforce: str, hubspot: str) -> OwnersView:
        """Pair two by hand, by id, e-mail address or name. Raises SetupError for nobody or several of that name."""
        ...

    async def part_owner(self, salesforce: str | None) -> OwnersView:
        """Take back what was paired by hand, of one user or of all (None)."""
        ...

    async def export_configuration(self) -> str:
        """All settings and mappings as one TOML file, without secrets (M6)."""
        ...

    async def preview_configuration(self, text: str) -> ConfigurationDiffView:
        """What importing this file would change, or all that is wrong with it. May cost calls, to ask the org and the
        portal whether they have what it names. Writes nothing."""
        ...

    async def import_configuration(self, text: str) -> ConfigurationDiffView:
        """Make settings and mappings equal to the file's, all or nothing; gives what changed. Raises SetupError for a file
        with something wrong in it."""
        ...

    async def sync(self, preview: bool) -> PassView:
        """Run one pass now and give its result; takes as long as the pass does. A pass that is running already is joined.
        Raises CrmSyncError where it could not run at all."""
        ...

    async def cancel(self) -> None:
        """Stop the running pass; what has been sent is settled first."""
        ...

    async def pause(self) -> StatusView: ...

    async def resume(self) -> StatusView: ...

    async def passes(self, limit: int) -> list[PassView]: ...

    async def changes(self, pass_id: int, after_row: int, limit: int) -> list[ChangeView]: ...

    async def plans(self) -> list[PlanView]:
        """Previews, the newest first: which are kept, and what became of the others (P1)."""
        ...

    async def apply(self, number: int) -> ApplyView:
        """Carry out a kept plan and nothing beyond it; takes as long as a pass does. What has moved since isn't written but
        told. Raises SetupError for a plan that isn't kept any more, was applied already, or never was."""
        ...

    async def undo(self, pass_id: int, record: str | None, preview: bool, approved: bool) -> UndoView:
        """Put back what a pass wrote, as far as nobody has edited it since (P2); takes as long as a pass does. `record`: only
        this one, by its id, address or e-mail address. Raises SetupError for a pass that wrote nothing."""
        ...

    async def why(self, record: str, property: str | None) -> WhyView:
        """What is known of a record, named by its address in either CRM, its id or an e-mail address, and what decides about it
        (P3); with a HubSpot `property`, about that field. Costs no call. Raises SetupError for what names no record."""
        ...

    # Workflow actions (W1). A rule is named by its name or number.

    async def actions(self) -> list[ActionRuleView]:
        """All rules, with how often each has fired."""
        ...

    async def save_action(self, rule: ActionRule, replaces: str | None) -> ActionRuleView:
        """Make a rule, or put it in the place of one. Names and labels in it become ids. It counts what happens from now on,
        unless it replaces one that was on and waited for the same. Costs calls where the memory doesn't know what it names.
        Raises SetupError for what isn't there, with what would be accepted; then nothing is saved."""
        ...

    async def switch_action(self, name: str, on: bool) -> ActionRuleView:
        """Switched on, it counts what happens from then on; switched off, what waits goes on waiting. May cost a call."""
        ...

    async def remove_action(self, name: str) -> list[ActionRuleView]:
        """What it did stays; what it was still to do isn't done."""
        ...

    async def try_action(self, name: str, days: int) -> ActionTrialView:
        """For which records the rule would have fired in the last days, by the journal, and what that can't know. Costs no
        call, but for rules on lists: one for 250 that joined."""
        ...

    async def firings(
        self, rule: str | None, record: str | None, state: str | None, limit: int, before: int | None
    ) -> list[FiringView]:
        """What has fired, the newest first: of all rules or one, of all records or one (named as for `why`), in any state or
        one; those numbered below `before`. Costs no call."""
        ...

    async def retry_firings(self, rule: str | None, numbers: list[int] | None) -> int:
        """Let firings that were refused be tried again in the next pass: those of a rule, these, or all; gives how many."""
        ...

    async def undo_firing(self, number: int) -> FiringView:
        """Delete the task again that it created, or put the campaign member back, unless somebody has edited it since: then,
        and where nothing was done, raises SetupError. Costs a call to look and one to write."""
        ...

    async def duplicates(self, pair: str, limit: int) -> DuplicatesView:
        """Likely duplicates among the records that are known, within each system and across both (P6); at most `limit` of
        them, best first. Writes nothing. Where nothing has been read yet, a preview reads both systems first, which costs
        what a preview costs. Takes seconds for tens of thousands of records. Raises SetupError for a pair whose records
        can't be duplicates (deals, tickets)."""
        ...

    # Imports of chosen Salesforce records into HubSpot (I1). All of them raise SetupError for an object without a pair, a
    # filter that doesn't fit it, and a list that can't be read; those that run take and cost what a pass over the records does.

    async def import_count(self, source: ImportSource) -> ImportCountView:
        """How many records those are, and what importing them costs. One call; none for a list."""
        ...

    async def check_list(self, source: ImportSource) -> ListCheckView:
        """Which entries of a list bring a record. One call for 10,000 ids."""
        ...

    async def import_preview(self, source: ImportSource, only: tuple[str, ...]) -> ImportDoneView:
        """What importing them would do, field by field (`changes` of its pass). `only`: HubSpot properties that it is narrowed to;
        none: all that are mapped. Kept as an import that can be resumed. Raises LimitReached where the allocation doesn't carry
        the reading."""
        ...

    async def import_run(self, source: ImportSource, only: tuple[str, ...], approved: bool) -> ImportDoneView:
        """Import them. `approved`: although the guard rail would stop it. `cancel` stops it, as any pass. Raises SetupError while
        another import runs, LimitReached as a preview does."""
        ...

    async def import_resume(self, number: int, approved: bool) -> ImportDoneView:
        """Go on with an import that ended early, where it was; run one that was previewed."""
        ...

    async def import_cancel(self, number: int | None) -> ImportView:
        """Stop the one that runs, after its batch; or give up one that stopped. What it did stays."""
        ...

    async def imports(self, limit: int) -> list[ImportView]:
        """The newest first. Costs no call."""
        ...

    async def import_items(self, number: int, outcome: str | None, after_row: int, limit: int) -> list[ImportItemView]:
        """What became of its records, a page at a time."""
        ...

    async def import_report(self, number: int, path: str) -> int:
        """Write what became of each record into a .csv or .xlsx file, whole or not at all; gives how many. Takes seconds for
        100,000."""
        ...

    # Records of the practice orgs, as a person edits them in each CRM's own window (ports/practice.py says what they
    # hold). They take as long as the orgs do, cost no calls, and raise SetupError: with the org's own words where a
    # change is refused, where the orgs aren't being served, and on a connection that isn't to practice orgs.

    async def practice_types(self) -> list[PracticeType]: ...

    async def practice_page(
        self, system: Place, type: str, search: str, deleted: bool, offset: int, limit: int
    ) -> PracticePage:
        """At most `limit` (1–500) records from `offset` on, newest change first."""
        ...

    async def practice_record(self, system: Place, type: str, id: str) -> PracticeRecord: ...

    async def practice_create(self, system: Place, type: str, values: dict[str, str]) -> PracticeRecord: ...

    async def practice_change(self, system: Place, type: str, id: str, values: dict[str, str]) -> PracticeRecord:
        """Set fields; "" empties one."""
        ...

    async def practice_delete(self, system: Place, type: str, ids: list[str]) -> None: ...

    async def practice_undelete(self, system: Place, type: str, ids: list[str]) -> None: ...

    async def practice_merge(self, system: Place, type: str, master: str, losers: list[str]) -> str:
        """Gives the id of the record that is left."""
        ...

    async def practice_convert(self, lead: str, opportunity: str) -> dict[str, str]:
        """With an opportunity of that name, unless it is "". Gives ids by kind: account, contact, opportunity."""
        ...

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Hear events until the returned function is called. The listener runs on the caller's event loop thread."""
        ...

    async def close(self) -> None: ...
