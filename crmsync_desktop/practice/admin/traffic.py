"""The dials between the orgs and whoever asks them: the log of requests, the faults, the clock, and a file of all."""

from __future__ import annotations

from crmsync_desktop.practice.admin.given import Given
from crmsync_desktop.practice.admin.routes import Line, line, open_line
from crmsync_desktop.practice.dial_file import moment, read_dials
from crmsync_desktop.practice.reach import Practice


def _calls(practice: Practice, given: Given) -> object:
    return practice.calls.summary()


def _reset_calls(practice: Practice, given: Given) -> object:
    practice.calls.reset()
    return practice.calls.summary()


def _recent_calls(practice: Practice, given: Given) -> object:
    return practice.calls.recent(
        given.whole("limit", 200),
        system=given.text("system", ""),
        endpoint=given.text("endpoint", ""),
        status=given.whole("status", 0),
        after=given.whole("after", 0),
    )


def _keep_bodies(practice: Practice, given: Given) -> object:
    practice.calls.keep_bodies = given.flag("on")
    return {"on": practice.calls.keep_bodies}


def _clock(practice: Practice, given: Given) -> object:
    clock = practice.clock
    skews = {f"{system}_skew_seconds": each.skew for system, each in practice.skews.items()}
    return {"now": clock.now(), "offset": clock.offset, "rate": clock.rate, **skews}


def _turn_clock(practice: Practice, given: Given) -> object:
    """At least one of: `set` (seconds since the epoch or ISO 8601), `advance_seconds`, `rate`, and the skews."""
    if not given.values:
        raise ValueError("advance_seconds is missing.")
    if "set" in given.values:
        practice.clock.set(moment(given.values["set"]))
    if "advance_seconds" in given.values:
        practice.clock.advance(given.number("advance_seconds"))
    if "rate" in given.values:
        practice.clock.run(given.number("rate"))
    for system, skewed in practice.skews.items():
        if f"{system}_skew_seconds" in given.values:
            skewed.set_skew(given.number(f"{system}_skew_seconds"))
    practice.clock_moved()
    return _clock(practice, given)


def _dials(practice: Practice, given: Given) -> object:
    """The `text` of a file of dials, called `name`."""
    read_dials(given.text("text"), given.text("name", "dials.toml")).turn(practice)
    return {"faults": practice.faults.shown(), "clock": _clock(practice, given)}


def _faults(practice: Practice, given: Given) -> object:
    return practice.faults.shown()


def _order_fault(practice: Practice, given: Given) -> object:
    practice.faults.order(given.values)
    return practice.faults.shown()


def _clear_faults(practice: Practice, given: Given) -> object:
    practice.faults.clear()
    return practice.faults.shown()


LINES: tuple[Line, ...] = (
    line("GET", "/calls", _calls),
    line("POST", "/calls/reset", _reset_calls),
    line("GET", "/calls/recent", _recent_calls, "limit", "system", "endpoint", "status", "after"),
    line("POST", "/calls/keep-bodies", _keep_bodies, "on"),
    line("GET", "/clock", _clock),
    line(
        "POST", "/clock", _turn_clock,
        "set", "advance_seconds", "rate", "salesforce_skew_seconds", "hubspot_skew_seconds",
    ),
    line("POST", "/dials", _dials, "text", "name"),
    line("GET", "/faults", _faults),
    open_line("POST", "/faults", _order_fault),
    line("DELETE", "/faults", _clear_faults),
)  # fmt: skip
