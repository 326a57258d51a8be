"""Creates whose answer was lost: is the record there? Salesforce's queries are consistent, so one look decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from crmsync_desktop.adapters.salesforce import soql, variants
from crmsync_desktop.adapters.salesforce.calls import Calls, stamp
from crmsync_desktop.adapters.salesforce.catalog import Catalog
from crmsync_desktop.adapters.salesforce.decode import cellmaker, version_of
from crmsync_desktop.adapters.salesforce.external_ids import external_id_of, origin_of
from crmsync_desktop.adapters.salesforce.query import Row, all_rows
from crmsync_desktop.adapters.salesforce.write import without_roles
from crmsync_desktop.domain.mapping import plain_object
from crmsync_desktop.domain.records import Outcome, Write, Written
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.values import canonical, close, same

_TELLING = ("Email", "LastName", "Name", "Subject")
"""Fields by which a create is looked for, the first that it has: filterable on every object that has them."""


class _Search:
    """Creates of one object that are looked for by the same field, and the paths of their queries."""

    def __init__(self, calls: Calls, schema: Schema, field: str | None, creates: list[Write]) -> None:
        self._calls = calls
        self.schema = schema
        self.field = field
        self.creates = creates
        self.answers: list[list[Row]] = []

    def since(self, write: Write) -> str:
        """By Salesforce's clock, to the second below (CreatedDate has whole seconds): nothing created before it is this
        write's record. Without the journal's moment, from the beginning."""
        moment = canonical(Kind.DATETIME, write.journaled_at) or ""
        if not soql.DATETIME.fullmatch(moment):
            return "1970-01-01T00:00:00Z"
        return stamp(self._calls.earliest_there(datetime.fromisoformat(moment)))


class Recovery:
    """Raises CallFailed and SetupError."""

    def __init__(self, calls: Calls, catalog: Catalog, pair_of: Callable[[str], str]) -> None:
        self._calls = calls
        self._catalog = catalog
        self._pair_of = pair_of

    async def find(self, creates: Sequence[Write], user_id: str) -> list[Written]:
        """`user_id` is the connected user's: only what that user created can come from here. Five queries a call."""
        schemas = await self._catalog.get(write.object for write in creates)
        creates = [_as_sent(write, schemas[write.object]) for write in creates]
        searches = _searches(self._calls, creates, schemas)
        paths = [(search, path) for search in searches for path in self._paths(search, user_id)]
        pair = self._pair_of(creates[0].object) if creates else ""
        answers = await all_rows(self._calls, [path for _, path in paths], purpose="recover", pair=pair)
        for (search, _), rows in zip(paths, answers, strict=True):
            search.answers.append(rows)
        found: dict[str, Row] = {}
        taken: set[str] = set()
        # A record is one create's only, and an external id is certain: these first.
        for search in sorted(searches, key=lambda search: not _by_external(search)):
            _assign(search, found, taken)
        return [_answer(write, found.get(write.key)) for write in creates]

    def _paths(self, search: _Search, user_id: str) -> list[str]:
        """Deleted records too: one that was made and then thrown away must not be made again."""
        known = search.schema.fields
        written = [name for write in search.creates for name in write.values if name in known]
        fields = ["Id", "SystemModstamp", "CreatedDate", "IsDeleted", *written]
        fields = [name for name in [*fields, *([search.field] if search.field else [])] if name in known]
        if _by_external(search):
            conditions = [""]
        else:
            since = min(search.since(write) for write in search.creates)
            conditions = [f"CreatedById = {soql.text(user_id)} AND CreatedDate >= {since}"]
        if search.field is not None:
            field = known[search.field]
            values = [_sought(search.field, write) or "" for write in search.creates]
            literals = [literal for value in values if (literal := soql.literal(field, value)) is not None]
            made = [f"{search.field} IN {part}" for part in soql.lists(literals)]
            conditions = [" AND ".join(filter(None, (condition, part))) for condition in conditions for part in made]
        data = self._calls.transport.data
        return [
            soql.query_path(
                data, soql.select(fields, plain_object(search.schema.object), where, "CreatedDate, Id"), all_rows=True
            )
            for where in conditions
        ]


