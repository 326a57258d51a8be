"""From SQLite rows to the records of an answer: `attributes`, nested parents, composed addresses, real booleans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .schema import Field, SObject
from .soql_scope import Names, Spot
from .store import quoted

Record = dict[str, Any]
Build = Callable[[Sequence[Any]], Record]
Convert = Callable[[Any], Any]


@dataclass
class Node:
    """What is selected of one record: of the queried one or of a parent. `kind` is the type that its attributes show;
    `type_column` tells the real one where that is another (a polymorphic parent). `order` has every name once."""

    kind: str
    id_column: int
    type_column: int | None = None
    order: list[str] = field(default_factory=list)
    plain: list[tuple[str, int]] = field(default_factory=list)
    booleans: list[str] = field(default_factory=list)
    converted: list[tuple[str, int, Convert]] = field(default_factory=list)
    addresses: list[tuple[str, dict[str, int]]] = field(default_factory=list)
    parents: dict[str, Node] = field(default_factory=dict)
    choices: dict[str, Choices] = field(default_factory=dict)


@dataclass
class Choices:
    """A parent of one of several types (TYPEOF): a node for each, and perhaps one for all others."""

    id_column: int
    type_column: int
    nodes: dict[str, Node]
    otherwise: Node | None


class Projection:
    """The SQL columns to read, and how to build records from them."""

    def __init__(self, root: Spot) -> None:
        self.columns: list[str] = []
        self.real_columns: set[int] = set()
        self.root = self.spot_node(root)
        self.long_texts = 0

    def spot_node(self, spot: Spot) -> Node:
        return Node(spot.sobject.name, self.column(f"{spot.alias}.{quoted('Id')}"))

    def names_node(self, names: Names) -> Node:
        return Node("Name", self.column(names.id_sql), self.column(names.type_sql))

    def choices(self, names: Names, nodes: dict[str, Node], otherwise: Node | None) -> Choices:
        return Choices(self.column(names.id_sql), self.column(names.type_sql), nodes, otherwise)

    def column(self, expression: str) -> int:
        if expression not in self.columns:
            self.columns.append(expression)
        return self.columns.index(expression)

    def add(self, node: Node, name: str, item: Field, sql: str) -> None:
        """Select a field with a column, under `name`. Raises KeyError when the name is taken."""
        self._take(node, name)
        node.plain.append((name, self._typed(item, sql)))
        if item.type == "boolean":
            node.booleans.append(name)
        self.long_texts += item.type == "textarea" and item.length >= 32_000

    def add_converted(self, node: Node, name: str, sql: str, convert: Convert) -> None:
        """Select a column whose values are shown in another way. Raises KeyError when the name is taken."""
        self._take(node, name)
        node.converted.append((name, self.column(sql), convert))

    def add_address(self, node: Node, item: Field, spot: Spot) -> None:
        """Select an address, which is put together from its parts. Raises KeyError when it is there already."""
        self._take(node, item.name)
        stem = item.name.removesuffix("Address")
        parts = {part.name.removeprefix(stem): part for part in spot.sobject.compound_parts(item)}
        columns = {
            name[0].lower() + name[1:]: self._typed(part, spot.column(part)) for name, part in sorted(parts.items())
        }
        node.addresses.append((item.name, columns))

    def add_field(self, node: Node, item: Field, spot: Spot) -> None:
        """Select a field of the record itself. Raises KeyError when it is there already."""
        if item.stored:
            self.add(node, item.name, item, spot.column(item))
        else:
            self.add_address(node, item, spot)

    def add_parent(self, node: Node, name: str, make: Callable[[], Node]) -> Node:
        if name not in node.parents:
            self._take(node, name)
            node.parents[name] = make()
        return node.parents[name]

    def add_choices(self, node: Node, name: str, choices: Choices) -> None:
        self._take(node, name)
        node.choices[name] = choices

    def _typed(self, item: Field, sql: str) -> int:
        column = self.column(sql)
        if item.type in ("double", "currency", "percent"):
            self.real_columns.add(column)
        return column

    def _take(self, node: Node, name: str) -> None:
        if name in node.order:
            raise KeyError(name)
        node.order.append(name)

    def builder(self, base: str) -> Build:
        """A function from a row of `columns` to a record; `base` is `/services/data/vNN.0`."""
        return _builder(self.root, base)


def whole(sobject: SObject, names: list[str]) -> Projection:
    """The named fields of single records. Raises KeyError for a field that the object hasn't."""
    spot = Spot(sobject, "t0")
    projection = Projection(spot)
    for name in names:
        item = sobject.by_name[name.lower()]
        if item.name not in projection.root.order:
            projection.add_field(projection.root, item, spot)
    return projection


def _builder(node: Node, base: str) -> Build:
    kind, at, type_at = node.kind, node.id_column, node.type_column
    url = f"{base}/sobjects/{kind}/"
    names = [name for name, _ in node.plain]
    columns = [column for _, column in node.plain]
    straight = columns == list(range(len(columns)))
    parents = [(name, parent.id_column, _builder(parent, base)) for name, parent in node.parents.items()]
    choices = [(name, _chooser(found, base)) for name, found in node.choices.items()]
    order = node.order if len(node.order) > len(node.plain) else None

    def build(row: Sequence[Any]) -> Record:
        if type_at is None:
            record: Record = {"attributes": {"type": kind, "url": url + row[at]}}
        else:
            record = {"attributes": {"type": kind, "url": f"{base}/sobjects/{row[type_at]}/{row[at]}"}}
        record.update(zip(names, row if straight else [row[column] for column in columns], strict=False))
        for name in node.booleans:
            record[name] = None if record[name] is None else bool(record[name])
        if order is None:
            return record
        for name, column, convert in node.converted:
            record[name] = convert(row[column])
        for name, parts in node.addresses:
            values = {part: row[column] for part, column in parts.items()}
            record[name] = values if any(value is not None for value in values.values()) else None
        for name, column, inner in parents:
            record[name] = None if row[column] is None else inner(row)
        for name, chosen in choices:
            record[name] = chosen(row)
        # A child query's name is in the order too; its records are filled in later.
        return {"attributes": record["attributes"], **{name: record.get(name) for name in order}}

    return build


def _chooser(choices: Choices, base: str) -> Callable[[Sequence[Any]], Record | None]:
    """Unverified: a TYPEOF without ELSE gives null for a record of a type that it doesn't name."""
    builds = {kind: _builder(node, base) for kind, node in choices.nodes.items()}
    otherwise = None if choices.otherwise is None else _builder(choices.otherwise, base)

    def chosen(row: Sequence[Any]) -> Record | None:
        if row[choices.id_column] is None:
            return None
        build = builds.get(row[choices.type_column], otherwise)
        return None if build is None else build(row)

    return chosen
