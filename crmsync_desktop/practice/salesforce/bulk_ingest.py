"""The rows of an ingest job: from CSV columns to fields, through the same record rules as every other way in.

`Ingest.plan` reads the header once (a column that fits no field fails the whole job), `Ingest.write` saves some rows.
Facts: the "Prepare CSV Files" and "Relationship Fields in a Header Row" chapters of the Bulk API 2.0 guide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .bulk_csv import NULL, CsvError
from .bulk_store import Job
from .deletion import empty_bin
from .errors import ApiError, RowError
from .ids import normal
from .records import Records, row_id
from .schema import Field, SObject
from .values import Decoded, decode

CHUNK = 200
"""Rows that are saved together, as triggers see them; a key may be named only once in them."""

Outcome = str | RowError
Line = list[str | None]


@dataclass(frozen=True, slots=True)
class Column:
    """A field; or, with `parent` and `key`, a lookup that is filled with the id of the parent with that key."""

    item: Field
    parent: SObject | None = None
    key: Field | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """`key` is the column by which rows find their record: Id, or the external id of an upsert; None for inserts."""

    sobject: SObject
    columns: tuple[Column, ...]
    key: int | None


class Ingest:
    """`schema` is what the API's users see of the org."""

    def __init__(self, records: Records, schema: dict[str, SObject]) -> None:
        self._records = records
        self._schema = schema

    def plan(self, job: Job, header: list[str]) -> Plan:
        """Raises CsvError for a header that doesn't fit the object or the operation.

        Unverified: Bulk API 2.0 takes the field names of a header in any case.
        Unverified: a delete job with another column than Id fails with an InvalidBatch message.
        """
        sobject = self._schema.get(job.sobject)
        if sobject is None:
            raise CsvError(f"InvalidBatch : Entity '{job.sobject}' is not supported by the Bulk API.")
        columns = tuple(self._column(sobject, name) for name in header)
        wanted = job.asked.get("externalIdFieldName") if job.operation == "upsert" else "Id"
        if job.operation == "insert":
            return Plan(sobject, columns, None)
        names = [column.item.name if column.parent is None else "" for column in columns]
        item = sobject.by_name[str(wanted).lower()]
        if item.name not in names:
            raise CsvError(f"InvalidBatch : Field name not found : {item.name}")
        if job.operation in ("delete", "hardDelete") and names != ["Id"]:
            raise CsvError(f"InvalidBatch : A {job.operation} takes the column Id alone")
        return Plan(sobject, columns, names.index(item.name))

    def write(self, job: Job, plan: Plan, rows: Sequence[Sequence[str]]) -> tuple[list[Line], list[Line]]:
        """Save rows under all rules. Gives the lines of successfulResults (id, whether created, the row) and of
        failedResults (id if known, the error, the row)."""
        good: list[Line] = []
        bad: list[Line] = []
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            for row, (outcome, created) in zip(chunk, self._chunk(job, plan, chunk), strict=True):
                if isinstance(outcome, RowError):
                    bad.append([_named_id(plan, row), _told(outcome), *row])
                else:
                    good.append([outcome, "true" if created else "false", *row])
        return good, bad

    def _chunk(self, job: Job, plan: Plan, rows: Sequence[Sequence[str]]) -> list[tuple[Outcome, bool]]:
        """For each row its id or why not, and whether it was created."""
        records, sobject = self._records, plan.sobject
        if plan.key is None:
            created = records.create_many(sobject, [self._fields(plan, row) for row in rows], job.user_id)
            return [(outcome, True) for outcome in created]
        if job.operation in ("delete", "hardDelete"):
            return [(self._delete(job, plan, row[plan.key]), False) for row in rows]
        found = self._found(job, plan, rows)
        creates = [index for index, target in enumerate(found) if target is None]
        updates = [(index, target) for index, target in enumerate(found) if isinstance(target, str)]
        outcomes: list[tuple[Outcome, bool]] = [(target, False) if target else ("", True) for target in found]
        fields = [self._fields(plan, rows[index]) for index in creates]
        for index, outcome in zip(creates, records.create_many(sobject, fields, job.user_id), strict=True):
            outcomes[index] = (outcome, True)
        changes = [(id18, self._fields(plan, rows[index])) for index, id18 in updates]
        done = records.update_many(sobject, changes, job.user_id) if changes else []
        for (index, _), outcome in zip(updates, done, strict=True):
            outcomes[index] = (outcome, False)
        return outcomes

    def _found(self, job: Job, plan: Plan, rows: Sequence[Sequence[str]]) -> list[str | RowError | None]:
        """For each row of an update or upsert the record it is about, None for a new one, or why there is none.

        Unverified: an external id that stands twice within 200 rows of an upsert refuses both rows, as in a collection.
        """
        assert plan.key is not None
        key = plan.columns[plan.key].item
        given = [row[plan.key].strip() for row in rows]
        times = Counter(value.lower() for value in given)
        upsert = job.operation == "upsert"
        found: list[str | RowError | None] = []
        for value in given:
            empty = not value or value == NULL
            if key.name == "Id":
                missing = RowError("MISSING_ARGUMENT", "Id not specified in an update call")
                found.append(_record(plan.sobject, value) if not empty else None if upsert else missing)
            elif empty:
                found.append(RowError("MISSING_ARGUMENT", f"{key.name} not specified", [key.name]))
            elif times[value.lower()] > 1:
                found.append(RowError("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", [key.name]))
            else:
                ids = self._records.store.find(plan.sobject, key.name, value)
                found.append(_ambiguous(key, ids) if len(ids) > 1 else ids[0] if ids else None)
        return found

    def _delete(self, job: Job, plan: Plan, given: str) -> Outcome:
        if not given.strip():
            return RowError("MISSING_ARGUMENT", f"Id not specified in a {job.operation} call")
        try:
            with self._records.store.atomic():
                id18 = row_id(plan.sobject, given.strip())
                self._records.delete(plan.sobject, id18, job.user_id)
                if job.operation == "hardDelete":
                    empty_bin(self._records, self._records.schema[plan.sobject.name], [id18])
        except RowError as error:
            return error
        return id18

    def _fields(self, plan: Plan, row: Sequence[str]) -> Decoded | RowError:
        """What a row says: an empty value says nothing, #N/A empties the field.

        Unverified: a value that doesn't fit its field's type refuses that row with INVALID_TYPE_ON_FIELD_IN_RECORD.
        Unverified: Bulk API 2.0 takes 1 and 0 for true and false.
        """
        fields: Decoded = {}
        for column, value in zip(plan.columns, row, strict=True):
            item = column.item
            if not value or (item.name == "Id" and plan.key is not None):
                continue
            if value == NULL:
                fields[item.name] = None
            elif column.parent is not None:
                parent = self._parent_id(column, value)
                if isinstance(parent, RowError):
                    return parent
                fields[item.name] = parent
            elif item.type == "boolean" and value.strip() in ("0", "1"):
                fields[item.name] = int(value)
            elif not item.stored:
                fields[item.name] = value
            else:
                try:
                    fields[item.name] = decode(item, value)
                except ApiError:
                    message = f"{item.label}: value not of required type: {value}"
                    return RowError("INVALID_TYPE_ON_FIELD_IN_RECORD", message, [item.name])
        return fields

    def _parent_id(self, column: Column, value: str) -> Outcome:
        assert column.parent is not None
        assert column.key is not None
        given = value.strip()
        found = self._records.store.find(column.parent, column.key.name, normal(given) or given)
        if len(found) == 1:
            return found[0]
        if found:
            return _ambiguous(column.key, found)
        message = (
            f"Foreign key external ID: {value} not found for field {column.key.name} in entity {column.parent.name}"
        )
        return RowError("INVALID_FIELD", message)

    def _column(self, sobject: SObject, name: str) -> Column:
        """`Field`, `Relationship.Key` or, for a lookup to several objects, `Object:Relationship.Key`."""
        kind, _, rest = name.rpartition(":")
        relationship, dot, key_name = rest.partition(".")
        if not dot and not kind:
            item = sobject.by_name.get(name.lower())
            if item is not None:
                return Column(item)
        else:
            item = sobject.by_relationship.get(relationship.lower())
            targets = item.reference_to if item is not None else []
            parent = self._schema.get(kind or (targets[0] if len(targets) == 1 else ""))
            key = parent.by_name.get(key_name.lower()) if parent is not None and parent.name in targets else None
            if item is not None and key is not None and (key.flags["externalId"] or key.flags["idLookup"]):
                return Column(item, parent, key)
        raise CsvError(f"InvalidBatch : Field name not found : {name}")


def _record(sobject: SObject, given: str) -> Outcome:
    try:
        return row_id(sobject, given)
    except RowError as error:
        return error


def _told(error: RowError) -> str:
    """What sf__Error says.

    Unverified: several reasons for one refused row stand in sf__Error one behind the other, with a semicolon between.
    """
    fields = f"{', '.join(error.fields)} " if error.fields else ""
    return ";".join([f"{error.code}:{error.message}:{fields}--", *map(_told, error.others)])


def _ambiguous(key: Field, ids: list[str]) -> RowError:
    message = f"More than one record found for external id field: {key.name}: {', '.join(ids)}"
    return RowError("DUPLICATE_EXTERNAL_ID", message, [key.name])


def _named_id(plan: Plan, row: Sequence[str]) -> str:
    """The id of a failed row, where the row itself names it."""
    return row[plan.key] if plan.key is not None and plan.columns[plan.key].item.name == "Id" else ""
