"""The real thing: an engine in a spawned process, asked over the real pipe, killed, closed and flooded."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from crmsync_desktop.adapters.ipc import EngineClient, client, start_engine
from crmsync_desktop.app.configuration_views import ConfigurationDiffView
from crmsync_desktop.app.views import (
    CallMade,
    Changed,
    Event,
    Notice,
    PassFinished,
    PassProgress,
)
from crmsync_desktop.domain.errors import AllocationReached, BugError, CrmSyncError, ItemError, SetupError
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Category, Side
from tests.adapters.ipc.engines import LINE, SmallHands, run_refusing, run_small, run_stubborn


def with_engine(work: Callable[[EngineClient], Awaitable[None]], name: str = "practice") -> None:
    async def main() -> None:
        engine = start_engine(run_small, name)
        try:
            await work(engine)
        finally:
            await engine.close()

    asyncio.run(main())


def test_requests_are_answered_by_another_process_in_the_views_own_types() -> None:
    async def work(engine: EngineClient) -> None:
        status = await engine.status()
        assert status.links["contacts"] == engine.pid != os.getpid()
        assert (await engine.set_allocation(500)).salesforce.allocation == 500
        assert (await engine.errors(Category.OTHER))[0].message == "Ωmega <b>x</b>\0"
        mappings = await engine.mappings("contacts")
        assert len(mappings) == 1_000
        assert mappings[0].rules == tuple(Rule)
        assert await engine.retry_errors(None, [1, 2, 3]) == 3
        assert await engine.check_mapping("contacts", "p", {"Contact": "Email"}) == ("p", "Contact.Email")
        assert await engine.inclusion_lists() == [("7", "Newsletter")]

    with_engine(work)


def test_errors_at_work_cross_the_pipe_in_their_own_types() -> None:
    async def work(engine: EngineClient) -> None:
        assert await engine.error_lines(None, "contacts", True, 4, 2) == [LINE, LINE]
        assert await engine.ignore_errors("known", Category.OTHER, [1, 2], "contacts", "ODD") == 2
        assert await engine.unignore_errors(None, [1]) == 1
        pages = await engine.error_pages(9)
        assert (pages.error, pages.label, pages.pages[0].side) == (9, "Kari", Side.HUBSPOT)

    with_engine(work)


def test_records_of_practice_orgs_cross_the_pipe_both_ways_in_their_own_types() -> None:
    async def work(engine: EngineClient) -> None:
        kept = SmallHands.kept
        assert await engine.practice_types() == list(SmallHands().types())
        page = await engine.practice_page("hubspot", "contacts", "x", False, 40, 2)
        assert (page.total, page.records) == (42, (kept,))
        assert (await engine.practice_page("hubspot", "contacts", "", True, 0, 1)).records == ()
        assert await engine.practice_record("hubspot", "contacts", "1") == kept
        made = await engine.practice_create("hubspot", "contacts", {"phone": "1"})
        changed = await engine.practice_change("hubspot", "contacts", "2", {"phone": "1"})
        assert made == changed
        assert (made.values["phone"], made.changed_by) == ("1", "person")
        await engine.practice_delete("hubspot", "contacts", ["1"])
        await engine.practice_undelete("hubspot", "contacts", ["1"])
        assert await engine.practice_merge("hubspot", "contacts", "1", ["2", "3"]) == "1+2+3"
        assert await engine.practice_convert("00Q", "A deal") == {"contact": "00Q", "opportunity": "A deal"}
        with pytest.raises(SetupError, match="Email is taken") as refused:
            await engine.practice_change("hubspot", "contacts", "1", {"email": "a@b.example"})
        assert refused.value.detail == "(CONFLICT: email)"

    with_engine(work)


def test_a_configuration_and_its_differences_travel_whole() -> None:
    async def work(engine: EngineClient) -> None:
        assert await engine.export_configuration() == "format = 1\n# Ω\n"
        [change] = (await engine.preview_configuration("x" * 1_000_000)).changes
        assert (change.key, len(change.new), change.records) == ("contacts.email", 1_000_000, 7)
        assert await engine.import_configuration("") == ConfigurationDiffView(())

    with_engine(work)


def test_a_slow_answer_does_not_hold_up_a_quick_one() -> None:
    async def work(engine: EngineClient) -> None:
        order: list[str] = []

        async def ask(name: str, request: Awaitable[object]) -> None:
            await request
            order.append(name)

        slow = asyncio.create_task(ask("sync", engine.sync(False)))
        await asyncio.sleep(0)
        await asyncio.gather(*(ask("status", engine.status()) for _ in range(200)))
        assert order == ["status"] * 200
        await engine.cancel()
        await slow
        assert order[-1] == "sync"

    with_engine(work)


def test_errors_arrive_in_their_class_with_all_they_carry() -> None:
    async def work(engine: EngineClient) -> None:
        with pytest.raises(SetupError) as setup:
            await engine.set_allocation(0)
        assert (setup.value.title, setup.value.detail, setup.value.hint) == (
            "At least one call is needed",
            "0 was asked for",
            "Choose 1 or more.",
        )
        with pytest.raises(ItemError) as item:
            await engine.set_setting("contacts.x", "y")
        assert item.value.fault.existing_id == "003A"
        assert item.value.hint == "merge"
        with pytest.raises(AllocationReached) as limit:
            await engine.set_rule("contacts", "email", Rule.TWO_WAY)
        assert limit.value.resume_at == "2026-01-01T00:00:00Z"
        with pytest.raises(BugError, match="ValueError: no section deals"):
            await engine.settings("deals")

    with_engine(work)


def test_a_request_of_the_wrong_types_or_name_is_refused_and_the_engine_lives_on() -> None:
    async def work(engine: EngineClient) -> None:
        with pytest.raises(BugError, match="Expected `int`"):
            await engine.set_allocation("many")  # type: ignore[arg-type]
        for name in ("flood", "__init__", "close", "subscribe"):
            with pytest.raises(BugError, match="no request"):
                await engine._ask(int, name)
        assert (await engine.status()).headline == "In sync"

    with_engine(work)


def test_a_flood_of_events_arrives_at_ten_a_second_and_loses_nothing_that_counts() -> None:
    async def work(engine: EngineClient) -> None:
        events: list[Event] = []
        unsubscribe = engine.subscribe(events.append)
        await engine.ready()
        started = time.monotonic()
        result = await engine.sync(True)
        ticks = (time.monotonic() - started) / 0.1 + 2  # the first at once, the last flushed before PassFinished
        assert result.calls == {"salesforce": 5_000}
        calls = [e for e in events if isinstance(e, CallMade) and e.side is Side.SALESFORCE]
        progress = [e.progress.done for e in events if isinstance(e, PassProgress)]
        assert 2 <= len(calls) <= ticks + 5  # each of the five notices may flush one more
        assert 2 <= len(progress) <= ticks + 5
        assert calls[-1].used == 5_000
        assert progress == sorted(progress)
        assert progress[-1] == 5_000
        assert {kind for e in events if isinstance(e, Changed) for kind in e.kinds} == {"status", "errors", "passes"}
        assert [e.title for e in events if isinstance(e, Notice)] == [f"{n}000 done" for n in range(1, 6)]
        assert isinstance(events[-1], PassFinished)
        unsubscribe()
        number = len(events)
        await engine.sync(True)
        assert len(events) == number

    with_engine(work)


def test_a_killed_engine_is_noticed_its_requests_fail_and_another_takes_its_place() -> None:
    async def work(engine: EngineClient) -> None:
        died: asyncio.Future[CrmSyncError] = asyncio.get_running_loop().create_future()
        engine.on_death = died.set_result
        events: list[Event] = []
        engine.subscribe(events.append)
        await engine.ready()
        first = engine.pid
        waiting = asyncio.create_task(engine.sync(False))
        await asyncio.sleep(0.05)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert "stopped unexpectedly" in (await died).title
        with pytest.raises(BugError, match="stopped unexpectedly"):
            await waiting
        with pytest.raises(BugError, match="stopped unexpectedly"):
            await engine.status()
        await engine.restart()
        assert engine.pid not in (None, first)
        await engine.sync(True)
        assert isinstance(events[-1], PassFinished)

    with_engine(work)


def test_an_engine_that_exits_by_itself_is_noticed_too() -> None:
    async def work(engine: EngineClient) -> None:
        died: asyncio.Future[CrmSyncError] = asyncio.get_running_loop().create_future()
        engine.on_death = died.set_result
        with pytest.raises(BugError, match="stopped unexpectedly"):
            await engine.resume()
        await died

    with_engine(work)


def test_an_engine_that_cannot_start_says_why_and_ends() -> None:
    async def main() -> None:
        engine = start_engine(run_refusing, "practice")
        engine.on_death = lambda error: pytest.fail("a refusal is no death")
        with pytest.raises(SetupError, match="keyring is locked"):
            await engine.status()
        with pytest.raises(SetupError, match="keyring is locked"):
            await engine.ready()
        await asyncio.sleep(0.2)
        with pytest.raises(SetupError, match="keyring is locked"):
            await engine.status()
        await engine.close()

    asyncio.run(main())


def test_closing_lets_the_engine_settle(tmp_path: Path) -> None:
    mark = tmp_path / "engine.closed"

    async def work(engine: EngineClient) -> None:
        await engine.ready()
        task = asyncio.create_task(engine.sync(False))
        await asyncio.sleep(0.05)
        await engine.close()
        with pytest.raises(CrmSyncError):
            await task
        await engine.close()

    with_engine(work, str(mark))
    assert mark.read_text() == "settled"


def test_an_engine_that_will_not_settle_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SETTLE_SECONDS", 0.2)
    monkeypatch.setattr(client, "TERMINATE_SECONDS", 0.2)

    async def main() -> None:
        engine = start_engine(run_stubborn, "practice")
        await engine.ready()
        pid = engine.pid
        assert pid is not None
        await engine.close()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    asyncio.run(main())


WINDOW = """
import asyncio, os, signal, sys
from crmsync_desktop.adapters.ipc import start_engine
from tests.adapters.ipc.engines import run_small

