"""What undos put back, and a record's history in the journal."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.records import UNSEEN, Op, Side
from crmsync_desktop.ports.store import Entry, JournalState, LinkState, Undone
from tests.adapters.store.conftest import AT, HS, PAIR, SF, link


def entry(pass_id: int, side: Side, record_id: str | None, **more: Any) -> Entry:
    op = Op.UPDATE if record_id else Op.CREATE
    return Entry(
        0, pass_id, PAIR, side, "Contact", record_id, op, JournalState.PLANNED, more.get("link"), None, None,
        more.get("origin_id"), "Kari", "because", (), AT,
    )  # fmt: skip


def test_what_was_put_back_is_found_by_link_and_replaced_by_property(store: SqliteStore) -> None:
    assert not store.any_undone()
    one, two = store.add_links([link("003A", "1"), link("003B", "2")])
    store.remember_undone([Undone(one, "email", "a", None, 4, AT), Undone(two, "email", UNSEEN, "b", 4, AT)])
    store.remember_undone([Undone(one, "email", "c", "d", 5, AT)])
    assert store.any_undone()
    assert store.undone([one, 99]) == [Undone(one, "email", "c", "d", 5, AT)]
    store.forget_undone([(one, "email"), (two, "phone")])
    assert store.undone([one, two]) == [Undone(two, "email", UNSEEN, "b", 4, AT)]


def test_it_goes_with_its_link(store: SqliteStore) -> None:
    (one,) = store.add_links([link("003A", "1")])
    store.remember_undone([Undone(one, "email", "a", "b", 4, AT)])
    store.remove_links([one])
    assert not store.any_undone()


def test_a_record_deleted_again_is_in_doubt_while_its_link_is_live(store: SqliteStore) -> None:
    one, two = store.add_links([link("003A", "1"), link("003B", "2", state=LinkState.HUBSPOT_GONE)])
    store.remember_undone([Undone(each, "", None, UNSEEN, 4, AT) for each in (one, two)])
    store.remember_undone([Undone(one, "email", "a", "b", 4, AT)])
    assert store.undone_in_doubt() == [Undone(one, "", None, UNSEEN, 4, AT)]


def test_a_records_history_comes_newest_first_by_record_link_and_origin(store: SqliteStore) -> None:
    number = store.begin_pass(False, "", AT)
    store.plan([
        entry(number, SF, "003A", link=7, origin_id="1"), entry(number, HS, "1", link=7, origin_id="003A"),
        entry(number, HS, None, origin_id="003A"), entry(number, HS, "2", link=7),
        entry(number, HS, "3", link=8, origin_id="003A"), entry(number, SF, "003C"),
    ])  # fmt: skip
    rows = [found.row for found in store.entries(number, [JournalState.PLANNED])]

    def found(records: list[str], links: list[int], before: int | None = None, limit: int = 100) -> list[int]:
        return [rows.index(one.row) for one in store.history(records, links, before, limit)]

    assert found(["003A"], []) == [2, 0]
    assert found(["003A", "1"], [7]) == [3, 2, 1, 0]
    assert found(["003A", "1"], [7], rows[2], 1) == [1]
    assert found([], []) == []


def test_one_pass_is_found_by_its_number(store: SqliteStore) -> None:
    number = store.begin_pass(False, "why", AT)
    assert store.pass_row(number) == store.passes(1)[0]
    assert store.pass_row(number + 1) is None


@pytest.mark.parametrize("values", [0, 50])
def test_history_finds_its_rows_by_index(store: SqliteStore, values: int) -> None:
    from crmsync_desktop.adapters.store.journal import _HISTORY

    names = f"[{', '.join(f'''{chr(34)}{n}{chr(34)}''' for n in range(values))}]"
    with store.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {_HISTORY}", (names, "[]", names, None, None, 5))
        steps = [row[3] for row in plan]
    assert not [step for step in steps if step.startswith("SCAN journal")], steps
