"""What was imported, and what became of each record."""

from __future__ import annotations

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.ports.imports import Became, ImportItem, ImportRow, ImportState, Outcome, Source
from tests.adapters.store.conftest import AT, PAIR


def begun(store: SqliteStore, *listed: str) -> ImportRow:
    source = Source('{"type":"condition"}', bool(listed), "Email", "shown")
    row = ImportRow(0, "Contact", PAIR, source, ("email", "phone"), ImportState.RUNNING, AT, AT, total=7)
    row.number = store.add_import(row, listed)
    return row


def item(id: str, known: int | None = None, **more: object) -> ImportItem:
    return ImportItem(0, id, known, bool(more.get("linked")), f"Name {id}", Outcome.PENDING)


def test_an_import_is_kept_with_its_list_and_how_far_it_came(store: SqliteStore) -> None:
    assert store.imports(10) == []
    assert store.import_row(1) is None
    assert store.import_list(1) == []
    row = begun(store, "a@x", "ø@x")
    other = begun(store)
    assert store.import_row(row.number) == row
    assert store.import_list(row.number) == ["a@x", "ø@x"]
    assert store.import_list(other.number) == []
    row.state, row.position, row.read, row.total = ImportState.STOPPED, "here", True, 9
    row.passes, row.message, row.changed_at = (3, 4), "Why", "2026-11-24T09:00:00Z"
    store.save_import(row)
    assert store.imports(10) == [other, row]
    assert store.imports(1) == [other]


def test_a_record_that_comes_again_is_the_same_item(store: SqliteStore) -> None:
    row, other = begun(store), begun(store)
    store.add_import_items(row.number, [item("003A", 5, linked=True), item("bad")])
    store.add_import_items(row.number, [item("003A", 5), item("003B", 2)])
    store.add_import_items(other.number, [item("003A", 5)])
    assert [(each.record_id, each.linked) for each in store.import_items(row.number)] == [
        ("003A", True),
        ("bad", False),
        ("003B", False),
    ]
    assert list(store.imported_rows(row.number)) == [2, 5]
    store.clear_import_items(row.number)
    assert store.import_items(row.number) == []
    assert len(store.import_items(other.number)) == 1


def test_what_became_of_a_record_replaces_what_was_told_or_only_one_outcome(store: SqliteStore) -> None:
    row = begun(store)
    store.add_import_items(row.number, [item("A", 1), item("B", 2), item("C", 3)])
    store.settle_imported(
        row.number,
        [
            Became("A", Outcome.UNCHANGED, "a field waits", "101"),
            Became("B", Outcome.MATCHED, hubspot_id="102"),
            Became("C", Outcome.SKIPPED, "why"),
        ],
    )
    store.settle_imported(
        row.number, [Became(id, Outcome.UPDATED, None, over=Outcome.UNCHANGED) for id in ("A", "B", "C")]
    )
    found = {each.record_id: (each.outcome, each.reason, each.hubspot_id) for each in store.import_items(row.number)}
    assert found == {
        "A": (Outcome.UPDATED, "a field waits", "101"),
        "B": (Outcome.MATCHED, "", "102"),
        "C": (Outcome.SKIPPED, "why", ""),
    }
    assert store.import_counts(row.number) == {Outcome.UPDATED: 1, Outcome.MATCHED: 1, Outcome.SKIPPED: 1}


def test_items_are_given_page_by_page_and_by_outcome(store: SqliteStore) -> None:
    row = begun(store)
    store.add_import_items(row.number, [item(str(number), number) for number in range(5)])
    store.settle_imported(row.number, [Became("3", Outcome.SKIPPED, "x"), Became("4", Outcome.SKIPPED, "y")])
    first = store.import_items(row.number, 0, 2)
    assert [each.record_id for each in first] == ["0", "1"]
    assert [each.record_id for each in store.import_items(row.number, first[-1].row, 9)] == ["2", "3", "4"]
    assert [each.reason for each in store.import_items(row.number, outcome=Outcome.SKIPPED)] == ["x", "y"]
