"""Sync errors (S4, S5) and held conflicts (P4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from crmsync_desktop.adapters.store.packing import SIDE_CODE, SIDES, pack, unpack
from crmsync_desktop.adapters.store.session import Session, chunks, many, select
from crmsync_desktop.adapters.store.sqlite import LIST, as_list
from crmsync_desktop.domain.error_cause import cause_of
from crmsync_desktop.domain.records import Category, Side
from crmsync_desktop.ports.store import Conflict, ErrorCard, ErrorFilter, ErrorRow, NewError

_OPEN = (
    "INSERT INTO sync_error (pair, side, object, record_id, label, field, category, code, message, hint, notice, "
    "first_at, last_at, cause, count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) "
    "ON CONFLICT (side, object, record_id, field, code) DO UPDATE SET pair = excluded.pair, label = excluded.label, "
    "category = excluded.category, message = excluded.message, hint = excluded.hint, notice = excluded.notice, "
    "last_at = excluded.last_at, count = count + 1, cause = excluded.cause, "
    # What an earlier version kept has no cause yet, and is taken for the same.
    "ignored_at = iif(cause IN ('', excluded.cause), ignored_at, ''), "
    "ignored_why = iif(cause IN ('', excluded.cause), ignored_why, '')"
)
_ERROR_COLUMNS = (
    "id, pair, side, object, record_id, label, field, category, code, message, hint, notice, first_at, last_at, count, "
    "ignored_at, ignored_why"
)
_CARDS = (
    "SELECT category, sum(errors), sum(errors > 0), sum(notices), sum(ignored) FROM ("
    "SELECT category, sum(ignored_at = '' AND NOT notice) AS errors, sum(ignored_at = '' AND notice) AS notices, "
    "sum(ignored_at <> '') AS ignored FROM sync_error GROUP BY category, side, object, record_id"
    ") AS by_record GROUP BY category"
)
_CHOSEN = (
    f"SELECT {_ERROR_COLUMNS} FROM sync_error WHERE id > ? "  # noqa: S608
    "AND (? IS NULL OR category = ?) AND (? = '' OR pair = ?) AND (? = '' OR code = ?) "
    "AND (? IS NULL OR (ignored_at <> '') = ?) ORDER BY id LIMIT ?"
)
_HOLD = (
    "INSERT INTO conflict (link, property, cells, since) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (link, property) DO UPDATE SET cells = excluded.cells"
)
_VALUES = 4
"""What an earlier version kept of a conflict: both values and both bases."""
_CONFLICTS = (
    "SELECT c.link, c.property, c.cells, c.since, l.pair FROM conflict c JOIN link l ON l.link = c.link "
    "WHERE c.link IN (SELECT DISTINCT link FROM conflict WHERE link > ? ORDER BY link LIMIT ?) ORDER BY c.link"
)


class Faults(Session):
    def open_errors(self, errors: Sequence[NewError], at: str) -> None:
        """A fault that names several fields gives a row for each; one that names none, a row with the field ""."""
        rows = [
            (
                error.pair,
                SIDE_CODE[error.side],
                error.object,
                error.record_id,
                error.label,
                field,
                error.fault.category,
                error.fault.code,
                error.fault.message,
                error.hint,
                int(error.notice),
                at,
                at,
                cause_of(error.fault, field, error.notice),
            )
            for error in errors
            for field in dict.fromkeys(error.fault.fields) or ("",)
        ]
        with self._writing() as connection:
            many(connection, _OPEN, rows)

    def clear_errors(self, records: Sequence[tuple[Side, str, str]]) -> int:
        with self._reading() as connection:
            # The usual case, and then a hundred thousand good records cost nothing.
            if connection.exec_driver_sql("SELECT 1 FROM sync_error LIMIT 1").first() is None:
                return 0
        rows = [(SIDE_CODE[side], object_, id_) for side, object_, id_ in records]
        with self._writing() as connection:
            return many(connection, "DELETE FROM sync_error WHERE side = ? AND object = ? AND record_id = ?", rows)

    def clear_mended(self, standing: Mapping[tuple[Side, str, str], Collection[tuple[str, str]]]) -> None:
        rows = [
            (SIDE_CODE[side], object_, id_, as_list(f"{field} {code}" for field, code in still))
            for (side, object_, id_), still in standing.items()
        ]
        with self._writing() as connection:
            many(
                connection,
                "DELETE FROM sync_error WHERE side = ? AND object = ? AND record_id = ? "  # noqa: S608
                f"AND field || ' ' || code NOT IN {LIST}",
                rows,
            )

    def error_cards(self) -> list[ErrorCard]:
        with self._reading() as connection:
            found = {row[0]: row[1:] for row in connection.exec_driver_sql(_CARDS)}
        return [ErrorCard(category, *found[category.value]) for category in Category if category.value in found]

    def errors(self, category: Category | None = None, after: int = 0, limit: int = 200) -> list[ErrorRow]:
        """In order of id, beginning after the id `after`."""
        return self.chosen_errors(ErrorFilter(category), after, limit)

    def chosen_errors(self, chosen: ErrorFilter, after: int = 0, limit: int = 200) -> list[ErrorRow]:
        """In order of id, beginning after the id `after`."""
        each = (chosen.category, chosen.pair, chosen.code, chosen.ignored)
        asked = (after, *(value for one in each for value in (one, one)), limit)
        with self._reading() as connection:
            return [_error(row) for row in connection.exec_driver_sql(_CHOSEN, asked)]

    def errors_by_id(self, ids: Sequence[int]) -> list[ErrorRow]:
        statement = f"SELECT {_ERROR_COLUMNS} FROM sync_error WHERE id IN {LIST} ORDER BY id"  # noqa: S608
        with self._reading() as connection:
            return [_error(row) for row in select(connection, statement, sorted(set(ids)))]

    def ignore_errors(self, ids: Sequence[int], why: str, at: str) -> int:
        statement = f"UPDATE sync_error SET ignored_at = ?, ignored_why = ? WHERE id IN {LIST}"  # noqa: S608
        with self._writing() as connection:
            return sum(
                connection.exec_driver_sql(statement, (at, why, chunk)).rowcount for chunk in chunks(sorted(set(ids)))
            )

    def errors_of(self, records: Sequence[tuple[Side, str, str]]) -> list[ErrorRow]:
        """In order of id."""
        found: list[ErrorRow] = []
        with self._reading() as connection:
            for side, object_, id_ in records:
                rows = connection.exec_driver_sql(
                    f"SELECT {_ERROR_COLUMNS} FROM sync_error "  # noqa: S608
                    "WHERE side = ? AND object = ? AND record_id = ?",
                    (SIDE_CODE[side], object_, id_),
                )
                found += [_error(row) for row in rows]
        return sorted(found, key=lambda one: one.id)

    def retryable(self, categories: Collection[Category], but: Collection[str]) -> tuple[int, str]:
        with self._reading() as connection:
            count, oldest = connection.exec_driver_sql(
                "SELECT count(*), coalesce(min(last_at), '') FROM sync_error "  # noqa: S608
                f"WHERE category IN {LIST} AND code NOT IN {LIST} AND NOT notice AND ignored_at = ''",
                (as_list(sorted(categories)), as_list(but)),
            ).one()
        return int(count), str(oldest)

    def error_totals(self) -> tuple[int, int, int]:
        with self._reading() as connection:
            row = connection.exec_driver_sql(
                "SELECT sum(ignored_at = '' AND NOT notice), sum(ignored_at = '' AND notice), sum(ignored_at <> '') "
                "FROM sync_error"
            ).one()
        errors, notices, ignored = (int(count or 0) for count in row)
        return errors, notices, ignored

    def hold(self, conflicts: Sequence[Conflict]) -> None:
        """A conflict that is held already keeps its `since`."""
        rows = [
            (
                one.link,
                one.property,
                pack((one.salesforce, one.hubspot, one.base_salesforce, one.base_hubspot, one.newer or "", one.why)),
                one.since,
            )
            for one in conflicts
        ]
        with self._writing() as connection:
            many(connection, _HOLD, rows)

    def release(self, links: Sequence[int]) -> None:
        with self._writing() as connection:
            for chunk in chunks(links):
                connection.exec_driver_sql(f"DELETE FROM conflict WHERE link IN {LIST}", (chunk,))  # noqa: S608

    def conflicts(self, limit: int = 200, after: int = 0) -> list[Conflict]:
        """All conflicts of the next `limit` links after the link `after`, so that a link's are never torn apart. In
        order of link, then of place in the layout in force."""
        with self._reading() as connection:
            rows = connection.exec_driver_sql(_CONFLICTS, (after, limit)).all()
        found = []
        for link, property_, cells, since, pair in rows:
            kept = unpack(cells)
            newer, why = kept[_VALUES:] or ("", "")
            place = self._layouts.current(pair).index(property_)
            s, h, bs, bh = kept[:_VALUES]
            found.append(Conflict(link, place, property_, s, h, bs, bh, since, Side(newer) if newer else None, why))
        return sorted(found, key=lambda one: (one.link, one.place))

    def conflict_count(self) -> int:
        with self._reading() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM conflict").scalar_one())


def _error(row: Sequence[Any]) -> ErrorRow:
    id_, pair, side, object_, record_id, label, field, category, code, message, hint, notice, *rest = row
    return ErrorRow(
        id_,
        pair,
        SIDES[side],
        object_,
        record_id,
        label,
        field,
        Category(category),
        code,
        message,
        hint,
        bool(notice),
        *rest,
    )
