"""HubSpot's contact lists and who is on them (C7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.account import next_after
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.domain.schema import ContactList

CONTACT_TYPE: Final = "0-1"
LISTS_PAGE: Final = 500
MEMBERS_PAGE: Final = 250
"""The most that one page of memberships holds (lists API reference)."""


class Lists:
    """Implements `ports.crm.ContactLists`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._places: dict[str, tuple[str, float]] = {}

    async def lists(self) -> list[ContactList]:
        """One call per 500 lists of any kind; those of contacts are kept."""
        found: list[ContactList] = []
        offset, more = 0, True
        while more:
            body = {"query": "", "offset": offset, "count": LISTS_PAGE, "additionalProperties": ["hs_list_size"]}
            answer = await self._transport.send(paths.LISTS, "lists", body=body)
            rows = [row for row in answer.data.get("lists") or () if isinstance(row, dict)]
            found += [_contact_list(row) for row in rows if row.get("objectTypeId") == CONTACT_TYPE]
            offset += len(rows)
            more = bool(answer.data.get("hasMore")) and bool(rows)
        return sorted(found, key=lambda each: (not each.active, each.name.casefold(), each.id))

    async def members(self, list_id: str) -> AsyncIterator[list[str]]:
        """One call per 250 members, in order of record id."""
        after: str | None = ""
        while after is not None:
            answer = await self._page(paths.MEMBERS, list_id, after)
            if rows := _rows(answer):
                yield [str(row["recordId"]) for row in rows]
            after = next_after(answer)

    async def joined(self, list_id: str, since: str) -> list[str]:
        """Members in the order in which they joined. HubSpot pages this order forwards from the first, and backwards only
        from a token; so the place from which to go on is kept, and after the first time one call does, as a rule."""
        moment = datetime.fromisoformat(since).timestamp()
        start, began = self._places.get(list_id, ("", 0.0))
        after: str | None = start if start and began <= moment else ""
        found: dict[str, None] = {}
        while after is not None:
            answer = await self._page(paths.JOINERS, list_id, after)
            rows = _rows(answer)
            if after and rows:
                self._places[list_id] = (after, _joined_at(rows[0]))
            for row in rows:
                if _joined_at(row) > moment:
                    found[str(row["recordId"])] = None
            after = next_after(answer)
        return list(found)

    async def _page(self, endpoint: paths.Endpoint, list_id: str, after: str) -> dict[str, Any]:
        query = {"limit": str(MEMBERS_PAGE), **({"after": after} if after else {})}
        return (await self._transport.send(endpoint, "lists", places={"list": list_id}, query=query)).data


def _rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in data.get("results") or () if isinstance(row, dict) and row.get("recordId")]


def _joined_at(row: dict[str, Any]) -> float:
    """Seconds since the epoch; a row without a time counts as joined just now, so that it isn't missed."""
    try:
        return datetime.fromisoformat(str(row.get("membershipTimestamp"))).timestamp()
    except ValueError:
        return float("inf")


def _contact_list(row: dict[str, Any]) -> ContactList:
    size = row.get("size") or (row.get("additionalProperties") or {}).get("hs_list_size")
    return ContactList(
        id=str(row.get("listId")),
        name=str(row.get("name") or row.get("listId")),
        active=row.get("processingType") == "DYNAMIC",
        size=int(str(size)) if str(size).isdecimal() else None,
    )
