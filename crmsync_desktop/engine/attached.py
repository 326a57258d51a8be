"""What others have attached to a created record: deleting it again would take that along, or leave it without.

Salesforce deletes an account's contacts, opportunities and cases with it, and any record's tasks and events, whoever made them.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Op, Side
from crmsync_desktop.engine.context import Context
from crmsync_desktop.ports.crm import Want
from crmsync_desktop.ports.store import JournalState

BATCH = 200
ACTIVITIES = ("Task", "Event")
PARENTS = {
    "Account": (("Contact", "AccountId"), ("Opportunity", "AccountId"), ("Case", "AccountId")),
    "Contact": (("Case", "ContactId"),),
    "Lead": (),
    "Opportunity": (),
    "Case": (),
}
"""By object: which records point at it, and through which field."""
Key = tuple[Side, str, str]


async def attached_to(context: Context, created: Sequence[Key]) -> dict[Key, str]:
    """Why these records, which are to be deleted again, have to stay: something belongs to them that isn't deleted with this
    undo. One call for each 200 records and kind of child; none for objects that nothing hangs on."""
    found: dict[Key, str] = {}
    for parent, children in PARENTS.items():
        activities = "WhoId" if parent in ("Contact", "Lead") else "WhatId"
        pointing = (*children, *((object, activities) for object in ACTIVITIES))
        ids = [id for side, object, id in created if side is Side.SALESFORCE and object == parent]
        for first in range(0, len(ids), BATCH):
            for object, field in pointing:
                for id, child in await _children(context, object, field, ids[first : first + BATCH]):
                    found.setdefault((Side.SALESFORCE, parent, id), f"{object} {child} belongs to it")
    return found


async def _children(context: Context, object: str, field: str, parents: Sequence[str]) -> list[tuple[str, str]]:
    """(parent, child) of the live records of `object` that point at these, without those that this undo would delete."""
    context.check_stop()
    want = Want(object, (field,))
    try:
        records = await context.crms[Side.SALESFORCE].find(want, field, parents)
    except SetupError:
        return []  # an object that the connected user may not see, or that the org doesn't have
    going = _going(context) if records else set()
    return [(str(record.cells[0]), record.id) for record in records if record.cells[0] and record.id not in going]


def _going(context: Context) -> set[str]:
    """Salesforce records that a preview of this undo would have deleted by then. A run has deleted them."""
    found: set[str] = set()
    after = 0
    while entries := context.store.entries(
        context.pass_id, [JournalState.PLANNED], Side.SALESFORCE, Op.DELETE, after, limit=1000
    ):
        after = entries[-1].row
        found.update(entry.record_id for entry in entries if entry.record_id)
    return found
