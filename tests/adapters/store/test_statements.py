"""What a method costs doesn't grow with the rows: statements are counted, an executemany as one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.records import Category, Fault, Op
from crmsync_desktop.ports.store import (
    Conflict,
    Cursor,
    Entry,
    JournalState,
    NewError,
    RecordState,
    Settle,
)
from tests.adapters.store.conftest import AT, HS, PAIR, SF, contact, counted, hubspot, link

Call = Callable[[SqliteStore, int], object]


def both(n: int, mark: str = "") -> list[tuple[object, int]]:
    return [
        (make(str(i), "a@x.no", "A", "B", keys=[f"{mark}{i}@x.no"]), 1) for i in range(n) for make in (contact, hubspot)
    ]


def prepare(store: SqliteStore, n: int) -> None:
    store.stage(PAIR, both(n), None)  # type: ignore[arg-type]
    store.add_links([link(str(i), str(i)) for i in range(n)])
    store.settle([Settle(row, RecordState.SETTLED) for row in range(1, 2 * n + 1)])
    number = store.begin_pass(False, "", AT)
    store.plan(
        [Entry(0, number, PAIR, SF, "Contact", str(i), Op.UPDATE, JournalState.PLANNED, 1, 1, 1, None, "", "", ())
         for i in range(n)]
    )  # fmt: skip
    store.open_errors(
        [NewError(PAIR, SF, "Contact", str(i), "", Fault(Category.OTHER, "X", "x")) for i in range(n)], AT
    )
    store.set_members("7", [str(i) for i in range(n)])


CALLS: dict[str, Call] = {
    "stage": lambda s, n: s.stage(PAIR, both(n, "new"), Cursor(SF, "Contact", "2")),  # type: ignore[arg-type]
    "learn": lambda s, n: s.learn(PAIR, [(hubspot(f"n{i}", "a", "b", "c"), 1) for i in range(n)], RecordState.SETTLED),
    "live": lambda s, n: s.live(PAIR, 0, n),
    "digests": lambda s, n: s.digests(SF, "Contact", [str(i) for i in range(n)]),
    "stage_again": lambda s, n: s.stage_again(None, list(range(1, n + 1))),
    "staged": lambda s, n: s.staged(PAIR, 0, n),
    "records": lambda s, n: s.records(list(range(1, n + 1))),
    "records_by_id": lambda s, n: s.records_by_id(HS, PAIR, [str(i) for i in range(n)]),
    "records_by_keys": lambda s, n: s.records_by_keys(PAIR, [f"{i}@x.no" for i in range(n)]),
    "links": lambda s, n: s.links(list(range(1, n + 1))),
    "counterparts": lambda s, n: s.counterparts(list(range(1, n + 1))),
    "add_links": lambda s, n: s.add_links([link(f"n{i}", f"n{i}") for i in range(n)]),
    "update_links": lambda s, n: s.update_links([link(str(i), f"n{i}", number=i + 1) for i in range(n)]),
    "remove_links": lambda s, n: s.remove_links(list(range(1, n + 1))),
    "settle": lambda s, n: s.settle([Settle(row, RecordState.SETTLED, ["x", "y", "z"]) for row in range(1, n + 1)]),
    "mark": lambda s, n: s.mark(list(range(1, n + 1)), JournalState.SENT, AT),
    "finish": lambda s, n: s.finish([(row, JournalState.DONE, "x", "") for row in range(1, n + 1)], AT),
    "entries": lambda s, n: s.entries(1, [JournalState.PLANNED], limit=n),
    "clear_errors": lambda s, n: s.clear_errors([(SF, "Contact", str(i)) for i in range(n)]),
    "errors": lambda s, n: s.errors(limit=n),
    "errors_by_id": lambda s, n: s.errors_by_id(list(range(1, n + 1))),
    "ignore_errors": lambda s, n: s.ignore_errors(list(range(1, n + 1)), "known", AT),
    "hold": lambda s, n: s.hold([Conflict(i + 1, 0, "email", "a", "b", None, None, AT) for i in range(n)]),
    "release": lambda s, n: s.release(list(range(1, n + 1))),
    "members": lambda s, n: s.members("7", [str(i) for i in range(n)]),
    "set_members": lambda s, n: s.set_members("7", [f"n{i}" for i in range(n)]),
    "add_members": lambda s, n: s.add_members("7", [f"n{i}" for i in range(n)]),
}


@pytest.mark.parametrize("name", CALLS)
def test_statements_do_not_grow_with_rows(name: str) -> None:
    costs = []
    for rows in (20, 500):
        store = SqliteStore(":memory:")
        store.set_layout(PAIR, ["email", "firstname", "lastname"])
        prepare(store, 500)
        with counted(store) as count:
            CALLS[name](store, rows)
            costs.append(count())
        store.close()
    assert costs[0] == costs[1]
    assert costs[0] <= 14


def test_beyond_a_chunk_a_list_costs_a_statement_for_each_chunk(store: SqliteStore) -> None:
    with counted(store) as count:
        store.digests(SF, "Contact", [str(i) for i in range(25_000)])
        assert count() == 1 + 3  # BEGIN, and three lists of at most 10,000


@pytest.mark.parametrize("statement", [
    "SELECT * FROM record WHERE pair = 'contacts' AND state = 1 AND row > 5 ORDER BY row LIMIT 10",
    "SELECT * FROM record WHERE pair = 'contacts' AND presence = 0 AND row > 5 ORDER BY row LIMIT 10",
    "SELECT count(*) FROM record WHERE pair = 'contacts' AND state = 1",
    "SELECT * FROM record WHERE side = 0 AND object = 'Contact' AND id IN (SELECT value FROM json_each('[]'))",
    "SELECT * FROM record WHERE link IN (SELECT value FROM json_each('[]'))",
    "UPDATE record SET link = 1 WHERE side = 1 AND id = '1' AND pair = 'contacts'",
    "SELECT m.key FROM match_key m JOIN record r ON r.row = m.row WHERE m.pair = 'contacts' AND m.key IN "
    "(SELECT value FROM json_each('[]'))",
    "SELECT * FROM journal WHERE state IN (0) AND row > 0 AND pass_id = 3 ORDER BY row LIMIT 10",
    "DELETE FROM sync_error WHERE side = 0 AND object = 'Contact' AND record_id = 'x'",
])  # fmt: skip
def test_hot_statements_find_their_rows_by_index(store: SqliteStore, statement: str) -> None:
    with store.engine.connect() as connection:
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
    assert not [step for step in steps if step.startswith("SCAN") and "json_each" not in step], steps


@pytest.mark.parametrize("states", [[JournalState.UNKNOWN], [JournalState.UNKNOWN, JournalState.SENT]])
def test_what_is_open_is_found_without_reading_the_journal(store: SqliteStore, states: list[JournalState]) -> None:
    asked: list[tuple[str, object]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    store.entries(None, states, pair=PAIR)
    statement, values = next(each for each in asked if "FROM journal" in each[0])
    with store.engine.connect() as connection:
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]  # type: ignore[arg-type]
    assert steps[0].startswith("SEARCH journal USING INDEX journal_open"), steps
