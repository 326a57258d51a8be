"""A TOML file as a configuration, or everything that is wrong with it: each with its line and what would be accepted.

What only the org and the portal can tell (whether a field is there, whether a list is) is asked for elsewhere, in
app/configuration_checks.py.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from collections.abc import Mapping as Table
from typing import Any

import msgspec

from crmsync_desktop.app import toml_lines
from crmsync_desktop.app.action_tables import ACTION, read_actions
from crmsync_desktop.app.configuration_objects import IDENTITY, is_custom, read_identity, setting_names
from crmsync_desktop.app.configuration_tables import OWNER, STAGE, has_stages, read_owners, read_stages
from crmsync_desktop.app.configuration_text import CONNECTION, FORMAT, described, section_of
from crmsync_desktop.app.configuration_views import ConfigurationProblemView
from crmsync_desktop.app.setting_views import CURRENCY, is_currency
from crmsync_desktop.app.toml_lines import Lines, Path
from crmsync_desktop.app.views import SettingView
from crmsync_desktop.domain.action_rules import ActionRule
from crmsync_desktop.domain.configuration import Configuration, Plain, clashes, flat
from crmsync_desktop.domain.mapping import Mapping, Rule, salesforce_objects
from crmsync_desktop.domain.owners import Pairing
from crmsync_desktop.domain.settings import CustomObject, Settings
from crmsync_desktop.domain.stages import Choice

_MAPPING_KEYS = ("property", "rule", "default", "values")
_LISTED = 12
"""How many accepted keys a message names."""


class Reading:
    """A file as read: `configuration` counts only where there are no `problems`. `defaults`: by pair, the properties whose
    mappings are default ones."""

    def __init__(self, text: str, defaults: Table[str, frozenset[str]]) -> None:
        self.problems: list[ConfigurationProblemView] = []
        self._defaults = {pair: those for pair, those in defaults.items() if not is_custom(pair)}
        self.objects: dict[str, CustomObject] = {}
        self._settings: dict[str, Plain] = flat(Settings())
        self._mappings: dict[str, tuple[Mapping, ...]] = dict.fromkeys(self._defaults, ())
        self._stages: dict[str, tuple[Choice, ...]] = {pair: () for pair in defaults if has_stages(pair)}
        self._owners: tuple[Pairing, ...] = ()
        self.actions: tuple[tuple[int, ActionRule], ...] = ()
        """The rules of workflow actions with their places."""
        self._places: dict[tuple[str, str], Path] = {}
        text = text.removeprefix("\ufeff")  # Windows' own editor puts one
        found = toml_lines.read(text)
        if isinstance(found, ConfigurationProblemView):
            self.problems.append(found)
            return
        self._lines = Lines(text)
        self._read(found)

    @property
    def configuration(self) -> Configuration:
        return Configuration(
            self._settings,
            self._mappings,
            self._stages,
            self._owners,
            tuple(rule for _, rule in self.actions),
            tuple(self.objects.values()),
        )

    def place(self, pair: str, property: str) -> Path:
        """Where a mapping stands."""
        return self._places.get((pair, property), (pair,))

    def refuse(self, path: Path, message: str, accepted: str = "") -> None:
        key = ".".join(str(part) for part in path if isinstance(part, str))
        self.problems.append(ConfigurationProblemView(self._lines.of(path), key, message, accepted))

    def _read(self, document: dict[str, Any]) -> None:
        format = document.get("format")
        if format != FORMAT or isinstance(format, bool):
            said = f"Its format is {format!r}." if "format" in document else "It doesn't say which format it has."
            newer = isinstance(format, int) and format > FORMAT
            hint = "A newer version of CRMSync Desktop wrote it." if newer else f"This version reads format = {FORMAT}."
            self.refuse(("format",), said, hint)
            return
        sections: dict[str, dict[str, SettingView]] = {name: {} for name in (CONNECTION, *self._defaults)}
        for key, view in described(Settings()).items():
            section, name = section_of(key)
            sections.setdefault(section, {})[name] = view
        custom = [key for key in document if is_custom(key)]
        self._unknown((), document, ("format", *sections, OWNER, ACTION, *custom))
        self._owners = read_owners(document.get(OWNER, []), self.refuse)
        self.actions = read_actions(document.get(ACTION, []), self.refuse)
        for section, views in sections.items():
            table = document.get(section, {})
            if not isinstance(table, dict):
                self.refuse((section,), f"It is {_kind(table)}.", f"It takes a table: [{section}].")
                continue
            pair = section in self._defaults
            rows = (("mapping", STAGE) if has_stages(section) else ("mapping",)) if pair else ()
            self._unknown((section,), table, (*views, *rows))
            for name in views.keys() & table.keys():
                self._setting((section, name), views[name], table[name], self._settings)
            if pair:
                self._mappings[section] = self._rows(section, table.get("mapping", []))
            if STAGE in rows:
                self._stages[section] = read_stages(section, table.get(STAGE, []), self.refuse)
        for section in custom:
            self._object(section, document[section])
        self.problems.sort(key=lambda problem: problem.line)

    def _object(self, section: str, table: Any) -> None:
        if not isinstance(table, dict):
            self.refuse((section,), f"It is {_kind(table)}.", f"It takes a table: [{section}].")
            return
        own = read_identity(section, table, self.refuse)
        views = setting_names(own)
        self._unknown((section,), table, (*IDENTITY, *views, "mapping"))
        taken: dict[str, Plain] = {}
        for name in views.keys() & table.keys():
            self._setting((section, name), views[name], table[name], taken)
        chosen = {key.rpartition(".")[2]: value for key, value in taken.items()}
        self.objects[section] = msgspec.convert({**msgspec.to_builtins(own), **chosen}, CustomObject)
        self._mappings[section] = self._rows(section, table.get("mapping", []))

    def _setting(self, path: Path, view: SettingView, value: Any, taken: dict[str, Plain]) -> None:
        if view.kind == "choice":
            choices = [choice.value for choice in view.choices]
            if value not in choices:
                self.refuse(path, f"{_quoted(value)} is not a choice.", f"It takes one of: {_listed(choices)}.")
                return
        elif view.kind == "list":
            if not isinstance(value, str) or not (value == "" or (value.isascii() and value.isdecimal())):
                self.refuse(
                    path, f"{_quoted(value)} isn't a list.", 'It takes a list\'s number as a text: "17", or "".'
                )
                return
        elif view.kind == "currency":
            if not isinstance(value, str) or not is_currency(value):
                self.refuse(path, f"{_quoted(value)} isn't a currency.", f"It takes {CURRENCY}.")
                return
        elif view.kind == "switch":
            if not isinstance(value, bool):
                self.refuse(path, f"{_quoted(value)} is neither on nor off.", "It takes one of: true, false.")
                return
        else:
            low, high = view.minimum or 0, view.maximum or 0
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                self.refuse(
                    path, f"{_quoted(value)} isn't possible.", f"It takes a whole number from {low:,} to {high:,}."
                )
                return
        taken[view.key] = value

    def _rows(self, pair: str, rows: Any) -> tuple[Mapping, ...]:
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.refuse((pair, "mapping"), f"It is {_kind(rows)}.", f"It takes tables: [[{pair}.mapping]].")
            return ()
        places = {place: self._row(pair, (pair, "mapping", place), row) for place, row in enumerate(rows)}
        found = {place: mapping for place, mapping in places.items() if mapping is not None}
        order = list(found)
        for clash in clashes(list(found.values())):
            if not clash.object:
                line = self._lines.of((pair, "mapping", order[clash.earlier]))
                self.refuse(
                    (pair, "mapping", order[clash.place], "property"),
                    f"“{clash.name}” is mapped already, in line {line}.",
                    "Keep one of the two.",
                )
        self._places.update({(pair, mapping.property): (pair, "mapping", place) for place, mapping in found.items()})
        return tuple(found.values())

    def _row(self, pair: str, path: Path, row: dict[str, Any]) -> Mapping | None:
        before, objects = len(self.problems), salesforce_objects(pair)
        self._unknown(path, row, (*_MAPPING_KEYS, *objects))
        property = row.get("property")
        if not isinstance(property, str) or not property:
            self.refuse((*path, "property"), "This mapping names no HubSpot property.", 'Write: property = "jobtitle".')
            return None
        fields = {object: row[object] for object in objects if object in row}
        for object, name in fields.items():
            if not isinstance(name, str) or not name:
                self.refuse((*path, object), f"{_quoted(name)} isn't a field of {object}.", "It takes its API name.")
        if not fields:
            some = " or ".join(f'{object} = "…"' for object in objects)
            self.refuse(path, f"“{property}” has no Salesforce field.", f"Write {some}.")
        rule = row.get("rule", Rule.PREFER_SALESFORCE.value)
        if rule not in list(Rule):
            self.refuse((*path, "rule"), f"{_quoted(rule)} is not a rule.", f"It takes one of: {_listed(Rule)}.")
        builtin = property in self._defaults.get(pair, ())
        if row.get("default", builtin) is not builtin:
            what = "is" if builtin else "isn't"
            self.refuse(
                (*path, "default"),
                f"“{property}” {what} a default mapping.",
                f"Write {str(builtin).lower()}, or leave it out.",
            )
        values = self._values((*path, "values"), row.get("values", []))
        if len(self.problems) > before:
            return None
        return Mapping(property, fields, Rule(rule), values, builtin)

    def _values(self, path: Path, values: Any) -> tuple[tuple[str, str], ...]:
        accepted = "It takes pairs of texts: [[HubSpot's value, Salesforce's value], …]."
        if not isinstance(values, list):
            self.refuse(path, f"It is {_kind(values)}.", accepted)
            return ()
        found: dict[str, str] = {}
        for each in values:
            if not isinstance(each, list) or len(each) != 2 or not all(isinstance(one, str) for one in each):
                self.refuse(path, f"{_quoted(each)} isn't a pair of texts.", accepted)
            elif each[0] in found:
                self.refuse(path, f"HubSpot's value “{each[0]}” is paired twice.", "Keep one of the two.")
            else:
                found[each[0]] = each[1]
        return tuple(found.items())

    def _unknown(self, path: Path, table: dict[str, Any], known: Iterable[str]) -> None:
        names = list(known)
        for key in table:
            if key not in names:
                near = difflib.get_close_matches(key[:100], names, 1)
                meant = f"Did you mean “{near[0]}”? " if near else ""
                what = "a mapping" if "mapping" in path else f"[{path[0]}]" if path else "the file"
                self.refuse((*path, key), f"There is no “{_short(key)}” in {what}.", f"{meant}Known: {_listed(names)}.")


def _kind(value: Any) -> str:
    kinds = {dict: "a table", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), "a date or time")


def _quoted(value: Any) -> str:
    return _short(f"“{value}”" if isinstance(value, str) else _kind(value).capitalize() if _long(value) else f"{value}")


def _long(value: Any) -> bool:
    return isinstance(value, dict | list) or (isinstance(value, int) and abs(value) > 10**18)


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _listed(names: Iterable[str]) -> str:
    all_names = [str(name) for name in names]
    more = f" and {len(all_names) - _LISTED} more" if len(all_names) > _LISTED else ""
    return ", ".join(all_names[:_LISTED]) + more