def _as_sent(write: Write, schema: Schema) -> Write:
    """With what the record was given beside: its defaults, and the external id that it bears."""
    sent = without_roles(write)
    return msgspec.structs.replace(sent, values=variants.completed(sent, schema), origin_id=origin_of(sent, schema))


def _searches(calls: Calls, creates: Sequence[Write], schemas: Mapping[str, Schema]) -> list[_Search]:
    found: dict[tuple[str, str | None], _Search] = {}
    for write in creates:
        schema = schemas[write.object]
        field = _field_for(write, schema)
        found.setdefault((write.object, field), _Search(calls, schema, field, [])).creates.append(write)
    return list(found.values())


def _field_for(write: Write, schema: Schema) -> str | None:
    external = external_id_of(schema)
    if external is not None and write.origin_id is not None:
        return external
    for name in _TELLING:
        field = schema.fields.get(name)
        if field is not None and soql.literal(field, write.values.get(name) or "") is not None:
            return name
    return None


def _by_external(search: _Search) -> bool:
    return search.field is not None and search.field == external_id_of(search.schema)


def _sought(field: str, write: Write) -> str | None:
    return write.values.get(field, write.origin_id)


def _assign(search: _Search, found: dict[str, Row], taken: set[str]) -> None:
    """Each create its record: live before deleted, the one with most of its values before the others, then the oldest. Those
    that hold all that was sent come first, so that no create takes what is another's to the letter."""
    rows = [row for answer in search.answers for row in answer]
    for exactly in (True, False):
        for write in search.creates:
            if write.key in found:
                continue
            ranked = [
                (bool(row.get("IsDeleted")), -_likeness(search.schema, write, row), row["CreatedDate"], row["Id"], row)
                for row in rows
                if row["Id"] not in taken and _fits(search, write, row)
            ]
            most = sum(name in search.schema.fields for name in write.values)
            ranked = [each for each in ranked if not exactly or -each[1] == most]
            if ranked:
                best = min(ranked, key=lambda each: each[:4])[-1]
                found[write.key] = best
                taken.add(best["Id"])


def _fits(search: _Search, write: Write, row: Row) -> bool:
    known = search.schema.fields
    if _by_external(search):
        return search.field is not None and row[search.field] == write.origin_id
    if (canonical(Kind.DATETIME, row["CreatedDate"]) or "") < search.since(write):
        return False
    identity = [name for name in _identity(search, write) if name in write.values and name in known]
    names = identity or [name for name in write.values if name in known]
    return bool(names) and all(_alike(known[name], write.values[name], row) for name in names)


def _identity(search: _Search, write: Write) -> tuple[str, ...]:
    """Fields that no record of this create can differ in. Activities often share their subjects."""
    if not variants.is_activity(search.schema.object):
        return (*_TELLING, "FirstName")
    named = (*_TELLING, variants.SUBTYPE, "ActivityDate", "StartDateTime", "WhoId")
    subject = search.schema.fields.get("Subject")
    own = subject is None or write.values.get("Subject") != subject.default
    return named if own else (*named, "Description")


def _likeness(schema: Schema, write: Write, row: Row) -> int:
    return sum(_alike(schema.fields[name], value, row) for name, value in write.values.items() if name in schema.fields)


def _alike(field: Field, written: str | None, row: Row) -> bool:
    stored = cellmaker(field)(row.get(field.name))
    sent = canonical(field.kind, written, field.scale)
    return same(field.kind, sent, stored) or close(field.kind, sent, stored)


def _answer(write: Write, row: Row | None) -> Written:
    if row is None:
        return Written(write.key, Outcome.FAILED)
    return Written(write.key, Outcome.DONE, row["Id"], True, version_of(row["SystemModstamp"]))
