"""What undos put back, and is to stay so until somebody edits it (P2)."""

from __future__ import annotations

from collections.abc import Sequence

from crmsync_desktop.adapters.store.packing import pack, unpack
from crmsync_desktop.adapters.store.session import Session, many, select
from crmsync_desktop.adapters.store.sqlite import LIST
from crmsync_desktop.ports.store import Undone

_REMEMBER = (
    "INSERT INTO undone (link, property, cells, pass_id, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (link, property) "
    "DO UPDATE SET cells = excluded.cells, pass_id = excluded.pass_id, at = excluded.at"
)
_BY_LINK = f"SELECT link, property, cells, pass_id, at FROM undone WHERE link IN {LIST}"  # noqa: S608
_IN_DOUBT = (
    "SELECT u.link, u.property, u.cells, u.pass_id, u.at FROM undone u JOIN link l ON l.link = u.link "
    "WHERE u.property = '' AND l.state = 0"
)


class UndoneValues(Session):
    def any_undone(self) -> bool:
        with self._reading() as connection:
            return connection.exec_driver_sql("SELECT 1 FROM undone LIMIT 1").first() is not None

    def undone(self, links: Sequence[int]) -> list[Undone]:
        with self._reading() as connection:
            return [_undone(*row) for row in select(connection, _BY_LINK, links)]

    def undone_in_doubt(self) -> list[Undone]:
        with self._reading() as connection:
            return [_undone(*row) for row in connection.exec_driver_sql(_IN_DOUBT).all()]

    def remember_undone(self, undone: Sequence[Undone]) -> None:
        rows = [(one.link, one.property, pack((one.salesforce, one.hubspot)), one.pass_id, one.at) for one in undone]
        with self._writing() as connection:
            many(connection, _REMEMBER, rows)

    def forget_undone(self, undone: Sequence[tuple[int, str]]) -> None:
        with self._writing() as connection:
            many(connection, "DELETE FROM undone WHERE link = ? AND property = ?", list(undone))


def _undone(link: int, property: str, cells: bytes, pass_id: int, at: str) -> Undone:
    salesforce, hubspot = unpack(cells)
    return Undone(link, property, salesforce, hubspot, pass_id, at)
