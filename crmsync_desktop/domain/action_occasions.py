"""What happened to a record, by the history of its properties (W1). Pure.

An occasion is the moment at which a condition came true: a value that is taken, lost and taken again makes two, however few
looks there were meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from crmsync_desktop.domain.action_rules import ActionRule, When, watched
from crmsync_desktop.domain.records import Value
from crmsync_desktop.domain.schema import Kind

_CASELESS: Final = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.HTML, Kind.EMAIL, Kind.URL, Kind.PHONE})


class Version(msgspec.Struct, frozen=True, array_like=True):
    """A value that a property took: when (ISO 8601 UTC, by HubSpot's clock), in canonical text."""

    at: str
    value: Value


class Occasion(msgspec.Struct, frozen=True, array_like=True):
    """`at`: ISO 8601 UTC to the millisecond, which is also its name. `value`: what was taken, for words."""

    at: str
    value: Value = None


def occasions(rule: ActionRule, versions: Mapping[str, Sequence[Version]], kind: Kind) -> list[Occasion]:
    """When this rule's condition came true, oldest first, from `rule.since` on. `versions` by property, in any order;
    `kind`: of the property that the condition is about."""
    history = _in_order(versions.get(watched(rule)[0], ()))
    found: list[Occasion] = []
    true, last = False, None
    for version in history:
        before, now = true, matches(rule, version.value, kind)
        if rule.when is When.STAGE:
            now = now and _at(versions.get(watched(rule)[1], ()), version.at) == rule.pipeline
        came = now and (version.value != last if rule.when is When.CHANGED else not before)
        true, last = now, version.value
        if came and moment(version.at) >= moment(rule.since):
            found.append(Occasion(named(version.at), version.value))
    return found


def matches(rule: ActionRule, value: Value, kind: Kind) -> bool:
    """Whether a value is one that the rule waits for. Of a property with several, one of them is enough; texts match
    without case."""
    if not value:
        return False
    if rule.when is When.CHANGED:
        return True
    if rule.when is When.STAGE:
        return value == rule.stage
    if kind is Kind.MULTIPICKLIST:
        return not set(rule.values).isdisjoint(value.split(";"))
    if kind in _CASELESS:
        return value.casefold() in {each.casefold() for each in rule.values}
    return value in rule.values


def moment(at: str) -> float:
    """Seconds since the epoch, 0 for a text that is no time."""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return 0.0
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def named(at: str) -> str:
    """A time in the form that names an occasion: however its system writes it, it is the same one."""
    seconds = moment(at)
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _in_order(versions: Sequence[Version]) -> list[Version]:
    return sorted(versions, key=lambda version: moment(version.at))


def _at(versions: Sequence[Version], at: str) -> Value:
    """The value that stood at a moment: one set in the same write counts."""
    stood: Value = None
    for version in _in_order(versions):
        if moment(version.at) <= moment(at):
            stood = version.value
    return stood
