"""Records that are never created again: contacts erased from HubSpot for good, archived records that got a successor, and
those whose counterpart was merged into another's.

An erased contact leaves nothing to read. It shows only by its absence: HubSpot knows its id neither among its live nor among
its archived contacts, when it is about to be written, or made anew. (One that was purged from the recycle bin, after 90
days, looks the same; so would one that HubSpot lost sight of for a moment: when its id shows up again, it is taken off the
list.) Nothing is deleted in Salesforce for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync_desktop.domain.do_not_create import ERASED, MET, REPLACED, address_names, id_name
from crmsync_desktop.domain.lifecycle import edited
from crmsync_desktop.domain.mapping import CONTACTS
from crmsync_desktop.domain.records import Category, Fault, Observed, Presence, Side
from crmsync_desktop.domain.remedies import hint
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.digest import digest_of
from crmsync_desktop.engine.gather import Couple, Gathered, couple_cells, couples_of
from crmsync_desktop.ports.store import Known, LinkState, NewError, RecordState, Settle


async def find_erased(context: Context, gathered: Gathered) -> None:
    """Before an archived contact is made anew: is it still there? Those that aren't are put on the list, and taken out of
    what is planned."""
    if context.pair.name != CONTACTS.name:
        return
    anew = {couple.link.hubspot_id: couple for couple in gathered.couples if _to_be_made_anew(context, couple)}
    if not anew:
        return
    context.check_stop()
    read = await context.crms[Side.HUBSPOT].read(context.want(Side.HUBSPOT, context.pair.hubspot), sorted(anew))
    erased = [anew[record.id] for record in read if record.presence is Presence.UNSEEN]
    if not erased:
        return
    links = {couple.link.link for couple in erased}
    gathered.couples = [couple for couple in gathered.couples if couple.link.link not in links]
    if not context.preview:
        _bar(context, erased)


def _to_be_made_anew(context: Context, couple: Couple) -> bool:
    salesforce, hubspot = couple.salesforce, couple.hubspot
    if salesforce is None or salesforce.presence is not Presence.LIVE or hubspot is None:
        return False
    gone = hubspot.presence is Presence.DELETED and hubspot.successor is None
    return gone and (
        couple.link.state is LinkState.SALESFORCE_GONE
        or edited(context.layout, couple_cells(couple)[0], couple.link.base_salesforce)
    )


def bar_erased(context: Context, links: Iterable[int]) -> None:
    """HubSpot has these links' contacts no more, neither live nor archived."""
    _bar(context, couples_of(context, links))


def _bar(context: Context, couples: Sequence[Couple]) -> None:
    """The link goes, and with it what the memory knows of the contact; its names stay."""
    store, pair, now = context.store, context.pair.name, stamp(context.clock.now())
    with store.together():
        for couple in couples:
            link, salesforce, hubspot = couple.link, couple.salesforce, couple.hubspot
            keys = [key for known in (salesforce, hubspot) if known is not None for key in known.keys]
            ids = [id_name(Side.HUBSPOT, link.hubspot_id), id_name(Side.SALESFORCE, link.salesforce_id)]
            store.bar(pair, list(dict.fromkeys([*ids, *address_names(keys)])), ERASED, link.hubspot_id, now)
            if salesforce is not None:
                cells = couple_cells(couple)[0]
                store.settle([Settle(salesforce.row, RecordState.PARKED, cells)])
                _tell(context, salesforce, ERASED)
            gone = Observed(Side.HUBSPOT, context.pair.hubspot, link.hubspot_id, "", Presence.DELETED, [])
            store.remove_links([link.link])
            store.learn(pair, [(gone, digest_of(gone))], RecordState.SETTLED)


def keep_out(context: Context, gathered: Gathered) -> None:
    """Take records that are on the list out of those that would be created, with a notice; and take off the list those
    erased ones that HubSpot has (again)."""
    if not context.store.any_barred(context.pair.name):
        return
    rows = gathered.rows
    alone = [rows[row] for row in gathered.matching.alone]
    here = [known for known in rows.values() if known.side is Side.HUBSPOT and known.presence is Presence.LIVE]
    doubts = gathered.matching.doubts
    doubtful = [rows[doubt.row] for doubt in doubts]
    names = {known.row: [id_name(known.side, known.id)] for known in (*alone, *here, *doubtful)}
    for known in alone:
        if known.side is Side.SALESFORCE:
            names[known.row] += address_names(known.keys)
    why = context.store.barred(context.pair.name, sorted({name for each in names.values() for name in each}))
    if not why:
        return
    back = [known.id for known in here if why.get(id_name(known.side, known.id)) == ERASED]
    if back and not context.preview:
        context.store.lift(context.pair.name, back)
    kept: list[int] = []
    for known in alone:
        reasons = {why[name] for name in names[known.row] if name in why}
        bars = reasons & _BARS[known.side]
        if not bars:
            kept.append(known.row)
        elif not context.preview:
            context.store.settle([Settle(known.row, RecordState.PARKED, keep=True)])
            if told := bars - {MET}:  # of those that met, the merge has told
                _tell(context, known, min(told))
    gathered.matching.alone = kept
    met = {known.row for known in doubtful if why.get(id_name(known.side, known.id)) == MET}
    gathered.matching.doubts = [doubt for doubt in doubts if doubt.row not in met]
    if met and not context.preview:
        context.store.settle([Settle(row, RecordState.PARKED, keep=True) for row in sorted(met)])


def bar_met(context: Context, side: Side, id: str) -> None:
    """This record's counterpart was merged into one that has a link of its own."""
    context.store.bar(context.pair.name, [id_name(side, id)], MET, id, stamp(context.clock.now()))


def bar_replaced(context: Context, hubspot_ids: Sequence[str]) -> None:
    """These archived records are about to get a successor."""
    now = stamp(context.clock.now())
    for id in hubspot_ids:
        context.store.bar(context.pair.name, [id_name(Side.HUBSPOT, id)], REPLACED, id, now)


_BARS = {Side.SALESFORCE: {ERASED, MET}, Side.HUBSPOT: {REPLACED, MET}}
"""Why a record of this side isn't created on the other."""
_MESSAGES = {
    ERASED: "Its HubSpot contact was erased for good: HubSpot has it no more, not even among its archived ones. It is not "
    "created again.",
    REPLACED: "It was archived, and its Salesforce record got a new one in HubSpot meanwhile. It is not created in Salesforce "
    "a second time.",
}


def _tell(context: Context, known: Known, why: str) -> None:
    fault = Fault(Category.RECORD_GONE, why.upper(), _MESSAGES[why])
    label = context.layout.label(known.cells or (), known.keys, known.id)
    told = hint(fault.category, fault.code)
    error = NewError(context.pair.name, known.side, known.object, known.id, label, fault, told, notice=True)
    context.store.open_errors([error], stamp(context.clock.now()))
