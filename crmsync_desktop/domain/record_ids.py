"""Salesforce ids as people paste them: told apart before a call is spent on them (I1).

15 characters whose case counts, or 18 of which the last three say where the upper-case letters are, so that an id that
lost its case (in a spreadsheet) is mended; the first three characters name the object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from crmsync_desktop.domain.values import long_id

_ID: Final = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_SUFFIX: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT: Final = 15


class IdFault(StrEnum):
    NOT_AN_ID = "not_an_id"
    """Not 15 or 18 letters and digits."""
    MISTYPED = "mistyped"
    """18 characters, of which the last three don't fit the others."""
    OTHER_OBJECT = "other_object"
    """An id of another object's record."""


class SortedIds(msgspec.Struct, frozen=True):
    """`ids`: of the object, with 18 characters, each once, in the order given. `refused`: what was given and why it isn't
    one, each once."""

    ids: tuple[str, ...]
    refused: tuple[tuple[str, IdFault], ...]


def sort_ids(texts: Iterable[str], key_prefix: str = "") -> SortedIds:
    """`key_prefix`: that of the object (Schema.key_prefix); "" takes any object's. Blank texts are left out."""
    ids: dict[str, None] = {}
    refused: dict[str, IdFault] = {}
    for text in texts:
        given = text.strip()
        if not given:
            continue
        found = read_id(given, key_prefix)
        if isinstance(found, IdFault):
            refused[given] = found
        else:
            ids[found] = None
    return SortedIds(tuple(ids), tuple(refused.items()))


def read_id(text: str, key_prefix: str = "") -> str | IdFault:
    """The 18-character form of one id, or what is wrong with it."""
    if not _ID.fullmatch(text):
        return IdFault.NOT_AN_ID
    found = long_id(text) if len(text) == _SHORT else _mended(text)
    if found is None:
        return IdFault.MISTYPED
    return found if found.startswith(key_prefix) else IdFault.OTHER_OBJECT


def _mended(text: str) -> str | None:
    """Letters in the case that the last three characters tell; None where these want a capital in the place of a digit."""
    if text == long_id(text[:_SHORT]):
        return text
    suffix = text[_SHORT:].upper()
    if not set(suffix) <= set(_SUFFIX):
        return None
    letters = [
        letter.upper() if _SUFFIX.index(suffix[place // 5]) >> place % 5 & 1 else letter.lower()
        for place, letter in enumerate(text[:_SHORT])
    ]
    mended = long_id("".join(letters))
    return mended if mended.endswith(suffix) else None
