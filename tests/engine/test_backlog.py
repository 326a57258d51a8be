"""After a night off, a pass says what piled up before it writes (P7)."""

from __future__ import annotations

import asyncio

from crmsync_desktop.engine.cycle import run_pass
from tests.engine.desk import Desk

HOUR = 3_600.0


def said(desk: Desk, after: float) -> list[tuple[str, int]]:
    """What is announced by the next pass, each with how many writes had been sent by then."""
    heard: list[tuple[str, int]] = []
    desk.nature.advance(after)

    async def one_pass() -> None:
        context = await desk.context()
        context.announce = lambda text: heard.append((text, len(desk.writes())))
        await run_pass([context], "test", desk.memory.budget.calls)

    asyncio.run(one_pass())
    return heard


def test_a_pass_after_a_night_says_what_piled_up_before_it_writes() -> None:
    with Desk() as desk:
        salesforce, _ = desk.in_both(jobtitle="CTO")
        assert said(desk, HOUR) == []
        desk.salesforce.edit(salesforce.id, {"Title": "CEO"})
        desk.in_salesforce()
        desk.in_hubspot()
        before = len(desk.writes())
        ((text, sent),) = said(desk, 14 * HOUR)
        assert text == (
            "The last pass was 14 hours ago. Of contacts, this has piled up: Salesforce gets 1 new; "
            "HubSpot gets 1 new, 1 changed."
        )
        assert sent == before


def test_neither_a_short_break_nor_an_empty_night_is_told_of() -> None:
    with Desk() as desk:
        salesforce, _ = desk.in_both(jobtitle="CTO")
        desk.sync()
        desk.salesforce.edit(salesforce.id, {"Title": "CEO"})
        assert said(desk, 7 * HOUR) == []
        assert said(desk, 14 * HOUR) == []
