"""What waits for a person: the schedule waits with it, and what is announced before a pass writes is heard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from crmsync_desktop.app.service import Service
from crmsync_desktop.app.views import StatusView
from crmsync_desktop.bootstrap import Home, open_service, practice_profile
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.settlements import Use
from crmsync_desktop.engine.guarding import KEPT, KeptPlan
from tests.practice.servers import Orgs, practice_orgs

T = TypeVar("T")


@pytest.fixture(scope="module")
def orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orgs]:
    with practice_orgs(tmp_path_factory.mktemp("orgs"), contacts=5) as running:
        yield running


def on(orgs: Orgs, folder: Path, work: Callable[[Service], Awaitable[T]]) -> T:
    async def run() -> T:
        where = Home(folder)
        tokens = (orgs.announced["salesforce"]["access_token"], orgs.announced["hubspot"]["access_token"])
        service = await open_service(where, practice_profile(where, dict(orgs.announced)), tokens)
        try:
            return await work(service)
        finally:
            await service.close()

    return asyncio.run(run())


def test_the_schedule_waits_for_the_word_and_says_so(orgs: Orgs, tmp_path: Path) -> None:
    kept = KeptPlan(12, "2026-03-01T12:00:00Z", "This pass would blank phone of 812 contacts.", [])

    async def work(service: Service) -> tuple[StatusView, int]:
        service._store.save_document(KEPT, msgspec.to_builtins(kept))
        service.start_schedule()
        await asyncio.sleep(0.2)
        return await service.status(), len(await service.passes(10))

    status, passes = on(orgs, tmp_path, work)
    assert passes == 0
    assert (status.headline, status.tone, status.plan_waiting) == ("A plan waits for your word", "attention", 12)
    assert (status.notice, status.next_pass_at) == (kept.message, None)


def test_a_pass_that_is_asked_for_plans_anew_and_ends_the_waiting(orgs: Orgs, tmp_path: Path) -> None:
    async def work(service: Service) -> StatusView:
        kept = KeptPlan(12, "2026-03-01T12:00:00Z", "Too much.", [])
        service._store.save_document(KEPT, msgspec.to_builtins(kept))
        await service.sync(False)
        return await service.status()

    assert on(orgs, tmp_path, work).plan_waiting is None


@pytest.mark.parametrize(("use", "value"), [(Use.VALUE, None), (Use.HUBSPOT, "X")])
def test_a_settlement_is_whose_value_or_a_value_and_not_both(
    orgs: Orgs, tmp_path: Path, use: Use, value: str | None
) -> None:
    with pytest.raises(SetupError, match="whose value"):
        on(orgs, tmp_path, lambda service: service.settle_conflicts([], use, value, None))
