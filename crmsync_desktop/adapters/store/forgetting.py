"""Forgetting a pair that is taken off: its records, links and errors, as if it had never been read. The journal stays."""

from __future__ import annotations

from crmsync_desktop.adapters.store.packing import SIDE_CODE
from crmsync_desktop.adapters.store.session import Session
from crmsync_desktop.domain.mapping import Pair
from crmsync_desktop.domain.records import Side

_OF_LINKS = ("conflict", "undone")
_OF_ROWS = ("record", "match_key", "parent", "link", "sync_error", "barred")


class Forgetting(Session):
    def forget_pair(self, pair: Pair) -> None:
        with self._writing() as connection:
            for table in _OF_LINKS:
                query = f"DELETE FROM {table} WHERE link IN (SELECT link FROM link WHERE pair = ?)"  # noqa: S608
                connection.exec_driver_sql(query, (pair.name,))
            for table in _OF_ROWS:
                connection.exec_driver_sql(f"DELETE FROM {table} WHERE pair = ?", (pair.name,))  # noqa: S608
            ends = [
                (SIDE_CODE[Side.HUBSPOT], pair.hubspot),
                *((SIDE_CODE[Side.SALESFORCE], o) for o in pair.salesforce),
            ]
            for end in ends:
                connection.exec_driver_sql("DELETE FROM cursor WHERE side = ? AND object = ?", end)
                connection.exec_driver_sql("DELETE FROM schema_cache WHERE side = ? AND object = ?", end)
