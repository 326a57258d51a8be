"""A pair that is taken off leaves nothing behind but its journal (X1)."""

from __future__ import annotations

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.mapping import CONTACTS
from crmsync_desktop.domain.records import Category, Fault, Observed, Presence, Side
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import CustomObject
from crmsync_desktop.ports.store import Conflict, Cursor, Link, LinkState, NewError
from tests.adapters.store.conftest import AT, HS, SF, contact, stage

OWN = CustomObject("Plan__c", "2-7", "plan", "name", "key").pair
IDS = ("a00A", "801")


def observed(side: Side, object: str, id: str) -> Observed:
    return Observed(side, object, id, AT, Presence.LIVE, ["One"], (f"key {id}",))


def filled(store: SqliteStore) -> None:
    """A plan of each side, linked, with an error and a held conflict; and a contact of another pair."""
    store.set_layout(OWN.name, ("name",))
    for side, object, id in ((SF, OWN.name, IDS[0]), (HS, "2-7", IDS[1])):
        store.stage(OWN.name, [(observed(side, object, id), 1)], Cursor(side, object, "c"))
        store.save_schemas([Schema(side, object, object, {}, AT)])
    (number,) = store.add_links([Link(0, OWN.name, OWN.name, *IDS, LinkState.LIVE, ["One"], ["One"])])
    store.hold([Conflict(number, 0, "name", "a", "b", "c", "d", AT)])
    fault = Fault(Category.OTHER, "X", "x", ())
    store.open_errors([NewError(OWN.name, HS, "2-7", IDS[1], "One", fault, "")], AT)
    stage(store, contact("003A", "a@x.no", "A", "B", keys=("a@x.no",)))


def test_records_links_errors_and_cursors_of_the_pair_go(store: SqliteStore) -> None:
    filled(store)
    store.forget_pair(OWN)
    assert store.link_count(OWN.name) == 0
    assert store.conflict_count() == 0
    assert store.errors() == []
    assert store.live(OWN.name, 0, 10) == []
    assert store.records_by_keys(OWN.name, [f"key {id}" for id in IDS]) == []
    assert {object for _, object in store.cursors()}.isdisjoint({OWN.name, "2-7"})
    assert store.schema(HS, "2-7") is store.schema(SF, OWN.name) is None


def test_other_pairs_keep_all_they_have(store: SqliteStore) -> None:
    filled(store)
    store.forget_pair(OWN)
    assert [known.id for known in store.live(CONTACTS.name, 0, 10)] == ["003A"]
    assert len(store.records_by_keys(CONTACTS.name, ["a@x.no"])) == 1


def test_the_same_records_can_be_read_again(store: SqliteStore) -> None:
    filled(store)
    store.forget_pair(OWN)
    filled(store)
    assert store.link_count(OWN.name) == 1
