"""Triggers and flows: what the org does by itself once a record is saved.

They don't set each other off, and a trigger's own write doesn't run it again: real ones guard against that.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import count
from typing import Any

from .automation_rules import Trigger
from .errors import RowError
from .saves import Save
from .store import Row


def plan(triggers: Sequence[Trigger], save: Save, *, deletes: bool = False) -> None:
    """Put the triggers that this save, or deletion, sets off into `save.effects`. Raises RowError where one fails:
    nothing of the record is saved then."""
    event = "delete" if deletes else "insert" if save.before is None else "update"
    for trigger in triggers:
        if event in trigger.on and all(condition.holds(save.row, save.before) for condition in trigger.when):
            if trigger.does == "fail":
                raise failure(trigger, event)
            save.effects.append(trigger)


def failure(trigger: Trigger, event: str) -> RowError:
    """A failing trigger in Apex's words, a failing flow in those that a flow's error shows.

    Unverified: every failing flow is reported as one that tried to update records.
    """
    reason = str(trigger.value or "FIELD_CUSTOM_VALIDATION_EXCEPTION: the automation doesn't accept this record")
    if trigger.kind == "flow":
        message = (
            f"We can't save this record because the “{trigger.name}” process failed. Give your Salesforce admin these "
            f"details. This error occurred when the flow tried to update records: {reason}. You can look up "
            "ExceptionCode values in the SOAP API Developer Guide. Error ID: 1619473565-114595 (58182527)"
        )
        return RowError("CANNOT_EXECUTE_FLOW_TRIGGER", message)
    message = (
        f"{trigger.name}: execution of Before{event.capitalize()}\n\ncaused by: System.DmlException: {reason}\n\n"
        f"Trigger.{trigger.name}: line 3, column 1"
    )
    return RowError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message)


def effect(trigger: Trigger, row: Row, now: str) -> Row:
    """The values that a trigger writes into the record that set it off."""
    stands = row.get(trigger.field)
    match trigger.does:
        case "upper":
            return {} if stands is None else {trigger.field: str(stands).upper()}
        case "stamp":
            return {trigger.field: now}
        case "set":
            return {trigger.field: trigger.value}
        case "copy":
            return {trigger.field: row.get(trigger.source)}
        case "count":
            return {trigger.field: (stands or 0) + 1}
        case "flip":
            return {trigger.field: trigger.other if stands == trigger.value else trigger.value}
        case _:
            return {}


class Waiting:
    """Triggers that run later: the earliest first, in the order in which they were set off."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Trigger, str]] = []
        self._order = count()

    def __bool__(self) -> bool:
        return bool(self._heap)

    def add(self, due: float, trigger: Trigger, id18: str) -> None:
        heapq.heappush(self._heap, (due, next(self._order), trigger, id18))

    def due(self, now: float) -> list[tuple[float, Trigger, str]]:
        """Take out those whose time has come: when, which, and the record."""
        found: list[tuple[float, Any, str]] = []
        while self._heap and self._heap[0][0] <= now:
            when, _, trigger, id18 = heapq.heappop(self._heap)
            found.append((when, trigger, id18))
        return found
