"""What the next pass is going to link and what it is going to be in doubt about, told for all records at once (C9).

The pass itself decides chunk by chunk (engine/gather.py); what comes out is the same, since records that share no key have
nothing to do with each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from crmsync_desktop.domain.matching import Candidate, Matching, match_group
from crmsync_desktop.domain.settings import OnAmbiguousMatch


def foretell(candidates: Iterable[Candidate], objects: Sequence[str], ambiguous: OnAmbiguousMatch) -> Matching:
    """The matching of all live records of a pair; `objects` as in match_group."""
    told = Matching([], [], [])
    for group in groups(candidates):
        found = match_group(group, objects, ambiguous)
        told.matches += found.matches
        told.doubts += found.doubts
        told.alone += found.alone
    return told


def groups(candidates: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    """Candidates that share keys, directly or through others; one without a key stands alone."""
    everybody = list(candidates)
    leader = list(range(len(everybody)))

    def find(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    first: dict[str, int] = {}
    for place, candidate in enumerate(everybody):
        for key in candidate.keys:
            leader[find(place)] = find(first.setdefault(key, place))
    found: dict[int, list[Candidate]] = {}
    for place, candidate in enumerate(everybody):
        found.setdefault(find(place), []).append(candidate)
    yield from found.values()
