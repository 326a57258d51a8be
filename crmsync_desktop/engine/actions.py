"""Workflow actions in a pass (W1): what happened in HubSpot that a rule waits for is noted, then done in Salesforce.

Runs once both sides are in step, so that records which this pass links are linked. Without a rule that is on, and nothing left
to do, it costs no call.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmsync_desktop.domain.errors import SetupError, SignInNeeded
from crmsync_desktop.engine.action_desk import ActionDesk
from crmsync_desktop.engine.action_reading import note_what_happened
from crmsync_desktop.engine.action_rules import action_rules
from crmsync_desktop.engine.action_sending import look_for_lost, send
from crmsync_desktop.engine.context import Context


async def run_actions(contexts: Sequence[Context]) -> None:
    """Raises LimitReached, Unreachable, Cancelled or SignInNeeded as the rest of a pass does: what was noted stays noted."""
    first = contexts[0]
    rules = action_rules(first.store)
    if first.happenings is None or not rules:
        return
    desk = ActionDesk(first, first.happenings, {rule.number: rule for rule in rules})
    first.acted = desk.tally
    try:
        if not first.preview:
            await look_for_lost(desk)
        noted = await note_what_happened(desk)
        await send(desk, noted if first.preview else [])
    except SignInNeeded:
        raise
    except SetupError as error:
        desk.trouble([rule for rule in rules if rule.on], error)
