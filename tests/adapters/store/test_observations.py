"""Records: staged, found, settled."""

from __future__ import annotations

import pytest

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.errors import BugError
from crmsync_desktop.domain.records import UNSEEN, Observed, Presence
from crmsync_desktop.ports.store import Cursor, RecordState, Settle, Store
from tests.adapters.store.conftest import AT, HS, LAYOUT, PAIR, SF, contact, hubspot, link, stage


def test_it_is_a_store(store: SqliteStore) -> None:
    port: Store = store
    assert port.staged(PAIR, 0, 10) == []


def test_a_staged_record_comes_back_as_it_was_observed(store: SqliteStore) -> None:
    record = contact(
        "003A",
        "a@x.no",
        None,
        UNSEEN,
        keys=["a@x.no", "b@x.no"],
        presence=Presence.DELETED,
        successor=("Contact", "003B"),
        absorbed=("1", "2"),
    )
    store.stage(PAIR, [(record, 2**64 - 3)], None)
    (known,) = store.staged(PAIR, 0, 10)
    assert (known.side, known.object, known.id, known.version) == (SF, "Contact", "003A", AT)
    assert known.cells == ["a@x.no", None, UNSEEN]
    assert known.cells[2] is UNSEEN
    assert known.keys == ("a@x.no", "b@x.no")
    assert (known.successor, known.absorbed) == (("Contact", "003B"), ("1", "2"))
    assert (known.presence, known.state, known.digest, known.link) == (
        Presence.DELETED,
        RecordState.STAGED,
        2**64 - 3,
        None,
    )


@pytest.mark.parametrize("digest", [0, 1, 2**63 - 1, 2**63, 2**64 - 1])
def test_unsigned_digests_are_kept(store: SqliteStore, digest: int) -> None:
    store.stage(PAIR, [(contact("003A", "a", "b", "c"), digest)], None)
    assert store.digests(SF, "Contact", ["003A", "unknown"]) == {"003A": (digest, RecordState.STAGED)}


def test_texts_of_all_kinds_are_carried_unharmed(store: SqliteStore) -> None:
    texts = ("x'\"; DROP TABLE record;--", "nul\0nul", "\u202eRTL 🙂 é", "x" * 100_000)
    store.stage(PAIR, [(contact(f"003{n}", text, text, text, keys=[text]), 1) for n, text in enumerate(texts)], None)
    assert [known.cells for known in store.staged(PAIR, 0, 10)] == [[text] * 3 for text in texts]
    assert [known.keys for known in store.staged(PAIR, 0, 10)] == [(text,) for text in texts]


def test_staging_again_replaces_and_keeps_row_and_link(store: SqliteStore) -> None:
    first, other = stage(
        store, contact("003A", "a@x.no", "A", "B", keys=["a@x.no"], absorbed=("9",)), hubspot("1", "a", "A", "B")
    )
    (number,) = store.add_links([link("003A", "1")])
    store.settle([Settle(first.row, RecordState.SETTLED), Settle(other.row, RecordState.SETTLED)])
    (again,) = stage(store, contact("003A", "new@x.no", "A", "C", keys=["new@x.no"], version="2027"))
    assert (again.row, again.link, again.state) == (first.row, number, RecordState.STAGED)
    assert (again.cells, again.keys, again.version, again.absorbed) == (
        ["new@x.no", "A", "C"],
        ("new@x.no",),
        "2027",
        (),
    )
    assert store.records_by_keys(PAIR, ["a@x.no"]) == []
    assert [known.row for _, known in store.records_by_keys(PAIR, ["new@x.no"])] == [first.row]


def test_the_last_of_several_of_one_id_counts(store: SqliteStore) -> None:
    store.stage(PAIR, [(contact("003A", "old", "A", "B"), 1), (contact("003A", "new", "A", "B"), 2)], None)
    (known,) = store.staged(PAIR, 0, 10)
    assert (known.cells, known.digest) == (["new", "A", "B"], 2)


def test_a_page_may_hold_several_objects(store: SqliteStore) -> None:
    lead = Observed(SF, "Lead", "00Q1", AT, Presence.LIVE, ["b", None, None])
    store.stage(PAIR, [(contact("003A", "a", None, None), 1), (lead, 1)], None)
    assert [known.object for known in store.staged(PAIR, 0, 10)] == ["Contact", "Lead"]


