"""Pace and order of events, on a clock that the test moves."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.adapters.ipc.coalescer import INTERVAL_SECONDS, Coalescer, kind_of
from crmsync_desktop.app.views import CallMade, Changed, Event, Notice, PassProgress, ProgressView
from crmsync_desktop.domain.records import Side


class Call:
    def __init__(self, at: float, callback: Callable[[], None]) -> None:
        self.at = at
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class Clock:
    """An event loop's clock and delayed calls."""

    def __init__(self) -> None:
        self.now = 100.0
        self.calls: list[Call] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Call:
        call = Call(self.now + delay, callback)
        self.calls.append(call)
        return call

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        while due := sorted((c for c in self.calls if c.callback and c.at <= end), key=lambda c: c.at):
            self.calls.remove(due[0])
            self.now = max(self.now, due[0].at)
            assert due[0].callback is not None
            due[0].callback()
        self.now = end


def progress(done: int) -> PassProgress:
    return PassProgress(ProgressView(1, False, "writing", done, 100, 1.0, None))


def test_the_first_goes_at_once_and_the_last_of_a_burst_after_the_interval() -> None:
    clock, sent = Clock(), list[Event]()
    coalescer = Coalescer(sent.append, clock)
    for done in range(1, 51):
        coalescer.offer(progress(done))
    assert sent == [progress(1)]
    clock.advance(INTERVAL_SECONDS)
    assert sent == [progress(1), progress(50)]
    clock.advance(10)
    assert len(sent) == 2


def test_changes_are_united_and_the_sides_kept_apart() -> None:
    clock, sent = Clock(), list[Event]()
    coalescer = Coalescer(sent.append, clock)
    for kind in ("status", "errors", "status", "passes"):
        coalescer.offer(Changed((kind,)))
    for side in Side:
        coalescer.offer(CallMade(side, 1, None))
        coalescer.offer(CallMade(side, 2, None))
    clock.advance(1)
    assert [e for e in sent if isinstance(e, Changed)] == [
        Changed(("status",)),
        Changed(("errors", "status", "passes")),
    ]
    assert [e.used for e in sent if isinstance(e, CallMade) and e.side is Side.HUBSPOT] == [1, 2]


def test_what_waits_goes_out_before_a_notice() -> None:
    clock, sent = Clock(), list[Event]()
    coalescer = Coalescer(sent.append, clock)
    coalescer.offer(progress(1))
    coalescer.offer(progress(2))
    coalescer.offer(Notice("info", "hello"))
    assert sent == [progress(1), progress(2), Notice("info", "hello")]


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0, 0.05)), max_size=300))
def test_no_kind_comes_faster_than_its_interval_and_the_last_word_always_arrives(
    steps: list[tuple[int, float]],
) -> None:
    clock = Clock()
    sent: list[tuple[float, Event]] = []
    coalescer = Coalescer(lambda event: sent.append((clock.now, event)), clock)
    last: dict[str, Event] = {}
    event: Event
    for number, (what, pause) in enumerate(steps):
        if what < 2:
            event = CallMade(tuple(Side)[what], number, None)
        else:
            event = progress(number) if what == 2 else Changed((f"k{number}" if what == 3 else "errors",))
        coalescer.offer(event)
        last[kind_of(event) or ""] = event
        clock.advance(pause)
    clock.advance(1)
    for kind, event in last.items():
        times = [(at, e) for at, e in sent if kind_of(e) == kind]
        gaps = [b[0] - a[0] for a, b in itertools.pairwise(times)]
        assert all(gap >= INTERVAL_SECONDS - 1e-6 for gap in gaps)
        if isinstance(event, Changed):
            told = {k for _, e in times if isinstance(e, Changed) for k in e.kinds}
            assert set(event.kinds) <= told
        else:
            assert times[-1][1] == event
