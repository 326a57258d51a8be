"""Running SOQL: pages of up to 2,000 records, and the pages after the first by locator.

A page holds fewer records than asked for where a query has children, since they count too (REST API Developer Guide,
Query Options Header), and at most 200 where it selects two or more custom long text areas (SOQL reference, Change the
Batch Size in Queries).

Unverified: standard long text areas make pages smaller as custom ones do.
"""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

import re
import sqlite3
from array import array
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

import orjson

from .commits import Commits
from .errors import ApiError
from .json_rows import json_column
from .locators import Locators
from .projection import whole
from .schema import SObject
from .soql import parse
from .soql_compiler import ChildQuery, Compiled, Compiler, Reader
from .soql_scope import hidden
from .stamps import stamp
from .store import Store, quoted

LARGEST_PAGE = 2000
SMALLEST_PAGE = 200
_TOO_BIG = re.compile("overflow|too large|too many|too deep")
"""What SQLite says of an expression that is beyond its limits."""

Answer = dict[str, Any]
Row = Sequence[Any]


def page_size(options: str) -> int:
    """The records of a page that a header `Sforce-Query-Options: batchSize=N` asks for. Raises ApiError 400.

    Unverified: a batchSize below 200 or above 2,000 is taken as the nearest that is allowed; one that is no number is
    refused with INVALID_BATCH_SIZE.
    """
    for option in filter(None, (part.strip() for part in options.split(","))):
        name, _, value = (part.strip() for part in option.partition("="))
        if name.lower() == "batchsize":
            if not re.fullmatch(r"[0-9]{1,9}", value):
                raise ApiError(400, "INVALID_BATCH_SIZE", f"Invalid batch size: {value}")
            return min(max(int(value), SMALLEST_PAGE), LARGEST_PAGE)
    return LARGEST_PAGE


