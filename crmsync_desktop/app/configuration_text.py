"""A configuration as a TOML file for people and version control: in a fixed order, each setting with what it means and what
it may be. Equal configurations give equal texts, but for the header."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping as Names
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import tomlkit
from tomlkit.items import Array, Table

from crmsync_desktop.app.action_tables import ABOUT_ACTIONS, ACTION, action_rows
from crmsync_desktop.app.configuration_objects import object_table
from crmsync_desktop.app.configuration_tables import (
    ABOUT_OWNERS,
    ABOUT_STAGES,
    OWNER,
    STAGE,
    has_stages,
    owner_rows,
    stage_rows,
)
from crmsync_desktop.app.setting_views import CURRENCY, OFF, ON
from crmsync_desktop.app.views import SettingView
from crmsync_desktop.app.words import all_settings
from crmsync_desktop.domain.configuration import Configuration, Plain, flat
from crmsync_desktop.domain.mapping import Mapping, Rule, salesforce_objects
from crmsync_desktop.domain.settings import Settings
from crmsync_desktop.ports.profiles import Profile

FORMAT = 1
CONNECTION = "connection"
"""The table of the settings that belong to no pair."""
WIDTH = 118
_GAP = re.compile(r"\n{3,}")
_DEFAULTS = flat(Settings())
_ABOUT = (
    "It holds every setting and every mapping, and no secrets: tokens stay in the keyring. Importing it makes another "
    "connection's settings and mappings equal to these. What is left out gets its default; mappings of one's own that "
    "are left out are removed. Look first: crmsync-desktop config import FILE --preview"
)
_MAPPINGS = (
    "Mappings of {pair}. Each pairs a HubSpot property with a field of {objects}, and has a rule:",
    *(f'  "{rule.value}" {rule.label}' for rule in Rule),
    "A default mapping (default = true) can't be removed, only set to “Don't sync”; where the org or the portal lacks "
    "its fields, it rests. values = [[HubSpot's, Salesforce's], …] pairs the values that the two name differently.",
)


def described(settings: Settings) -> dict[str, SettingView]:
    """Every setting's view by its key, in the order in which they are shown."""
    return {view.key: view for view in all_settings(settings)}


def section_of(key: str) -> tuple[str, str]:
    """(table, name) of a setting's key."""
    section, _, name = key.rpartition(".")
    return section or CONNECTION, name


def written(configuration: Configuration, profile: Profile, at: str) -> str:
    """The file. `at`: ISO 8601 UTC."""
    document = tomlkit.document()
    for line in _header(profile, at):
        document.add(tomlkit.comment(line) if line else tomlkit.nl())
    document.add("format", tomlkit.item(FORMAT))
    tables: dict[str, Table] = {}
    for key, view in described(Settings()).items():
        section, name = section_of(key)
        table = tables.setdefault(section, tomlkit.table())
        _comment(table, _explained(view, _DEFAULTS[key]))
        table.add(name, configuration.settings[key])
        table.add(tomlkit.nl())
    for own in configuration.objects:
        tables[own.name] = object_table(own, _explained)
    for pair in configuration.mappings:
        if has_stages(pair):
            table = tables.setdefault(pair, tomlkit.table())
            _comment(table, [line.format(pair=pair) for line in ABOUT_STAGES])
            table.add(tomlkit.nl())
            if rows := stage_rows(configuration.stages.get(pair, ())):
                table.add(STAGE, rows)
    for pair, mappings in configuration.mappings.items():
        table = tables.setdefault(pair, tomlkit.table())
        objects = " or ".join(salesforce_objects(pair))
        _comment(table, [line.format(pair=pair, objects=objects) for line in _MAPPINGS])
        table.add(tomlkit.nl())
        mapped = tomlkit.aot()
        for mapping in mappings:
            mapped.append(_row(mapping, salesforce_objects(pair)))
        table.add("mapping", mapped)
    for name, table in tables.items():
        document.add(tomlkit.nl())
        document.add(name, table)
    document.add(tomlkit.nl())
    _comment(document, ABOUT_OWNERS)
    document.add(tomlkit.nl())
    if paired := owner_rows(configuration.owners):
        document.add(OWNER, paired)
    document.add(tomlkit.nl())
    _comment(document, ABOUT_ACTIONS)
    document.add(tomlkit.nl())
    if rules := action_rows(configuration.actions):
        document.add(ACTION, rules)
    return _GAP.sub("\n\n", tomlkit.dumps(document)).rstrip("\n") + "\n"


def _header(profile: Profile, at: str) -> list[str]:
    systems = (
        ("Salesforce", profile.salesforce, profile.salesforce_url),
        ("HubSpot", profile.hubspot, profile.hubspot_url),
    )
    lines = [f"Configuration of CRMSync Desktop {version('crmsync-desktop')}, written {at}"]
    lines.append(f"Connection: {profile.name}")
    for system, identity, url in systems:
        who = f"{identity.account_name} ({identity.account_id}), {url}" if identity else url
        lines.append(f"{system}: {who}")
    return [*(_one_line(line) for line in lines), "", *textwrap.wrap(_ABOUT, WIDTH), ""]


def _explained(view: SettingView, default: Plain) -> list[str]:
    lines = [f"{view.section}: {view.title}."]
    if view.help:
        lines.append(view.help)
    for choice in view.choices:
        mark = " (default)" if choice.value == default else ""
        lines.append(f'  "{choice.value}" {choice.label}{mark}. {choice.consequence}'.rstrip())
    if view.kind == "number":
        lines.append(f"  A whole number from {view.minimum} to {view.maximum}; {default} (default).")
    if view.kind == "switch":
        lines.append(f"  true or false; {str(default).lower()} (default).")
    if view.kind == "currency":
        lines.append(f"  It takes {CURRENCY} (default).")
    if view.kind == "list":
        lines.append('  The number of the list in HubSpot, as a text; "" for none (default).')
    return lines


def _row(mapping: Mapping, objects: Sequence[str]) -> Table:
    row = tomlkit.table()
    row.add("property", mapping.property)
    for object in objects:
        if object in mapping.salesforce:
            row.add(object, mapping.salesforce[object])
    row.add("rule", mapping.rule.value)
    row.add("default", mapping.builtin)
    if mapping.values:
        row.add("values", _values(mapping))
    row.add(tomlkit.nl())
    return row


def _values(mapping: Mapping) -> Array:
    values = tomlkit.array()
    for pair in mapping.values:
        each: Any = tomlkit.array()
        each.extend(pair)
        values.append(each)
    return values.multiline(True)


def _comment(table: Table | tomlkit.TOMLDocument, lines: Sequence[str]) -> None:
    for line in lines:
        indent = "      " if line.startswith(" ") else ""
        for part in textwrap.wrap(line, WIDTH, subsequent_indent=indent, drop_whitespace=True, break_on_hyphens=False):
            table.add(tomlkit.comment(part))


def _one_line(text: str) -> str:
    """Somebody else's text as a comment can hold it."""
    return "".join(each if each.isprintable() else "\ufffd" for each in " ".join(text.split()))


def shown(view: SettingView, value: Plain, lists: Names[str, str]) -> str:
    """A setting's value in words. `lists`: what is known of the portal's lists, id → name."""
    if view.kind == "choice":
        return next((choice.label for choice in view.choices if choice.value == value), str(value))
    if view.kind == "list":
        name = lists.get(str(value))
        return f"“{name}” ({value})" if name else f"list {value}" if value else "none"
    if view.kind == "currency":
        return str(value) or "the HubSpot account's own"
    if view.kind == "switch":
        return ON if value else OFF
    return f"{value:,}"
