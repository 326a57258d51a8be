"""What undos left as it is (P2), as a pass meets it: remembered once an undo's write is done, let stand by the plan, and
forgotten once somebody has edited either side.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from crmsync_desktop.domain.lifecycle import edited
from crmsync_desktop.domain.planner import LinkPlan
from crmsync_desktop.domain.records import UNSEEN, Cell, Observed, Op, Presence, Side, Written
from crmsync_desktop.domain.remedies import hint
from crmsync_desktop.domain.standing import let_stand, notice, take_out
from crmsync_desktop.domain.values import same, stamp
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.gather import Couple, couples_of
from crmsync_desktop.ports.store import (
    Entry,
    JournalState,
    Link,
    LinkState,
    NewError,
    RecordState,
    Settle,
    Store,
    Undone,
)

MOST = 100_000
UNDOS = "undos"
"""The document that holds which pass is the undo of which: [undo, undone]."""


def undos_of(store: Store) -> dict[int, int]:
    """Undo → the pass that it undoes."""
    return dict(store.document(UNDOS) or ())


def note_undo(store: Store, undo: int, undone: int) -> None:
    """Before anything of it is sent: whoever settles its writes has to know what they are."""
    store.save_document(UNDOS, [*(store.document(UNDOS) or ()), (undo, undone)])


def load_standing(context: Context, links: Iterable[int]) -> None:
    """What undos left of these links, in one query; in none where there never was an undo."""
    context.standing.clear()
    context.deleted_again.clear()
    if not context.store.any_undone():
        return
    places = {column.property: column.place for column in context.layout.columns}
    for each in context.store.undone(sorted(set(links))):
        if not each.property:
            context.deleted_again.add(each.link)
        elif each.property in places:
            stood = (each.salesforce, each.hubspot, each.pass_id)
            context.standing.setdefault(each.link, {})[places[each.property]] = stood


def stand(context: Context, link: Link, plan: LinkPlan, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> None:
    """Take out of a link's plan, both of whose records are live, what stands as an undo left it; note what no longer does."""
    if link.link in context.deleted_again:
        context.stood.append((link.link, ""))  # somebody brought the record back
    columns = context.layout.columns
    ended = let_stand(plan, columns, context.standing.get(link.link, {}), salesforce, hubspot)
    context.stood += [(link.link, columns[place].property) for place in ended]


def stand_after(
    context: Context, link: Link, plan: LinkPlan, salesforce: Sequence[Cell], hubspot: Sequence[Cell]
) -> None:
    """The same for what would be left to do after a write: whether it stands is for the next plan to say."""
    let_stand(plan, context.layout.columns, context.standing.get(link.link, {}), salesforce, hubspot)


def forget_stood(context: Context) -> None:
    """What no longer stands."""
    if context.stood and not context.preview:
        context.store.forget_undone(context.stood)
    context.stood.clear()


def to_be_made_anew(context: Context, couple: Couple, h_cells: Sequence[Cell]) -> bool:
    """Whether the Salesforce record that an undo deleted again is to be created once more: its HubSpot record was edited
    since. (The mirror image is every HubSpot record's that was deleted.)"""
    if couple.link.link not in context.deleted_again or couple.hubspot is None:
        return False
    live = couple.hubspot.presence is Presence.LIVE
    return live and edited(context.layout, h_cells, couple.link.base_hubspot)


# settling an undo's own writes


def keep_undone(
    context: Context, entry: Entry, link: Link, plan: LinkPlan, record: Observed, other: Sequence[Cell]
) -> None:
    """An undo's update is done: what would now be done again stands. `plan` is what would be left to do, `other` the cells of
    the record that wasn't written."""
    if entry.pass_id not in context.undos:
        return
    for change in entry.changes:
        column = context.layout.columns[change.place]
        theirs, ours = other[change.place], record.cells[change.place]
        if theirs is UNSEEN or ours is UNSEEN or change.source is UNSEEN:
            continue
        if not same(column.kind, theirs, change.source):
            continue  # edited there, and still to be decided about
        if take_out(plan, column) is None:
            continue  # the sides agree, or may differ
        s, h = (ours, theirs) if record.side is Side.SALESFORCE else (theirs, ours)
        now = stamp(context.clock.now())
        context.undone.append(Undone(link.link, change.property, s, h, entry.pass_id, now))
        fault = notice(column, s, h, entry.pass_id)
        plan.faults.append((record.side, fault))
        told = hint(fault.category, fault.code)
        error = NewError(entry.pair, record.side, record.object, record.id, entry.label, fault, told, True)
        context.undone_notices.append(error)