async def main():
    engine = start_engine(run_small, sys.argv[1])
    await engine.ready()
    print(engine.pid, flush=True)
    END

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.parametrize(
    "end",
    [
        pytest.param("os.kill(os.getpid(), signal.SIGKILL)", id="killed"),
        pytest.param("return", id="ended without closing"),
        pytest.param("raise SystemExit(3)", id="exit"),
    ],
)
def test_when_the_window_goes_the_engine_settles_and_ends(end: str, tmp_path: Path) -> None:
    script = tmp_path / "window.py"
    script.write_text(textwrap.dedent(WINDOW).replace("END", end))
    mark = tmp_path / "engine.closed"
    window = subprocess.run(
        [sys.executable, str(script), str(mark)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    pid = int(window.stdout)
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            break
        if Path(f"/proc/{pid}/stat").is_file() and Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] == "Z":
            break
        time.sleep(0.05)
    else:
        pytest.fail(f"engine {pid} still runs")
    assert mark.read_text() == "settled"
    assert "Traceback" not in window.stderr


def test_the_window_side_loads_neither_qt_nor_the_database_nor_the_clients() -> None:
    probe = (
        "import sys, crmsync_desktop.adapters.ipc\n"
        "heavy = {'PySide6', 'qasync', 'sqlmodel', 'sqlalchemy', 'simple_salesforce', 'hubspot', 'keyring'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
