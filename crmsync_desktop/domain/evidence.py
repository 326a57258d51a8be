"""What speaks for and against two records being the same person or company (P6), in bits and in words.

The sum of evidence of Fellegi and Sunter (A Theory for Record Linkage, 1969): a value that both records have counts the
more the fewer records have it, log2(records / others with it); values that differ count against by how seldom the same
person's do. What one record lacks says nothing. The sum starts below zero by how unlikely it is that two records taken
anyhow are the same, so that at 0 it is as likely as not.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from functools import lru_cache

import msgspec
from rapidfuzz.distance import OSA, Indel, JaroWinkler

from crmsync_desktop.domain.likeness import Traits, is_personal, local_part

# The most that agreement can say, in bits, where what agrees is shared by people who aren't the same: a household, a
# switchboard, the colleagues of one company.
MOST_ADDRESS = 7.0
MOST_COMPANY = 4.0
MOST_AT_THE_POSTCODE = 2.0
"""Where only the postcode agrees, or only the street."""
MOST_PHONE = 14.0
MOST_LIKE_THE_NAME = 3.0
"""Where an address differs by a letter and so does the name that it is made of."""
MAILBOX = 4.0
"""Bits beyond what the data can tell: hardly any two people share a mailbox, however few records there are."""
FEWEST_RECORDS = 64
"""Among fewer, how many have a value tells nothing of how rare it is."""


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One comparison: bits for (or against), and the words for a reason, "" where it isn't worth words."""

    bits: float
    words: str = ""


NOTHING = Finding(0.0)


class Level(IntEnum):
    MISSING = 0
    SAME = 1
    ONE_LETTER = 2
    SIMILAR = 3
    UNSURE = 4
    DIFFERENT = 5


_SHARES = {Level.SAME: 1.0, Level.ONE_LETTER: 0.8, Level.SIMILAR: 0.5}
"""Of the bits of full agreement."""
_GIVEN_AGAINST = {Level.UNSURE: -2.0, Level.DIFFERENT: -6.0}
_FAMILY_AGAINST = {Level.UNSURE: -2.0, Level.DIFFERENT: -5.5}
EXCHANGED = 1.0
"""Bits against first and last name exchanged: seldom, and no surprise."""
_EXCHANGED_WORDS = {
    Level.SAME: "same name, first and last exchanged",
    Level.ONE_LETTER: "names differ by one letter, first and last exchanged",
    Level.SIMILAR: "similar names, first and last exchanged",
}


class Rarity:
    """How many bits a value's agreement is worth, by how many of the records compared have it."""

    def __init__(self, records: Sequence[Traits]) -> None:
        self.records = max(len(records), FEWEST_RECORDS)
        self.prior = -math.log2(self.records)
        self.ceiling = math.log2(self.records)
        names = Counter(name for each in records for name in {each.given, each.family})
        self._whole = self._bits(Counter(f"{each.given} {each.family}" for each in records))
        self._names = self._bits(names)
        self._companies = self._bits(Counter(each.company for each in records))
        self._mailboxes = self._bits(Counter(box for each in records for box in each.mailboxes))
        self._locals = self._bits(Counter(local_part(box) for each in records for box in each.mailboxes))
        self._phones = self._bits(Counter(number[-8:] for each in records for number in each.phones))
        self._domains = self._bits(Counter(each.domain for each in records))
        self._streets = self._bits(Counter(each.street for each in records))
        self._zips = self._bits(Counter(each.zip for each in records))
        self._cities = self._bits(Counter(each.city for each in records))
        self._births = self._bits(Counter(each.born for each in records))

    def _bits(self, counts: Counter[str]) -> dict[str, float]:
        # How often another record has it by chance: of two that have it, one doesn't make it common for the other. There
        # are few counts, so each is worked out once.
        worth = {count: math.log2(self.records / max(count - 1, 1)) for count in set(counts.values())}
        return {value: max(worth[count], 0.0) for value, count in counts.items() if value}

    def name(self, one: str, other: str) -> float:
        return min(self._names[one], self._names[other])

    def whole_name(self, given: str, family: str) -> float:
        return self._whole[f"{given} {family}"]

    def company(self, one: str, other: str) -> float:
        return min(self._companies[one], self._companies[other])

    def mailbox(self, box: str) -> float:
        return self._mailboxes[box]

    def local(self, box: str) -> float:
        return self._locals[local_part(box)]

    def phone(self, number: str) -> float:
        return self._phones[number[-8:]]

    def domain(self, domain: str) -> float:
        return self._domains[domain]

    def street(self, one: str, other: str) -> float:
        return min(self._streets[one], self._streets[other])

    def zip(self, code: str) -> float:
        return self._zips[code]

    def city(self, city: str) -> float:
        return self._cities[city]

    def born(self, day: str) -> float:
        return self._births[day]


Comparer = Callable[[Traits, Traits, Rarity], Iterable[Finding]]


