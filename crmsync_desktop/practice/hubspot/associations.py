"""Associations between records, in both directions at once, under HubSpot's numbered types.

Type ids 279/280 (contact and company), 1/2 (primary company), 3/4 (deal and contact), 341/342 (deal and company), 5/6
(primary company of a deal): HubSpot's association guide; in recorded traffic 2 is labelled "Primary Company", 5 "Primary",
and 3 and 4 have no label. The ids for tickets and tasks are unverified.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmsync_desktop.practice.hubspot import records
from crmsync_desktop.practice.hubspot.catalog import OBJECT_TYPES, ObjectType, object_type
from crmsync_desktop.practice.hubspot.records import Record, numeric_id
from crmsync_desktop.practice.hubspot.refusals import Refusal, invalid, missing_objects

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

CATEGORY = "HUBSPOT_DEFINED"
COMPANY, PRIMARY_COMPANY = "associatedcompanyid", 1


@dataclass(frozen=True, slots=True)
class AssociationType:
    """`id` from `source` to `target`, `inverse` the other way; `primary`: a record has at most one."""

    source: str
    target: str
    id: int
    inverse: int
    label: str | None = None
    primary: bool = False


_PAIRS = (
    AssociationType("contacts", "companies", 279, 280),
    AssociationType("contacts", "companies", 1, 2, "Primary Company", primary=True),
    AssociationType("deals", "contacts", 3, 4),
    AssociationType("deals", "companies", 341, 342),
    AssociationType("deals", "companies", 5, 6, "Primary", primary=True),
    AssociationType("tickets", "contacts", 16, 15),
    AssociationType("tickets", "companies", 339, 340),
    AssociationType("tickets", "companies", 26, 25, "Primary Company", primary=True),
    AssociationType("tickets", "deals", 28, 27),
    AssociationType("tasks", "contacts", 204, 203),
    AssociationType("tasks", "companies", 192, 191),
    AssociationType("tasks", "deals", 216, 215),
    AssociationType("tasks", "tickets", 230, 229),
    AssociationType("contacts", "contacts", 449, 449),
)
TYPES = {
    (pair.source, pair.target, pair.id): pair for pair in _PAIRS
} | {
    (pair.target, pair.source, pair.inverse): AssociationType(pair.target, pair.source, pair.inverse, pair.id, pair.label,
                                                              pair.primary)
    for pair in _PAIRS
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """One association to make or undo."""

    to: ObjectType
    to_id: int
    types: tuple[AssociationType, ...]


def types_between(source: ObjectType, target: ObjectType) -> list[AssociationType]:
    return [each for (a, b, _), each in TYPES.items() if (a, b) == (source.name, target.name)]


def types_of(source: ObjectType, target: ObjectType, given: Iterable[Any]) -> tuple[AssociationType, ...]:
    """The association types that a request names. Raises a 400 Refusal for one that doesn't join these two."""
    found = []
    for each in given:
        number = each.get("associationTypeId") if isinstance(each, dict) else None
        kind = TYPES.get((source.name, target.name, number)) if isinstance(number, int) else None
        if kind is None or each.get("associationCategory") != CATEGORY:
            raise invalid(f"{each} is not an association type from {source.name} to {target.name}.")
        found.append(kind)
    if not found:
        raise invalid("An association needs at least one type.")
    return tuple(found)


def inline_associations(portal: HubSpotPortal, source: ObjectType, given: list[Any]) -> list[Link]:
    """The `associations` of a record to create. Raises a 400 Refusal for a bad type or a target that doesn't exist."""
    links = []
    for each in given:
        number = numeric_id((each.get("to") or {}).get("id")) if isinstance(each, dict) else None
        wanted = each.get("types") if isinstance(each, dict) else None
        if number is None or not wanted:
            raise invalid("An association needs to.id and types.")
        target = _target_type(source, wanted)
        links.append(Link(target, number, types_of(source, target, wanted)))
        if number not in records.resolve(portal.connection, target.name, [number]):
            raise invalid(f"One or more associations are not valid: {target.singular} {number} does not exist.")
    return links


def _target_type(source: ObjectType, wanted: list[Any]) -> ObjectType:
    for from_name, to_name, number in TYPES:
        if from_name == source.name and number == wanted[0].get("associationTypeId"):
            return OBJECT_TYPES[to_name]
    raise invalid(f"{wanted[0]} is not an association type from {source.name}.")


