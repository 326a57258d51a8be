"""Associations between records, in both directions at once, under numbered types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from crmsync_desktop.practice.hubspot import counts, records
from crmsync_desktop.practice.hubspot.association_types import CATEGORY, SHIPPED, AssociationType
from crmsync_desktop.practice.hubspot.bodies import read
from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.records import Record, numeric_id
from crmsync_desktop.practice.hubspot.refusals import Refusal, invalid, missing_objects, wrong_shape

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

__all__ = ["AssociationType", "Associations", "Link", "types_between"]
COMPANY, PRIMARY_COMPANY = "associatedcompanyid", 1
INSERT = "INSERT OR IGNORE INTO association VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Link:
    """One association to make or undo. Without types: every one there is."""

    to: ObjectType
    to_id: int
    types: tuple[AssociationType, ...]


def types_between(source: ObjectType, target: ObjectType) -> list[AssociationType]:
    """HubSpot's own types, the plain one first."""
    return [each for each in SHIPPED if (each.source, each.target) == (source.name, target.name)]


def types_of(
    portal: HubSpotPortal, source: ObjectType, target: ObjectType, given: object
) -> tuple[AssociationType, ...]:
    """The association types that a request names. Raises a 400 Refusal for one that doesn't join these two.

    Unverified: an association type that doesn't exist between two objects is refused with 400 for the whole request.
    """
    found = []
    if given is not None and not isinstance(given, list):
        raise wrong_shape("a list of association types", given)
    for each in given or []:
        shaped = isinstance(each, dict) and set(each) <= {"associationCategory", "associationTypeId"}
        category, number = (each.get("associationCategory"), each.get("associationTypeId")) if shaped else (None, None)
        kind = portal.association_types.find(source.name, target.name, category, number)
        if kind is None:
            raise invalid(
                f"Association type {number} of category {category} is not valid between {source.name} and {target.name}."
            )
        found.append(kind)
    if not found:
        raise invalid("An association needs at least one type.")
    return tuple(found)


def inline_associations(portal: HubSpotPortal, source: ObjectType, given: object) -> list[Link]:
    """The `associations` of a record to create. Raises a 400 Refusal for a bad type or a target that doesn't exist."""
    if given is not None and not isinstance(given, list):
        raise wrong_shape("a list of associations", given)
    links = []
    for each in given or []:
        asked = read(each, {"to": "object", "types": "objects"})
        number, wanted = numeric_id(read(asked.get("to", {}), {"id": "text"}).get("id")), asked.get("types")
        if number is None or not wanted:
            raise invalid("An association needs to.id and types.")
        first = wanted[0]
        name = portal.association_types.target_of(
            source.name, first.get("associationCategory"), first.get("associationTypeId")
        )
        if name is None:
            raise invalid(f"Association type {first.get('associationTypeId')} is not valid for {source.name}.")
        target = portal.catalog.types[name]
        links.append(Link(target, number, types_of(portal, source, target, wanted)))
        if number not in records.resolve(portal.connection, target.name, [number]):
            raise invalid(f"One or more associations are not valid: {target.singular} {number} does not exist.")
    return links


