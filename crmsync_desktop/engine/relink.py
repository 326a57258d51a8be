"""Relink: merges and conversions move a link to the record that took the old one's place (C9). They are never read as a
deletion and a new record.
"""

from __future__ import annotations

from collections.abc import Iterable

from crmsync_desktop.domain.records import UNSEEN, Category, Fault, Observed, Presence, Side
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.digest import digest_of
from crmsync_desktop.engine.never_again import bar_met
from crmsync_desktop.engine.observe import with_keys
from crmsync_desktop.ports.store import Known, Link, NewError, RecordState, Settle

CHUNK = 2_000
MOST_STEPS = 5
"""Successors of successors that are followed in one pass: a lead converted, its contact merged, and merged again."""
Place = tuple[Side, str, str]
"""(side, object, id)."""


async def relink(context: Context) -> None:
    """Follow every staged successor and every staged product of a merge, before anything is matched."""
    after = 0
    while chunk := context.store.staged(context.pair.name, after, CHUNK, kin=True):
        after = chunk[-1].row
        await _follow_successors(context, [known for known in chunk if known.successor is not None])
        products = [known.row for known in chunk if known.absorbed and known.presence is Presence.LIVE]
        # Read anew: a successor may just have brought one of them a link.
        _follow_absorbed(context, context.store.records(products))


async def _follow_successors(context: Context, gone: list[Known]) -> None:
    linked = [known for known in gone if known.link is not None]
    if not linked:
        return
    ends = await _ends(context, {_place(known) for known in linked})
    links = {link.link: link for link in context.store.links([known.link for known in linked if known.link])}
    moved: list[Link] = []
    followed: list[tuple[Side, str, str]] = []
    hidden: list[Known] = []
    by_row: dict[int, Known] = {}
    for known in linked:
        link = links[known.link or 0]
        survivor = ends[_place(known)]
        if isinstance(survivor, Known):
            # Two ways may lead to one record: the second has to see the link that the first one brought.
            survivor = by_row.setdefault(survivor.row, survivor)
        if survivor is Presence.UNSEEN:
            hidden.append(known)
        if not isinstance(survivor, Known):
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
        followed.append((known.side, known.object, known.id))
        context.store.settle([Settle(survivor.row, RecordState.STAGED, keep=True)])
    if hidden:
        _report_hidden(context, hidden)
    if followed and any(context.store.error_totals()):
        context.store.clear_errors(followed)
    if not context.preview or moved:
        context.store.update_links(moved)
        context.note_links(moved)


def _forget_missing(context: Context, link: Link) -> None:
    """A lead's fields that a contact doesn't have: what the lead said of them is no base for the contact."""
    for column in context.layout.columns:
        if column.field(Side.SALESFORCE, link.salesforce_object) is None:
            link.base_salesforce[column.place] = UNSEEN


def _place(known: Known) -> Place:
    object, id = known.successor or ("", "")
    return known.side, object, id


async def _ends(context: Context, starts: set[Place]) -> dict[Place, Known | Presence]:
    """What each place leads to, through successors of successors: the live record, or DELETED where there is none any more,
    or UNSEEN where that can't be told: a survivor that the connected user may not see isn't one that is gone."""
    ends: dict[Place, Known | Presence] = {}
    now_at = {start: start for start in starts}
    for _ in range(MOST_STEPS):
        seen = await _look(context, set(now_at.values()))
        for start, place in list(now_at.items()):
            found = seen.get(place)
            if found is not None and found.presence is Presence.DELETED and found.successor is not None:
                now_at[start] = (place[0], *found.successor)
                continue
            ends[start] = found if isinstance(found, Known) and found.presence is Presence.LIVE else _presence(found)
            del now_at[start]
        if not now_at:
            break
    return {start: ends.get(start, Presence.UNSEEN) for start in starts}


def _presence(found: Known | Observed | None) -> Presence:
    return Presence.UNSEEN if found is None else found.presence


async def _look(context: Context, places: set[Place]) -> dict[Place, Known | Observed]:
    """These records as they are known; those never seen, or hidden when last asked for, are read, and learnt if live."""
    found: dict[Place, Known | Observed] = {}
    wanted: dict[tuple[Side, str], list[str]] = {}
    for side, object, id in sorted(places):
        if object in context.pair.keys:
            wanted.setdefault((side, object), []).append(id)
    for (side, object), ids in wanted.items():
        known = {k.id: k for k in context.store.records_by_id(side, object, ids) if k.presence is not Presence.UNSEEN}
        missing = [id for id in ids if id not in known]
        if missing:
            context.check_stop()
            records = with_keys_all(context, await context.crms[side].read(context.want(side, object), missing))
            found.update({(side, object, record.id): record for record in records})
            _learn(context, records)
            known.update({k.id: k for k in context.store.records_by_id(side, object, missing)})
        found.update({(side, object, k.id): k for k in known.values() if k.presence is not Presence.UNSEEN})
    return found


def _learn(context: Context, records: Iterable[Observed]) -> None:
    live = [(record, digest_of(record)) for record in records if record.presence is Presence.LIVE]
    context.store.stage(context.pair.name, live, None)


def with_keys_all(context: Context, records: Iterable[Observed]) -> list[Observed]:
    return [with_keys(context, record) for record in records]


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
        context.note_links(moved)
    # They are no more, though nothing else ever says so; and matching must not find them again.
    absorbed = [former.row for former in old.values() if former.presence is Presence.LIVE]
    context.store.settle(
        [Settle(row, RecordState.SETTLED, keep=True, digest=0, presence=Presence.DELETED) for row in absorbed]
    )


def _report_hidden(context: Context, hidden: list[Known]) -> None:
    """What these records became can't be seen: nothing is deleted or written for them (UNSEEN) until somebody has looked."""
    errors: list[NewError] = []
    for known in hidden:
        object, id = known.successor or ("", "")
        message = f"It became {object} {id}, which {known.side.label} doesn't show to the connected user."
        fault = Fault(Category.RECORD_GONE, "NOT_VISIBLE", message, (), id)
        remedy = f"Let the connected user see {object} {id}, then retry."
        errors.append(NewError(context.pair.name, known.side, known.object, known.id, known.id, fault, remedy))
        context.fail(known.side, known.id)
    context.store.open_errors(errors, stamp(context.clock.now()))
    context.store.settle(
        [Settle(known.row, RecordState.PARKED, keep=True, presence=Presence.UNSEEN) for known in hidden]
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
    bar_met(context, side, id)
    left = context.store.records_by_id(side, object, [id])
    context.store.settle([Settle(known.row, RecordState.PARKED, keep=True) for known in left])
    context.store.remove_links([link.link])  # last: until then the next pass would find the two meeting again
