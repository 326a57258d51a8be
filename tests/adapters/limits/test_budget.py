"""S1, S2: what is used, what is left, and a wall that holds."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from crmsync_desktop.adapters.limits import RollingBudget
from crmsync_desktop.adapters.limits.ledger import PRUNE_EVERY
from crmsync_desktop.domain.errors import AllocationReached, SetupError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import Settings
from crmsync_desktop.ports.budget import Budget
from tests.adapters.limits.conftest import START, HandClock, spend

HOUR = 3_600.0
DAY = 86_400.0


def test_it_is_a_budget(budget: RollingBudget) -> None:
    port: Budget = budget
    assert port.usage(Side.HUBSPOT).used == 0


def test_calls_are_refused_beyond_the_allocation_and_nothing_is_taken(budget: RollingBudget) -> None:
    budget.set_allocation(Side.SALESFORCE, 5)
    spend(budget, 4)
    with pytest.raises(AllocationReached):
        spend(budget, 2)
    assert budget.usage(Side.SALESFORCE).used == 4
    spend(budget, 1)
    with pytest.raises(AllocationReached, match="5 calls to Salesforce in 24 hours is used up"):
        spend(budget)


def test_calls_leave_the_window_after_exactly_24_hours(budget: RollingBudget, clock: HandClock) -> None:
    budget.set_allocation(Side.SALESFORCE, 2)
    spend(budget)
    clock.time += HOUR
    spend(budget)
    clock.time = START + DAY - 1
    with pytest.raises(AllocationReached):
        spend(budget)
    clock.time = START + DAY
    assert budget.usage(Side.SALESFORCE).used == 1
    spend(budget)


def test_no_window_of_24_hours_ever_holds_more_than_the_allocation(budget: RollingBudget, clock: HandClock) -> None:
    budget.set_allocation(Side.SALESFORCE, 7)
    made: list[float] = []
    for step in range(400):
        clock.time += (step * 7919 % 97) * 60.0
        calls = step % 3 + 1
        try:
            spend(budget, calls)
        except AllocationReached:
            continue
        made += [clock.time] * calls
    assert len(made) > 50
    assert max(sum(1 for other in made if at - DAY < other <= at) for at in made) == 7


def test_the_refusal_says_when_there_is_room_for_all_that_was_asked(budget: RollingBudget, clock: HandClock) -> None:
    budget.set_allocation(Side.SALESFORCE, 4)
    for _ in range(4):
        spend(budget)
        clock.time += HOUR
    with pytest.raises(AllocationReached) as refused:
        spend(budget, 3)
    assert refused.value.resume_at == "2026-09-22T16:13:20Z"  # START + 24 h + 2 h: the third call leaves
    clock.time = START + DAY + 2 * HOUR - 1
    with pytest.raises(AllocationReached):
        spend(budget, 3)
    clock.time += 1
    spend(budget, 3)


def test_more_than_the_allocation_at_once_never_has_room(budget: RollingBudget) -> None:
    budget.set_allocation(Side.SALESFORCE, 4)
    with pytest.raises(AllocationReached, match="5 calls to Salesforce are needed at once") as refused:
        spend(budget, 5)
    assert refused.value.resume_at is None


def test_an_allocation_of_0_refuses_everything_with_a_clear_sentence(budget: RollingBudget) -> None:
    budget.set_allocation(Side.SALESFORCE, 0)
    with pytest.raises(AllocationReached, match="The allocation for Salesforce is 0, so no call is made"):
        spend(budget, purpose="sign in")
    assert budget.usage(Side.SALESFORCE).used == 0


def test_a_negative_allocation_is_refused(budget: RollingBudget) -> None:
    with pytest.raises(SetupError):
        budget.set_allocation(Side.SALESFORCE, -1)


def test_a_lowered_allocation_counts_what_was_used_before(budget: RollingBudget) -> None:
    budget.set_allocation(Side.SALESFORCE, 10)
    spend(budget, 8)
    budget.set_allocation(Side.SALESFORCE, 5)
    with pytest.raises(AllocationReached):
        spend(budget)
    budget.set_allocation(Side.SALESFORCE, 9)
    spend(budget)


def test_before_any_is_set_salesforce_has_the_default_allocation_and_hubspot_none(budget: RollingBudget) -> None:
    assert budget.usage(Side.SALESFORCE).allocation == Settings().allocation
    assert budget.usage(Side.HUBSPOT).allocation is None


def test_hubspot_is_only_counted(budget: RollingBudget) -> None:
    budget.set_allocation(Side.SALESFORCE, 0)
    spend(budget, 100_000, Side.HUBSPOT)
    assert budget.usage(Side.HUBSPOT).used == 100_000


def test_usage_says_when_the_next_call_leaves(budget: RollingBudget, clock: HandClock) -> None:
    assert budget.usage(Side.SALESFORCE).room_at is None
    spend(budget, 3)
    clock.time += HOUR
    spend(budget, 2)
    usage = budget.usage(Side.SALESFORCE)
    assert (usage.used, usage.room_at) == (5, START + DAY)


def test_count_and_allocation_survive_a_restart(budget: RollingBudget, clock: HandClock, tmp_path: Path) -> None:
    budget.set_allocation(Side.SALESFORCE, 3)
    spend(budget, 3)
    budget.close()
    again = RollingBudget(tmp_path / "calls.sqlite", clock)
    try:
        with pytest.raises(AllocationReached):
            spend(again)
    finally:
        again.close()


@pytest.mark.parametrize("back", [1.0, 2 * HOUR, DAY, 26 * HOUR, 400 * DAY])
def test_a_clock_set_back_does_not_open_the_wall(budget: RollingBudget, clock: HandClock, back: float) -> None:
    budget.set_allocation(Side.SALESFORCE, 2)
    spend(budget, 2)
    clock.time -= back
    assert budget.usage(Side.SALESFORCE).used == 2
    with pytest.raises(AllocationReached):
        spend(budget)


def test_calls_made_while_the_clock_was_behind_do_not_leave_early_when_it_is_put_right(
    budget: RollingBudget, clock: HandClock
) -> None:
    budget.set_allocation(Side.SALESFORCE, 2)
    spend(budget)
    clock.time = START - 5 * HOUR
    spend(budget)  # in truth at START or later
    clock.time = START + DAY - 1
    with pytest.raises(AllocationReached):
        spend(budget)


def test_a_clock_that_had_been_a_year_ahead_does_not_close_the_wall_for_a_year(
    budget: RollingBudget, clock: HandClock
) -> None:
    budget.set_allocation(Side.SALESFORCE, 1)
    clock.time = START + 365 * DAY
    spend(budget)
    clock.time = START
    assert budget.usage(Side.SALESFORCE).room_at == START + DAY
    with pytest.raises(AllocationReached) as refused:
        spend(budget)
    assert refused.value.resume_at == "2026-09-22T14:13:20Z"
    clock.time = START + DAY
    spend(budget)


def test_each_counted_call_is_told_and_a_refused_one_is_not(budget: RollingBudget, clock: HandClock) -> None:
    told: list[tuple[Side, int, float]] = []
    budget.on_spend = lambda side, used, at: told.append((side, used, at))
    budget.set_allocation(Side.SALESFORCE, 3)
    spend(budget, 2)
    with pytest.raises(AllocationReached):
        spend(budget, 2)
    spend(budget)
    assert told == [(Side.SALESFORCE, 2, START), (Side.SALESFORCE, 3, START)]


def test_by_hour_adds_up_by_pair_and_purpose_oldest_first(budget: RollingBudget, clock: HandClock) -> None:
    spend(budget, 2, purpose="read")
    spend(budget, 1, purpose="read")
    spend(budget, 1, purpose="write")
    clock.time += 3_000
    spend(budget, 5, Side.HUBSPOT)
    hour = int(START // 3600 * 3600)
    assert budget.by_hour() == [
        (hour, Side.SALESFORCE, "contacts", "read", 3),
        (hour, Side.SALESFORCE, "contacts", "write", 1),
        (hour + 3600, Side.HUBSPOT, "contacts", "read", 5),
    ]
    clock.time = START + DAY
    assert budget.by_hour() == [(hour + 3600, Side.HUBSPOT, "contacts", "read", 5)]


def test_calls_older_than_two_days_are_forgotten_and_the_count_stays_right(
    budget: RollingBudget, clock: HandClock, tmp_path: Path
) -> None:
    budget.set_allocation(Side.SALESFORCE, PRUNE_EVERY)
    for _ in range(PRUNE_EVERY - 1):
        spend(budget)
    clock.time += 3 * DAY
    spend(budget)
    assert budget.usage(Side.SALESFORCE).used == 1
    other = sqlite3.connect(tmp_path / "calls.sqlite")
    try:
        assert other.execute("SELECT count(*) FROM call").fetchone() == (1,)
    finally:
        other.close()


def test_concurrent_tasks_never_pass_the_wall(budget: RollingBudget) -> None:
    budget.set_allocation(Side.SALESFORCE, 20)

    async def many() -> list[BaseException | None]:
        return await asyncio.gather(*(budget.spend(Side.SALESFORCE, "read") for _ in range(50)), return_exceptions=True)

    answers = asyncio.run(many())
    assert sum(1 for answer in answers if answer is None) == 20
    assert sum(1 for answer in answers if isinstance(answer, AllocationReached)) == 30


def test_a_damaged_counter_is_an_error_and_not_an_empty_one(tmp_path: Path, clock: HandClock) -> None:
    (tmp_path / "calls.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(SetupError, match="damaged"):
        RollingBudget(tmp_path / "calls.sqlite", clock)


def test_a_counter_of_a_newer_version_is_refused(budget: RollingBudget, tmp_path: Path, clock: HandClock) -> None:
    other = sqlite3.connect(tmp_path / "calls.sqlite")
    other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(SetupError, match="newer version"):
        RollingBudget(tmp_path / "calls.sqlite", clock)
