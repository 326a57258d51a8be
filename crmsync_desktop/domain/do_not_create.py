"""The list of what is never to be created again, and the names that stand on it.

ERASED: a contact that was erased from HubSpot for good (GDPR). HubSpot itself keeps such an address from coming back through
its window and imports, but lets it in through the API (knowledge base, "Perform a permanent delete in HubSpot"), so it is for
us to remember: the ids of both its records, and a hash of each of its addresses, never the addresses themselves.
REPLACED: a HubSpot record that was archived and got a successor; if it is restored, it is no new record.
MET: a record of either side whose counterpart was merged into one that has a link of its own. It waits to be merged too.
A person's retry takes the last two off the list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from crmsync_desktop.domain.records import Side

ERASED: Final = "erased"
REPLACED: Final = "replaced"
MET: Final = "met"


def id_name(side: Side, id: str) -> str:
    return f"{side.value}/{id}"


def address_names(keys: Iterable[str]) -> list[str]:
    """For those match keys that are e-mail addresses (trimmed, case folded)."""
    return [f"address/{hashlib.sha256(key.encode()).hexdigest()}" for key in keys if "@" in key]
