"""A world of families with activities: six pairs in each pass, and switches that are turned on some time or other."""

from __future__ import annotations

import msgspec

from crmsync_desktop.domain.mapping import ACTIVITIES, Mapping, Pair, PairKind, Rule
from crmsync_desktop.domain.records import Outcome, Side, Write, Written
from crmsync_desktop.domain.settings import (
    ActivitySettings,
    NoteSettings,
    OnHubSpotRecord,
    OnSalesforceChange,
    OnSalesforceDelete,
    Settings,
    TaskSettings,
    rules_of,
)
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.activities import begin_again
from crmsync_desktop.ports.store import FieldChange, PassRow
from tests.simulation.activities import LEAD, WHAT, WHO, ActivityHubSpot, ActivitySalesforce
from tests.simulation.activity_people import Busy
from tests.simulation.family_world import FamilyWorld
from tests.simulation.fields import ACTIVITIES as ACTIVITY_OBJECTS
from tests.simulation.fields import family_mappings
from tests.simulation.nature import START

ACTIVITY_RULES = (Rule.TWO_WAY, Rule.TWO_WAY, Rule.TWO_WAY, Rule.PREFER_SALESFORCE, Rule.PREFER_HUBSPOT)


class ActivityWorld(FamilyWorld):
    """`since`: by object, between which moments its switch took hold; `backfilled`: the pairs of which past ones were asked
    for."""

    org = ActivitySalesforce
    portal = ActivityHubSpot
    inhabitants = Busy
    salesforce: ActivitySalesforce
    hubspot: ActivityHubSpot

    def __init__(self, seed: int, folder: object) -> None:
        self.since: dict[str, tuple[float, float]] = {}
        self.backfilled: set[str] = set()
        super().__init__(seed, folder)
        choice = self.random.choice
        self.own_rules = {
            name: choice(ACTIVITY_RULES)
            for name in ("hs_task_subject", "hs_task_body", "hs_task_status", "hs_timestamp")
        }
        self._later_on = self.settings if self.random.random() < 0.3 else None
        if self._later_on is not None:
            self.settings = msgspec.structs.replace(
                self.settings, tasks=TaskSettings(), calls=ActivitySettings(), notes=NoteSettings()
            )

    def _settings(self) -> Settings:
        choice = self.random.choice
        change = (OnSalesforceChange.CREATE_OR_UPDATE,) * 4 + (OnSalesforceChange.NOTHING,)
        there = (OnHubSpotRecord.CREATE_OR_UPDATE,) * 6 + (OnHubSpotRecord.NOTHING,)
        return msgspec.structs.replace(
            super()._settings(),
            tasks=TaskSettings(
                enabled=True,
                on_salesforce_change=choice(change),
                on_hubspot_change=choice(there),
                on_salesforce_delete=choice(list(OnSalesforceDelete)),
            ),
            calls=ActivitySettings(
                enabled=self.random.random() < 0.8,
                on_salesforce_change=choice(list(OnSalesforceChange)),
                on_salesforce_delete=choice(list(OnSalesforceDelete)),
            ),
            notes=NoteSettings(enabled=self.random.random() < 0.8),
        )

    def mappings_of(self, pair: Pair) -> tuple[Mapping, ...]:
        if pair.kind is not PairKind.ACTIVITY:
            return super().mappings_of(pair)
        one_way = {mapping.property: Rule.ALWAYS_HUBSPOT for mapping in family_mappings(pair.name, {})}
        rules = {"tasks": self.own_rules, "calls": {}, "notes": {**one_way, "hubspot_owner_id": Rule.TWO_WAY}}
        return family_mappings(pair.name, rules[pair.name])

    async def _stormy_pass(self) -> None:
        if self._later_on is not None and self.random.random() < 0.5:
            self._switch_on()
        await super()._stormy_pass()

    def _switch_on(self) -> None:
        if self._later_on is None:
            return
        self.nature.seen["activities switched on later"] += 1
        self.settings = msgspec.structs.replace(self._later_on, allocation=self.settings.allocation)
        self._later_on = None

    def change_settings(self, allocation: int) -> None:
        self._switch_on()
        super().change_settings(allocation)
        if self.random.random() < 0.5:
            for pair in ACTIVITIES:
                if self.random.random() < 0.7 and pair.hubspot in self.since:
                    self._backfill(pair)

    def _backfill(self, pair: Pair) -> None:
        self.nature.seen["past activities asked for"] += 1
        self.backfilled.add(pair.name)
        begin_again(self.memory.store, dict(self.sides), pair, rules_of(self.settings, pair), stamp(START - 1))

    async def one_pass(self, preview: bool = False) -> PassRow | None:
        began = self.nature.now()
        row = await super().one_pass(preview)
        for _, object in self.memory.store.cursors():
            if object in ACTIVITY_OBJECTS:
                self.since.setdefault(object, (began, self.nature.now()))
        return row

    def _on_created(self, side: Side, write: Write, answer: Written) -> None:
        super()._on_created(side, write, answer)
        if write.object not in ACTIVITY_OBJECTS or answer.outcome is not Outcome.DONE:
            return
        origin = self.sides[side.other].rows[write.origin_id or ""]
        pair = next(pair for pair in ACTIVITIES if write.object in (pair.hubspot, *pair.salesforce))
        began = self.since.get(origin.object, (self.began, 0.0))[0]
        if origin.modified < int(began) and pair.name not in self.backfilled:
            self.broken.append(
                f"A1: {origin.object} {origin.id} is older than its switch, and {answer.id} was made of it"
            )
        if side is Side.HUBSPOT and origin.id in self.salesforce.made_as:
            self.broken.append(f"A1: {origin.id} was made of a note, and came back as {write.object} {answer.id}")
        self.nature.seen[f"made {write.object}"] += 1

    def _lone_edit(self, side: Side, write: Write, change: FieldChange) -> None:
        """Salesforce takes no WhatId beside a lead: it has to go with the change to one."""
        if change.field == WHAT and change.new is None and (write.values.get(WHO) or "").startswith(LEAD):
            self.nature.seen["a lead stands alone"] += 1
            return
        super()._lone_edit(side, write, change)

    async def _pass(self, preview: bool) -> PassRow:
        self.began = self.nature.now()
        return await super()._pass(preview)
