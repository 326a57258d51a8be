"""Salesforce ids: 15 case-sensitive characters, or 18 with three that carry the case (kept everywhere)."""

from __future__ import annotations

import re

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def to_18(text: str) -> str:
    """The 18-character form of an id of 15 or 18 characters. The suffix holds, for each five characters, which are upper case."""
    if len(text) != 15:
        return text
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << place for place, character in enumerate(text[start : start + 5]) if "A" <= character <= "Z")
        suffix += _SUFFIX[bits]
    return text + suffix
