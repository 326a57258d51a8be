"""What workflow actions noted, sent and did."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.ports.actions import UNFINISHED, Firing, FiringState
from tests.adapters.store.conftest import AT, counted

THEN = "2026-11-24T08:00:00.000Z"
LATER = "2026-11-24T09:00:00.000Z"


def firing(record: str = "1", rule: int = 1, occasion: str = THEN, **more: object) -> Firing:
    plain = Firing(0, rule, "contacts", record, occasion, FiringState.NOTED, f"No. {record}", "Why.", {"a": "ø"}, AT)
    return msgspec.structs.replace(plain, **more)


def test_an_occasion_is_noted_once_for_each_rule_and_record(store: SqliteStore) -> None:
    first = store.note([firing(), firing("2"), firing()])
    assert [each.number for each in first] == [1, 2]
    assert store.note([firing(), firing("2")]) == []
    new = store.note([firing(), firing(occasion=LATER), firing(rule=2), firing(object="deals")])
    assert [each.number for each in new] == [3, 4, 5]
    assert store.firings([FiringState.NOTED])[0] == first[0]


def test_what_was_noted_for_a_record_that_was_merged_away_is_not_noted_for_the_survivor(store: SqliteStore) -> None:
    store.note([firing("1"), firing("2")])
    survivor = [firing("9"), firing("9", occasion=LATER), firing("9", rule=2)]
    new = store.note(survivor, "contacts", {}, {"9": ("1", "2")})
    assert [(each.rule, each.occasion) for each in new] == [(1, LATER), (2, THEN)]


def test_versions_that_were_looked_at_are_known_until_they_are_old(store: SqliteStore) -> None:
    store.note([], "contacts", {"1": "2026-11-24T08:00:00Z", "2": "2026-11-24T09:00:00Z"})
    store.note([], "contacts", {"1": "2026-11-24T08:30:00Z"})
    assert store.seen_versions("contacts", ["1", "2", "3"]) == {
        "1": "2026-11-24T08:30:00Z",
        "2": "2026-11-24T09:00:00Z",
    }
    assert store.seen_versions("deals", ["1"]) == {}
    store.forget_versions("contacts", "2026-11-24T08:45:00Z")
    assert store.seen_versions("contacts", ["1", "2"]) == {"2": "2026-11-24T09:00:00Z"}


def test_a_cursor_of_its_own_is_kept_beside_the_syncs(store: SqliteStore) -> None:
    assert store.cursor("contacts") == ""
    store.move_cursor("contacts", "here")
    store.move_cursor("contacts", "there")
    assert store.cursor("contacts") == "there"
    assert ("hubspot", "contacts") not in store.cursors()
    store.move_cursor("contacts", "")
    assert store.cursor("contacts") == ""


def test_firings_are_found_by_state_rule_and_number(store: SqliteStore) -> None:
    numbered = store.note([firing(str(n), rule=n % 2) for n in range(6)])
    for each in numbered[:2]:
        each.state = FiringState.DONE
    store.update_firings(numbered[:2])
    assert [each.number for each in store.firings(UNFINISHED)] == [3, 4, 5, 6]
    assert [each.number for each in store.firings(UNFINISHED, rule=1, after=2, limit=1)] == [4]
    assert [each.number for each in store.last_firings(2)] == [6, 5]
    assert [each.number for each in store.last_firings(9, 0, [FiringState.DONE])] == [1]
    assert [each.number for each in store.last_firings(9, before=3)] == [2, 1]
    assert store.firing_counts() == {
        0: {FiringState.DONE: 1, FiringState.NOTED: 2},
        1: {FiringState.DONE: 1, FiringState.NOTED: 2},
    }


def test_what_became_of_a_firing_is_kept_whole(store: SqliteStore) -> None:
    (noted,) = store.note([firing()])
    done = msgspec.structs.replace(
        noted,
        state=FiringState.SENT,
        values={"b": "2"},
        sent_at=AT,
        ended_at=AT,
        target_object="Task",
        target_id="00T1",
        former="Sent",
        message="m",
        tries=2,
    )
    store.update_firings([done])
    assert store.firings([FiringState.SENT]) == [done]
    assert store.made_by_actions(["00T1", "00T2"]) == {"00T1"}
    assert [each.number for each in store.firings_of(["1"])] == [1]
    assert [each.number for each in store.firings_of(["00T1"])] == [1]
    assert store.firings_of(["2", ""]) == []


def test_a_member_of_a_campaign_is_no_task(store: SqliteStore) -> None:
    (noted,) = store.note([firing()])
    store.update_firings([msgspec.structs.replace(noted, target_object="CampaignMember", target_id="00v1")])
    assert store.made_by_actions(["00v1"]) == set()


def test_what_is_noted_in_a_transaction_that_fails_is_not_noted(store: SqliteStore) -> None:
    def fail() -> None:
        with store.together():
            store.note([firing()], "contacts", {"1": AT})
            store.move_cursor("contacts", "there")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.firings(UNFINISHED) == []
    assert store.cursor("contacts") == ""
    assert store.seen_versions("contacts", ["1"]) == {}


def test_asking_about_many_costs_no_more_statements_than_about_few(store: SqliteStore) -> None:
    noted = store.note([firing(str(n)) for n in range(500)])
    for each in noted:
        each.target_object, each.target_id = "Task", f"00T{each.number}"
    asks: list[Callable[[int], object]] = [
        lambda n: store.note([firing(f"new{n}-{i}") for i in range(n)], "contacts", {str(i): AT for i in range(n)}),
        lambda n: store.made_by_actions([f"00T{i}" for i in range(n)]),
        lambda n: store.seen_versions("contacts", [str(i) for i in range(n)]),
        lambda n: store.update_firings(noted[:n]),
        lambda n: store.firings_of([str(i) for i in range(n)], 500),
    ]
    for ask in asks:
        with counted(store) as one:
            ask(2)
        with counted(store) as other:
            ask(500)
        assert one() == other() > 0
