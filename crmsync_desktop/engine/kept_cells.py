"""Which cells of a linked record are kept: those that differ from its base."""

from __future__ import annotations

from crmsync_desktop.domain.records import Observed, Side
from crmsync_desktop.engine.gather import Couple, couple_cells
from crmsync_desktop.ports.store import Known, Link, RecordState, Settle


def keep_cells(couple: Couple) -> None:
    """Write out the cells that stand for "equal to the base": the base is about to move, and they don't move with it."""
    s_cells, h_cells = couple_cells(couple)
    if couple.salesforce is not None:
        couple.salesforce.cells = list(s_cells)
    if couple.hubspot is not None:
        couple.hubspot.cells = list(h_cells)


def settles_of(
    link: Link, source: Known | None, row: int, record: Observed, state: RecordState, couple: Couple | None = None
) -> list[Settle]:
    """Both records of a link: cells are kept beside the base only where they differ from it."""
    base, other_base = link.base_hubspot, link.base_salesforce
    if record.side is Side.SALESFORCE:
        base, other_base = other_base, base
    settles = [Settle(row, state, None if record.cells == base else record.cells)]
    if source is not None:
        cells = source.cells
        if cells is None and couple is not None:
            s_cells, h_cells = couple_cells(couple)
            cells = h_cells if record.side is Side.SALESFORCE else s_cells
        settles.append(Settle(source.row, state, None if cells == other_base else cells))
    return settles
