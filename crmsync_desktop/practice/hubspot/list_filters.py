"""A list's filter branches as one condition: the root, its groups, properties, other lists, associated records and forms.

Source: HubSpot's guide to list filters: the root is an OR without filters of its own, over AND branches; an AND branch may
hold filters and branches about associated records. Its help: a list has at most 250 filters. Filters about analytics, e-mails, events and advertisements have nothing
to look at in a practice portal and are refused with a 400 that names them.
Unverified: a list whose root filter branch is no OR of ANDs is refused with 400.
Unverified: a filter on a list that doesn't exist, or holds other objects, is refused with 400.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crmsync_desktop.practice.hubspot.bodies import Shape, read, text
from crmsync_desktop.practice.hubspot.filters import Condition
from crmsync_desktop.practice.hubspot.list_operations import PropertyOperations, timed
from crmsync_desktop.practice.hubspot.list_times import Moments
from crmsync_desktop.practice.hubspot.object_types import ObjectType
from crmsync_desktop.practice.hubspot.records import numeric_id
from crmsync_desktop.practice.hubspot.refusals import invalid

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

MAX_DEPTH, MAX_FILTERS = 5, 250
MOST_SQL, MOST_VALUES = 900_000, 30_000  # what the database takes in one query
FILTERS: dict[str, Shape] = {
    "PROPERTY": {"filterType": "text", "property": "text", "operation": "object"},
    "IN_LIST": {"filterType": "text", "listId": "text", "operator": "text", "metadata": "any"},
    "FORM_SUBMISSION": {"filterType": "text", "formId": "text", "operator": "text", "coalescingRefineBy": "any", "pruningRefineBy": "any"},
    "CONSTANT": {"filterType": "text", "shouldAccept": "flag", "source": "text"},
}  # fmt: skip
"""What each type of filter holds (the models of HubSpot's SDK of 2026)."""
TIMED, ZONED = ("TIME_POINT", "TIME_RANGED"), ("DATETIME", "RANGED_DATE", "ROLLING_DATE_RANGE")
"""Operations whose answers hold `type` beside `operationType`, and those that hold `requiresTimeZoneConversion`."""
LIVE = "archived_ms IS NULL AND merged_into IS NULL"
BRANCH_KEYS = {"filterBranchType", "filterBranchOperator", "filterBranches", "filters"}
ASSOCIATION_KEYS = BRANCH_KEYS | {"objectTypeId", "operator", "associationTypeId", "associationCategory"}


class ListConditions:
    """Reads the filters of lists of one portal. `lists`: the other lists that were named, by their ids."""

    def __init__(self, portal: HubSpotPortal) -> None:
        self._portal = portal
        self._moments = Moments(portal.now_ms(), portal.time_zone)
        self._filters = 0
        self.lists: set[int] = set()
        self.local = True
        """Whether membership follows from the record itself, whatever the moment is."""

    def root(self, kind: ObjectType, branch: object) -> Condition:
        """Raises a 400 Refusal for a branch that is malformed or uses what this portal doesn't know."""
        checked = _branch(branch, BRANCH_KEYS)
        if checked["filterBranchType"] != "OR" or checked.get("filters") or not checked.get("filterBranches"):
            raise invalid("The root filter branch must be an OR without filters, over at least one AND branch.")
        groups = []
        for each in checked["filterBranches"]:
            if not isinstance(each, dict) or each.get("filterBranchType") != "AND":
                raise invalid("The root filter branch may only hold AND branches.")
            groups.append(self._branch(kind, each, 1))
        whole = Condition.any(groups)
        if len(whole.sql) > MOST_SQL or len(whole.values) > MOST_VALUES:
            raise invalid("The filters of the list hold too many values.")
        return whole

    def _branch(self, kind: ObjectType, given: object, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            raise invalid("The filter branches are nested too deeply.")
        if isinstance(given, dict) and given.get("filterBranchType") == "ASSOCIATION":
            return self._associated(kind, _branch(given, ASSOCIATION_KEYS), depth)
        branch = _branch(given, BRANCH_KEYS)
        parts = self._parts(kind, branch, depth)
        match branch["filterBranchType"]:
            case "AND":
                return Condition.all(parts)
            case "NOT_ALL":
                found = Condition.all(parts)
            case "NOT_ANY":
                found = Condition.any(parts)
            case other:
                raise invalid(f"A filter branch of type {other} can't stand here.")
        return Condition(f"NOT ifnull(({found.sql}), 0)", found.values)

    def _parts(self, kind: ObjectType, branch: Mapping[str, Any], depth: int) -> list[Condition]:
        nested = [self._branch(kind, each, depth + 1) for each in branch.get("filterBranches") or []]
        return nested + [self._filter(kind, each) for each in branch.get("filters") or []]

    def _associated(self, kind: ObjectType, branch: Mapping[str, Any], depth: int) -> Condition:
        self.local = False
        if branch.get("operator") != "IN_LIST":
            raise invalid("An ASSOCIATION branch takes the operator IN_LIST.")
        target = self._portal.catalog.types.get(str(branch.get("objectTypeId")))
        category, number = branch.get("associationCategory"), branch.get("associationTypeId")
        joined = self._portal.association_types
        if joined.find(kind.name, target.name, category, number) is None:
            raise invalid(
                f"Association type {number} of category {category} is not valid between {kind.name} and {target.name}."
            )
        inside = Condition.all(self._parts(target, branch, depth))
        return Condition(
            "id IN (SELECT from_id FROM association WHERE from_type = ? AND category = ? AND type_id = ? AND to_id IN "  # noqa: S608
            f"(SELECT id FROM record WHERE type = ? AND {LIVE} AND ({inside.sql})))",
            (kind.name, category, number, target.name, *inside.values),
        )

    def _filter(self, kind: ObjectType, given: object) -> Condition:
        of_type = given.get("filterType") if isinstance(given, dict) else None
        if not isinstance(given, dict) or of_type is None:
            raise invalid("A filter has a filterType.")
        self._filters += 1
        if self._filters > MAX_FILTERS:
            raise invalid(f"A list takes at most {MAX_FILTERS} filters.")
        if (shape := FILTERS.get(text(of_type))) is None:
            raise invalid(f"Filters of type {of_type} have nothing to look at in this portal.")
        given = read(given, shape)
        self.local &= of_type == "CONSTANT" or (of_type == "PROPERTY" and not timed(given.get("operation") or {}))
        if of_type == "PROPERTY":
            return self._property(kind, given)
        if of_type == "IN_LIST":
            return self._in_list(kind, given)
        if of_type == "FORM_SUBMISSION":
            return _submitted(given)
        return Condition("1" if given.get("shouldAccept") else "0")

    def _property(self, kind: ObjectType, given: Mapping[str, Any]) -> Condition:
        known = self._portal.catalog.properties(kind.name)
        definition, operation = known.get(given.get("property", "")), given.get("operation")
        if definition is None:
            raise invalid(f"There is no property {given.get('property')} of {kind.name} to filter by.")
        if operation is None:
            raise invalid(f"The filter by {definition.name} has no operation.")
        return PropertyOperations(kind, known, self._moments).condition(definition, operation)

    def _in_list(self, kind: ObjectType, given: Mapping[str, Any]) -> Condition:
        number, operator = numeric_id(given.get("listId")), given.get("operator")
        query = "SELECT type FROM list WHERE id = ? AND deleted_ms IS NULL"
        row = self._portal.connection.execute(query, (number,)).fetchone()
        if number is None or row is None or row[0] != kind.name:
            raise invalid(f"There is no list {given.get('listId')} of {kind.name} to filter by.")
        if operator not in ("IN_LIST", "NOT_IN_LIST"):
            raise invalid("A filter by a list takes the operator IN_LIST or NOT_IN_LIST.")
        self.lists.add(number)
        word = "IN" if operator == "IN_LIST" else "NOT IN"
        return Condition(f"id {word} (SELECT record_id FROM list_member WHERE list_id = ?)", (number,))  # noqa: S608


def _branch(given: object, allowed: set[str]) -> dict[str, Any]:
    if not isinstance(given, dict) or not given.get("filterBranchType"):
        raise invalid("A filter branch has a filterBranchType, with filterBranches and filters.")
    if unknown := sorted(set(given) - allowed):
        raise invalid(f"A filter branch has no {unknown[0]}.")
    for name in ("filterBranches", "filters"):
        if not isinstance(given.get(name, []), list):
            raise invalid(f"{name} must be a list.")
    return given


def completed(branch: dict[str, Any]) -> dict[str, Any]:
    """The branch as the API answers it, with what the request may leave out (HubSpot's guide shows both)."""
    filters = []
    for each in branch.get("filters") or []:
        if isinstance(operation := each.get("operation"), dict):
            of_type = operation.get("operationType")
            more = {"type": of_type} if of_type in TIMED else {}
            more |= {"requiresTimeZoneConversion": False} if of_type in ZONED else {}
            each = {**each, "operation": {"includeObjectsWithNoValueSet": False, **more, **operation}}
        filters.append(each)
    word = "OR" if branch["filterBranchType"] in ("OR", "NOT_ANY") else "AND"
    nested = [completed(each) for each in branch.get("filterBranches") or []]
    return {"filterBranchOperator": word, **branch, "filterBranches": nested, "filters": filters}


def _submitted(given: Mapping[str, Any]) -> Condition:
    operator, form = given.get("operator"), given.get("formId")
    if operator not in ("FILLED_OUT", "NOT_FILLED_OUT"):
        raise invalid("A filter by a form takes the operator FILLED_OUT or NOT_FILLED_OUT.")
    word = "IN" if operator == "FILLED_OUT" else "NOT IN"
    if given.keys() & {"coalescingRefineBy", "pruningRefineBy"}:
        raise invalid("Filters by a form are not refined by how often or when in this portal.")
    if form is None:
        return Condition(f"id {word} (SELECT contact FROM form_submission)")  # noqa: S608
    return Condition(f"id {word} (SELECT contact FROM form_submission WHERE form_id = ?)", (form,))  # noqa: S608
