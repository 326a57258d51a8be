"""Records by id, as they are now, and by the value of a field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crmsync_desktop.adapters.salesforce import roles, soql, variants
from crmsync_desktop.adapters.salesforce.calls import Calls
from crmsync_desktop.adapters.salesforce.catalog import STALE, Catalog
from crmsync_desktop.adapters.salesforce.decode import Decoder
from crmsync_desktop.adapters.salesforce.errors import CallFailed, nonsense
from crmsync_desktop.adapters.salesforce.ids import is_id, to_18
from crmsync_desktop.adapters.salesforce.query import Row, all_rows
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Observed, Presence
from crmsync_desktop.ports.crm import Want

RETRIEVE = 2_000
"""Ids of one collections retrieve (apis.md 4.3)."""
_WRONG_ID = frozenset({"MALFORMED_ID", "INVALID_ID_FIELD"})
_TOMBSTONES = ("Id", "SystemModstamp", "IsDeleted", "MasterRecordId")


class Lookup:
    """Raises CallFailed and SetupError."""

    def __init__(self, calls: Calls, catalog: Catalog, pair_of: Callable[[str], str]) -> None:
        self._calls = calls
        self._catalog = catalog
        self._pair_of = pair_of

    async def read(self, want: Want, ids: Sequence[str], purpose: str = "check") -> list[Observed]:
        """One call for RETRIEVE ids, and one more for up to 10,000 of those that didn't come back. Contact roles, which a
        retrieve can't bring, come with the records by query: 2,000 a page."""
        decoder = await self._decoder(want)
        asked = list(dict.fromkeys(to_18(record_id) for record_id in ids if is_id(record_id)))
        try:
            rows, nobodys = await self._now(decoder, asked, purpose)
        except CallFailed as failed:
            if failed.code not in STALE:
                raise
            await self._catalog.describe([want.object])
            decoder = await self._decoder(want)
            rows, nobodys = await self._now(decoder, asked, purpose)
        found = {row["Id"]: decoder(row) for row in rows}
        missing = [record_id for record_id in asked if record_id not in found and record_id not in nobodys]
        if missing:
            for row in await self._tombstones(decoder, missing, purpose):
                if row.get("IsDeleted"):
                    found[row["Id"]] = decoder.tombstone(row)
        answers = []
        for record_id in ids:
            observed = found.get(to_18(record_id))
            answers.append(observed if observed is not None else decoder.unseen(record_id))
        return answers

    async def find(self, want: Want, field: str, values: Sequence[str]) -> list[Observed]:
        """SOQL compares texts without case. One call for up to five lists of values, in practice 5,000 and more."""
        decoder = await self._decoder(want)
        try:
            rows = await self._matching(decoder, want.object, field, values)
        except CallFailed as failed:
            if failed.code not in STALE:
                raise
            await self._catalog.describe([want.object])
            decoder = await self._decoder(want)
            rows = await self._matching(decoder, want.object, field, values)
        observed = [decoder(row) for row in rows]
        return [record for record in observed if record.presence is Presence.LIVE]

    async def _decoder(self, want: Want) -> Decoder:
        schemas = await self._catalog.get([want.object])
        return Decoder(want, schemas[want.object])

    async def _now(self, decoder: Decoder, ids: Sequence[str], purpose: str) -> tuple[list[Row], set[str]]:
        """Found rows, and ids that can't be this object's."""
        if not decoder.nested:
            return await self._retrieve(decoder, ids, purpose)
        conditions = [f"Id IN {part}" for part in soql.lists(map(soql.text, ids))]
        return await self._queried(decoder, conditions, purpose), set()

    async def _retrieve(self, decoder: Decoder, ids: Sequence[str], purpose: str) -> tuple[list[Row], set[str]]:
        """Found rows, and ids that can't be this object's."""
        path = f"{self._calls.transport.data}/composite/sobjects/{soql.name(decoder.source)}"
        rows: list[Row] = []
        nobodys: set[str] = set()
        pair = self._pair_of(decoder.object)
        waiting = [ids[start : start + RETRIEVE] for start in range(0, len(ids), RETRIEVE)]
        while waiting:
            part = waiting.pop()
            body = {"ids": part, "fields": decoder.selected}
            try:
                answer = await self._calls.send("POST", path, body, purpose=purpose, pair=pair)
            except CallFailed as failed:
                if failed.code not in _WRONG_ID:
                    raise
                # One id is another object's, and the whole call is refused for it.
                middle = len(part) // 2
                if middle:
                    waiting += [part[:middle], part[middle:]]
                else:
                    nobodys.update(part)
                continue
            rows += _rows_of(answer.body)
        return rows, nobodys

    async def _tombstones(self, decoder: Decoder, ids: Sequence[str], purpose: str) -> list[Row]:
        fields = [name for name in _TOMBSTONES if name in decoder.system]
        paths = [
            soql.query_path(
                self._calls.transport.data, soql.select(fields, decoder.source, f"Id IN {part}"), all_rows=True
            )
            for part in soql.lists(map(soql.text, ids))
        ]
        answers = await all_rows(self._calls, paths, purpose=purpose, pair=self._pair_of(decoder.object))
        return [row for rows in answers for row in rows]

    async def _matching(self, decoder: Decoder, source: str, field: str, values: Sequence[str]) -> list[Row]:
        schema = (await self._catalog.get([source]))[source]
        known = schema.fields.get(field)
        if known is None:
            raise SetupError(
                f"{source} has no field {field} that the connected user can see.",
                "",
                "Map another field, or give access.",
            )
        literals = [literal for value in values if (literal := soql.literal(known, value)) is not None]
        kind = variants.kind_condition(schema)
        also = f" AND {kind}" if kind else ""
        rows = await self._queried(decoder, [f"{field} IN {part}{also}" for part in soql.lists(literals)], "match")
        return list({row["Id"]: row for row in rows}.values())

    async def _queried(self, decoder: Decoder, conditions: Sequence[str], purpose: str) -> list[Row]:
        """Live rows that meet one of the conditions, contact roles included."""
        paths = [
            soql.query_path(
                self._calls.transport.data,
                soql.select(decoder.selected, decoder.source, where, nested=decoder.nested),
            )
            for where in conditions
        ]
        pair = self._pair_of(decoder.object)
        rows = [row for rows in await all_rows(self._calls, paths, purpose=purpose, pair=pair) for row in rows]
        return await roles.completed(self._calls, rows, purpose=purpose, pair=pair)


def _rows_of(body: Any) -> list[Row]:
    """Found records of a retrieve; null stands for one that isn't there or may not be seen."""
    if not isinstance(body, list):
        raise nonsense("A retrieve doesn't answer with a list.")
    return [row for row in body if row is not None]
