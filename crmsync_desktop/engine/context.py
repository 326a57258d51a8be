"""What a pass works with, gathered once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crmsync_desktop.domain.errors import Cancelled
from crmsync_desktop.domain.flapping import Flaps
from crmsync_desktop.domain.guard import Reaches
from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.mapping import Pair
from crmsync_desktop.domain.newest import Evidence
from crmsync_desktop.domain.placing import PEOPLE
from crmsync_desktop.domain.records import Cell, Fault, Op, Side
from crmsync_desktop.domain.schema import Kind, Schema
from crmsync_desktop.domain.settings import PairRules, Settings, rules_of
from crmsync_desktop.domain.settlements import Settlement
from crmsync_desktop.domain.standing import Stood
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.ports.actions import Happenings
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.crm import ContactLists, Crm, Want
from crmsync_desktop.ports.store import Entry, Link, NewError, Store, Tally, Undone

if TYPE_CHECKING:
    from crmsync_desktop.engine.applying import Admission
    from crmsync_desktop.engine.chosen import Chosen
    from crmsync_desktop.engine.parents import Parents
    from crmsync_desktop.engine.stage_watch import StageWatch

PEOPLE_OF = {PEOPLE: "contacts"}
CLOCKS_APART = 60.0
"""Seconds between the two sides' clocks that are more than the way of an answer."""
Report = Callable[[str, int, int], None]
"""(phase, records done, records in all or 0): called often, so it must be cheap."""


