"""Passes and journal."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.records import UNSEEN, Op, Side
from crmsync_desktop.ports.store import Entry, FieldChange, JournalState, PassRow, PassState, Tally
from tests.adapters.store.conftest import AT, HS, PAIR, SF

CHANGES = (
    FieldChange(0, "email", "Email", "a@x.no", UNSEEN, None, "only HubSpot moved"),
    FieldChange(1, "firstname", "FirstName", UNSEEN, "old", "new", "rule"),
)


def entry(pass_id: int, record_id: str | None = "003A", side: Side = SF, op: Op = Op.UPDATE, **more: Any) -> Entry:
    return Entry(
        0, pass_id, PAIR, side, "Contact", record_id, op, JournalState.PLANNED, more.pop("link", 7), 11, 12,
        more.pop("origin_id", None), "Kari Nordmann", "because", CHANGES, AT, more.pop("note", ""),
    )  # fmt: skip


def test_a_planned_write_comes_back_whole_with_a_row(store: SqliteStore) -> None:
    number = store.begin_pass(False, "schedule", AT)
    planned = entry(number, None, HS, Op.CREATE, link=None, origin_id="003A", note="n")
    store.plan([planned])
    (found,) = store.entries(number, [JournalState.PLANNED])
    assert found.row > 0
    planned.row = found.row
    assert found == planned


def test_writes_are_planned_whatever_their_state_says(store: SqliteStore) -> None:
    one = entry(store.begin_pass(False, "", AT))
    one.state = JournalState.DONE
    store.plan([one])
    assert [found.state for found in store.entries(None, list(JournalState))] == [JournalState.PLANNED]


def test_entries_are_chosen_by_pass_state_side_op_and_paged_by_row(store: SqliteStore) -> None:
    one, two = store.begin_pass(False, "", AT), store.begin_pass(False, "", AT)
    store.plan([entry(one), entry(one, "003B", HS), entry(two, None, op=Op.CREATE), entry(two, "003D")])
    planned = [JournalState.PLANNED]
    rows = [found.row for found in store.entries(None, planned)]
    assert [found.row for found in store.entries(one, planned)] == rows[:2]
    assert [found.row for found in store.entries(one, planned, side=HS)] == [rows[1]]
    assert [found.row for found in store.entries(None, planned, SF, Op.CREATE)] == [rows[2]]
    assert [found.row for found in store.entries(None, planned, after_row=rows[0], limit=2)] == rows[1:3]
    assert store.entries(None, [JournalState.SENT, JournalState.UNKNOWN]) == []
    assert store.entries(None, []) == []


def test_updates_of_a_link_since_a_time_are_those_that_are_done(store: SqliteStore) -> None:
    number = store.begin_pass(False, "", AT)
    store.plan(
        [
            entry(number),
            entry(number, side=HS),
            entry(number, link=8),
            entry(number, None, op=Op.CREATE),
            entry(number, op=Op.DELETE),
            entry(number),
        ]
    )
    rows = [found.row for found in store.entries(number, [JournalState.PLANNED])]
    store.finish([(row, JournalState.DONE, None, "") for row in rows[:-1]], AT)
    assert [found.row for found in store.updates_since([7], AT)] == rows[:2]
    assert [found.row for found in store.updates_since([7, 8, 9], AT)] == rows[:3]
    assert store.updates_since([7], "2027-01-01T00:00:00Z") == store.updates_since([], AT) == []


def test_sending_moves_the_time_and_what_follows_leaves_it(store: SqliteStore) -> None:
    number = store.begin_pass(False, "", AT)
    store.plan([entry(number, None, op=Op.CREATE, note="kept")])
    (row,) = [found.row for found in store.entries(number, [JournalState.PLANNED])]
    store.mark([row], JournalState.SENT, "2026-11-24T09:00:00Z")
    store.mark([row], JournalState.UNKNOWN, "2026-11-24T09:05:00Z")
    (found,) = store.entries(None, [JournalState.UNKNOWN])
    assert (found.at, found.note) == ("2026-11-24T09:00:00Z", "kept")
    store.finish([(row, JournalState.DONE, "003NEW", "found again")], "2026-11-24T10:00:00Z")
    (found,) = store.entries(number, [JournalState.DONE])
    assert (found.at, found.record_id, found.note) == ("2026-11-24T09:00:00Z", "003NEW", "found again")


def test_marking_with_a_note_replaces_it(store: SqliteStore) -> None:
    number = store.begin_pass(False, "", AT)
    store.plan([entry(number, note="first")])
    store.mark(
        [found.row for found in store.entries(number, [JournalState.PLANNED])], JournalState.DROPPED, AT, "stale"
    )
    assert [found.note for found in store.entries(number, [JournalState.DROPPED])] == ["stale"]


def test_finishing_without_an_id_keeps_the_one_that_is_there(store: SqliteStore) -> None:
    number = store.begin_pass(False, "", AT)
    store.plan([entry(number, "003A")])
    (found,) = store.entries(number, [JournalState.PLANNED])
    store.finish([(found.row, JournalState.FAILED, None, "no")], AT)
    assert [found.record_id for found in store.entries(number, [JournalState.FAILED])] == ["003A"]


def test_a_preview_is_forgotten_but_its_pass_stays(store: SqliteStore) -> None:
    preview, real = store.begin_pass(True, "", AT), store.begin_pass(False, "", AT)
    store.plan([entry(preview), entry(real)])
    store.drop_preview(preview)
    assert store.entries(preview, list(JournalState)) == []
    assert len(store.entries(real, list(JournalState))) == 1
    assert [one.preview for one in store.passes(10)] == [False, True]


def test_passes_come_newest_first_with_what_they_did(store: SqliteStore) -> None:
    one, two, three = (store.begin_pass(False, f"reason {n}", AT) for n in range(3))
    done = PassRow(
        two, False, PassState.STOPPED, "reason 1", AT, "2026-11-24T09:00:00Z",
        (Tally(SF, PAIR, created=3, failed=1), Tally(HS, PAIR, updated=2)), {"salesforce": 4, "hubspot": 1}, "limit",
    )  # fmt: skip
    store.end_pass(done)
    assert [row.id for row in store.passes(2)] == [three, two]
    assert store.passes(2, before=three) == [done, store.passes(1, before=two)[0]]
    assert [(row.id, row.state, row.finished_at) for row in store.unfinished_passes()] == [
        (one, PassState.RUNNING, None),
        (three, PassState.RUNNING, None),
    ]
