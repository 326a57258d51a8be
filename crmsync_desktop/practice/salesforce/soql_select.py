"""What a query selects of each record: fields, parents, TYPEOF, FIELDS() and the functions that change how a value is
shown."""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

from .errors import ApiError
from .projection import Node, Projection
from .soql_functions import Functions, formatter
from .soql_scope import Column, Names, Scope, Spot
from .soql_tree import Call, Item, Path, Query, Typeof

_MOST_WITH_FIELDS = 200
_FIELD_SETS = ("ALL", "STANDARD", "CUSTOM")


def fields_expanded(scope: Scope, query: Query) -> list[Item | Typeof | Query]:
    """The select list with FIELDS(ALL), FIELDS(STANDARD) and FIELDS(CUSTOM) written out."""
    expanded: list[Item | Typeof | Query] = []
    for item in query.select:
        call = item.expression if isinstance(item, Item) else None
        if not isinstance(call, Call) or call.name != "FIELDS":
            expanded.append(Item(item, None) if isinstance(item, Path) else item)
            continue
        which = str(call.argument).upper()
        if which not in _FIELD_SETS or query.group:
            # Unverified: FIELDS() of another word, or in a grouped query, is an unexpected token.
            raise scope.error("MALFORMED_QUERY", call.position, "unexpected token: 'FIELDS'")
        if which != "STANDARD" and (query.limit is None or query.limit > _MOST_WITH_FIELDS):
            message = f"The SOQL FIELDS function must have a LIMIT of at most {_MOST_WITH_FIELDS}"
            raise scope.error("MALFORMED_QUERY", call.position, message)
        for field in scope.root.sobject.fields:
            if which == "ALL" or field.flags["custom"] == (which == "CUSTOM"):
                expanded.append(Item(Path((field.name,), call.position), None))
    return expanded


class Selection:
    """Adds what is selected to a projection. Raises ApiError 400."""

    def __init__(self, scope: Scope, functions: Functions) -> None:
        self._scope = scope
        self._functions = functions
        self.projection = Projection(scope.root)

    def add(self, item: Item | Typeof) -> None:
        try:
            if isinstance(item, Typeof):
                self._typeof(item)
            elif isinstance(item.expression, Call):
                self._function(item.expression, item.alias)
            else:
                if item.alias is not None:
                    message = "only aggregate expressions use field aliasing"
                    raise self._scope.error("MALFORMED_QUERY", item.expression.position, message)
                self._path(self.projection.root, self._scope.root, self._scope.parts(item.expression), item.expression)
        except KeyError as taken:
            raise _duplicate(taken.args[0]) from None

    def add_children(self, relationship: str) -> None:
        """Make room for a child query's records."""
        if relationship in self.projection.root.order:
            raise _duplicate(relationship)
        self.projection.root.order.append(relationship)

    def _path(self, node: Node, start: Spot, parts: tuple[str, ...], path: Path) -> None:
        *parents, name = parts
        where: Spot | Names = start
        for depth, parent in enumerate(parents, 1):
            reached = self._scope.reach(tuple(parents[:depth]), path, start)
            shown = self._shown(where, parent)
            node = self.projection.add_parent(node, shown, lambda reached=reached: self._node(reached))  # type: ignore[misc]
            where = reached
        column = self._scope.field(where, name, path)
        if isinstance(where, Names):
            self.projection.add(node, column.item.name, column.item, column.sql)
        else:
            self.projection.add_field(node, column.item, where)

    def _node(self, where: Spot | Names) -> Node:
        return self.projection.spot_node(where) if isinstance(where, Spot) else self.projection.names_node(where)

    def _typeof(self, item: Typeof) -> None:
        parts = self._scope.parts(item.path)
        where = self._scope.reach(parts, item.path)
        if not isinstance(where, Names):
            # Unverified: TYPEOF on a lookup to one object only is a malformed query.
            message = f"TYPEOF can only be used with a polymorphic relationship, cannot use: '{item.path}'"
            raise self._scope.error("MALFORMED_QUERY", item.path.position, message)
        nodes: dict[str, Node] = {}
        for kind, paths in item.choices:
            spot = next((spot for spot in where.spots if spot.sobject.name.lower() == kind.lower()), None)
            if spot is None or spot.sobject.name in nodes:
                message = f"'{kind}' is not a type that {item.path} can have, or is named twice"
                raise self._scope.error("MALFORMED_QUERY", item.path.position, message)
            nodes[spot.sobject.name] = node = self.projection.spot_node(spot)
            for path in paths:
                self._path(node, spot, path.parts, path)
        otherwise = None
        if item.otherwise is not None:
            otherwise = self.projection.names_node(where)
            for path in item.otherwise:
                if len(path.parts) > 1:
                    raise self._scope.no_such_relationship(path.parts[0], path)
                column = self._scope.field(where, path.parts[0], path)
                self.projection.add(otherwise, column.item.name, column.item, column.sql)
        node = self.projection.root
        spot_now: Spot | Names = self._scope.root
        for depth, parent in enumerate(parts[:-1], 1):
            reached = self._scope.reach(parts[:depth], item.path)
            node = self.projection.add_parent(node, self._shown(spot_now, parent), lambda r=reached: self._node(r))  # type: ignore[misc]
            spot_now = reached
        self.projection.add_choices(
            node, self._shown(spot_now, parts[-1]), self.projection.choices(where, nodes, otherwise)
        )

    def _shown(self, where: Spot | Names, name: str) -> str:
        lookup = where.sobject.by_relationship.get(name.lower()) if isinstance(where, Spot) else None
        return (lookup.relationship if lookup else None) or name

    def _function(self, call: Call, alias: str | None) -> None:
        """toLabel, FORMAT and convertCurrency."""
        root = self.projection.root
        inner = call.argument
        if call.name == "TOLABEL":
            column = self._functions.label(call)
            self.projection.add(root, alias or column.item.name, column.item, column.sql)
        elif call.name == "CONVERTCURRENCY":
            column = self._converted(call)
            self.projection.add(root, alias or column.item.name, column.item, column.sql)
        elif call.name == "FORMAT" and inner is not None:
            if isinstance(inner, Call):
                column = self._functions.label(inner) if inner.name == "TOLABEL" else self._converted(inner)
            else:
                column = self._functions.stored(inner)
            self.projection.add_converted(root, alias or column.item.name, column.sql, formatter(column.item))
        else:
            raise self._functions.unexpected(call)

    def _converted(self, call: Call) -> Column:
        """convertCurrency: an amount in the user's currency, which is the org's own.

        Unverified: convertCurrency() in an org with one currency is a malformed query.
        """
        if call.name != "CONVERTCURRENCY" or not isinstance(call.argument, Path):
            raise self._functions.unexpected(call)
        column = self._functions.stored(call.argument)
        root = self._scope.root
        coded = root.sobject.by_name.get("currencyisocode")
        if coded is None or len(self._scope.parts(call.argument)) > 1 or column.item.type != "currency":
            message = (
                "convertCurrency() can only be used with currency fields, in an organization with several currencies"
            )
            raise self._scope.error("MALFORMED_QUERY", call.position, message)
        rate = f'SELECT ConversionRate FROM "CurrencyType" WHERE IsoCode = {root.column(coded)}'
        return Column(column.item, f"({column.sql} / coalesce(({rate}), 1))")


def _duplicate(name: str) -> ApiError:
    """As in the SOQL reference's page on FIELDS(), without the place."""
    return ApiError(400, "INVALID_FIELD", f"duplicate field selected: {name}")
