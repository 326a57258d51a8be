"""Records as last observed: staged, looked up, settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from crmsync_desktop.adapters.store.packing import (
    LARGEST,
    PRESENCE_CODE,
    RECORD_COLUMNS,
    SIDE_CODE,
    SIDES,
    pack,
    pack_kin,
    signed,
    unpack_keys,
    unsigned,
)
from crmsync_desktop.adapters.store.session import Session, chunks, many, select
from crmsync_desktop.adapters.store.sqlite import LIST
from crmsync_desktop.domain.records import Observed, Presence, Side
from crmsync_desktop.ports.store import Cursor, Known, RecordState, Settle

_STATES = tuple(RecordState)


_KNOWN = f"SELECT id, row, keys FROM record WHERE side = ? AND object = ? AND id IN {LIST}"  # noqa: S608
_INSERT = (
    "INSERT INTO record (row, side, pair, object, id, version, presence, state, digest, layout, cells, keys, kin) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_REPLACE = (
    "UPDATE record SET version = ?, presence = ?, state = ?, digest = ?, layout = ?, cells = ?, keys = ?, kin = ? "
    "WHERE row = ?"
)
_ADD_KEY = "INSERT OR IGNORE INTO match_key (pair, key, row) VALUES (?, ?, ?)"
_DROP_KEY = "DELETE FROM match_key WHERE pair = ? AND key = ? AND row = ?"
# What waits for a change may be waiting for one of these keys (an ambiguous match): it is looked at again.
_WAKE = (
    "UPDATE record SET state = 1 WHERE state = 2 AND row IN "  # noqa: S608
    f"(SELECT row FROM match_key WHERE pair = ? AND key IN {LIST})"
)
_CHILDREN = (
    f"SELECT p.place, {', '.join('r.' + name for name in RECORD_COLUMNS.split(', '))} "  # noqa: S608
    f"FROM parent p JOIN record r ON r.row = p.row WHERE p.pair = ? AND p.place IN {LIST} ORDER BY p.place, p.row"
)
_ADD_PARENT = "INSERT OR IGNORE INTO parent (pair, place, row) VALUES (?, ?, ?)"
_KEYS_OF = f"SELECT pair, keys FROM record WHERE keys IS NOT NULL AND row IN {LIST}"  # noqa: S608
_CURSOR = (
    "INSERT INTO cursor (side, object, value) VALUES (?, ?, ?) "
    "ON CONFLICT (side, object) DO UPDATE SET value = excluded.value"
)
_DIGESTS = f"SELECT id, digest, state FROM record WHERE side = ? AND object = ? AND id IN {LIST}"  # noqa: S608
_STAGED = (
    f"SELECT {RECORD_COLUMNS} FROM record "  # noqa: S608
    "WHERE pair = ? AND state = 1 AND row > ? ORDER BY row LIMIT ?"
)
_STAGED_KIN = _STAGED.replace("row > ?", "row > ? AND kin IS NOT NULL")
_LIVE = (
    f"SELECT {RECORD_COLUMNS} FROM record "  # noqa: S608
    "WHERE pair = ? AND presence = 0 AND row > ? ORDER BY row LIMIT ?"
)
_BY_ROW = f"SELECT {RECORD_COLUMNS} FROM record WHERE row IN {LIST}"  # noqa: S608
_BY_ID = f"SELECT {RECORD_COLUMNS} FROM record WHERE side = ? AND object = ? AND id IN {LIST}"  # noqa: S608
_BY_KEY = (
    f"SELECT m.key, {', '.join('r.' + name for name in RECORD_COLUMNS.split(', '))} "  # noqa: S608
    f"FROM match_key m JOIN record r ON r.row = m.row WHERE m.pair = ? AND m.key IN {LIST} ORDER BY m.key, m.row"
)
_SETTLE_ASIDE = (
    "UPDATE record SET state = ?, digest = coalesce(?, digest), version = coalesce(?, version), "
    "presence = coalesce(?, presence)"
)
_SETTLE_KEEP = f"{_SETTLE_ASIDE} WHERE row = ?"
# Without a link there is no base that the cells could equal: they stay.
_TO_BASE = "cells = CASE WHEN link IS NULL THEN cells END"
_SETTLE_BASE = f"{_SETTLE_ASIDE}, {_TO_BASE} WHERE row = ?"
_SETTLE_ALIKE = f"UPDATE record SET state = ?, {_TO_BASE} WHERE row IN {LIST}"  # noqa: S608
_SETTLE_CELLS = f"{_SETTLE_ASIDE}, layout = ?, cells = ? WHERE row = ?"


def take_numbers(connection: Connection, name: str, count: int) -> int:
    """Reserve `count` numbers that were never given before; gives the first."""
    connection.exec_driver_sql("INSERT INTO counter (name, value) VALUES (?, 0) ON CONFLICT DO NOTHING", (name,))
    connection.exec_driver_sql("UPDATE counter SET value = value + ? WHERE name = ?", (count, name))
    last = connection.exec_driver_sql("SELECT value FROM counter WHERE name = ?", (name,)).scalar_one()
    return int(last) - count + 1


class Observations(Session):
    def cursors(self) -> dict[tuple[Side, str], str]:
        with self._reading() as connection:
            rows = connection.exec_driver_sql("SELECT side, object, value FROM cursor").all()
        return {(SIDES[side], object_): value for side, object_, value in rows}

    def forget_cursor(self, side: Side, object: str) -> None:
        with self._writing() as connection:
            connection.exec_driver_sql("DELETE FROM cursor WHERE side = ? AND object = ?", (SIDE_CODE[side], object))

    def digests(self, side: Side, object: str, ids: Sequence[str]) -> dict[str, tuple[int, RecordState]]:
        with self._reading() as connection:
            return {
                id_: (unsigned(digest), _STATES[state])
                for id_, digest, state in select(connection, _DIGESTS, ids, SIDE_CODE[side], object)
            }

    def stage(self, pair: str, records: Sequence[tuple[Observed, int]], cursor: Cursor | None) -> None:
        """Known records keep their row and their link. Raises BugError where cells don't fit the pair's layout."""
        with self._writing() as connection:
            self._store(connection, pair, records, RecordState.STAGED)
            if cursor is not None:
                connection.exec_driver_sql(_CURSOR, (SIDE_CODE[cursor.side], cursor.object, cursor.value))

    def learn(self, pair: str, records: Sequence[tuple[Observed, int]], state: RecordState) -> list[int]:
        with self._writing() as connection:
            rows = self._store(connection, pair, records, state)
        return [rows[SIDE_CODE[record.side], record.object][record.id] for record, _ in records]

    def _store(
        self, connection: Connection, pair: str, records: Sequence[tuple[Observed, int]], state: RecordState
    ) -> dict[tuple[int, str], dict[str, int]]:
        """Insert or replace; the last of several of one id counts. Gives (side code, object) → id → row."""
        groups: dict[tuple[int, str], dict[str, tuple[Observed, int]]] = {}
        # Compared with `is` rather than looked up: hashing an enumeration's member costs as much as packing a record.
        side, object_, group = None, "", {}
        for entry in records:
            record = entry[0]
            if record.side is not side or record.object != object_:
                side, object_ = record.side, record.object
                group = groups.setdefault((SIDE_CODE[side], object_), {})
            group[record.id] = entry
        return {name: self._store_group(connection, pair, *name, group, state) for name, group in groups.items()}

    def _store_group(
        self,
        connection: Connection,
        pair: str,
        side: int,
        object_: str,
        entries: dict[str, tuple[Observed, int]],
        state: RecordState,
    ) -> dict[str, int]:
        """Records of one object by id. Gives id → row."""
        layout, width = self._layouts.number(pair), len(self._layouts.current(pair))
        known = {id_: (row, keys) for id_, row, keys in select(connection, _KNOWN, list(entries), side, object_)}
        next_row = take_numbers(connection, "record", len(entries) - len(known)) if len(known) < len(entries) else 0
        rows: dict[str, int] = {}
        inserts: list[tuple[Any, ...]] = []
        replacements: list[tuple[Any, ...]] = []
        new_keys: list[tuple[str, str, int]] = []
        old_keys: list[tuple[str, str, int]] = []
        freed: set[str] = set()
        state_code, live = int(state), Presence.LIVE
        for id_, (record, digest) in entries.items():
            cells, presence = record.cells, record.presence
            if len(cells) != width:
                self._layouts.check(pair, cells, tombstone=presence is not live)
            keys = pack(record.keys) if record.keys else None
            kin = pack_kin(record.successor, record.absorbed) if record.successor or record.absorbed else None
            presence_code = 0 if presence is live else PRESENCE_CODE[presence]
            stored_digest = digest if digest < LARGEST else signed(digest)
            before = known.get(id_)
            if before is None:
                rows[id_] = row = next_row
                next_row += 1
                inserts.append(
                    (
                        row,
                        side,
                        pair,
                        object_,
                        id_,
                        record.version,
                        presence_code,
                        state_code,
                        stored_digest,
                        layout,
                        pack(cells),
                        keys,
                        kin,
                    )
                )
                for key in record.keys:
                    new_keys.append((pair, key, row))
            else:
                rows[id_] = row = before[0]
                replacements.append(
                    (record.version, presence_code, state_code, stored_digest, layout, pack(cells), keys, kin, row)
                )
                if before[1] and (keys != before[1] or presence is not live):
                    freed.update(unpack_keys(before[1]))
                if keys != before[1]:
                    old_keys.extend((pair, key, row) for key in unpack_keys(before[1]))
                    new_keys.extend((pair, key, row) for key in record.keys)
        for chunk in chunks(sorted(freed)):
            connection.exec_driver_sql(_WAKE, (pair, chunk))
        many(connection, _INSERT, inserts)
        many(connection, _REPLACE, replacements)
        many(connection, _DROP_KEY, old_keys)
        many(connection, _ADD_KEY, new_keys)
        self._store_parents(connection, pair, [(rows[id_], record) for id_, (record, _) in entries.items()], known)
        return rows

    @staticmethod
    def _store_parents(
        connection: Connection, pair: str, records: list[tuple[int, Observed]], known: Mapping[str, Any]
    ) -> None:
        """A tombstone still belongs where it did: whoever looks for children looks at their presence."""
        live = [(row, record) for row, record in records if record.presence is Presence.LIVE]
        before = [row for row, record in live if record.id in known]
        if before and connection.exec_driver_sql("SELECT 1 FROM parent WHERE pair = ? LIMIT 1", (pair,)).first():
            for chunk in chunks(before):
                connection.exec_driver_sql(f"DELETE FROM parent WHERE row IN {LIST}", (chunk,))  # noqa: S608
        many(connection, _ADD_PARENT, [(pair, place, row) for row, record in live for place in record.parents])

    def stage_again(self, side: Side | None, rows: Sequence[int] | None) -> int:
        """Both given: those of these rows that are of this side. Gives how many weren't staged before."""
        statement = "UPDATE record SET state = 1 WHERE state <> 1"
        before: tuple[int, ...] = ()
        if side is not None:
            statement += " AND side = ?"
            before = (SIDE_CODE[side],)
        with self._writing() as connection:
            if rows is None:
                return connection.exec_driver_sql(statement, before).rowcount
            statement += f" AND row IN {LIST}"
            return sum(connection.exec_driver_sql(statement, (*before, chunk)).rowcount for chunk in chunks(rows))

    def staged(self, pair: str, after_row: int, limit: int, kin: bool = False) -> list[Known]:
        with self._reading() as connection:
            statement = _STAGED_KIN if kin else _STAGED
            rows = connection.exec_driver_sql(statement, (pair, after_row, limit)).all()
        return [self._layouts.known(row) for row in rows]

    def staged_count(self, pair: str) -> int:
        with self._reading() as connection:
            return int(
                connection.exec_driver_sql(
                    "SELECT count(*) FROM record WHERE pair = ? AND state = 1", (pair,)
                ).scalar_one()
            )

    def records(self, rows: Sequence[int]) -> list[Known]:
        """In the order asked for; unknown rows are left out."""
        with self._reading() as connection:
            found = {row[0]: self._layouts.known(row) for row in select(connection, _BY_ROW, rows)}
        return [found[row] for row in rows if row in found]

    def records_by_id(self, side: Side, object: str, ids: Sequence[str]) -> list[Known]:
        """In the order asked for; unknown ids are left out."""
        with self._reading() as connection:
            found = {
                row[3]: self._layouts.known(row) for row in select(connection, _BY_ID, ids, SIDE_CODE[side], object)
            }
        return [found[id_] for id_ in ids if id_ in found]

    def live(self, pair: str, after_row: int, limit: int) -> list[Known]:
        with self._reading() as connection:
            rows = connection.exec_driver_sql(_LIVE, (pair, after_row, limit)).all()
        return [self._layouts.known(row) for row in rows]

    def records_by_keys(self, pair: str, keys: Sequence[str]) -> list[tuple[str, Known]]:
        """Tombstones included. In order of row within each key."""
        # SQLite's JSON ends a text at a NUL, so such a key would find another's records.
        findable = [key for key in dict.fromkeys(keys) if "\0" not in key]
        with self._reading() as connection:
            return [(row[0], self._layouts.known(row[1:])) for row in select(connection, _BY_KEY, findable, pair)]

    def children(self, pair: str, places: Sequence[str]) -> list[tuple[str, Known]]:
        with self._reading() as connection:
            return [(row[0], self._layouts.known(row[1:])) for row in select(connection, _CHILDREN, places, pair)]

    def settle(self, settles: Sequence[Settle]) -> None:
        plain: dict[RecordState, list[int]] = {}
        keep: list[tuple[Any, ...]] = []
        base: list[tuple[Any, ...]] = []
        aside: list[Settle] = []
        for settle in settles:
            if settle.keep:
                keep.append((*_aside(settle), settle.row))
            elif settle.cells is not None:
                aside.append(settle)
            elif settle.digest is None and settle.version is None and settle.presence is None:
                plain.setdefault(settle.state, []).append(settle.row)
            else:
                base.append((*_aside(settle), settle.row))
        gone = [settle.row for settle in settles if settle.presence is Presence.DELETED]
        with self._writing() as connection:
            self._wake_after(connection, gone)
            for state, rows in plain.items():
                for chunk in chunks(rows):
                    connection.exec_driver_sql(_SETTLE_ALIKE, (int(state), chunk))
            many(connection, _SETTLE_KEEP, keep)
            many(connection, _SETTLE_BASE, base)
            many(connection, _SETTLE_CELLS, self._beside(connection, aside))

    @staticmethod
    def _wake_after(connection: Connection, gone: Sequence[int]) -> None:
        freed: dict[str, set[str]] = {}
        for pair, keys in select(connection, _KEYS_OF, gone):
            freed.setdefault(pair, set()).update(unpack_keys(keys))
        for pair, names in freed.items():
            for chunk in chunks(sorted(names)):
                connection.exec_driver_sql(_WAKE, (pair, chunk))

    def _beside(self, connection: Connection, settles: Sequence[Settle]) -> list[tuple[Any, ...]]:
        """Parameters of _SETTLE_CELLS: cells in the layout of the pair that each row is of."""
        pairs = dict(
            tuple(row)
            for row in select(
                connection,
                f"SELECT row, pair FROM record WHERE row IN {LIST}",  # noqa: S608
                [settle.row for settle in settles],
            )
        )
        rows: list[tuple[Any, ...]] = []
        for settle in settles:
            if settle.row in pairs and settle.cells is not None:
                pair = pairs[settle.row]
                self._layouts.check(pair, settle.cells, tombstone=True)
                rows.append((*_aside(settle), self._layouts.number(pair), pack(settle.cells), settle.row))
        return rows


def _aside(settle: Settle) -> tuple[int, int | None, str | None, int | None]:
    return (
        int(settle.state),
        None if settle.digest is None else signed(settle.digest),
        settle.version,
        None if settle.presence is None else PRESENCE_CODE[settle.presence],
    )