def test_the_cursor_moves_with_its_page_or_not_at_all(store: SqliteStore) -> None:
    store.stage(PAIR, [(contact("003A", "a", "b", "c"), 1)], Cursor(SF, "Contact", "one"))
    store.stage(PAIR, [], Cursor(HS, PAIR, "empty page"))
    with pytest.raises(BugError, match="2 cells for a layout of 3"):
        store.stage(
            PAIR, [(contact("003B", "a", "b", "c"), 1), (contact("003C", "a", "b"), 1)], Cursor(SF, "Contact", "two")
        )
    assert store.cursors() == {(SF, "Contact"): "one", (HS, PAIR): "empty page"}
    assert store.staged_count(PAIR) == 1


def test_staged_records_are_paged_by_row(store: SqliteStore) -> None:
    stage(store, *(contact(f"003{n}", "a", "b", "c") for n in range(5)))
    first = store.staged(PAIR, 0, 2)
    second = store.staged(PAIR, first[-1].row, 10)
    assert [known.id for known in (*first, *second)] == ["0030", "0031", "0032", "0033", "0034"]
    assert store.staged_count(PAIR) == 5
    assert store.staged("companies", 0, 10) == []


def test_learn_gives_rows_in_order_and_sets_the_state(store: SqliteStore) -> None:
    (staged,) = stage(store, hubspot("2", "a", "b", "c"))
    rows = store.learn(PAIR, [(hubspot("1", "a", "b", "c"), 5), (hubspot("2", "d", "b", "c"), 6)], RecordState.SETTLED)
    assert rows[1] == staged.row
    assert [known.id for known in store.records(rows)] == ["1", "2"]
    assert [known.state for known in store.records(rows)] == [RecordState.SETTLED] * 2
    assert store.staged_count(PAIR) == 0


def test_records_come_in_the_order_asked_for_without_unknown_ones(store: SqliteStore) -> None:
    rows = [known.row for known in stage(store, *(hubspot(str(n), "a", "b", "c") for n in range(3)))]
    assert [known.row for known in store.records([rows[2], 999, rows[0]])] == [rows[2], rows[0]]
    assert [known.id for known in store.records_by_id(HS, PAIR, ["2", "x", "0"])] == ["2", "0"]
    assert store.records_by_id(SF, "Contact", ["2"]) == []


def test_records_of_both_sides_are_found_by_their_keys(store: SqliteStore) -> None:
    stage(
        store,
        contact("003A", "a@x.no", "A", "B", keys=["a@x.no"]),
        contact("003B", "a@x.no", "A", "B", keys=["a@x.no"]),
        hubspot("1", "b@x.no", "A", "B", keys=["b@x.no", "a@x.no"]),
        hubspot("2", "nul", "A", "B", keys=["nul\0"]),
    )
    found = store.records_by_keys(PAIR, ["b@x.no", "a@x.no", "nobody@x.no", "nul", "nul\0"])
    assert sorted((key, known.id) for key, known in found) == [
        ("a@x.no", "003A"),
        ("a@x.no", "003B"),
        ("a@x.no", "1"),
        ("b@x.no", "1"),
    ]
    assert store.records_by_keys("companies", ["a@x.no"]) == []


def test_settling_a_linked_record_lets_its_cells_be_the_base(store: SqliteStore) -> None:
    one, _ = stage(store, contact("003A", "a@x.no", "A", "B"), hubspot("1", "a@x.no", "A", "B"))
    store.add_links([link("003A", "1")])
    store.settle([Settle(one.row, RecordState.SETTLED, digest=2**64 - 1, version="v2")])
    (known,) = store.records([one.row])
    assert (known.cells, known.state, known.digest, known.version) == (None, RecordState.SETTLED, 2**64 - 1, "v2")


def test_settling_a_record_without_a_link_keeps_its_cells(store: SqliteStore) -> None:
    (one,) = stage(store, contact("003A", "a@x.no", "A", "B"))
    store.settle([Settle(one.row, RecordState.SETTLED)])
    assert store.records([one.row])[0].cells == ["a@x.no", "A", "B"]


