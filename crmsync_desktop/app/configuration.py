"""The whole configuration of a connection, out to one file and in from one (M6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from collections.abc import Mapping as Table

import msgspec

from crmsync_desktop.app.action_tables import ACTION
from crmsync_desktop.app.configuration_checks import MappingChecks
from crmsync_desktop.app.configuration_reading import Reading
from crmsync_desktop.app.configuration_tables import has_stages
from crmsync_desktop.app.configuration_text import described, section_of, shown, written
from crmsync_desktop.app.configuration_views import (
    ConfigurationChangeView,
    ConfigurationDiffView,
    ConfigurationProblemView,
)
from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.app.toml_lines import told
from crmsync_desktop.domain.action_rules import ActionRule, in_force, named, same_rule
from crmsync_desktop.domain.configuration import (
    Change,
    Configuration,
    MappingChange,
    MappingPart,
    RowChange,
    SettingChange,
    completed,
    difference,
    flat,
    in_order,
    settings_of,
)
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import Mapping, Rule, as_made
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import Settings
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.action_rules import action_rules, next_number, save_action_rules
from crmsync_desktop.engine.metadata import pairings_of, save_pairings
from crmsync_desktop.engine.stages import choices_of, save_choices
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.profiles import Profile
from crmsync_desktop.ports.store import Store

_LIST = "contacts.inclusion_list"
_ALLOCATION = "allocation"
_TOLD = 5
"""Problems that an error names."""


class Surroundings(msgspec.Struct, frozen=True):
    """What only the org and the portal know; each may cost calls and is asked for only where the file makes it matter."""

    schemas: Callable[[str], Awaitable[dict[str, Schema]]]
    """Of a pair, by object."""
    lists: Callable[[], Awaitable[list[tuple[str, str]]]]
    """(id, name) of the active lists."""
    limit: Callable[[], Awaitable[int | None]]
    """The org's own limit of calls, where it can be had."""
    touched: Callable[
        [str, Sequence[Mapping], Sequence[Mapping], Collection[str], dict[str, Schema], Settings],
        Awaitable[dict[str, int] | None],
    ]
    """How many records a change of mappings would change: see Touched.records."""
    rule: Callable[[ActionRule], Awaitable[ActionRule]]
    """A rule of a workflow action with ids for names; raises SetupError for one that can't be."""
    now: Callable[[], Awaitable[str]]
    """HubSpot's time: what happened before doesn't count for a new rule."""


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
        view, before, wanted = await self._compared(text)
        if view.problems:
            raise refusal(view.problems)
        if before != self._current():
            raise SetupError("The configuration was changed meanwhile, so nothing was imported.", "", "Look again.")
        rules = await self._in_force(before.actions, wanted.actions)
        with self._store.together():
            if rules != before.actions:
                save_action_rules(self._store, rules)
            if wanted.settings != before.settings:
                self._store.save_settings(settings_of(wanted.settings))
            for pair, mappings in wanted.mappings.items():
                if mappings != before.mappings[pair]:
                    self._pairs[pair].replace(mappings)
            for pair, choices in wanted.stages.items():
                if choices != before.stages.get(pair, ()):
                    save_choices(self._store, pair, choices)
            if wanted.owners != before.owners:
                save_pairings(self._store, wanted.owners)
        return view

    def _current(self) -> Configuration:
        mappings = {pair: in_order(each.all(), each.defaults) for pair, each in self._pairs.items()}
        stages = {pair: choices_of(self._store, pair) for pair in self._pairs if has_stages(pair)}
        owners, actions = pairings_of(self._store), action_rules(self._store)
        return Configuration(flat(self._store.settings()), mappings, stages, owners, actions)

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

    async def _compared(self, text: str) -> tuple[ConfigurationDiffView, Configuration, Configuration]:
        """(view, what is, what would be)."""
        before = self._current()
        defaults = {
            pair: frozenset(each.property for each in (*before.mappings[pair], *mappings.defaults) if each.builtin)
            for pair, mappings in self._pairs.items()
        }
        reading = Reading(text, defaults)
        if reading.problems:
            return ConfigurationDiffView((), tuple(reading.problems)), before, before
        wanted = msgspec.structs.replace(
            reading.configuration,
            actions=await self._rules(reading, before.actions),
            mappings={
                pair: _as_made(
                    completed(mappings, before.mappings[pair], self._pairs[pair].defaults), before.mappings[pair]
                )
                for pair, mappings in reading.configuration.mappings.items()
            },
        )
        changes = difference(before, wanted)
        lists = await self._check_settings(reading, changes)
        checks = await self._check_mappings(reading, changes, wanted)
        if reading.problems:
            problems = sorted(reading.problems, key=lambda problem: problem.line)
            return ConfigurationDiffView((), tuple(problems)), before, wanted
        records = {pair: await self._touched(pair, changes, before, wanted, check) for pair, check in checks.items()}
        return ConfigurationDiffView(tuple(self._views(changes, wanted, checks, lists, records))), before, wanted

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
        for pair, mappings in self._pairs.items():
            of_pair = [each for each in changes if isinstance(each, MappingChange) and each.pair == pair]
            if of_pair:
                found[pair] = MappingChecks(reading, mappings.pair, await self._around.schemas(pair), mappings.defaults)
                found[pair].check(of_pair, wanted.mappings[pair])
        return found

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
        settings = settings_of(wanted.settings)
        return await self._around.touched(pair, now, wanted.mappings[pair], moving, check.schemas, settings)

    def _views(
        self,
        changes: tuple[Change, ...],
        wanted: Configuration,
        checks: dict[str, MappingChecks],
        lists: dict[str, str],
        records: dict[str, dict[str, int] | None],
    ) -> list[ConfigurationChangeView]:
        settings = described(settings_of(wanted.settings))
        views = []
        for change in changes:
            if isinstance(change, SettingChange):
                view = settings[change.key]
                old, new = shown(view, change.old, lists), shown(view, change.new, lists)
                views.append(ConfigurationChangeView("setting", change.key, view.title, old, new, None, view.warning))
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
            old, new = _in_words(change)
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


def _in_words(change: MappingChange) -> tuple[str, str]:
    """(old, new) of what changes."""
    match change.part:
        case MappingPart.ADDED:
            return "", f"{_fields(change.new)}, {change.new.rule.label}"
        case MappingPart.REMOVED:
            return f"{_fields(change.old)}, {change.old.rule.label}", ""
        case MappingPart.RULE:
            return change.old.rule.label, change.new.rule.label
        case MappingPart.FIELDS:
            return _fields(change.old), _fields(change.new)
        case MappingPart.VALUES:
            return _values(change.old), _values(change.new)


def _fields(mapping: Mapping) -> str:
    return " / ".join(f"{object}.{name}" for object, name in mapping.salesforce.items())


def _values(mapping: Mapping) -> str:
    return ", ".join(f"{hubspot} = {salesforce}" for hubspot, salesforce in mapping.values) or "no paired values"
