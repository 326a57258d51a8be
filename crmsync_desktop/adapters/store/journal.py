"""Passes, and the journal of what they planned and wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from crmsync_desktop.adapters.store.packing import SIDE_CODE, SIDES, pack
from crmsync_desktop.adapters.store.session import Session, chunks, many
from crmsync_desktop.adapters.store.sqlite import LIST, as_list
from crmsync_desktop.domain.records import Op, Side
from crmsync_desktop.ports.store import Entry, FieldChange, JournalState, PassRow, PassState, Tally

_RUN_COLUMNS = "id, preview, state, reason, started_at, finished_at, tallies, calls, message"
_ENTRY_COLUMNS = (
    "row, pass_id, pair, side, object, record_id, op, state, link, source_row, target_row, origin_id, label, reason, "
    "changes, at, note"
)
_OPEN = frozenset({JournalState.PLANNED, JournalState.SENT, JournalState.UNKNOWN})
"""Those of the index journal_open."""
_PLAN = (
    "INSERT INTO journal (pass_id, pair, side, object, record_id, op, state, link, source_row, target_row, origin_id, "
    "label, reason, changes, at, note) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_FINISH = "UPDATE journal SET state = ?, record_id = coalesce(?, record_id), note = ?, ended_at = ? WHERE row = ?"
# Three ways in, each by its own index; an entry that is found twice counts once.
_HISTORY = (
    f"SELECT {_ENTRY_COLUMNS} FROM journal WHERE row IN ("  # noqa: S608
    f"SELECT row FROM journal WHERE record_id IN {LIST} AND record_id IS NOT NULL UNION "
    f"SELECT row FROM journal WHERE link IN {LIST} AND link IS NOT NULL UNION "
    f"SELECT row FROM journal WHERE origin_id IN {LIST} AND record_id IS NULL) "
    "AND (? IS NULL OR row < ?) ORDER BY row DESC LIMIT ?"
)
_changes = msgspec.msgpack.Decoder(tuple[FieldChange, ...]).decode
_tallies = msgspec.msgpack.Decoder(tuple[Tally, ...]).decode
_calls = msgspec.msgpack.Decoder(dict[str, int]).decode
_ENTRY_STATES = tuple(JournalState)


class Journal(Session):
    def begin_pass(self, preview: bool, reason: str, at: str) -> int:
        with self._writing() as connection:
            return int(
                connection.exec_driver_sql(
                    "INSERT INTO pass (preview, state, reason, started_at, tallies, calls, message) "
                    "VALUES (?, ?, ?, ?, ?, ?, '') RETURNING id",
                    (int(preview), PassState.RUNNING, reason, at, pack(()), pack({})),
                ).scalar_one()
            )

    def end_pass(self, row: PassRow) -> None:
        with self._writing() as connection:
            connection.exec_driver_sql(
                "UPDATE pass SET preview = ?, state = ?, reason = ?, started_at = ?, finished_at = ?, tallies = ?, "
                "calls = ?, message = ? WHERE id = ?",
                (
                    int(row.preview),
                    row.state,
                    row.reason,
                    row.started_at,
                    row.finished_at,
                    pack(row.tallies),
                    pack(row.calls),
                    row.message,
                    row.id,
                ),
            )

    def passes(self, limit: int, before: int | None = None) -> list[PassRow]:
        """The newest first; `before`: older than the pass of this id."""
        with self._reading() as connection:
            rows = connection.exec_driver_sql(
                f"SELECT {_RUN_COLUMNS} FROM pass WHERE ? IS NULL OR id < ? ORDER BY id DESC LIMIT ?",  # noqa: S608
                (before, before, limit),
            ).all()
        return [_pass(row) for row in rows]

    def unfinished_passes(self) -> list[PassRow]:
        with self._reading() as connection:
            rows = connection.exec_driver_sql(
                f"SELECT {_RUN_COLUMNS} FROM pass WHERE state = ? ORDER BY id",  # noqa: S608
                (PassState.RUNNING,),
            ).all()
        return [_pass(row) for row in rows]

    def plan(self, entries: Sequence[Entry]) -> None:
        rows = [
            (
                entry.pass_id,
                entry.pair,
                SIDE_CODE[entry.side],
                entry.object,
                entry.record_id,
                entry.op,
                entry.link,
                entry.source_row,
                entry.target_row,
                entry.origin_id,
                entry.label,
                entry.reason,
                pack(entry.changes),
                entry.at,
                entry.note,
            )
            for entry in entries
        ]
        with self._writing() as connection:
            many(connection, _PLAN, rows)

    def entries(
        self,
        pass_id: int | None,
        states: Sequence[JournalState],
        side: Side | None = None,
        op: Op | None = None,
        after_row: int = 0,
        limit: int = 1000,
        pair: str | None = None,
    ) -> list[Entry]:
        # Numbers of an enumeration, written out: a partial index serves only a condition without parameters, and only one
        # that says its own word for word (sqlite.org/partialindex.html, 2).
        conditions = [f"state IN ({', '.join(str(int(state)) for state in states)})", "row > ?"]
        if _OPEN.issuperset(states):
            conditions.append("state IN (0, 1, 4)")
        values: list[Any] = [after_row]
        sought = (("pass_id", pass_id), ("side", side and SIDE_CODE[side]), ("op", op), ("pair", pair))
        for column, value in sought:
            if value is not None:
                conditions.append(f"{column} = ?")
                values.append(value)
        statement = f"SELECT {_ENTRY_COLUMNS} FROM journal WHERE {' AND '.join(conditions)} ORDER BY row LIMIT ?"  # noqa: S608
        with self._reading() as connection:
            rows = connection.exec_driver_sql(statement, (*values, limit)).all()
        return [_entry(row) for row in rows]

    def updates_since(self, links: Sequence[int], since: str) -> list[Entry]:
        statement = (
            f"SELECT {_ENTRY_COLUMNS} FROM journal WHERE link IN {LIST} AND link IS NOT NULL "  # noqa: S608
            "AND op = ? AND state = ? AND at >= ? ORDER BY row"
        )
        with self._reading() as connection:
            rows = [
                row
                for chunk in chunks(links)
                for row in connection.exec_driver_sql(
                    statement, (chunk, Op.UPDATE, int(JournalState.DONE), since)
                ).all()
            ]
        return [_entry(row) for row in rows]

    def mark(self, rows: Sequence[int], state: JournalState, at: str, note: str = "") -> None:
        """SENT moves the entries' `at` on, and is on the disk itself when this returns: a machine that loses its power
        after a write must still know of it. An empty note leaves the note that is there."""
        sent = state is JournalState.SENT
        moment = "at" if sent else "ended_at"
        statement = (
            f"UPDATE journal SET state = ?, {moment} = ?, note = coalesce(nullif(?, ''), note) "  # noqa: S608
            f"WHERE row IN {LIST}"
        )
        with self._writing(durable=sent) as connection:
            for chunk in chunks(rows):
                connection.exec_driver_sql(statement, (int(state), at, note, chunk))

    def finish(self, results: Sequence[tuple[int, JournalState, str | None, str]], at: str) -> None:
        """Leaves the entries' `at` as it is: a create whose answer was lost is looked for from that moment on."""
        rows = [(int(state), record_id, note, at, row) for row, state, record_id, note in results]
        with self._writing() as connection:
            many(connection, _FINISH, rows)

    def history(
        self, records: Sequence[str], links: Sequence[int], before_row: int | None = None, limit: int = 100
    ) -> list[Entry]:
        named = as_list(records)
        with self._reading() as connection:
            rows = connection.exec_driver_sql(
                _HISTORY, (named, as_list(links), named, before_row, before_row, limit)
            ).all()
        return [_entry(row) for row in rows]

    def pass_row(self, pass_id: int) -> PassRow | None:
        with self._reading() as connection:
            row = connection.exec_driver_sql(
                f"SELECT {_RUN_COLUMNS} FROM pass WHERE id = ?",  # noqa: S608
                (pass_id,),
            ).first()
        return None if row is None else _pass(row)

    def drop_preview(self, pass_id: int) -> None:
        with self._writing() as connection:
            connection.exec_driver_sql("DELETE FROM journal WHERE pass_id = ? AND state = 0", (pass_id,))


def _pass(row: Sequence[Any]) -> PassRow:
    id_, preview, state, reason, started_at, finished_at, tallies, calls, message = row
    return PassRow(
        id_,
        bool(preview),
        PassState(state),
        reason,
        started_at,
        finished_at,
        _tallies(tallies),
        _calls(calls),
        message,
    )


def _entry(row: Sequence[Any]) -> Entry:
    (number, pass_id, pair, side, object_, record_id, op, state, *refs, label, reason, changes, at, note) = row
    link, source_row, target_row, origin_id = refs
    return Entry(
        number,
        pass_id,
        pair,
        SIDES[side],
        object_,
        record_id,
        Op(op),
        _ENTRY_STATES[state],
        link,
        source_row,
        target_row,
        origin_id,
        label,
        reason,
        _changes(changes),
        at,
        note,
    )
