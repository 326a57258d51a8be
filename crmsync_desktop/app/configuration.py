"""The whole configuration of a connection, out to one file and in from one (M6)."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence

import msgspec

from crmsync_desktop.app.action_tables import ACTION
from crmsync_desktop.app.configuration_around import Surroundings
from crmsync_desktop.app.configuration_checks import MappingChecks
from crmsync_desktop.app.configuration_objects import associations_placed, is_custom, placed
from crmsync_desktop.app.configuration_reading import Reading
from crmsync_desktop.app.configuration_tables import has_stages
from crmsync_desktop.app.configuration_text import described, section_of, shown, written
from crmsync_desktop.app.configuration_views import (
    ConfigurationChangeView,
    ConfigurationDiffView,
    ConfigurationProblemView,
)
from crmsync_desktop.app.configuration_words import in_words, object_change
from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.app.toml_lines import told
from crmsync_desktop.domain.action_rules import ActionRule, in_force, named, same_rule
from crmsync_desktop.domain.configuration import (
    Change,
    Configuration,
    MappingChange,
    MappingPart,
    ObjectChange,
    RowChange,
    SettingChange,
    completed,
    difference,
    flat,
    in_order,
)
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import Mapping, Rule, as_made
from crmsync_desktop.domain.object_news import own_fields
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import CustomObject, OnHubSpotRecord
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.action_rules import action_rules, next_number, save_action_rules
from crmsync_desktop.engine.metadata import pairings_of, save_pairings
from crmsync_desktop.engine.object_watch import keep_known, take_off
from crmsync_desktop.engine.stages import choices_of, save_choices
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.profiles import Profile
from crmsync_desktop.ports.store import Store

_LIST = "contacts.inclusion_list"
_ALLOCATION = "allocation"
_TOLD = 5
"""Problems that an error names."""


class ConfigurationFile:
    """`pairs`: the mappings of each pair of this connection."""

    def __init__(
        self, store: Store, clock: Clock, profile: Profile, pairs: Table[str, Mappings], around: Surroundings
    ) -> None:
        self._store, self._clock, self._profile = store, clock, profile
        self._pairs, self._around = pairs, around

    def text(self) -> str:
        """The file. Costs no call."""
        return written(self._current(), self._profile, stamp(self._clock.now()))

    async def preview(self, text: str) -> ConfigurationDiffView:
        """What importing this would change, or why it can't be. Writes nothing."""
        return (await self._compared(text))[0]

    async def apply(self, text: str) -> ConfigurationDiffView:
        """Make the connection's configuration equal to the file's, all of it or nothing; gives what changed. Raises
        SetupError for a file with problems."""
        view, before, wanted, checked = await self._compared(text)
        if view.problems:
            raise refusal(view.problems)
        if before != self._current():
            raise SetupError("The configuration was changed meanwhile, so nothing was imported.", "", "Look again.")
        rules = await self._in_force(before.actions, wanted.actions)
        with self._store.together():
            if rules != before.actions:
                save_action_rules(self._store, rules)
            anew = self._taken_off(before.objects, wanted.objects)
            if (wanted.settings, wanted.objects) != (before.settings, before.objects):
                self._store.save_settings(wanted.as_settings())
            for pair, mappings in wanted.mappings.items():
                if pair in anew or pair not in before.mappings:
                    self._begin(pair, mappings, checked[pair].schemas)
                elif mappings != before.mappings[pair]:
                    self._pairs[pair].replace(mappings)
            for pair, choices in wanted.stages.items():
                if choices != before.stages.get(pair, ()):
                    save_choices(self._store, pair, choices)
            if wanted.owners != before.owners:
                save_pairings(self._store, wanted.owners)
        return view

    def _taken_off(self, before: Sequence[CustomObject], wanted: Sequence[CustomObject]) -> set[str]:
        """Forget custom objects that go, or sync with another of HubSpot's; gives the names of all of these."""
        after = {each.name: each.hubspot for each in wanted}
        gone = [each for each in before if after.get(each.name) != each.hubspot]
        for own in gone:
            take_off(self._store, own)
        return {own.name for own in gone}

    def _begin(self, pair: str, mappings: Sequence[Mapping], schemas: dict[str, Schema]) -> None:
        """The mappings of a custom object that is new here: all there is travels."""
        self._store.save_document(f"mappings.{pair}", msgspec.to_builtins(mappings))
        keep_known(self._store, pair, own_fields(schemas[pair]))

    def _current(self) -> Configuration:
        mappings = {pair: in_order(each.all(), each.defaults) for pair, each in self._pairs.items()}
        stages = {pair: choices_of(self._store, pair) for pair in self._pairs if has_stages(pair)}
        owners, actions = pairings_of(self._store), action_rules(self._store)
        settings = self._store.settings()
        return Configuration(flat(settings), mappings, stages, owners, actions, settings.custom_objects)

    async def _in_force(self, before: tuple[ActionRule, ...], wanted: tuple[ActionRule, ...]) -> tuple[ActionRule, ...]:
        """The rules of a file as they stand once they are saved; those that stay as they are, as they were."""
        if len(before) == len(wanted) and all(map(same_rule, before, wanted)):
            return before
        now, number = await self._around.now(), next_number(self._store)
        found: list[ActionRule] = []
        for rule in wanted:
            former = named(before, rule.name)
            same = former is not None and same_rule(former, rule)
            found.append(former if former is not None and same else in_force(rule, former, number, now))
            number += former is None
        return tuple(found)

    async def _rules(self, reading: Reading, before: tuple[ActionRule, ...]) -> tuple[ActionRule, ...]:
        """A file's rules, checked where they aren't what stands already."""
        found: list[ActionRule] = []
        for place, rule in reading.actions:
            former = named(before, rule.name)
            if former is not None and same_rule(former, rule):
                found.append(former)
                continue
            try:
                found.append(await self._around.rule(rule))
            except SetupError as error:
                told_of = " ".join(part for part in (error.title, error.detail) if part)
                reading.refuse((ACTION, place), f"Rule “{rule.name}”: {told_of}", error.hint)
        return tuple(found)

    async def _compared(
        self, text: str
    ) -> tuple[ConfigurationDiffView, Configuration, Configuration, dict[str, MappingChecks]]:
        """(view, what is, what would be, what was looked at for it)."""
        before = self._current()
        defaults = {
            pair: frozenset(each.property for each in (*before.mappings[pair], *mappings.defaults) if each.builtin)
            for pair, mappings in self._pairs.items()
        }
        reading = Reading(text, defaults)
        if reading.problems:
            return ConfigurationDiffView((), tuple(reading.problems)), before, before, {}
        objects, types = await self._objects(reading, before.objects)
        wanted = msgspec.structs.replace(
            reading.configuration,
            actions=await self._rules(reading, before.actions),
            objects=objects,
            mappings={
                pair: self._wanted(pair, mappings, before.mappings, types)
                for pair, mappings in reading.configuration.mappings.items()
            },
        )
        changes = difference(before, wanted)
        lists = await self._check_settings(reading, changes)
        checks = await self._check_mappings(reading, changes, wanted)
        if reading.problems:
            problems = sorted(reading.problems, key=lambda problem: problem.line)
            return ConfigurationDiffView((), tuple(problems)), before, wanted, {}
        records = {pair: await self._touched(pair, changes, before, wanted, check) for pair, check in checks.items()}
        view = ConfigurationDiffView(tuple(self._views(changes, wanted, checks, lists, records)))
        return view, before, wanted, checks

    def _wanted(
        self,
        pair: str,
        mappings: Sequence[Mapping],
        before: Table[str, tuple[Mapping, ...]],
        types: dict[str, str],
    ) -> tuple[Mapping, ...]:
        """The mappings of a pair as they would be saved."""
        if pair not in before:
            return in_order([_placed(each, types) for each in mappings], ())
        if is_custom(pair):
            mappings = [_placed(each, types) for each in mappings]
        return _as_made(completed(mappings, before[pair], self._pairs[pair].defaults), before[pair])

    async def _objects(
        self, reading: Reading, before: Sequence[CustomObject]
    ) -> tuple[tuple[CustomObject, ...], dict[str, str]]:
        """A file's custom objects as they are in this account, and its type ids as this account's."""
        former = {each.name: each for each in before}
        wanted = reading.configuration.objects
        known = all(each.name in former and former[each.name].hubspot == each.hubspot for each in wanted)
        there = [] if known else await self._around.objects()
        found: list[CustomObject] = []
        types: dict[str, str] = {}
        for own in wanted:
            try:
                found.append(placed(own, former.get(own.name), there))
            except SetupError as error:
                reading.refuse((own.name,), f"{error.title} {error.detail}", error.hint)
                continue
            types[own.hubspot] = found[-1].hubspot
        return tuple(found), types

    async def _check_settings(self, reading: Reading, changes: tuple[Change, ...]) -> dict[str, str]:
        """Gives the names of the portal's lists, by id, where they were asked for."""
        values = {change.key: change.new for change in changes if isinstance(change, SettingChange)}
        if calls := values.get(_ALLOCATION):
            limit = await self._around.limit()
            if limit is not None and int(calls) > limit:
                accepted = f"It takes a whole number from 1 to {limit:,}, which is the org's own limit."
                reading.refuse(section_of(_ALLOCATION), f"{calls:,} calls can't be allocated.", accepted)
        names: dict[str, str] = {}
        if list_id := values.get(_LIST):
            names = dict(await self._around.lists())
            if list_id not in names:
                there = ", ".join(f"{id} ({name})" for id, name in list(names.items())[:10]) or "none"
                accepted = f'It takes "" or one of the portal\'s active lists: {there}.'
                reading.refuse(section_of(_LIST), f"There is no active list “{list_id}” here.", accepted)
        return names

    async def _check_mappings(
        self, reading: Reading, changes: tuple[Change, ...], wanted: Configuration
    ) -> dict[str, MappingChecks]:
        found: dict[str, MappingChecks] = {}
        custom = {each.name: each for each in wanted.objects}
        for pair, mappings in wanted.mappings.items():
            of_pair = [each for each in changes if isinstance(each, MappingChange) and each.pair == pair]
            if pair in custom:
                if check := await self._check_object(reading, custom[pair], mappings, changes):
                    found[pair] = check
            elif of_pair:
                own = self._pairs[pair]
                found[pair] = MappingChecks(reading, own.pair, await self._around.schemas(pair), own.defaults)
            if of_pair and pair in found:
                found[pair].check(of_pair, mappings)
        return found

    async def _check_object(
        self, reading: Reading, own: CustomObject, mappings: Sequence[Mapping], changes: tuple[Change, ...]
    ) -> MappingChecks | None:
        """None where nothing of it changes, or it can't be."""
        of_object = [each for each in changes if isinstance(each, ObjectChange) and each.name == own.name]
        if not of_object and not any(isinstance(each, MappingChange) and each.pair == own.name for each in changes):
            return None
        try:
            schemas = await self._around.schemas_of(own.pair)
            if own.on_hubspot_change is OnHubSpotRecord.CREATE_OR_UPDATE and of_object:
                await self._around.two_way(own, mappings, schemas)
        except SetupError as error:
            reading.refuse((own.name,), f"{error.title} {error.detail}".strip(), error.hint)
            return None
        return MappingChecks(reading, own.pair, schemas, ())

    async def _touched(
        self,
        pair: str,
        changes: tuple[Change, ...],
        before: Configuration,
        wanted: Configuration,
        check: MappingChecks,
    ) -> dict[str, int] | None:
        """Records by property. Only another rule, or other pairs of values, move what both sides hold: what a new mapping
        finds stays, and so does what one that is gone has left (M4)."""
        moving = {
            change.new.property
            for change in changes
            if isinstance(change, MappingChange)
            and change.pair == pair
            and Rule.DONT_SYNC not in (change.old.rule, change.new.rule)
            and change.old.salesforce == change.new.salesforce
            and change.part in (MappingPart.RULE, MappingPart.VALUES)
        }
        if not moving:
            return {}
        now = self._pairs[pair].usable(check.schemas)
        settings = wanted.as_settings()
        return await self._around.touched(pair, now, wanted.mappings[pair], moving, check.schemas, settings)

    def _views(
        self,
        changes: tuple[Change, ...],
        wanted: Configuration,
        checks: dict[str, MappingChecks],
        lists: dict[str, str],
        records: dict[str, dict[str, int] | None],
    ) -> list[ConfigurationChangeView]:
        settings = described(wanted.as_settings())
        views = []
        for change in changes:
            if isinstance(change, SettingChange):
                view = settings[change.key]
                old, new = shown(view, change.old, lists), shown(view, change.new, lists)
                views.append(ConfigurationChangeView("setting", change.key, view.title, old, new, None, view.warning))
                continue
            if isinstance(change, ObjectChange):
                views.append(object_change(change, settings, lists))
                continue
            if isinstance(change, RowChange) and change.table == ACTION:
                title = f"Workflow action {change.key}"
                views.append(ConfigurationChangeView(ACTION, ACTION, title, change.old, change.new, None, ""))
                continue
            if isinstance(change, RowChange):
                pair, _, what = change.table.rpartition(".")
                old, new = change.old or "learnt", change.new or "learnt"
                title = "Owner" if not pair else f"Stage of {pair}"
                views.append(ConfigurationChangeView(what, change.table, f"{title} {change.key}", old, new, None, ""))
                continue
            property, check = change.new.property, checks[change.pair]
            old, new = in_words(change)
            counts = records[change.pair]
            warning = check.warnings.get(property, "") if change.part is not MappingPart.REMOVED else ""
            views.append(
                ConfigurationChangeView(
                    change.part,
                    f"{change.pair}.{property}",
                    check.label(property),
                    old,
                    new,
                    None if counts is None else counts.get(property, 0),
                    warning,
                )
            )
        return views


def refusal(problems: tuple[ConfigurationProblemView, ...]) -> SetupError:
    """All that keeps a file from being imported, as far as one error can hold it."""
    more = f" And {len(problems) - _TOLD:,} more." if len(problems) > _TOLD else ""
    return SetupError("Nothing was imported.", " ".join(map(told, problems[:_TOLD])) + more)


def _as_made(wanted: Sequence[Mapping], current: Sequence[Mapping]) -> tuple[Mapping, ...]:
    """A file doesn't say what a mapping has been through: one that stays as it is keeps that."""
    before = {mapping.property: mapping for mapping in current}
    return tuple(as_made(mapping, before.get(mapping.property)) for mapping in wanted)


def _placed(mapping: Mapping, types: dict[str, str]) -> Mapping:
    return msgspec.structs.replace(mapping, property=associations_placed(mapping.property, types))
