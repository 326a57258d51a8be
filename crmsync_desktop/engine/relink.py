"""Relink: merges and conversions move a link to the record that took the old one's place (C9). They are never read as a
deletion and a new record.
"""

from __future__ import annotations

from collections.abc import Iterable

from crmsync_desktop.domain.records import UNSEEN, Category, Fault, Observed, Presence, Side
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.digest import digest_of
from crmsync_desktop.engine.observe import with_keys
from crmsync_desktop.ports.store import Known, Link, NewError, RecordState, Settle

CHUNK = 2_000


async def relink(context: Context) -> None:
    """Follow every staged successor and every staged product of a merge, before anything is matched."""
    after = 0
    while chunk := context.store.staged(context.pair.name, after, CHUNK):
        after = chunk[-1].row
        await _follow_successors(context, [known for known in chunk if known.successor is not None])
        products = [known.row for known in chunk if known.absorbed and known.presence is Presence.LIVE]
        # Read anew: a successor may just have brought one of them a link.
        _follow_absorbed(context, context.store.records(products))


async def _follow_successors(context: Context, gone: list[Known]) -> None:
    linked = [known for known in gone if known.link is not None]
    if not linked:
        return
    survivors = await _survivors(context, linked)
    links = {link.link: link for link in context.store.links([known.link for known in linked if known.link])}
    moved: list[Link] = []
    for known in linked:
        link = links[known.link or 0]
        survivor = survivors.get(known.successor or ("", ""))
        if survivor is None or survivor.presence is not Presence.LIVE:
            continue
        if survivor.link is not None and survivor.link != link.link:
            _report_meeting(context, link, known, survivor)
            continue
        if known.side is Side.SALESFORCE:
            link.salesforce_object, link.salesforce_id = survivor.object, survivor.id
            _forget_missing(context, link)
        else:
            link.hubspot_id = survivor.id
        survivor.link = link.link
        moved.append(link)
        context.store.settle([Settle(survivor.row, RecordState.STAGED, keep=True)])
    if not context.preview or moved:
        context.store.update_links(moved)


def _forget_missing(context: Context, link: Link) -> None:
    """A lead's fields that a contact doesn't have: what the lead said of them is no base for the contact."""
    for column in context.layout.columns:
        if column.field(Side.SALESFORCE, link.salesforce_object) is None:
            link.base_salesforce[column.place] = UNSEEN


async def _survivors(context: Context, linked: list[Known]) -> dict[tuple[str, str], Known]:
    """The successors as known records; those never seen before are read and learnt."""
    wanted: dict[Side, dict[str, set[str]]] = {}
    for known in linked:
        object, id = known.successor or ("", "")
        wanted.setdefault(known.side, {}).setdefault(object, set()).add(id)
    survivors: dict[tuple[str, str], Known] = {}
    for side, objects in wanted.items():
        for object, ids in objects.items():
            if object not in context.pair.keys:
                continue
            known_ids = {k.id for k in context.store.records_by_id(side, object, sorted(ids))}
            missing = sorted(ids - known_ids)
            if missing:
                context.check_stop()
                records = await context.crms[side].read(context.want(side, object), missing)
                _learn(context, with_keys_all(records))
            survivors.update({(object, k.id): k for k in context.store.records_by_id(side, object, sorted(ids))})
    return survivors


def _learn(context: Context, records: Iterable[Observed]) -> None:
    live = [(record, digest_of(record)) for record in records if record.presence is Presence.LIVE]
    context.store.stage(context.pair.name, live, None)


def with_keys_all(records: Iterable[Observed]) -> list[Observed]:
    return [with_keys(record) for record in records]


def _follow_absorbed(context: Context, products: list[Known]) -> None:
    """HubSpot gives the product of a merge a new id and lists the old ones. The first old record that is linked hands its
    link over; a second one's link is taken apart, and its Salesforce record is reported."""
    old_ids = sorted({id for product in products for id in product.absorbed})
    if not old_ids:
        return
    old = {k.id: k for k in context.store.records_by_id(Side.HUBSPOT, context.pair.hubspot, old_ids)}
    links = {link.link: link for link in context.store.links([k.link for k in old.values() if k.link is not None])}
    moved: list[Link] = []
    for product in products:
        for id in product.absorbed:
            former = old.get(id)
            if former is None or former.link is None or former.link not in links or id == product.id:
                continue
            link = links[former.link]
            if product.link is not None and product.link != link.link:
                _report_meeting(context, link, former, product)
            elif link.hubspot_id != product.id:
                link.hubspot_id = product.id
                product.link = link.link
                moved.append(link)
    if moved:
        context.store.update_links(moved)
    # They are no more, though nothing else ever says so; and matching must not find them again.
    absorbed = [former.row for former in old.values() if former.presence is Presence.LIVE]
    context.store.settle(
        [Settle(row, RecordState.SETTLED, keep=True, digest=0, presence=Presence.DELETED) for row in absorbed]
    )


def _report_meeting(context: Context, link: Link, gone: Known, survivor: Known) -> None:
    """Two links meet in one record: the survivor keeps its own; the other's counterpart is left alone and reported."""
    side = gone.side.other
    object = context.pair.hubspot if side is Side.HUBSPOT else link.salesforce_object
    id = link.hubspot_id if side is Side.HUBSPOT else link.salesforce_id
    message = (
        f"Its counterpart {gone.side.label} {gone.object} {gone.id} was merged into {survivor.id}, "
        f"which is linked to another record of {side.label}."
    )
    fault = Fault(Category.DUPLICATES, "LINKS_MEET", message, (), survivor.id)
    error = NewError(context.pair.name, side, object, id, id, fault, "Merge the two records there too.", True)
    context.store.open_errors([error], stamp(context.clock.now()))
    left = context.store.records_by_id(side, object, [id])
    context.store.settle([Settle(known.row, RecordState.PARKED, keep=True) for known in left])
    context.store.remove_links([link.link])  # last: until then the next pass would find the two meeting again
