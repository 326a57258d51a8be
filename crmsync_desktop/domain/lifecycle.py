"""What becomes of a link when a record of it is deleted, comes back or can't be seen (C5, architecture 3).

Edit beats delete; no base, no delete; unseen never deletes; nothing deleted in HubSpot is ever deleted in Salesforce.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.records import UNSEEN, Cell, Presence
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.settings import OnSalesforceDelete
from crmsync_desktop.domain.values import same


class Fate(Enum):
    SYNC = "both are live"
    SKIP = "one side can't be seen"
    REST = "nothing to do about a record that is gone"
    DELETE_HUBSPOT = "deleted in Salesforce, and the setting says so"
    SALESFORCE_GONE = "deleted in Salesforce; HubSpot's record stays"
    EDIT_BEATS_DELETE = "deleted in Salesforce, but edited in HubSpot since: it stays"
    HUBSPOT_GONE = "deleted in HubSpot; Salesforce's record stays"
    RECREATE_HUBSPOT = "deleted in HubSpot, but Salesforce's record was edited or restored since"


def fate(
    salesforce: Presence,
    hubspot: Presence,
    *,
    salesforce_edited: bool,
    hubspot_edited: bool,
    salesforce_was_gone: bool,
    setting: OnSalesforceDelete,
) -> Fate:
    """`*_edited`: the record differs from its base, or has none. `salesforce_was_gone`: the link knew already that
    Salesforce's record was deleted."""
    if salesforce is Presence.UNSEEN or hubspot is Presence.UNSEEN:
        return Fate.SKIP
    if salesforce is Presence.LIVE:
        if hubspot is Presence.LIVE:
            return Fate.SYNC
        return Fate.RECREATE_HUBSPOT if salesforce_edited or salesforce_was_gone else Fate.HUBSPOT_GONE
    if hubspot is Presence.DELETED or salesforce_was_gone:
        return Fate.REST
    if setting is not OnSalesforceDelete.DELETE:
        return Fate.SALESFORCE_GONE
    return Fate.EDIT_BEATS_DELETE if hubspot_edited else Fate.DELETE_HUBSPOT


def edited(layout: Layout, cells: Sequence[Cell], base: Sequence[Cell]) -> bool:
    """Whether a record differs from what it last said. A record without any base counts as edited: no base, no delete."""
    based = False
    for column in layout.columns:
        now, before = cells[column.place], base[column.place]
        if before is UNSEEN or now is UNSEEN or column.kind is Kind.MEMBERS or not column.salesforce:
            continue  # who belongs to a record is no value of its own, and what only HubSpot has isn't synced
        based = True
        if not same(column.kind, now, before):
            return True
    return not based
