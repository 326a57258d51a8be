"""The facade on the practice orgs, in this process: events, pause, cancel, retry, and one engine per connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from crmsync_desktop.app.service import Service
from crmsync_desktop.app.views import CallMade, Changed, Event, PassFinished, PassProgress
from crmsync_desktop.bootstrap import Home, open_service, practice_profile
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Category, Side
from tests.practice.servers import Orgs, practice_orgs

T = TypeVar("T")


@pytest.fixture(scope="module")
def orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orgs]:
    with practice_orgs(tmp_path_factory.mktemp("orgs"), contacts=250) as running:
        yield running


def on(orgs: Orgs, folder: Path, work: Callable[[Service], Awaitable[T]]) -> T:
    async def run() -> T:
        where = Home(folder)
        told = orgs.announced
        tokens = (told["salesforce"]["access_token"], told["hubspot"]["access_token"])
        service = await open_service(where, practice_profile(where, dict(told)), tokens)
        try:
            return await work(service)
        finally:
            await service.close()

    return asyncio.run(run())


def test_a_pass_tells_of_every_call_of_its_progress_and_of_its_end(orgs: Orgs, tmp_path: Path) -> None:
    heard: list[Event] = []

    async def work(service: Service) -> None:
        stop = service.subscribe(heard.append)
        orgs.admin.reset_calls()
        await service.sync(False)
        stop()
        await service.set_setting("poll_seconds", "60")

    on(orgs, tmp_path, work)
    counted = orgs.admin.calls()
    calls = [event for event in heard if isinstance(event, CallMade)]
    assert len([call for call in calls if call.side is Side.SALESFORCE]) == counted["salesforce"]
    assert len([call for call in calls if call.side is Side.HUBSPOT]) == counted["hubspot"]
    phases = {event.progress.phase for event in heard if isinstance(event, PassProgress)}
    assert {"reading", "planning", "writing"} <= phases
    assert [event.result.state for event in heard if isinstance(event, PassFinished)] == ["done"]
    assert any(isinstance(event, Changed) and "settings" not in event.kinds for event in heard)


def test_a_cancelled_pass_stops_soon_and_the_next_one_goes_on(orgs: Orgs, tmp_path: Path) -> None:
    async def work(service: Service) -> tuple[str, int]:
        started = asyncio.Event()
        service.subscribe(lambda event: started.set() if isinstance(event, PassProgress) else None)
        running = asyncio.ensure_future(service.sync(False))
        await started.wait()
        orgs.admin.reset_calls()
        await service.cancel()
        result = await running
        return result.state, sum(orgs.admin.calls().values())

    state, after = on(orgs, tmp_path, work)
    assert state == "cancelled"
    assert after <= 6
    assert on(orgs, tmp_path, lambda service: service.sync(False)).state == "done"


def test_two_who_ask_for_a_pass_at_once_get_the_same_one(orgs: Orgs, tmp_path: Path) -> None:
    async def work(service: Service) -> set[int]:
        return {result.id for result in await asyncio.gather(service.sync(False), service.sync(False))}

    assert len(on(orgs, tmp_path, work)) == 1


def test_the_allocation_may_not_exceed_the_orgs_own_limit(orgs: Orgs, tmp_path: Path) -> None:
    async def work(service: Service) -> int:
        with pytest.raises(SetupError, match="100,000"):
            await service.set_allocation(100_001)
        return (await service.set_allocation(99_999)).salesforce.allocation

    assert on(orgs, tmp_path, work) == 99_999


def test_an_imported_configuration_holds_at_once_and_screens_hear_of_it(orgs: Orgs, tmp_path: Path) -> None:
    heard: list[Event] = []

    async def work(service: Service) -> tuple[int, int]:
        text = (await service.export_configuration()).replace("allocation = 10000", "allocation = 8000")
        assert [change.new for change in (await service.preview_configuration(text)).changes] == ["8,000"]
        service.subscribe(heard.append)
        before = (await service.status()).salesforce.allocation
        await service.import_configuration(text)
        assert (await service.import_configuration(text)).changes == ()
        return before, (await service.status()).salesforce.allocation

    assert on(orgs, tmp_path, work) == (10_000, 8_000)
    assert [event for event in heard if isinstance(event, Changed)] == [Changed(("settings", "mappings", "status"))]


def test_retried_errors_are_tried_again_and_counted(orgs: Orgs, tmp_path: Path) -> None:
    async def work(service: Service) -> tuple[int, int, int]:
        await service.sync(False)
        before = (await service.status()).errors
        groups = [group for category in Category for group in await service.errors(category)]
        staged = await service.retry_errors(None, None)
        await service.sync(False)
        assert groups
        return before, staged, (await service.status()).errors

    before, staged, after = on(orgs, tmp_path, work)
    assert staged > 0
    assert after == before


def test_pausing_is_remembered_by_the_next_process(orgs: Orgs, tmp_path: Path) -> None:
    on(orgs, tmp_path, lambda service: service.pause())
    assert on(orgs, tmp_path, lambda service: service.status()).paused
    assert not on(orgs, tmp_path, lambda service: service.resume()).paused


def test_a_schedule_runs_by_itself_and_rests_while_paused(orgs: Orgs, tmp_path: Path) -> None:
    async def work(service: Service) -> list[str]:
        finished: list[str] = []
        done = asyncio.Event()

        def hear(event: Event) -> None:
            if isinstance(event, PassFinished):
                finished.append(event.result.reason)
                done.set()

        service.subscribe(hear)
        service.start_schedule()
        await asyncio.wait_for(done.wait(), 60)
        await service.pause()
        orgs.admin.reset_calls()
        await asyncio.sleep(0.3)
        assert sum(orgs.admin.calls().values()) == 0
        done.clear()
        await service.resume()
        await asyncio.wait_for(done.wait(), 60)
        return finished

    assert on(orgs, tmp_path, work) == ["schedule", "schedule"]


def test_examples_of_a_real_pair_stand_in_the_mappings_table(orgs: Orgs, tmp_path: Path) -> None:
    async def work(service: Service) -> int:
        await service.sync(False)
        views = await service.mappings("contacts")
        return sum(any(view.examples) for view in views)

    assert on(orgs, tmp_path, work) > 5
