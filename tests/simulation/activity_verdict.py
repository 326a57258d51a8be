"""What must be true at rest of tasks, calls and notes, and of the records that they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmsync_desktop.domain.layout import Column
from crmsync_desktop.domain.mapping import PAIRS, pair_of_object
from crmsync_desktop.domain.records import UNSEEN, Category, Side, Value
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.settings import OnConflict, rules_of
from crmsync_desktop.domain.values import close
from crmsync_desktop.ports.store import ErrorRow, Link, LinkState
from tests.simulation.activities import CONTACTS, LEAD, NOTE, RELATED, WHAT, WHO, split
from tests.simulation.activity_world import ActivityWorld
from tests.simulation.family_verdict import FamilyVerdict
from tests.simulation.fields import ACTIVITIES
from tests.simulation.sides import Row

LOOKUP = {CONTACTS: WHO, RELATED: WHAT}
_TAG = re.compile("<[^>]+>")


class ActivityVerdict(FamilyVerdict):
    world: ActivityWorld

    def __init__(self, world: ActivityWorld) -> None:
        super().__init__(world)
        self.there: dict[str, str] = {}
        self.here: dict[str, str] = {}
        """The counterparts of records that activities belong to, by typed id of HubSpot and by id of Salesforce."""
        self.bound: dict[Side, set[str]] = {side: set() for side in Side}
        self.once: dict[str, set[str]] = {}
        """All Salesforce records that a HubSpot record has ever been linked to."""
        for link in self.links:
            if PAIRS[link.pair].hubspot in ACTIVITIES:
                self.bound[Side.SALESFORCE].add(link.salesforce_id)
                self.bound[Side.HUBSPOT].add(link.hubspot_id)
                continue
            place = f"{PAIRS[link.pair].hubspot}/{link.hubspot_id}"
            self.once.setdefault(place, set()).add(link.salesforce_id)
            if link.state is LinkState.LIVE:
                self.there[place], self.here[link.salesforce_id] = link.salesforce_id, place

    def findings(self) -> list[str]:
        return [*super().findings(), *self._came_back(), *self._taken_away()]

    def _came_back(self) -> Iterator[str]:
        """A2: a task that was made of a call or a note is no to-do in HubSpot."""
        for row in self.world.hubspot.live("tasks"):
            source = self.world.salesforce.rows.get(row.stands_for or "")
            if row.ours and source is not None and self._object(source) != "Task":
                yield f"A2: HubSpot task {row.id} was made of {self._object(source)} {source.id}"

    def _taken_away(self) -> Iterator[str]:
        """An association is taken away only where Salesforce had named its counterpart, and names another now."""
        counterparts = {link.hubspot_id: link.salesforce_id for link in self.links if link.pair in ("tasks", "calls")}
        for id, place in self.world.hubspot.taken_away:
            named = self.world.salesforce.named.get(counterparts.get(id, ""), set())
            if not named & self.once.get(place, set()):
                yield f"A1: {place} was taken from {id}, whose task never named {self.once.get(place)}, but {named}"
            self.world.nature.seen["an association was taken away"] += 1

    def _object(self, row: Row) -> str:
        return self.world.salesforce.made_as.get(row.id, row.object)

    def _name(self, row: Row) -> tuple[Side, str, str]:
        if row.object not in ACTIVITIES:
            return super()._name(row)
        side = Side.HUBSPOT if row.id in self.world.hubspot.rows else Side.SALESFORCE
        return side, self._object(row), row.id

    # links

    def _link(self, link: Link) -> Iterator[str]:
        if PAIRS[link.pair].hubspot not in ACTIVITIES:
            yield from super()._link(link)
            return
        salesforce, hubspot = self.world.salesforce.rows[link.salesforce_id], self.world.hubspot.rows[link.hubspot_id]
        if self._object(salesforce) != link.salesforce_object:
            yield f"A2: calls a {self._object(salesforce)} a {link.salesforce_object}"
        unread = not self._is_read(link.pair)
        if unread and not salesforce.live and hubspot.live and link.state is LinkState.LIVE:
            self.world.nature.seen["at the end: deleted in Salesforce, which isn't read"] += 1
        elif unread and salesforce.live and link.state is LinkState.SALESFORCE_GONE and salesforce.restored:
            self.world.nature.seen["at the end: brought back in Salesforce, which isn't read"] += 1
        else:
            yield from super()._link(link)

    def _is_read(self, pair: str) -> bool:
        return bool(rules_of(self.world.settings, PAIRS[pair]).reads)

    def _field(self, link: Link, column: Column, salesforce: Row, hubspot: Row) -> Iterator[str]:
        if hubspot.object not in ACTIVITIES:
            yield from super()._field(link, column, salesforce, hubspot)
            return
        field = column.field(Side.SALESFORCE, link.salesforce_object)
        assert field is not None
        s, h = salesforce.values[field.name], hubspot.values[column.property]
        if column.kind is Kind.PLACES:
            why = self._why_placed(link, column, salesforce, hubspot)
        elif self._agree(column, s, h):
            why = "settled"
        else:
            why = self._why_apart(link, column, field.name, salesforce, hubspot)
        self.world.nature.seen[f"at the end: {link.pair}: {why}"] += 1
        if not why:
            bases = (link.base_salesforce[column.place], link.base_hubspot[column.place])
            what = f"{column.property} ({column.rule.label}): {s!r} and {h!r}, bases {bases}"
            yield f"I2: {link.pair} {what} differ without a reason; errors {self._told(salesforce, hubspot)}"

    def _told(self, *rows: Row) -> list[ErrorRow]:
        return [error for row in rows for error in self.errors.get(self._name(row), [])]

    def _agree(self, column: Column, s: Value, h: Value) -> bool:
        if column.hubspot.kind is Kind.HTML:
            return (s or "").split() == _TAG.sub("", h or "").split()
        if column.hubspot.kind is Kind.DATETIME:
            return (s or "")[:10] == (h or "")[:10]
        there, here = column.as_hubspot(s), column.as_salesforce(h)
        return (there is not UNSEEN and close(column.kind, there, h)) or (
            here is not UNSEEN and close(column.kind, here, s)
        )

    def _why_apart(self, link: Link, column: Column, field: str, salesforce: Row, hubspot: Row) -> str:
        s, h = salesforce.values[field], hubspot.values[column.property]
        if (link.link, column.place) in self.conflicts:
            held = self.world.settings.on_conflict is OnConflict.HOLD and column.rule.master is None
            return "held" if held else ""
        rules = rules_of(self.world.settings, PAIRS[link.pair])
        if not rules.to_salesforce:
            return "door closed"
        if not self._is_read(link.pair):
            if column.kind is Kind.OWNER and column.as_salesforce(h) is UNSEEN:
                return "owner without a counterpart"
            heard = link.base_hubspot[column.place]
            never_sent = heard is UNSEEN and (h is None or field == WHAT)  # a lead had stood in the way
            if (h == heard or never_sent) and field in salesforce.touched:
                return "edited in Salesforce, which isn't read"
            return self._held_back(salesforce, hubspot)
        if not rules.to_hubspot:
            return "door closed"
        if column.kind is Kind.OWNER and UNSEEN in (column.as_hubspot(s), column.as_salesforce(h)):
            return "owner without a counterpart"
        return self._held_back(salesforce, hubspot)

    def _why_placed(self, link: Link, column: Column, salesforce: Row, hubspot: Row) -> str:
        name, field = column.property, LOOKUP[column.property]
        lookup, places = salesforce.values[field], split(hubspot.values[name])
        told = any(error.category is Category.ASSOCIATIONS for error in self._told(salesforce, hubspot))
        linked = [place for place in places if place in self.there]
        if lookup and self.here.get(lookup) in places:
            return "placed"
        if not lookup and not linked:
            return "placed nowhere" if not places else "places wait"
        if name in self.world.hubspot.silent.get(hubspot.id, ()):
            return "associated, which HubSpot doesn't tell"
        if name == RELATED and not lookup and (salesforce.values[WHO] or "").startswith(LEAD):
            return "no WhatId beside a lead"
        if lookup and lookup not in self.here and (told or self._pair_off(lookup)):
            return "its record waits"
        if places and not linked and told:
            return "places wait, and another is named until then"
        same = link.base_hubspot[column.place] == hubspot.values[name]
        if not lookup and same and field in salesforce.touched:
            return "cleared, and stays so"
        return self._why_apart(link, column, field, salesforce, hubspot)

    def _pair_off(self, lookup: str) -> bool:
        return pair_of_object(self.world.salesforce.rows[lookup].object) not in self.world.layouts

    # records without a link

    def _record(self, row: Row) -> Iterator[str]:
        if row.object not in ACTIVITIES:
            yield from super()._record(row)
            return
        side, object, _ = self._name(row)
        pair = pair_of_object(object)
        since = self.world.since.get(row.object)
        if row.id in self.bound[side] or object == NOTE or pair not in self.world.layouts or since is None:
            return
        rules, seen = rules_of(self.world.settings, PAIRS[pair]), self.world.nature.seen
        if not (rules.to_hubspot if side is Side.SALESFORCE else rules.to_salesforce):
            seen[f"at the end: {pair}: out of scope"] += 1
        elif int(row.modified) <= since[1] and pair not in self.world.backfilled:
            seen[f"at the end: {pair}: older than the switch"] += 1
        else:
            yield from self._alone(side, pair, row)

    def _alone(self, side: Side, pair: str, row: Row) -> Iterator[str]:
        errors = self._told(row)
        if not errors:
            yield f"E6: {pair}: isn't linked, and nothing says why"
        elif not any(self._still_so(side, row, error) for error in errors):
            yield f"E6: {pair}: isn't linked, though what {[error.code for error in errors]} say is no longer so"
        for error in errors:
            self.world.nature.seen[f"at the end: {pair}: alone for {error.code}"] += 1

    def _still_so(self, side: Side, row: Row, error: ErrorRow) -> bool:
        if error.code == "CREATE_UNCERTAIN":
            return True
        if side is Side.SALESFORCE:
            named = [id for name in (WHO, WHAT) if (id := row.values[name])]
            linked = [id for id in named if id in self.here]
        else:
            named = [place for name in (CONTACTS, RELATED) for place in split(row.values[name])]
            linked = [place for place in named if place in self.there]
            if self.world.hubspot.silent.get(row.id):
                return True
        if error.code == "NOT_PLACED":
            return not linked
        return error.code == "PLACE_NOT_LINKED" and bool(named) and not linked
