"""What workflow actions noted, sent and did (W1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from crmsync_desktop.adapters.store.packing import SIDE_CODE
from crmsync_desktop.adapters.store.session import Session, chunks, many, select
from crmsync_desktop.adapters.store.sqlite import LIST, as_list
from crmsync_desktop.domain.records import Side
from crmsync_desktop.ports.actions import Firing, FiringState

_COLUMNS = (
    "number, rule, object, record_id, occasion, state, label, reason, filled, noted_at, sent_at, ended_at, "
    "target_object, target_id, former, message, tries"
)
_NOTE = (
    "INSERT INTO firing (rule, object, record_id, occasion, state, label, reason, filled, noted_at, sent_at, ended_at, "
    "target_object, target_id, former, message, tries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '', '', NULL, ?, 0) "
    "ON CONFLICT (rule, object, record_id, occasion) DO NOTHING"
)
_NEW = f"SELECT {_COLUMNS} FROM firing WHERE number > ? ORDER BY number"  # noqa: S608
_NOTED_FOR = f"SELECT rule, record_id, occasion FROM firing WHERE object = ? AND record_id IN {LIST}"  # noqa: S608
_SEEN = "INSERT OR REPLACE INTO watched (object, record_id, version) VALUES (?, ?, ?)"
_VERSIONS = f"SELECT record_id, version FROM watched WHERE object = ? AND record_id IN {LIST}"  # noqa: S608
_UPDATE = (
    "UPDATE firing SET state = ?, filled = ?, sent_at = ?, ended_at = ?, target_object = ?, target_id = ?, former = ?, message = ?, "
    "tries = ? WHERE number = ?"
)
_OF = (
    f"SELECT {_COLUMNS} FROM firing WHERE number IN (SELECT number FROM firing WHERE record_id IN {LIST} UNION "  # noqa: S608
    f"SELECT number FROM firing WHERE target_id IN {LIST} AND target_id <> '') ORDER BY number DESC LIMIT ?"
)
_MADE = f"SELECT target_id FROM firing WHERE target_id IN {LIST} AND target_id <> '' AND target_object = 'Task'"  # noqa: S608
_CURSOR = "actions/"
"""What stands before an object's name in the memory's cursors."""


class Firings(Session):
    def note(
        self,
        firings: Sequence[Firing],
        object: str = "",
        seen: Mapping[str, str] = {},
        absorbed: Mapping[str, Sequence[str]] = {},
    ) -> list[Firing]:
        with self._writing() as connection:
            old = sorted({former for formers in absorbed.values() for former in formers})
            noted = {tuple(row) for row in select(connection, _NOTED_FOR, old, object)}
            rows = [
                (
                    each.rule,
                    each.object,
                    each.record_id,
                    each.occasion,
                    int(each.state),
                    each.label,
                    each.reason,
                    msgspec.json.encode(each.values).decode(),
                    each.noted_at,
                    each.message,
                )
                for each in firings
                if not any((each.rule, former, each.occasion) in noted for former in absorbed.get(each.record_id, ()))
            ]
            last = connection.exec_driver_sql("SELECT coalesce(max(number), 0) FROM firing").scalar_one()
            many(connection, _NOTE, rows)
            many(connection, _SEEN, [(object, id, version) for id, version in seen.items()])
            found = connection.exec_driver_sql(_NEW, (last,)).all() if rows else []
        return [_firing(row) for row in found]

    def seen_versions(self, object: str, ids: Sequence[str]) -> dict[str, str]:
        with self._reading() as connection:
            return {row[0]: row[1] for row in select(connection, _VERSIONS, ids, object)}

    def forget_versions(self, object: str, before: str) -> None:
        with self._writing() as connection:
            connection.exec_driver_sql("DELETE FROM watched WHERE object = ? AND version < ?", (object, before))

    def move_cursor(self, object: str, cursor: str) -> None:
        place = (SIDE_CODE[Side.HUBSPOT], f"{_CURSOR}{object}")
        with self._writing() as connection:
            if cursor:
                connection.exec_driver_sql(
                    "INSERT OR REPLACE INTO cursor (side, object, value) VALUES (?, ?, ?)", (*place, cursor)
                )
            else:
                connection.exec_driver_sql("DELETE FROM cursor WHERE side = ? AND object = ?", place)

    def cursor(self, object: str) -> str:
        with self._reading() as connection:
            found = connection.exec_driver_sql(
                "SELECT value FROM cursor WHERE side = ? AND object = ?",
                (SIDE_CODE[Side.HUBSPOT], f"{_CURSOR}{object}"),
            ).scalar()
        return str(found or "")

    def firings(
        self, states: Sequence[FiringState], rule: int | None = None, after: int = 0, limit: int = 1000
    ) -> list[Firing]:
        where, given = _where(states, rule)
        statement = f"SELECT {_COLUMNS} FROM firing WHERE {where} AND number > ? ORDER BY number LIMIT ?"  # noqa: S608
        with self._reading() as connection:
            return [_firing(row) for row in connection.exec_driver_sql(statement, (*given, after, limit)).all()]

    def last_firings(
        self, limit: int, rule: int | None = None, states: Sequence[FiringState] = (), before: int | None = None
    ) -> list[Firing]:
        where, given = _where(states or tuple(FiringState), rule)
        statement = (
            f"SELECT {_COLUMNS} FROM firing WHERE {where} AND (? IS NULL OR number < ?) "  # noqa: S608
            "ORDER BY number DESC LIMIT ?"
        )
        with self._reading() as connection:
            rows = connection.exec_driver_sql(statement, (*given, before, before, limit)).all()
        return [_firing(row) for row in rows]

    def firings_of(self, records: Sequence[str], limit: int = 100) -> list[Firing]:
        named = as_list(records)
        with self._reading() as connection:
            return [_firing(row) for row in connection.exec_driver_sql(_OF, (named, named, limit)).all()]

    def firing_counts(self) -> dict[int, dict[FiringState, int]]:
        found: dict[int, dict[FiringState, int]] = {}
        with self._reading() as connection:
            rows = connection.exec_driver_sql("SELECT rule, state, count(*) FROM firing GROUP BY rule, state").all()
        for rule, state, count in rows:
            found.setdefault(rule, {})[FiringState(state)] = count
        return found

    def update_firings(self, firings: Sequence[Firing]) -> None:
        rows = [
            (
                int(each.state),
                msgspec.json.encode(each.values).decode(),
                each.sent_at,
                each.ended_at,
                each.target_object,
                each.target_id,
                each.former,
                each.message,
                each.tries,
                each.number,
            )
            for each in firings
        ]
        with self._writing(durable=any(each.state is FiringState.SENT for each in firings)) as connection:
            many(connection, _UPDATE, rows)

    def made_by_actions(self, ids: Sequence[str]) -> set[str]:
        with self._reading() as connection:
            return {str(row[0]) for chunk in chunks(ids) for row in connection.exec_driver_sql(_MADE, (chunk,)).all()}


def _where(states: Sequence[FiringState], rule: int | None) -> tuple[str, tuple[Any, ...]]:
    # Numbers of an enumeration, written out: the partial index serves only a condition without parameters.
    condition = f"state IN ({', '.join(str(int(state)) for state in states)})"
    return (condition, ()) if rule is None else (f"{condition} AND rule = ?", (rule,))


def _firing(row: Sequence[Any]) -> Firing:
    number, rule, object, record_id, occasion, state, label, reason, values, *rest = row
    filled = msgspec.json.decode(values, type=dict[str, str])
    return Firing(number, rule, object, record_id, occasion, FiringState(state), label, reason, filled, *rest)
