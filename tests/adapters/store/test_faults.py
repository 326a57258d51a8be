"""Sync errors (S4, S5) and held conflicts (P4)."""

from __future__ import annotations

import msgspec

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.records import UNSEEN, Category, Fault, Side
from crmsync_desktop.ports.store import Conflict, NewError
from tests.adapters.store.conftest import AT, HS, PAIR, SF, link

LATER = "2026-11-24T09:00:00Z"


def error(
    record_id: str = "003A",
    code: str = "STRING_TOO_LONG",
    fields: tuple[str, ...] = ("LastName",),
    category: Category = Category.PROPERTY_VALUES,
    message: str = "too long",
    notice: bool = False,
    side: Side = SF,
) -> NewError:
    fault = Fault(category, code, message, fields)
    return NewError(PAIR, side, "Contact", record_id, "Kari", fault, "shorten it", notice)


def test_an_error_comes_back_as_it_was_opened(store: SqliteStore) -> None:
    store.open_errors([error()], AT)
    (row,) = store.errors()
    assert (row.pair, row.side, row.object, row.record_id, row.label) == (PAIR, SF, "Contact", "003A", "Kari")
    assert (row.field, row.category, row.code, row.message, row.hint, row.notice) == (
        "LastName", Category.PROPERTY_VALUES, "STRING_TOO_LONG", "too long", "shorten it", False,
    )  # fmt: skip
    assert (row.first_at, row.last_at, row.count) == (AT, AT, 1)


def test_the_same_record_field_and_cause_counts_up_with_the_newest_words(store: SqliteStore) -> None:
    store.open_errors([error()], AT)
    store.open_errors([error(message="still too long")], LATER)
    (row,) = store.errors()
    assert (row.first_at, row.last_at, row.count, row.message) == (AT, LATER, 2, "still too long")


def test_each_field_and_each_cause_is_an_error_of_its_own(store: SqliteStore) -> None:
    store.open_errors([error(fields=("A", "B", "A")), error(fields=()), error(code="OTHER")], AT)
    assert sorted((row.field, row.code, row.count) for row in store.errors()) == [
        ("", "STRING_TOO_LONG", 1),
        ("A", "STRING_TOO_LONG", 1),
        ("B", "STRING_TOO_LONG", 1),
        ("LastName", "OTHER", 1),
    ]


def test_all_errors_of_a_record_close_together(store: SqliteStore) -> None:
    assert store.clear_errors([(SF, "Contact", "003A")]) == 0
    store.open_errors([error(fields=("A", "B")), error("003B"), error(side=HS)], AT)
    assert store.clear_errors([(SF, "Contact", "003A"), (SF, "Contact", "unknown"), (SF, "Lead", "003B")]) == 2
    assert [(row.side, row.record_id) for row in store.errors()] == [(SF, "003B"), (HS, "003A")]


def test_what_is_mended_closes_while_the_records_other_errors_stand(store: SqliteStore) -> None:
    store.open_errors([error(), error(code="OTHER"), error(fields=()), error("003B")], AT)
    store.clear_mended({(SF, "Contact", "003A"): {("LastName", "OTHER")}})
    assert sorted((row.record_id, row.code) for row in store.errors()) == [
        ("003A", "OTHER"),
        ("003B", "STRING_TOO_LONG"),
    ]
    store.clear_mended({(SF, "Contact", "003B"): set()})
    assert [row.record_id for row in store.errors()] == ["003A"]


def test_cards_count_errors_and_records_in_the_order_of_the_categories(store: SqliteStore) -> None:
    store.open_errors(
        [
            error(fields=("A", "B")),
            error("003B"),
            error("003C", category=Category.DUPLICATES, notice=True),
            error("003C", side=HS, category=Category.DUPLICATES),
        ],
        AT,
    )
    assert store.error_cards() == [(Category.DUPLICATES, 2, 2), (Category.PROPERTY_VALUES, 3, 2)]
    assert store.error_totals() == (4, 1)


def test_errors_are_chosen_by_category_and_paged(store: SqliteStore) -> None:
    store.open_errors([error(str(n)) for n in range(5)] + [error("x", category=Category.OTHER)], AT)
    first = store.errors(Category.PROPERTY_VALUES, limit=3)
    second = store.errors(Category.PROPERTY_VALUES, after=first[-1].id)
    assert [row.record_id for row in (*first, *second)] == ["0", "1", "2", "3", "4"]
    assert [row.record_id for row in store.errors(Category.OTHER)] == ["x"]


def conflict(number: int, property_: str, place: int, salesforce: str = "s", since: str = AT) -> Conflict:
    return Conflict(number, place, property_, salesforce, None, UNSEEN, "b", since)


def test_conflicts_are_held_until_released_and_keep_their_first_time(store: SqliteStore) -> None:
    one, two = store.add_links([link("003A", "1"), link("003B", "2")])
    store.hold([conflict(one, "lastname", 2), conflict(one, "email", 0), conflict(two, "email", 0)])
    store.hold([conflict(two, "email", 0, "newer", LATER)])
    assert store.conflicts() == [
        conflict(one, "email", 0),
        conflict(one, "lastname", 2),
        conflict(two, "email", 0, "newer"),
    ]
    assert store.conflicts(limit=1) == [conflict(one, "email", 0), conflict(one, "lastname", 2)]
    assert store.conflicts(after=one) == [conflict(two, "email", 0, "newer")]
    assert store.conflict_count() == 3
    store.release([one])
    assert store.conflict_count() == 1


def test_a_conflict_tells_who_is_newer_and_one_of_an_earlier_version_that_it_cannot(store: SqliteStore) -> None:
    one, two = store.add_links([link("003A", "1"), link("003B", "2")])
    newer = msgspec.structs.replace(conflict(one, "email", 0), newer=HS, why=" (by the field's history)")
    store.hold([newer])
    with store._writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO conflict (link, property, cells, since) VALUES (?, 'email', ?, ?)",
            (two, msgspec.msgpack.encode(("s", None, UNSEEN, "b")), AT),
        )
    assert store.conflicts() == [newer, conflict(two, "email", 0)]


def test_conflicts_follow_their_property_through_a_new_layout(store: SqliteStore) -> None:
    (one,) = store.add_links([link("003A", "1")])
    store.hold([conflict(one, "lastname", 2), conflict(one, "email", 0)])
    store.set_layout(PAIR, ["lastname", "firstname"])
    assert store.conflicts() == [conflict(one, "lastname", 0)]
    assert store.conflict_count() == 1


def test_conflicts_go_with_their_link(store: SqliteStore) -> None:
    (one,) = store.add_links([link("003A", "1")])
    store.hold([conflict(one, "email", 0)])
    store.remove_links([one])
    assert store.conflict_count() == 0