@dataclass
class Context:
    """One pass over one pair. `again` says that something turned up that this pass itself should still deal with;
    `outstanding` counts the planned writes of each link that has more than one; `failed` are links of which a write was
    refused in this pass."""

    pair: Pair
    layout: Layout
    schemas: dict[str, Schema]
    settings: Settings
    store: Store
    clock: Clock
    crms: dict[Side, Crm]
    lists: ContactLists
    report: Report
    pass_id: int
    preview: bool
    shut: bool = False
    """This pair can't be read just now, and stays out of the pass."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    tallies: dict[Side, Tally] = field(default_factory=dict)
    again: bool = False
    outstanding: dict[int, int] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)
    made: set[int] = field(default_factory=set)
    """Links of records that this pass created: what is still noted on them (the new Salesforce id, on its HubSpot contact)
    belongs to the create and isn't counted as an update."""
    flaps: Flaps = field(default_factory=Flaps)
    """What was written lately again and again."""
    evidence: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    """What is known of the fields in conflict of this chunk's links, by their (Salesforce, HubSpot) ids."""
    settlements: dict[int, dict[str, Settlement]] = field(default_factory=dict)
    """What a person decided about held conflicts, by link and property."""
    refused: dict[tuple[Side, str, int], Fault] = field(default_factory=dict)
    """What this pass leaves out, since it was refused: (side written, id of the record it comes from, place) → why."""
    temporary: dict[str, NewError] = field(default_factory=dict)
    """What was refused for a reason that ought to pass by itself, by the record's name."""
    clocks: dict[Side, float] = field(default_factory=dict)
    """By how many seconds each side's clock was ahead of ours when this pass read from it."""
    last_round: bool = False
    """Whether this pass won't go back to decide once more."""
    outdated: bool = False
    """Whether something showed that a schema is no longer what it was."""
    pairs: dict[str, Context] = field(default_factory=dict)
    """The contexts of all pairs of this pass, by name, this one's too."""
    parents: dict[str, Parents] = field(default_factory=dict)
    """How ids of each pair's records read across, by the pair's name: shared by all contexts and their layouts."""
    stages: StageWatch | None = None
    """What watches opportunities for lifecycle stages, shared by all contexts; None where the setting is off (C6)."""
    linked_children: set[str] = field(default_factory=set)
    """The parents ("companies/ID") of records that were linked in this round."""
    told: set[tuple[str, str, tuple[str, ...]]] = field(default_factory=set)
    """What this pass has put on record against links: (Salesforce id, code, fields)."""
    newly_linked: bool = False
    """Whether this pair got links in this pass that its children haven't been told of."""
    linked_now: set[str] = field(default_factory=set)
    """The records ("contacts/ID") of both sides of those links, as far as it is known which."""
    reaches: Reaches = field(default_factory=Reaches)
    """How far the plan that is being made reaches, for the guard rail."""
    announce: Callable[[str], None] = lambda text: None
    """Tells a person something before anything is written."""
    keep_plan: bool = False
    """Whether the plan is kept for a person's word, rather than dropped with the pass."""
    only: Admission | None = None
    """What this pass may write, and nothing beyond it: a plan that was shown (P1), or what an import brings (I1)."""
    chosen: Chosen | None = None
    """The records that this pass deals with, and no others (I1)."""
    undos: frozenset[int] = frozenset()
    """The passes that are undos (P2)."""
    standing: dict[int, dict[int, Stood]] = field(default_factory=dict)
    """By link and place, for the links at hand: what an undo left, and stands until it is edited."""
    deleted_again: set[int] = field(default_factory=set)
    """Those links of which an undo deleted a record that had been created."""
    stood: list[tuple[int, str]] = field(default_factory=list)
    """(link, property) that stands no longer."""
    undone: list[Undone] = field(default_factory=list)
    undone_notices: list[NewError] = field(default_factory=list)
    happenings: Happenings | None = None
    """What workflow actions go by; None where they rest (W1)."""
    acted: Tally | None = None
    """What workflow actions did in this pass, or would do; held by the first pair's context."""
    written: int = 0
    _counted: set[tuple[str, Side, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.tallies = {side: Tally(side=side, pair=self.pair.name) for side in Side}
        self.pairs = self.pairs or {self.pair.name: self}
        self.rules: PairRules = rules_of(self.settings, self.pair)
        self._parent_places = [
            (column.place, column.parent)
            for column in self.layout.columns
            if column.parent and column.kind is Kind.REFERENCE
        ]
        self._placed = [(column.place, column.translation) for column in self.layout.columns if column.parents]

    def parents_in(self, cells: Sequence[Cell]) -> tuple[str, ...]:
        """The records that one with these cells belongs to, as "companies/ID"."""
        if not cells or not (self._parent_places or self._placed):
            return ()
        found = [f"{parent}/{cell}" for place, parent in self._parent_places if (cell := cells[place])]
        for place, placing in self._placed:
            if cell := cells[place]:
                found += [f"{PEOPLE_OF.get(key, key)}/{id}" for key, id in placing.named(cell)]
        return tuple(found)

    def check_stop(self) -> None:
        """Raise Cancelled where a person asked to stop. Called between batches: what was sent is settled by then."""
        if self.stop.is_set():
            raise Cancelled("The pass was stopped.", "Everything sent until then is settled.")

    def fail(self, side: Side, record: str) -> None:
        """Count a record in error, once, however often this pass comes back to it."""
        if ("failed", side, record) not in self._counted:
            self._counted.add(("failed", side, record))
            self.tallies[side].failed += 1

    def hold(self, side: Side, what: str) -> None:
        """Count what waits for a person, once."""
        if ("held", side, what) not in self._counted:
            self._counted.add(("held", side, what))
            self.tallies[side].held += 1

    def count(self, entry: Entry, by: int) -> None:
        """Count a write in (by 1), or take back one that was planned and then didn't happen (by -1)."""
        tally = self.tallies[entry.side]
        if entry.op is Op.CREATE:
            tally.created += by
        elif entry.op is Op.DELETE:
            tally.deleted += by
        elif entry.link not in self.made:
            tally.updated += by

    def wrote(self, count: int) -> None:
        """Count writes dealt with, for the progress of the pass."""
        self.written += count
        planned = sum(tally.created + tally.updated + tally.deleted for tally in self.tallies.values())
        self.report("writing", self.written, planned)

    def comparable(self, side: Side, version: str) -> str:
        """A version as the other side's clock would have given it: which edit is newer is nothing for a wrong clock to
        decide."""
        apart = self.clocks.get(side, 0.0) - self.clocks.get(side.other, 0.0)
        if side is Side.SALESFORCE or abs(apart) < CLOCKS_APART or not version:
            return version
        return stamp(datetime.fromisoformat(version).timestamp() - apart)

    def want(self, side: Side, object: str, cursor: str | None = None) -> Want:
        return Want(object, self.layout.fields(side, object), self.pair.keys[object], cursor)

    @property
    def unread(self) -> bool:
        """Whether a mapping is so new that what records hold in its fields has yet to be read: then a record that says
        what it said before is news all the same (M4)."""
        return any(column.unread for column in self.layout.columns)

    def note_links(self, links: Sequence[Link]) -> None:
        """Links were made, or moved to other records: children that wait for them are to hear of it."""
        self.newly_linked = self.newly_linked or bool(links)
        for link in links:
            self.linked_now.update((f"{self.pair.name}/{link.salesforce_id}", f"{self.pair.name}/{link.hubspot_id}"))

    def read_objects(self, side: Side) -> tuple[str, ...]:
        """Those whose changes are read."""
        return (self.pair.hubspot,) if side is Side.HUBSPOT else self.rules.reads

    def objects(self, side: Side) -> tuple[str, ...]:
        return (self.pair.hubspot,) if side is Side.HUBSPOT else self.pair.salesforce


async def side_by_side(*works: Coroutine[Any, Any, None]) -> None:
    """Run works at the same time. The first failure stops the others at their next await and is raised itself."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
