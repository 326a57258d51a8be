"""Lifecycle stages (C6): what an opportunity means for the HubSpot contacts that play a role in it.

An open opportunity means "opportunity", one that is closed and won "customer", one that is closed and lost nothing. A stage
only ever moves forward, in the portal's own order, and nothing of it ever reaches Salesforce. (HubSpot's knowledge base,
"Manage your Salesforce integration settings".)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from crmsync_desktop.domain.layout import Column, Layout
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import UNSEEN, Cell
from crmsync_desktop.domain.schema import Field, Schema

PROPERTY: Final = "lifecyclestage"
OPPORTUNITY: Final = "opportunity"
CUSTOMER: Final = "customer"
"""The stages' internal names, which stay when an admin renames them."""


class Opportunity(msgspec.Struct, frozen=True, array_like=True):
    """An opportunity as far as stages go. `stage`: its StageName; `contacts`: Salesforce ids, from its contact roles."""

    name: str
    stage: str
    closed: bool
    won: bool
    contacts: tuple[str, ...]


class Move(msgspec.Struct, frozen=True, array_like=True):
    """The stage (internal name) that a record should have reached, and why."""

    stage: str
    reason: str


class Ladder:
    """The stages of one HubSpot object, in the portal's order."""

    def __init__(self, property: Field) -> None:
        self._rank = {option.value: rank for rank, option in enumerate(property.options)}
        self._labels = {option.value: option.label for option in property.options}

    def rises(self, now: Cell, stage: str) -> bool:
        """Whether `stage` is ahead of `now`. A stage that the portal doesn't have, on either side, moves nothing: nobody
        can tell what is ahead of it."""
        if stage not in self._rank or now is UNSEEN:
            return False
        return now is None or self._rank.get(now, len(self._rank)) < self._rank[stage]

    def falls(self, now: Cell, stage: Cell) -> bool:
        """Whether `stage` is behind `now`. HubSpot's API says yes to that, and leaves the stage where it is."""
        if not now or not stage or now not in self._rank or stage not in self._rank:
            return False
        return self._rank[stage] < self._rank[now]

    def highest(self, moves: Iterable[Move]) -> Move | None:
        """The move that leads furthest, the first of several; None without any that the portal has a stage for."""
        known = [move for move in moves if move.stage in self._rank]
        return max(known, key=lambda move: self._rank[move.stage], default=None)

    def move(self, opportunity: Opportunity) -> Move | None:
        """What an opportunity means for its contacts; None where it means nothing."""
        stage = CUSTOMER if opportunity.won else OPPORTUNITY
        if stage not in self._rank or (opportunity.closed and not opportunity.won):
            return None
        told = f"Opportunity {opportunity.name} is {opportunity.stage}: lifecycle stage {self._labels[stage]}"
        return Move(stage, told)


def through_company(move: Move) -> Move:
    """The same move, for the company of a contact that made it and for the company's other contacts."""
    return Move(move.stage, f"{move.reason}, through the company")


def watched(layout: Layout, hubspot: Schema) -> Layout:
    """The layout with a column that only HubSpot has, for the stage: it is read with the record, and decided about by
    nothing but its opportunities. As it was where an admin has mapped the property, or the portal doesn't show it."""
    field = hubspot.fields.get(PROPERTY)
    if field is None or not field.options or PROPERTY in layout.properties:
        return layout
    column = Column(len(layout.columns), PROPERTY, Rule.DONT_SYNC, field.kind, field, {})
    return msgspec.structs.replace(layout, columns=(*layout.columns, column))


def stage_column(layout: Layout) -> Column | None:
    """The column of the stage; None where there is none, or where a mapping says what it is to be."""
    found = next((column for column in layout.columns if column.property == PROPERTY), None)
    return found if found is not None and not found.salesforce and found.hubspot.writable else None