def store_undone(context: Context) -> None:
    """In the transaction that moves the bases."""
    if context.undone:
        context.store.remember_undone(context.undone)
        context.store.open_errors(context.undone_notices, stamp(context.clock.now()))
        context.undone.clear()
        context.undone_notices.clear()


def expect_deletes(context: Context, entries: Sequence[Entry]) -> None:
    """Before an undo's deletes are sent: should their answers be lost, what is gone then was deleted by it, and never by a
    person whose delete is to be followed (C5)."""
    now = stamp(context.clock.now())
    deletes = [
        _deleted(entry.link, entry.side, entry.pass_id, now)
        for entry in entries
        if entry.op is Op.DELETE and entry.link is not None and entry.pass_id in context.undos
    ]
    if deletes:
        context.store.remember_undone(deletes)


def settle_undone_deletes(context: Context, done: list[tuple[Entry, Written]]) -> list[tuple[Entry, Written]]:
    """Deletes of an undo: the counterpart stays, and isn't created from again until it is edited. Gives the others."""
    own = {entry.link: entry.side for entry, _ in done if entry.link and entry.pass_id in context.undos}
    if not own:
        return done
    _mark_gone(context, own)
    return [pair for pair in done if pair[0].link not in own]


def _mark_gone(context: Context, sides: dict[int, Side]) -> None:
    """`sides` by link: where its record was deleted again."""
    couples = couples_of(context, sides)
    settles: list[Settle] = []
    for couple in couples:
        side = sides[couple.link.link]
        in_hubspot = side is Side.HUBSPOT
        couple.link.state = LinkState.HUBSPOT_GONE if in_hubspot else LinkState.SALESFORCE_GONE
        gone, stays = (couple.hubspot, couple.salesforce) if in_hubspot else (couple.salesforce, couple.hubspot)
        if gone is not None:
            settles.append(Settle(gone.row, RecordState.SETTLED, keep=True, digest=0, presence=Presence.DELETED))
        if stays is not None and stays.state is not RecordState.STAGED:
            settles.append(Settle(stays.row, RecordState.SETTLED, keep=True))
    context.store.update_links([couple.link for couple in couples])
    context.store.settle(settles)


async def settle_doubtful(context: Context) -> None:
    """Deletes of an undo whose answers were lost: the records are read, before anything is decided about them."""
    if not context.store.any_undone():
        return
    doubtful = {each.link: each for each in context.store.undone_in_doubt()}
    links = [link for link in context.store.links(sorted(doubtful)) if link.pair == context.pair.name]
    for side in Side:
        mine = {
            (_object(context, link, side), link.hubspot_id if side is Side.HUBSPOT else link.salesforce_id): link.link
            for link in links
            if _side_of(doubtful[link.link]) is side
        }
        gone: dict[int, Side] = {}
        for object in sorted({object for object, _ in mine}):
            context.check_stop()
            ids = [id for each, id in mine if each == object]
            for record in await context.crms[side].read(context.want(side, object), ids):
                if record.presence is Presence.DELETED:
                    gone[mine[object, record.id]] = side
                elif record.presence is Presence.LIVE:
                    context.store.forget_undone([(mine[object, record.id], "")])
        if gone:
            with context.store.together():
                _mark_gone(context, gone)
                _note_done(context, gone)


def _note_done(context: Context, gone: Collection[int]) -> None:
    """The journal's last word on deletes whose answers were lost."""
    states = [JournalState.SENT, JournalState.UNKNOWN]
    deletes = context.store.entries(None, states, op=Op.DELETE, limit=MOST, pair=context.pair.name)
    done = [entry for entry in deletes if entry.link in gone and entry.pass_id in context.undos]
    note = "answer lost; found to be done"
    context.store.finish(
        [(entry.row, JournalState.DONE, entry.record_id, note) for entry in done], stamp(context.clock.now())
    )


def _object(context: Context, link: Link, side: Side) -> str:
    return context.pair.hubspot if side is Side.HUBSPOT else link.salesforce_object


def _deleted(link: int, side: Side, pass_id: int, at: str) -> Undone:
    if side is Side.SALESFORCE:
        return Undone(link, "", UNSEEN, None, pass_id, at)
    return Undone(link, "", None, UNSEEN, pass_id, at)


def _side_of(undone: Undone) -> Side:
    return Side.SALESFORCE if undone.salesforce is UNSEEN else Side.HUBSPOT
