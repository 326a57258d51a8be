"""Sync errors (S4, S5) and held conflicts (P4)."""

from __future__ import annotations

from typing import Any

import msgspec

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.records import UNSEEN, Category, Fault, Side
from crmsync_desktop.ports.store import Conflict, ErrorCard, ErrorFilter, NewError
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
    assert store.error_cards() == [
        ErrorCard(Category.DUPLICATES, 1, 1, 1, 0),
        ErrorCard(Category.PROPERTY_VALUES, 3, 2, 0, 0),
    ]
    assert store.error_totals() == (4, 1, 0)


def test_what_is_ignored_counts_neither_on_its_card_nor_in_the_totals_and_goes_on_counting(store: SqliteStore) -> None:
    store.open_errors([error(fields=("A", "B")), error("003B"), error("003C", notice=True)], AT)
    ids = [row.id for row in store.errors() if row.record_id != "003B"]
    assert store.ignore_errors([*ids, ids[0], 999], "a test record", LATER) == 3
    assert store.error_cards() == [ErrorCard(Category.PROPERTY_VALUES, 1, 1, 0, 3)]
    assert store.error_totals() == (1, 0, 3)
    store.open_errors([error(fields=("A",), message="once more")], LATER)
    row = store.errors_by_id(ids)[0]
    assert (row.count, row.message, row.ignored_at, row.ignored_why) == (2, "once more", LATER, "a test record")
    assert store.ignore_errors(ids, "", "") == 3
    assert store.error_totals() == (3, 1, 0)


def test_another_field_or_another_code_of_the_same_record_shows_although_one_is_ignored(store: SqliteStore) -> None:
    store.open_errors([error()], AT)
    store.ignore_errors([1], "known", AT)
    store.open_errors([error(), error(fields=("Title",)), error(code="OTHER")], LATER)
    shown = store.chosen_errors(ErrorFilter(ignored=False))
    assert [(row.field, row.code) for row in shown] == [("Title", "STRING_TOO_LONG"), ("LastName", "OTHER")]


def test_another_rule_under_the_same_code_shows_although_the_first_is_ignored(store: SqliteStore) -> None:
    rule = Category.CUSTOM_CODE, "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    store.open_errors([error(category=rule[0], code=rule[1], message="No interns, please.")], AT)
    store.ignore_errors([1], "known", AT)
    store.open_errors([error(category=rule[0], code=rule[1], message="No interns, please.")], LATER)
    assert store.error_totals() == (0, 0, 1)
    store.open_errors([error(category=rule[0], code=rule[1], message="Titles are in English.")], LATER)
    (row,) = store.errors()
    assert (row.ignored_at, row.ignored_why, row.count) == ("", "", 3)


def test_what_is_ignored_clears_like_any_other_and_comes_back_as_a_new_error(store: SqliteStore) -> None:
    store.open_errors([error(), error("003B")], AT)
    store.ignore_errors([1, 2], "known", AT)
    assert store.clear_errors([(SF, "Contact", "003A")]) == 1
    store.clear_mended({(SF, "Contact", "003B"): set()})
    assert store.errors() == []
    store.open_errors([error()], LATER)
    assert store.error_totals() == (1, 0, 0)


def test_errors_are_chosen_by_pair_code_and_whether_they_are_ignored(store: SqliteStore) -> None:
    store.open_errors([error("003A"), error("003B", code="OTHER"), error("003C", category=Category.OTHER)], AT)
    store.open_errors([msgspec.structs.replace(error("5A"), pair="tickets")], AT)
    store.ignore_errors([1], "known", AT)

    def chosen(**filters: Any) -> list[str]:
        return [row.record_id for row in store.chosen_errors(ErrorFilter(**filters))]

    assert chosen() == ["003A", "003B", "003C", "5A"]
    assert chosen(code="STRING_TOO_LONG", ignored=False) == ["003C", "5A"]
    assert chosen(category=Category.PROPERTY_VALUES, pair=PAIR) == ["003A", "003B"]
    assert chosen(ignored=True) == ["003A"]
    assert [row.record_id for row in store.chosen_errors(ErrorFilter(), after=1, limit=2)] == ["003B", "003C"]
    assert [row.id for row in store.errors_by_id([4, 2, 2, 77])] == [2, 4]


def test_errors_are_chosen_by_category_and_paged(store: SqliteStore) -> None:
    store.open_errors([error(str(n)) for n in range(5)] + [error("x", category=Category.OTHER)], AT)
    first = store.errors(Category.PROPERTY_VALUES, limit=3)
    second = store.errors(Category.PROPERTY_VALUES, after=first[-1].id)
    assert [row.record_id for row in (*first, *second)] == ["0", "1", "2", "3", "4"]
    assert [row.record_id for row in store.errors(Category.OTHER)] == ["x"]


def test_what_is_tried_by_itself_is_counted_with_the_time_of_its_oldest_try(store: SqliteStore) -> None:
    assert store.retryable([Category.OTHER], ["UNDONE"]) == (0, "")
    store.open_errors([error("1", category=Category.OTHER), error("2", category=Category.LIMITS)], LATER)
    store.open_errors(
        [
            error("3", category=Category.OTHER),
            error("4", category=Category.OTHER, notice=True),
            error("5", category=Category.OTHER, code="UNDONE"),
            error("6", category=Category.DUPLICATES),
            error("7", category=Category.OTHER),
        ],
        AT,
    )
    store.ignore_errors([row.id for row in store.errors() if row.record_id == "7"], "known", AT)
    assert store.retryable([Category.OTHER], ["UNDONE"]) == (2, AT)
    assert store.retryable([Category.LIMITS, Category.OWNERS], []) == (1, LATER)


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
