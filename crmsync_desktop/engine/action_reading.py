"""What has happened in HubSpot that rules wait for (W1): noted, once for each record and occasion, before anything is done
about it. One search for an object with such rules, a call for 50 of its records that changed, one for each list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from crmsync_desktop.domain.action_occasions import Occasion, Version, moment, named, occasions
from crmsync_desktop.domain.action_rules import OWNER_OF_RECORD, ActionRule, watched
from crmsync_desktop.domain.action_templates import OF_RECORD, placeholders
from crmsync_desktop.domain.action_words import called, why_it_fired
from crmsync_desktop.domain.errors import CrmSyncError, SetupError
from crmsync_desktop.domain.mapping import Pair
from crmsync_desktop.domain.records import Observed, Presence, Side, Value
from crmsync_desktop.domain.schema import Field, Schema
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.action_desk import ActionDesk, is_own
from crmsync_desktop.engine.action_rules import list_place
from crmsync_desktop.ports.actions import Firing, FiringState
from crmsync_desktop.ports.crm import Want

OWNER_PROPERTY: Final = "hubspot_owner_id"
RECORD_OWNER: Final = "record.owner"
"""Beside what placeholders stood for: the id of the record's HubSpot owner, for tasks that are to be that person's."""
OVERLAP_SECONDS: Final = 300.0
KEPT_SECONDS: Final = 3 * 3600.0
"""How long it is remembered that a record was looked at: longer than any read goes back."""


async def note_what_happened(desk: ActionDesk) -> list[Firing]:
    """Gives what is new. A preview notes nothing."""
    found: list[Firing] = []
    rules = [rule for rule in desk.rules.values() if rule.on]
    for object in sorted({rule.object for rule in rules}):
        pair = desk.pair_of(object)
        own = [rule for rule in rules if rule.object == object]
        if pair is None:
            desk.trouble(
                own, SetupError(f"HubSpot's object “{object}” isn't synced.", "", "Sync it, or remove the rule.")
            )
            continue
        try:
            found += await _of_object(desk, pair, own)
        except CrmSyncError as error:
            if not is_own(error):
                raise
            desk.trouble(own, error)
    return found


async def _of_object(desk: ActionDesk, pair: Pair, rules: Sequence[ActionRule]) -> list[Firing]:
    schema = await desk.schema(pair.hubspot)
    usable = [rule for rule in rules if _is_whole(desk, rule, schema)]
    if any("record.url" in placeholders(text) for rule in usable for text in (rule.subject, rule.description)):
        await desk.account()
    reading = _Reading(desk, pair, schema, usable, await _owner_names(desk, usable))
    found: list[Firing] = []
    if watching := [rule for rule in usable if watched(rule)]:
        found += await reading.histories(watching)
    for list_id in sorted({rule.list_id for rule in usable if not watched(rule)}):
        joining = [rule for rule in usable if rule.list_id == list_id]
        try:
            found += await reading.joins(list_id, joining)
        except CrmSyncError as error:
            if not is_own(error):
                raise
            desk.trouble(joining, error)
    return found


def _is_whole(desk: ActionDesk, rule: ActionRule, schema: Schema) -> bool:
    """Whether what the rule watches is there."""
    missing = [name for name in watched(rule) if name not in schema.fields]
    if missing:
        desk.trouble([rule], SetupError(f"HubSpot has no property “{missing[0]}” any more.", "", "Edit the rule."))
    return not missing


async def _owner_names(desk: ActionDesk, rules: Sequence[ActionRule]) -> dict[str, str]:
    """By HubSpot's ids, where a text names them."""
    if not any(OWNER_PROPERTY in wanted_of(rule) for rule in rules):
        return {}
    known = (await desk.owners()).known[Side.HUBSPOT]
    return {id: owner.name or owner.email for id, owner in known.items()}


def wanted_of(rule: ActionRule) -> tuple[str, ...]:
    """The HubSpot properties that the rule's texts name, and its owner's."""
    named_ones = [name for text in (rule.subject, rule.description) for name in placeholders(text)]
    owner = [OWNER_PROPERTY] if rule.owner == OWNER_OF_RECORD else []
    return tuple(dict.fromkeys(name for name in [*named_ones, *owner] if name not in OF_RECORD))


