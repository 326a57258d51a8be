"""HubSpot's contact lists and who is on them (C7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.account import next_after
from crmsync_desktop.adapters.hubspot.batches import told
from crmsync_desktop.adapters.hubspot.errors import Refused
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.domain.schema import ContactList

CONTACT_TYPE: Final = "0-1"
LISTS_PAGE: Final = 500
MEMBERS_PAGE: Final = 250
"""The most that one page of memberships holds (lists API reference)."""
_FROM_THE_END: Final = {"before": ""}


class Lists:
    """Implements `ports.crm.ContactLists`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._places: dict[str, tuple[str, float]] = {}
        """List id → a token to read forwards from, and when the first member after it joined."""
        self._forwards = False
        """Whether HubSpot was seen not to read from the end."""

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
            answer = await self._page(paths.MEMBERS, list_id, **({"after": after} if after else {}))
            if rows := _rows(answer):
                yield [str(row["recordId"]) for row in rows]
            after = next_after(answer)

    async def joined(self, list_id: str, since: str) -> list[str]:
        found = await self.joined_at(list_id, since)
        return sorted(found, key=lambda record_id: (found[record_id], int(record_id)))

    async def joined_at(self, list_id: str, since: str) -> dict[str, float]:
        """When each joined (seconds since the epoch), read from the last until `since`: one call per 250 joiners. HubSpot
        documents reading backwards only from a token; where it doesn't take an empty one, the list is read forwards, and
        the next time from where that ended."""
        moment = datetime.fromisoformat(since).timestamp()
        found: dict[str, float] = {}
        query: dict[str, str] | None = self._first(list_id, moment)
        while query is not None:
            try:
                answer = await self._page(paths.JOINERS, list_id, **query)
            except Refused as refused:
                if refused.status != 400 or query != _FROM_THE_END:
                    raise
                self._forwards, query = True, {}
                continue
            rows = [(str(row["recordId"]), _joined_at(row)) for row in _rows(answer)]
            found.update((record_id, at) for record_id, at in rows if at > moment)
            following = next_after(answer)
            if "before" in query and (following is None or (bool(rows) and rows[0][1] > rows[-1][1])):
                earlier = _previous(answer)
                query = {"before": earlier} if earlier and rows and rows[-1][1] > moment else None
                continue
            self._forwards = self._forwards or "before" in query
            if rows and "after" in query:
                self._places[list_id] = (query["after"], rows[0][1])
            query = {"after": following} if following else None
        return found

    def _first(self, list_id: str, moment: float) -> dict[str, str]:
        token, began = self._places.get(list_id, ("", 0.0))
        if token and began <= moment:
            return {"after": token}
        return {} if self._forwards else dict(_FROM_THE_END)

    async def _page(self, endpoint: paths.Endpoint, list_id: str, **query: str) -> dict[str, Any]:
        asked = {"limit": str(MEMBERS_PAGE), **query}
        return (await self._transport.send(endpoint, "lists", places={"list": list_id}, query=asked)).data


def _previous(data: dict[str, Any]) -> str | None:
    before = ((data.get("paging") or {}).get("prev") or {}).get("before")
    return str(before) if before else None


def _rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in told(data)["results"] if isinstance(row, dict) and str(row.get("recordId")).isdecimal()]


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
