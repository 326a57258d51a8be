"""Where the paths of a query lead: from its object over relationships to fields, as columns and joins of SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .errors import ApiError
from .schema import TEXT_TYPES, Field, SObject
from .soql_tree import Path, Query, soql_error
from .store import quoted

_DEEPEST = 5
_MOST_PARENTS = 55
_MOST_TABLES = 60
"""SQLite joins 64 at most."""
_ADVICE = "Please reference your WSDL or the describe call for the appropriate names."
_NAME_FIELDS = {
    name.lower(): name
    for name in [
        "Id",
        "Name",
        "Type",
        "FirstName",
        "LastName",
        "Email",
        "Phone",
        "Title",
        "Alias",
        "IsActive",
        "Username",
    ]
}
"""What the object Name has of every record (SOAP API Developer Guide, Name), besides its relationships."""


@dataclass(frozen=True)
class Column:
    item: Field
    sql: str


@dataclass(frozen=True)
class Spot:
    """One table of the query: an object under an alias."""

    sobject: SObject
    alias: str

    def column(self, item: Field) -> str:
        collated = item.formula is not None and item.type in TEXT_TYPES
        return item.column(self.alias) + " COLLATE NOCASE" * collated


@dataclass(frozen=True)
class Names:
    """The parent that a polymorphic lookup names: a record of one of several objects, seen as an object Name."""

    lookup: Field
    spots: tuple[Spot, ...]

    @property
    def id_sql(self) -> str:
        return self._first([f"{spot.alias}.Id" for spot in self.spots])

    @property
    def type_sql(self) -> str:
        """The name of the object of the record that was found, or null."""
        cases = " ".join(f"WHEN {spot.alias}.Id IS NOT NULL THEN '{spot.sobject.name}'" for spot in self.spots)
        return f"CASE {cases} END"

    def column(self, name: str) -> Column | None:
        """A field of Name; None for what it hasn't."""
        wanted = name.lower()
        if wanted not in _NAME_FIELDS:
            return None
        name_fields = [_name_field(spot.sobject) for spot in self.spots]
        if wanted == "type":
            item = replace(name_fields[0], name="Type", type="picklist", values=())
            return Column(item, f"({self.type_sql}) COLLATE NOCASE")
        found = [
            (spot, name_field if wanted == "name" else spot.sobject.by_name.get(wanted))
            for spot, name_field in zip(self.spots, name_fields, strict=True)
        ]
        having = [(spot, item) for spot, item in found if item is not None]
        if not having:
            # Name has these fields of every record; of one that is no person they are blank.
            return Column(replace(name_fields[0], name=_NAME_FIELDS[wanted]), "NULL")
        item = having[0][1]
        if wanted == "name":
            item = replace(item, name="Name")
        sql = self._first([spot.column(other) for spot, other in having])
        collated = len(having) > 1 and item.type in TEXT_TYPES
        return Column(replace(item, flags={**item.flags, "nillable": True}), sql + " COLLATE NOCASE" * collated)

    @staticmethod
    def _first(columns: list[str]) -> str:
        return columns[0] if len(columns) == 1 else f"coalesce({', '.join(columns)})"


def _name_field(sobject: SObject) -> Field:
    return next((item for item in sobject.fields if item.flags["nameField"]), sobject.by_name["id"])


