"""The whole configuration of a connection as one value, and what would change from one to another (M6).

Nothing here knows how it is written down: app/configuration_text.py writes it as TOML, app/configuration_reading.py reads
that. Neither tokens nor what a connection is doing (paused, cursors, links) belong to it.
"""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec

from crmsync_desktop.domain.action_rules import WRITTEN, ActionRule, same_rule
from crmsync_desktop.domain.action_words import condition_of, deed_of
from crmsync_desktop.domain.mapping import PAIRS, Mapping, carries_association
from crmsync_desktop.domain.owners import Pairing
from crmsync_desktop.domain.settings import CustomObject, Settings
from crmsync_desktop.domain.stages import Choice

Plain = str | int | bool
"""A setting's value as people write it; "" is none."""


class Configuration(msgspec.Struct, frozen=True):
    """`settings` by their dotted keys ("allocation", "contacts.inclusion_list"), `mappings` by pair; `stages` by pair and
    `owners`: what an admin paired by hand. `actions`: the rules of workflow actions. `objects`: custom objects that sync."""

    settings: dict[str, Plain]
    mappings: dict[str, tuple[Mapping, ...]]
    stages: dict[str, tuple[Choice, ...]] = {}
    owners: tuple[Pairing, ...] = ()
    actions: tuple[ActionRule, ...] = ()
    objects: tuple[CustomObject, ...] = ()

    def as_settings(self) -> Settings:
        """The settings that these come to. Raises as `settings_of`."""
        return msgspec.structs.replace(settings_of(self.settings), custom_objects=self.objects)


class SettingChange(msgspec.Struct, frozen=True):
    key: str
    old: Plain
    new: Plain


class MappingPart(StrEnum):
    """What of a mapping changes."""

    ADDED = "added"
    REMOVED = "removed"
    FIELDS = "fields"
    RULE = "rule"
    VALUES = "values"


class MappingChange(msgspec.Struct, frozen=True):
    """`old` is what is, `new` what would be; equal but for `part` and other parts that have changes of their own. An added
    mapping is its own `old`, a removed one its own `new`."""

    pair: str
    part: MappingPart
    old: Mapping
    new: Mapping


class RowChange(msgspec.Struct, frozen=True):
    """A row of the tables of stages or owners: where something goes, "" where that is left to what is learnt. `table`:
    "deals.stage", "owner"; or "action": a rule of a workflow action in words, or a part of one ("NAME.subject")."""

    table: str
    key: str
    old: str
    new: str


class ObjectChange(msgspec.Struct, frozen=True):
    """A custom object, or a part of one. `key` "": all of it, added where `old` is "" and taken off where `new` is."""

    name: str
    key: str
    old: Plain
    new: Plain


Change = SettingChange | MappingChange | RowChange | ObjectChange


class Clash(msgspec.Struct, frozen=True):
    """The mapping at `place` takes what the one at `earlier` has: the property, or a field of an `object`."""

    place: int
    earlier: int
    object: str
    name: str


def flat(settings: Settings) -> dict[str, Plain]:
    """Settings by dotted keys, in the order in which they are declared; without custom objects."""
    found: dict[str, Plain] = {}
    document: dict[str, Any] = msgspec.to_builtins(settings)
    del document["custom_objects"]
    for name, value in document.items():
        inner = {f"{name}.{key}": each for key, each in value.items()} if isinstance(value, dict) else {name: value}
        found.update({key: "" if each is None else each for key, each in inner.items()})
    return found


def settings_of(values: Table[str, Plain]) -> Settings:
    """The settings with these dotted keys; those left out have their defaults. Raises msgspec.ValidationError for a key or
    a value that can't be."""
    document: dict[str, Any] = {}
    for key, value in values.items():
        section, _, name = key.rpartition(".")
        (document.setdefault(section, {}) if section else document)[name] = None if value == "" else value
    return msgspec.convert(document, Settings)


def in_order(mappings: Sequence[Mapping], defaults: Sequence[Mapping]) -> tuple[Mapping, ...]:
    """The order in which mappings are written down, whatever order they were made in: the default ones as the product lists
    them, then the others by property."""
    places = {mapping.property: place for place, mapping in enumerate(defaults)}
    return tuple(sorted(mappings, key=lambda each: (places.get(each.property, len(places)), each.property)))


def completed(
    wanted: Sequence[Mapping], current: Sequence[Mapping], defaults: Sequence[Mapping]
) -> tuple[Mapping, ...]:
    """`wanted` with the default mappings that it leaves out: they can't be removed, so they become what they were at first.
    One that `current` doesn't have either (a newer version of the product knows it) stays out."""
    named = {mapping.property for mapping in wanted}
    first = {mapping.property: mapping for mapping in defaults if mapping.builtin}
    left_out = [first.get(each.property, each) for each in current if each.builtin and each.property not in named]
    return in_order([*wanted, *left_out], defaults)


