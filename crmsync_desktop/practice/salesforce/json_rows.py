"""Records written as JSON by SQLite itself: a page of 2,000 records then costs less than its rows as Python objects.

Only for records that it writes as orjson would: one with children, TYPEOF or FORMAT() is built in Python.
"""

from __future__ import annotations

from .projection import Node, Projection

_MOST_PAIRS = 60
"""A function of SQLite takes 127 arguments at most."""


def json_column(projection: Projection, base: str) -> str | None:
    """The SQL of a record as JSON; None where it has to be built in Python. `base` is `/services/data/vNN.0`."""
    values = [_real(sql) if at in projection.real_columns else sql for at, sql in enumerate(projection.columns)]
    return _object(projection.columns, values, projection.root, base)


def _object(columns: list[str], written: list[str], node: Node, base: str) -> str | None:
    known = len(node.plain) + len(node.parents) + len(node.addresses)
    if known != len(node.order) or known > _MOST_PAIRS:
        return None
    id18 = columns[node.id_column]
    url = f"'{base}/sobjects/{node.kind}/' || {id18}"
    if node.type_column is not None:
        url = f"'{base}/sobjects/' || {columns[node.type_column]} || '/' || {id18}"
    values = {name: written[column] for name, column in node.plain}
    for name in node.booleans:
        values[name] = f"CASE {values[name]} WHEN 1 THEN json('true') WHEN 0 THEN json('false') END"
    for name, parts in node.addresses:
        pairs = ", ".join(f"'{part}', {written[column]}" for part, column in parts.items())
        filled = f"coalesce({', '.join(columns[column] for column in parts.values())})"
        values[name] = f"CASE WHEN {filled} IS NOT NULL THEN json_object({pairs}) END"
    for name, parent in node.parents.items():
        inner = _object(columns, written, parent, base)
        if inner is None:
            return None
        values[name] = f"CASE WHEN {columns[parent.id_column]} IS NOT NULL THEN {inner} END"
    pairs = "".join(f", '{name}', {values[name]}" for name in node.order)
    return f"json_object('attributes', json_object('type', '{node.kind}', 'url', {url}){pairs})"


def _real(sql: str) -> str:
    """SQLite writes 15 digits of a real number; one that has more is written by Python."""
    short = f"printf('%!.15g', {sql})"
    return f"CASE WHEN {sql} IS NULL THEN NULL WHEN CAST({short} AS REAL) = {sql} THEN json({short}) ELSE json(repr({sql})) END"
