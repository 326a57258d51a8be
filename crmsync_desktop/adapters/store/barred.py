"""The do-not-create list."""

from __future__ import annotations

from collections.abc import Sequence

from crmsync_desktop.adapters.store.session import Session, many, select
from crmsync_desktop.adapters.store.sqlite import LIST

_BAR = "INSERT OR REPLACE INTO barred (pair, name, why, about, at) VALUES (?, ?, ?, ?, ?)"
_NAMED = f"SELECT name, why FROM barred WHERE pair = ? AND name IN {LIST}"  # noqa: S608


class Barred(Session):
    def bar(self, pair: str, names: Sequence[str], why: str, about: str, at: str) -> None:
        with self._writing() as connection:
            many(connection, _BAR, [(pair, name, why, about, at) for name in names])

    def any_barred(self, pair: str) -> bool:
        with self._reading() as connection:
            return (
                connection.exec_driver_sql("SELECT 1 FROM barred WHERE pair = ? LIMIT 1", (pair,)).first() is not None
            )

    def barred(self, pair: str, names: Sequence[str]) -> dict[str, str]:
        with self._reading() as connection:
            return dict(row[:2] for row in select(connection, _NAMED, names, pair))

    def lift(self, pair: str, about: Sequence[str]) -> None:
        with self._writing() as connection:
            many(connection, "DELETE FROM barred WHERE pair = ? AND about = ?", [(pair, each) for each in about])
