"""What settling a write needs to know of lookups and texts: asked for in one query for a batch, and not compared again where
the write has just made both sides say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync_desktop.domain.layout import Column
from crmsync_desktop.domain.records import Cell, Observed, Side
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.gather import Couple
from crmsync_desktop.engine.parents import load_named
from crmsync_desktop.ports.store import Entry, Known


def load_lookups(context: Context, records: Iterable[Observed | Known], couples: Iterable[Couple] = ()) -> None:
    """What these records' lookups point at, and what the couples' did when their sides last agreed."""
    held: list[tuple[Side, Sequence[Cell]]] = [(record.side, record.cells) for record in records if record.cells]
    for couple in couples:
        held += [(Side.SALESFORCE, couple.link.base_salesforce), (Side.HUBSPOT, couple.link.base_hubspot)]
        held += [(known.side, known.cells) for known in (couple.salesforce, couple.hubspot) if known and known.cells]
    load_named(context, held)


def carried(context: Context, entry: Entry, source: Sequence[Cell], written: Sequence[Cell]) -> frozenset[int]:
    """The places of texts and lookups that `entry` has just written, where neither record says anything else by now. To read
    HTML again takes longer than all else about an activity."""
    columns = context.layout.columns
    return frozenset(
        change.place
        for change in entry.changes
        if _is_costly(columns[change.place])
        and change.new
        and written[change.place] == change.new
        and source[change.place] == change.source
    )


def _is_costly(column: Column) -> bool:
    return column.beside and (column.kind is Kind.PLACES or column.hubspot.kind is Kind.HTML)
