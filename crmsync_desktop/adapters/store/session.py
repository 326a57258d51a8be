"""Transactions on the one connection, and what all parts of the store share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from crmsync_desktop.adapters.store.packing import Layouts
from crmsync_desktop.adapters.store.sqlite import CHUNK, as_list, translated

T = TypeVar("T", int, str)


class Session:
    """The parts of the store derive from this. Each public method of a part is one transaction."""

    def __init__(self, connection: Connection, where: str, now: Callable[[], float]) -> None:
        self._connection = connection
        self._where = where
        self._now = now
        self._layouts = Layouts()

    @contextmanager
    def together(self) -> Iterator[None]:
        """All calls within are one transaction: all of them happen, or none. Not to be held across an await."""
        with self._writing():
            yield

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def _writing(self, durable: bool = False) -> Iterator[Connection]:
        """A transaction that writes, begun as a writer so that it can't fail half-way for another one's sake.

        It survives the end of the process. `durable`: it and all before it also survive the end of the machine, at the
        price of one wait for the disk.
        """
        if not durable:
            with self._transaction("BEGIN IMMEDIATE") as connection:
                yield connection
            return
        self._pragma("PRAGMA synchronous = FULL")
        try:
            with self._transaction("BEGIN IMMEDIATE") as connection:
                yield connection
        finally:
            self._pragma("PRAGMA synchronous = NORMAL")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        if self._connection.in_transaction():
            yield self._connection  # within `together`, which ends it
            return
        try:
            with self._connection.begin():
                self._connection.exec_driver_sql(begin)
                yield self._connection
        except DBAPIError as error:
            raise translated(error.orig, self._where) from error

    def _pragma(self, statement: str) -> None:
        # Outside of any transaction, where alone SQLite heeds it: so past SQLAlchemy, which would begin one.
        driver = self._connection.connection.driver_connection
        assert driver is not None
        driver.execute(statement)

    def _stamp(self) -> str:
        return datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def chunks(values: Sequence[T]) -> Iterator[str]:
    """Lists of at most CHUNK values, each as the one parameter of LIST."""
    for start in range(0, len(values), CHUNK):
        yield as_list(values[start : start + CHUNK])


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    source = iter(values)
    while batch := list(islice(source, CHUNK)):
        yield batch


def select(connection: Connection, statement: str, values: Sequence[T], *before: Any) -> Iterator[Any]:
    """Rows of a statement whose last parameter is a LIST, asked once for each chunk of values."""
    for chunk in chunks(values):
        yield from connection.exec_driver_sql(statement, (*before, chunk)).all()


def many(connection: Connection, statement: str, rows: list[Any]) -> int:
    """A statement once for each row (a tuple) of parameters, in one call; gives the number of rows it changed."""
    if not rows:
        return 0
    return connection.exec_driver_sql(statement, rows).rowcount
