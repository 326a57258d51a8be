"""Who edited which field last, from Salesforce's field history (`ContactHistory`, `OpportunityFieldHistory`, `…__History`).

A history has rows only of fields that the admin tracks, and forgets them after 18 to 24 months. Its values can be neither
filtered nor relied on: long texts and multi-select picklists are noted as changed, without values (object reference,
`ContactHistory`: `OldValue`, `NewValue` are nillable, not filterable; `Field` and the parent's id are). Activities have none
of their own: ActivityFieldHistory is a big object that only users with View All Data may see, and isn't asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from crmsync_desktop.adapters.salesforce import soql, variants
from crmsync_desktop.adapters.salesforce.calls import Calls
from crmsync_desktop.adapters.salesforce.catalog import Catalog
from crmsync_desktop.adapters.salesforce.decode import cellmaker, version_of
from crmsync_desktop.adapters.salesforce.errors import CallFailed
from crmsync_desktop.adapters.salesforce.ids import is_id
from crmsync_desktop.adapters.salesforce.query import Row, all_rows
from crmsync_desktop.domain.newest import By, Edit
from crmsync_desktop.domain.records import UNSEEN, Cell
from crmsync_desktop.domain.schema import Field, Kind
from crmsync_desktop.ports.crm import Want

_REFUSED = (400, 403, 404)
_WITH_IDS = frozenset({Kind.OWNER, Kind.REFERENCE})


class Histories:
    """`user_id` gives the connected user's."""

    def __init__(
        self, calls: Calls, catalog: Catalog, pair_of: Callable[[str], str], user_id: Callable[[], Awaitable[str]]
    ) -> None:
        self._calls, self._catalog = calls, catalog
        self._pair_of, self._user_id = pair_of, user_id

    async def edits(self, want: Want, ids: Sequence[str], fields: Sequence[str]) -> dict[str, dict[str, Edit]]:
        """One call for thousands of ids, and one for each further 2,000 rows. Nothing where there is no history: the object
        has none, its tracking was never switched on, or this user may not see it."""
        known = (await self._catalog.get([want.object]))[want.object].fields
        named = {name: known[field] for field in fields if field in known for name in _names(field)}
        asked = [id for id in dict.fromkeys(ids) if is_id(id)]
        if not named or not asked or variants.is_activity(want.object):
            return {}
        try:
            rows = await self._rows(want.object, asked, list(named))
            us = await self._user_id() if rows else ""
        except CallFailed as failed:
            if failed.status in _REFUSED:
                return {}
            raise
        parent = _history_of(want.object)[1]
        found: dict[str, dict[str, Edit]] = {}
        for row in sorted(rows, key=lambda row: str(row["CreatedDate"])):  # the last one stays
            field = named.get(str(row["Field"]))
            if field is None:
                continue
            edits = found.setdefault(str(row[parent]), {})
            edit = Edit(
                version_of(row["CreatedDate"]), By.US if row["CreatedById"] == us else By.PERSON, _value(field, row)
            )
            former = edits.get(field.name)
            # A lookup is noted twice in the same moment: by name, and by id.
            if former is None or former.at != edit.at or edit.value is not UNSEEN:
                edits[field.name] = edit
        return found

    async def _rows(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Row]:
        history, parent = _history_of(object_name)
        (of_fields,) = soql.lists(map(soql.text, fields))
        selected = (parent, "Field", "NewValue", "CreatedDate", "CreatedById")
        paths = [
            soql.query_path(
                self._calls.transport.data,
                soql.select(selected, history, f"{parent} IN {part} AND Field IN {of_fields}"),
            )
            for part in soql.lists(map(soql.text, ids))
        ]
        answers = await all_rows(self._calls, paths, purpose="history", pair=self._pair_of(object_name))
        return [row for rows in answers for row in rows]


def _history_of(object_name: str) -> tuple[str, str]:
    """The object that holds the history of another one, and its field that names the record."""
    if object_name.endswith("__c"):
        return f"{object_name[:-1]}History", "ParentId"
    if object_name == "Opportunity":
        return "OpportunityFieldHistory", "OpportunityId"
    return f"{object_name}History", f"{object_name}Id"


def _names(field: str) -> tuple[str, ...]:
    """How a history names a field: lookups without their Id ("Owner", "Account")."""
    return (field, field.removesuffix("Id")) if field.endswith("Id") and len(field) > 2 else (field,)


def _value(field: Field, row: Mapping[str, Any]) -> Cell:
    raw = row["NewValue"]
    if raw is None and field.kind in (Kind.LONG_TEXT, Kind.HTML, Kind.MULTIPICKLIST):
        return UNSEEN
    if field.kind in _WITH_IDS and raw is not None and not is_id(str(raw)):
        return UNSEEN
    return cellmaker(field)(raw)
