"""Who the key speaks for, who owns records, and how many calls are left."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.batches import told
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.domain.errors import Unreachable
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Allowance, Identity, Owner
from crmsync_desktop.domain.values import key_of


class Account:
    """The account's own facts."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def identity(self) -> Identity:
        """One call. A key of HubSpot's belongs to the account, not to a person: the user's id and name are empty."""
        answer = await self._transport.send(paths.ACCOUNT, "sign in")
        portal = str(answer.data.get("portalId") or "")
        zone = str(answer.data.get("timeZone") or "UTC")
        self._transport.time_zone = zone
        currency = str(answer.data.get("companyCurrency") or "")
        window = str(answer.data.get("uiDomain") or "")
        return Identity(Side.HUBSPOT, portal, f"HubSpot portal {portal}", "", "", zone, currency, window)

    async def owners(self) -> list[Owner]:
        """Active owners, then archived ones; two calls for up to 500 of each."""
        active = await self._owners("false")
        return active + await self._owners("true")

    async def allowance(self) -> Allowance:
        """From the daily headers of the last answer, else one call, else HubSpot's usage report. Raises Unreachable where
        HubSpot gives neither (OAuth apps have no daily limit of their own)."""
        if self._transport.allowance is None:
            await self._transport.send(paths.ACCOUNT, "limits")
        if self._transport.allowance is not None:
            return self._transport.allowance
        answer = await self._transport.send(paths.DAILY_USAGE, "limits")
        for report in answer.data.get("results") or ():
            limit, used = report.get("usageLimit"), report.get("currentUsage")
            if isinstance(limit, int) and isinstance(used, int):
                return Allowance(Side.HUBSPOT, limit, used, answer.server_time)
        raise Unreachable("HubSpot doesn't say how many calls are left.", "No daily limit in headers or usage report.")

    async def _owners(self, archived: str) -> list[Owner]:
        owners: list[Owner] = []
        after: str | None = ""
        while after is not None:
            query = {"limit": "500", "archived": archived, **({"after": after} if after else {})}
            answer = await self._transport.send(paths.OWNERS, "schema", query=query)
            owners += [_owner(each, archived == "false") for each in told(answer.data)["results"]]
            after = next_after(answer.data)
        return owners


def next_after(data: dict[str, Any]) -> str | None:
    """The token of the next page. Its link is never followed: only the token goes into our own request."""
    after = ((data.get("paging") or {}).get("next") or {}).get("after")
    return str(after) if after else None


def _owner(given: dict[str, Any], active: bool) -> Owner:
    email = key_of(str(given.get("email") or ""))
    name = " ".join(part for key in ("firstName", "lastName") if (part := str(given.get(key) or "").strip()))
    return Owner(Side.HUBSPOT, str(given.get("id")), email, name or email, active)
