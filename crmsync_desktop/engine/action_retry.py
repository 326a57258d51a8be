"""Firings that were refused, to be tried again; and the tasks that rules made, for whom they are no business of (W1)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from crmsync_desktop.domain.records import Side
from crmsync_desktop.ports.actions import Firing, FiringState
from crmsync_desktop.ports.store import ErrorRow, Store

ACTIONS: Final = "actions"
"""The object that errors of rules and firings stand under, and the pair of their tally."""
_FIRING: Final = "firing "


def error_name(firing: Firing) -> str:
    """The record id that a firing's errors stand under."""
    return f"{_FIRING}{firing.number}"


def retry_failed(store: Store, rule: int | None, numbers: Collection[int] | None) -> int:
    """Let firings that were refused be tried once more, in the next pass: those of a rule (by its number), these, or all.
    Gives how many."""
    again: list[Firing] = []
    after = 0
    while page := store.firings([FiringState.FAILED], rule, after):
        after = page[-1].number
        again += [firing for firing in page if numbers is None or firing.number in numbers]
    for firing in again:
        firing.state, firing.message, firing.ended_at, firing.tries = FiringState.NOTED, "", "", 0
    with store.together():
        store.update_firings(again)
        store.clear_errors([(Side.HUBSPOT, ACTIONS, error_name(firing)) for firing in again])
    return len(again)


def forget_errors(store: Store, rule: int) -> None:
    """Close the errors of a rule that is gone, and of what it did and didn't do."""
    names = [f"rule {rule}"]
    after = 0
    while page := store.firings(
        [FiringState.NOTED, FiringState.WAITING, FiringState.FAILED, FiringState.DONE], rule, after
    ):
        after = page[-1].number
        names += [error_name(firing) for firing in page]
    store.clear_errors([(Side.HUBSPOT, ACTIONS, name) for name in names])


def retry_of_errors(store: Store, rows: Sequence[ErrorRow]) -> int:
    """The same for the firings that these errors are about."""
    names = {row.record_id for row in rows if row.object == ACTIONS and row.record_id.startswith(_FIRING)}
    numbers = {int(name.removeprefix(_FIRING)) for name in names}
    return retry_failed(store, None, numbers) if numbers else 0


def made_by_actions(store: Store, ids: Sequence[str]) -> set[str]:
    """Those of these Salesforce tasks that rules made: they stay in Salesforce, and become no HubSpot tasks. One statement
    for 10,000."""
    return store.made_by_actions(ids)
