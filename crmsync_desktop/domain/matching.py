"""Which records are the same person (C9, semantics 2). Pure: works on what is known of one group of records that share
match keys (e-mail addresses), on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import OnAmbiguousMatch


class Candidate(msgspec.Struct, frozen=True, array_like=True):
    """One live record in a group. `row` names it; `keys` are in matching form (values.key_of), the main one first."""

    row: int
    side: Side
    object: str
    version: str
    keys: tuple[str, ...]
    linked: bool


class Match(msgspec.Struct, frozen=True, array_like=True):
    """Two rows that are the same thing."""

    salesforce: int
    hubspot: int
    key: str


class Doubt(msgspec.Struct, frozen=True, array_like=True):
    """A record that gets no counterpart of its own, because of a rival that has (or would have) its key."""

    row: int
    rival: int
    key: str
    why: str


class Matching(msgspec.Struct):
    """`alone` are rows that nothing matches: they may become new records on the other side."""

    matches: list[Match]
    doubts: list[Doubt]
    alone: list[int]


def match_group(group: Iterable[Candidate], objects: Sequence[str], ambiguous: OnAmbiguousMatch) -> Matching:
    """Match one group. `objects` are the pair's Salesforce objects, the one that wins first (Contact before Lead).

    A link holds: a record that is linked is never matched again, and its key is taken. Among unlinked records, objects
    win in order, then the most recently updated, then the lowest row, so that the result doesn't depend on order.
    """
    candidates = list(group)
    if len(candidates) == 1:
        return Matching([], [], [c.row for c in candidates if not c.linked])
    if len(candidates) == 2 and (match := _only_match(*candidates)) is not None:
        return Matching([match], [], [])
    result = Matching([], [], [])
    taken = {side: _taken(candidates, side) for side in Side}
    salesforce = _ranked((c for c in candidates if c.side is Side.SALESFORCE and not c.linked), objects)
    hubspot = _ranked((c for c in candidates if c.side is Side.HUBSPOT and not c.linked), objects)
    # Whose id a HubSpot record carries comes first, or a newer record that merely shares an address would take it away.
    carried = {key for c in hubspot for key in c.keys if "@" not in key}
    rank = {object: place for place, object in enumerate(objects)}
    salesforce.sort(
        key=lambda c: (carried.isdisjoint(c.keys), rank.get(c.object, len(rank)), -_most_shared(c, hubspot))
    )
    blocked: set[int] = set()
    for candidate in salesforce:
        doubt = _taken_by(candidate, taken)
        if doubt is not None:
            result.doubts.append(doubt)
            continue
        partner = _partner(candidate, [h for h in hubspot if h.row not in blocked])
        equals = _equals(candidate, salesforce, hubspot) if ambiguous is OnAmbiguousMatch.BLOCK else []
        if equals:
            result.doubts.append(_doubt(candidate, *equals[0]))
            if partner is not None:
                blocked.add(partner.row)
                result.doubts.append(Doubt(partner.row, candidate.row, _shared(candidate, partner), "blocked"))
            continue
        for key in candidate.keys:
            taken[Side.SALESFORCE].setdefault(key, candidate)
        if partner is None:
            result.alone.append(candidate.row)
            continue
        blocked.add(partner.row)
        result.matches.append(Match(candidate.row, partner.row, _shared(candidate, partner)))
        for key in partner.keys:
            taken[Side.HUBSPOT].setdefault(key, partner)
            # The person behind these addresses is found: another record of Salesforce with one of them is a double.
            taken[Side.SALESFORCE].setdefault(key, candidate)
    for candidate in hubspot:
        if candidate.row in blocked:
            continue
        doubt = _taken_by(candidate, taken)
        if doubt is None:
            result.alone.append(candidate.row)
            for key in candidate.keys:
                taken[Side.HUBSPOT].setdefault(key, candidate)
        else:
            result.doubts.append(doubt)
    return result


def _only_match(one: Candidate, other: Candidate) -> Match | None:
    """What nearly every match is: one record of each side, unlinked, that share a key. None where it isn't that."""
    salesforce, hubspot = (one, other) if one.side is Side.SALESFORCE else (other, one)
    if one.side is other.side or one.linked or other.linked or not (key := _shared(salesforce, hubspot)):
        return None
    return Match(salesforce.row, hubspot.row, key)


def _taken(candidates: Iterable[Candidate], side: Side) -> dict[str, Candidate]:
    return {key: c for c in candidates if c.linked and c.side is side for key in c.keys}


def _ranked(candidates: Iterable[Candidate], objects: Sequence[str]) -> list[Candidate]:
    rank = {object: place for place, object in enumerate(objects)}
    newest_first = sorted(sorted(candidates, key=lambda c: c.row), key=lambda c: c.version, reverse=True)
    return sorted(newest_first, key=lambda c: rank.get(c.object, len(rank)))


def _taken_by(candidate: Candidate, taken: dict[Side, dict[str, Candidate]]) -> Doubt | None:
    for side in Side:
        for key in candidate.keys:
            if key in taken[side]:
                return _doubt(candidate, taken[side][key], key)
    return None


def _equals(
    candidate: Candidate, salesforce: Sequence[Candidate], hubspot: Sequence[Candidate]
) -> list[tuple[Candidate, str]]:
    """Others of the same object that share a key with the candidate, or with what it would be matched with, and the key."""
    partner = _partner(candidate, hubspot)
    found: list[tuple[Candidate, str]] = []
    for other in salesforce:
        if other is candidate or other.object != candidate.object:
            continue
        key = _shared(candidate, other)
        if not key and partner is not None and _shared(other, partner):
            key = _shared(candidate, partner)
        if key:
            found.append((other, key))
    return found


def _most_shared(candidate: Candidate, others: Sequence[Candidate]) -> int:
    """Of how many keys the other that shares most of them shares."""
    return max((len(set(candidate.keys) & set(other.keys)) for other in others), default=0)


def _partner(candidate: Candidate, hubspot: Sequence[Candidate]) -> Candidate | None:
    """One that carries the candidate's id before one that merely shares an address, then the one that shares most."""
    sharing = [other for other in hubspot if _shared(candidate, other)]
    sharing.sort(key=lambda other: -len(set(candidate.keys) & set(other.keys)))
    by_id = (other for other in sharing if any("@" not in key and key in other.keys for key in candidate.keys))
    return next(by_id, sharing[0] if sharing else None)


def _shared(one: Candidate, other: Candidate) -> str:
    return next((key for key in one.keys if key in other.keys), "")


def _doubt(candidate: Candidate, rival: Candidate, key: str) -> Doubt:
    if rival.side is candidate.side and rival.object == candidate.object:
        why = "same type"
    elif rival.side is candidate.side:
        why = "other type"
    else:
        why = "linked elsewhere"
    return Doubt(candidate.row, rival.row, key, why)
