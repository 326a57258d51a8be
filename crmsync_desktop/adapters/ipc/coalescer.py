"""Events at a pace that a window can follow: a first sync makes thousands a second, and each repaint costs a frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from crmsync_desktop.app.views import CallMade, Changed, Event, PassProgress

INTERVAL_SECONDS = 0.1
"""At most ten a second of each kind."""


class Timer(Protocol):
    def cancel(self) -> None: ...


class Loop(Protocol):
    """The part of an event loop that is needed: a clock and a delayed call."""

    def time(self) -> float: ...

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Timer: ...


class Coalescer:
    """Passes events on: the first of a kind at once, then the latest one every INTERVAL_SECONDS while more come.

    A kind is: calls of one side, progress, changes (whose kinds are united). Notices and finished passes are never
    dropped or held back; what waits goes out before them, so that the order stays.
    """

    def __init__(self, send: Callable[[Event], None], loop: Loop) -> None:
        self._send = send
        self._loop = loop
        self._waiting: dict[str, Event] = {}
        self._sent_at: dict[str, float] = {}
        self._timer: Timer | None = None

    def offer(self, event: Event) -> None:
        kind = kind_of(event)
        if kind is None:
            self.flush()
            self._send(event)
            return
        self._waiting[kind] = united(self._waiting.get(kind), event)
        self._send_due()

    def flush(self) -> None:
        """Send all that waits, now."""
        waiting, self._waiting = self._waiting, {}
        for kind, event in waiting.items():
            self._sent_at[kind] = self._loop.time()
            self._send(event)
        self._stop_timer()

    def _send_due(self) -> None:
        now = self._loop.time()
        next_due: float | None = None
        for kind in list(self._waiting):
            due = self._sent_at.get(kind, float("-inf")) + INTERVAL_SECONDS
            if due <= now:
                self._sent_at[kind] = now
                self._send(self._waiting.pop(kind))
            else:
                next_due = due if next_due is None else min(next_due, due)
        if next_due is not None and self._timer is None:
            self._timer = self._loop.call_later(next_due - now, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._send_due()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def kind_of(event: Event) -> str | None:
    """What an event replaces; None: nothing, it always arrives."""
    if isinstance(event, CallMade):
        return f"calls {event.side}"
    if isinstance(event, PassProgress):
        return "progress"
    if isinstance(event, Changed):
        return "changed"
    return None


def united(waiting: Event | None, event: Event) -> Event:
    if isinstance(waiting, Changed) and isinstance(event, Changed):
        return Changed(tuple(dict.fromkeys(waiting.kinds + event.kinds)))
    return event
