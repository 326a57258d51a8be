"""Who plays which role in an opportunity (OpportunityContactRole): read as one field of the opportunity.

Facts: OpportunityContactRole in the object reference. It has rows of its own, so a change of roles alone leaves the
opportunity's SystemModstamp as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from crmsync_desktop.adapters.salesforce import soql, told
from crmsync_desktop.adapters.salesforce.calls import Calls
from crmsync_desktop.adapters.salesforce.errors import nonsense
from crmsync_desktop.adapters.salesforce.ids import to_18
from crmsync_desktop.adapters.salesforce.query import Row, all_rows
from crmsync_desktop.domain import members
from crmsync_desktop.domain.records import Value
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.values import canonical

FIELD = "OpportunityContactRoles"
OBJECT = "OpportunityContactRole"
PARENT = "Opportunity"
NESTED = "(SELECT ContactId,Role,IsPrimary,CreatedDate FROM OpportunityContactRoles WHERE IsDeleted = false)"
_COLUMNS = ("Id", "OpportunityId", "ContactId", "Role", "IsPrimary", "CreatedDate")


def cell(answer: Mapping[str, Any] | None) -> Value:
    """Canonical members of a subquery's answer; null is nobody."""
    if not answer:
        return None
    return canonical(
        Kind.MEMBERS, members.text({id: row["Role"] or "" for id, row in telling(answer["records"]).items()})
    )


def telling(rows: Iterable[Row]) -> dict[str, Row]:
    """By contact, the one row that counts: the primary one, else the oldest."""
    found: dict[str, Row] = {}
    for row in rows:
        contact = row["ContactId"]
        if contact and (contact not in found or _rank(row) < _rank(found[contact])):
            found[contact] = row
    return found


def _rank(row: Row) -> tuple[bool, str]:
    return not row["IsPrimary"], row["CreatedDate"]


async def rows_of(calls: Calls, opportunities: Sequence[str], *, purpose: str, pair: str) -> dict[str, list[Row]]:
    """The role rows of these opportunities, by opportunity: one call for up to 10,000 of them."""
    paths = [
        soql.query_path(calls.transport.data, soql.select(_COLUMNS, OBJECT, f"OpportunityId IN {part}"))
        for part in soql.lists(map(soql.text, opportunities))
    ]
    found: dict[str, list[Row]] = {opportunity: [] for opportunity in opportunities}
    for rows in await all_rows(calls, paths, purpose=purpose, pair=pair):
        for row in rows:
            found[row["OpportunityId"]].append(row)
    return found


def watched_until(since: str, now: datetime) -> datetime:
    """The end of the span that `watches` asks for: past now, whatever Salesforce's clock shows, and past `since`."""
    return max(now, datetime.fromisoformat(since)) + timedelta(days=1)


def watches(data: str, since: str, until: datetime) -> list[str]:
    """Paths of what tells, without a query, which role rows were made, edited or deleted since (told.py)."""
    return told.watches(data, OBJECT, since, until)


async def news(
    calls: Calls, parts: Sequence[tuple[int, Any]], since: str, started: datetime, *, pair: str
) -> tuple[list[str], list[str] | None]:
    """The opportunities of the role rows that `watches` told of, and the deleted rows that are gone without a trace of
    theirs (None where that can't be told). Where an answer was refused, the rows themselves are asked, and getDeleted once
    more, with `started` for its end: a span may reach back 30 and 15 days, and may end in the future as far as is known."""
    (updated_status, updated), (deleted_status, deleted) = parts
    conditions = []
    if updated_status != 200 or deleted_status != 200:
        conditions = [f"SystemModstamp >= {since}"]
        _, again = watches(calls.transport.data, since, started)
        ((deleted_status, deleted),), _ = await calls.composite([again], purpose="read", pair=pair)
    try:
        gone = [to_18(row["id"]) for row in deleted["deletedRecords"]] if deleted_status == 200 else None
        known = [] if conditions else [to_18(id) for id in updated["ids"]]
    except (KeyError, TypeError):
        raise nonsense("What Salesforce says of changed contact roles doesn't have their ids.") from None
    conditions += [f"Id IN {part}" for part in soql.lists(map(soql.text, [*known, *(gone or ())]))]
    data = calls.transport.data
    paths = [
        soql.query_path(data, soql.select(("Id", "OpportunityId"), OBJECT, where), all_rows=True)
        for where in conditions
    ]
    answers = await all_rows(calls, paths, purpose="read", pair=pair)
    opportunity_of = {row["Id"]: row["OpportunityId"] for rows in answers for row in rows}
    untraced = None if gone is None else [id for id in gone if id not in opportunity_of]
    return list(dict.fromkeys(opportunity_of.values())), untraced


async def completed(calls: Calls, rows: Sequence[Row], *, purpose: str, pair: str) -> list[Row]:
    """The rows, with all their roles where the subquery's answer was cut off (it has pages of its own)."""
    cut = [row["Id"] for row in rows if (answer := row.get(FIELD)) and not answer["done"]]
    if not cut:
        return list(rows)
    whole = await rows_of(calls, cut, purpose=purpose, pair=pair)
    return [{**row, FIELD: {"records": whole[row["Id"]]}} if row["Id"] in whole else row for row in rows]
