"""Workflows of the portal: after a write that fits, HubSpot writes to the record itself, at once or a while later.

A value that starts with `{` and ends with `}` is a transform of what the record holds: `{upper firstname}`,
`{lower email}`, `{title lastname}` or `{copy phone}`; any other is set as it stands.
Unverified: a workflow's write starts other workflows, but none twice for one and the same write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import orjson

from crmsync_desktop.practice.hubspot import records
from crmsync_desktop.practice.hubspot.records import Record

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
    from crmsync_desktop.practice.hubspot.setup import Automation

_TRANSFORM = re.compile(r"\{(upper|lower|title|copy) ([a-z][a-z0-9_]*)\}")
_TRANSFORMS: dict[str, Callable[[str], str]] = {
    "upper": str.upper, "lower": str.lower, "title": str.title, "copy": lambda text: text,
}  # fmt: skip


def enrol(portal: HubSpotPortal, record: Record, changed: Iterable[str], *, created: bool) -> None:
    """Run the workflows that this write starts, or put them down for later."""
    names = set(changed)
    waiting = list(portal.setup.automations)
    while due := [each for each in waiting if _fits(each, record, names, created=created)]:
        for automation in due:
            waiting.remove(automation)
            if automation.after_seconds > 0:
                _postpone(portal, record, automation)
                continue
            names |= _apply(portal, record, automation.sets)


def run_due(portal: HubSpotPortal) -> None:
    """The workflows whose time has come on the practice clock, within the caller's transaction."""
    query = "SELECT id, record_id, sets FROM pending_automation WHERE due_ms <= ? ORDER BY due_ms, id"
    for number, record_id, sets in portal.connection.execute(query, (portal.now_ms(),)).fetchall():
        portal.connection.execute("DELETE FROM pending_automation WHERE id = ?", (number,))
        row = portal.connection.execute(f"SELECT {records.COLUMNS} FROM record WHERE id = ?", (record_id,)).fetchone()  # noqa: S608
        record = None if row is None else Record.of(row)
        if record is not None and record.archived_ms is None and record.merged_into is None:
            _apply(portal, record, orjson.loads(sets))


def next_due(portal: HubSpotPortal) -> int | None:
    """When the next postponed workflow runs, in milliseconds since the epoch; None if none waits."""
    found = portal.connection.execute("SELECT min(due_ms) FROM pending_automation").fetchone()[0]
    return None if found is None else int(found)


def _fits(automation: Automation, record: Record, changed: set[str], *, created: bool) -> bool:
    if automation.type != record.type or automation.on == ("update" if created else "create"):
        return False
    if not automation.changed:
        return True
    value = record.properties.get(automation.changed, "")
    return automation.changed in changed and (automation.equals is None or automation.equals == value)


def _postpone(portal: HubSpotPortal, record: Record, automation: Automation) -> None:
    due = portal.now_ms() + int(automation.after_seconds * 1000)
    insert = "INSERT INTO pending_automation (due_ms, record_id, sets) VALUES (?, ?, ?)"
    portal.connection.execute(insert, (due, record.id, orjson.dumps(dict(automation.sets)).decode()))
    portal.automations_due_ms = due if portal.automations_due_ms is None else min(due, portal.automations_due_ms)


def _apply(portal: HubSpotPortal, record: Record, sets: Mapping[str, str]) -> set[str]:
    """The names that really changed."""
    wanted: dict[str, object] = {name: _value(record, text) for name, text in sets.items()}
    return portal.write(portal.catalog.types[record.type], record, wanted, "AUTOMATION_PLATFORM")


def _value(record: Record, text: str) -> str:
    transform = _TRANSFORM.fullmatch(text)
    return _TRANSFORMS[transform[1]](record.properties.get(transform[2], "")) if transform else text