class Queries:
    """`schema` is what the API's users see of the org; `now` gives seconds since the epoch."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], float],
        schema: Mapping[str, SObject],
        commits: Commits,
    ) -> None:
        self._store = store
        self._now = now
        self._schema = schema
        self._commits = commits
        self._locators = Locators(now)
        store.before_writing.append(self._locators.settle)

    def run(
        self,
        soql: str,
        version: str,
        *,
        with_deleted: bool,
        batch: int = LARGEST_PAGE,
        user_id: str = "",
        written: bool = False,
    ) -> Answer:
        """The body of `query` or `queryAll`; with `written` its records may be JSON already (an orjson.Fragment).
        Raises ApiError 400 for a query that doesn't hold."""
        try:
            compiled = self._compiled(soql, with_deleted, user_id)
            with self._commits.visible():
                answer = self._run(compiled, _Page(version, batch, user_id, written and not compiled.purposes))
        except (RecursionError, sqlite3.OperationalError) as error:
            if isinstance(error, sqlite3.OperationalError) and not _TOO_BIG.search(str(error)):
                raise
            message = "Query is either selecting too many fields or the filter conditions are too complicated."
            raise ApiError(400, "QUERY_TOO_COMPLICATED", message) from error
        if compiled.purposes and compiled.projection is not None:
            self._view(compiled, answer["records"])
        return answer

    def more(
        self, locator: str, version: str, batch: int = LARGEST_PAGE, user_id: str = "", *, written: bool = False
    ) -> Answer:
        """The body of `query/{locator}`. Raises ApiError 400 INVALID_QUERY_LOCATOR."""
        found, first = self._locators.find(locator, user_id)
        page = _Page(version, batch, user_id, written)
        compiled, total = found.compiled, found.total
        assert compiled.projection is not None
        wanted = orjson.dumps(found.numbers()[first : first + page.size(compiled)].tolist()).decode()
        # CROSS JOIN keeps SQLite to this order: the list first, then each record by its number.
        at = compiled.scope.root.alias
        source = f" FROM json_each(?) wanted CROSS JOIN {compiled.table} ON {at}._n = wanted.value{compiled.joins}"
        with self._commits.visible():
            records, shown, read = self._read(compiled, page, f"{source} ORDER BY wanted.key", [wanted])
        # A record that is gone for good by now is left out of its page.
        after = first + (shown if shown < read else page.size(compiled))
        answer: Answer = {"totalSize": total, "done": after >= total}
        if not answer["done"]:
            answer["nextRecordsUrl"] = page.url(found.name, after)
        return {**answer, "records": records}

    def records(self, sobject: SObject, names: list[str], ids: list[str], version: str) -> list[Answer | None]:
        """The live records with those 18-character ids, in order, None for what isn't there. KeyError: unknown field."""
        projection = whole(sobject, names)
        live = " AND t0.IsDeleted = 0" if sobject.soft_deletes else ""
        sql = (
            f"SELECT {', '.join(projection.columns)} FROM json_each(?) wanted "
            f'CROSS JOIN "{sobject.name}" t0 ON t0.Id = wanted.value{live}{hidden(sobject, "t0")}'
        )
        build = projection.builder(f"/services/data/{version}")
        at = projection.root.id_column
        with self._commits.visible():
            rows = self._store.db.execute(sql, (orjson.dumps(ids).decode(),)).fetchall()
        found = {row[at]: build(row) for row in rows}
        return [found.get(id18) for id18 in ids]

    def _compiled(self, soql: str, with_deleted: bool, user_id: str) -> Compiled:
        reader = Reader(self._schema, self._now(), with_deleted, user_id)
        return Compiler(soql, reader).compile(parse(soql))

    def _run(self, compiled: Compiled, page: _Page) -> Answer:
        if compiled.counts_only:
            return {"totalSize": self._count(compiled), "done": True, "records": []}
        if compiled.projection is None:
            records = self._aggregate(compiled)
            return {"totalSize": len(records), "done": True, "records": records}
        return self._first_page(compiled, page)

    def _first_page(self, compiled: Compiled, page: _Page) -> Answer:
        assert compiled.projection is not None
        size = page.size(compiled)
        limit = size + 1 if compiled.limit is None else min(compiled.limit, size + 1)
        rest = f"{compiled.source}{compiled.where}{compiled.order} LIMIT ? OFFSET ?"
        records, shown, read = self._read(compiled, page, rest, [*compiled.params, limit, compiled.offset])
        if shown == read:
            return {"totalSize": read, "done": True, "records": records}
        total = self._count(compiled)
        found = self._locators.open(page.user_id, compiled, total, lambda: self._numbers(compiled))
        if self._commits.covers:
            # What everybody sees changes by itself then, without a write.
            found.numbers()
        url = page.url(found.name, shown)
        return {"totalSize": total, "done": False, "nextRecordsUrl": url, "records": records}

    def _read(self, compiled: Compiled, page: _Page, rest: str, params: list[Any]) -> tuple[Any, int, int]:
        """The records of a page (a list, or all of them as JSON), how many they are, and how many rows there were."""
        assert compiled.projection is not None
        size = page.size(compiled)
        column = json_column(compiled.projection, page.base) if page.written and not compiled.children else None
        if column is not None:
            texts = [text for (text,) in self._store.db.execute(f"SELECT {column}{rest}", params)]
            return orjson.Fragment(f"[{','.join(texts[:size])}]"), min(size, len(texts)), len(texts)
        sql = f"SELECT {', '.join(compiled.projection.columns)}{rest}"
        rows = self._store.db.execute(sql, params).fetchall()
        records = self._built(compiled, rows[:size], page)
        return records, len(records), len(rows)

    def _built(self, compiled: Compiled, rows: Sequence[Row], page: _Page) -> list[Answer]:
        """Records of a page: fewer than rows where their children fill it before, but one at least. The children of all
        of them come with one statement for each child query."""
        assert compiled.projection is not None
        build = compiled.projection.builder(page.base)
        if not compiled.children:
            return [build(row) for row in rows]
        at = compiled.projection.root.id_column
        ids = [row[at] for row in rows]
        found = [(child, self._children(child, ids)) for child in compiled.children]
        records: list[Answer] = []
        room = page.size(compiled)
        for row in rows:
            siblings = [(child, by_parent.get(row[at], [])) for child, by_parent in found]
            room -= 1 + sum(len(inner) for _, inner in siblings)
            if room < 0 and records:
                break
            record = build(row)
            for child, inner in siblings:
                record[child.relationship] = self._child_page(child, inner, page) if inner else None
            records.append(record)
        return records

    def _child_page(self, child: ChildQuery, rows: list[Row], page: _Page) -> Answer:
        """The children of one record; those beyond a page follow by a locator of their own."""
        size = page.size(child.compiled)
        records = self._built(child.compiled, rows[:size], page)
        answer: Answer = {"totalSize": len(rows), "done": len(records) == len(rows)}
        if not answer["done"]:
            numbers = array("q", (row[-1] for row in rows))
            found = self._locators.open(page.user_id, child.compiled, len(numbers), lambda: numbers)
            answer["nextRecordsUrl"] = page.url(found.name, len(records))
        return {**answer, "records": records}

    def _children(self, child: ChildQuery, ids: list[str]) -> dict[str, list[Row]]:
        """Rows by the parent's id; after the selected columns come that id and the row's number."""
        compiled = child.compiled
        assert compiled.projection is not None
        at = compiled.scope.root.alias
        columns = ", ".join([*compiled.projection.columns, "wanted.value", f"{at}._n"])
        source = f" FROM json_each(?) wanted CROSS JOIN {compiled.table} ON {at}.{quoted(child.lookup)} = wanted.value"
        sql = f"SELECT {columns}{source}{compiled.joins}{compiled.where}{compiled.order}"
        found: dict[str, list[Row]] = {}
        for row in self._store.db.execute(sql, [orjson.dumps(ids).decode(), *compiled.params]):
            siblings = found.setdefault(row[-2], [])
            if compiled.limit is None or len(siblings) < compiled.limit:
                siblings.append(row)
        return found

    def _numbers(self, compiled: Compiled) -> array[int]:
        limit = -1 if compiled.limit is None else compiled.limit
        at = compiled.scope.root.alias
        sql = f"SELECT {at}._n{compiled.source}{compiled.where}{compiled.order} LIMIT ? OFFSET ?"
        found = self._store.db.execute(sql, [*compiled.params, limit, compiled.offset])
        return array("q", chain.from_iterable(found))

    def _count(self, compiled: Compiled) -> int:
        limit = -1 if compiled.limit is None else compiled.limit
        inner = f"SELECT 1{compiled.source}{compiled.where} LIMIT ? OFFSET ?"
        sql = f"SELECT count(*) FROM ({inner})"
        total: int = self._store.db.execute(sql, [*compiled.params, limit, compiled.offset]).fetchone()[0]
        return total

    def _aggregate(self, compiled: Compiled) -> list[Answer]:
        """Raises ApiError for more than a page of groups, which has no locator."""
        columns = ", ".join(output.sql for output in compiled.outputs)
        group = f" GROUP BY {', '.join(compiled.group)}" if compiled.group else ""
        limit = LARGEST_PAGE + 1 if compiled.limit is None else min(compiled.limit, LARGEST_PAGE + 1)
        clauses = f"{compiled.where}{group}{compiled.having}{compiled.order}"
        sql = f"SELECT {columns}{compiled.source}{clauses} LIMIT ? OFFSET ?"
        records: list[Answer] = []
        for row in self._store.db.execute(sql, [*compiled.params, limit, compiled.offset]):
            record: Answer = {"attributes": {"type": "AggregateResult"}}
            for output, value in zip(compiled.outputs, row, strict=True):
                record[output.name] = output.shown(value)
            records.append(record)
        if len(records) > LARGEST_PAGE:
            message = (
                "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"
            )
            raise ApiError(400, "EXCEEDED_ID_LIMIT", message)
        return records

    def _view(self, compiled: Compiled, records: list[Answer]) -> None:
        """FOR VIEW and FOR REFERENCE: the user has seen these records just now. Their SystemModstamp stays."""
        names = {"VIEW": ("LastViewedDate", "LastReferencedDate"), "REFERENCE": ("LastReferencedDate",)}
        wanted = {name for purpose in compiled.purposes for name in names.get(purpose, ())}
        known = [name for name in sorted(wanted) if name.lower() in compiled.sobject.by_name]
        if not known:
            return
        ids = [record["attributes"]["url"].rpartition("/")[2] for record in records]
        sets = ", ".join(f"{quoted(name)} = ?" for name in known)
        sql = f"UPDATE {quoted(compiled.sobject.name)} SET {sets} WHERE Id IN (SELECT value FROM json_each(?))"
        with self._commits.unnoticed():
            self._store.db.execute(sql, [*[stamp(int(self._now()))] * len(known), orjson.dumps(ids).decode()])


class _Page:
    """How the records of an answer are asked for."""

    def __init__(self, version: str, batch: int, user_id: str, written: bool) -> None:
        self.written = written
        self.base = f"/services/data/{version}"
        self.user_id = user_id
        self._batch = min(max(batch, SMALLEST_PAGE), LARGEST_PAGE)

    def size(self, compiled: Compiled) -> int:
        assert compiled.projection is not None
        return SMALLEST_PAGE if compiled.projection.long_texts >= 2 else self._batch

    def url(self, name: str, start: int) -> str:
        return f"{self.base}/query/{name}-{start}"