class Associations:
    """Reads and writes the association table; the caller holds the transaction."""

    def __init__(self, portal: HubSpotPortal) -> None:
        self._portal = portal
        self._connection = portal.connection

    def add_inline(self, source: ObjectType, from_id: int, links: list[Link]) -> None:
        for link in links:
            self.add(source, from_id, link)

    def add(self, source: ObjectType, from_id: int, link: Link) -> None:
        """A primary company replaces the one before it, and is an ordinary association as well."""
        for kind in self._with_unlabelled(source, link):
            if kind.primary:
                company_side = source.name == "companies"
                holder, place = (link.to_id, "to_id") if company_side else (from_id, "from_id")
                self._drop(f"{place} = ? AND type_id = ?", (holder, kind.id))
                self._drop(f"{'from_id' if company_side else 'to_id'} = ? AND type_id = ?", (holder, kind.inverse))
            insert = "INSERT OR IGNORE INTO association VALUES (?, ?, ?, ?, ?, ?)"
            self._connection.execute(insert, (source.name, from_id, link.to.name, link.to_id, CATEGORY, kind.id))
            self._connection.execute(insert, (link.to.name, link.to_id, source.name, from_id, CATEGORY, kind.inverse))

    def remove(self, source: ObjectType, from_id: int, link: Link) -> None:
        """Undo these types only, or every type if there are none named."""
        for kind in link.types or types_between(source, link.to):
            for one, other, number in ((from_id, link.to_id, kind.id), (link.to_id, from_id, kind.inverse)):
                self._drop("from_id = ? AND to_id = ? AND type_id = ?", (one, other, number))

    def of(
        self, source: ObjectType, from_ids: list[int], target: ObjectType
    ) -> dict[int, dict[int, list[AssociationType]]]:
        """Associated ids and the types of each, by the record that they start from."""
        found: dict[int, dict[int, list[AssociationType]]] = {}
        for marks, piece in records.chunks(from_ids):
            query = (
                "SELECT a.from_id, a.to_id, a.type_id FROM association AS a JOIN record ON record.id = a.to_id "  # noqa: S608
                f"WHERE a.from_type = ? AND a.to_type = ? AND record.archived_ms IS NULL AND a.from_id IN ({marks}) "
                "ORDER BY a.from_id, a.to_id"
            )
            for from_id, to_id, number in self._connection.execute(query, (source.name, target.name, *piece)):
                found.setdefault(from_id, {}).setdefault(to_id, []).append(TYPES[source.name, target.name, number])
        return found

    def existing(self, kind: ObjectType, ids: Iterable[int]) -> dict[int, int]:
        """Live records by the id asked for, across merges."""
        found = records.resolve(self._connection, kind.name, set(ids))
        return {asked: record.id for asked, record in found.items() if record.archived_ms is None}

    def _with_unlabelled(self, source: ObjectType, link: Link) -> list[AssociationType]:
        plain = [each for each in types_between(source, link.to) if not each.primary]
        return [*link.types, *(each for each in plain[:1] if each not in link.types)]

    def _drop(self, where: str, values: tuple[object, ...]) -> None:
        self._connection.execute(f"DELETE FROM association WHERE {where}", values)  # noqa: S608


def link_company(portal: HubSpotPortal, record: Record) -> None:
    """Make the company whose id a contact was given its primary one, as far as there is such a company.

    Unverified: writing associatedcompanyid makes that company the primary one, and clearing it undoes that.
    """
    source, target = portal.catalog.types["contacts"], portal.catalog.types["companies"]
    associations, number = Associations(portal), numeric_id(record.properties.get(COMPANY, ""))
    primary = TYPES[source.name, target.name, PRIMARY_COMPANY]
    for company in [] if number is not None else associations.of(source, [record.id], target).get(record.id, {}):
        associations.remove(source, record.id, Link(target, company, (primary,)))
    if number is not None and (found := associations.existing(target, [number])):
        associations.add(source, record.id, Link(target, found[number], (primary,)))


def linked(portal: HubSpotPortal, record_id: int) -> list[int]:
    """The ids of all that a record is associated with."""
    query = "SELECT DISTINCT from_id FROM association WHERE to_id = ?"
    return [row[0] for row in portal.connection.execute(query, (record_id,))]


def parse_pair(from_name: str, to_name: str) -> tuple[ObjectType, ObjectType]:
    source, target = object_type(from_name), object_type(to_name)
    if not types_between(source, target):
        raise invalid(f"{source.name} and {target.name} can't be associated.")
    return source, target


def missing_end(kind: ObjectType, reference: object) -> Refusal:
    return missing_objects(kind.singular.upper(), [str(reference)])
