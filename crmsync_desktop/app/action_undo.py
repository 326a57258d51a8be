"""Taking back what a rule did (W1): a task that nobody has edited since is deleted again, a member's status put back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Cell, Op, Outcome, Presence, Side, Value, Write
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.action_members import MEMBER, SENT_STATUS
from crmsync_desktop.engine.action_tasks import TASK
from crmsync_desktop.engine.metadata import schema_of_object
from crmsync_desktop.ports.actions import Firing, FiringState
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.crm import Crm, Want
from crmsync_desktop.ports.store import Store

_GRAIN: Final = 2.0
"""Seconds between a record's making and what Salesforce itself stamps it with."""


async def undo(store: Store, clock: Clock, salesforce: Crm, firing: Firing) -> Firing:
    """Costs a call to look and one to write. Raises SetupError where there is nothing to take back, or somebody has edited it
    since."""
    if firing.state is not FiringState.DONE or not firing.target_id:
        raise SetupError(f"Firing {firing.number} did nothing that could be taken back.", firing.message)
    if firing.target_object == MEMBER and firing.former is None:
        raise SetupError("It was a member already, so there is nothing to take back.")
    await schema_of_object(firing.target_object, store, salesforce, clock)
    status = ("Status",) if firing.target_object == MEMBER else ()
    want = Want(firing.target_object, ("CreatedDate", "LastModifiedDate", *status))
    (record,) = await salesforce.read(want, [firing.target_id])
    if record.presence is not Presence.LIVE:
        raise SetupError("It isn't there any more.", "Somebody deleted it in Salesforce.")
    values: dict[str, Value] = {}
    op, what = Op.DELETE, "task" if firing.target_object == TASK else "campaign member"
    if firing.target_object == MEMBER and firing.former:
        op, values = Op.UPDATE, {"Status": firing.former}
        if record.cells[2] != firing.values.get(SENT_STATUS):
            raise SetupError(
                f"Its status is “{record.cells[2]}” by now: somebody has changed it since.", "", "It stays."
            )
    elif _apart(record.cells[0], record.cells[1]) > _GRAIN:
        raise SetupError(f"Somebody has edited the {what} since.", "", "Delete it in Salesforce if it is to go.")
    write = Write(f"undo-{firing.number}", Side.SALESFORCE, firing.target_object, op, firing.target_id, values)
    (answer,) = await salesforce.write([write])
    if answer.outcome is not Outcome.DONE:
        detail = " ".join(fault.message for fault in answer.faults)
        raise SetupError("Salesforce didn't take it back.", detail, "Try again.")
    firing.state, firing.ended_at = FiringState.UNDONE, stamp(clock.now())
    firing.message = f"The status is “{firing.former}” again." if op is Op.UPDATE else f"The {what} was deleted again."
    store.update_firings([firing])
    return firing


def _apart(one: Cell, other: Cell) -> float:
    if not one or not other:
        return 0.0
    return abs((datetime.fromisoformat(other) - datetime.fromisoformat(one)).total_seconds())
