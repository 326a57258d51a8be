"""The inclusion list (C7): who is on it, kept locally. Joiners are read at every pass, leavers when all is read anew."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.domain.records import Presence, Side
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.digest import digest_of
from crmsync_desktop.engine.observe import with_keys

FULL_SECONDS = 3_600
"""How long a full reading of the list counts: joiners can be read by time, leavers can't."""
OVERLAP_SECONDS = 300
DOCUMENT = "inclusion_list_read"


async def refresh_members(context: Context) -> None:
    """Bring the local copy up to date and stage the contacts that joined. Costs no call without a list."""
    list_id = context.rules.inclusion_list
    if list_id is None:
        return
    store, now = context.store, context.clock.now()
    last: dict[str, Any] = store.document(DOCUMENT) or {}
    if last.get("list") == list_id and now - float(last.get("full", 0)) < FULL_SECONDS:
        since = stamp(float(last["seen"]) - OVERLAP_SECONDS)
        joined = store.add_members(list_id, await context.lists.joined(list_id, since))
        full = float(last["full"])
    else:
        ids: list[str] = []
        async for page in context.lists.members(list_id):
            context.check_stop()
            ids += page
        joined, _ = store.set_members(list_id, ids)
        full = now
    await _stage(context, joined)
    store.save_document(DOCUMENT, {"list": list_id, "full": full, "seen": now})


async def _stage(context: Context, joined: list[str]) -> None:
    """A contact that joins travels although nothing in it changed."""
    object = context.pair.hubspot
    known = context.store.records_by_id(Side.HUBSPOT, object, joined)
    context.store.stage_again(Side.HUBSPOT, [record.row for record in known])
    missing = sorted(set(joined) - {record.id for record in known})
    if missing and context.store.cursors().get((Side.HUBSPOT, object)) is not None:
        context.check_stop()
        records = await context.crms[Side.HUBSPOT].read(context.want(Side.HUBSPOT, object), missing)
        live = [with_keys(context, record) for record in records if record.presence is Presence.LIVE]
        context.store.stage(context.pair.name, [(record, digest_of(record)) for record in live], None)
