"""A parsed SOQL query as SQL over the org's tables, plus how to build its records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .errors import ApiError
from .projection import Projection
from .schema import Field, SObject
from .soql_aggregates import Output, aggregated, is_aggregated
from .soql_filters import Filters
from .soql_functions import Functions
from .soql_scope import Scope, hidden
from .soql_select import Selection, fields_expanded
from .soql_tree import Expression, Ordering, Path, Query
from .store import quoted

_DEEPEST_CHILDREN = 5
_MOST_CHILDREN = 20
_LARGEST_OFFSET = 2000
_MOST_ORDERINGS = 32
_OWNED_SCOPES = ("MINE", "MINE_AND_MY_GROUPS")


@dataclass
class Compiled:
    """`where` and `order` are empty or start with their keyword; `params` belong to `where` and then to `having`."""

    scope: Scope
    where: str
    order: str
    params: list[Any]
    limit: int | None
    offset: int
    purposes: tuple[str, ...]
    projection: Projection | None = None
    counts_only: bool = False
    outputs: list[Output] = field(default_factory=list)
    group: list[str] = field(default_factory=list)
    having: str = ""
    children: list[ChildQuery] = field(default_factory=list)

    @property
    def sobject(self) -> SObject:
        return self.scope.root.sobject

    @property
    def table(self) -> str:
        return f"{quoted(self.sobject.name)} {self.scope.root.alias}"

    @property
    def joins(self) -> str:
        """The parents of the queried table."""
        return self.scope.joins

    @property
    def source(self) -> str:
        return f" FROM {self.table}{self.joins}"


@dataclass
class ChildQuery:
    """A query for the children of each record: `lookup` is their field that names the parent."""

    relationship: str
    lookup: str
    compiled: Compiled


@dataclass(frozen=True)
class Reader:
    """Who asks, for what, and when: `schema` is what the user sees; `now` is in seconds since the epoch."""

    schema: Mapping[str, SObject]
    now: float
    with_deleted: bool
    user_id: str = ""


class Compiler:
    """Compiles one query text. Raises ApiError 400 for unknown names and impossible conditions."""

    def __init__(self, soql: str, reader: Reader, *, prefix: str = "t", level: int = 1) -> None:
        self._soql = soql
        self._reader = reader
        self._prefix = prefix
        self._level = level
        self._params: list[Any] = []
        self._subselects = 0

    def compile(self, query: Query, sobject: str = "", *, semi_joins: bool = True) -> Compiled:
        """`sobject` is the object where the query names a relationship; `semi_joins` is whether it may hold any."""
        self.scope = Scope(self._reader.schema, self._soql, query, self._prefix, sobject)
        self.functions = Functions(self.scope)
        if query.offset > _LARGEST_OFFSET:
            raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {_LARGEST_OFFSET}")
        if "UPDATE" in query.purposes and query.order:
            raise self.scope.error("MALFORMED_QUERY", query.position, "ORDER BY is not allowed with FOR UPDATE")
        select = fields_expanded(self.scope, query)
        compiled = Compiled(self.scope, "", "", self._params, query.limit, query.offset, query.purposes)
        subselect = self._subselect if semi_joins else None
        if not query.group and query.having is None and not is_aggregated(select):
            self._rows(compiled, query, select)
            compiled.where = self._where(query, subselect)
            return compiled
        compiled.where = self._where(query, subselect)
        grouped = aggregated(self.scope, self.functions, query, select)
        compiled.counts_only, compiled.outputs, compiled.group = grouped.counts_only, grouped.outputs, grouped.group
        if query.having is not None:
            filters = Filters(self._soql, self._reader.now, grouped.in_having, None, self._params)
            compiled.having = f" HAVING {filters.sql(query.having)}"
        if not grouped.counts_only:
            compiled.order = _clause(self._order(query.order, grouped.in_order))
        return compiled

    def _rows(self, compiled: Compiled, query: Query, select: Sequence[Any]) -> None:
        selection = Selection(self.scope, self.functions)
        children = [item for item in select if isinstance(item, Query)]
        if len(children) > _MOST_CHILDREN:
            message = f"Maximum number of parent-to-child relationships in a query is {_MOST_CHILDREN}"
            raise self.scope.error("MALFORMED_QUERY", children[-1].position, message)
        for item in select:
            if isinstance(item, Query):
                compiled.children.append(self._child(item))
                selection.add_children(compiled.children[-1].relationship)
            else:
                selection.add(item)
        order = self._order(query.order, self.functions.column)
        if not any(self._is_id(item.expression) for item in query.order):
            order.append(f"{self.scope.root.alias}._n")
        compiled.projection = selection.projection
        compiled.order = _clause(order)

    def _child(self, query: Query) -> ChildQuery:
        path = query.sources[0].path
        wanted = self.scope.parts(path)
        children = self.scope.root.sobject.children
        name = wanted[-1].lower()
        found = next((child for child in children if (child.relationship or "").lower() == name), None)
        seen = self._reader.schema.get(found.sobject) if found is not None else None
        if found is None or seen is None or len(wanted) > 1 or found.field.lower() not in seen.by_name:
            raise self.scope.no_such_children(str(path), path.position)
        if self._level >= _DEEPEST_CHILDREN:
            message = f"SOQL queries can not have more than {_DEEPEST_CHILDREN} levels of parent-to-child relationships"
            raise self.scope.error("MALFORMED_QUERY", path.position, message)
        inner = Compiler(self._soql, self._reader, prefix="c", level=self._level + 1)
        compiled = inner.compile(query, found.sobject)
        if compiled.projection is None:
            message = "Only root queries support aggregate expressions"
            raise self.scope.error("MALFORMED_QUERY", path.position, message)
        if query.offset:
            raise self.scope.error("MALFORMED_QUERY", path.position, "OFFSET is not allowed in a child query")
        return ChildQuery(found.relationship or "", found.field, compiled)

    def _where(self, query: Query, subselect: Callable[[Query, Expression, Field], str] | None) -> str:
        root = self.scope.root
        conditions = []
        if query.where is not None:
            filters = Filters(self._soql, self._reader.now, self.functions.column, subselect, self._params)
            conditions.append(filters.sql(query.where))
        if query.scope:
            conditions += self._in_scope(query.scope, query.position)
        if root.sobject.soft_deletes and not self._reader.with_deleted:
            conditions.append(f"{root.alias}.IsDeleted = 0")
            if root.sobject.archives:
                conditions.append(f"{root.alias}.IsArchived = 0")
        kept = hidden(root.sobject, root.alias).removeprefix(" AND ")
        if kept:
            conditions.append(kept)
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""

    def _in_scope(self, name: str, position: int) -> list[str]:
        """USING SCOPE. In this org nobody is on a team, in a territory or somebody's delegate, so that those scopes that
        an object has for them are empty.

        Unverified: a scope that the object doesn't support is answered with INVALID_QUERY_SCOPE.
        """
        root = self.scope.root
        if name == "EVERYTHING":
            return []
        if name not in [scope.upper() for scope, _ in root.sobject.scopes]:
            message = f"The scope {name.lower()} is not supported for {root.sobject.name}"
            raise self.scope.error("INVALID_QUERY_SCOPE", position, message)
        if name in _OWNED_SCOPES and "ownerid" in root.sobject.by_name:
            self._params.append(self._reader.user_id)
            return [f"{root.alias}.OwnerId = ?"]
        return ["1 = 0"]

    def _subselect(self, query: Query, left: Expression, outer: Field) -> str:
        """Messages as real orgs word them, found in public reports of them, but for LIMIT and ORDER BY."""
        self._subselects += 1
        inner = Compiler(self._soql, self._reader, prefix=f"{self._prefix}{self._subselects}s")
        if not isinstance(left, Path) or len(self.scope.parts(left)) > 1 or outer.type not in ("id", "reference"):
            message = f"The left operand field in the where expression for outer query should be an id field, cannot use : '{left}'"
            raise self.scope.error("MALFORMED_QUERY", left.position, message)
        path = query.select[0]
        if len(query.select) != 1 or not isinstance(path, Path) or query.limit is not None or query.order:
            # Unverified: a semi-join with several fields, ORDER BY or LIMIT is a malformed query.
            message = "Semi join sub-selects can only query one field, without ORDER BY and LIMIT"
            raise self.scope.error("MALFORMED_QUERY", left.position, message)
        compiled = inner.compile(query, semi_joins=False)
        column = inner.functions.column(path)
        if column.item.type not in ("id", "reference"):
            message = f"Semi join sub-selects can only query id fields, cannot use: '{path}'"
            raise self.scope.error("MALFORMED_QUERY", path.position, message)
        if compiled.sobject is self.scope.root.sobject:
            message = "The inner and outer selects should not be on the same object type"
            raise self.scope.error("MALFORMED_QUERY", path.position, message)
        if not _pointed_at(outer, self.scope.root.sobject) & _pointed_at(column.item, compiled.sobject):
            message = (
                f"The selected field '{path}' in the subquery and the left operand field in the where expression in the "
                f"outer query '{left}' should point to the same object type"
            )
            raise self.scope.error("MALFORMED_QUERY", path.position, message)
        self._params.extend(compiled.params)
        return f"SELECT {column.sql}{compiled.source}{compiled.where}"

    def _is_id(self, expression: Expression) -> bool:
        return isinstance(expression, Path) and [part.lower() for part in self.scope.parts(expression)] == ["id"]

    def _order(self, orderings: Sequence[Ordering], resolve: Callable[[Expression], Any]) -> list[str]:
        """Unverified: text is sorted without regard to case as far as ASCII goes, and letters beyond it come after Z."""
        if len(orderings) > _MOST_ORDERINGS:
            # Unverified: ORDER BY with more than 32 fields is a malformed query.
            message = f"ORDER BY can not have more than {_MOST_ORDERINGS} fields"
            raise self.scope.error("MALFORMED_QUERY", orderings[-1].expression.position, message)
        terms = []
        for ordering in orderings:
            expression = ordering.expression
            plain = self.scope.column(expression).item if isinstance(expression, Path) else None
            if plain is not None and not plain.flags["sortable"]:
                message = f"field '{plain.name}' can not be sorted in a query call"
                raise self.scope.error("MALFORMED_QUERY", expression.position, message)
            column = resolve(expression)
            # Blanks come first unless NULLS LAST; a column that has none keeps its index without the clause.
            joined = isinstance(expression, Path) and len(self.scope.parts(expression)) > 1
            nillable = joined or column.item.flags["nillable"]
            nulls = "" if not nillable else " NULLS LAST" if ordering.nulls_last else " NULLS FIRST"
            terms.append(f"{column.sql}{' DESC' if ordering.descending else ''}{nulls}")
        return terms


def _clause(terms: list[str]) -> str:
    return f" ORDER BY {', '.join(terms)}" if terms else ""


def _pointed_at(item: Field, sobject: SObject) -> set[str]:
    return {sobject.name} if item.type == "id" else set(item.reference_to)
