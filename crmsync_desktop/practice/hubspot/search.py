"""The search endpoint: its limits, its filters as SQL, and the index that may lag behind.

Limits: HubSpot's search guide (5 filter groups, 6 filters each, 18 in all, 200 a page, 10,000 results, 3,000 characters).
Dates and the record id compare as numbers through their columns; everything else through the stored text.
Unverified: without a sort the results come in the order of their record ids, the oldest first.
Unverified: records without a value for the property sorted by come last, whichever the direction.
Unverified: a second sort is refused with 400, and so is a page that would end beyond the 10,000th result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmsync_desktop.practice.hubspot.bodies import text
from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.filters import Condition, expression_of, filter_condition, query_condition
from crmsync_desktop.practice.hubspot.records import Record, numeric_id
from crmsync_desktop.practice.hubspot.refusals import invalid, invalid_json, wrong_shape

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


def search(portal: HubSpotPortal, kind: ObjectType, body: object) -> Found:
    """Raises a 400 Refusal for anything that HubSpot's guide doesn't allow."""
    if not isinstance(body, dict):
        raise wrong_shape("a search request", body)
    if unknown := sorted(set(body) - KEYS):
        raise invalid_json(f'Unrecognized field "{unknown[0]}", not marked as ignorable')
    for key in ("filterGroups", "filters", "sorts", "properties"):
        if body.get(key) is not None and not isinstance(body[key], list):
            raise wrong_shape(f"a list of {key}", body[key])
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
    groups = [_filters(group) for group in body.get("filterGroups") or []]
    if body.get("filters"):
        groups.append(body["filters"])
    if len(groups) > MAX_GROUPS:
        raise invalid(f"A search takes at most {MAX_GROUPS} filter groups, not {len(groups)}.")
    if any(len(group) > MAX_FILTERS for group in groups) or sum(map(len, groups)) > MAX_ALL_FILTERS:
        raise invalid(f"A search takes at most {MAX_FILTERS} filters in a group and {MAX_ALL_FILTERS} in all.")
    known, types = portal.catalog.properties(kind.name), portal.catalog.types.get
    alternatives = [
        Condition.all([filter_condition(kind, known, each, types) for each in group]) for group in groups if group
    ]
    conditions = [Condition.any(alternatives)] if alternatives else []
    if query := body.get("query"):
        if not isinstance(query, str):
            raise wrong_shape("a text", query)
        conditions.append(query_condition(kind, query))
    return Condition.all(conditions)


def _filters(group: object) -> list[Any]:
    if not isinstance(group, dict) or set(group) - {"filters"} or not isinstance(group.get("filters") or [], list):
        raise wrong_shape("a filter group with a list of filters", group)
    return group.get("filters") or []


def _order(portal: HubSpotPortal, kind: ObjectType, sorts: list[Any]) -> tuple[str, bool]:
    """The ORDER BY, and whether it is the plain order of ids (which is also the one without a sort)."""
    if len(sorts) > 1:
        raise invalid("A search takes one sort.")
    if not sorts:
        return "id", True
    given = sorts[0]
    if isinstance(given, str):
        name, direction = given.lstrip("-"), "DESCENDING" if given.startswith("-") else "ASCENDING"
    elif isinstance(given, dict) and not set(given) - {"propertyName", "direction"}:
        name, direction = text(given.get("propertyName")), text(given.get("direction", "ASCENDING"))
    else:
        raise wrong_shape("a sort with propertyName and direction", given)
    if direction not in ("ASCENDING", "DESCENDING"):
        raise invalid(f"The direction of a sort is ASCENDING or DESCENDING, not {direction!r}.")
    definition = portal.catalog.properties(kind.name).get(name)
    if definition is None:
        raise invalid(f'There was a problem with the request: property "{name}" does not exist.')
    expression, _ = expression_of(kind, definition)
    way = "DESC" if direction == "DESCENDING" else "ASC"
    if expression == "id":
        return f"id {way}", True
    if "(" in expression:
        return f"{expression} IS NULL, {expression} {way}, id", False
    return f"{expression} {way}, id", False


def _count(portal: HubSpotPortal, where: str, condition: Condition) -> int:
    """How many match; for the next pages of one search it is counted once, as long as nothing is written."""
    asked, written = (where, condition.values), portal.database.written()
    if portal.counted is not None and portal.counted[:2] == (asked, written):
        return portal.counted[2]
    source = "record NOT INDEXED" if condition.named else "record"
    query = f"SELECT count(*) FROM {source} WHERE {where}"  # noqa: S608
    total = int(portal.connection.execute(query, condition.values).fetchone()[0])
    portal.counted = (asked, written, total)
    return total


def _run(
    portal: HubSpotPortal, kind: ObjectType, condition: Condition, order: str, *, by_id: bool, limit: int, offset: int
) -> tuple[int, list[Record]]:
    connection = portal.connection
    live = f"type = '{kind.name}' AND archived_ms IS NULL AND merged_into IS NULL"
    if portal.index.behind(portal.now_ms()):
        shown, times = portal.index.rows(kind.name, live, condition.sql, stale=portal.setup.stale_rows > 0)
        values = condition.values * times
        total = connection.execute(f"SELECT count(*) FROM ({shown})", values).fetchone()[0]  # noqa: S608
        query = f"SELECT * FROM ({shown}) ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
        rows = connection.execute(query, [*values, limit, offset]).fetchall()
    else:
        where = f"{live} AND ({condition.sql})"
        total = _count(portal, where, condition)
        source = "record"
        if condition.named or (by_id and total > FEW):
            source = "record NOT INDEXED"
        elif "modified_ms" in condition.sql:
            source = "record INDEXED BY record_live"
        ids = f"SELECT id FROM {source} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
        query = f"SELECT id, created_ms, modified_ms, properties FROM record WHERE id IN ({ids}) ORDER BY {order}"  # noqa: S608
        rows = connection.execute(query, [*condition.values, limit, offset]).fetchall()
    return int(total), [Record.of((row[0], kind.name, row[1], row[2], None, None, "", row[3])) for row in rows]
