"""Stores in memory, records and links in few words, and a count of SQL statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.records import Cell, Observed, Presence, Side
from crmsync_desktop.ports.store import Known, Link, LinkState

SF = Side.SALESFORCE
HS = Side.HUBSPOT
PAIR = "contacts"
AT = "2026-11-24T08:00:00Z"
LAYOUT = ("email", "firstname", "lastname")


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    opened = SqliteStore(":memory:", now=lambda: 1_790_000_000.0)
    opened.set_layout(PAIR, LAYOUT)
    yield opened
    opened.close()


def contact(id_: str, *cells: Cell, keys: Sequence[str] = (), **more: Any) -> Observed:
    return Observed(
        SF,
        "Contact",
        id_,
        more.pop("version", AT),
        more.pop("presence", Presence.LIVE),
        list(cells),
        tuple(keys),
        **more,
    )


def hubspot(id_: str, *cells: Cell, keys: Sequence[str] = (), **more: Any) -> Observed:
    return Observed(HS, PAIR, id_, AT, more.pop("presence", Presence.LIVE), list(cells), tuple(keys), **more)


def stage(store: SqliteStore, *records: Observed) -> list[Known]:
    """Stage with the digest 1; gives what the store then knows of them."""
    store.stage(PAIR, [(record, 1) for record in records], None)
    return [store.records_by_id(record.side, record.object, [record.id])[0] for record in records]


def link(salesforce_id: str, hubspot_id: str, *base: Cell, number: int = 0, state: LinkState = LinkState.LIVE) -> Link:
    cells = list(base) or ["a@x.no", "A", "B"]
    return Link(number, PAIR, "Contact", salesforce_id, hubspot_id, state, cells, list(cells))


@contextmanager
def counted(store: SqliteStore) -> Iterator[Callable[[], int]]:
    """Statements sent to SQLite inside the block; an executemany is one."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield lambda: len(seen)
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
