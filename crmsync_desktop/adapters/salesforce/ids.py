"""Salesforce ids: 15 case-sensitive characters, or 18 with three that carry the case (kept everywhere)."""

from __future__ import annotations

import re

from crmsync_desktop.domain.values import long_id

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def to_18(text: str) -> str:
    """The 18-character form of an id of 15 or 18 characters."""
    return long_id(text) if len(text) == 15 else text
