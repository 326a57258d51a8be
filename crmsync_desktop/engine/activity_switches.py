"""What turning switches on and off means for activities (A1): a kind that is off is forgotten to the moment, so that turned
on again it begins anew, and what waited before is taken up again.
"""

from __future__ import annotations

from crmsync_desktop.domain.mapping import ACTIVITIES, FORMS
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import Settings, active_pairs, rules_of
from crmsync_desktop.engine.activities import UNPLACED, WAITING, is_activity, read_of
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.observe import news
from crmsync_desktop.engine.retry import chosen_errors
from crmsync_desktop.ports.store import ErrorFilter, Store

PLACES = "activity_places"
"""The document that holds, by kind, the pairs whose records activities were last put on."""
CHUNK = 1_000


def end_reading(store: Store, settings: Settings) -> None:
    """What isn't read any more is forgotten to the moment: what happens from now on until it is read again is the past then."""
    on = active_pairs(settings)
    read = {
        (side, object)
        for pair in ACTIVITIES
        if pair in on
        for side, objects in read_of(pair, rules_of(settings, pair)).items()
        for object in objects
    }
    known = store.cursors()
    every = {(Side.HUBSPOT, pair.hubspot) for pair in ACTIVITIES}
    every |= {(Side.SALESFORCE, object) for pair in ACTIVITIES for object in pair.salesforce}
    for side, object in sorted((every & set(known)) - read):
        store.forget_cursor(side, object)


async def take_up(context: Context) -> None:
    """Activities that waited when their kind was turned off, or until another pair syncs, are read anew: who they belong to
    may be linked by now, or was never asked for. Costs a call for a thousand, and nothing in other passes. Raises SetupError
    where they can't be read."""
    if not is_activity(context) or context.preview:
        return
    store, pair = context.store, context.pair
    places = sorted({name for column in context.layout.columns for name in column.parents})
    before = store.document(PLACES) or {}
    begins = (Side.HUBSPOT, pair.hubspot) not in store.cursors()
    if before.get(pair.name) == places and not begins:
        return
    rows = [row for code in (UNPLACED, WAITING) for row in chosen_errors(store, ErrorFilter(pair=pair.name, code=code))]
    for side, object in sorted({(row.side, row.object) for row in rows}):
        if object not in context.read_objects(side):
            continue
        ids = sorted({row.record_id for row in rows if (row.side, row.object) == (side, object)})
        for start in range(0, len(ids), CHUNK):
            context.check_stop()
            some = ids[start : start + CHUNK]
            if pair is not FORMS:  # what was submitted never changes
                records = await context.crms[side].read(context.want(side, object), some)
                store.stage(pair.name, news(context, side, object, records), None)
            store.stage_again(side, [known.row for known in store.records_by_id(side, object, some)])
    store.save_document(PLACES, {**before, pair.name: places})
