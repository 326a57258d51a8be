"""What is known of one field of one link when it is decided about: who edited it, and whether the sides differ at all. Pure."""

from __future__ import annotations

from crmsync_desktop.domain.decide import Facts
from crmsync_desktop.domain.layout import Column
from crmsync_desktop.domain.records import UNSEEN, Cell, Value
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.values import close as as_stored
from crmsync_desktop.domain.values import same


def facts_of(column: Column, s: Value, h: Value, bs: Cell, bh: Cell, there: Cell, here: Cell) -> Facts:
    """The facts of a field whose sides don't agree, before anybody asks which edit is newer. `bs` and `bh` are the bases,
    `there` the Salesforce value as HubSpot would hold it, `here` HubSpot's as Salesforce would."""
    based = bs is not UNSEEN and bh is not UNSEEN
    salesforce_moved = based and not same(column.kind, s, bs or None)
    hubspot_moved = based and not same(column.kind, h, bh or None)
    if salesforce_moved and hubspot_moved:
        # A side that only stores otherwise what it was given (a run died before it heard of it) yields to a real edit.
        slight_s, slight_h = as_stored(column.kind, bs or None, s), as_stored(column.kind, bh or None, h)
        salesforce_moved, hubspot_moved = not slight_s or slight_h, not slight_h or slight_s
    if column.waits() and (there is UNSEEN or here is UNSEEN):
        close = False
    elif not based and h is None and there is not UNSEEN:
        close = False  # nobody was ever chosen there: that is blank, not an owner without a counterpart
    elif there is UNSEEN or here is UNSEEN:
        # An owner without a counterpart is told of. It isn't a reason to undo the edit that set it, and where nothing is
        # known of either side's edits (a new record has its system's default owner), none to replace the other's.
        close = not salesforce_moved and not hubspot_moved
    elif column.kind is Kind.OWNER and column.beside and not salesforce_moved and not hubspot_moved:
        # They had no counterparts when they were set, and have them now (somebody paired them). Who was chosen and who was
        # left as a system's default owner can't be told, so nobody is replaced.
        close = based
    elif column.mindful:
        close = False  # such a column has told already that they don't agree
    else:
        # One side holds what it makes of the other's value when storing it, whichever was written last.
        close = as_stored(column.kind, there, h) or as_stored(column.kind, here, s)
    return Facts(
        equal=False,
        based=based,
        salesforce_blank=s is None,
        hubspot_blank=h is None,
        salesforce_moved=salesforce_moved,
        hubspot_moved=hubspot_moved,
        close=close,
        newest=None,
    )
