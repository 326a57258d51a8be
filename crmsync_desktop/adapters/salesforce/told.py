"""Which records changed, told without a query: getUpdated and getDeleted.

A composite call takes 5 queries and 25 parts in all, so what exceeds the queries is asked for like this. Both go by
SystemModstamp and by whole minutes, reach back 30 and 15 days, and give up to 600,000 ids (REST guide, sObject Get Updated,
sObject Get Deleted).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from crmsync_desktop.adapters.salesforce import soql
from crmsync_desktop.adapters.salesforce.calls import stamp
from crmsync_desktop.adapters.salesforce.errors import nonsense
from crmsync_desktop.adapters.salesforce.ids import to_18

WATCHES = 2
"""Parts of a composite call that one object takes."""
MOST_IDS = 1_500
"""Above this many, a query by SystemModstamp, which has pages, is as good as one by ids."""


def watches(data: str, object: str, since: str, until: datetime) -> list[str]:
    """The two paths that tell what rows of an object were made, edited or deleted from `since` on."""
    span = f"start={quote(since, safe='')}&end={quote(stamp(until), safe='')}"
    return [f"{data}/sobjects/{soql.name(object)}/{what}?{span}" for what in ("updated", "deleted")]


def ids_of(parts: Sequence[tuple[int, Any]]) -> list[str] | None:
    """The ids in the answers to `watches`; None where one was refused."""
    (updated_status, updated), (deleted_status, deleted) = parts
    if updated_status != 200 or deleted_status != 200:
        return None
    try:
        ids = [*updated["ids"], *(row["id"] for row in deleted["deletedRecords"])]
        return list(dict.fromkeys(map(to_18, ids)))
    except (KeyError, TypeError):
        raise nonsense("What Salesforce says of changed records doesn't have their ids.") from None
