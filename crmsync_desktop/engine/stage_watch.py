"""Watching opportunities for what they mean for lifecycle stages (C6): their stages, and who plays a role in them.

Where deals sync, the fields ride along with the opportunities that are read anyway; otherwise the opportunities are one more
query of the same call. The memory keeps what each last said under names of its own, staged for as long as something is to
be done about it. Everything that is there at the first look is known, and no news: what changes from then on counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

import msgspec

from crmsync_desktop.domain import members
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.lifecycle_stage import Move, Opportunity, watched
from crmsync_desktop.domain.mapping import COMPANIES, CONTACTS, DEALS, Pair
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Observed, Presence, Side
from crmsync_desktop.domain.remedies import hint
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import LifecycleSync, OnOpportunityStage, Settings
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.digest import digest_of
from crmsync_desktop.engine.metadata import SCHEMA_SECONDS, schema_of_object
from crmsync_desktop.engine.observe import is_stale
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.crm import Crm, Page, Want
from crmsync_desktop.ports.store import Cursor, Known, NewError, RecordState, Store

SOURCE: Final = "Opportunity"
OBJECT: Final = "OpportunityStage"
"""What the memory calls an opportunity as it is watched, beside the one that deals sync with."""
MEMORY: Final = "lifecycle stages"
"""The memory's name for the pair that these belong to."""
FIELDS: Final = ("Name", "StageName", "IsClosed", "IsWon", "OpportunityContactRoles")
HIDDEN: Final = "lifecycle_stages_hidden"
"""The document that says when it turned out that the connected user may not see what has to be watched."""
BEGUN: Final = "lifecycle_stages_begun"
"""The document that says that the first look is over."""


@dataclass
class StageWatch:
    """One pass's watch. `rides`: deals sync, and their opportunities bring the fields along. `moves`: what this round has
    decided, by pair and the memory's row of the HubSpot record. `fresh`: opportunities that changed since the last pass.
    `told`: records without a link that this pass has written to."""

    source: ClassVar[str] = SOURCE
    store: Store
    rides: bool
    begun: bool
    moves: dict[str, dict[int, Move]] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    told: set[tuple[str, str]] = field(default_factory=set)
    waited: bool = False

    def asked(self, wants: Sequence[Want], cursors: Mapping[tuple[Side, str], str]) -> list[Want]:
        """What to read from Salesforce, these fields included."""
        if not self.rides:
            return [*wants, Want(SOURCE, FIELDS, (), cursors.get((Side.SALESFORCE, OBJECT)))]
        return [
            msgspec.structs.replace(want, fields=(*want.fields, *FIELDS)) if want.object == SOURCE else want
            for want in wants
        ]

    def taken(self, page: Page) -> Page | None:
        """Take what is ours out of a page: gives the page as deals asked for it, or None where nobody else did."""
        if page.object != SOURCE:
            return page
        own = [_own(record) for record in page.records if record.presence is Presence.LIVE]
        self._keep([record for record in own if UNSEEN not in record.cells])
        if self.rides:
            records = [msgspec.structs.replace(each, cells=each.cells[: -len(FIELDS)]) for each in page.records]
            return msgspec.structs.replace(page, records=records)
        if self.begun or page.last:  # a first look that ends early begins anew
            self.store.stage(MEMORY, [], Cursor(Side.SALESFORCE, OBJECT, page.cursor))
        return None

    def finished(self) -> None:
        """Everything was read once."""
        if not self.begun:
            self.begun = True
            self.store.save_document(BEGUN, True)

    def give_up(self, now: float) -> None:
        """What is watched can't be seen: leave it be until the schemas are next read."""
        _tell_hidden(self.store, FIELDS, now)

    def _keep(self, records: list[Observed]) -> None:
        known = {k.id: k for k in self.store.records_by_id(Side.SALESFORCE, OBJECT, [each.id for each in records])}
        news = [(record, digest_of(record)) for record in records if _is_news(record, known.get(record.id))]
        if not self.begun:
            self.store.learn(MEMORY, news, RecordState.SETTLED)
        elif news:
            self.store.stage(MEMORY, news, None)
            self.fresh.update(record.id for record, _ in news)


def _own(record: Observed) -> Observed:
    return Observed(
        Side.SALESFORCE, OBJECT, record.id, record.version, Presence.LIVE, list(record.cells[-len(FIELDS) :])
    )


def _is_news(record: Observed, before: Known | None) -> bool:
    """Whether its stage or its roles are others than they were; a new name alone means nothing."""
    if before is None:
        return True
    return _telling(record.cells) != _telling(before.cells or []) and not is_stale(record, before)


def _telling(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Stage, closed, won and who plays a role, whichever it is."""
    return (*cells[1:4], "\n".join(sorted(members.parse(cells[4])))) if cells else ()


def opportunity_of(known: Known) -> Opportunity:
    name, stage, closed, won, roles = known.cells or [None] * len(FIELDS)
    return Opportunity(
        name or known.id, stage or "", closed == "true", won == "true", tuple(members.parse(roles or ""))
    )


def with_stage(settings: Settings, pair: Pair, layout: Layout, hubspot: Schema) -> Layout:
    """The layout with the stage's column, where the settings want it watched."""
    if settings.contacts.lifecycle_stage is not OnOpportunityStage.UPDATE:
        return layout
    spread = pair.name == COMPANIES.name and settings.companies.lifecycle_sync is LifecycleSync.ON
    return watched(layout, hubspot) if pair.name == CONTACTS.name or spread else layout


async def begin_watch(
    settings: Settings, pairs: Sequence[Pair], store: Store, crms: Mapping[Side, Crm], clock: Clock, anew: bool
) -> StageWatch | None:
    """None where the setting is off (what it has missed by the time it is on again is no news then), or where the connected
    user may not see what has to be watched: an error says so, and it is tried again after a day, or where schemas are read
    `anew`."""
    begun = bool(store.document(BEGUN))
    if settings.contacts.lifecycle_stage is not OnOpportunityStage.UPDATE:
        if begun:
            store.save_document(BEGUN, False)
            store.forget_cursor(Side.SALESFORCE, OBJECT)
        return None
    hidden_at = store.document(HIDDEN)
    if hidden_at and not anew and abs(clock.now() - hidden_at) < SCHEMA_SECONDS:
        return None
    try:
        anew = anew and DEALS not in pairs  # they have just been read with the deals' own
        fields = (await schema_of_object(SOURCE, store, crms[Side.SALESFORCE], clock, anew or bool(hidden_at))).fields
        missing = [name for name in FIELDS if name not in fields]
    except SetupError:
        missing = list(FIELDS)
    if missing:
        _tell_hidden(store, missing, clock.now())
        return None
    if hidden_at:
        store.save_document(HIDDEN, None)
    store.clear_errors([(Side.SALESFORCE, SOURCE, OBJECT)])
    store.set_layout(MEMORY, FIELDS)
    return StageWatch(store, DEALS in pairs, begun)


def _tell_hidden(store: Store, missing: Sequence[str], now: float) -> None:
    message = (
        f"The connected Salesforce user can't see {', '.join(missing)} of {SOURCE}, so lifecycle stages don't follow "
        "opportunities."
    )
    fault = Fault(Category.PERMISSIONS, "STAGES_HIDDEN", message, tuple(missing))
    store.open_errors(
        [NewError(CONTACTS.name, Side.SALESFORCE, SOURCE, OBJECT, SOURCE, fault, hint(fault.category, fault.code))],
        stamp(now),
    )
    store.save_document(HIDDEN, now)
