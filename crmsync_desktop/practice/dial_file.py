"""A TOML file that sets the dials: faults, clock, limits, lags, how each org is set up, and the log.

    [clock]              set = 2026-01-31T12:00:00Z, advance_seconds, rate (0: it stands still), salesforce_skew_seconds,
                         hubspot_skew_seconds
    [limits]             salesforce_daily, hubspot_burst, hubspot_interval_seconds, hubspot_daily, hubspot_searches
    [lag]                hubspot_search_seconds, salesforce_commit_seconds
    [log]                keep_bodies
    [salesforce.setup]   what OrgSetup has
    [salesforce.dials]   what practice/salesforce/dials.py has
    [hubspot.setup]      what PortalSetup has
    [[fault]]            what Fault has, once for each; they take the place of those on order

Everything is checked before anything is changed. What is wrong is a ValueError that names the line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.faults import Fault, fault_of
from crmsync_desktop.practice.reach import Practice
from crmsync_desktop.practice.salesforce import dials as salesforce_dials

SECTIONS = ("clock", "limits", "lag", "log", "salesforce.setup", "salesforce.dials", "hubspot.setup", "fault")
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")


def _seconds(value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise ValueError("must be a number")
    return float(value)


def _not_negative(value: object) -> float:
    if (number := _seconds(value)) < 0:
        raise ValueError("must not be negative")
    return number


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("must be a whole number, 0 or more")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def moment(value: object) -> float:
    """Seconds since the epoch from a number, an ISO 8601 text or a datetime with its offset. Raises ValueError."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("must be a date and time such as 2026-01-31T12:00:00Z") from None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    return _seconds(value)


_PLAIN: dict[str, dict[str, Callable[[object], Any]]] = {
    "clock": {
        "set": moment, "advance_seconds": _not_negative, "rate": _not_negative, "salesforce_skew_seconds": _seconds,
        "hubspot_skew_seconds": _seconds,
    },
    "limits": {
        "salesforce_daily": _whole, "hubspot_burst": _whole, "hubspot_interval_seconds": _seconds,
        "hubspot_daily": _whole, "hubspot_searches": _whole,
    },
    "lag": {"hubspot_search_seconds": _not_negative, "salesforce_commit_seconds": _not_negative},
    "log": {"keep_bodies": _flag},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dials:
    """A checked file. `plain`: the values of the sections that hold nothing but values; the setups as they stand."""

    name: str
    text: str
    plain: dict[str, dict[str, Any]] = field(default_factory=dict)
    salesforce: dict[str, Any] = field(default_factory=dict)
    salesforce_dials: dict[str, Any] = field(default_factory=dict)
    hubspot: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] | None = None

    def start(self, clock: PracticeClock) -> None:
        """Set the clock of orgs that are about to begin, earlier or later; `turn` doesn't do it again."""
        given = self.plain.get("clock", {})
        if (first := given.pop("set", None)) is not None:
            self._checked("clock", lambda: clock.start(first, given.pop("rate", 1.0)), "rate")

    def turn(self, practice: Practice) -> None:
        """Set what the file sets; the rest stays. Raises ValueError for a setup that an org doesn't take."""
        self._checked("hubspot.setup", lambda: practice.portal.setup.changed(self.hubspot))
        if self.salesforce:
            self._checked("salesforce.setup", lambda: practice.org.change_setup(**self.salesforce))
        self._checked("salesforce.dials", lambda: salesforce_dials.turn(practice.org, self.salesforce_dials))
        if self.hubspot:
            practice.portal.change_setup(**self.hubspot)
        self._turn_clock(practice, self.plain.get("clock", {}))
        limits = dict(self.plain.get("limits", {}))
        if (daily := limits.pop("salesforce_daily", None)) is not None:
            practice.org.usage.limit = daily
        names = {name.removeprefix("hubspot_").removesuffix("_seconds"): value for name, value in limits.items()}
        if names:
            practice.portal.meter.limits = replace(practice.portal.meter.limits, **names)
        lags = self.plain.get("lag", {})
        if "hubspot_search_seconds" in lags:
            practice.portal.change_setup(search_lag_seconds=lags["hubspot_search_seconds"])
        if "salesforce_commit_seconds" in lags:
            practice.org.commits.lag_seconds = lags["salesforce_commit_seconds"]
        if (keep := self.plain.get("log", {}).get("keep_bodies")) is not None:
            practice.calls.keep_bodies = keep
        if self.faults is not None:
            practice.faults.replace(self.faults)

    def _turn_clock(self, practice: Practice, given: dict[str, Any]) -> None:
        turns: dict[str, Callable[[float], None]] = {
            "set": practice.clock.set,
            "advance_seconds": practice.clock.advance,
            "rate": practice.clock.run,
            "salesforce_skew_seconds": practice.skews["salesforce"].set_skew,
            "hubspot_skew_seconds": practice.skews["hubspot"].set_skew,
        }
        for name, turn in turns.items():
            if name in given:
                self._checked("clock", lambda turn=turn, value=given[name]: turn(value), name)  # type: ignore[misc]
        if given:
            practice.clock_moved()

    def _checked(self, section: str, act: Callable[[], object], key: str = "") -> None:
        try:
            act()
        except ValueError as error:
            raise _at(self.name, self.text, section, str(error), key) from None


