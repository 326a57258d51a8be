"""A parsed SOQL query as SQL over the org's tables, plus how to build its records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .errors import ApiError
from .projection import Node, Projection
from .schema import NUMBER_TYPES, Field, SObject
from .soql import Aggregate, Ordering, Path, Query, soql_error
from .soql_filters import Filters
from .store import quoted

_DEEPEST = 5
_LARGEST_OFFSET = 2000
_ADVICE = "Please reference your WSDL or the describe call for the appropriate names."


@dataclass
class Compiled:
    """`table` is the queried table with its alias, `joins` its parents; `where` and `order` are empty or start with
    their keyword; `params` belong to `where`."""

    sobject: SObject
    table: str
    joins: str
    where: str
    order: str
    params: list[Any]
    limit: int | None
    offset: int
    projection: Projection | None = None
    counts_only: bool = False
    aggregates: list[tuple[str, str, Field | None]] = field(default_factory=list)
    group: list[str] = field(default_factory=list)
    children: list[ChildQuery] = field(default_factory=list)

    @property
    def source(self) -> str:
        return f" FROM {self.table}{self.joins}"


@dataclass
class ChildQuery:
    """A query for the children of each record: `lookup` is their field that names the parent."""

    relationship: str
    lookup: str
    compiled: Compiled


class Compiler:
    """Compiles one query text. Raises ApiError 400 for unknown names and impossible conditions."""

    def __init__(
        self, schema: dict[str, SObject], soql: str, now: float, *, with_deleted: bool, prefix: str = "t"
    ) -> None:
        self._schema = schema
        self._objects = {name.lower(): sobject for name, sobject in schema.items()}
        self._soql = soql
        self._now = now
        self._with_deleted = with_deleted
        self._prefix = prefix
        self._joins: dict[tuple[str, ...], tuple[SObject, str]] = {}
        self._join_sql: list[str] = []
        self._subselects = 0

    def compile(self, query: Query) -> Compiled:
        self._root = self._find_object(query)
        self._names = {query.sobject.lower(), query.alias or ""} - {""}
        self._params: list[Any] = []
        plain = [item for item in query.select if not isinstance(item, Aggregate)]
        if not query.group and len(plain) == len(query.select):
            compiled = self._rows(query, plain)
        else:
            compiled = self._aggregated(query)
        if query.offset > _LARGEST_OFFSET:
            raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {_LARGEST_OFFSET}")
        compiled.where = self._where(query)
        compiled.joins = "".join(self._join_sql)
        return compiled

    def _find_object(self, query: Query) -> SObject:
        found = self._objects.get(query.sobject.lower())
        if found is None:
            message = (
                f"sObject type '{query.sobject}' is not supported. If you are attempting to use a custom object, be sure "
                f"to append the '__c' after the entity name. {_ADVICE}"
            )
            raise soql_error("INVALID_TYPE", self._soql, query.sobject_position, message)
        return found

    def _rows(self, query: Query, select: Sequence[Path | Query]) -> Compiled:
        projection = Projection(self._root, f"{self._prefix}0")
        children = []
        for path in select:
            if isinstance(path, Query):
                children.append(self._child(path))
                projection.root.order.append(children[-1].relationship)
                continue
            *parents, name = self._relative(path)
            node = projection.root
            for depth, parent in enumerate(parents, 1):
                node = self._parent_node(projection, node, tuple(parents[:depth]), parent, path)
            item = self._field(node.sobject, name, path)
            try:
                projection.add(node, item)
            except KeyError:
                message = f"duplicate field selected: {path}"
                raise soql_error("MALFORMED_QUERY", self._soql, path.position, message) from None
        order = self._order(query.order)
        if not any(self._is_id(item.path) for item in query.order):
            order.append(f"{self._prefix}0._n")
        compiled = self._compiled(query, order, projection=projection)
        compiled.children = children
        return compiled

    def _child(self, query: Query) -> ChildQuery:
        wanted = query.sobject.lower()
        found = next((child for child in self._root.children if (child.relationship or "").lower() == wanted), None)
        if found is None or self._prefix != "t":
            message = (
                f"Didn't understand relationship '{query.sobject}' in FROM part of query call. If you are attempting to use "
                f"a custom relationship, be sure to append the '__r' after the custom relationship name. {_ADVICE}"
            )
            raise soql_error("INVALID_TYPE", self._soql, query.sobject_position, message)
        inner = Compiler(self._schema, self._soql, self._now, with_deleted=self._with_deleted, prefix="c")
        compiled = inner.compile(replace(query, sobject=found.sobject))
        if compiled.projection is None or query.offset:
            message = "a child query can not aggregate or use OFFSET"
            raise soql_error("MALFORMED_QUERY", self._soql, query.sobject_position, message)
        return ChildQuery(found.relationship or "", found.field, compiled)

    def _aggregated(self, query: Query) -> Compiled:
        only = query.select[0] if len(query.select) == 1 else None
        if isinstance(only, Aggregate) and (only.function, only.path, only.alias) == ("COUNT", None, None):
            return self._compiled(query, [], counts_only=True)
        group = [self._column(path)[1] for path in query.group]
        outputs: list[tuple[str, str, Field | None]] = []
        for item in query.select:
            if isinstance(item, Query):
                message = "a query with aggregates can not have child queries"
                raise soql_error("MALFORMED_QUERY", self._soql, item.sobject_position, message)
            if isinstance(item, Path):
                found, column = self._column(item)
                if column not in group:
                    message = f"Field must be grouped or aggregated: {item}"
                    raise soql_error("MALFORMED_QUERY", self._soql, item.position, message)
                outputs.append((found.name, column, found))
            else:
                number = sum(1 for name, *_ in outputs if name.startswith("expr"))
                outputs.append(self._aggregate(item, number))
        compiled = self._compiled(query, self._order(query.order))
        compiled.aggregates, compiled.group = outputs, group
        return compiled

    def _aggregate(self, item: Aggregate, number: int) -> tuple[str, str, Field | None]:
        sql = {"COUNT": "count({})", "COUNT_DISTINCT": "count(DISTINCT {})", "MIN": "min({})", "MAX": "max({})"}
        sql |= {"SUM": "sum({})", "AVG": "avg({})"}
        if item.function not in sql or item.path is None:
            raise soql_error("MALFORMED_QUERY", self._soql, item.position, f"unexpected token: '{item.function}'")
        found, column = self._column(item.path)
        numeric = item.function in ("SUM", "AVG")
        if (numeric and found.type not in NUMBER_TYPES) or not found.flags["aggregatable"]:
            message = f"field {found.name} does not support aggregate operator {item.function}"
            raise soql_error("MALFORMED_QUERY", self._soql, item.position, message)
        kept = found if item.function in ("MIN", "MAX") else None
        return item.alias or f"expr{number}", sql[item.function].format(column), kept

    def _compiled(
        self, query: Query, order: list[str], projection: Projection | None = None, counts_only: bool = False
    ) -> Compiled:
        clause = f" ORDER BY {', '.join(order)}" if order else ""
        return Compiled(
            sobject=self._root,
            table=f"{quoted(self._root.name)} {self._prefix}0",
            joins="",
            where="",
            order=clause,
            params=self._params,
            limit=query.limit,
            offset=query.offset,
            projection=projection,
            counts_only=counts_only,
        )

    def _where(self, query: Query) -> str:
        conditions = []
        if query.where is not None:
            filters = Filters(self._soql, self._now, self._column, self._subselect, self._params)
            conditions.append(filters.sql(query.where))
        if self._root.soft_deletes and not self._with_deleted:
            conditions.append(f"{self._prefix}0.IsDeleted = 0")
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""

    def _subselect(self, query: Query, outer: Path) -> str:
        self._subselects += 1
        prefix = f"{self._prefix}{self._subselects}s"
        inner = Compiler(self._schema, self._soql, self._now, with_deleted=self._with_deleted, prefix=prefix)
        path = query.select[0]
        if len(query.select) != 1 or not isinstance(path, Path) or query.limit is not None:
            message = "semi join sub-selects can only query one field, without LIMIT"
            raise soql_error("MALFORMED_QUERY", self._soql, outer.position, message)
        compiled = inner.compile(query)
        item, column = inner._column(path)
        if item.type not in ("id", "reference"):
            message = f"Entity '{query.sobject}' is not valid in a semi join: '{item.name}' is no id"
            raise soql_error("INVALID_FIELD", self._soql, path.position, message)
        self._params.extend(compiled.params)
        return f"SELECT {column}{compiled.source}{compiled.where}"

    def _relative(self, path: Path) -> tuple[str, ...]:
        """The parts of a path without the object's own name or alias in front."""
        if len(path.parts) > 1 and path.parts[0].lower() in self._names:
            return path.parts[1:]
        return path.parts

    def _is_id(self, path: Path) -> bool:
        return [part.lower() for part in self._relative(path)] == ["id"]

    def _field(self, sobject: SObject, name: str, path: Path) -> Field:
        item = sobject.by_name.get(name.lower())
        if item is None:
            message = (
                f"No such column '{name}' on entity '{sobject.name}'. If you are attempting to use a custom field, be sure "
                f"to append the '__c' after the custom field name. {_ADVICE}"
            )
            raise soql_error("INVALID_FIELD", self._soql, path.position, message)
        return item

    def _column(self, path: Path) -> tuple[Field, str]:
        *parents, name = self._relative(path)
        sobject, alias = self._root, f"{self._prefix}0"
        for depth in range(1, len(parents) + 1):
            sobject, alias = self._join(tuple(parents[:depth]), sobject, alias, path)
        item = self._field(sobject, name, path)
        if not item.stored:
            message = f"field '{item.name}' can not be filtered, sorted or aggregated in a query call"
            raise soql_error("INVALID_FIELD", self._soql, path.position, message)
        return item, f"{alias}.{quoted(item.name)}"

    def _join(self, parents: tuple[str, ...], sobject: SObject, alias: str, path: Path) -> tuple[SObject, str]:
        key = tuple(part.lower() for part in parents)
        if key in self._joins:
            return self._joins[key]
        lookup = sobject.by_relationship.get(key[-1])
        # A polymorphic lookup (Owner: Group or User) reaches the first kind that this org has.
        target = next((name for name in lookup.reference_to if name in self._schema), None) if lookup else None
        if lookup is None or target is None or len(parents) > _DEEPEST:
            message = (
                f"Didn't understand relationship '{parents[-1]}' in field path. If you are attempting to use a custom "
                f"relationship, be sure to append the '__r' after the custom relationship name. {_ADVICE}"
            )
            raise soql_error("INVALID_FIELD", self._soql, path.position, message)
        joined = f"{self._prefix}j{len(self._joins) + 1}"
        condition = f"{joined}.Id = {alias}.{quoted(lookup.name)}"
        self._join_sql.append(f" LEFT JOIN {quoted(target)} {joined} ON {condition}")
        self._joins[key] = (self._schema[target], joined)
        return self._joins[key]

    def _parent_node(self, projection: Projection, node: Node, parents: tuple[str, ...], name: str, path: Path) -> Node:
        sobject, alias = self._join(parents, node.sobject, node.alias, path)
        shown = node.sobject.by_relationship[name.lower()].relationship or name
        if shown not in node.parents:
            node.parents[shown] = projection.node(sobject, alias)
            node.order.append(shown)
        return node.parents[shown]

    def _order(self, orderings: Sequence[Ordering]) -> list[str]:
        terms = []
        for ordering in orderings:
            item, column = self._column(ordering.path)
            if not item.flags["sortable"]:
                message = f"field '{item.name}' can not be sorted in a query call"
                raise soql_error("INVALID_FIELD", self._soql, ordering.path.position, message)
            # Blanks come first unless NULLS LAST; a column that has none keeps its index without the clause.
            nulls = "" if not item.flags["nillable"] else " NULLS LAST" if ordering.nulls_last else " NULLS FIRST"
            terms.append(f"{column}{' DESC' if ordering.descending else ''}{nulls}")
        return terms
