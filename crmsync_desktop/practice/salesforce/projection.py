"""From SQLite rows to the records of an answer: `attributes`, nested parents, composed addresses, real booleans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .schema import Field, SObject
from .store import quoted

Record = dict[str, Any]


@dataclass
class Node:
    """What is selected of one object: the root of a query or a parent reached over a relationship."""

    sobject: SObject
    alias: str
    id_column: int
    items: list[tuple[Field, int | dict[str, int]]] = field(default_factory=list)
    parents: dict[str, Node] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)


class Projection:
    """The SQL columns to read, and how to build records from them."""

    def __init__(self, sobject: SObject, alias: str = "t0") -> None:
        self.columns: list[str] = []
        self.root = self.node(sobject, alias)

    def node(self, sobject: SObject, alias: str) -> Node:
        return Node(sobject, alias, self._column(alias, "Id"))

    def _column(self, alias: str, name: str) -> int:
        expression = f"{alias}.{quoted(name)}"
        if expression not in self.columns:
            self.columns.append(expression)
        return self.columns.index(expression)

    def add(self, node: Node, item: Field) -> None:
        """Select a field. Raises KeyError when it is there already."""
        if item.name in node.order:
            raise KeyError(item.name)
        node.order.append(item.name)
        if item.stored:
            node.items.append((item, self._column(node.alias, item.name)))
            return
        stem = item.name.removesuffix("Address")
        parts = {
            part.name.removeprefix(stem): self._column(node.alias, part.name)
            for part in node.sobject.compound_parts(item)
        }
        node.items.append((item, {name[0].lower() + name[1:]: column for name, column in sorted(parts.items())}))

    def builder(self, base: str) -> Callable[[Sequence[Any]], Record]:
        """A function from a row of `columns` to a record; `base` is `/services/data/vNN.0`."""
        return _builder(self.root, base)


def _builder(node: Node, base: str) -> Callable[[Sequence[Any]], Record]:
    kind = node.sobject.name
    url = f"{base}/sobjects/{kind}/"
    at = node.id_column
    plain = [(item.name, column) for item, column in node.items if isinstance(column, int)]
    names = [name for name, _ in plain]
    columns = [column for _, column in plain]
    booleans = [item.name for item, _ in node.items if item.type == "boolean"]
    addresses = [(item.name, column) for item, column in node.items if isinstance(column, dict)]
    parents = [(name, parent.id_column, _builder(parent, base)) for name, parent in node.parents.items()]
    straight = columns == list(range(len(columns)))
    order = node.order if addresses or parents or len(node.order) > len(plain) else None

    def build(row: Sequence[Any]) -> Record:
        record: Record = {"attributes": {"type": kind, "url": url + row[at]}}
        record.update(zip(names, row if straight else [row[column] for column in columns], strict=False))
        for name in booleans:
            record[name] = bool(record[name])
        if order is None:
            return record
        for name, parts in addresses:
            values = {part: row[column] for part, column in parts.items()}
            record[name] = values if any(value is not None for value in values.values()) else None
        for name, column, inner in parents:
            record[name] = None if row[column] is None else inner(row)
        # A child query's name is in the order too; its records are filled in later.
        return {"attributes": record["attributes"], **{name: record.get(name) for name in order}}

    return build
