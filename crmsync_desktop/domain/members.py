"""Members: several records that belong to one, each with a role. An opportunity's contact roles, a deal's labelled contacts.

As canonical text: one line "id=role" each, in order of id. Unlike other fields they are joined one by one: both sides may
have added somebody since the base, and both stay. What was taken away in Salesforce is taken away in HubSpot; what was
taken away in HubSpot stays in Salesforce, where nothing is ever deleted for HubSpot's sake, and isn't put back either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from crmsync_desktop.domain.records import Cell, Side, Value

REMOVED = "(removed)"
"""In HubSpot's base: a member that was taken away there and not in Salesforce."""
Across = Callable[[str], Cell]
"""An id of one side as the other's, UNSEEN where that record has no counterpart."""


class Merged(msgspec.Struct, frozen=True):
    """What each side should hold, what is known by then (the bases, unless something is written), and the members that
    can't travel since they have no counterpart: (side that they are on, id)."""

    salesforce: Value
    hubspot: Value
    base_salesforce: Value
    base_hubspot: Value
    waiting: tuple[tuple[Side, str], ...]


def parse(value: Cell) -> dict[str, str]:
    """Role by id."""
    lines = (line.partition("=") for line in value.split("\n")) if value else ()
    return {id: role for id, _, role in lines}


def text(members: Mapping[str, str]) -> Value:
    """The canonical text; None for nobody."""
    return "\n".join(f"{id}={members[id]}" for id in sorted(members)) or None


def merge(
    salesforce: Value,
    hubspot: Value,
    base_salesforce: Cell,
    base_hubspot: Cell,
    to_hubspot: Across,
    to_salesforce: Across,
    roles: Callable[[str], bool],
) -> Merged:
    """Join both sides' members. `roles` says whether HubSpot has a label of that name; a member whose role it lacks travels
    without one. A role that both sides changed is Salesforce's."""
    s, h = parse(salesforce), parse(hubspot)
    bs, bh = parse(base_salesforce), parse(base_hubspot)
    new_s, new_h = dict(s), dict(h)
    # What is settled; of what is still to be written, the bases stay as they are until it is.
    known_s, known_h = dict(bs), dict(bh)
    waiting: list[tuple[Side, str]] = []
    here: set[str] = set()
    for id in sorted(s):
        partner = to_hubspot(id)
        if not partner:
            waiting.append((Side.SALESFORCE, id))
            continue
        here.add(partner)
        role = s[id] if roles(s[id]) else ""
        if partner in h and same_role(role, h[partner]):
            known_s[id], known_h[partner] = s[id], h[partner]
        elif partner in h:
            edited_there = partner in bh and not same_role(bh[partner], h[partner])
            if edited_there and same_role(bs.get(id, ""), s[id]):
                new_s[id] = h[partner]
            else:
                new_h[partner] = role
        elif id in bs:
            known_h[partner] = REMOVED
        else:
            new_h[partner] = role
    for partner in sorted(h.keys() - here):
        mate = to_salesforce(partner)
        if not mate:
            waiting.append((Side.HUBSPOT, partner))
        elif bh.get(partner, REMOVED) != REMOVED:
            del new_h[partner]
        else:
            new_s[mate] = h[partner]
    # Who is gone on both sides, or has no counterpart any more, is nobody's base.
    known_s = {id: role for id, role in known_s.items() if id in s or to_hubspot(id) in h}
    known_h = {id: role for id, role in known_h.items() if id in h or to_salesforce(id) in s}
    return Merged(text(new_s), text(new_h), text(known_s), text(known_h), tuple(waiting))


def same_role(one: str, other: str) -> bool:
    """Roles are picklist values on one side and labels on the other: case doesn't tell them apart."""
    return one.casefold() == other.casefold()
