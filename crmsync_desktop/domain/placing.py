"""Where an activity belongs (A1, A2): the one record that a Salesforce lookup names (WhoId, WhatId), and the several that a
HubSpot activity is associated with. Pure.

HubSpot's side is a text of typed ids in the order in which they are preferred: "deals/12;companies/7". The lookup is one of
them, or rather its counterpart. Which one is sticky: as long as HubSpot names the record that Salesforce has, it stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from crmsync_desktop.domain.mapping import PAIRS
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Side
from crmsync_desktop.domain.translation import Translation

NOT_LINKED: Final = "PARENT_NOT_LINKED"
PEOPLE: Final = "people"
"""The key of the links of contacts that also know those to leads."""
WHO: Final = "WhoId"
WHAT: Final = "WhatId"
LEAD: Final = "00Q"
PREFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "companies": ("001",),
    "contacts": ("003", LEAD),
    "deals": ("006",),
    "tickets": ("500",),
}
"""By pair, how the ids of its Salesforce records begin: Account, Contact and Lead, Opportunity, Case (Salesforce help,
"Standard Field Record ID Prefix Decoder"). A polymorphic lookup's id says nothing else about its object."""


class Parent(msgspec.Struct, frozen=True):
    """The records of one pair that an activity may belong to: the key that their links are known by, their HubSpot object,
    how their Salesforce ids begin, how ids read across, and what one of them is called."""

    key: str
    hubspot: str
    prefixes: tuple[str, ...]
    links: Translation
    noun: str = "record"


class Placing(msgspec.Struct, frozen=True):
    """Implements translation.MindfulTranslation for the column at `place`. Only pairs that sync are among `parents`.

    A record of any other object is nothing that could be told: a lookup that names one (a campaign) stays, HubSpot's
    places stay beside it, and nobody waits. A place of a pair that syncs, and has no counterpart yet, is waited for while
    there is no other that could stand in the lookup.

    `salesforce` and `hubspot` are the bases. Without them it can't be told which place a cleared lookup had stood for:
    only that one is taken away in HubSpot, and what is left there doesn't come back into the lookup by itself.
    """

    place: int
    parents: tuple[Parent, ...]
    salesforce: Cell = UNSEEN
    hubspot: Cell = UNSEEN

    @property
    def waits(self) -> bool:
        return True

    def since(self, salesforce: Cell, hubspot: Cell) -> Placing:
        return Placing(self.place, self.parents, salesforce, hubspot)

    def named(self, cell: str) -> list[tuple[str, str]]:
        """The records of pairs that sync which a cell of either side names: (key of its links, id)."""
        if "/" in cell:
            return [(parent.key, id) for parent, id in self._named(cell)]
        parent = self._parent_of(cell)
        return [(parent.key, cell)] if parent else []

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        """The lookup's record if HubSpot names it, or it is of an object that doesn't sync; else the first named that has a
        counterpart. UNSEEN where none has one yet."""
        current = target[self.place] or "" if target else ""
        named = list(self._named(cell))
        if current and self._stands(current, cell):
            return current
        if not named:
            return None
        return next((id for each in named if (id := self._in_salesforce(each))), UNSEEN)

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        """The target's places, with the lookup's counterpart put first unless they name it, and without the counterpart of
        what the lookup named before. UNSEEN for a record that has no counterpart yet."""
        places = _split(target[self.place] if target else None)
        here = self._in_hubspot(cell)
        if here is UNSEEN:
            return UNSEEN
        if here in places:
            return ";".join(places)
        gone = self._given_up(places)
        kept = [place for place in places if place not in gone]
        return ";".join([here, *kept] if here else kept) or None

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        lookup, places = salesforce[self.place] or "", hubspot[self.place] or ""
        return self._stands(lookup, places) if lookup else not self._undecided(_split(places))

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        if side is Side.HUBSPOT:
            parent = self._parent_of(cell)
            noun = parent.noun if parent else "record"
            message = (
                f"Its {noun} {cell} in Salesforce isn't linked to one in HubSpot yet; "
                "the record travels without it until then."
            )
            return Fault(Category.ASSOCIATIONS, NOT_LINKED, message)
        named = [f"{parent.noun} {id}" for parent, id in self._named(cell)]
        which = (
            f"Its {named[0]} in HubSpot isn't" if len(named) == 1 else f"Neither {' nor '.join(named)} in HubSpot is"
        )
        message = f"{which} linked to one in Salesforce yet; the record travels without it until then."
        return Fault(Category.ASSOCIATIONS, NOT_LINKED, message)

    def _stands(self, lookup: str, cell: str) -> bool:
        """Whether a lookup that isn't blank may stand beside these places."""
        places, here = _split(cell), self._in_hubspot(lookup)
        if here is UNSEEN:
            return False
        return here in places if here else not self._given_up(places)

    def _given_up(self, places: Sequence[str]) -> list[str]:
        """Those that stand for what the lookup named before."""
        before = self._in_hubspot(self.salesforce or "")
        return [place for place in places if place == before]

    def _undecided(self, places: Sequence[str]) -> list[str]:
        """Those that a blank lookup speaks against: what it named before it was cleared, else all that have come since both
        sides last agreed, since they are to be filled in."""
        before = _split(self.hubspot)
        return self._given_up(places) or [
            f"{parent.hubspot}/{id}"
            for parent, id in self._named(";".join(places))
            if f"{parent.hubspot}/{id}" not in before
        ]

    def _in_hubspot(self, lookup: str) -> Cell:
        """The lookup's record as a typed id; UNSEEN where it has no counterpart yet, blank for one of which there is nothing
        to tell."""
        parent = self._parent_of(lookup)
        if parent is None:
            return None
        id = parent.links.to_hubspot(lookup, ())
        return f"{parent.hubspot}/{id}" if id else UNSEEN

    def _in_salesforce(self, named: tuple[Parent, str]) -> Cell:
        parent, id = named
        return parent.links.to_salesforce(id, ())

    def _named(self, cell: str) -> Iterable[tuple[Parent, str]]:
        """The records that HubSpot names, of pairs that sync."""
        by_object = {parent.hubspot: parent for parent in self.parents}
        for place in _split(cell):
            object, _, id = place.partition("/")
            if object in by_object:
                yield by_object[object], id

    def _parent_of(self, lookup: str) -> Parent | None:
        return next((parent for parent in self.parents if lookup.startswith(parent.prefixes)), None) if lookup else None


def placing(place: int, pairs: Sequence[str], links: Mapping[str, Translation]) -> Placing:
    """Placing among the records of these `pairs`, which have `PREFIXES` and, by name, `links` that read ids across. People
    are found as contacts or leads, where there are links that read both."""
    parents = []
    for name in pairs:
        key = PEOPLE if name == "contacts" and PEOPLE in links else name
        parents.append(Parent(key, PAIRS[name].hubspot, PREFIXES[name], links[key], PAIRS[name].noun))
    return Placing(place, tuple(parents))


def _split(places: Cell) -> list[str]:
    return places.split(";") if places else []
