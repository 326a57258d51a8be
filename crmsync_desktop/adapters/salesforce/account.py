"""Who and where the token speaks for, who else is there, and how many calls are left."""

from __future__ import annotations

from typing import Any, NamedTuple

from crmsync_desktop.adapters.salesforce import soql
from crmsync_desktop.adapters.salesforce.calls import Calls, stamp
from crmsync_desktop.adapters.salesforce.errors import CallFailed, nonsense
from crmsync_desktop.adapters.salesforce.ids import to_18
from crmsync_desktop.adapters.salesforce.query import all_rows
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Allowance, Identity, Owner
from crmsync_desktop.domain.values import key_of

_ORGANIZATION = "SELECT Id, Name, TimeZoneSidKey FROM Organization LIMIT 1"
_USERS = "SELECT Id, Email, Name, IsActive FROM User WHERE UserType = 'Standard' ORDER BY Name, Id"


class _User(NamedTuple):
    org_id: str
    user_id: str
    user_name: str
    zone: str


class Account:
    """Raises CallFailed and SetupError."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._user: _User | None = None

    async def identity(self) -> Identity:
        """Two calls: userinfo, and the organization's own name (userinfo has only its id)."""
        info = await self._userinfo()
        organization = await self._organization()
        return Identity(
            side=Side.SALESFORCE,
            account_id=info.org_id,
            account_name=str(organization.get("Name") or info.org_id),
            user_id=info.user_id,
            user_name=info.user_name,
            time_zone=str(organization.get("TimeZoneSidKey") or info.zone or "UTC"),
        )

    async def user_id(self) -> str:
        """The connected user's id; asked for once."""
        return (self._user or await self._userinfo()).user_id

    async def _userinfo(self) -> _User:
        try:
            answer = await self._calls.send("GET", "/services/oauth2/userinfo", purpose="sign in")
        except CallFailed as failed:
            if failed.status in (404, 405):
                raise _not_salesforce(self._calls.transport.origin, failed.error.detail) from None
            raise
        try:
            org_id, user_id = to_18(answer.body["organization_id"]), to_18(answer.body["user_id"])
            user_name = str(answer.body.get("name") or answer.body.get("preferred_username") or user_id)
            zone = answer.body.get("zoneinfo")
        except (KeyError, TypeError, AttributeError):
            raise _not_salesforce(self._calls.transport.origin, "userinfo has no organization_id") from None
        self._user = _User(org_id, user_id, user_name, str(zone or ""))
        return self._user

    async def owners(self) -> list[Owner]:
        path = soql.query_path(self._calls.transport.data, _USERS)
        (rows,) = await all_rows(self._calls, [path], purpose="schema")
        return [
            Owner(Side.SALESFORCE, row["Id"], key_of(row["Email"] or ""), row["Name"] or "", bool(row["IsActive"]))
            for row in rows
        ]

    async def allowance(self) -> Allowance:
        """From the last answer's header; one call where there was none yet."""
        if (told := self._calls.last_allowance()) is not None:
            return told
        path = f"{self._calls.transport.data}/limits"
        try:
            answer = await self._calls.send("GET", path, purpose="limits")
        except CallFailed as failed:
            # Users without "View Setup and Configuration" are refused, but the refusal bears the header.
            if failed.status == 403 and (told := self._calls.last_allowance()) is not None:
                return told
            raise
        return self._calls.last_allowance() or _limits_of(answer.body, stamp(self._calls.now()))

    async def _organization(self) -> dict[str, Any]:
        """Empty where this user may not read it."""
        path = soql.query_path(self._calls.transport.data, _ORGANIZATION)
        try:
            (rows,) = await all_rows(self._calls, [path], purpose="sign in")
        except CallFailed as failed:
            if failed.status not in (400, 403):
                raise
            rows = []
        return dict(rows[0]) if rows else {}


def _not_salesforce(origin: str, detail: str) -> SetupError:
    return SetupError(
        "That address doesn't answer as Salesforce does.",
        f"{origin}: {detail}",
        "Check the address of the org (My Domain).",
    )


def _limits_of(body: Any, read_at: str) -> Allowance:
    try:
        daily = body["DailyApiRequests"]
        limit, remaining = int(daily["Max"]), int(daily["Remaining"])
    except (KeyError, TypeError, ValueError):
        raise nonsense("The limits don't have DailyApiRequests.") from None
    return Allowance(Side.SALESFORCE, limit, limit - remaining, read_at)
