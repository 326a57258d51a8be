"""Workflow actions in a configuration file: a table for each rule, with what counts in it (W1)."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import tomlkit
from tomlkit.items import AoT

from crmsync_desktop.app.configuration_tables import Refuse
from crmsync_desktop.domain.action_rules import WRITTEN, ActionRule, Then, When, parts_of, trimmed

ACTION: Final = "action"
ABOUT_ACTIONS: Final = (
    'Workflow actions: when something happens to a HubSpot record of an object (when = "list", "value", "changed" or '
    '"stage"), then something is done in Salesforce (then = "task" or "campaign"). Lists, pipelines, stages and campaigns '
    "by id or exact name. A rule that comes with an import counts what happens from then on.",
)
_NEEDED: Final = ("name", "object", "when", "then")
_KINDS: Final = {
    "on": "true or false",
    "limit": "a whole number",
    "due_in_days": "a whole number",
    "values": "a list of texts",
}


def action_rows(rules: tuple[ActionRule, ...]) -> AoT:
    rows = tomlkit.aot()
    for rule in rules:
        row = tomlkit.table()
        for name in parts_of(rule):
            value = getattr(rule, name)
            if value is None or value in ("", ()):
                continue
            row.add(
                name, list(value) if isinstance(value, tuple) else value.value if name in ("when", "then") else value
            )
        row.add(tomlkit.nl())
        rows.append(row)
    return rows


def read_actions(rows: Any, refuse: Refuse) -> tuple[tuple[int, ActionRule], ...]:
    """The rules with their places; what is wrong with one is refused, and it is left out."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        refuse((ACTION,), "It isn't a list of tables.", f"It takes tables: [[{ACTION}]].")
        return ()
    found: dict[str, tuple[int, ActionRule]] = {}
    for place, row in enumerate(rows):
        rule = _rule(row, (ACTION, place), refuse)
        if rule is None:
            continue
        if rule.name.casefold() in found:
            refuse((ACTION, place, "name"), f"There are two rules “{rule.name}”.", "Give one of them another name.")
        else:
            found[rule.name.casefold()] = (place, rule)
    return tuple(found.values())


def _rule(row: dict[str, Any], path: tuple[str | int, ...], refuse: Refuse) -> ActionRule | None:
    if unknown := [key for key in row if key not in WRITTEN]:
        refuse((*path, str(unknown[0])[:80]), "There is no such key here.", f"Known: {', '.join(WRITTEN)}.")
        return None
    if missing := [name for name in _NEEDED if name not in row]:
        refuse(path, f"This rule has no {missing[0]}.", f"It takes at least: {', '.join(_NEEDED)}.")
        return None
    for key, choices in (("when", When), ("then", Then)):
        if row[key] not in list(choices):
            refuse((*path, key), "It isn't a choice.", f"It takes one of: {', '.join(choices)}.")
            return None
    for key, value in row.items():
        if not _fits(key, value):
            refuse((*path, key), "It is of the wrong kind.", f"It takes {_KINDS.get(key, 'a text')}.")
            return None
    return trimmed(msgspec.convert(row, ActionRule))


def _fits(key: str, value: Any) -> bool:
    if key == "on":
        return isinstance(value, bool)
    if key in ("limit", "due_in_days"):
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9
    if key == "values":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, str)