def test_settling_can_leave_or_replace_the_cells(store: SqliteStore) -> None:
    one, two = stage(store, contact("003A", "a", "A", "B"), contact("003B", "b", "A", "B"))
    store.settle(
        [
            Settle(one.row, RecordState.PARKED, keep=True),
            Settle(two.row, RecordState.PARKED, cells=["x", None, UNSEEN], presence=Presence.UNSEEN),
        ]
    )
    left, replaced = store.records([one.row, two.row])
    assert (left.cells, left.state, left.digest, left.version) == (["a", "A", "B"], RecordState.PARKED, 1, AT)
    assert (replaced.cells, replaced.presence) == (["x", None, UNSEEN], Presence.UNSEEN)


def test_known_records_are_staged_again_by_side_by_row_or_both(store: SqliteStore) -> None:
    known = stage(store, contact("003A", "a", "b", "c"), hubspot("1", "a", "b", "c"), hubspot("2", "a", "b", "c"))
    rows = [one.row for one in known]
    everything = [Settle(row, RecordState.PARKED, keep=True) for row in rows]
    store.settle(everything)
    assert store.stage_again(HS, None) == 2
    assert store.stage_again(HS, None) == 0
    assert [one.id for one in store.staged(PAIR, 0, 10)] == ["1", "2"]
    store.settle(everything)
    assert store.stage_again(None, [rows[0], 999]) == 1
    store.settle(everything)
    assert store.stage_again(SF, rows) == 1
    assert store.stage_again(None, None) == 2


def test_a_tombstone_may_have_no_cells_but_a_live_record_may_not(store: SqliteStore) -> None:
    (gone,) = stage(store, contact("003A", presence=Presence.UNSEEN))
    assert gone.cells == []
    with pytest.raises(BugError):
        stage(store, contact("003B"))


def test_a_new_layout_is_read_into_without_rewriting(store: SqliteStore) -> None:
    one, two = stage(store, contact("003A", "a@x.no", "A", "B"), hubspot("1", "a@x.no", "A", "B"))
    (number,) = store.add_links([link("003A", "1", "a@x.no", "A", "B")])
    store.set_layout(PAIR, ["lastname", "phone", "email"])
    assert store.layout(PAIR) == ("lastname", "phone", "email")
    assert store.records([one.row])[0].cells == ["B", UNSEEN, "a@x.no"]
    (kept,) = store.links([number])
    assert kept.base_salesforce == kept.base_hubspot == ["B", UNSEEN, "a@x.no"]
    store.settle([Settle(two.row, RecordState.SETTLED, cells=["L", "1", "e"])])
    assert store.records([two.row])[0].cells == ["L", "1", "e"]


def test_a_property_that_left_and_came_back_begins_without_a_base(store: SqliteStore) -> None:
    (one,) = stage(store, contact("003A", "a@x.no", "A", "B"))
    store.set_layout(PAIR, ["email"])
    store.set_layout(PAIR, LAYOUT)
    assert store.records([one.row])[0].cells == ["a@x.no", UNSEEN, UNSEEN]


def test_records_before_the_first_layout_are_refused() -> None:
    store = SqliteStore(":memory:")
    try:
        assert store.layout(PAIR) == ()
        with pytest.raises(BugError, match="no layout yet"):
            store.stage(PAIR, [(contact("003A", "a"), 1)], None)
    finally:
        store.close()


def test_live_records_come_in_order_of_row_whatever_their_state(store: SqliteStore) -> None:
    known = stage(
        store,
        contact("003A", "a@x.no", "A", "B"),
        hubspot("1", "a", "A", "B"),
        contact("003B", "b@x.no", "A", "B", presence=Presence.DELETED),
        hubspot("2", "c", "A", "B"),
    )
    store.settle([Settle(known[1].row, RecordState.PARKED)])
    assert [each.id for each in store.live(PAIR, 0, 10)] == ["003A", "1", "2"]
    assert [each.id for each in store.live(PAIR, known[0].row, 1)] == ["1"]
    assert store.live("companies", 0, 10) == []
