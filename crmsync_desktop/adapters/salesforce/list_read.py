"""Chosen records by lists (ports/selecting.py): of ids, or of values of a field. 10,000 ids a call."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from itertools import islice

from crmsync_desktop.adapters.salesforce import roles, soql
from crmsync_desktop.adapters.salesforce.calls import QUERIES, Calls
from crmsync_desktop.adapters.salesforce.catalog import STALE, Catalog
from crmsync_desktop.adapters.salesforce.chosen import PURPOSE, condition_for, joined
from crmsync_desktop.adapters.salesforce.conditions import bounded
from crmsync_desktop.adapters.salesforce.decode import Decoder, cellmaker
from crmsync_desktop.adapters.salesforce.errors import CallFailed
from crmsync_desktop.adapters.salesforce.positions import load_list
from crmsync_desktop.adapters.salesforce.query import Row, all_rows
from crmsync_desktop.domain.errors import BugError, SetupError
from crmsync_desktop.domain.filter_checks import find_field
from crmsync_desktop.domain.filter_values import value_of
from crmsync_desktop.domain.filters import Operator, operators_of
from crmsync_desktop.domain.record_ids import sort_ids
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.selection import PAGE
from crmsync_desktop.ports.crm import Want
from crmsync_desktop.ports.selecting import Selected

_RESTARTS = 3
"""How often the same values are asked for, after the locator of a long answer has died."""

Entry = tuple[str, str]
"""A value as the query has it, and as the caller gave it."""


class Lists:
    """Raises CallFailed, SetupError and BugError."""

    def __init__(self, calls: Calls, catalog: Catalog, pair_of: Callable[[str], str]) -> None:
        self._calls = calls
        self._catalog = catalog
        self._pair_of = pair_of

    async def select_ids(self, want: Want, ids: Sequence[str], after: str | None) -> AsyncGenerator[Selected, None]:
        schema = await self._schema(want)
        found = sort_ids(ids, schema.key_prefix)
        entries = [(each, each) for each in found.ids]
        refused = [given for given, _ in found.refused]
        async for page in self._read(want, schema.fields["Id"], entries, refused, after):
            yield page

    async def select_by(
        self, want: Want, field: str, values: Sequence[str], after: str | None
    ) -> AsyncGenerator[Selected, None]:
        searched = _searched(await self._schema(want), field)
        entries: dict[str, Entry] = {}
        refused: dict[str, None] = {}
        for given in values:
            value = value_of(searched, given)
            if value is not None:
                entries.setdefault(value.lower(), (value, given))
            elif given.strip():
                refused[given] = None
        async for page in self._read(want, searched, list(entries.values()), list(refused), after):
            yield page

    async def _schema(self, want: Want) -> Schema:
        return (await self._catalog.get([want.object]))[want.object]

    async def _read(
        self, want: Want, field: Field, entries: Sequence[Entry], refused: Sequence[str], after: str | None
    ) -> AsyncGenerator[Selected, None]:
        """`refused`: what no record can have; it is missing from the first page on."""
        position = load_list(after, len(entries))
        missing = list(refused) if position.next == 0 else []
        if position.next == len(entries):
            yield Selected([], position.text(), last=True, missing=tuple(missing))
        chunks = _chunks(field, islice(entries, position.next, None))
        while group := list(islice(chunks, QUERIES)):
            found, decoder = await self._rows(want, field, group)
            for chunk, rows in zip(group, found, strict=True):
                before = position.text()
                position.next += len(chunk)
                mine, lacking = _matched(field, chunk, rows)
                missing += lacking
                # Several records may have one value. The position moves once all of them are given.
                for start in range(0, len(mine) or 1, PAGE):
                    over = start + PAGE >= len(mine)
                    last = over and position.next == len(entries)
                    records = [decoder(row) for row in mine[start : start + PAGE]]
                    yield Selected(
                        records, position.text() if over else before, last, missing=tuple(missing if over else ())
                    )
                missing = []

    async def _rows(
        self, want: Want, field: Field, group: Sequence[Sequence[Entry]]
    ) -> tuple[list[list[Row]], Decoder]:
        for _ in range(_RESTARTS):
            try:
                return await self._asked(want, field, group)
            except CallFailed as failed:
                if failed.code in STALE:
                    await self._catalog.describe([want.object])
                elif failed.code != "INVALID_QUERY_LOCATOR":
                    raise
        return await self._asked(want, field, group)

    async def _asked(
        self, want: Want, field: Field, group: Sequence[Sequence[Entry]]
    ) -> tuple[list[list[Row]], Decoder]:
        schema = await self._schema(want)
        decoder = Decoder(want, schema)
        own = condition_for(schema, None)
        pair = self._pair_of(want.object)
        paths = []
        for chunk in group:
            (listed,) = soql.lists(_literal(field, value) for value, _ in chunk)
            where = joined(f"{soql.name(field.name)} IN {listed}", own)
            query = soql.select([*decoder.selected, field.name], decoder.source, where, nested=decoder.nested)
            paths.append(soql.query_path(self._calls.transport.data, bounded(query)))
        answers = await all_rows(self._calls, paths, purpose=PURPOSE, pair=pair)
        return [await roles.completed(self._calls, rows, purpose=PURPOSE, pair=pair) for rows in answers], decoder


def _searched(schema: Schema, name: str) -> Field:
    field = find_field(schema, name)
    if field is None:
        raise SetupError(
            f"{schema.object} has no field {name} that the connected user can see.", "", "Choose another field."
        )
    if Operator.IN not in operators_of(field) or field.kind in (Kind.DATE, Kind.DATETIME):
        raise SetupError(
            f"{schema.object} can't be searched by {field.name}.", field.native_type, "Choose another field."
        )
    return field


def _literal(field: Field, value: str) -> str:
    found = soql.literal(field, value)
    if found is None:
        raise BugError("A value that wasn't checked got into a query.", field.name)
    return found


def _chunks(field: Field, entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    """As many as one list takes."""
    chunk: list[Entry] = []
    size = 0
    for entry in entries:
        length = len(_literal(field, entry[0])) + 1
        if chunk and (len(chunk) >= PAGE or size + length > soql.MAX_LIST):
            yield chunk
            chunk, size = [], 0
        chunk.append(entry)
        size += length
    if chunk:
        yield chunk


def _matched(field: Field, chunk: Sequence[Entry], rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """The rows of the values in their order, and what was given of the values that have none. Salesforce may take letters
    for the same that aren't (ß and ss): such a row wasn't asked for."""
    cell = cellmaker(field)
    found: dict[str, list[Row]] = {value.lower(): [] for value, _ in chunk}
    for row in rows:
        key = (cell(row[field.name]) or "").lower()
        if key in found:
            found[key].append(row)
    return (
        [row for value, _ in chunk for row in found[value.lower()]],
        [given for value, given in chunk if not found[value.lower()]],
    )