@lru_cache(maxsize=1 << 16)
def alike(one: str, other: str) -> Level:
    """How much two names are alike. An initial is similar to what it stands for, and one of two first names to both."""
    if not one or not other:
        return Level.MISSING
    if one == other:
        return Level.SAME
    shorter = min(len(one), len(other))
    if shorter == 1:
        return Level.SIMILAR if one[0] == other[0] else Level.DIFFERENT
    apart = OSA.distance(one, other, score_cutoff=2)
    if apart == 1 and shorter > 2:
        return Level.ONE_LETTER
    if apart == 2 and shorter > 5:
        return Level.SIMILAR
    if shorter > 2 and (one.startswith(other) or other.startswith(one)):
        return Level.SIMILAR
    likeness = JaroWinkler.similarity(one, other)
    if likeness >= 0.9:
        return Level.SIMILAR
    return Level.UNSURE if likeness >= 0.72 else Level.DIFFERENT


def compare_names(one: Traits, other: Traits, rarity: Rarity) -> Iterable[Finding]:
    """First name with first name and last with last, or across, whichever says more. Names hang together by country, so both
    together count no more than a name that only two records have."""
    given, family = alike(one.given, other.given), alike(one.family, other.family)
    if given is Level.SAME and family is Level.SAME:
        return (Finding(rarity.whole_name(one.given, one.family), "same name"),)
    bits = _part(given, rarity, one.given, other.given, _GIVEN_AGAINST)
    bits += _part(family, rarity, one.family, other.family, _FAMILY_AGAINST)
    exchanged = alike(one.given, other.family), alike(one.family, other.given)
    if 0 < min(exchanged) <= Level.SIMILAR:
        across = _part(exchanged[0], rarity, one.given, other.family, _GIVEN_AGAINST)
        across += _part(exchanged[1], rarity, one.family, other.given, _GIVEN_AGAINST) - EXCHANGED
        if across > bits:
            words = _EXCHANGED_WORDS.get(max(exchanged), "one name the same, in the other place")
            return (Finding(min(across, rarity.ceiling), words),)
    return (Finding(min(bits, rarity.ceiling), _name_words(given, family)),)


def _part(level: Level, rarity: Rarity, one: str, other: str, against: dict[Level, float]) -> float:
    if level is Level.MISSING:
        return 0.0
    if level in against:
        return against[level]
    return _SHARES[level] * rarity.name(one, other)


def _name_words(given: Level, family: Level) -> str:
    levels = {given, family} - {Level.MISSING}
    if not levels:
        return ""
    if levels == {Level.SAME}:
        return "same last name" if given is Level.MISSING else "same first name"
    if levels == {Level.SAME, Level.ONE_LETTER} or levels == {Level.ONE_LETTER}:
        return "names differ by one letter" if given is not family else "names differ by a letter each"
    if max(levels) <= Level.SIMILAR:
        return "similar names"
    if family is not Level.MISSING and family <= Level.SIMILAR:
        return f"{'same' if family is Level.SAME else 'similar'} last name, first names differ"
    if given is not Level.MISSING and given <= Level.SIMILAR:
        return f"{'same' if given is Level.SAME else 'similar'} first name, last names differ"
    return "names differ"


def compare_emails(one: Traits, other: Traits, rarity: Rarity) -> Iterable[Finding]:
    if not one.mailboxes or not other.mailboxes:
        return ()
    for box in one.mailboxes:
        if box in other.mailboxes:
            same = not set(one.emails).isdisjoint(other.emails)
            words = "same e-mail address" if same else "e-mail addresses of the same mailbox"
            return (Finding(rarity.mailbox(box) + MAILBOX, words),)
    named = one.given and one.family and other.given and other.family
    for mine in one.mailboxes:
        for theirs in other.mailboxes:
            if OSA.distance(mine, theirs, score_cutoff=1) == 1 and not _numbered(mine, theirs):
                bits = 0.7 * min(rarity.mailbox(mine), rarity.mailbox(theirs))
                if named and (one.given, one.family) != (other.given, other.family):
                    bits = min(bits, MOST_LIKE_THE_NAME)  # anne.lund@ and anne.lunde@ may be two people
                return (Finding(bits, "e-mail addresses differ by one letter"),)
            if is_personal(local := local_part(mine)) and local == local_part(theirs):
                # It is made of the name: where that is compared, it says nothing more.
                bits = 0.0 if named else min(rarity.local(mine), rarity.ceiling)
                return (Finding(bits, "e-mail addresses differ only after the @"),)
    return (Finding(-1.5, "e-mail addresses differ"),)


def _numbered(one: str, other: str) -> bool:
    """anna1@ and anna2@: what tells them apart is what tells two people apart, rather than a slip."""
    return [each for each in one if each.isdecimal()] != [each for each in other if each.isdecimal()]


def compare_phones(one: Traits, other: Traits, rarity: Rarity) -> Iterable[Finding]:
    if not one.phones or not other.phones:
        return ()
    near = False  # a slip, or the desk next to it
    for mine in one.phones:
        for theirs in other.phones:
            if mine.endswith(theirs) or theirs.endswith(mine):
                return (Finding(min(rarity.phone(mine), MOST_PHONE), "same phone number"),)
            near = near or OSA.distance(mine[-8:], theirs[-8:], score_cutoff=1) == 1
    return (Finding(1.0, "phone numbers differ by one digit") if near else Finding(-1.5, "phone numbers differ"),)


