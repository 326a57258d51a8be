"""What was imported, and what became of each record (I1)."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from crmsync_desktop.adapters.store.session import Session, many
from crmsync_desktop.ports.imports import Became, ImportItem, ImportRow, ImportState, Outcome, Source

_COLUMNS = (
    "number, object, pair, source, only_properties, state, begun_at, changed_at, position, read, total, passes, message"
)
_ADD = f"INSERT INTO import_run ({_COLUMNS}, listed) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_SAVE = (
    "UPDATE import_run SET state = ?, changed_at = ?, position = ?, read = ?, total = ?, passes = ?, message = ? "
    "WHERE number = ?"
)
_ADD_ITEM = (
    "INSERT INTO import_item (import_run, record_id, known, linked, label, outcome, reason, hubspot_id) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (import_run, record_id) DO NOTHING"
)
_ITEMS = (
    "SELECT row, record_id, known, linked, label, outcome, reason, hubspot_id FROM import_item "
    "WHERE import_run = ? AND row > ? AND (? IS NULL OR outcome = ?) ORDER BY row LIMIT ?"
)
_BECAME = (
    "UPDATE import_item SET outcome = ?, reason = COALESCE(?, reason), hubspot_id = CASE WHEN ? = '' THEN hubspot_id ELSE ? END "
    "WHERE import_run = ? AND record_id = ? AND (? IS NULL OR outcome = ?)"
)


class Imports(Session):
    def add_import(self, row: ImportRow, listed: Sequence[str]) -> int:
        values = (
            row.object,
            row.pair,
            _json(row.source),
            _json(row.only),
            row.state.value,
            row.begun_at,
            *_progress(row),
            zlib.compress(msgspec.msgpack.encode(list(listed))),
        )
        with self._writing() as connection:
            return int(connection.exec_driver_sql(_ADD, values).lastrowid or 0)

    def save_import(self, row: ImportRow) -> None:
        with self._writing() as connection:
            connection.exec_driver_sql(_SAVE, (row.state.value, *_progress(row), row.number))

    def import_row(self, number: int) -> ImportRow | None:
        statement = f"SELECT {_COLUMNS} FROM import_run WHERE number = ?"  # noqa: S608
        with self._reading() as connection:
            found = connection.exec_driver_sql(statement, (number,)).first()
        return None if found is None else _row(*found)

    def imports(self, limit: int) -> list[ImportRow]:
        statement = f"SELECT {_COLUMNS} FROM import_run ORDER BY number DESC LIMIT ?"  # noqa: S608
        with self._reading() as connection:
            return [_row(*found) for found in connection.exec_driver_sql(statement, (limit,)).all()]

    def import_list(self, number: int) -> list[str]:
        with self._reading() as connection:
            found = connection.exec_driver_sql("SELECT listed FROM import_run WHERE number = ?", (number,)).scalar()
        return [] if found is None else msgspec.msgpack.decode(zlib.decompress(found), type=list[str])

    def add_import_items(self, number: int, items: Iterable[ImportItem]) -> None:
        rows = [
            (number, i.record_id, i.known, int(i.linked), i.label, i.outcome.value, i.reason, i.hubspot_id)
            for i in items
        ]
        with self._writing() as connection:
            many(connection, _ADD_ITEM, rows)

    def clear_import_items(self, number: int) -> None:
        with self._writing() as connection:
            connection.exec_driver_sql("DELETE FROM import_item WHERE import_run = ?", (number,))

    def import_items(
        self, number: int, after_row: int = 0, limit: int = 1000, outcome: Outcome | None = None
    ) -> list[ImportItem]:
        wanted = None if outcome is None else outcome.value
        with self._reading() as connection:
            found = connection.exec_driver_sql(_ITEMS, (number, after_row, wanted, wanted, limit)).all()
        return [
            ImportItem(row, id, known, bool(linked), label, Outcome(became), reason, hubspot_id)
            for row, id, known, linked, label, became, reason, hubspot_id in found
        ]

    def imported_rows(self, number: int) -> Sequence[int]:
        statement = "SELECT known FROM import_item WHERE import_run = ? AND known IS NOT NULL ORDER BY known"
        with self._reading() as connection:
            return array("q", connection.exec_driver_sql(statement, (number,)).scalars())

    def settle_imported(self, number: int, became: Iterable[Became]) -> None:
        rows: list[Any] = []
        for each in became:
            over = None if each.over is None else each.over.value
            rows.append(
                (
                    each.outcome.value,
                    each.reason,
                    each.hubspot_id,
                    each.hubspot_id,
                    number,
                    each.record_id,
                    over,
                    over,
                )
            )
        with self._writing() as connection:
            many(connection, _BECAME, rows)

    def import_counts(self, number: int) -> dict[Outcome, int]:
        statement = "SELECT outcome, COUNT(*) FROM import_item WHERE import_run = ? GROUP BY outcome"
        with self._reading() as connection:
            return {Outcome(each): count for each, count in connection.exec_driver_sql(statement, (number,)).all()}


def _progress(row: ImportRow) -> tuple[Any, ...]:
    return row.changed_at, row.position, int(row.read), row.total, _json(row.passes), row.message


def _row(
    number: int,
    object: str,
    pair: str,
    source: str,
    only: str,
    state: str,
    begun_at: str,
    changed_at: str,
    position: str | None,
    read: int,
    total: int | None,
    passes: str,
    message: str,
) -> ImportRow:
    return ImportRow(
        number,
        object,
        pair,
        msgspec.json.decode(source, type=Source),
        msgspec.json.decode(only, type=tuple[str, ...]),
        ImportState(state),
        begun_at,
        changed_at,
        position,
        bool(read),
        total,
        msgspec.json.decode(passes, type=tuple[int, ...]),
        message,
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
