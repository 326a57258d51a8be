"""Passes that are asked for, paused, stopped and closed all at once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from crmsync_desktop.app.service import Service
from crmsync_desktop.app.views import PassProgress
from crmsync_desktop.bootstrap import Home, open_service, practice_profile
from crmsync_desktop.domain.errors import Cancelled
from tests.practice.servers import Orgs, practice_orgs

T = TypeVar("T")


@pytest.fixture(scope="module")
def orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orgs]:
    with practice_orgs(tmp_path_factory.mktemp("orgs"), contacts=60) as running:
        yield running


async def opened(orgs: Orgs, folder: Path) -> Service:
    where = Home(folder)
    tokens = (orgs.announced["salesforce"]["access_token"], orgs.announced["hubspot"]["access_token"])
    return await open_service(where, practice_profile(where, dict(orgs.announced)), tokens)


def on(orgs: Orgs, folder: Path, work: Callable[[Service], Awaitable[T]]) -> T:
    async def run() -> T:
        service = await opened(orgs, folder)
        try:
            return await work(service)
        finally:
            await service.close()

    return asyncio.run(run())


async def under_way(service: Service, preview: bool) -> asyncio.Future[object]:
    started = asyncio.Event()
    stop = service.subscribe(lambda event: started.set() if isinstance(event, PassProgress) else None)
    running = asyncio.ensure_future(service.sync(preview))
    await started.wait()
    stop()
    return running


def test_p1_a_run_asked_for_during_a_preview_runs_and_a_preview_during_a_run_is_one(orgs: Orgs, tmp_path: Path) -> None:
    async def work(service: Service) -> list[tuple[bool, str]]:
        previewing = await under_way(service, True)
        results = await asyncio.gather(previewing, service.sync(False), service.sync(False), service.sync(True))
        return [(view.preview, view.state) for view in results]  # type: ignore[attr-defined]

    assert on(orgs, tmp_path, work) == [(True, "done"), (False, "done"), (False, "done"), (True, "done")]
    assert len(on(orgs, tmp_path, lambda service: service.passes(10))) == 2


def test_cancel_and_pause_with_nothing_running_stop_nothing_later(orgs: Orgs, tmp_path: Path) -> None:
    async def work(service: Service) -> str:
        await service.cancel()
        await service.pause()
        await service.resume()
        return (await service.sync(False)).state

    assert on(orgs, tmp_path, work) == "done"


def test_s6_closing_during_a_pass_settles_it_and_lets_no_other_begin(orgs: Orgs, tmp_path: Path) -> None:
    async def work() -> tuple[str, BaseException]:
        service = await opened(orgs, tmp_path)
        service.start_schedule()
        running = await under_way(service, False)
        preview = asyncio.ensure_future(service.sync(True))
        await asyncio.sleep(0)
        await service.close()
        told = await asyncio.gather(preview, return_exceptions=True)
        assert isinstance(told[0], BaseException)
        return (await running).state, told[0]  # type: ignore[attr-defined]

    state, told = asyncio.run(work())
    assert state == "cancelled"
    assert isinstance(told, Cancelled)


def test_s2_an_allocation_lowered_during_a_pass_is_the_wall_at_once(tmp_path: Path) -> None:
    async def work(service: Service) -> tuple[str, int]:
        running = await under_way(service, False)
        used = (await service.status()).salesforce.used
        await service.set_allocation(used)
        result = await running
        after = (await service.status()).salesforce.used
        assert after == used
        return result.state, after  # type: ignore[attr-defined]

    with practice_orgs(tmp_path / "orgs", contacts=300) as fresh:
        state, used = on(fresh, tmp_path, work)
        assert state == "stopped"
        assert fresh.admin.calls()["salesforce"] == used


def test_the_schedule_outlives_a_memory_that_cannot_be_read_for_a_while(
    orgs: Orgs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmsync_desktop.app.runner.SHORTEST", 0.01)
    monkeypatch.setattr("crmsync_desktop.domain.pacing.SHORTEST", 0.01)
    memory = tmp_path / "connections" / "practice" / "memory.sqlite"

    async def work(service: Service) -> int:
        await service.sync(False)
        with sqlite3.connect(memory) as other:
            other.execute("ALTER TABLE document RENAME TO away")
        service.start_schedule()
        await asyncio.sleep(0.1)
        with sqlite3.connect(memory) as other:
            other.execute("ALTER TABLE away RENAME TO document")
        other.close()
        while len(rows := await service.passes(10)) < 3:
            await asyncio.sleep(0.01)
        return len([row for row in rows if row.state == "done"])

    assert on(orgs, tmp_path, work) >= 2
