"""Refusals of countries and states that were sent as they are: they name what Salesforce would have taken (C8)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from crmsync_desktop.domain.address_texts import CODE
from crmsync_desktop.domain.records import Cell, Fault, Side, Written
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.gather import couple_cells, couples_of
from crmsync_desktop.ports.store import Entry

Refused = list[tuple[Entry, Written]]


def with_accepted(context: Context, side: Side, refused: Refused) -> Refused:
    """The refusals, with what the org's picklists have instead in their words."""
    about = [entry for entry, answer in refused if any(fault.code == CODE for fault in answer.faults)]
    if side is not Side.SALESFORCE or not context.layout.addresses or not about:
        return refused
    # A code from the org's own list was refused: the list is no longer what it was when its fields were read.
    context.outdated = context.outdated or any(change.sent for entry in about for change in entry.changes)
    couples = couples_of(context, {entry.link for entry in about if entry.link is not None})
    cells = {couple.link.link: couple_cells(couple)[0] for couple in couples}
    return [(entry, _told(context, entry, cells.get(entry.link or 0, ()), answer)) for entry, answer in refused]


def _told(context: Context, entry: Entry, cells: Sequence[Cell], answer: Written) -> Written:
    return msgspec.structs.replace(
        answer, faults=tuple(_named(context, entry, cells, fault) for fault in answer.faults)
    )


def _named(context: Context, entry: Entry, cells: Sequence[Cell], fault: Fault) -> Fault:
    words = (each.accepts_instead(entry.object, entry.changes, cells, fault) for each in context.layout.addresses)
    added = next(filter(None, words), "")
    return msgspec.structs.replace(fault, message=f"{fault.message.rstrip('.')}. {added}") if added else fault
