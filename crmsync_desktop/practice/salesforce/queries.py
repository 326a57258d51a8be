"""Running SOQL: pages of up to 2,000 records, and locators for the pages after the first.

A locator keeps the list of records that the query found, in order; their values are read when the page is fetched.
Locators live two days, ten at a time (the eleventh closes the oldest), and not across a restart.
"""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

import re
import sqlite3
from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from .errors import ApiError
from .ids import DIGITS
from .projection import Projection
from .schema import SObject
from .soql import parse
from .soql_compiler import ChildQuery, Compiled, Compiler
from .store import Store, quoted

LARGEST_PAGE = 2000
SMALLEST_PAGE = 200
_LOCATOR_LIFE = 2 * 86_400
_OPEN_LOCATORS = 10
_TOO_BIG = re.compile("overflow|too large|too many|too deep")
"""What SQLite says of an expression that is beyond its limits."""

Answer = dict[str, Any]


@dataclass
class _Locator:
    compiled: Compiled
    numbers: array[int]
    made: float


class Queries:
    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now
        self._locators: OrderedDict[str, _Locator] = OrderedDict()
        self._made = 0

    def run(self, soql: str, version: str, *, with_deleted: bool, batch: int = LARGEST_PAGE) -> Answer:
        """The body of `query` or `queryAll`. Raises ApiError 400 for a query that doesn't hold."""
        try:
            return self._run(soql, version, with_deleted, batch)
        except (RecursionError, sqlite3.OperationalError) as error:
            if isinstance(error, sqlite3.OperationalError) and not _TOO_BIG.search(str(error)):
                raise
            message = "Query is either selecting too many fields or the filter conditions are too complicated."
            raise ApiError(400, "QUERY_TOO_COMPLICATED", message) from error

    def _run(self, soql: str, version: str, with_deleted: bool, batch: int) -> Answer:
        tree = parse(soql)
        compiled = Compiler(self._store.schema, soql, self._now(), with_deleted=with_deleted).compile(tree)
        if compiled.counts_only:
            return {"totalSize": self._count(compiled), "done": True, "records": []}
        if compiled.projection is None:
            records = self._aggregate(compiled)
            return {"totalSize": len(records), "done": True, "records": records}
        return self._first_page(compiled, version, min(max(batch, SMALLEST_PAGE), LARGEST_PAGE))

    def more(self, locator: str, version: str, batch: int = LARGEST_PAGE) -> Answer:
        """The body of `query/{locator}`. Raises ApiError 400 INVALID_QUERY_LOCATOR."""
        name, _, start = locator.rpartition("-")
        found = self._locators.get(name)
        if found is None or not re.fullmatch(r"\d+", start) or self._now() - found.made > _LOCATOR_LIFE:
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        first = int(start)
        if first >= len(found.numbers):
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        self._locators.move_to_end(name)
        size = min(max(batch, SMALLEST_PAGE), LARGEST_PAGE)
        compiled = found.compiled
        assert compiled.projection is not None
        wanted = orjson.dumps(found.numbers[first : first + size].tolist()).decode()
        # CROSS JOIN keeps SQLite to this order: the list first, then each record by its number.
        source = f" FROM json_each(?) wanted CROSS JOIN {compiled.table} ON t0._n = wanted.value{compiled.joins}"
        sql = f"SELECT {', '.join(compiled.projection.columns)}{source} ORDER BY wanted.key"
        rows = self._store.db.execute(sql, (wanted,)).fetchall()
        answer: Answer = {"totalSize": len(found.numbers), "done": first + size >= len(found.numbers)}
        if not answer["done"]:
            answer["nextRecordsUrl"] = f"/services/data/{version}/query/{name}-{first + size}"
        answer["records"] = self._built(compiled, rows, version)
        return answer

    def records(self, sobject: SObject, names: list[str], ids: list[str], version: str) -> list[Answer | None]:
        """The live records with those 18-character ids, in order, None for what isn't there. KeyError: unknown field."""
        projection = Projection(sobject)
        for name in names:
            item = sobject.by_name[name.lower()]
            if item.name not in projection.root.order:
                projection.add(projection.root, item)
        live = " AND t0.IsDeleted = 0" if sobject.soft_deletes else ""
        sql = (
            f"SELECT {', '.join(projection.columns)} FROM json_each(?) wanted "
            f'CROSS JOIN "{sobject.name}" t0 ON t0.Id = wanted.value{live}'
        )
        build = projection.builder(f"/services/data/{version}")
        at = projection.root.id_column
        found = {row[at]: build(row) for row in self._store.db.execute(sql, (orjson.dumps(ids).decode(),))}
        return [found.get(id18) for id18 in ids]

    def _first_page(self, compiled: Compiled, version: str, batch: int) -> Answer:
        assert compiled.projection is not None
        columns = ", ".join(compiled.projection.columns)
        limit = batch + 1 if compiled.limit is None else min(compiled.limit, batch + 1)
        sql = f"SELECT {columns}{compiled.source}{compiled.where}{compiled.order} LIMIT ? OFFSET ?"
        rows = self._store.db.execute(sql, [*compiled.params, limit, compiled.offset]).fetchall()
        if len(rows) <= batch:
            return {"totalSize": len(rows), "done": True, "records": self._built(compiled, rows, version)}
        name, total = self._open(compiled)
        return {
            "totalSize": total,
            "done": False,
            "nextRecordsUrl": f"/services/data/{version}/query/{name}-{batch}",
            "records": self._built(compiled, rows[:batch], version),
        }

    def _built(self, compiled: Compiled, rows: Sequence[Sequence[Any]], version: str) -> list[Answer]:
        """Records of a page; the children of all of them come with one statement for each child query."""
        assert compiled.projection is not None
        build = compiled.projection.builder(f"/services/data/{version}")
        records = [build(row) for row in rows]
        at = compiled.projection.root.id_column
        for child in compiled.children:
            found = self._children(child, [row[at] for row in rows], version)
            for record, row in zip(records, rows, strict=True):
                inner = found.get(row[at])
                record[child.relationship] = inner and {"totalSize": len(inner), "done": True, "records": inner}
        return records

    def _children(self, child: ChildQuery, ids: list[str], version: str) -> dict[str, list[Answer]]:
        compiled = child.compiled
        assert compiled.projection is not None
        columns = ", ".join([*compiled.projection.columns, "wanted.value"])
        source = f" FROM json_each(?) wanted CROSS JOIN {compiled.table} ON c0.{quoted(child.lookup)} = wanted.value"
        sql = f"SELECT {columns}{source}{compiled.joins}{compiled.where}{compiled.order}"
        build = compiled.projection.builder(f"/services/data/{version}")
        found: dict[str, list[Answer]] = {}
        for row in self._store.db.execute(sql, [orjson.dumps(ids).decode(), *compiled.params]):
            siblings = found.setdefault(row[-1], [])
            if compiled.limit is None or len(siblings) < compiled.limit:
                siblings.append(build(row))
        return found

    def _open(self, compiled: Compiled) -> tuple[str, int]:
        limit = -1 if compiled.limit is None else compiled.limit
        sql = f"SELECT t0._n{compiled.source}{compiled.where}{compiled.order} LIMIT ? OFFSET ?"
        found = self._store.db.execute(sql, [*compiled.params, limit, compiled.offset])
        numbers = array("q", (number for (number,) in found))
        self._made += 1
        digits, rest = "", int(self._now()) * 1000 + self._made
        for _ in range(15):
            rest, digit = divmod(rest, 62)
            digits = DIGITS[digit] + digits
        name = f"01g{digits}"
        self._locators[name] = _Locator(compiled, numbers, self._now())
        while len(self._locators) > _OPEN_LOCATORS:
            self._locators.popitem(last=False)
        return name, len(numbers)

    def _count(self, compiled: Compiled) -> int:
        limit = -1 if compiled.limit is None else compiled.limit
        inner = f"SELECT 1{compiled.source}{compiled.where} LIMIT ? OFFSET ?"
        sql = f"SELECT count(*) FROM ({inner})"
        total: int = self._store.db.execute(sql, [*compiled.params, limit, compiled.offset]).fetchone()[0]
        return total

    def _aggregate(self, compiled: Compiled) -> list[Answer]:
        columns = ", ".join(sql for _, sql, _ in compiled.aggregates)
        group = f" GROUP BY {', '.join(compiled.group)}" if compiled.group else ""
        limit = LARGEST_PAGE if compiled.limit is None else min(compiled.limit, LARGEST_PAGE)
        sql = f"SELECT {columns}{compiled.source}{compiled.where}{group}{compiled.order} LIMIT ? OFFSET ?"
        records = []
        for row in self._store.db.execute(sql, [*compiled.params, limit, compiled.offset]):
            record: Answer = {"attributes": {"type": "AggregateResult"}}
            for (name, _, item), value in zip(compiled.aggregates, row, strict=True):
                record[name] = bool(value) if item is not None and item.type == "boolean" else value
            records.append(record)
        return records
