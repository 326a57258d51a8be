"""Activities (A1, A2): they are read from the moment on that their switch is turned on, unless past ones are asked for; they
travel once they belong to a record that is linked; and a task that was made of something else in HubSpot never comes
back as a to-do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from crmsync_desktop.domain.mapping import Pair, PairKind, plain_object, variants_of
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Observed, Presence, Side
from crmsync_desktop.domain.settings import PairRules
from crmsync_desktop.engine.action_retry import made_by_actions
from crmsync_desktop.engine.context import Context
from crmsync_desktop.ports.crm import Crm
from crmsync_desktop.ports.store import Cursor, Known, Store

UNPLACED = "NOT_PLACED"
"""It belongs to no record of a kind that syncs: nothing that is linked later changes that."""
WAITING = "PLACE_NOT_LINKED"


def is_activity(context: Context) -> bool:
    return context.pair.kind is PairKind.ACTIVITY


def first_cursor(context: Context, side: Side, object: str) -> str | None:
    """Where the first read begins: with activities now, since past ones come only if somebody asks for them."""
    if not is_activity(context):
        return None
    return context.crms[side].starting(object, None)


def begin_again(store: Store, crms: Mapping[Side, Crm], pair: Pair, rules: PairRules, since: str) -> None:
    """Past activities, those changed since `since` (ISO 8601 UTC), are read by the next pass: a backfill."""
    with store.together():
        for side, objects in read_of(pair, rules).items():
            for object in objects:
                store.stage(pair.name, [], Cursor(side, object, crms[side].starting(object, since)))


def read_of(pair: Pair, rules: PairRules) -> dict[Side, tuple[str, ...]]:
    """The objects whose changes are read."""
    return {Side.SALESFORCE: rules.reads, Side.HUBSPOT: (pair.hubspot,)}


def without_own(context: Context, object: str, records: list[Observed]) -> list[Observed]:
    """Leave out the tasks that are known here as something else than what they look like in Salesforce: made of a meeting, a
    note or a form submission, or by a workflow action."""
    others = variants_of(object)
    if not others or not records:
        return records
    ids = [record.id for record in records]
    known = {id for other in others for id in context.store.digests(Side.SALESFORCE, other, ids)}
    known |= made_by_actions(context.store, ids)
    return [record for record in records if record.id not in known] if known else records


def unplaced(context: Context, alone: Iterable[Known]) -> dict[int, Fault]:
    """Activities without a counterpart that can't be placed yet, by row, with why."""
    if not is_activity(context):
        return {}
    found: dict[int, Fault] = {}
    for record in alone:
        fault = _why_not(context, record.side, record.cells or [])
        if fault is not None:
            found[record.row] = fault
    return found


def _why_not(context: Context, side: Side, cells: Sequence[Cell]) -> Fault | None:
    named: list[str] = []
    for column in context.layout.columns:
        cell = cells[column.place] if column.place < len(cells) else UNSEEN
        if not column.parents or not cell:
            continue
        there = column.as_salesforce(cell, cells) if side is Side.HUBSPOT else column.as_hubspot(cell, cells)
        if there:
            return None
        named += [f"{context.parents[key].noun} {id}" for key, id in column.translation.named(cell)]
    if named:
        more = f" and {len(named) - 3} more" if len(named) > 3 else ""
        message = f"It belongs to {', '.join(named[:3])}{more}, of which none is linked to a record in {side.other.label} yet."
        return Fault(Category.ASSOCIATIONS, WAITING, message)
    message = "It belongs to no contact, company, deal or ticket that syncs, so there is no record to put it on."
    return Fault(Category.ASSOCIATIONS, UNPLACED, message)


def stage_placed(context: Context) -> None:
    """Activities that belong to records which were linked in this round are looked at: they may have waited for it, and
    those that are linked may have another record to name."""
    places = sorted({place for other in context.pairs.values() for place in other.linked_now})
    children = context.store.children(context.pair.name, places)
    context.store.stage_again(None, sorted({known.row for _, known in children if known.presence is Presence.LIVE}))


def related_pairs(context: Context) -> list[Context]:
    """The other pairs whose records are the same object in Salesforce as this one's."""
    own = {plain_object(object) for object in context.pair.salesforce}
    return [
        other
        for other in context.pairs.values()
        if other is not context and own & {plain_object(object) for object in other.pair.salesforce}
    ]


class Past(msgspec.Struct, frozen=True):
    """What a backfill would read: live records by side, changed since a moment; `calls` by side, for reading and writing
    them all, as far as that can be told beforehand."""

    records: dict[Side, int]
    calls: dict[Side, int]


_READ = {Side.SALESFORCE: 2_000, Side.HUBSPOT: 200}
"""Records of one page (apis.md 4.6, 5.1)."""
_WRITTEN = {Side.SALESFORCE: 200, Side.HUBSPOT: 100}
_ASSOCIATED = 1_000
_KINDS_OF_ASSOCIATION = 4


async def count_past(crms: Mapping[Side, Crm], pair: Pair, rules: PairRules, since: str) -> Past:
    """One call for each object that is read. What is linked already is counted too."""
    records = dict.fromkeys(Side, 0)
    for side, objects in read_of(pair, rules).items():
        for object in objects:
            records[side] += await crms[side].count(object, since)
    calls = {side: _pages(records[side], _READ[side]) + _pages(records[side.other], _WRITTEN[side]) for side in Side}
    calls[Side.HUBSPOT] += _KINDS_OF_ASSOCIATION * _pages(records[Side.HUBSPOT], _ASSOCIATED)
    return Past(records, calls)


def _pages(records: int, size: int) -> int:
    return -(-records // size)
