"""Likely duplicates within and across both systems, with a score and the reason (P6). Pure: a report; nothing is linked or
merged by it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain

import msgspec

from crmsync_desktop.domain.blocking import candidates
from crmsync_desktop.domain.evidence import COMPARERS, MOST_AT_LAST, Finding, Rarity
from crmsync_desktop.domain.likeness import Traits

LIKELY = 60
"""The score from which two records are reported."""
REMEMBERED = 2_000_000
"""Couples that are known to have been compared: bounds the memory. One that is forgotten is compared again, to the same end."""
_BEAT = 256
_FOR, _AGAINST = 3, 2
"""So many findings make a reason, at most."""


class Compared(msgspec.Struct, frozen=True, gc=False):
    """One record to compare. `row` names it. Records of one `thing` are known to be the same already (linked, or about to
    be): they aren't compared with each other, and a duplicate of one is a duplicate of all."""

    row: int
    thing: int
    hubspot: bool
    traits: Traits


class Duplicate(msgspec.Struct, frozen=True, gc=False):
    """Two rows, the lower first. `score`: 0–100, how likely they are the same, in per cent. `evidence`: the same in bits,
    for the order among those that are all but certain. `doubt`: the sync itself can't tell them apart."""

    one: int
    other: int
    score: int
    evidence: float
    reason: str
    doubt: bool = False


def find_duplicates(
    pair: str,
    records: Iterable[Compared],
    doubts: Mapping[tuple[int, int], str] | None = None,
    least: int = LIKELY,
    beat: Callable[[], None] = lambda: None,
) -> list[Duplicate]:
    """The likely duplicates, best first. `doubts`: rows, the lower first, that matching can't tell apart, with its reason;
    they are told whatever their score. `beat` is called every few milliseconds and may raise, to end it early. Doesn't
    depend on the order of `records`. Raises KeyError for a pair that nothing can be compared by."""
    compared = _worth_comparing(records, doubts or {})
    traits = [each.traits for each in compared]
    places = {each.row: place for place, each in enumerate(compared)}
    known = {
        (places[one], places[other]): why
        for (one, other), why in (doubts or {}).items()
        if one in places and other in places
    }
    judge = _Judge(pair, traits, least)
    best: dict[tuple[int, int], Duplicate] = {}
    seen: set[int] = set()
    for one, other in chain(known, candidates(pair, traits)):
        first, second = compared[one], compared[other]
        couple = one * len(compared) + other
        if first.thing == second.thing or couple in seen:
            continue
        if len(seen) == REMEMBERED:
            seen.clear()
        seen.add(couple)
        if len(seen) % _BEAT == 0:
            beat()
        why = known.get((one, other), "")
        found = judge.judged(first, second, why)
        if found is not None:
            things = (min(first.thing, second.thing), max(first.thing, second.thing))
            before = best.get(things)
            if before is None or _rank(found, compared, places) < _rank(before, compared, places):
                best[things] = found
    return sorted(best.values(), key=lambda each: (-each.evidence, each.one, each.other))


class _Judge:
    def __init__(self, pair: str, traits: Sequence[Traits], least: int) -> None:
        *self._first, self._last = COMPARERS[pair]
        self._rarity = Rarity(traits)
        self._needed = _evidence_of(least)

    def judged(self, first: Compared, second: Compared, doubt: str) -> Duplicate | None:
        """None where it isn't likely enough to be told."""
        one, other, rarity = first.traits, second.traits, self._rarity
        findings = [finding for compare in self._first for finding in compare(one, other, rarity)]
        evidence = rarity.prior + sum([finding.bits for finding in findings])
        if evidence + MOST_AT_LAST < self._needed and not doubt:
            return None  # most couples end here: what is left can't make up for it
        findings += self._last(one, other, rarity)
        evidence = rarity.prior + sum([finding.bits for finding in findings])
        if evidence < self._needed and not doubt:
            return None
        reason = reason_of(findings, doubt)
        return Duplicate(first.row, second.row, score_of(evidence), evidence, reason, bool(doubt))


def _evidence_of(score: int) -> float:
    """The bits from which score_of gives at least this."""
    share = min(max(score, 0) + 1e-9, 99.999) / 100
    return math.log2(share / (1 - share))


def score_of(evidence: float) -> int:
    """Bits of evidence as a chance in per cent, rounded down: 100 is never reached by likeness alone."""
    return min(99, int(100 / (1 + 2 ** -max(min(evidence, 60.0), -60.0))))


def reason_of(findings: Sequence[Finding], doubt: str = "") -> str:
    """Plain words: what is the same, what is alike, what differs; in each the weightiest first."""
    told = (each for each in findings if each.words)
    ordered = sorted(told, key=lambda each: (not each.words.startswith("same"), -abs(each.bits)))
    agree = [each.words for each in ordered if each.bits >= 0][:_FOR]
    differ = [each.words for each in ordered if each.bits < 0][:_AGAINST]
    return ", ".join([*([doubt] if doubt else []), *agree, *(["but " + " and ".join(differ)] if differ else [])])


def _worth_comparing(records: Iterable[Compared], doubts: Mapping[tuple[int, int], str]) -> list[Compared]:
    """By row, without those whose traits another record of the same thing has as well: HubSpot's rather than Salesforce's, so
    that doubles within one system are told as such."""
    asked = {row for couple in doubts for row in couple}
    kept: dict[int, list[Compared]] = {}
    found: list[Compared] = []
    for each in sorted(records, key=lambda each: (each.hubspot, each.row)):
        others = kept.setdefault(each.thing, [])
        if each.row in asked or not any(each.traits.within(other.traits) for other in others):
            others.append(each)
            found.append(each)
    return sorted(found, key=lambda each: each.row)


def _rank(
    found: Duplicate, compared: Sequence[Compared], places: Mapping[int, int]
) -> tuple[bool, bool, float, int, int]:
    """Lower is better: what matching itself doubts, then two of one system, which a person can merge there."""
    sides = [compared[places[row]].hubspot for row in (found.one, found.other)]
    return not found.doubt, sides[0] is not sides[1], -found.evidence, found.one, found.other