class Scope:
    """The tables of one query. Every table gets a name that starts with `prefix`. Raises ApiError 400 for what the schema
    hasn't; `schema` holds what the API's users see."""

    def __init__(self, schema: Mapping[str, SObject], soql: str, query: Query, prefix: str, sobject: str = "") -> None:
        """`sobject` is the object where the query names a relationship in its place."""
        self._schema = schema
        self._soql = soql
        self._prefix = prefix
        self._joined: dict[tuple[str, str], Spot | Names] = {}
        self._joins: list[str] = []
        self._aliases: dict[str, tuple[str, ...]] = {}
        self.root = Spot(self._find(sobject or query.sobject, query.position), f"{prefix}0")
        own = query.sources[0]
        for name in (own.path.parts[-1].lower(), own.alias):
            if name:
                self._aliases[name] = ()
        for source in query.sources[1:]:
            parts = self.parts(source.path)
            self.reach(parts, source.path)
            self._aliases[(source.alias or parts[-1]).lower()] = parts

    @property
    def joins(self) -> str:
        return "".join(self._joins)

    def parts(self, path: Path) -> tuple[str, ...]:
        """The path from the queried object, without the object's own name or an alias in front."""
        if len(path.parts) > 1 and path.parts[0].lower() in self._aliases:
            return (*self._aliases[path.parts[0].lower()], *path.parts[1:])
        return path.parts

    def column(self, path: Path, start: Spot | None = None) -> Column:
        """The field at the end of a path, which may be an address and then has no column of its own."""
        *parents, name = self.parts(path) if start is None else path.parts
        return self.field(self.reach(tuple(parents), path, start), name, path)

    def field(self, where: Spot | Names, name: str, path: Path) -> Column:
        if isinstance(where, Names):
            found = where.column(name)
            if found is None:
                raise self.no_such_column(name, "Name", path)
            return found
        item = where.sobject.by_name.get(name.lower())
        if item is None:
            raise self.no_such_column(name, where.sobject.name, path)
        return Column(item, where.column(item))

    def reach(self, parents: tuple[str, ...], path: Path, start: Spot | None = None) -> Spot | Names:
        where: Spot | Names = start or self.root
        if len(parents) > _DEEPEST:
            message = f"Maximum relationship depth of {_DEEPEST} exceeded in field path: {path}"
            raise self.error("INVALID_FIELD", path.position, message)
        for name in parents:
            if isinstance(where, Names):
                raise self.no_such_relationship(name, path)
            where = self._join(where, name, path)
        return where

    def error(self, code: str, position: int, message: str) -> ApiError:
        return soql_error(code, self._soql, position, message)

    def no_such_column(self, name: str, entity: str, path: Path) -> ApiError:
        message = (
            f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to append "
            f"the '__c' after the custom field name. {_ADVICE}"
        )
        return self.error("INVALID_FIELD", path.position, message)

    def no_such_relationship(self, name: str, path: Path) -> ApiError:
        message = (
            f"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom relationship, "
            f"be sure to append the '__r' after the custom relationship name. {_ADVICE}"
        )
        return self.error("INVALID_FIELD", path.position, message)

    def no_such_children(self, name: str, position: int) -> ApiError:
        message = (
            f"Didn't understand relationship '{name}' in FROM part of query call. If you are attempting to use a custom "
            f"relationship, be sure to append the '__r' after the custom relationship name. {_ADVICE}"
        )
        return self.error("INVALID_TYPE", position, message)

    def _find(self, wanted: str, position: int) -> SObject:
        found = next((sobject for name, sobject in self._schema.items() if name.lower() == wanted.lower()), None)
        if found is None:
            message = (
                f"sObject type '{wanted}' is not supported. If you are attempting to use a custom object, be sure to append "
                f"the '__c' after the entity name. {_ADVICE}"
            )
            raise self.error("INVALID_TYPE", position, message)
        return found

    def _join(self, where: Spot, name: str, path: Path) -> Spot | Names:
        key = (where.alias, name.lower())
        if key in self._joined:
            return self._joined[key]
        lookup = where.sobject.by_relationship.get(name.lower())
        targets = [self._schema[other] for other in lookup.reference_to if other in self._schema] if lookup else []
        if lookup is None or not targets:
            raise self.no_such_relationship(name, path)
        if len(self._joined) >= _MOST_PARENTS or len(self._joins) + len(targets) > _MOST_TABLES:
            message = f"Maximum number of child-to-parent relationships in a query is {_MOST_PARENTS}"
            raise self.error("MALFORMED_QUERY", path.position, message)
        polymorphic = bool(lookup.flags["polymorphicForeignKey"])
        spots = tuple(self._table(where, lookup, target) for target in (targets if polymorphic else targets[:1]))
        self._joined[key] = Names(lookup, spots) if polymorphic else spots[0]
        return self._joined[key]

    def _table(self, where: Spot, lookup: Field, target: SObject) -> Spot:
        alias = f"{self._prefix}j{len(self._joins) + 1}"
        condition = f"{alias}.Id = {where.column(lookup)}{hidden(target, alias)}"
        self._joins.append(f" LEFT JOIN {quoted(target.name)} {alias} ON {condition}")
        return Spot(target, alias)


def hidden(sobject: SObject, alias: str) -> str:
    """A condition that leaves out the records that sharing keeps from the API's users."""
    listed = ", ".join(f"'{id18}'" for id18 in sorted(sobject.hidden_ids) if id18.isalnum())
    return f" AND {alias}.Id NOT IN ({listed})" if listed else ""