def clashes(mappings: Sequence[Mapping]) -> list[Clash]:
    """A property, or a field of an object, that is mapped twice. A lookup may be mapped once as an association and once
    more as the text of its id: the two write different things in HubSpot, and neither can undo the other, since a text
    never goes back into a lookup."""
    seen: dict[tuple[bool, str, str], int] = {}
    found: list[Clash] = []
    for place, mapping in enumerate(mappings):
        for object, name in (("", mapping.property), *mapping.salesforce.items()):
            earlier = seen.setdefault((carries_association(mapping.property), object, name), place)
            if earlier != place:
                found.append(Clash(place, earlier, object, name))
    return found


def difference(before: Configuration, after: Configuration) -> tuple[Change, ...]:
    """What changes, in the order of `after`; what is removed comes after the rest of its pair. The order of mappings is no
    difference."""
    found: list[Change] = [
        SettingChange(key, before.settings[key], value)
        for key, value in after.settings.items()
        if before.settings[key] != value
    ]
    found += _objects(before.objects, after.objects)
    for pair, mappings in after.mappings.items():
        former = {mapping.property: mapping for mapping in before.mappings.get(pair, ())}
        for new in mappings:
            old = former.pop(new.property, None)
            found += [MappingChange(pair, part, old or new, new) for part in _parts(old, new)]
        found += [MappingChange(pair, MappingPart.REMOVED, old, old) for old in former.values()]
    for pair in dict.fromkeys([*after.stages, *before.stages]):
        old_stages, new_stages = _stages(before.stages.get(pair, ())), _stages(after.stages.get(pair, ()))
        found += _rows(f"{pair}.stage", old_stages, new_stages)
    owners = ({each.salesforce: each.hubspot for each in each_side.owners} for each_side in (before, after))
    return (*found, *_rows("owner", *owners), *_actions(before.actions, after.actions))


def _objects(old: Sequence[CustomObject], new: Sequence[CustomObject]) -> list[ObjectChange]:
    former = {each.name: each for each in old}
    found: list[ObjectChange] = []
    for each in new:
        before = former.pop(each.name, None)
        if before is None:
            found.append(ObjectChange(each.name, "", "", each.hubspot_name or each.hubspot))
            continue
        was, now = msgspec.to_builtins(before), msgspec.to_builtins(each)
        found += [ObjectChange(each.name, key, was[key], now[key]) for key in now if was[key] != now[key]]
    return [*found, *(ObjectChange(each.name, "", each.hubspot_name or each.hubspot, "") for each in former.values())]


def _actions(old: Sequence[ActionRule], new: Sequence[ActionRule]) -> list[RowChange]:
    former = {rule.name.casefold(): rule for rule in old}
    found: list[RowChange] = []
    for rule in new:
        before = former.pop(rule.name.casefold(), None)
        if before is None:
            found.append(RowChange("action", rule.name, "", _in_words(rule)))
        elif not same_rule(before, rule):
            parts = [name for name in WRITTEN if getattr(before, name) != getattr(rule, name)]
            found += [
                RowChange("action", f"{rule.name}.{name}", _part(before, name), _part(rule, name)) for name in parts
            ]
    return [*found, *(RowChange("action", rule.name, _in_words(rule), "") for rule in former.values())]


def _in_words(rule: ActionRule) -> str:
    noun = next((pair.noun for pair in PAIRS.values() if pair.hubspot == rule.object), "record")
    return f"{'' if rule.on else '(off) '}when {condition_of(rule, noun)}, {deed_of(rule)}"


def _part(rule: ActionRule, name: str) -> str:
    value = getattr(rule, name)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(map(rule.name_of, value))
    return "" if value is None else rule.name_of(str(value))


def _stages(choices: Sequence[Choice]) -> dict[str, str]:
    """Where things go, by what goes there."""
    return {
        f"{choice.to.other.label}'s {'/'.join(filter(None, (choice.pipeline, choice.stage))) or '(no record type)'}": (
            "/".join(filter(None, (choice.target, choice.target_stage))) or "(no record type)"
        )
        for choice in choices
    }


def _rows(table: str, old: Table[str, str], new: Table[str, str]) -> list[RowChange]:
    keys = dict.fromkeys([*new, *old])
    return [RowChange(table, key, old.get(key, ""), new.get(key, "")) for key in keys if old.get(key) != new.get(key)]


def _parts(old: Mapping | None, new: Mapping) -> list[MappingPart]:
    if old is None:
        return [MappingPart.ADDED]
    differs = {
        MappingPart.FIELDS: old.salesforce != new.salesforce,
        MappingPart.RULE: old.rule is not new.rule,
        MappingPart.VALUES: old.values != new.values,
    }
    return [part for part, changed in differs.items() if changed]
