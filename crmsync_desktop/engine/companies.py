"""Companies and accounts find each other through the contacts that belong to them, never by domain or name (C4, O2,
semantics 2); and a company becomes an account only for the sake of a contact that syncs.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmsync_desktop.domain.mapping import CONTACTS, MatchedBy
from crmsync_desktop.domain.records import Category, Cell, Fault, Presence, Side
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.gather import Shared, couple_cells, couples_of, match_loose
from crmsync_desktop.ports.store import Known, RecordState

LONELY = Fault(
    Category.ASSOCIATIONS,
    "NO_SYNCED_CONTACT",
    "None of its contacts is linked to a contact in Salesforce yet, so it gets no account there.",
)
CONTACT = "Contact"
"""A lead has no account: nothing is known of its company through it."""


def shared_contacts(context: Context, loose: Sequence[Known]) -> Shared:
    """Keys of accounts and companies, by row: the contacts that belong to them on both sides, those that are linked and those
    that matching is about to link. Records of either side that weren't among the loose ones come along. A chunk costs a
    fixed number of queries."""
    contacts = context.pairs.get(CONTACTS.name)
    if context.pair.matched_by is not MatchedBy.CONTACTS or contacts is None or not loose:
        return {}
    children = _children(context, loose)
    ends: list[tuple[str, list[Cell], list[Cell]]] = []
    for couple in couples_of(context, {child.link for child in children if child.link is not None}):
        if couple.link.salesforce_object == CONTACT:
            ends.append((couple.link.salesforce_id, *couple_cells(couple)))
    matching, rows = match_loose(contacts, [child for child in children if child.link is None], {})
    for match in matching.matches:
        salesforce, hubspot = rows[match.salesforce], rows[match.hubspot]
        if salesforce.object == CONTACT:
            ends.append((salesforce.id, salesforce.cells or [], hubspot.cells or []))
    named: dict[Side, dict[str, list[str]]] = {side: {} for side in Side}
    for contact, s_cells, h_cells in ends:
        for side, cells in ((Side.SALESFORCE, s_cells), (Side.HUBSPOT, h_cells)):
            for place in contacts.parents_in(cells):
                named[side].setdefault(place.partition("/")[2], []).append(f"contact {contact}")
    return {
        known.row: tuple(dict.fromkeys(keys[known.id]))
        for side, keys in named.items()
        if keys
        for object in context.objects(side)
        for known in context.store.records_by_id(side, object, sorted(keys))
        if known.presence is Presence.LIVE
    }


def without_contact(context: Context, alone: Sequence[Known]) -> set[int]:
    """Rows of HubSpot companies that no syncing contact belongs to: neither one that is linked to a Contact, nor one that
    this pass is about to bring there."""
    companies = [record for record in alone if record.side is Side.HUBSPOT]
    contacts = context.pairs.get(CONTACTS.name)
    if context.pair.matched_by is not MatchedBy.CONTACTS or contacts is None or not companies:
        return set()
    places = [f"{context.pair.name}/{company.id}" for company in companies]
    found = context.store.children(CONTACTS.name, places)
    children = [(place, child) for place, child in found if child.presence is Presence.LIVE]
    links = context.store.links(sorted({child.link for _, child in children if child.link is not None}))
    bound = {link.link for link in links if link.salesforce_object == CONTACT}
    to_contact = contacts.rules.to_salesforce and contacts.rules.created_as == CONTACT
    fresh = {child.id for _, child in children if child.link is None and child.state is RecordState.STAGED}
    if (listed := contacts.rules.inclusion_list) is not None:
        fresh &= context.store.members(listed, sorted(fresh))
    served = {
        place
        for place, child in children
        if child.link in bound or (to_contact and child.link is None and child.id in fresh)
    }
    return {company.row for company, place in zip(companies, places, strict=True) if place not in served}


def _children(context: Context, records: Sequence[Known]) -> list[Known]:
    """The live contacts that belong to these accounts and companies, each once."""
    places = sorted({f"{context.pair.name}/{record.id}" for record in records})
    found = {known.row: known for _, known in context.store.children(CONTACTS.name, places)}
    return [known for known in found.values() if known.presence is Presence.LIVE]
