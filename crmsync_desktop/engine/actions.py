"""Workflow actions in a pass (W1): what happened in HubSpot that a rule waits for is noted, then done in Salesforce.

Runs once both sides are in step, so that records which this pass links are linked. Without a rule that is on, and nothing left
to do, it costs no call.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.engine.action_desk import ActionDesk, is_own
from crmsync_desktop.engine.action_reading import note_what_happened
from crmsync_desktop.engine.action_retry import ACTIONS
from crmsync_desktop.engine.action_rules import action_rules
from crmsync_desktop.engine.action_sending import look_for_lost, send
from crmsync_desktop.engine.context import Context
from crmsync_desktop.ports.actions import UNFINISHED
from crmsync_desktop.ports.store import Tally


async def run_actions(contexts: Sequence[Context]) -> None:
    """Raises LimitReached, Unreachable, Cancelled or SignInNeeded as the rest of a pass does: what was noted stays noted."""
    desk = _desk(contexts)
    if desk is None:
        return
    try:
        noted = await note_what_happened(desk)
        await send(desk, noted if desk.context.preview else [])
    except CrmSyncError as error:
        if not is_own(error):
            raise
        desk.trouble([rule for rule in desk.rules.values() if rule.on], error)


async def recover_actions(contexts: Sequence[Context]) -> None:
    """Settle what an earlier pass sent without hearing of it: before anything is read, so that a task which a rule made isn't
    taken for somebody's. Raises as `run_actions`."""
    desk = _desk(contexts)
    if desk is None or desk.context.preview:
        return
    try:
        await look_for_lost(desk)
    except CrmSyncError as error:
        if not is_own(error):
            raise
        desk.trouble([rule for rule in desk.rules.values() if rule.on], error)


def _desk(contexts: Sequence[Context]) -> ActionDesk | None:
    """None where there are no rules, nor anything left of one that was removed."""
    first = contexts[0]
    rules = action_rules(first.store)
    if first.happenings is None or not (rules or first.store.firings(UNFINISHED, limit=1)):
        return None
    first.acted = first.acted or Tally(Side.SALESFORCE, ACTIONS)
    return ActionDesk(first, first.happenings, {rule.number: rule for rule in rules}, first.acted)
