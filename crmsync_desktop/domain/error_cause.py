"""What makes two refusals of one field of one record the same one: an error that a person ignores stays ignored for as long as
they are, and shows again when another one takes its place (S5). Pure."""

from __future__ import annotations

import re
from typing import Final

from crmsync_desktop.domain.records import Fault

_READ: Final = 2_000
LONGEST: Final = 300
"""Characters of a message that are read, and that tell one cause from another."""
_TOLD_BY_MESSAGE: Final = frozenset(
    {
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "CANNOT_EXECUTE_FLOW_TRIGGER",
        "FIELD_FILTER_VALIDATION_EXCEPTION",
        "PROPERTY_VALIDATION_RULE",
    }
)
"""Codes of an org's own rules: many rules share one, and only the message says which of them it was, even at one field."""
_VARYING: Final = re.compile(r"“[^”]*”|\"[^\"]*\"|[\w@.+-]*\d[\w@.+-]*")
"""What differs from one try to the next, and from one record to the next: quoted values, ids, numbers."""


def cause_of(fault: Fault, field: str, notice: bool) -> str:
    """What tells this cause from others of the same record, field and code; "" where these three say it all."""
    if notice or (field and fault.code not in _TOLD_BY_MESSAGE):
        return ""
    return " ".join(_VARYING.sub("#", fault.message[:_READ]).split())[:LONGEST]