class Associations:
    """Reads and writes the association table; the caller holds the transaction."""

    def __init__(self, portal: HubSpotPortal) -> None:
        self._portal = portal
        self._connection = portal.connection

    def add_inline(self, source: ObjectType, from_id: int, links: list[Link]) -> None:
        self.add_all(source, [(from_id, link) for link in links])

    def add(self, source: ObjectType, from_id: int, link: Link) -> None:
        self.add_all(source, [(from_id, link)])

    def add_all(self, source: ObjectType, pairs: Iterable[tuple[int, Link]]) -> None:
        """A primary company replaces the one before it, and is an ordinary association as well."""
        touched: set[int] = set()
        for from_id, link in pairs:
            for kind in self._with_unlabelled(source, link):
                if kind.primary:
                    touched.update(self._demote(source, from_id, link, kind))
                there = (source.name, from_id, link.to.name, link.to_id, kind.category, kind.id)
                back = (link.to.name, link.to_id, source.name, from_id, kind.category, kind.inverse)
                self._connection.executemany(INSERT, (there, back))
            touched.update((from_id, link.to_id))
        counts.settle(self._portal, touched)

    def remove(self, source: ObjectType, from_id: int, link: Link) -> None:
        self.remove_all(source, [(from_id, link)])

    def remove_all(self, source: ObjectType, pairs: Iterable[tuple[int, Link]]) -> None:
        """Undo the types that each link names, or every type if it names none."""
        touched: set[int] = set()
        for from_id, link in pairs:
            for kind in link.types or self._portal.association_types.between(source.name, link.to.name):
                for one, other, number in ((from_id, link.to_id, kind.id), (link.to_id, from_id, kind.inverse)):
                    where = "from_id = ? AND to_id = ? AND category = ? AND type_id = ?"
                    self._drop(where, (one, other, kind.category, number))
            touched.update((from_id, link.to_id))
        counts.settle(self._portal, touched)

    def of(
        self, source: ObjectType, from_ids: list[int], target: ObjectType
    ) -> dict[int, dict[int, list[AssociationType]]]:
        """Associated ids and the types of each, by the record that they start from."""
        known = {
            (each.category, each.id): each for each in self._portal.association_types.between(source.name, target.name)
        }
        found: dict[int, dict[int, list[AssociationType]]] = {}
        for marks, piece in records.chunks(from_ids):
            query = (
                "SELECT a.from_id, a.to_id, a.category, a.type_id FROM association AS a JOIN record ON record.id = a.to_id "  # noqa: S608
                f"WHERE a.from_type = ? AND a.to_type = ? AND record.archived_ms IS NULL AND a.from_id IN ({marks}) "
                "ORDER BY a.from_id, a.to_id"
            )
            for from_id, to_id, category, number in self._connection.execute(query, (source.name, target.name, *piece)):
                found.setdefault(from_id, {}).setdefault(to_id, []).append(known[category, number])
        return found

    def existing(self, kind: ObjectType, ids: Iterable[int]) -> dict[int, int]:
        """Live records by the id asked for, across merges."""
        found = records.resolve(self._connection, kind.name, set(ids))
        return {asked: record.id for asked, record in found.items() if record.archived_ms is None}

    def _with_unlabelled(self, source: ObjectType, link: Link) -> list[AssociationType]:
        plain = [
            each for each in self._portal.association_types.between(source.name, link.to.name) if each.label is None
        ]
        return [*link.types, *(each for each in plain[:1] if each not in link.types)]

    def _demote(self, source: ObjectType, from_id: int, link: Link, kind: AssociationType) -> list[int]:
        """Takes the primary type off the company that had it; gives the ids of those it was taken off."""
        company_side = source.name == "companies"
        holder, number, back = (link.to_id, kind.inverse, kind.id) if company_side else (from_id, kind.id, kind.inverse)
        query = "SELECT to_id FROM association WHERE from_id = ? AND category = ? AND type_id = ?"
        before = [row[0] for row in self._connection.execute(query, (holder, CATEGORY, number))]
        self._drop("from_id = ? AND category = ? AND type_id = ?", (holder, CATEGORY, number))
        self._drop("to_id = ? AND category = ? AND type_id = ?", (holder, CATEGORY, back))
        return before

    def _drop(self, where: str, values: tuple[object, ...]) -> None:
        self._connection.execute(f"DELETE FROM association WHERE {where}", values)  # noqa: S608


def link_company(portal: HubSpotPortal, record: Record) -> None:
    """Make the company whose id a contact was given its primary one, as far as there is such a company.

    Unverified: writing associatedcompanyid makes that company the primary one, and clearing it undoes that.
    """
    source, target = portal.catalog.types["contacts"], portal.catalog.types["companies"]
    associations, number = Associations(portal), numeric_id(record.properties.get(COMPANY, ""))
    primary = portal.association_types.find(source.name, target.name, CATEGORY, PRIMARY_COMPANY)
    assert primary is not None
    if number is None:
        ends = associations.of(source, [record.id], target).get(record.id, {})
        associations.remove_all(source, [(record.id, Link(target, company, (primary,))) for company in ends])
    elif found := associations.existing(target, [number]):
        associations.add(source, record.id, Link(target, found[number], (primary,)))
    row = portal.connection.execute("SELECT properties FROM record WHERE id = ?", (record.id,)).fetchone()
    record.properties.clear()
    record.properties.update(orjson.loads(row[0]))


def linked(portal: HubSpotPortal, record_id: int) -> list[int]:
    """The ids of all that a record is associated with."""
    query = "SELECT DISTINCT from_id FROM association WHERE to_id = ?"
    return [row[0] for row in portal.connection.execute(query, (record_id,))]


def parse_pair(portal: HubSpotPortal, from_name: str, to_name: str) -> tuple[ObjectType, ObjectType]:
    """Raises a 400 Refusal for two types that can't be associated."""
    source, target = portal.catalog.types.get(from_name), portal.catalog.types.get(to_name)
    if not portal.association_types.between(source.name, target.name):
        raise invalid(f"{source.name} and {target.name} can't be associated.")
    return source, target


def missing_end(kind: ObjectType, reference: object) -> Refusal:
    return missing_objects(kind.singular.upper(), [str(reference)])