class _Reading:
    """One object's rules in one pass. `owners`: names by HubSpot's ids."""

    def __init__(
        self, desk: ActionDesk, pair: Pair, schema: Schema, rules: Sequence[ActionRule], owners: dict[str, str]
    ) -> None:
        self._desk, self._pair, self._schema, self._owners = desk, pair, schema, owners
        names = [*pair.label_properties, *(name for rule in rules for name in wanted_of(rule))]
        self._want = Want(pair.hubspot, tuple(dict.fromkeys(names)), ())

    async def histories(self, rules: Sequence[ActionRule]) -> list[Firing]:
        """Occasions by the histories of properties: of every record that has changed, since a value that came and went
        between two looks is an occasion too."""
        desk, store, object = self._desk, self._desk.context.store, self._pair.hubspot
        properties = tuple(dict.fromkeys(name for rule in rules for name in watched(rule)))
        begin = store.cursor(object) or desk.happenings.cursor_at(min(moment(rule.since) for rule in rules))
        want = Want(object, self._want.fields, (), begin)
        found: list[Firing] = []
        async for page in desk.context.crms[Side.HUBSPOT].changes([want]):
            desk.context.check_stop()
            records = {each.id: each for each in page.records if each.presence is Presence.LIVE}
            seen = store.seen_versions(object, list(records))
            fresh = {id: record for id, record in records.items() if seen.get(id) != record.version}
            told = await desk.happenings.versions(want, list(fresh), properties) if fresh else {}
            firings = [
                firing
                for id, history in told.items()
                if id in fresh
                for rule in rules
                for firing in self._by_history(rule, fresh[id], history)
            ]
            if desk.context.preview:
                found += firings
                continue
            with store.together():
                found += store.note(
                    firings,
                    object,
                    {id: record.version for id, record in fresh.items()},
                    {id: record.absorbed for id, record in fresh.items() if record.absorbed},
                )
                store.move_cursor(object, page.cursor)
        if not desk.context.preview:
            store.forget_versions(object, stamp(await desk.happenings.now() - KEPT_SECONDS))
        return found

    async def joins(self, list_id: str, rules: Sequence[ActionRule]) -> list[Firing]:
        """Occasions by a list's own record of who joined it when."""
        desk, store, place = self._desk, self._desk.context.store, list_place(list_id)
        begin = moment(store.cursor(place)) or min(moment(rule.since) for rule in rules)
        joined = dict(await desk.happenings.joiners(list_id, stamp(begin - OVERLAP_SECONDS)))
        now = await desk.happenings.now()
        seen = store.seen_versions(place, list(joined))
        fresh = {
            id: named(at)
            for id, at in joined.items()
            if seen.get(id) != named(at) and any(moment(at) >= moment(rule.since) for rule in rules)
        }
        desk.context.check_stop()
        records = await desk.context.crms[Side.HUBSPOT].read(self._want, list(fresh)) if fresh else []
        firings = [
            self._firing(rule, record, Occasion(fresh[record.id]))
            for record in records
            if record.presence is Presence.LIVE
            for rule in rules
            if moment(fresh[record.id]) >= moment(rule.since)
        ]
        if desk.context.preview:
            return firings
        with store.together():
            new = store.note(firings, place, fresh)
            store.move_cursor(place, stamp(now))
            store.forget_versions(place, stamp(now - KEPT_SECONDS))
        return new

    def _by_history(self, rule: ActionRule, record: Observed, history: dict[str, list[Version]]) -> Iterable[Firing]:
        kind = self._schema.fields[watched(rule)[0]].kind
        return [self._firing(rule, record, each) for each in occasions(rule, history, kind)]

    def _firing(self, rule: ActionRule, record: Observed, occasion: Occasion) -> Firing:
        cells = dict(zip(self._want.fields, record.cells, strict=True))
        label = " ".join(str(cells[name]) for name in self._pair.label_properties if cells.get(name)) or record.id
        shown = {name: called(self._field(name), cells.get(name), self._owners) for name in wanted_of(rule)}
        taken = self._taken(rule, occasion.value)
        if watched(rule):
            shown[watched(rule)[0]] = taken  # as it was then, whatever has become of it
        if rule.owner == OWNER_OF_RECORD:
            shown[RECORD_OWNER] = str(cells.get(OWNER_PROPERTY) or "")
        shown.update(self._of_record(record, label))
        reason = why_it_fired(rule, self._pair.noun, label, occasion, taken)
        return Firing(
            number=0,
            rule=rule.number,
            object=self._pair.hubspot,
            record_id=record.id,
            occasion=occasion.at,
            state=FiringState.NOTED,
            label=label,
            reason=reason,
            values=shown,
            noted_at=self._desk.now,
        )

    def _field(self, name: str) -> Field | None:
        return self._schema.fields.get(name)

    def _taken(self, rule: ActionRule, value: Value) -> str:
        names = watched(rule)
        return called(self._field(names[0]), value, self._owners) if names else ""

    def _of_record(self, record: Observed, label: str) -> dict[str, str]:
        url = self._desk.address_of(self._pair.hubspot, record.id)
        return {"record.id": record.id, "record.name": label, "record.url": url}
