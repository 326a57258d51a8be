"""Folding records into one, as a person does in the org (REST has no resource for it)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import RowError
from .schema import SObject
from .store import Row
from .values import Decoded

if TYPE_CHECKING:
    from .records import Records

_ONCE = {"CampaignMember": "CampaignId", "OpportunityContactRole": "OpportunityId"}
"""Where a person may stand only once under the same parent."""


def merge(records: Records, sobject: SObject, master: str, losers: list[str], user_id: str, fields: Decoded) -> None:
    """Fold one or two records into `master`. It keeps its values, but for those that `fields` gives it under all
    rules; lookups to the losers point to it from now on, and the losers go to the recycle bin with MasterRecordId.

    Raises RowError if any of them can't be merged.

    Unverified: cases can be merged by a person although their describe says that they are not mergeable.

    Unverified: what refers to the loser of a merge gets a new SystemModstamp when it is moved to the master.

    Unverified: of a campaign's or an opportunity's two references to persons that become one, the loser's is deleted.
    """
    if "masterrecordid" not in sobject.by_name:
        raise RowError("INVALID_TYPE", f"{sobject.name} can not be merged")
    if not 1 <= len(losers) <= 2 or master in losers or len(set(losers)) < len(losers):
        raise RowError("INVALID_OPERATION", "one or two other records of the same type can be merged into a master")
    for id18 in (master, *losers):
        row = records.live(sobject, id18)
        if row.get("IsConverted"):
            raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        records.locks.check(sobject, id18, row)
    if fields:
        records.update(sobject, master, fields, user_id)
    for loser in losers:
        _move(records, sobject, loser, master, user_id)
        gone: Row = {"IsDeleted": 1, "_deleted_at": records.stamp()}
        if "masterrecordid" in sobject.by_name:
            gone["MasterRecordId"] = master
        records.touch(sobject, loser, gone, user_id)
    records.touch(sobject, master, {}, user_id)


def _move(records: Records, sobject: SObject, loser: str, master: str, user_id: str) -> None:
    """Point every lookup to `loser` at `master`."""
    for child in sobject.children:
        other = records.schema.get(child.sobject)
        if other is None:
            continue
        held = [child_id for _, child_id in records.store.holders(other, child.field, [loser])]
        once = _ONCE.get(other.name)
        taken: set[object] = set()
        if once is not None and held:
            mine = [child_id for _, child_id in records.store.holders(other, child.field, [master])]
            taken = {facts[once] for facts in records.store.facts(other, mine, (once,)).values()}
        parents = records.store.facts(other, held, (once,)) if once is not None else {}
        for child_id in held:
            if once is not None and parents[child_id][once] in taken:
                records.touch(other, child_id, {"IsDeleted": 1, "_deleted_at": records.stamp()}, user_id)
            else:
                # A master whose own parent was the loser doesn't become its own parent.
                records.touch(other, child_id, {child.field: None if child_id == master else master}, user_id)
