"""Salesforce record ids: a key prefix, a pod, a number in base 62, and a checksum for systems that lose the case."""

from __future__ import annotations

from functools import lru_cache

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_ALLOWED = frozenset(DIGITS)
POD = "Pr0"
"""Characters four to six of every id: the instance and a reserved zero. Ours marks ids that came from practice."""


@lru_cache(maxsize=65_536)
def _mark(part: str) -> str:
    """One bit for each upper-case letter of five characters. Kept, since most ids share their beginnings."""
    return _CHECKSUM[sum(1 << position for position, letter in enumerate(part) if "A" <= letter <= "Z")]


def suffix(id15: str) -> str:
    """The three characters that make 15 into 18: one bit for each upper-case letter, five bits a character."""
    return _mark(id15[:5]) + _mark(id15[5:10]) + _mark(id15[10:15])


@lru_cache(maxsize=4096)
def _digits(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits = DIGITS[digit] + digits
    return digits


def record_id(prefix: str, number: int) -> str:
    """The 18-character id of the `number`-th record (from 1) under a key prefix; ids sort as their numbers do."""
    high, low = divmod(number, 62 * 62)
    id15 = f"{prefix}{POD}{_digits(high, 7)}{_digits(low, 2)}"
    return id15 + suffix(id15)


def normal(value: str) -> str | None:
    """The 18-character form of an id given with 15 or 18 characters; None for what can't be an id.

    The checksum mends the case of an 18-character id, as it does in Salesforce.
    """
    if len(value) not in (15, 18) or not _ALLOWED.issuperset(value):
        return None
    right = suffix(value)
    if len(value) == 15:
        return value + right
    if value[15:] == right:
        return value
    mended = ""
    for index, mark in enumerate(value[15:].upper()):
        bits = _CHECKSUM.find(mark)
        if bits < 0:
            return None
        for position in range(5):
            letter = value[index * 5 + position]
            mended += letter.upper() if bits >> position & 1 else letter.lower()
    return mended + value[15:].upper() if suffix(mended) == value[15:].upper() else None
