"""The search endpoint: its limits, its filters as SQL, and the index that may lag behind.

Limits: HubSpot's search guide (5 filter groups, 6 filters each, 18 in all, 200 a page, 10,000 results, 3,000 characters).
Dates and the record id compare as numbers through their columns; everything else through the stored text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.filters import Condition, expression_of, filter_condition, query_condition
from crmsync_desktop.practice.hubspot.records import Record, numeric_id
from crmsync_desktop.practice.hubspot.refusals import invalid

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

MAX_BODY = 3_000
MAX_GROUPS, MAX_FILTERS, MAX_ALL_FILTERS = 5, 6, 18
MAX_PAGE, MAX_RESULTS, DEFAULT_PAGE = 200, 10_000, 10
KEYS = {"filterGroups", "filters", "sorts", "query", "properties", "limit", "after"}
FEW = 5_000
"""Up to so many matches are gathered from the index on the modified date and sorted; more are walked in order of id."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page: its records, how many match in all, and where the next page starts (None on the last)."""

    total: int
    page: list[Record]
    after: str | None


def search(portal: HubSpotPortal, kind: ObjectType, body: dict[str, Any]) -> Found:
    """Raises a 400 Refusal for anything that HubSpot's guide doesn't allow."""
    if unknown := sorted(set(body) - KEYS):
        raise invalid(f"Unknown fields in a search request: {', '.join(unknown)}")
    limit = _whole(body.get("limit", DEFAULT_PAGE), "limit")
    if not 1 <= limit <= MAX_PAGE:
        raise invalid(f"The limit of a search must be between 1 and {MAX_PAGE}, not {limit}.")
    after = _whole(body.get("after") or 0, "after")
    if after + limit > MAX_RESULTS:
        raise invalid(f"Paging through search results stops at {MAX_RESULTS} records: narrow the filters instead.")
    condition = _condition(portal, kind, body)
    order, by_id = _order(portal, kind, body.get("sorts") or [])
    total, rows = _run(portal, kind, condition, order, by_id=by_id, limit=limit, offset=after)
    following = str(after + limit) if total > after + limit else None
    return Found(total, rows, following)


def _whole(value: object, name: str) -> int:
    number = numeric_id(value)
    if number is None or isinstance(value, bool):
        raise invalid(f"{name} must be a whole number, not {value!r}")
    return number


def _condition(portal: HubSpotPortal, kind: ObjectType, body: dict[str, Any]) -> Condition:
    groups = [group.get("filters") or [] for group in body.get("filterGroups") or []]
    if body.get("filters"):
        groups.append(body["filters"])
    if len(groups) > MAX_GROUPS:
        raise invalid(f"A search takes at most {MAX_GROUPS} filter groups, not {len(groups)}.")
    if any(len(group) > MAX_FILTERS for group in groups) or sum(map(len, groups)) > MAX_ALL_FILTERS:
        raise invalid(f"A search takes at most {MAX_FILTERS} filters in a group and {MAX_ALL_FILTERS} in all.")
    known = portal.catalog.properties(kind.name)
    alternatives = [Condition.all([filter_condition(kind, known, each) for each in group]) for group in groups if group]
    conditions = [Condition.any(alternatives)] if alternatives else []
    if query := body.get("query"):
        conditions.append(query_condition(kind, str(query)))
    return Condition.all(conditions)


def _order(portal: HubSpotPortal, kind: ObjectType, sorts: list[Any]) -> tuple[str, bool]:
    """The ORDER BY, and whether it is the plain order of ids (which is also the one without a sort)."""
    if len(sorts) > 1:
        raise invalid("A search takes one sort.")
    if not sorts:
        return "id", True
    given = sorts[0]
    if isinstance(given, str):
        name, descending = given.lstrip("-"), given.startswith("-")
    else:
        name, descending = given.get("propertyName"), given.get("direction", "ASCENDING") == "DESCENDING"
    definition = portal.catalog.properties(kind.name).get(str(name))
    if definition is None:
        raise invalid(f'There was a problem with the request: property "{name}" does not exist.')
    expression, _ = expression_of(kind, definition)
    direction = "DESC" if descending else "ASC"
    return (f"id {direction}", True) if expression == "id" else (f"{expression} {direction}, id", False)


def _run(
    portal: HubSpotPortal, kind: ObjectType, condition: Condition, order: str, *, by_id: bool, limit: int, offset: int
) -> tuple[int, list[Record]]:
    connection = portal.connection
    now = portal.now_ms()
    connection.execute("DELETE FROM lagging WHERE until_ms <= ?", (now,))
    lagging = connection.execute("SELECT 1 FROM lagging LIMIT 1").fetchone() is not None
    where = f"type = '{kind.name}' AND archived_ms IS NULL AND merged_into IS NULL AND ({condition.sql})"
    if not lagging:
        total = connection.execute(f"SELECT count(*) FROM record WHERE {where}", condition.values).fetchone()[0]  # noqa: S608
        source = "record"
        if by_id and total > FEW:
            source = "record NOT INDEXED"
        elif "modified_ms" in condition.sql:
            source = "record INDEXED BY record_live"
        ids = f"SELECT id FROM {source} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
        query = f"SELECT id, created_ms, modified_ms, properties FROM record WHERE id IN ({ids}) ORDER BY {order}"  # noqa: S608
        rows = connection.execute(query, [*condition.values, limit, offset]).fetchall()
    else:
        shown = (
            "SELECT id, created_ms, modified_ms, properties FROM record "  # noqa: S608
            f"WHERE {where} AND id NOT IN (SELECT id FROM lagging) UNION ALL "
            "SELECT id, created_ms, modified_ms, properties FROM lagging AS seen "
            f"WHERE type = '{kind.name}' AND existed AND ({condition.sql}) AND until_ms = "
            "(SELECT min(until_ms) FROM lagging AS other WHERE other.id = seen.id)"
        )
        values = [*condition.values, *condition.values]
        total = connection.execute(f"SELECT count(*) FROM ({shown})", values).fetchone()[0]  # noqa: S608
        query = f"SELECT * FROM ({shown}) ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
        rows = connection.execute(query, [*values, limit, offset]).fetchall()
    return int(total), [Record.of((row[0], kind.name, row[1], row[2], None, None, "", row[3])) for row in rows]