def compare_births(one: Traits, other: Traits, rarity: Rarity) -> Iterable[Finding]:
    if not one.born or not other.born:
        return ()
    if one.born == other.born:
        return (Finding(rarity.born(one.born), "same birth date"),)
    if OSA.distance(one.born, other.born, score_cutoff=1) == 1:
        return (Finding(0.5 * rarity.born(one.born), "birth dates differ by one digit"),)
    if one.born[:4] == other.born[:4] and one.born[4:6] == other.born[6:] and one.born[6:] == other.born[4:6]:
        return (Finding(0.5 * rarity.born(one.born), "birth dates with day and month exchanged"),)
    return (Finding(-5.0, "birth dates differ"),)


def compare_surroundings(one: Traits, other: Traits, rarity: Rarity) -> Iterable[Finding]:
    """Address and employer: colleagues share both, so together they count no more than an address alone."""
    place, employer = _place(one, other, rarity), _employer(one, other, rarity)
    if place.bits > 0 and employer.bits > 0:
        employer = Finding(min(employer.bits, MOST_ADDRESS - place.bits), employer.words)
    return place, employer


def compare_places(one: Traits, other: Traits, rarity: Rarity) -> Iterable[Finding]:
    return (_place(one, other, rarity),)


def _place(one: Traits, other: Traits, rarity: Rarity) -> Finding:
    """Street, postcode, town and region: they hang together, so they can't each count in full."""
    bits, words, most = 0.0, "", MOST_ADDRESS
    if one.street and other.street:
        bits = _street(one.street, other.street, rarity)
        words = "same street" if bits > 0 else "streets differ" if bits < 0 else ""
        most = MOST_ADDRESS if bits >= 0 else MOST_AT_THE_POSTCODE
    if one.zip and other.zip:
        if one.zip == other.zip:
            words = "same address" if bits > 0 else "same postcode"
            bits += rarity.zip(one.zip)
        elif OSA.distance(one.zip, other.zip, score_cutoff=1) == 1:
            bits -= 0.5
        else:
            bits, most = bits - 1.5, MOST_AT_THE_POSTCODE  # a street of that name is in many towns
    if one.city and other.city:
        level = alike(one.city, other.city)
        if level <= Level.ONE_LETTER:
            bits += 0.5 * min(rarity.city(one.city), rarity.city(other.city))
        elif level is Level.DIFFERENT:
            bits -= 1.0
    if one.region and other.region and one.region != other.region:
        bits -= 0.5
    return Finding(min(bits, most), words)


def _street(one: str, other: str, rarity: Rarity) -> float:
    if one == other:
        return rarity.street(one, other)
    likeness = Indel.normalized_similarity(one, other)
    if likeness < 0.85:
        likeness = Indel.normalized_similarity(_sorted(one), _sorted(other))
    if likeness >= 0.85:
        return likeness * rarity.street(one, other)
    unfinished = one.startswith(other) or other.startswith(one)
    return -2.0 if likeness < 0.6 and not unfinished else 0.0


def _sorted(text: str) -> str:
    return " ".join(sorted(text.split()))


def _employer(one: Traits, other: Traits, rarity: Rarity) -> Finding:
    level = alike(one.company, other.company)
    if level is Level.MISSING:
        return NOTHING
    if level <= Level.SIMILAR:
        bits = _SHARES[level] * min(rarity.company(one.company, other.company), MOST_COMPANY)
        return Finding(bits, "same company" if level is Level.SAME else "similar company")
    return Finding(-1.0, "companies differ")


def compare_company_names(one: Traits, other: Traits, rarity: Rarity) -> Iterable[Finding]:
    level = alike(one.company, other.company)
    if level is Level.MISSING:
        return ()
    bits = rarity.company(one.company, other.company)
    if level is Level.SAME:
        return (Finding(bits, "same name"),)
    if level is Level.ONE_LETTER:
        return (Finding(0.8 * bits, "names differ by one letter"),)
    mine, theirs = set(one.company.split()), set(other.company.split())
    if level is Level.SIMILAR or mine <= theirs or theirs <= mine:
        return (Finding(0.6 * bits, "similar names"),)
    return (Finding(-5.0 if level is Level.DIFFERENT else -2.0, "names differ"),)


def compare_domains(one: Traits, other: Traits, rarity: Rarity) -> Iterable[Finding]:
    if not one.domain or not other.domain:
        return ()
    if one.domain == other.domain:
        return (Finding(rarity.domain(one.domain), "same domain"),)
    return (Finding(-1.5, "domains differ"),)


COMPARERS: dict[str, tuple[Comparer, ...]] = {
    "contacts": (compare_names, compare_emails, compare_phones, compare_births, compare_surroundings),
    "companies": (compare_company_names, compare_domains, compare_phones, compare_places),
}
"""By pair. The last is the dearest, and says MOST_AT_LAST at most."""
MOST_AT_LAST = MOST_ADDRESS
