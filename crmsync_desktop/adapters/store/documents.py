"""Layouts, settings, documents with their history, cached schemas, members of lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from crmsync_desktop.adapters.store.packing import SIDE_CODE, Layouts
from crmsync_desktop.adapters.store.session import Session, batches, chunks, many, select
from crmsync_desktop.adapters.store.sqlite import LIST, as_list
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import Settings

_SETTINGS = "settings"
_schema = msgspec.msgpack.Decoder(Schema).decode
_pack = msgspec.msgpack.Encoder().encode
# Sorted, so that equal values are equal texts.
_json = msgspec.json.Encoder(order="deterministic").encode

_SAVE = (
    "INSERT INTO document (name, value, at) VALUES (?, ?, ?) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at"
)
_SAVE_SCHEMA = (
    "INSERT INTO schema_cache (side, object, body) VALUES (?, ?, ?) "
    "ON CONFLICT (side, object) DO UPDATE SET body = excluded.body"
)


def read_layouts(connection: Connection) -> Layouts:
    rows = connection.exec_driver_sql("SELECT id, pair, properties FROM layout")
    return Layouts((number, pair, msgspec.json.decode(properties)) for number, pair, properties in rows)


class Documents(Session):
    def layout(self, pair: str) -> tuple[str, ...]:
        return self._layouts.current(pair)

    def set_layout(self, pair: str, properties: Sequence[str]) -> None:
        """Held conflicts of properties that left go with them."""
        if tuple(properties) == self._layouts.current(pair):
            return
        with self._writing() as connection:
            connection.exec_driver_sql(
                "INSERT INTO layout (pair, properties) VALUES (?, ?)", (pair, as_list(properties))
            )
            connection.exec_driver_sql(
                "DELETE FROM conflict WHERE link IN (SELECT link FROM link WHERE pair = ?) "  # noqa: S608
                f"AND property NOT IN {LIST}",
                (pair, as_list(properties)),
            )
            layouts = read_layouts(connection)
        self._layouts = layouts

    def settings(self) -> Settings:
        """The defaults before the first save. Raises SetupError where a newer version's settings can't be understood."""
        stored = self._document_text(_SETTINGS)
        if stored is None:
            return Settings()
        try:
            return msgspec.json.decode(stored, type=Settings)
        except msgspec.ValidationError as error:
            raise SetupError(
                "The saved settings can't be understood.",
                f"{error}.",
                "They may come from a newer version of CRMSync Desktop: install it again, or save new settings.",
            ) from error

    def save_settings(self, settings: Settings) -> None:
        self.save_document(_SETTINGS, settings)

    def document(self, name: str) -> Any:
        stored = self._document_text(name)
        return None if stored is None else msgspec.json.decode(stored)

    def _document_text(self, name: str) -> str | None:
        with self._reading() as connection:
            found = connection.exec_driver_sql("SELECT value FROM document WHERE name = ?", (name,)).scalar()
        return None if found is None else str(found)

    def save_document(self, name: str, value: Any) -> None:
        """A value equal to the one that is there changes nothing."""
        text = _json(value).decode()
        with self._writing() as connection:
            former = connection.exec_driver_sql("SELECT value, at FROM document WHERE name = ?", (name,)).first()
            if former is not None and former[0] == text:
                return
            if former is not None:
                connection.exec_driver_sql(
                    "INSERT INTO document_history (name, value, at) VALUES (?, ?, ?)", (name, *former)
                )
            connection.exec_driver_sql(_SAVE, (name, text, self._stamp()))

    def document_history(self, name: str) -> list[tuple[str, Any]]:
        """Former values, oldest first, each with when it came into force (ISO 8601 UTC)."""
        with self._reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT at, value FROM document_history WHERE name = ? ORDER BY id", (name,)
            ).all()
        return [(at, msgspec.json.decode(value)) for at, value in rows]

    def schema(self, side: Side, object: str) -> Schema | None:
        """None too where an earlier version cached it in another form: it is read again."""
        with self._reading() as connection:
            body = connection.exec_driver_sql(
                "SELECT body FROM schema_cache WHERE side = ? AND object = ?", (SIDE_CODE[side], object)
            ).scalar()
        try:
            return None if body is None else _schema(body)
        except msgspec.ValidationError:
            return None

    def save_schemas(self, schemas: Iterable[Schema]) -> None:
        rows = [(SIDE_CODE[schema.side], schema.object, _pack(schema)) for schema in schemas]
        with self._writing() as connection:
            many(connection, _SAVE_SCHEMA, rows)


class Members(Session):
    """Who is on a HubSpot list (C7)."""

    def members(self, list_id: str, ids: Sequence[str]) -> set[str]:
        with self._reading() as connection:
            return {
                row[0]
                for row in select(
                    connection,
                    f"SELECT record_id FROM list_member WHERE list_id = ? AND record_id IN {LIST}",  # noqa: S608
                    ids,
                    list_id,
                )
            }

    def set_members(self, list_id: str, ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """Both in order of id as text."""
        with self._writing() as connection:
            connection.exec_driver_sql("CREATE TEMPORARY TABLE arriving (id TEXT PRIMARY KEY)")
            for batch in batches(ids):
                many(connection, "INSERT OR IGNORE INTO arriving (id) VALUES (?)", [(id_,) for id_ in batch])
            joined = (
                connection.exec_driver_sql(
                    "SELECT id FROM arriving EXCEPT SELECT record_id FROM list_member WHERE list_id = ? ORDER BY 1",
                    (list_id,),
                )
                .scalars()
                .all()
            )
            left = (
                connection.exec_driver_sql(
                    "SELECT record_id FROM list_member WHERE list_id = ? EXCEPT SELECT id FROM arriving ORDER BY 1",
                    (list_id,),
                )
                .scalars()
                .all()
            )
            result = list(joined), list(left)
            self._insert(connection, list_id, result[0])
            for chunk in chunks(result[1]):
                connection.exec_driver_sql(
                    f"DELETE FROM list_member WHERE list_id = ? AND record_id IN {LIST}",  # noqa: S608
                    (list_id, chunk),
                )
            connection.exec_driver_sql("DROP TABLE arriving")
        return result

    def add_members(self, list_id: str, ids: Sequence[str]) -> list[str]:
        wanted = list(dict.fromkeys(ids))
        with self._writing() as connection:
            there = {
                row[0]
                for row in select(
                    connection,
                    f"SELECT record_id FROM list_member WHERE list_id = ? AND record_id IN {LIST}",  # noqa: S608
                    wanted,
                    list_id,
                )
            }
            new = [id_ for id_ in wanted if id_ not in there]
            self._insert(connection, list_id, new)
        return new

    @staticmethod
    def _insert(connection: Connection, list_id: str, ids: Sequence[str]) -> None:
        many(
            connection,
            "INSERT INTO list_member (list_id, record_id) VALUES (?, ?)",
            [(list_id, id_) for id_ in ids],
        )
