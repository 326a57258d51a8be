"""Owners (C10): whose record it is, on the other side. By the table that an admin made, else by e-mail address. Pure.

A queue owns records in Salesforce only: such records are unassigned in HubSpot, and leaving them unassigned there says
nothing. An owner without a counterpart is told of, and the owner there stays as it is (semantics 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Side
from crmsync_desktop.domain.schema import Owner

OWNER_NOT_MATCHED: Final = "OWNER_NOT_MATCHED"
QUEUE: Final = "00G"
"""The key prefix of a Group's id: of a queue, where it owns records (Salesforce's standard key prefixes)."""


class Pairing(msgspec.Struct, frozen=True, array_like=True):
    """A Salesforce user and a HubSpot owner, by id, whom an admin knows to be one person."""

    salesforce: str
    hubspot: str


class Owners(msgspec.Struct, frozen=True):
    """Implements layout.BesideTranslation. `to_*`: ids of one side to those of the other that may be assigned. `known` by
    side and id. `gone`: pairings that name nobody any more, or nobody who could be assigned; they don't count."""

    across_to_hubspot: dict[str, str]
    across_to_salesforce: dict[str, str]
    known: dict[Side, dict[str, Owner]]
    place: int = -1
    name: str = "hubspot_owner_id"
    paired: tuple[Pairing, ...] = ()
    gone: tuple[Pairing, ...] = ()

    @property
    def waits(self) -> bool:
        return False

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        if not cell or cell.startswith(QUEUE):
            return None
        return self.across_to_hubspot.get(cell, UNSEEN)

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        if not cell:
            return UNSEEN if target else None  # every record has an owner there; a new one gets Salesforce's default
        return self.across_to_salesforce.get(cell, UNSEEN)

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        s, h = salesforce[self.place] or "", hubspot[self.place] or ""
        return self.to_hubspot(s, salesforce) == (h or None) or (bool(h) and self.across_to_salesforce.get(h) == s)

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        owner = self.known[side.other].get(cell)
        if not cell:
            message = (
                f"The record has no owner in {side.other.label}, and needs one in {side.label}: the owner there stays."
            )
        elif owner is None:
            message = f"{side.other.label}'s owner {cell} isn't known; the owner in {side.label} stays as it is."
        else:
            who = f"{owner.name} ({owner.email or 'no e-mail address'})"
            why = "" if owner.active else " is no longer active there and"
            message = (
                f"{side.other.label}'s owner {who}{why} has no active counterpart with the same e-mail address in "
                f"{side.label}; the owner there stays as it is."
            )
        return Fault(Category.OWNERS, OWNER_NOT_MATCHED, message, (self.name,))


def match_owners(owners: Iterable[Owner], pairings: Iterable[Pairing] = ()) -> Owners:
    """By e-mail of active users, then as paired. An inactive owner still reads across to an active one, but nothing is ever
    assigned to it. Several may be paired with one: the way back goes to the first."""
    known: dict[Side, dict[str, Owner]] = {side: {} for side in Side}
    active: dict[Side, dict[str, str]] = {side: {} for side in Side}
    for owner in owners:
        known[owner.side][owner.id] = owner
        if owner.active and owner.email:
            active[owner.side][owner.email] = owner.id
    across = {
        side: {
            id: active[side.other][owner.email]
            for id, owner in known[side].items()
            if owner.email in active[side.other]
        }
        for side in Side
    }
    paired: list[Pairing] = []
    gone: list[Pairing] = []
    taken: set[tuple[Side, str]] = set()
    for pairing in pairings:
        user, theirs = known[Side.SALESFORCE].get(pairing.salesforce), known[Side.HUBSPOT].get(pairing.hubspot)
        if user is None or theirs is None or not (user.active or theirs.active):
            gone.append(pairing)
            continue
        paired.append(pairing)
        for side, one, other in ((Side.SALESFORCE, user, theirs), (Side.HUBSPOT, theirs, user)):
            if other.active and (side, one.id) not in taken:
                across[side][one.id] = other.id
                taken.add((side, one.id))
    return Owners(across[Side.SALESFORCE], across[Side.HUBSPOT], known, paired=tuple(paired), gone=tuple(gone))
