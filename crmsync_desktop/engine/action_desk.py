"""What workflow actions work with in one pass, and how they say what is wrong (W1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from crmsync_desktop.domain.action_occasions import moment
from crmsync_desktop.domain.action_rules import ActionRule
from crmsync_desktop.domain.errors import (
    Cancelled,
    CrmSyncError,
    LimitReached,
    PassError,
    SetupError,
    SignInNeeded,
    Unreachable,
)
from crmsync_desktop.domain.mapping import Pair
from crmsync_desktop.domain.owners import Owners, match_owners
from crmsync_desktop.domain.record_pages import Hosts, page_of
from crmsync_desktop.domain.records import Category, Fault, Side
from crmsync_desktop.domain.remedies import hint
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import all_pairs
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.action_retry import ACTIONS, error_name
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.metadata import SCHEMA_SECONDS, owners_of, pairings_of
from crmsync_desktop.ports.actions import Firing, Happenings
from crmsync_desktop.ports.store import NewError, Tally

PORTAL: Final = "actions.portal"


def is_own(error: CrmSyncError) -> bool:
    """Whether this stands in the way of rules alone, and the pass may go on: something of theirs isn't there or may not be
    seen, or a system refuses the question. A limit, an outage, a lost sign-in and a person's stop are everybody's."""
    if isinstance(error, PassError):
        return not isinstance(error, Unreachable | LimitReached | Cancelled)
    return isinstance(error, SetupError) and not isinstance(error, SignInNeeded)


@dataclass
class ActionDesk:
    """`tally` counts what was done, or in a preview would be: tasks and members created, statuses changed."""

    context: Context
    happenings: Happenings
    rules: dict[int, ActionRule]
    tally: Tally
    troubled: set[int] = field(default_factory=set)
    _owners: Owners | None = None
    _portal: str = ""

    @property
    def now(self) -> str:
        return stamp(self.context.clock.now())

    def pair_of(self, object: str) -> Pair | None:
        """The pair whose HubSpot object this is."""
        pairs = all_pairs(self.context.settings).values()
        return next((pair for pair in pairs if pair.hubspot == object), None)

    async def owners(self) -> Owners:
        if self._owners is None:
            context = self.context
            people = await owners_of(context.store, context.crms, context.clock)
            self._owners = match_owners(people, pairings_of(context.store))
        return self._owners

    async def schema(self, object: str) -> Schema:
        """HubSpot's; from the memory where it is younger than a day."""
        context = self.context
        kept = context.store.schema(Side.HUBSPOT, object)
        if kept is None or abs(context.clock.now() - moment(kept.read_at)) >= SCHEMA_SECONDS:
            kept = (await context.crms[Side.HUBSPOT].schemas([object]))[object]
            context.store.save_schemas([kept])
        context.crms[Side.HUBSPOT].use_schemas([kept])
        return kept

    async def account(self) -> None:
        """Know the HubSpot account's id, which addresses of records hold; asked for once, ever."""
        store = self.context.store
        self._portal = self._portal or str(store.document(PORTAL) or "")
        if not self._portal:
            self._portal = (await self.context.crms[Side.HUBSPOT].identity()).account_id
            store.save_document(PORTAL, self._portal)

    def address_of(self, object: str, id: str) -> str:
        """Where HubSpot shows a record; "" where that can't be told."""
        return page_of(Side.HUBSPOT, object, id, Hosts("", "", self._portal)).url

    # what is wrong

    def trouble(self, rules: Sequence[ActionRule], error: CrmSyncError) -> None:
        """These rules can't be looked after now; one error for each, for as long as it is so."""
        message = " ".join(part for part in (error.title, error.detail) if part)
        for rule in rules:
            self.troubled.add(rule.number)
            fault = Fault(Category.FIELD_MAPPING, "ACTION_RULE", f"Rule “{rule.name}” can't be looked after: {message}")
            self._open(rule, f"rule {rule.number}", rule.name, fault, error.hint, notice=False)

    def hold_back(self, rule: ActionRule, waiting: int) -> None:
        """So many firings are more than the rule's limit lets through in one pass."""
        message = f"Rule “{rule.name}” fires at most {rule.limit:,} times in one pass; {waiting:,} more wait for the next ones."
        fault = Fault(Category.LIMITS, "ACTION_LIMIT", message)
        remedy = "Nothing to do, if that is meant. Else switch the rule off (actions off), or raise its limit (actions edit)."
        self._open(rule, f"rule {rule.number}", rule.name, fault, remedy, notice=True)

    def fault(self, rule: ActionRule, firing: Firing, fault: Fault, remedy: str = "", notice: bool = False) -> None:
        told = Fault(fault.category, fault.code, f"{firing.reason} {fault.message}", fault.fields, fault.existing_id)
        remedy = remedy or hint(fault.category, fault.code)
        self._open(rule, error_name(firing), firing.label, told, remedy, notice)

    def clear(self, names: Sequence[str]) -> None:
        """Close the errors of "rule 3", "firing 17"."""
        if names and any(self.context.store.error_totals()):
            self.context.store.clear_errors([(Side.HUBSPOT, ACTIONS, name) for name in names])

    def _open(self, rule: ActionRule, name: str, label: str, fault: Fault, remedy: str, notice: bool) -> None:
        pair = self.pair_of(rule.object)
        error = NewError(
            pair.name if pair is not None else "", Side.HUBSPOT, ACTIONS, name, label, fault, remedy, notice
        )
        self.context.store.open_errors([error], self.now)
