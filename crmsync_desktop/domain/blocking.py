"""Which records are worth comparing (P6): those that share one of several keys, each of which survives other mistakes.

All against all would be quadratic. Here each kind of key brings a record together with at most NEIGHBOURS others of one
key, so that the number of comparisons is bounded by the number of records, whatever the data is like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

from crmsync_desktop.domain.likeness import Traits, is_personal, local_part

BLOCK = 16
"""Records of one key that are all compared with each other."""
NEIGHBOURS = 6
"""In a larger block, each record is compared with so many that follow it in order of name."""
_VOWELS = str.maketrans("", "", "aeiouyhw ")

Keys = Callable[[Traits], Iterable[str]]


def skeleton(text: str) -> str:
    """The first letter, and the consonants after it, each run of one letter once: what hearing and typing leave alone."""
    rest = text[1:].translate(_VOWELS)
    return text[:1] + "".join(letter for place, letter in enumerate(rest) if not place or letter != rest[place - 1])[:6]


def _mailboxes(each: Traits) -> Iterable[str]:
    return each.mailboxes


def _local_parts(each: Traits) -> Iterable[str]:
    return filter(is_personal, map(local_part, each.mailboxes))


def _phones(each: Traits) -> Iterable[str]:
    return [number[-7:] for number in each.phones]


def _letters(each: Traits) -> Iterable[str]:
    """Exchanged names and exchanged letters leave it alone."""
    return ("".join(sorted(each.given + each.family)).strip(),) if each.given and each.family else ()


def _sounds(each: Traits) -> Iterable[str]:
    """Either name by its sound with the beginning of the other's: whichever is mistyped, and exchanged or not."""
    if not each.given or not each.family:
        return ()
    given, family = skeleton(each.given), skeleton(each.family)
    return dict.fromkeys((f"{family} {given[:2]}", f"{given} {family[:2]}"))


def _places(each: Traits) -> Iterable[str]:
    if not each.zip:
        return ()
    return dict.fromkeys(f"{each.zip} {name[:3]}" for name in (each.given, each.family) if name)


def _doors(each: Traits) -> Iterable[str]:
    return (f"{_digits(each.street)} {each.zip}",) if each.street and each.zip else ()


def _births(each: Traits) -> Iterable[str]:
    return (each.born,) if each.born else ()


def _colleagues(each: Traits) -> Iterable[str]:
    if not each.company:
        return ()
    return dict.fromkeys(f"{each.company} {name[:3]}" for name in (each.given, each.family) if name)


def _company_letters(each: Traits) -> Iterable[str]:
    return ("".join(sorted(each.company)).strip(),) if each.company else ()


def _company_sounds(each: Traits) -> Iterable[str]:
    """By the sound of the first two words, and of either of them with the town."""
    words = each.company.split()[:2]
    if not words:
        return ()
    return dict.fromkeys(
        (" ".join(map(skeleton, words)), *(f"{skeleton(word)} @{each.city}" for word in words if each.city))
    )


def _domains(each: Traits) -> Iterable[str]:
    return (each.domain,) if each.domain else ()


KEYS: dict[str, tuple[Keys, ...]] = {
    "contacts": (
        _mailboxes,
        _phones,
        _letters,
        _sounds,
        _local_parts,
        _births,
        _places,
        _doors,
        _colleagues,
    ),
    "companies": (_domains, _phones, _company_letters, _company_sounds, _doors),
}


def candidates(pair: str, records: Sequence[Traits]) -> Iterator[tuple[int, int]]:
    """Places of two records each, the lower one first, that share a key; a couple that shares several comes as often. The
    order depends on the records alone."""
    order = sorted(range(len(records)), key=lambda place: (records[place].family, records[place].given, place))
    for keys_of in KEYS[pair]:
        first: dict[str, int] = {}
        blocks: dict[str, list[int]] = {}
        for place in order:
            for key in keys_of(records[place]):
                if key in blocks:
                    blocks[key].append(place)
                elif key in first:
                    blocks[key] = [first[key], place]
                else:
                    first[key] = place
        for block in blocks.values():
            yield from _couples(block)


def _couples(block: Sequence[int]) -> Iterator[tuple[int, int]]:
    if len(block) <= BLOCK:
        for one, other in combinations(block, 2):
            yield (one, other) if one < other else (other, one)
        return
    for place, one in enumerate(block):
        for other in block[place + 1 : place + 1 + NEIGHBOURS]:
            yield (one, other) if one < other else (other, one)


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