def read_dials(text: str, name: str) -> Dials:
    """Raises ValueError for what isn't TOML, and for the first section, key or value that is wrong. `name`: the file's."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name}: {error}.") from None
    sections = dict(_sections(document))
    for section in sections:
        if section not in SECTIONS:
            raise _at(name, text, section, f"is no section of such a file; it has {', '.join(SECTIONS)}")
    plain = {section: _values(name, text, section, given) for section, given in sections.items() if section in _PLAIN}
    setups = {}
    for section in ("salesforce.setup", "salesforce.dials", "hubspot.setup"):
        setups[section] = sections.get(section, {})
        if not isinstance(setups[section], dict):
            raise _at(name, text, section, "must be a table")
    faults = _faults(name, text, sections["fault"]) if "fault" in sections else None
    salesforce, dials, hubspot = (
        setups[section] for section in ("salesforce.setup", "salesforce.dials", "hubspot.setup")
    )
    return Dials(name, text, plain, salesforce, dials, hubspot, faults)


def _sections(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The top-level tables; those of a system by their full names."""
    for name, given in document.items():
        if name in ("salesforce", "hubspot") and isinstance(given, dict):
            yield from ((f"{name}.{inner}", value) for inner, value in given.items())
        else:
            yield name, given


def _values(name: str, text: str, section: str, given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _at(name, text, section, "must be a table")
    known = _PLAIN[section]
    values = {}
    for key, value in given.items():
        if key not in known:
            raise _at(name, text, section, f"knows no {key}; it has {', '.join(known)}", key)
        try:
            values[key] = known[key](value)
        except ValueError as error:
            raise _at(name, text, section, f"{key} {error}", key) from None
    return values


def _faults(name: str, text: str, given: Any) -> list[Fault]:
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise _at(name, text, "fault", "is written [[fault]], once for each fault")
    faults = []
    for place, each in enumerate(given):
        try:
            faults.append(fault_of(each))
        except ValueError as error:
            raise _at(name, text, "fault", str(error), str(error).split(" ")[0], place) from None
    return faults


def _at(name: str, text: str, section: str, message: str, key: str = "", place: int = 0) -> ValueError:
    line = _line(text, section, key, place, message)
    shown = f"[[fault]] {place + 1}" if section == "fault" else f"[{section}]"
    return ValueError(f"{name}, line {line}: {shown} {message.rstrip('.')}.")


def _line(text: str, section: str, key: str, place: int, message: str) -> int:
    """Where it stands: the key's line, else that of a key which the message names, else the section's header."""
    inside, header, seen = False, 1, -1
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _HEADER.match(line):
            inside = found[2] == section or found[2].startswith(f"{section}.")
            if found[2] == section:
                seen += 1
                inside = seen == place
            if inside:
                header = number
        elif inside or not key:
            named = re.match(r"\s*\"?([A-Za-z0-9_]+)\"?\s*=", line)
            if named and (named[1] == key or (inside and not key and re.search(rf"\b{named[1]}\b", message))):
                return number
            if named and not inside and named[1] == section:
                return number
    return header
